"""Draws at the running service: repeatable, recomputable, held once, refused with names, seen by few."""

from __future__ import annotations

import json
import uuid

import pytest

from plumbline.inspections.v1 import inspections_pb2
from services.inspections import commitment, lottery
from shared.errors import Code
from tests.integration.inspections.conftest import SEED, Inspections, Listener, people
from tests.integration.world import World


def result(draw: inspections_pb2.Draw) -> list[tuple[str, int, str, bool, tuple[str, ...]]]:
    return [(p.stratum, p.rank, p.unit, p.reserve, tuple(p.inspectors)) for p in draw.drawn]


async def test_the_same_seed_and_frame_give_the_same_draw(inspections: Inspections) -> None:
    first, again = await inspections.draw(), await inspections.draw()

    assert first.name != again.name
    assert result(first) == result(again)
    assert first.frame_root == again.frame_root


async def test_a_draw_is_recomputed_from_the_rows_that_are_stored(world: World, inspections: Inspections) -> None:
    cities = [world.unit(code).id for code in ("1101", "1102")]
    held = await inspections.draw(
        inspectors=[*people(4), inspections_pb2.Inspector(subject="x:1", barred_units=cities)]
    )

    draw = await inspections.call(
        "GetDraw", inspections_pb2.GetDrawRequest(name=held.name), token=inspections.custodian
    )

    frame = [lottery.FrameUnit(**json.loads(row)) for row in draw.frame_rows]
    assert {unit.pid for unit in frame} == {world.unit(f"11{c}{x}").id for c in ("01", "02") for x in ("01", "02")}
    selection = lottery.select(SEED, frame=frame, places=[lottery.Place(city, 1, 1) for city in cities])
    assignment = lottery.assign(
        SEED,
        selection,
        frame=frame,
        inspectors=[lottery.Inspector(**json.loads(row)) for row in draw.inspector_rows],
        barred={(pair["v"], pair["i"]) for pair in map(json.loads, draw.exclusion_rows)},
        roles={"member": 2},
    )
    assert result(draw) == [
        (chosen.stratum, chosen.rank, chosen.pid, chosen.how is lottery.How.RESERVE, team.members["member"])
        for chosen, team in zip(selection.chosen, assignment.teams, strict=True)
    ]
    assert draw.load_cap == assignment.drawn_caps["member"]
    assert not any("x:1" in place.inspectors for place in draw.drawn)
    root = commitment.commit_set(row.encode() for row in draw.frame_rows)
    assert (draw.frame_root, draw.frame_size) == (root.root, root.size)


async def test_reserves_are_drawn_and_get_no_visit(inspections: Inspections) -> None:
    draw = await inspections.draw()

    assert [(place.rank, place.reserve, bool(place.visit)) for place in draw.drawn] == [
        (0, False, True),
        (1, True, False),
    ] * 2


async def test_the_same_request_id_holds_one_draw(world: World, inspections: Inspections) -> None:
    order = inspections.order("13")

    first = await inspections.call("RunDraw", order, token=inspections.custodian)
    again = await inspections.call("RunDraw", order, token=inspections.custodian)

    assert first == again
    listed = await inspections.call(
        "ListVisits",
        inspections_pb2.ListVisitsRequest(unit=world.unit("13").id, page_size=200),
        token=inspections.custodian,
    )
    planned = sorted(visit.name for visit in listed.visits if visit.draw == first.name)
    assert planned == sorted(place.visit for place in first.drawn if not place.reserve)


async def test_too_few_inspectors_are_refused_and_the_visit_is_named(world: World, inspections: Inspections) -> None:
    at_home = world.unit("1101").id
    order = inspections.order(inspectors=[*people(1), *people(3, barred=[at_home])[1:]])

    refusal = await inspections.refusal("RunDraw", order, token=inspections.custodian)

    assert refusal.remote_reason == "NOT_ENOUGH_INSPECTORS"
    assert refusal.facts["visit"] in {world.unit("110101").id, world.unit("110102").id}
    assert (refusal.facts["needed"], refusal.facts["eligible"]) == ("2", "1")


async def test_a_bar_above_the_scope_bars_the_whole_of_it(world: World, inspections: Inspections) -> None:
    local = world.token("draw_custodian", "1101", clearance=2)
    order = inspections.order("1101", inspectors=people(4, barred=[world.unit("0").id]))

    refusal = await inspections.refusal("RunDraw", order, token=local)

    assert (refusal.remote_reason, refusal.facts["eligible"]) == ("NOT_ENOUGH_INSPECTORS", "0")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"frame_level": "galaxy"}, "EMPTY_FRAME"),
        ({"stratum_level": "township"}, "UNUSABLE_FRAME"),
        ({"per_stratum": 3}, "TOO_FEW_UNITS"),
        ({"campaign": "no-such-campaign"}, "UNKNOWN_CAMPAIGN"),
        ({"scope_unit": "0000000000"}, "UNKNOWN_UNIT"),
        ({"inspectors": people(4, barred=["0000000000"])}, "UNKNOWN_UNIT"),
        ({"inspectors": [*people(2), *people(2)]}, "UNUSABLE_FRAME"),
    ],
)
async def test_a_draw_that_cannot_be_held_says_why(
    inspections: Inspections, changes: dict[str, object], reason: str
) -> None:
    refusal = await inspections.refusal("RunDraw", inspections.order(**changes), token=inspections.custodian)

    assert refusal.remote_reason == reason


async def test_a_scope_inside_a_stratum_is_drawn_as_that_stratum(world: World, inspections: Inspections) -> None:
    draw = await inspections.draw("1101", stratum_level="province")

    assert {place.stratum for place in draw.drawn} == {world.unit("11").id}


async def test_draws_are_listed_newest_first_page_by_page(inspections: Inspections) -> None:
    held = [(await inspections.draw("12")).name for _ in range(3)]
    parent = held[0].split("/draws/")[0]
    listed: list[inspections_pb2.Draw] = []
    token = ""
    while len(listed) < 3:
        request = inspections_pb2.ListDrawsRequest(parent=parent, page_size=2, page_token=token)
        answer = await inspections.call("ListDraws", request, token=inspections.custodian)
        listed += answer.draws
        token = answer.next_page_token

    assert [draw.name for draw in listed[:3]] == held[::-1]
    assert listed[0].drawn
    assert not listed[0].frame_rows


async def test_a_draw_is_hidden_from_those_without_clearance_and_from_those_below(
    world: World, inspections: Inspections
) -> None:
    draw = await inspections.draw()
    parent = draw.name.split("/draws/")[0]
    get = inspections_pb2.GetDrawRequest(name=draw.name)
    absent = inspections_pb2.GetDrawRequest(name=f"{parent}/draws/{uuid.uuid4()}")

    for custodian in (
        world.token("draw_custodian", "0", clearance=1),
        world.token("draw_custodian", "1101", clearance=2),
        world.token("draw_custodian", "12", clearance=2),
    ):
        hidden = await inspections.refusal("GetDraw", get, token=custodian)
        missing = await inspections.refusal("GetDraw", absent, token=custodian)
        assert (hidden.remote_code, hidden.remote_reason) == (missing.remote_code, missing.remote_reason)
        listed = await inspections.call(
            "ListDraws", inspections_pb2.ListDrawsRequest(parent=parent, page_size=200), token=custodian
        )
        assert draw.name not in [each.name for each in listed.draws]


async def test_a_draw_needs_clearance_and_covers_only_the_custodians_own_scope(
    world: World, inspections: Inspections
) -> None:
    uncleared = world.token("draw_custodian", "0", clearance=1)
    elsewhere = world.token("draw_custodian", "12", clearance=2)

    refused = await inspections.refusal("RunDraw", inspections.order(), token=uncleared)
    unknown = await inspections.refusal("RunDraw", inspections.order(), token=elsewhere)

    assert refused.remote_code is Code.PERMISSION_DENIED
    assert unknown.remote_reason == "UNKNOWN_UNIT"


async def test_the_development_token_draws_for_the_tenant_of_the_scope(world: World, inspections: Inspections) -> None:
    draw = await inspections.call("RunDraw", inspections.order("12"), token=world.admin)

    assert draw.name.startswith(f"tenants/{world.unit('12').tenant}/draws/")


async def test_nothing_is_told_of_a_draw_and_of_the_visits_that_it_plans(inspections: Inspections) -> None:
    async with Listener(inspections).listening() as listener:
        draw = await inspections.draw("1101")
        later = await inspections.planned_visit()
        await inspections.check_in(later)

        # Facts leave in the order in which they came about, so whatever was told of the draw has been heard by now.
        await listener.hears(later.visit, version=2)

        assert not listener.heard.keys() & {draw.name, *(place.visit for place in draw.drawn)}
