"""A service's own copy of the working-day calendars, kept by directory's facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from plumbline.directory.v1 import events_pb2
from plumbline.facts.v1 import facts_pb2
from shared.calendar import WorkingCalendar, parse_calendar
from shared.campaign_copies import READ_AGAIN_AFTER
from shared.database import Transaction
from shared.errors import Unavailable

CALENDAR_DEFINED = "directory.calendar_defined"
# The whole country works by one calendar today; units with their own come with the areas' calendars.
NATIONAL = "cn"

_APPLY = """
    insert into {schema}.calendars as c (id, definition, version) values ($1, $2, $3)
    on conflict (id) do update set definition = excluded.definition, version = excluded.version
    where c.version < excluded.version
"""
_READ = "select definition, version from {schema}.calendars where id = $1"


async def apply(tx: Transaction, facts: Sequence[facts_pb2.Fact]) -> None:
    """Takes in `directory.calendar_defined` facts; an older version changes nothing."""
    for fact in facts:
        defined = events_pb2.CalendarDefined.FromString(fact.payload)
        await tx.fetch(_APPLY.format(schema=tx.call.service), defined.id, defined.definition_json, defined.version)


class CalendarCopies:
    """Reads calendars; a definition is parsed once for each version."""

    def __init__(self) -> None:
        self._parsed: dict[tuple[str, int], WorkingCalendar] = {}
        self._fresh: dict[str, tuple[datetime, WorkingCalendar]] = {}

    async def find(self, tx: Transaction, calendar_id: str = NATIONAL) -> WorkingCalendar:
        """The newest calendar known here, or one read within the last seconds.

        Raises Unavailable while none has arrived.
        """
        read = self._fresh.get(calendar_id)
        if read is not None and abs(tx.call.received - read[0]) < READ_AGAIN_AFTER:
            return read[1]
        calendar = await self._read(tx, calendar_id)
        self._fresh[calendar_id] = (tx.call.received, calendar)
        return calendar

    async def _read(self, tx: Transaction, calendar_id: str) -> WorkingCalendar:
        row = await tx.fetch_row(_READ.format(schema=tx.call.service), calendar_id)
        if row is None:
            raise Unavailable("the working-day calendar has not arrived yet: try again")
        key = (calendar_id, int(row["version"]))
        if key not in self._parsed:
            self._parsed[key] = parse_calendar(row["definition"])
        return self._parsed[key]
