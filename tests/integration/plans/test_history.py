"""What was done to a problem and to a plan can be read afterwards, step by step, by whoever may see the thing."""

from __future__ import annotations

import importlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from plumbline.plans.v1 import plans_pb2
from services.plans.commands import ledgers
from services.plans.commands import problems as deeds
from services.plans.history import StepDeed
from services.plans.store import plans as plan_rows
from services.plans.store import problems as store
from shared import names, placements
from shared.calendar_copies import CalendarCopies
from shared.calls import system_call
from shared.campaign_copies import CampaignCopies
from shared.clock import SystemClock
from shared.database import Database, Transaction
from shared.errors import Code
from shared.ids import random_uuid
from shared.pages import Page
from shared.rpc_client import RemoteRefusal
from tests.integration.ledger import a_plan, an_item, day, request_id, today
from tests.integration.plans.desk import CITY, COUNTY, SIBLING, Desk, on_ledger
from tests.integration.refused import refused
from tests.integration.world import CAMPAIGN, World

OPEN, IN_PROGRESS = plans_pb2.PROBLEM_STATE_OPEN, plans_pb2.PROBLEM_STATE_IN_PROGRESS
DONE, VERIFIED = plans_pb2.PROBLEM_STATE_DONE, plans_pb2.PROBLEM_STATE_VERIFIED
CLOSED, NONE = plans_pb2.PROBLEM_STATE_CLOSED, plans_pb2.PROBLEM_STATE_UNSPECIFIED
EVERYTHING = Page(10_000, None)


class _Undone(Exception):
    """Ends a transaction of which nothing shall stay."""


@asynccontextmanager
async def undone(world: World) -> AsyncIterator[Transaction]:
    """A transaction of the service itself that is rolled back: what it does meets no other test."""
    database = Database.open(world.stack.database_url("plans_system"), application="test", pool_size=1)
    call = system_call("plans", action="test", now=SystemClock().now())
    try:
        async with database.transaction(call) as tx:
            yield tx
            raise _Undone
    except _Undone:
        pass
    finally:
        await database.close()


async def steps_of(desk: Desk, problem: plans_pb2.Problem, *, page_size: int = 200) -> list[plans_pb2.ProblemStep]:
    """All steps of a problem, page by page."""
    request = plans_pb2.ListProblemStepsRequest(name=problem.name, page_size=page_size)
    found: list[plans_pb2.ProblemStep] = []
    while True:
        answer = await desk("ListProblemSteps", request)
        assert len(answer.steps) <= page_size
        found += answer.steps
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


async def whole_life(world: World, clerk: Desk, office: Desk) -> plans_pb2.Problem:
    problem = await on_ledger(world, clerk)
    problem = await clerk.do("ReportProgress", problem, percent_done=40, remark="已清理")
    problem = await clerk.do("ReportDone", problem, remark="请核验")
    problem = await office.do("VerifyProblem", problem, verdict=plans_pb2.VERDICT_SENT_BACK, remark="未见成效")
    problem = await clerk.do("ReportDone", problem, remark="已返工")
    problem = await office.do("VerifyProblem", problem, verdict=plans_pb2.VERDICT_CONFIRMED, remark="属实")
    off: plans_pb2.Problem = await office.do("DeregisterProblem", problem)
    return off


async def test_every_deed_on_a_problem_is_a_step_with_who_did_it(world: World, clerk: Desk, office: Desk) -> None:
    problem = await whole_life(world, clerk, office)

    steps = await steps_of(clerk, problem)

    mine, theirs = ("clerk:110101", "unit_clerk"), ("office:1101", "campaign_office")
    assert [
        (step.deed, step.actor, step.role, step.state_before, step.state_after, step.percent_done, step.remark)
        for step in steps
    ] == [
        (plans_pb2.PROBLEM_DEED_RECORDED, *mine, NONE, OPEN, 0, ""),
        (plans_pb2.PROBLEM_DEED_PROGRESS_REPORTED, *mine, OPEN, IN_PROGRESS, 40, "已清理"),
        (plans_pb2.PROBLEM_DEED_DONE_REPORTED, *mine, IN_PROGRESS, DONE, 100, "请核验"),
        (plans_pb2.PROBLEM_DEED_SENT_BACK, *theirs, DONE, IN_PROGRESS, 0, "未见成效"),
        (plans_pb2.PROBLEM_DEED_DONE_REPORTED, *mine, IN_PROGRESS, DONE, 100, "已返工"),
        (plans_pb2.PROBLEM_DEED_CONFIRMED, *theirs, DONE, VERIFIED, 100, "属实"),
        (plans_pb2.PROBLEM_DEED_DEREGISTERED, *theirs, VERIFIED, CLOSED, 100, "属实"),
    ]
    assert steps[0].step_time == problem.create_time
    assert steps[-1].step_time == problem.update_time
    assert {(step.light, step.reconstructed) for step in steps} == {(plans_pb2.LIGHT_GREEN, False)}
    assert all(step.due_date == problem.due_date for step in steps)


def fits(problem: plans_pb2.Problem, steps: list[plans_pb2.ProblemStep]) -> bool:
    """The steps lead from nothing to the problem as it is, one version after the other."""
    before = [NONE, *(step.state_after for step in steps[:-1])]
    last = steps[-1]
    return (
        [step.version for step in steps] == list(range(1, len(steps) + 1))
        and [step.state_before for step in steps] == before
        and sorted(step.step_time.ToNanoseconds() for step in steps) == [s.step_time.ToNanoseconds() for s in steps]
        and (f'"{last.version}"', last.state_after, last.light) == (problem.etag, problem.state, problem.light)
        and (last.percent_done, last.remark, last.due_date) == (problem.percent_done, problem.remark, problem.due_date)
    )


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_is_tried_in_whatever_order_the_steps_lead_to_the_problem_as_it_is(
    world: World, clerk: Desk, office: Desk, seed: int
) -> None:
    """What is refused leaves no step, and no deed goes without one."""
    chance = random.Random(seed)
    problem = await on_ledger(world, clerk)
    done = 1
    for number in range(14):
        method, desk, fields = chance.choice(
            (
                ("ReportProgress", clerk, {"percent_done": chance.randrange(100), "remark": f"第{number}次"}),
                ("ReportDone", clerk, {"remark": f"完成{number}"}),
                ("VerifyProblem", office, {"verdict": plans_pb2.VERDICT_CONFIRMED, "remark": "属实"}),
                ("VerifyProblem", office, {"verdict": plans_pb2.VERDICT_SENT_BACK, "remark": "不实"}),
                ("DeregisterProblem", office, {}),
            )
        )
        try:
            problem = await desk.do(method, problem, **fields)
            done += 1
        except RemoteRefusal as refusal:
            assert refusal.remote_reason in ("WRONG_STATE", "GATE_SHUT")

    steps = await steps_of(office, problem)

    assert len(steps) == done
    assert fits(problem, steps)


async def test_a_repeated_request_is_one_step(world: World, clerk: Desk) -> None:
    problem = await on_ledger(world, clerk)
    request = plans_pb2.ReportDoneRequest(name=problem.name, request_id=request_id(), remark="好了")

    await clerk("ReportDone", request)
    await clerk("ReportDone", request)

    assert len(await steps_of(clerk, problem)) == 2


async def test_every_row_of_an_imported_ledger_has_its_first_step(world: World, office: Desk) -> None:
    header = plans_pb2.ImportLedgerHeader(request_id=request_id(), campaign=CAMPAIGN)
    items = [an_item(unit_code=code, title=f"第{number}项") for number in range(3) for code in (COUNTY, SIBLING)]

    answer = await office.upload(
        plans_pb2.ImportLedgerRequest(header=header),
        plans_pb2.ImportLedgerRequest(chunk=plans_pb2.LedgerChunk(items=items)),
    )

    for name in answer.names:
        problem = await office("GetProblem", plans_pb2.GetProblemRequest(name=name))
        steps = await steps_of(office, problem)
        assert [(step.deed, step.actor) for step in steps] == [(plans_pb2.PROBLEM_DEED_RECORDED, "office:1101")]
        assert fits(problem, steps)


async def test_a_new_day_that_changes_a_light_is_nobodys_step(world: World, clerk: Desk) -> None:
    problem = await on_ledger(world, clerk, due_date=day(today() + timedelta(days=30)))
    problem = await clerk.do("ReportProgress", problem, percent_done=40, remark="已清理")
    name = names.parse(problem.name, collection="problems")

    async with undone(world) as tx:
        await deeds.relight(
            tx,
            campaign=await CampaignCopies().find(tx, CAMPAIGN),
            calendar=await CalendarCopies().find(tx),
            limit=100_000,
            now=datetime.now(UTC) + timedelta(days=40),
        )
        relit = await store.problem(tx, name)
        steps, _ = await store.list_steps(tx, name, page=EVERYTHING)

    assert relit is not None
    last = steps[-1]
    assert [step.version for step in steps] == [1, 2, 3]
    assert (last.deed, last.actor, last.role) == (StepDeed.RELIT, "", "")
    assert (last.state_before, last.state_after, last.light) == (relit.state, relit.state, relit.light)
    assert (last.percent_done, last.remark, last.time) == (40, "已清理", relit.update_time)
    assert steps[1].light is not relit.light


async def test_what_a_visit_found_is_recorded_once_and_by_nobody(world: World) -> None:
    """AC-3: a history does not tell who raised a finding."""
    problem_id = random_uuid()
    unit = world.unit(COUNTY)

    async with undone(world) as tx:
        for _ in range(2):
            await ledgers.record_finding(
                tx,
                finding=f"tenants/{unit.tenant}/findings/{random_uuid()}",
                problem_id=problem_id,
                unit=await placements.find(tx, unit.id),
                title="窗口无人值守",
                wind="bureaucratism",
                campaign=await CampaignCopies().find(tx, CAMPAIGN),
                calendar=await CalendarCopies().find(tx),
                found=datetime.now(UTC),
                label=1,
                now=datetime.now(UTC),
            )
        steps, _ = await store.list_steps(tx, names.Name(unit.tenant, "problems", problem_id), page=EVERYTHING)

    assert [(step.deed, step.actor, step.role, step.label) for step in steps] == [(StepDeed.RECORDED, "", "", 1)]


async def test_steps_come_page_by_page_and_a_token_belongs_to_its_problem(
    world: World, clerk: Desk, office: Desk
) -> None:
    problem, other = await whole_life(world, clerk, office), await on_ledger(world, clerk)

    in_pages, at_once = await steps_of(clerk, problem, page_size=2), await steps_of(clerk, problem)
    first = await clerk("ListProblemSteps", plans_pb2.ListProblemStepsRequest(name=problem.name, page_size=2))
    foreign = plans_pb2.ListProblemStepsRequest(name=other.name, page_size=2, page_token=first.next_page_token)

    assert in_pages == at_once
    assert (await refused(clerk("ListProblemSteps", foreign))).remote_reason == "BAD_PAGE_TOKEN"


async def test_whoever_may_not_see_a_thing_does_not_see_its_steps(world: World, clerk: Desk, office: Desk) -> None:
    """AC-1: neither a sibling nor another tenant; the refusal does not tell that the thing is there."""
    problem = await on_ledger(world, clerk)
    plan = await clerk("CreatePlan", a_plan(world.unit(COUNTY).id))
    await clerk.do("LodgePlan", plan)
    strangers = [Desk(world, world.token("unit_clerk", code)) for code in (SIBLING, "12")]

    for stranger in strangers:
        for method, name in (("ListProblemSteps", problem.name), ("ListPlanSteps", plan.name)):
            not_there = name[:-1] + ("0" if name[-1] != "0" else "1")
            request = getattr(plans_pb2, f"{method}Request")
            errors = [await refused(stranger(method, request(name=each))) for each in (name, not_there)]
            assert {error.remote_code for error in errors} == {Code.PERMISSION_DENIED}
            assert errors[0].message.replace(name, "X") == errors[1].message.replace(not_there, "X")


@pytest.mark.parametrize(("code", "clearance", "shown"), [(CITY, 1, 1), (SIBLING, 1, 0), ("12", 1, 0), (CITY, 0, 0)])
async def test_row_security_alone_hides_the_steps(
    world: World, clerk: Desk, code: str, clearance: int, shown: int
) -> None:
    """The second wall: the path and the label of a step are the problem's."""
    problem = await on_ledger(world, clerk)
    id_ = problem.name.rsplit("/", 1)[-1]
    superuser = await asyncpg.connect(world.stack.postgres_dsn)
    connection = await asyncpg.connect(world.stack.database_url("plans"))
    try:
        await superuser.execute("update plans.problem_steps set label = 1 where problem_id = $1", id_)
        await connection.execute(
            f"begin; select set_config('app.scope_1', '/{world.unit(code).path}', true), "
            f"set_config('app.clearance', '{clearance}', true)"
        )
        rows = await connection.fetch("select version from plans.problem_steps where problem_id = $1", id_)
    finally:
        await connection.close()
        await superuser.close()

    assert len(rows) == shown


@pytest.mark.parametrize("deed", ["update plans.problem_steps set actor = 'x'", "delete from plans.problem_steps"])
async def test_who_answers_calls_can_change_no_step(world: World, deed: str) -> None:
    connection = await asyncpg.connect(world.stack.database_url("plans"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(deed)
    finally:
        await connection.close()


async def test_what_passed_between_unit_and_superior_is_told_with_reasons_and_numbers(
    world: World, clerk: Desk, office: Desk
) -> None:
    plan = await clerk("CreatePlan", a_plan(world.unit(COUNTY).id))
    plan = await clerk.do("LodgePlan", plan)
    plan = await office.do("ReturnPlan", plan, reason="措施不具体")
    plan = await clerk.do("LodgePlan", plan)
    plan = await office.do("RegisterPlan", plan)
    request = plans_pb2.ListPlanStepsRequest(name=plan.name, page_size=3)

    first = await clerk("ListPlanSteps", request)
    request.page_token = first.next_page_token
    rest = await clerk("ListPlanSteps", request)
    other = await clerk("CreatePlan", a_plan(world.unit(COUNTY).id))
    request.name = other.name

    steps = [*first.steps, *rest.steps]
    assert [(step.deed, step.actor, step.role, step.reason, step.registration_number) for step in steps] == [
        (plans_pb2.PLAN_DEED_LODGED, "clerk:110101", "unit_clerk", "", ""),
        (plans_pb2.PLAN_DEED_RETURNED, "office:1101", "campaign_office", "措施不具体", ""),
        (plans_pb2.PLAN_DEED_LODGED, "clerk:110101", "unit_clerk", "", ""),
        (plans_pb2.PLAN_DEED_REGISTERED, "office:1101", "campaign_office", "", plan.registration_number),
    ]
    assert len(first.steps) == 3
    assert not rest.next_page_token
    assert not any(step.reconstructed for step in steps)
    assert steps[-1].step_time == plan.register_time
    assert (await refused(clerk("ListPlanSteps", request))).remote_reason == "BAD_PAGE_TOKEN"


async def test_a_registration_is_no_fact_of_its_own(world: World, clerk: Desk, office: Desk) -> None:
    """The others count lodgings; a registration reaches them as the plan's state."""
    plan = await clerk("CreatePlan", a_plan(world.unit(COUNTY).id))
    plan = await clerk.do("LodgePlan", plan)
    await office.do("RegisterPlan", plan)

    async with undone(world) as tx:
        told, _ = await plan_rows.list_lodgings(tx, path=world.unit(COUNTY).path, page=EVERYTHING)

    assert {step.kind for step in told} <= {"LODGED", "RETURNED"}
    assert [step.kind for step in told if step.plan == plan.name] == ["LODGED"]


async def test_what_happened_before_steps_were_kept_is_told_as_far_as_it_is_known(
    world: World, clerk: Desk, office: Desk
) -> None:
    """Migration 0004 on what there is, in a transaction that is rolled back."""
    fresh, changed = await on_ledger(world, clerk), await whole_life(world, clerk, office)
    plan = await clerk("CreatePlan", a_plan(world.unit(COUNTY).id))
    for reason in ("措施不具体", "责任人不明"):
        plan = await clerk.do("LodgePlan", plan)
        plan = await office.do("ReturnPlan", plan, reason=reason)
    plan = await clerk.do("LodgePlan", plan)
    plan = await office.do("RegisterPlan", plan)
    migration: Any = importlib.import_module("services.plans.migrations.versions.0004_history_and_desks")
    superuser = await asyncpg.connect(world.stack.postgres_dsn)
    transaction = superuser.transaction()
    await transaction.start()
    try:
        await superuser.execute(
            """
            drop table plans.problem_steps;
            drop index plans.problems_by_due, plans.plans_waiting, plans.lodgings_plan;
            create index problems_due on plans.problems (due_date);
            delete from plans.lodgings where kind = 'REGISTERED';
            alter table plans.lodgings drop column version, drop column actor, drop column role, drop column reason,
                drop column registration_number, drop column reconstructed
            """
        )
        for statement in migration._statements():
            await superuser.execute(statement)
        by_problem = {
            problem.name: await superuser.fetch(
                "select * from plans.problem_steps where problem_id = $1 order by version",
                problem.name.rsplit("/", 1)[-1],
            )
            for problem in (fresh, changed)
        }
        lodgings = await superuser.fetch(
            "select * from plans.lodgings where plan_id = $1 order by lodging_time", plan.name.rsplit("/", 1)[-1]
        )
    finally:
        await transaction.rollback()
        await superuser.close()

    assert [
        (row["version"], row["deed"], row["state_before"], row["state_after"], row["light"], row["remark"])
        for row in by_problem[fresh.name]
    ] == [(1, "RECORDED", "", "OPEN", "GREEN", "")]
    assert [
        (row["version"], row["deed"], row["state_before"], row["state_after"], row["light"], row["remark"])
        for row in by_problem[changed.name]
    ] == [(1, "RECORDED", "", "OPEN", "", ""), (7, "CARRIED_OVER", "OPEN", "CLOSED", "GREEN", "属实")]
    told = [*by_problem[fresh.name], *by_problem[changed.name], *lodgings]
    assert {(row["actor"], row["role"], row["reconstructed"]) for row in told} == {("", "", True)}
    assert [(row["kind"], row["reason"], row["registration_number"]) for row in lodgings] == [
        ("LODGED", "", ""),
        ("RETURNED", "", ""),
        ("LODGED", "", ""),
        ("RETURNED", "责任人不明", ""),
        ("LODGED", "", ""),
        ("REGISTERED", "", plan.registration_number),
    ]
