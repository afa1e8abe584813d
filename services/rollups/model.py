"""What is counted and what a figure is made of; knows no SQL, no protobuf, and not where a figure stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

TERRITORIAL = "territorial"
# Contributions that belong to no campaign, such as a unit's being there.
NO_CAMPAIGN = ""
# Figures are of the whole time so far; the column is there for the first figure of a month or a batch.
WHOLE_TIME = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which entity a fact is about, at which version, and where its unit stands in one line.

    entity: resource name. path: unit ids from the root to the unit itself, each followed by "/".
    """

    entity: str
    tenant: str
    version: int
    placement_version: int
    line: str
    path: str
    campaign: str


@dataclass(frozen=True, slots=True)
class UnitFact:
    """A unit and where it stands."""

    id: str
    tenant: str
    level: str
    line: str
    path: str
    version: int
    placement_version: int


@dataclass(frozen=True, slots=True)
class ProblemFact:
    """A problem's state and light, by the contract's names without prefix."""

    origin: Origin
    state: str
    light: str


@dataclass(frozen=True, slots=True)
class PlanFact:
    """A plan's state."""

    origin: Origin
    state: str


@dataclass(frozen=True, slots=True)
class LodgingFact:
    """One lodging, by a unit."""

    origin: Origin
    unit: str


@dataclass(frozen=True, slots=True)
class ReturnFact:
    """One return of a plan."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class VisitFact:
    """A visit that is no secret any more."""

    origin: Origin
    state: str


@dataclass(frozen=True, slots=True)
class FindingFact:
    """What a visit saw."""

    origin: Origin
    severity: str


@dataclass(frozen=True, slots=True)
class ReferralFact:
    """A referral's state; never what it is about (AC-4)."""

    origin: Origin
    state: str


CountedFact = UnitFact | ProblemFact | PlanFact | LodgingFact | ReturnFact | VisitFact | FindingFact | ReferralFact


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one entity adds to the figures of its unit and of every unit above it, in one line.

    key: the entity's name, or another name for what is counted once. amounts: (slot, amount), by rising slot.
    Of two contributions with one key and line, the one with the higher (version, placement_version) counts.
    """

    key: str
    version: int
    placement_version: int
    line: str
    path: str
    campaign: str
    amounts: tuple[tuple[int, int], ...]
    tenant: str = ""

    @property
    def order(self) -> tuple[int, int]:
        """What decides which of two contributions is the newer."""
        return (self.version, self.placement_version)


@dataclass(frozen=True, slots=True)
class Change:
    """A contribution that has been stored, and the one that it took the place of, if there was one."""

    old: Contribution | None
    new: Contribution


@dataclass(frozen=True)
class Progress:
    """How far the fold has come. latency_ms: how long the last fact applied had been on the road."""

    applied: int
    recorded_time: datetime | None
    latency_ms: int


@dataclass(frozen=True)
class TableRow:
    """A unit's line in a table. slots: sums by place in the wide row, of every place that holds a figure."""

    unit: str
    code: str
    display_name: str
    level: str
    parent: str
    path: str
    slots: Mapping[int, int]

    @property
    def place(self) -> tuple[str, str]:
        """What rows are in order of."""
        return (self.code, self.unit)


@dataclass(frozen=True)
class Table:
    """A unit's figures and those of units below it. empty_reason says why there is nothing to see."""

    total: TableRow | None
    rows: Sequence[TableRow]
    campaign: str
    progress: Progress
    empty_reason: str
