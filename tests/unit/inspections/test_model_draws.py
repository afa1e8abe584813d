"""How a draw is held: its frame and strata, whom a bar bars, and that its rows recompute its result."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest

from services.inspections import commitment, draws, lottery, model
from services.inspections.draws import MEMBER, DrawTooLarge, EmptyFrame
from services.inspections.lottery import FrameUnit, Inspector, NotEnoughInspectors, Place, TooFewUnits, UnusableFrame
from services.inspections.model import EMBARGOED, Candidate, Draw, DrawnRows, DrawOrder, Unit, VisitState

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ROOT = "root000000"
SEED = "11af0849f652016ba187dd400ddc71cd4d0793fa7c57be199b2ac695fbc6de6c"
ORDER = DrawOrder(
    campaign="mass-line-2013",
    scope_unit=ROOT,
    stratum_level="province",
    frame_level="county",
    per_stratum=2,
    reserve_per_stratum=1,
    inspectors_per_visit=2,
    seed_hex=SEED,
    inspectors=tuple(Candidate(f"inspector:{number}") for number in range(6)),
)


def counties(provinces: int, each: int) -> list[Unit]:
    """Counties by turns directly under their province and under a city: levels are skipped in places."""
    return [
        Unit(
            f"c{p:03d}{c:06d}",
            f"{p}{c}",
            f"县{p}-{c}",
            f"{ROOT}/{province(p)}/{'city000000/' * (c % 2)}c{p:03d}{c:06d}/",
        )
        for p in range(provinces)
        for c in range(each)
    ]


def province(number: int) -> str:
    return f"p{number:09d}"


def held(order: DrawOrder = ORDER, *, units: Sequence[Unit] = (), provinces: int = 3) -> Draw:
    frame = draws.lay_out(order, units=units or counties(provinces, 5), strata=[province(n) for n in range(provinces)])
    ids = count()
    outcome = draws.hold(order, frame=frame)
    return outcome.draw(order, path=f"{ROOT}/", tenant=ROOT, now=NOW, new_id=lambda: f"id-{next(ids)}")


def test_the_rows_of_a_draw_recompute_its_result() -> None:
    barred = replace(ORDER.inspectors[0], barred_units=frozenset({province(1)}))
    draw = held(replace(ORDER, inspectors=(barred, *ORDER.inspectors[1:])))
    rows = draw.rows
    assert rows is not None

    frame = [FrameUnit(**json.loads(row)) for row in rows.frame]
    selection = lottery.select(SEED, frame=frame, places=[Place(province(n), 2, 1) for n in range(3)])
    assignment = lottery.assign(
        SEED,
        selection,
        frame=frame,
        inspectors=[Inspector(**json.loads(row)) for row in rows.inspectors],
        barred={(pair["v"], pair["i"]) for pair in map(json.loads, rows.exclusions)},
        roles={MEMBER: 2},
    )

    assert [(p.stratum, p.rank, p.unit) for p in draw.places] == [(c.stratum, c.rank, c.pid) for c in selection.chosen]
    assert [p.inspectors for p in draw.places] == [team.members[MEMBER] for team in assignment.teams]
    assert draw.load_cap == assignment.drawn_caps[MEMBER]


def test_the_roots_commit_to_the_rows() -> None:
    draw = held()
    rows = draw.rows or DrawnRows()

    frame = commitment.commit_set(row.encode() for row in rows.frame)

    assert (draw.commitments.frame_root, draw.commitments.frame_size) == (frame.root, frame.size)
    assert (frame.size, draw.commitments.inspectors_size) == (15, 6)


def test_the_order_in_which_units_are_read_does_not_matter() -> None:
    assert held(units=counties(3, 5)) == held(units=counties(3, 5)[::-1])


def test_a_visit_is_planned_for_each_drawn_unit_and_none_for_a_reserve() -> None:
    draw = held()

    visits = model.planned_visits(draw)

    assert [place.reserve for place in draw.places] == [False, False, True] * 3
    assert [visit.unit for visit in visits] == [place.unit for place in draw.places if not place.reserve]
    assert {(visit.state, visit.label) for visit in visits} == {(VisitState.PLANNED, EMBARGOED)}
    assert all(not place.visit_id for place in draw.places if place.reserve)


@pytest.mark.parametrize("barred", [province(1), ROOT])
def test_a_bar_holds_for_the_unit_and_everything_below(barred: str) -> None:
    units = counties(3, 5)

    pairs = draws.barred_pairs(units, [Candidate("inspector:0", frozenset({barred})), Candidate("inspector:1")])

    assert pairs == {(unit.id, "inspector:0") for unit in units if f"{barred}/" in unit.path}


def test_a_frame_without_units_is_empty() -> None:
    with pytest.raises(EmptyFrame):
        draws.lay_out(ORDER, units=[], strata=[province(0)])


def test_a_unit_without_a_stratum_is_refused_and_named() -> None:
    with pytest.raises(UnusableFrame) as refused:
        draws.lay_out(ORDER, units=counties(2, 1), strata=[province(0)])

    assert refused.value.facts["unit"] == "c001000000"


def test_a_unit_is_no_stratum_of_its_own() -> None:
    units = counties(1, 2)

    with pytest.raises(UnusableFrame):
        draws.lay_out(ORDER, units=units, strata=[unit.id for unit in units])


def test_a_stratum_with_too_few_units_is_refused() -> None:
    with pytest.raises(TooFewUnits):
        held(replace(ORDER, per_stratum=6))


def test_the_visit_that_cannot_be_staffed_is_named() -> None:
    at_home = frozenset({province(2)})
    people = (*(Candidate(f"inspector:{n}", at_home) for n in range(5)), Candidate("inspector:5"))

    with pytest.raises(NotEnoughInspectors) as refused:
        held(replace(ORDER, inspectors=people))

    assert refused.value.facts["visit"].startswith("c002")
    assert (refused.value.facts["needed"], refused.value.facts["eligible"]) == ("2", "1")


def test_a_draw_that_would_compute_for_minutes_is_refused() -> None:
    people = tuple(Candidate(f"inspector:{number}") for number in range(5000))

    with pytest.raises(DrawTooLarge):
        held(replace(ORDER, inspectors=people, per_stratum=300), units=counties(2, 600), provinces=2)
