"""The two tables of figures in memory, folded into as the store folds, and the naive recount that they must equal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from services.rollups import projection
from services.rollups.catalogue import SLOTS
from services.rollups.fold import Tallies, tally
from services.rollups.model import Contribution

Figures = dict[tuple[str, str, str, int], int]


def naive(contributions: Iterable[Contribution]) -> Figures:
    """The newest version of each key, added to every unit on its path, one by one."""
    newest: dict[tuple[str, str], Contribution] = {}
    for contribution in contributions:
        key = (contribution.line, contribution.key)
        if key not in newest or newest[key].order < contribution.order:
            newest[key] = contribution
    figures: Counter[tuple[str, str, str, int]] = Counter()
    for contribution in newest.values():
        for unit in contribution.path.strip("/").split("/"):
            for slot, amount in contribution.amounts:
                figures[(contribution.line, unit, contribution.campaign, slot)] += amount
    return {key: value for key, value in figures.items() if value}


class Books:
    """The two tables in memory, folded into as the store folds."""

    def __init__(self) -> None:
        self.contributions: dict[tuple[str, str], Contribution] = {}
        self.rows: dict[tuple[str, str, str], np.ndarray] = {}
        self.paths: dict[tuple[str, str, str], str] = {}

    def take_in(self, batch: Sequence[Contribution]) -> Tallies:
        old, new = [], []
        for place, contribution in projection.newest(batch).items():
            known = self.contributions.get(place)
            if known is None or known.order < contribution.order:
                self.contributions[place] = contribution
                new.append(contribution)
                if known is not None:
                    old.append(known)
        changes = tally(new, old)
        for key, path, amounts in zip(changes.keys, changes.paths, changes.amounts, strict=True):
            self.rows[key] = self.rows.get(key, np.zeros(SLOTS, dtype=np.int64)) + amounts
            self.paths[key] = path or self.paths[key]
        return changes

    def figures(self) -> Figures:
        return {(*key, slot): int(row[slot]) for key, row in self.rows.items() for slot in np.flatnonzero(row).tolist()}
