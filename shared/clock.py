"""What time it is; the only place that asks the machine, so that tests can say otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Answers with an aware instant in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FakeClock:
    """A clock that a test moves by hand."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


def day_in(zone: str, instant: datetime) -> date:
    """The calendar day of an instant in a campaign's zone: deadlines are days there, not in UTC."""
    return instant.astimezone(ZoneInfo(zone)).date()
