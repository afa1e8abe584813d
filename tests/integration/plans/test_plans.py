"""Ledgers and plans through their own door, on the real database and bus."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from plumbline.facts.v1 import facts_pb2
from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from shared import rpc_client
from shared.errors import Code
from shared.rpc_client import RemoteRefusal
from tests.integration.ledger import a_measure, a_plan, a_problem, an_item, day, problems_of, request_id, today
from tests.integration.plans.desk import CITY, COUNTY, PROVINCE, SIBLING, Desk, on_ledger
from tests.integration.refused import refused
from tests.integration.world import CAMPAIGN, World


def header(**changes: Any) -> plans_pb2.ImportLedgerRequest:
    fields = {"request_id": request_id(), "campaign": CAMPAIGN, **changes}
    return plans_pb2.ImportLedgerRequest(header=plans_pb2.ImportLedgerHeader(**fields))


def chunk(*items: plans_pb2.LedgerItem) -> plans_pb2.ImportLedgerRequest:
    return plans_pb2.ImportLedgerRequest(chunk=plans_pb2.LedgerChunk(items=items))


async def test_a_problem_goes_from_the_ledger_to_being_taken_off_it(world: World, clerk: Desk, office: Desk) -> None:
    problem = await on_ledger(world, clerk)

    for method, desk, request in (
        ("ReportProgress", clerk, plans_pb2.ReportProgressRequest(percent_done=40, remark="已清理")),
        ("ReportDone", clerk, plans_pb2.ReportDoneRequest(remark="请核验")),
        ("VerifyProblem", office, plans_pb2.VerifyProblemRequest(verdict=plans_pb2.VERDICT_CONFIRMED, remark="属实")),
        ("DeregisterProblem", office, plans_pb2.DeregisterProblemRequest()),
    ):
        request.name, request.request_id, request.etag = problem.name, request_id(), problem.etag
        problem = await desk(method, request)

    assert problem.state == plans_pb2.PROBLEM_STATE_CLOSED
    assert problem.verifier == "office:1101"
    assert problem.light == plans_pb2.LIGHT_GREEN


async def test_nobody_of_the_unit_itself_confirms_its_problem(world: World, clerk: Desk) -> None:
    """RC-4 a: an office whose scope is the unit itself is the unit."""
    problem = await on_ledger(world, clerk)
    await clerk("ReportDone", plans_pb2.ReportDoneRequest(name=problem.name, request_id=request_id(), remark="好了"))
    own_office = Desk(world, world.token("campaign_office", COUNTY))

    error = await refused(
        own_office(
            "VerifyProblem",
            plans_pb2.VerifyProblemRequest(
                name=problem.name, request_id=request_id(), verdict=plans_pb2.VERDICT_CONFIRMED, remark="好"
            ),
        )
    )

    assert (error.remote_code, error.remote_reason) == (Code.PERMISSION_DENIED, "VERIFIER_INSIDE_UNIT")


async def test_a_shut_gate_is_named(world: World, clerk: Desk, office: Desk) -> None:
    problem = await on_ledger(world, clerk)

    error = await refused(
        office("DeregisterProblem", plans_pb2.DeregisterProblemRequest(name=problem.name, request_id=request_id()))
    )

    assert (error.remote_reason, error.facts["gates"]) == ("GATE_SHUT", "a")


async def test_what_somebody_else_changed_is_stale(world: World, clerk: Desk) -> None:
    problem = await on_ledger(world, clerk)
    progress = plans_pb2.ReportProgressRequest(
        name=problem.name, request_id=request_id(), etag=problem.etag, percent_done=10, remark="一"
    )
    await clerk("ReportProgress", progress)

    progress.request_id = request_id()
    error = await refused(clerk("ReportProgress", progress))

    assert (error.remote_code, error.remote_reason) == (Code.ABORTED, "STALE")


async def test_of_two_at_once_one_is_told_that_it_was_late(world: World, clerk: Desk) -> None:
    problem = await on_ledger(world, clerk)

    def report(percent: int) -> Any:
        return clerk(
            "ReportProgress",
            plans_pb2.ReportProgressRequest(
                name=problem.name, request_id=request_id(), etag=problem.etag, percent_done=percent, remark="同时"
            ),
        )

    answers = await asyncio.gather(report(10), report(20), return_exceptions=True)

    assert sorted(type(answer).__name__ for answer in answers) == ["Problem", "RemoteRefusal"]


async def test_the_same_request_twice_is_one_deed(world: World, clerk: Desk) -> None:
    request = a_problem(unit=world.unit(COUNTY).id)
    before = len(await problems_of(world, COUNTY, token=clerk.token))

    first, *again = await asyncio.gather(*(clerk("CreateProblem", request) for _ in range(5)))

    assert {answer.name for answer in again} == {first.name}
    assert len(await problems_of(world, COUNTY, token=clerk.token)) == before + 1


async def test_a_repeat_is_answered_even_when_the_deed_would_be_refused_now(world: World, clerk: Desk) -> None:
    problem = await on_ledger(world, clerk)
    done = plans_pb2.ReportDoneRequest(name=problem.name, request_id=request_id(), etag=problem.etag, remark="好了")

    first = await clerk("ReportDone", done)
    second = await clerk("ReportDone", done)

    assert first == second


async def test_a_request_id_used_for_something_else_is_refused(world: World, clerk: Desk) -> None:
    request = a_problem(unit=world.unit(COUNTY).id)
    await clerk("CreateProblem", request)
    request.item.title = "另一个问题"

    error = await refused(clerk("CreateProblem", request))

    assert error.remote_reason == "REQUEST_ID_REUSED"


async def test_every_bad_row_of_a_ledger_is_named_and_nothing_is_recorded(world: World, office: Desk) -> None:
    good = an_item(unit_code=COUNTY)
    before = len(await problems_of(world, CITY, token=office.token))

    error = await refused(
        office.upload(
            header(),
            chunk(good, an_item(unit_code="999999"), an_item(unit_code=COUNTY, wind="laziness")),
            chunk(
                an_item(unit_code=COUNTY, title=" ", responsible_person=""),
                an_item(unit_code=COUNTY, due_working_days=5),
            ),
        )
    )

    assert error.remote_reason == "BAD_LEDGER"
    assert {violation.field for violation in error.violations} == {
        "items[1].unit_code",
        "items[2].wind",
        "items[3].title",
        "items[3].responsible_person",
        "items[4].due_date",
    }
    assert error.facts["faults"] == "5"
    assert len(await problems_of(world, CITY, token=office.token)) == before


async def test_of_many_bad_rows_a_hundred_are_named_and_all_are_counted(world: World, office: Desk) -> None:
    rows = [an_item(unit_code="999999") for _ in range(300)]

    error = await refused(office.upload(header(), chunk(*rows)))

    assert (len(error.violations), error.facts["faults"]) == (100, "300")


async def test_a_ledger_is_imported_whole_and_once(world: World, office: Desk) -> None:
    parts = [
        header(),
        chunk(*(an_item(unit_code=SIBLING, title=f"问题{n}") for n in range(400))),
        chunk(an_item(unit_code=COUNTY)),
    ]
    before = len(await problems_of(world, CITY, token=office.token))

    first = await office.upload(*parts)
    again = await office.upload(*parts)

    assert (first.problems, first.units, len(first.names)) == (401, 2, 401)
    assert again == first
    assert len(await problems_of(world, CITY, token=office.token)) == before + 401


@pytest.mark.parametrize(
    "parts",
    [
        [chunk(an_item(unit_code=COUNTY))],
        [header()],
        [header(), header(), chunk(an_item(unit_code=COUNTY))],
        [],
    ],
    ids=["no header", "no rows", "two headers", "nothing"],
)
async def test_an_upload_without_its_one_header_is_refused(office: Desk, parts: list[Any]) -> None:
    error = await refused(office.upload(*parts))

    assert error.remote_reason == "HEADER_MISSING"


async def test_a_clerk_cannot_write_on_a_siblings_ledger(world: World, clerk: Desk) -> None:
    error = await refused(clerk("CreateProblem", a_problem(unit=world.unit(SIBLING).id)))

    # The sibling's very existence is outside of the clerk's sight.
    assert error.remote_reason == "BAD_LEDGER"
    assert error.violations[0].field == "item.unit"


async def test_a_stranger_cannot_tell_what_exists_from_what_does_not(world: World, clerk: Desk) -> None:
    """AC-1, AIP-211: the same refusal, word for word but for the name asked for."""
    there = (await Desk(world, world.admin)("CreateProblem", a_problem(unit=world.unit(SIBLING).id))).name
    not_there = there[:-1] + ("0" if there[-1] != "0" else "1")

    errors = [await refused(clerk("GetProblem", plans_pb2.GetProblemRequest(name=name))) for name in (there, not_there)]

    assert {error.remote_code for error in errors} == {Code.PERMISSION_DENIED}
    assert errors[0].message.replace(there, "X") == errors[1].message.replace(not_there, "X")


async def test_a_superior_who_sees_the_whole_tenant_is_told_that_a_thing_is_not_there(world: World) -> None:
    province = Desk(world, world.token("campaign_office", PROVINCE))
    name = f"tenants/{world.unit(PROVINCE).tenant}/problems/00000000-0000-4000-8000-000000000000"

    error = await refused(province("GetProblem", plans_pb2.GetProblemRequest(name=name)))

    assert error.remote_code is Code.NOT_FOUND


async def test_lists_show_the_subtree_and_never_a_sibling(world: World, clerk: Desk, office: Desk) -> None:
    mine = await on_ledger(world, clerk)
    other = await Desk(world, world.admin)("CreateProblem", a_problem(unit=world.unit("120101").id))

    seen = {problem.name for problem in await problems_of(world, CITY, token=office.token)}

    assert mine.name in seen
    assert other.name not in seen


async def test_a_page_token_belongs_to_its_query_and_its_caller(world: World, clerk: Desk, office: Desk) -> None:
    for _ in range(3):
        await on_ledger(world, clerk)
    request = plans_pb2.ListProblemsRequest(unit=world.unit(COUNTY).id, page_size=1)
    token = (await office("ListProblems", request)).next_page_token

    request.page_token = token
    request.state = plans_pb2.PROBLEM_STATE_CLOSED
    other_query = await refused(office("ListProblems", request))
    request.state = plans_pb2.PROBLEM_STATE_UNSPECIFIED
    other_caller = await refused(clerk("ListProblems", request))
    request.page_token = "AAAA" + token[4:]
    forged = await refused(office("ListProblems", request))

    assert {error.remote_reason for error in (other_query, other_caller, forged)} == {"BAD_PAGE_TOKEN"}


async def test_a_plan_is_lodged_sent_back_completed_and_registered(world: World, clerk: Desk, office: Desk) -> None:
    """LE-2: lodging is not approval; each register counts for itself."""
    plan = await clerk("CreatePlan", a_plan(world.unit(COUNTY).id))
    plan = await clerk("LodgePlan", plans_pb2.LodgePlanRequest(name=plan.name, request_id=request_id(), etag=plan.etag))
    plan = await office(
        "ReturnPlan",
        plans_pb2.ReturnPlanRequest(name=plan.name, request_id=request_id(), etag=plan.etag, reason="措施不具体"),
    )
    assert (plan.state, plan.return_reason) == (plans_pb2.PLAN_STATE_RETURNED, "措施不具体")
    plan = await clerk(
        "UpdatePlan",
        plans_pb2.UpdatePlanRequest(
            name=plan.name,
            request_id=request_id(),
            etag=plan.etag,
            title=plan.title,
            measures=[a_measure(), a_measure()],
        ),
    )
    plan = await clerk("LodgePlan", plans_pb2.LodgePlanRequest(name=plan.name, request_id=request_id(), etag=plan.etag))

    plan = await office(
        "RegisterPlan", plans_pb2.RegisterPlanRequest(name=plan.name, request_id=request_id(), etag=plan.etag)
    )

    assert plan.state == plans_pb2.PLAN_STATE_REGISTERED
    assert plan.registration_number.startswith(f"{CITY}-")
    assert (plan.returns, len(plan.measures)) == (1, 2)


async def test_only_the_unit_with_which_it_is_lodged_registers_a_plan(world: World, clerk: Desk) -> None:
    plan = await clerk("CreatePlan", a_plan(world.unit(COUNTY).id))
    await clerk("LodgePlan", plans_pb2.LodgePlanRequest(name=plan.name, request_id=request_id()))
    own_office = Desk(world, world.token("campaign_office", COUNTY))

    error = await refused(
        own_office("RegisterPlan", plans_pb2.RegisterPlanRequest(name=plan.name, request_id=request_id()))
    )

    assert error.remote_reason == "NOT_SUPERIOR"


async def test_a_plan_without_measures_is_not_lodged(world: World, clerk: Desk) -> None:
    plan = await clerk("CreatePlan", a_plan(world.unit(COUNTY).id, measures=[]))

    error = await refused(clerk("LodgePlan", plans_pb2.LodgePlanRequest(name=plan.name, request_id=request_id())))

    assert error.remote_reason == "INCOMPLETE_PLAN"
    assert [violation.field for violation in error.violations] == ["measures"]


async def test_lights_come_from_the_deadline(world: World, clerk: Desk) -> None:
    late = await on_ledger(world, clerk, due_date=day(today() - timedelta(days=3)))
    soon = await on_ledger(world, clerk, due_date=day(today() + timedelta(days=1)))
    far = await on_ledger(world, clerk)

    assert [problem.light for problem in (late, soon, far)] == [
        plans_pb2.LIGHT_RED,
        plans_pb2.LIGHT_YELLOW,
        plans_pb2.LIGHT_GREEN,
    ]


async def test_a_day_that_is_none_is_named(world: World, clerk: Desk) -> None:
    request = a_problem(unit=world.unit(COUNTY).id)
    request.item.due_date.month = 13

    error = await refused(clerk("CreateProblem", request))

    assert error.remote_reason == "BAD_DATE"
    assert error.violations[0].field == "item.due_date"


async def test_a_character_that_cannot_be_stored_is_refused_and_not_a_bug(world: World, clerk: Desk) -> None:
    error = await refused(clerk("CreateProblem", a_problem(unit=world.unit(COUNTY).id, title="会\x00议")))

    assert error.remote_code is Code.INVALID_ARGUMENT


async def test_a_role_without_the_action_is_refused_before_anything_is_read(world: World) -> None:
    analyst = Desk(world, world.token("analyst"))

    error = await refused(analyst("CreateProblem", a_problem(unit=world.unit(COUNTY).id)))

    assert error.remote_reason == "PERMISSION_DENIED"
    assert error.facts["policy"] == "role:analyst"


async def test_only_services_may_stream_the_state(world: World) -> None:

    stub = plans_pb2_grpc.PlanStateServiceStub(world.channel("plans"))

    with pytest.raises(RemoteRefusal) as caught:
        async for _ in rpc_client.download(
            stub.StreamState, facts_pb2.StreamStateRequest(), token=world.admin, deadline_s=5
        ):
            pass

    assert caught.value.remote_reason == "PERMISSION_DENIED"


@pytest.mark.parametrize("id_", ["-" * 36, "x", "00000000-0000-4000-8000-00000000000G", "", "a/b"])
async def test_a_name_whose_id_is_none_is_refused_and_not_a_bug(world: World, clerk: Desk, id_: str) -> None:
    name = f"tenants/{world.unit('11').tenant}/plans/{id_}"

    error = await refused(clerk("LodgePlan", plans_pb2.LodgePlanRequest(name=name, request_id=request_id())))

    assert error.remote_reason == "BAD_NAME"
