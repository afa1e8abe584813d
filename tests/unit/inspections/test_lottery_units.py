"""The draw of units against outside vectors and its own laws; knows nothing of storage."""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.inspections.lottery import (
    FrameUnit,
    How,
    Place,
    TooFewUnits,
    TooManyMustUnits,
    UnusableFrame,
    inclusion_probabilities,
    pareto_key,
    select,
    srs,
    ticket,
    ticket_digits,
)

VECTORS = Path(__file__).parents[2] / "vectors"
RIVEST: dict[str, Any] = json.loads((VECTORS / "rivest_consistent_sampler.json").read_text("utf-8"))
SPS: dict[str, Any] = json.loads((VECTORS / "sps_r_package.json").read_text("utf-8"))
SEED = "11af0849f652016ba187dd400ddc71cd4d0793fa7c57be199b2ac695fbc6de6c"

Frame = tuple[list[FrameUnit], list[Place]]


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    """Up to three strata whose places their units can fill, some units heavy and some in `must`."""
    units: list[FrameUnit] = []
    places: list[Place] = []
    for stratum in draw(st.sets(st.sampled_from(["11", "33", "45"]), min_size=1)):
        sizes = draw(st.lists(st.integers(1, 50) | st.integers(1, 2**53 - 1), min_size=1, max_size=12))
        n = draw(st.integers(0, len(sizes)))
        must = draw(st.sets(st.integers(0, len(sizes) - 1), max_size=n))
        units += [FrameUnit(f"{stratum}-{at}", stratum, mos, at in must) for at, mos in enumerate(sizes)]
        places.append(Place(stratum, n, draw(st.integers(0, 5))))
    return units, places


def units_of(sizes: list[int]) -> list[FrameUnit]:
    """Units named by their place in the list, as the R package names them; it allows size 0, a frame does not."""
    return [FrameUnit(str(at), "s", mos) for at, mos in enumerate(sizes, start=1) if mos > 0]


def ticket_at(u: Fraction) -> int:
    """The ticket whose u is nearest below the given one."""
    return int(u * 2**256)


def test_a_ticket_is_rivests_first_ticket_number_read_backwards() -> None:
    drawn = ticket("01382438112797316654", "AB-130")

    assert drawn == 45816542205778254214068552445152559351799536664579244570561480083822141799262
    expected = {each["call"]: each["expected"] for each in RIVEST["functions"]}
    assert "0." + ticket_digits(drawn) == expected["first_fraction('AB-130','01382438112797316654')"]


def test_digits_of_a_hash_are_rivests_uniform_number() -> None:
    expected = {each["call"]: each["expected"] for each in RIVEST["functions"]}

    of_abc = hashlib.sha256(b"abc")

    assert of_abc.hexdigest() == expected["sha256_hex('abc')"]
    assert "0." + ticket_digits(int(of_abc.hexdigest(), 16)) == expected["sha256_uniform('abc')"]


@pytest.mark.parametrize(
    "sample",
    [each for each in RIVEST["samples"] if "with_replacement" not in each["args"]],
    ids=lambda each: str(each["args"]["seed"]),
)
def test_srs_equals_the_consistent_sampler(sample: dict[str, Any]) -> None:
    arguments = sample["args"]

    order = srs(str(arguments["seed"]), [str(each) for each in arguments["id_list"]])[: arguments.get("take")]

    rows = [each if isinstance(each, list) else [None, each, 1] for each in sample["expected"]]
    assert list(order) == [str(ident) for _, ident, _ in rows]
    for number, ident, _ in rows:
        assert number is None or ("0." + ticket_digits(ticket(str(arguments["seed"]), ident))).startswith(number)


def test_srs_orders_as_a_sample_with_replacement_first_meets_each() -> None:
    sample = next(each for each in RIVEST["samples"] if "with_replacement" in each["args"])

    order = srs(str(sample["args"]["seed"]), sample["args"]["id_list"])

    assert list(order) == list(dict.fromkeys(sample["expected"]))


def test_srs_refuses_a_text_that_comes_twice() -> None:
    with pytest.raises(UnusableFrame) as refusal:
        srs(SEED, ["a", "b", "a"])

    assert refusal.value.facts == {"what": "text", "name": "a", "times": "2"}


@pytest.mark.parametrize("case", SPS["inclusion_prob"], ids=lambda case: f"{len(case['x'])}-units-{case['n']}-places")
def test_inclusion_probabilities_equal_those_of_sps(case: dict[str, Any]) -> None:
    frame = units_of(case["x"])

    chances = inclusion_probabilities(frame=frame, places=[Place("s", case["n"], 0)])

    expected = {str(at): Fraction(pi) for at, pi in enumerate(case["pi"], start=1)}
    assert chances == {pid: pi for pid, pi in expected.items() if pi > 0}
    certain = {
        each.pid
        for each in select(SEED, frame=frame, places=[Place("s", case["n"], 0)]).chosen
        if each.how is How.CERTAIN
    }
    assert certain == {pid for pid, pi in expected.items() if pi == 1}


def test_certain_units_and_weights_equal_those_in_the_readme_of_sps() -> None:
    case = SPS["readme"]
    frame = units_of(case["x"])
    places = [Place("s", case["n"], 0)]

    chances = inclusion_probabilities(frame=frame, places=places)

    assert {pid for pid, pi in chances.items() if pi == 1} == {str(at) for at in case["take_all"]}
    for pid, weight in case["weights"].items():
        assert float(1 / chances[pid]) == pytest.approx(weight)


def test_equal_tickets_are_ordered_as_in_sps() -> None:
    case = SPS["order"][0]
    total = sum(case["x"])

    keys = {
        at: pareto_key(ticket_at(Fraction(u)), mos=mos, total=total, places=1)
        for at, (mos, u) in enumerate(zip(case["x"], case["prn"], strict=True), start=1)
    }

    assert sorted(keys, key=lambda at: keys[at]) == case["order_1based"]


@pytest.mark.parametrize(
    ("case", "shift"), [(SPS["order"][1], Fraction(0)), (SPS["order"][2], Fraction(49, 100))], ids=["plain", "shifted"]
)
def test_equal_sizes_are_drawn_by_ticket_as_in_sps(case: dict[str, Any], shift: Fraction) -> None:
    tickets = [ticket_at((Fraction(at, 10) - shift) % 1) for at in range(1, 10)]

    keys = {at: pareto_key(drawn, mos=1, total=9, places=case["n"]) for at, drawn in enumerate(tickets, start=1)}

    assert sorted(sorted(keys, key=lambda at: keys[at])[: case["n"]]) == case["sample"]


@given(frames())
def test_the_order_of_frame_and_places_does_not_matter(made: Frame) -> None:
    frame, places = made

    drawn = select(SEED, frame=frame, places=places)

    assert drawn == select(SEED, frame=frame[::-1], places=places[::-1])
    assert drawn == select(SEED, frame=sorted(frame, key=lambda unit: (unit.mos, unit.pid)), places=places)


@given(frames(), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_each_stratum_gets_its_visits_and_its_reserves_and_no_unit_twice(made: Frame, seed_hex: str) -> None:
    frame, places = made

    selection = select(seed_hex, frame=frame, places=places)

    sizes = Counter(unit.stratum for unit in frame)
    listed = [each.pid for each in selection.chosen]
    assert len(listed) == len(set(listed))
    assert {each.pid for each in selection.drawn}.isdisjoint(each.pid for each in selection.reserves)
    for place in places:
        chosen = [each for each in selection.chosen if each.stratum == place.stratum]
        assert [each.rank for each in chosen] == list(range(min(place.n + place.reserve, sizes[place.stratum])))
        assert all((each.how is How.RESERVE) == (each.rank >= place.n) for each in chosen)
    assert list(selection.chosen) == sorted(selection.chosen, key=lambda each: (each.stratum, each.rank))


@given(frames(), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_a_unit_that_must_be_visited_always_is(made: Frame, seed_hex: str) -> None:
    frame, places = made

    certain = {each.pid for each in select(seed_hex, frame=frame, places=places).drawn if each.how is How.CERTAIN}

    assert {unit.pid for unit in frame if unit.must} <= certain


@given(frames())
def test_chances_add_up_to_the_visits_and_nobodys_is_above_one(made: Frame) -> None:
    frame, places = made

    chances = inclusion_probabilities(frame=frame, places=places)

    for place in places:
        of_stratum = [chances[unit.pid] for unit in frame if unit.stratum == place.stratum]
        certain = sum(1 for pi in of_stratum if pi == 1)
        assert all(0 <= pi <= 1 for pi in of_stratum)
        # Certain units can use up all places; only then is somebody else's chance zero.
        assert sum(of_stratum) == place.n
        assert all(pi > 0 for pi in of_stratum) or certain == place.n


def test_drawn_shares_meet_the_nominal_chances() -> None:
    frame = units_of([1, 2, 3, 4, 5, 6, 7, 8])
    places = [Place("s", 3, 0)]
    chances = inclusion_probabilities(frame=frame, places=places)
    rounds = 4000

    hits = Counter(each.pid for at in range(rounds) for each in select(f"{at:064x}", frame=frame, places=places).drawn)

    # Seeds are fixed, so this cannot flicker; 0.03 is almost four standard errors of a share over 4000 rounds.
    assert all(abs(hits[pid] / rounds - float(pi)) < 0.03 for pid, pi in chances.items())


def test_certain_units_come_first_must_before_large() -> None:
    frame = [FrameUnit("small", "s", 1, must=True), FrameUnit("huge", "s", 1000), *units_of([3, 3, 3])]

    selection = select(SEED, frame=frame, places=[Place("s", 3, 1)])

    assert [(each.pid, each.how) for each in selection.chosen[:2]] == [("small", How.CERTAIN), ("huge", How.CERTAIN)]
    assert [each.how for each in selection.chosen[2:]] == [How.DRAWN, How.RESERVE]


def test_reserves_are_ordered_even_where_certain_units_use_up_all_visits() -> None:
    frame = [FrameUnit("only", "s", 5, must=True), *units_of([1, 2, 3])]

    selection = select(SEED, frame=frame, places=[Place("s", 1, 9)])

    assert [each.how for each in selection.chosen] == [How.CERTAIN, How.RESERVE, How.RESERVE, How.RESERVE]


def test_too_few_units_are_refused_with_the_stratum() -> None:
    with pytest.raises(TooFewUnits) as refusal:
        select(SEED, frame=units_of([1, 2]), places=[Place("s", 3, 0)])

    assert refusal.value.facts == {"stratum": "s", "units": "2", "visits": "3"}


def test_more_must_units_than_visits_are_refused() -> None:
    frame = [FrameUnit(str(at), "s", 1, must=True) for at in range(3)]

    with pytest.raises(TooManyMustUnits) as refusal:
        select(SEED, frame=frame, places=[Place("s", 2, 0)])

    assert refusal.value.facts == {"stratum": "s", "must": "3", "visits": "2"}


@pytest.mark.parametrize(
    ("frame", "places"),
    [
        pytest.param([FrameUnit("a", "s", 1), FrameUnit("a", "s", 2)], [Place("s", 1, 0)], id="unit twice"),
        pytest.param([FrameUnit("a", "s", 1)], [Place("s", 1, 0), Place("s", 0, 0)], id="stratum twice"),
        pytest.param([FrameUnit("a", "forgotten", 1)], [Place("s", 0, 0)], id="stratum without a place"),
        pytest.param([FrameUnit("a", "s", 0)], [Place("s", 1, 0)], id="no chance at all"),
        pytest.param([FrameUnit("a", "s", 2**53)], [Place("s", 1, 0)], id="beyond exact JSON"),
        pytest.param([FrameUnit("a", "s", 1)], [Place("s", -1, 0)], id="visits below zero"),
        pytest.param([FrameUnit("a", "s", 1)], [Place("s", 1, -1)], id="reserve below zero"),
    ],
)
def test_an_unusable_frame_is_refused(frame: list[FrameUnit], places: list[Place]) -> None:
    with pytest.raises(UnusableFrame):
        select(SEED, frame=frame, places=places)


def test_a_national_frame_is_drawn_while_one_waits() -> None:
    frame = [FrameUnit(f"{at:064x}", f"{at % 31:02d}", 1 + at * 7919 % 400) for at in range(45_000)]
    places = [Place(f"{stratum:02d}", 30, 10) for stratum in range(31)]

    started = time.perf_counter()
    selection = select(SEED, frame=frame, places=places)
    print(f"45,000 units, 31 strata x 30 visits: {time.perf_counter() - started:.2f} s")

    assert len(selection.drawn) == 930
    assert len(selection.reserves) == 310
