"""What a benchmark says: figures with units, ratios and bars; arithmetic alone, measures nothing."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Side(Enum):
    """On which side of a bar a figure has to be."""

    AT_LEAST = "at least"
    AT_MOST = "at most"


@dataclass(frozen=True)
class Bar:
    """What was asked for. on_ratio: the bar is for the figure's ratio, not for the figure itself."""

    side: Side
    limit: float
    on_ratio: bool = False


@dataclass(frozen=True)
class Figure:
    """One line of the table. ratio: of this figure to `ratio_to`, which was measured in the same run."""

    subject: str
    name: str
    value: float
    unit: str
    detail: str = ""
    ratio: float | None = None
    ratio_to: str = ""
    bar: Bar | None = None

    @property
    def is_met(self) -> bool | None:
        """Whether the bar is met; None where there is none."""
        if self.bar is None:
            return None
        measured = self.ratio if self.bar.on_ratio else self.value
        if measured is None or math.isnan(measured):
            return False
        return measured >= self.bar.limit if self.bar.side is Side.AT_LEAST else measured <= self.bar.limit


def at_least(limit: float, *, on_ratio: bool = False) -> Bar:
    """A bar that a figure has to reach."""
    return Bar(Side.AT_LEAST, limit, on_ratio)


def at_most(limit: float) -> Bar:
    """A bar that a figure must not pass."""
    return Bar(Side.AT_MOST, limit)


def percentile(values: Sequence[float], share: float) -> float:
    """The value at or below which this share (0 to 1) of the values lies, by nearest rank. NaN of nothing."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


@dataclass(frozen=True)
class Spread:
    """The median of some rounds and how far they lay apart."""

    median: float
    lowest: float
    highest: float
    rounds: int

    @property
    def told(self) -> str:
        """`3 rounds, 812 to 834`."""
        return f"{self.rounds} rounds, {plain(self.lowest)} to {plain(self.highest)}"


def spread(values: Sequence[float]) -> Spread:
    """The spread of at least one round."""
    return Spread(statistics.median(values), min(values), max(values), len(values))


def plain(value: float) -> str:
    """A number with three digits that matter, and no more: 0.254, 1.03, 41.2, 812, 14,300."""
    if math.isnan(value):
        return "nothing"
    if value == 0:
        return "0"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):,.{max(0, digits)}f}"
