"""The fold against a naive recount: any order, any batches, any repeats, replays from the start."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.rollups.catalogue import SLOTS, Slot
from services.rollups.fold import ancestors, tally
from services.rollups.model import Contribution
from tests.unit.rollups.books import Books, naive
from tests.unit.rollups.facts import CAMPAIGN, COUNTY

PATHS = ("a/", "a/b/", "a/b/c/", "a/b/d/", "a/e/", "a/e/f/", "a/e/f/g/", "z/")


@st.composite
def histories(draw: st.DrawFn) -> list[Contribution]:
    """Entities with some versions each: figures, campaigns and places change; one (key, order) is one contribution."""
    told = []
    for key in range(draw(st.integers(1, 6))):
        orders = draw(st.lists(st.tuples(st.integers(1, 4), st.integers(1, 3)), min_size=1, max_size=5, unique=True))
        for version, placement_version in orders:
            amounts = draw(st.dictionaries(st.integers(0, SLOTS - 1), st.integers(-2, 3), max_size=3))
            told.append(
                Contribution(
                    key=f"key-{key}",
                    version=version,
                    placement_version=placement_version,
                    line=draw(st.sampled_from(("territorial", "sector"))) if key == 0 else "territorial",
                    path=draw(st.sampled_from(PATHS)),
                    campaign=draw(st.sampled_from(("", "one", "two"))),
                    amounts=tuple(sorted(amounts.items())),
                )
            )
    return told


@given(st.data())
def test_any_order_any_batches_and_any_repeats_come_to_a_naive_recount(data: st.DataObject) -> None:
    history = data.draw(histories())
    arriving = data.draw(st.permutations([*history, *data.draw(st.lists(st.sampled_from(history), max_size=6))]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(arriving)), max_size=4)))
    books = Books()

    for start, end in zip([0, *cuts], [*cuts, len(arriving)], strict=True):
        books.take_in(arriving[start:end])

    assert books.figures() == naive(history)
    recount = tally(books.contributions.values())
    stored = {key: row for key, row in books.rows.items() if row.any()}
    assert list(recount.keys) == sorted(stored)
    assert all(np.array_equal(stored[key], row) for key, row in zip(recount.keys, recount.amounts, strict=True))


@given(histories())
def test_a_replay_from_the_start_changes_nothing(history: list[Contribution]) -> None:
    books = Books()
    books.take_in(history)

    for contribution in history:
        assert len(books.take_in([contribution]).keys) == 0


@given(histories())
def test_changes_are_sorted_and_hold_no_row_of_zeros(history: list[Contribution]) -> None:
    changes = tally(history)

    assert list(changes.keys) == sorted(set(changes.keys))
    assert changes.amounts.shape == (len(changes.keys), SLOTS)
    assert changes.amounts.any(axis=1).all()


def contribution(path: str, *amounts: tuple[int, int], version: int = 1) -> Contribution:
    return Contribution("key", version, version, "territorial", path, CAMPAIGN, amounts)


def test_a_figure_goes_to_the_unit_and_to_every_unit_above_it() -> None:
    changes = tally([contribution(COUNTY, (Slot.VISITS, 2))])

    assert [unit for _, unit, _ in changes.keys] == ["county", "nation", "province"]
    assert changes.paths == [COUNTY, "nation/", "nation/province/"]
    assert changes.amounts[:, Slot.VISITS].tolist() == [2, 2, 2]


def test_ids_of_any_length_make_a_path() -> None:
    assert ancestors("a/bcd/ef/") == [("a", "a/"), ("bcd", "a/bcd/"), ("ef", "a/bcd/ef/")]
    assert ancestors("") == []


def test_nothing_to_fold_makes_no_rows() -> None:
    changes = tally([])

    assert (changes.keys, changes.amounts.shape) == ([], (0, SLOTS))


def test_a_version_that_counts_the_same_changes_no_row() -> None:
    old, new = contribution(COUNTY, (Slot.VISITS, 1)), contribution(COUNTY, (Slot.VISITS, 1), version=2)

    assert tally([new], [old]).keys == []


def test_a_unit_that_moves_takes_its_figures_along_and_leaves_those_above_both_places_alone() -> None:
    old = contribution("nation/east/county/", (Slot.UNITS, 1))
    new = contribution("nation/west/county/", (Slot.UNITS, 1), version=2)

    changes = tally([new], [old])
    moved = {unit: amounts[Slot.UNITS] for (_, unit, _), amounts in zip(changes.keys, changes.amounts, strict=True)}
    paths = {unit: path for (_, unit, _), path in zip(changes.keys, changes.paths, strict=True)}

    assert moved == {"east": -1, "west": 1, "county": 0}
    # The unit's own row stays and learns its new place; of the place it left, nothing is said.
    assert paths == {"east": "", "west": "nation/west/", "county": "nation/west/county/"}
