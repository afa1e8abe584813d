"""A draw counted again by its published rules ("draw/1"), by hand and without the code that held it.

Units only, and frames in which every unit has the same chance, as all have today: then the order by Pareto keys is that
of the tickets. Anything else is not claimed to be recounted.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Recount:
    """What came out. frame_root, inspectors_root: whether the rows are those that were committed to; units: whether
    every place in every stratum is the one that the seed gives."""

    frame_root: bool
    inspectors_root: bool
    units: bool

    @property
    def agrees(self) -> bool:
        return self.frame_root and self.inspectors_root and self.units


def tree_root(rows: Iterable[str]) -> str:
    """The RFC 6962 root over rows sorted as bytes, as hex."""
    level = [hashlib.sha256(b"\x00" + row).digest() for row in sorted(row.encode() for row in rows)]
    if not level:
        return hashlib.sha256(b"").hexdigest()
    while len(level) > 1:
        # A last one without a partner goes up as it is: the same tree as RFC 6962's largest-power-of-two split.
        pairs = [hashlib.sha256(b"\x01" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0].hex()


def ticket(seed_hex: str, unit: str) -> str:
    """A unit's ticket: SHA-256 over the seed's own hash and the unit, as hex of one width, so it orders as a number."""
    stem = hashlib.sha256(seed_hex.encode("ascii")).hexdigest()
    return hashlib.sha256(f"{stem}u|{unit}".encode()).hexdigest()


def places(seed_hex: str, frame_rows: Iterable[str], *, drawn: int, reserve: int) -> Mapping[str, Sequence[str]] | None:
    """The units of each stratum in the order of their ranks; None for a frame that this does not count."""
    strata: dict[str, list[str]] = defaultdict(list)
    for text in frame_rows:
        row = json.loads(text)
        if row["mos"] != 1 or row.get("must"):
            return None
        strata[row["stratum"]].append(row["pid"])
    return {
        stratum: sorted(units, key=lambda unit: ("" if len(units) == drawn else ticket(seed_hex, unit), unit))[
            : drawn + reserve
        ]
        for stratum, units in strata.items()
    }


def recount(
    *,
    seed_hex: str,
    frame_rows: Sequence[str],
    frame_root: str,
    inspector_rows: Sequence[str],
    inspectors_root: str,
    drawn: int,
    reserve: int,
    told: Mapping[str, Sequence[str]],
) -> Recount | None:
    """Counts a draw again. told: the units that the draw names, by stratum in the order of their ranks. None for a draw
    whose frame this does not count."""
    counted = places(seed_hex, frame_rows, drawn=drawn, reserve=reserve)
    if counted is None:
        return None
    return Recount(
        frame_root=tree_root(frame_rows) == frame_root,
        inspectors_root=tree_root(inspector_rows) == inspectors_root,
        units={stratum: list(units) for stratum, units in counted.items()}
        == {stratum: list(units) for stratum, units in told.items()},
    )
