"""Instants and days, between Python and the contract: aware datetimes in UTC, and days without a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from google.type import date_pb2

from shared.errors import FieldViolation, InvalidArgument

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class BadDate(InvalidArgument):
    """A date of the request is no day of the calendar."""

    reason = "BAD_DATE"


def timestamp(instant: datetime) -> Timestamp:
    """An aware instant as the contract's Timestamp, to the microsecond.

    By hand, because `FromDatetime` goes by a tuple of the calendar and costs four times as much.
    """
    since = instant - _EPOCH
    return Timestamp(seconds=since.days * 86_400 + since.seconds, nanos=since.microseconds * 1_000)


def timestamp_or_absent(instant: datetime | None) -> Timestamp | None:
    """The same for a time that may not have come: absent, never zero (api.md 33)."""
    return None if instant is None else timestamp(instant)


def instant(stamp: Timestamp) -> datetime:
    """The aware instant in a Timestamp."""
    return stamp.ToDatetime(tzinfo=UTC)


def date_message(day: date) -> date_pb2.Date:
    """A day as the contract's Date."""
    return date_pb2.Date(year=day.year, month=day.month, day=day.day)


def day(message: date_pb2.Date, *, field: str) -> date:
    """The day in a message. Raises BadDate naming the field."""
    try:
        return date(message.year, message.month, message.day)
    except ValueError as error:
        raise BadDate(
            f"{field}: {message.year}-{message.month}-{message.day} is no day of the calendar",
            violations=[FieldViolation(field, "is no day of the calendar", "date")],
            field=field,
        ) from error
