"""How contributions become wide rows of figures for a unit and every unit above it; arithmetic, and no database."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.rollups.catalogue import SLOTS
from services.rollups.model import Contribution

# (line, unit id, campaign).
TallyKey = tuple[str, str, str]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Tallies:
    """Wide rows, or changes of them: one a (line, unit, campaign), sorted by it so that writers lock in one order.

    paths: each unit's place; empty where the contributions that came say nothing about where it stands now.
    amounts: one row a key, SLOTS columns.
    """

    keys: Sequence[TallyKey]
    paths: Sequence[str]
    amounts: Integers


def ancestors(path: str) -> list[tuple[str, str]]:
    """(unit id, path) of every unit on a path, from the root to the unit itself; never cut by position."""
    found, prefix = [], ""
    for unit in path.split("/"):
        if unit:
            prefix += unit + "/"
            found.append((unit, prefix))
    return found


def tally(added: Iterable[Contribution], removed: Iterable[Contribution] = ()) -> Tallies:
    """The figures of some contributions, less those of others. Rows that come to nothing are left out.

    With what a fold has stored and what that took the place of, these are the changes of the stored rows; with every
    contribution there is, the stored rows themselves.
    """
    places = _Places()
    places.gather(added, sign=1)
    present = len(places.index)
    places.gather(removed, sign=-1)
    above = _Above()
    for number, (line, path, campaign) in enumerate(places.index):
        above.climb(line, path, campaign, is_present=number < present)
    return above.tallies(places.amounts())


class _Places:
    """What entities add at their own places, before anything goes up: one row a (line, path, campaign)."""

    def __init__(self) -> None:
        self.index: dict[tuple[str, str, str], int] = {}
        self._rows: list[int] = []
        self._slots: list[int] = []
        self._amounts: list[int] = []

    def gather(self, contributions: Iterable[Contribution], *, sign: int) -> None:
        """Adds contributions, or takes them away."""
        for contribution in contributions:
            place = (contribution.line, contribution.path, contribution.campaign)
            row = self.index.setdefault(place, len(self.index))
            for slot, amount in contribution.amounts:
                self._rows.append(row)
                self._slots.append(slot)
                self._amounts.append(sign * amount)

    def amounts(self) -> Integers:
        """One row a place, SLOTS columns."""
        wide = np.zeros((len(self.index), SLOTS), dtype=np.int64)
        np.add.at(wide, (_integers(self._rows), _integers(self._slots)), _integers(self._amounts))
        return wide


class _Above:
    """The rows of all units at or above some places, and which place goes to which of them."""

    def __init__(self) -> None:
        self._index: dict[TallyKey, int] = {}
        self._paths: list[str] = []
        self._moved: set[int] = set()
        self._targets: list[int] = []
        self._depths: list[int] = []

    def climb(self, line: str, path: str, campaign: str, *, is_present: bool) -> None:
        """Adds one place. One from before (not is_present) says nothing about where units stand now."""
        found = ancestors(path)
        for unit, prefix in found:
            key = (line, unit, campaign)
            row = self._index.setdefault(key, len(self._paths))
            if row == len(self._paths):
                self._paths.append(prefix if is_present else "")
            elif self._paths[row] not in ("", prefix):
                # The sum may be nothing, yet the row has to learn the unit's new place.
                self._moved.add(row)
            self._targets.append(row)
        self._depths.append(len(found))

    def tallies(self, own: Integers) -> Tallies:
        """Sums the places' rows (one a climb, in order) over the units above them."""
        sources, slots = np.nonzero(own)
        depths = _integers(self._depths)
        # The targets of one place lie together: a figure of that place goes to each of them.
        repeats = depths[sources]
        starts = np.repeat((np.cumsum(depths) - depths)[sources], repeats)
        steps = np.arange(int(repeats.sum())) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        targets = _integers(self._targets)[starts + steps]
        sums = np.zeros(len(self._paths) * SLOTS, dtype=np.int64)
        np.add.at(sums, targets * SLOTS + np.repeat(slots, repeats), np.repeat(own[sources, slots], repeats))
        amounts = sums.reshape(-1, SLOTS)
        keys = list(self._index)
        changed = {*np.flatnonzero(amounts.any(axis=1)).tolist(), *self._moved}
        order = sorted(changed, key=keys.__getitem__)
        return Tallies(
            keys=[keys[row] for row in order],
            paths=[self._paths[row] for row in order],
            amounts=amounts[order].reshape(-1, SLOTS),
        )


def _integers(values: Sequence[int]) -> Integers:
    return np.array(values, dtype=np.int64)
