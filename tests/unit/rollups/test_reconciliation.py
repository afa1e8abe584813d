"""Comparison of what is stored with a recount: each difference named, and those that the road explains told apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from services.rollups import projection
from services.rollups.catalogue import SLOTS, Slot
from services.rollups.fold import Tallies, tally
from services.rollups.model import Contribution
from services.rollups.reconciliation import LISTED, Outcome, compare
from tests.unit.rollups.facts import CAMPAIGN, COUNTY, PROVINCE, problem, unit


def contributions(*facts: object) -> dict[tuple[str, str], Contribution]:
    return projection.newest(c for fact in facts for c in projection.project(fact))  # type: ignore[arg-type]


TRUTH = contributions(
    unit("nation", "nation/"),
    unit("province", PROVINCE),
    unit("county", COUNTY),
    problem("OPEN", entity="tenants/t/problems/1"),
    problem("DONE", "RED", entity="tenants/t/problems/2", version=3),
)


def compared(
    truth: dict[tuple[str, str], Contribution] = TRUTH,
    stored: dict[tuple[str, str], Contribution] = TRUTH,
    tallies: Tallies | None = None,
    scope: str = "",
) -> Outcome:
    return compare(truth, stored, tallies or tally(stored.values()), scope=scope)


def subjects(outcome: Outcome, kind: str) -> Sequence[str]:
    return [difference.subject for difference in outcome.differences if difference.kind == kind]


def test_what_was_folded_rightly_shows_no_difference() -> None:
    outcome = compared()

    assert (outcome.difference_count, outcome.differences, outcome.may_be_on_the_road) == (0, (), False)
    assert outcome.contributions_compared == 5


def test_nothing_compares_with_nothing() -> None:
    assert compared({}, {}).difference_count == 0


def test_a_figure_that_was_changed_by_hand_is_named_with_what_it_should_be() -> None:
    tallies = tally(TRUTH.values())
    row = list(tallies.keys).index(("territorial", "province", CAMPAIGN))
    tallies.amounts[row, Slot.PROBLEMS_TOTAL] += 5

    outcome = compared(tallies=tallies)

    (difference,) = outcome.differences
    assert (difference.kind, difference.subject) == ("figure", f"province/problems_total/{CAMPAIGN}")
    assert (difference.expected, difference.found) == ("2", "7")
    assert not outcome.may_be_on_the_road


def test_a_figure_in_a_place_that_the_catalogue_does_not_know_is_named_too() -> None:
    tallies = tally(TRUTH.values())
    tallies.amounts[0, SLOTS - 1] = 1

    (difference,) = compared(tallies=tallies).differences

    assert difference.subject.split("/")[1] == f"slot_{SLOTS - 1}"


def test_a_row_that_is_missing_and_a_row_too_many_are_named() -> None:
    right = tally(TRUTH.values())
    nation = list(right.keys).index(("territorial", "nation", ""))
    kept = [row for row in range(len(right.keys)) if row != nation]
    tallies = Tallies(
        keys=[*(right.keys[row] for row in kept), ("territorial", "stranger", "")],
        paths=[*(right.paths[row] for row in kept), "stranger/"],
        amounts=np.vstack([right.amounts[kept], np.eye(1, SLOTS, dtype=np.int64)]),
    )

    named = subjects(compared(tallies=tallies), "figure")

    assert named == ["nation/units", "nation/participating_units", "stranger/units"]


def test_a_row_of_zeros_that_nobody_needs_is_no_difference() -> None:
    right = tally(TRUTH.values())
    tallies = Tallies(
        keys=[*right.keys, ("territorial", "left", "")],
        paths=[*right.paths, "left/"],
        amounts=np.vstack([right.amounts, np.zeros((1, SLOTS), dtype=np.int64)]),
    )

    assert compared(tallies=tallies).difference_count == 0


def test_a_row_in_the_wrong_place_is_named_because_row_security_goes_by_it() -> None:
    right = tally(TRUTH.values())
    paths = list(right.paths)
    paths[list(right.keys).index(("territorial", "county", ""))] = "elsewhere/"

    (difference,) = compared(tallies=replace(right, paths=paths)).differences

    assert (difference.subject, difference.expected, difference.found) == ("county/path", COUNTY, "elsewhere/")


def test_a_contribution_with_other_amounts_of_the_same_version_is_no_matter_of_the_road() -> None:
    place = ("territorial", "tenants/t/problems/1")
    stored = {**TRUTH, place: replace(TRUTH[place], amounts=((int(Slot.PROBLEMS_TOTAL), 1),))}

    outcome = compared(stored=stored)

    assert subjects(outcome, "contribution") == ["tenants/t/problems/1"]
    assert not outcome.may_be_on_the_road


def test_an_older_version_and_a_missing_one_may_be_on_the_road() -> None:
    older, place = (
        contributions(problem("OPEN", entity="tenants/t/problems/2", version=2)),
        (
            "territorial",
            "tenants/t/problems/2",
        ),
    )
    behind = compared(stored={**TRUTH, **older})
    missing = compared(stored={key: value for key, value in TRUTH.items() if key != place})

    assert behind.may_be_on_the_road
    assert missing.may_be_on_the_road
    assert [d.found for d in missing.differences if d.kind == "contribution"] == ["absent"]


def test_within_a_scope_figures_above_it_are_left_alone() -> None:
    below = {key: value for key, value in TRUTH.items() if value.path.startswith(PROVINCE)}
    everything = tally(TRUTH.values())
    rows = [row for row, path in enumerate(everything.paths) if path.startswith(PROVINCE)]
    shown = Tallies(
        keys=[everything.keys[row] for row in rows],
        paths=[everything.paths[row] for row in rows],
        amounts=everything.amounts[rows],
    )

    assert compared(below, below, shown, PROVINCE).difference_count == 0


def test_all_differences_are_counted_though_only_some_are_listed() -> None:
    many = contributions(*(problem(entity=f"tenants/t/problems/{number}") for number in range(2 * LISTED)))

    outcome = compared(truth=many, stored={}, tallies=tally([]))

    assert len(outcome.differences) == LISTED
    assert outcome.difference_count > 2 * LISTED
