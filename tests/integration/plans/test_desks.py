"""What a clerk and a superior have on their desks: by light, wind and deadline, counted, and what waits longest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from plumbline.plans.v1 import plans_pb2
from tests.integration.ledger import a_plan, day, today
from tests.integration.plans.desk import Desk, on_ledger
from tests.integration.refused import refused
from tests.integration.world import World

# Nobody else puts anything on these ledgers.
PLACE, BELOW, SIBLING, ABOVE, ELSEWHERE = "120201", "120201001", "120202", "1202", "11"

OPEN, CLOSED = plans_pb2.PROBLEM_STATE_OPEN, plans_pb2.PROBLEM_STATE_CLOSED
RED, YELLOW, GREEN = plans_pb2.LIGHT_RED, plans_pb2.LIGHT_YELLOW, plans_pb2.LIGHT_GREEN
DUE, WAITING = plans_pb2.PROBLEM_ORDER_DUE, plans_pb2.PLAN_ORDER_LODGE_TIME


@pytest.fixture
def county(world: World) -> Desk:
    return Desk(world, world.token("unit_clerk", PLACE, subject="clerk:120201"))


@pytest.fixture
def city(world: World) -> Desk:
    return Desk(world, world.token("campaign_office", ABOVE, subject="office:1202"))


async def listed(desk: Desk, method: str, request: Any, field: str) -> list[Any]:
    """Everything that a list shows, page by page."""
    found: list[Any] = []
    request = type(request).FromString(request.SerializeToString())
    while True:
        answer = await desk(method, request)
        found += getattr(answer, field)
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


async def problems(world: World, desk: Desk, code: str = PLACE, **filters: Any) -> list[plans_pb2.Problem]:
    request = plans_pb2.ListProblemsRequest(unit=world.unit(code).id, **{"page_size": 200, **filters})
    return await listed(desk, "ListProblems", request, "problems")


async def plans(world: World, desk: Desk, code: str = PLACE, **filters: Any) -> list[plans_pb2.Plan]:
    request = plans_pb2.ListPlansRequest(unit=world.unit(code).id, **{"page_size": 200, **filters})
    return await listed(desk, "ListPlans", request, "plans")


def names(things: Sequence[Any]) -> list[str]:
    return [thing.name for thing in things]


async def closed(world: World, county: Desk, city: Desk, **changes: Any) -> plans_pb2.Problem:
    problem = await verified(world, county, city, **changes)
    closed: plans_pb2.Problem = await city.do("DeregisterProblem", problem)
    return closed


async def verified(world: World, county: Desk, city: Desk, **changes: Any) -> plans_pb2.Problem:
    problem = await on_ledger(world, county, code=PLACE, **changes)
    problem = await county.do("ReportDone", problem, remark="请核验")
    verified: plans_pb2.Problem = await city.do(
        "VerifyProblem", problem, verdict=plans_pb2.VERDICT_CONFIRMED, remark="属实"
    )
    return verified


async def test_a_ledger_is_listed_by_light_wind_and_state(world: World, county: Desk, city: Desk) -> None:
    late = await on_ledger(world, county, code=PLACE, due_date=day(today() - timedelta(days=3)), wind="hedonism")
    soon = await on_ledger(world, county, code=PLACE, due_date=day(today() + timedelta(days=1)))
    far = await on_ledger(world, county, code=PLACE, wind="hedonism")
    off = await closed(world, county, city, wind="hedonism")

    for filters, shown in (
        ({"light": RED}, {late.name}),
        ({"light": YELLOW}, {soon.name}),
        ({"wind": "hedonism"}, {late.name, far.name, off.name}),
        ({"wind": "hedonism", "light": GREEN}, {far.name, off.name}),
        ({"wind": "hedonism", "light": GREEN, "state": OPEN}, {far.name}),
        ({"wind": "no such wind"}, set()),
    ):
        found = set(names(await problems(world, county, **filters)))
        assert found & {late.name, soon.name, far.name, off.name} == shown


async def test_a_unit_alone_is_listed_and_counted_without_those_below(world: World, county: Desk, city: Desk) -> None:
    own = await on_ledger(world, county, code=PLACE)
    below = await on_ledger(world, county, code=BELOW)

    alone, whole = await problems(world, county, only_unit=True), await problems(world, county)
    counts = [
        await county("CountProblems", plans_pb2.CountProblemsRequest(unit=world.unit(PLACE).id, only_unit=only_unit))
        for only_unit in (True, False)
    ]

    assert {own.name} <= set(names(alone)) <= set(names(whole)) - {below.name}
    assert {problem.unit for problem in alone} == {world.unit(PLACE).id}
    assert {own.name, below.name} <= set(names(whole))
    for answer, found in zip(counts, (alone, whole), strict=True):
        counted = {(count.state, count.light): count.problems for count in answer.counts}
        assert counted == Counter((problem.state, problem.light) for problem in found)
        assert list(counted) == sorted(counted)


async def test_by_deadline_the_overdue_stand_first_and_the_closed_last(world: World, county: Desk, city: Desk) -> None:
    soonest = day(today() - timedelta(days=20))
    off = await closed(world, county, city, due_date=soonest)
    seen = await verified(world, county, city, due_date=soonest)
    far = await on_ledger(world, county, code=BELOW, due_date=day(today() + timedelta(days=50)))
    late = await on_ledger(world, county, code=PLACE, due_date=day(today() - timedelta(days=9)))
    latest = await on_ledger(world, county, code=BELOW, due_date=day(today() - timedelta(days=19)))

    order = names(await problems(world, city, ABOVE, order=DUE))

    assert [name for name in order if name in names((off, seen, far, late, latest))] == names(
        (latest, late, far, seen, off)
    )


@pytest.mark.parametrize("order", [plans_pb2.PROBLEM_ORDER_UNSPECIFIED, DUE])
@pytest.mark.parametrize("only_unit", [True, False])
async def test_pages_of_problems_with_one_deadline_show_each_once_in_one_order(
    world: World, county: Desk, order: plans_pb2.ProblemOrder, only_unit: bool
) -> None:
    same_day = day(today() + timedelta(days=33))
    for code in (PLACE, BELOW, PLACE, BELOW, PLACE):
        await on_ledger(world, county, code=code, due_date=same_day)

    in_pages = await problems(world, county, order=order, only_unit=only_unit, page_size=2)
    at_once = await problems(world, county, order=order, only_unit=only_unit)

    assert names(in_pages) == names(at_once)
    assert len(set(names(in_pages))) == len(in_pages) >= 3
    ties = [
        problem.name for problem in at_once if problem.due_date == same_day and problem.unit == world.unit(PLACE).id
    ]
    assert ties == sorted(ties)


@pytest.mark.parametrize(
    "change",
    [
        {"order": DUE},
        {"only_unit": True},
        {"light": GREEN},
        {"wind": "formalism"},
    ],
    ids=lambda change: next(iter(change)),
)
async def test_a_page_token_of_another_question_is_refused(world: World, county: Desk, change: dict[str, Any]) -> None:
    for _ in range(2):
        await on_ledger(world, county, code=PLACE)
    unit = world.unit(PLACE).id
    token = (await county("ListProblems", plans_pb2.ListProblemsRequest(unit=unit, page_size=1))).next_page_token

    error = await refused(
        county("ListProblems", plans_pb2.ListProblemsRequest(unit=unit, page_size=1, page_token=token, **change))
    )

    assert error.remote_reason == "BAD_PAGE_TOKEN"


@pytest.mark.parametrize("stranger", [SIBLING, ELSEWHERE])
async def test_a_strangers_desk_is_neither_listed_nor_counted(world: World, county: Desk, stranger: str) -> None:
    mine = await on_ledger(world, county, code=PLACE)
    desk = Desk(world, world.token("campaign_office", stranger))
    unit = world.unit(PLACE).id

    errors = [
        await refused(desk("CountProblems", plans_pb2.CountProblemsRequest(unit=unit))),
        await refused(desk("ListProblems", plans_pb2.ListProblemsRequest(unit=unit, order=DUE))),
        await refused(desk("ListPlans", plans_pb2.ListPlansRequest(unit=unit, superior_unit=unit, order=WAITING))),
    ]
    own = await problems(world, desk, stranger, order=DUE)

    assert {error.remote_reason for error in errors} <= {"UNKNOWN_UNIT", "PERMISSION_DENIED", "NOT_FOUND"}
    assert mine.name not in names(own)


async def lodged(world: World, desk: Desk, code: str) -> plans_pb2.Plan:
    plan = await desk("CreatePlan", a_plan(world.unit(code).id))
    lodged: plans_pb2.Plan = await desk.do("LodgePlan", plan)
    return lodged


async def test_a_superior_sees_what_waits_for_it_the_oldest_first(world: World, county: Desk, city: Desk) -> None:
    sibling = Desk(world, world.token("unit_clerk", SIBLING))
    first, second = await lodged(world, county, PLACE), await lodged(world, sibling, SIBLING)
    deeper = await lodged(world, county, BELOW)
    third = await lodged(world, county, PLACE)
    await city.do("RegisterPlan", second)
    superior = world.unit(ABOVE).id
    waiting = {"state": plans_pb2.PLAN_STATE_LODGED, "superior_unit": superior, "order": WAITING}

    found = await plans(world, city, ABOVE, **waiting)

    shown = [name for name in names(found) if name in names((first, second, deeper, third))]
    assert shown == names((first, third))
    assert {plan.superior_unit for plan in found} == {superior}
    assert names(await plans(world, city, ABOVE, **waiting, page_size=1)) == names(found)
    assert deeper.name in names(await plans(world, county, superior_unit=world.unit(PLACE).id))


async def test_lodgings_of_one_moment_keep_their_order_and_drafts_come_last(
    world: World, county: Desk, city: Desk
) -> None:
    draft = await county("CreatePlan", a_plan(world.unit(PLACE).id))
    same = [await lodged(world, county, PLACE) for _ in range(4)]
    superuser = await asyncpg.connect(world.stack.postgres_dsn)
    try:
        await superuser.execute(
            "update plans.plans set lodge_time = $1 where id = any($2::uuid[])",
            same[0].lodge_time.ToDatetime().replace(microsecond=123456).astimezone(),
            [name.rsplit("/", 1)[-1] for name in names(same)],
        )
    finally:
        await superuser.close()

    at_once = names(await plans(world, city, ABOVE, order=WAITING))
    in_pages = names(await plans(world, city, ABOVE, order=WAITING, page_size=1))

    assert in_pages == at_once
    assert [name for name in at_once if name in names(same)] == sorted(names(same))
    assert at_once.index(draft.name) > max(at_once.index(name) for name in names(same))


async def test_a_units_own_plans_are_listed_without_those_below(world: World, county: Desk) -> None:
    own, below = await lodged(world, county, PLACE), await lodged(world, county, BELOW)

    alone = names(await plans(world, county, only_unit=True))

    assert own.name in alone
    assert below.name not in alone


@pytest.mark.parametrize("change", [{"order": WAITING}, {"only_unit": True}, {"superior_unit": True}], ids=str)
async def test_a_page_token_of_another_question_about_plans_is_refused(
    world: World, county: Desk, change: dict[str, Any]
) -> None:
    for _ in range(2):
        await lodged(world, county, PLACE)
    unit = world.unit(PLACE).id
    token = (await county("ListPlans", plans_pb2.ListPlansRequest(unit=unit, page_size=1))).next_page_token
    if "superior_unit" in change:
        change = {"superior_unit": world.unit(ABOVE).id}

    error = await refused(
        county("ListPlans", plans_pb2.ListPlansRequest(unit=unit, page_size=1, page_token=token, **change))
    )

    assert error.remote_reason == "BAD_PAGE_TOKEN"
