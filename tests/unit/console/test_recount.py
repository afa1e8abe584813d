"""A draw counted again by separate code agrees with the lottery that held it, and notices what was changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.inspections.v1 import inspections_pb2
from services.console import recount
from services.console.pages import draws
from services.inspections import commitment, lottery
from services.inspections.lottery import FrameUnit, Inspector, Place

SEED = "11af0849f652016ba187dd400ddc71cd4d0793fa7c57be199b2ac695fbc6de6c"
INSPECTORS = [Inspector(f"inspector:{number}", "member") for number in range(5)]


def frame_of(*sizes: int, mos: int = 1) -> list[FrameUnit]:
    """A frame of strata with so many units each."""
    return [
        FrameUnit(f"{stratum}-{number}", f"stratum {stratum}", mos)
        for stratum, size in enumerate(sizes)
        for number in range(size)
    ]


def held(frame: list[FrameUnit], *, drawn: int, reserve: int, seed: str = SEED) -> dict[str, Any]:
    """A draw that the lottery held, as `recount` is given one."""
    strata = sorted({unit.stratum for unit in frame})
    selection = lottery.select(seed, frame=frame, places=[Place(stratum, drawn, reserve) for stratum in strata])
    rows = [commitment.frame_row(unit) for unit in frame]
    people = [commitment.inspector_row(person) for person in INSPECTORS]
    return {
        "seed_hex": seed,
        "frame_rows": [row.decode() for row in rows],
        "frame_root": commitment.commit_set(rows).root,
        "inspector_rows": [row.decode() for row in people],
        "inspectors_root": commitment.commit_set(people).root,
        "drawn": drawn,
        "reserve": reserve,
        "told": {stratum: [each.pid for each in selection.chosen if each.stratum == stratum] for stratum in strata},
    }


@given(
    sizes=st.lists(st.integers(2, 9), min_size=1, max_size=4),
    reserve=st.integers(0, 3),
    seed=st.binary(min_size=32, max_size=32).map(bytes.hex),
)
def test_it_agrees_with_the_lottery_whatever_the_seed(sizes: list[int], reserve: int, seed: str) -> None:
    counted = recount.recount(**held(frame_of(*sizes), drawn=2, reserve=reserve, seed=seed))

    assert counted is not None
    assert counted.agrees


def test_another_seed_gives_other_units() -> None:
    draw = held(frame_of(40), drawn=5, reserve=0) | {"seed_hex": "0" * 64}

    counted = recount.recount(**draw)

    assert counted is not None
    assert (counted.units, counted.frame_root, counted.agrees) == (False, True, False)


def test_two_places_that_were_exchanged_are_noticed() -> None:
    draw = held(frame_of(40), drawn=5, reserve=2)
    first, second, *others = draw["told"]["stratum 0"]
    draw["told"] = {"stratum 0": [second, first, *others]}

    counted = recount.recount(**draw)

    assert counted is not None
    assert not counted.units


@pytest.mark.parametrize(("rows", "root"), [("frame_rows", "frame_root"), ("inspector_rows", "inspectors_root")])
def test_a_row_that_was_left_out_is_noticed(rows: str, root: str) -> None:
    draw = held(frame_of(20), drawn=2, reserve=1)
    draw[rows] = draw[rows][:-1]

    counted = recount.recount(**draw)

    assert counted is not None
    assert not getattr(counted, root)


def test_the_order_of_rows_does_not_matter() -> None:
    draw = held(frame_of(20), drawn=2, reserve=1)
    draw["frame_rows"] = draw["frame_rows"][::-1]

    counted = recount.recount(**draw)

    assert counted is not None
    assert counted.agrees


@pytest.mark.parametrize("unlike", [{"mos": 7}, {"must": True}])
def test_a_frame_with_unequal_chances_is_not_claimed_to_be_counted(unlike: dict[str, Any]) -> None:
    frame = frame_of(20)
    frame[3] = replace(frame[3], **unlike)

    assert recount.recount(**held(frame, drawn=2, reserve=1)) is None


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13])
def test_the_root_is_that_of_rfc_6962(size: int) -> None:
    rows = [f"row {number}" for number in range(size)]

    assert recount.tree_root(rows) == commitment.commit_set(row.encode() for row in rows).root


def test_the_places_stand_by_stratum_in_the_order_of_codes_and_by_rank() -> None:
    places = [
        inspections_pb2.DrawnUnit(stratum=stratum, rank=rank, unit_code=code)
        for stratum, rank, code in [("a", 1, "330106"), ("a", 0, "330301"), ("b", 0, "110101"), ("b", 1, "110105")]
    ]

    found = draws.by_stratum(places)

    assert [(each.unit, [place.rank for place in each.places]) for each in found] == [("b", [0, 1]), ("a", [0, 1])]
