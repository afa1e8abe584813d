"""Which days are worked, read once in a while from directory, and how far off a deadline is in such days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from plumbline.directory.v1 import directory_pb2
from services.console import clients
from services.console.clients import Services
from shared.calendar import WorkingCalendar, parse_calendar
from shared.clock import Clock, day_in

# The whole country works by one calendar today, as plans counts (RC-5).
NATIONAL: Final = "cn"
# A calendar changes once a year, when the State Council's notice comes out.
REMEMBERED_FOR: Final = timedelta(minutes=2)


@dataclass(frozen=True)
class DaysLeft:
    """Working days until a deadline; negative once it has passed. known: whether every year on the way is announced."""

    days: int
    known: bool
    is_today: bool


@dataclass(frozen=True)
class WorkingDays:
    """The calendar on one day, from which deadlines are counted."""

    today: date
    calendar: WorkingCalendar

    def until(self, due: date) -> DaysLeft:
        """How far off a deadline is. The day itself is 0; a deadline that has passed is never 0 (RC-5)."""
        days = self.calendar.working_days_between(self.today, due)
        first, last = sorted((self.today, due))
        if due < self.today:
            # One that passed on a weekend is overdue although nobody has worked since.
            days = min(days, -1)
        known = not self.calendar.unknown_years(first, last)
        return DaysLeft(days=days, known=known, is_today=due == self.today)


class Calendars:
    """The national calendar. Pages ask `turn.working_days()`."""

    def __init__(self, services: Services, *, clock: Clock, zone: str) -> None:
        self._services = services
        self._clock = clock
        self._zone = zone
        self._known: tuple[WorkingCalendar, datetime] | None = None

    async def working_days(self, *, token: str) -> WorkingDays:
        """Today in the campaign's zone, and the calendar. Raises RemoteRefusal or RemoteFailure."""
        now = self._clock.now()
        if self._known is None or now >= self._known[1]:
            request = directory_pb2.GetCalendarRequest(name=f"calendars/{NATIONAL}")
            answer = await clients.call(self._services.directory.GetCalendar, request, token=token)
            self._known = (parse_calendar(answer.definition_json), now + REMEMBERED_FOR)
        return WorkingDays(today=day_in(self._zone, now), calendar=self._known[0])
