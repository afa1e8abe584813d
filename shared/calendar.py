"""Which days are working days, as a State Council's notice or its like says; knows no deadline and no unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal

from shared import documents
from shared.documents import Bounds, Fault, Label, Length, Shape, Source, TermCode
from shared.errors import InvalidArgument

# Monday to Friday; what differs from it in a known year is written in the document.
_WEEKDAYS_IN_A_WEEK = 5
# The longest holiday known is nine days; a longer span is a slip of the pen.
_MAX_HOLIDAY_DAYS = 31
# Ten years of working days: a longer walk is a mistake of the caller.
_MAX_WALK = 3660

Year = Annotated[int, Bounds(1900, 2200)]


class CalendarRefused(InvalidArgument):
    """The calendar cannot be taken; `violations` name every missing or wrong part by its JSON path."""

    reason = "CALENDAR_REFUSED"


@dataclass(frozen=True)
class Holiday:
    """Days off in a row, both ends included."""

    label: Label
    first: date
    last: date

    def faults(self) -> Sequence[Fault]:
        """A holiday runs forward and is not absurdly long."""
        if 0 <= (self.last - self.first).days < _MAX_HOLIDAY_DAYS:
            return ()
        return (Fault("last", "BAD_SPAN", f"must be the first day or up to {_MAX_HOLIDAY_DAYS - 1} days later"),)

    def days(self) -> tuple[date, ...]:
        """Every day of the holiday, weekends among them."""
        return tuple(self.first + timedelta(days=offset) for offset in range((self.last - self.first).days + 1))


@dataclass(frozen=True)
class CalendarDocument:
    """A calendar as it is written down: holidays, weekend days worked instead (调休), and the years it covers."""

    schema: Literal["plumbline.calendar/1"]
    id: TermCode
    version: Annotated[str, Shape("[a-z0-9.-]{1,40}", "a version: a-z, 0-9, . and -, at most 40")]
    zone: Annotated[str, Shape("[A-Za-z_]+(/[A-Za-z0-9_+-]+){0,2}", "a time zone's name, such as Asia/Shanghai")]
    known_years: Annotated[tuple[Year, ...], Length(1, 200)]
    sources: Annotated[tuple[Source, ...], Length(1, 200)]
    holidays: tuple[Holiday, ...]
    working_weekend_days: tuple[date, ...]

    def faults(self) -> Sequence[Fault]:
        """Every day lies in a known year, a shifted working day is a weekend's, and no day is both."""
        return (*self._faults_of_holidays(), *self._faults_of_working_days())

    def _faults_of_holidays(self) -> Sequence[Fault]:
        faults = []
        taken: set[date] = set()
        for index, holiday in enumerate(self.holidays):
            days = holiday.days()
            if any(day.year not in self.known_years for day in days):
                faults.append(Fault(f"holidays[{index}]", "UNKNOWN_YEAR", "must lie in the known years"))
            if not taken.isdisjoint(days):
                faults.append(Fault(f"holidays[{index}]", "OVERLAP", "must not overlap another holiday"))
            taken.update(days)
        return faults

    def _faults_of_working_days(self) -> Sequence[Fault]:
        off = {day for holiday in self.holidays for day in holiday.days()}
        faults = []
        for index, day in enumerate(self.working_weekend_days):
            field = f"working_weekend_days[{index}]"
            if day.year not in self.known_years:
                faults.append(Fault(field, "UNKNOWN_YEAR", "must lie in the known years"))
            if day.weekday() < _WEEKDAYS_IN_A_WEEK:
                faults.append(Fault(field, "NOT_A_WEEKEND_DAY", "must be a Saturday or a Sunday"))
            if day in off:
                faults.append(Fault(field, "OVERLAP", "must not be a holiday too"))
        return faults


@dataclass(frozen=True)
class WorkingCalendar:
    """Answers about working days. Outside the known years it counts Monday to Friday, and `is_known` says so.

    days_off: weekdays not worked; days_on: weekend days worked.
    """

    id: str
    version: str
    zone: str
    known_years: frozenset[int]
    days_off: frozenset[date]
    days_on: frozenset[date]

    def is_working_day(self, day: date) -> bool:
        """Whether people work on that day."""
        if day.weekday() < _WEEKDAYS_IN_A_WEEK:
            return day not in self.days_off
        return day in self.days_on

    def is_known(self, day: date) -> bool:
        """Whether the calendar of that day's year has been announced and is written here."""
        return day.year in self.known_years

    def unknown_years(self, first: date, last: date) -> tuple[int, ...]:
        """The years between the two days, both included, for which only weekends are counted."""
        return tuple(year for year in range(first.year, last.year + 1) if year not in self.known_years)

    def add_working_days(self, start: date, count: int) -> date:
        """The working day that is `count` working days after start; the day of start itself is not counted.

        count 0 gives start, or the next working day when start is none; a negative count goes back.
        Raises ValueError beyond ten years of days and OverflowError past the ends of the calendar.
        """
        if abs(count) > _MAX_WALK:
            raise ValueError(f"a walk of {count} working days is longer than {_MAX_WALK}")
        step = timedelta(days=-1 if count < 0 else 1)
        day = start
        if count == 0:
            while not self.is_working_day(day):
                day += step
        for _ in range(abs(count)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days follow `first` up to and including `last`; negative when last is earlier.

        So `working_days_between(a, add_working_days(a, n)) == n` for every n above 0.
        """
        if last < first:
            return -self.working_days_between(last, first)
        weekdays = _weekdays_up_to(last) - _weekdays_up_to(first)
        return weekdays - _within(self.days_off, first, last) + _within(self.days_on, first, last)


def parse_calendar(content: bytes | str) -> WorkingCalendar:
    """The calendar of a JSON document. Raises CalendarRefused naming every missing or wrong part in one answer."""
    document = documents.read_document(content, CalendarDocument, refusal=CalendarRefused)
    off = (day for holiday in document.holidays for day in holiday.days())
    return WorkingCalendar(
        id=document.id,
        version=document.version,
        zone=document.zone,
        known_years=frozenset(document.known_years),
        days_off=frozenset(day for day in off if day.weekday() < _WEEKDAYS_IN_A_WEEK),
        days_on=frozenset(document.working_weekend_days),
    )


def _weekdays_up_to(day: date) -> int:
    # Day 1 of the proleptic calendar is a Monday, so whole weeks can be counted without walking through them.
    weeks, rest = divmod(day.toordinal(), 7)
    return weeks * _WEEKDAYS_IN_A_WEEK + min(rest, _WEEKDAYS_IN_A_WEEK)


def _within(days: frozenset[date], first: date, last: date) -> int:
    return sum(1 for day in days if first < day <= last)
