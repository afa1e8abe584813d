"""How what is stored differs from what the services' own truth makes of it; compares, and asks nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from services.rollups import catalogue, fold
from services.rollups.fold import Integers, Tallies, TallyKey
from services.rollups.model import Contribution

# A verification that finds more than this has found enough to look into; the count tells of the others.
LISTED = 100
_ABSENT = "absent"

Contributions = Mapping[tuple[str, str], Contribution]


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it should be. kind: contribution or figure."""

    kind: str
    subject: str
    expected: str
    found: str


@dataclass(frozen=True)
class Outcome:
    """What a comparison found. differences: the first LISTED of difference_count.

    may_be_on_the_road: some stored contribution is older or newer than the truth that was read, or one of the two is
    missing; facts that are still on the road look like this, and so does what was changed while the truth was read.
    """

    contributions_compared: int
    figures_compared: int
    difference_count: int
    differences: Sequence[Difference]
    may_be_on_the_road: bool


def compare(truth: Contributions, stored: Contributions, tallies: Tallies, *, scope: str) -> Outcome:
    """Compares contributions one by one, and every figure with a recount from the truth.

    scope: path prefix within which figures are compared; those above it hold more than the truth that was read.
    """
    places = sorted(truth.keys() | stored.keys())
    wrong = [place for place in places if truth.get(place) != stored.get(place)]
    recount = _within(fold.tally(truth.values()), scope)
    figures = _Figures(recount, tallies)
    differences = (*_contributions(wrong, truth, stored), *figures.differences())
    return Outcome(
        contributions_compared=len(places),
        figures_compared=figures.compared,
        difference_count=len(wrong) + figures.difference_count,
        differences=differences[:LISTED],
        may_be_on_the_road=any(_order(truth.get(place)) != _order(stored.get(place)) for place in wrong),
    )


class _Figures:
    """The recounted and the stored rows side by side, each row's figures and its place."""

    def __init__(self, recount: Tallies, stored: Tallies) -> None:
        self._keys = sorted({*recount.keys, *stored.keys})
        index = {key: row for row, key in enumerate(self._keys)}
        self._expected, self._found = _aligned(recount, index), _aligned(stored, index)
        self._wrong: Sequence[Sequence[int]] = np.argwhere(self._expected != self._found).tolist()
        placed = dict(zip(recount.keys, recount.paths, strict=True))
        found_at = dict(zip(stored.keys, stored.paths, strict=True))
        # Row security shows a row by its path, so a wrong one withholds figures or betrays them.
        self._misplaced = [
            (key, placed[key], found_at[key])
            for key in self._keys
            if key in placed and found_at.get(key, placed[key]) != placed[key]
        ]
        self.compared = len(self._keys) * len(catalogue.USED_SLOTS)
        self.difference_count = len(self._wrong) + len(self._misplaced)

    def differences(self) -> Iterator[Difference]:
        """At most LISTED of them."""
        for row, slot in self._wrong[:LISTED]:
            yield Difference(
                kind="figure",
                subject=_subject(self._keys[row], catalogue.metric_id(slot)),
                expected=str(self._expected[row, slot]),
                found=str(self._found[row, slot]),
            )
        for key, expected, found in self._misplaced[:LISTED]:
            yield Difference(kind="figure", subject=_subject(key, "path"), expected=expected, found=found)


def _aligned(tallies: Tallies, index: Mapping[TallyKey, int]) -> Integers:
    """The rows of some tallies in the order of an index; zeros where there is no row."""
    wide = np.zeros((len(index), catalogue.SLOTS), dtype=np.int64)
    wide[[index[key] for key in tallies.keys]] = tallies.amounts
    return wide


def _within(tallies: Tallies, scope: str) -> Tallies:
    if not scope:
        return tallies
    rows = [row for row, path in enumerate(tallies.paths) if path.startswith(scope)]
    return Tallies(
        keys=[tallies.keys[row] for row in rows],
        paths=[tallies.paths[row] for row in rows],
        amounts=tallies.amounts[rows],
    )


def _contributions(
    wrong: Sequence[tuple[str, str]], truth: Contributions, stored: Contributions
) -> Iterator[Difference]:
    for place in islice(wrong, LISTED):
        yield Difference(
            kind="contribution",
            subject=place[1],
            expected=_described(truth.get(place)),
            found=_described(stored.get(place)),
        )


def _subject(key: TallyKey, figure: str) -> str:
    """`<unit>/<metric>`, and the campaign where the figure belongs to one."""
    _, unit, campaign = key
    return f"{unit}/{figure}/{campaign}" if campaign else f"{unit}/{figure}"


def _described(contribution: Contribution | None) -> str:
    if contribution is None:
        return _ABSENT
    amounts = ", ".join(f"{catalogue.metric_id(slot)} {amount}" for slot, amount in contribution.amounts)
    return (
        f"version {contribution.version}, placement {contribution.placement_version}, at {contribution.path}"
        f" of tenant {contribution.tenant}, campaign {contribution.campaign or 'none'}: {amounts or 'nothing'}"
    )


def _order(contribution: Contribution | None) -> tuple[int, int] | None:
    return None if contribution is None else contribution.order
