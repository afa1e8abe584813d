"""Versions, steps and dates: what every service's model and wire lean on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import Enum

import pytest
from google.type import date_pb2
from hypothesis import given
from hypothesis import strategies as st

from shared import dates, steps, versions
from shared.dates import BadDate
from shared.errors import Stale, WrongState


class State(Enum):
    NEW = "NEW"
    OLD = "OLD"


class Deed(Enum):
    AGE = "aged"


STEPS = {(State.NEW, Deed.AGE): State.OLD}


@pytest.mark.parametrize("etag", ['"1"', "1", ""])
def test_the_version_that_was_read_or_none_is_accepted(etag: str) -> None:
    versions.check(etag, version=1, name="x")


@pytest.mark.parametrize("etag", ['"1"', "W/2", "two"])
def test_another_version_is_stale_and_the_refusal_names_the_present_one(etag: str) -> None:
    with pytest.raises(Stale) as caught:
        versions.check(etag, version=2, name="x")

    assert (caught.value.facts["version"], caught.value.facts["resource"]) == ("2", "x")


def test_an_etag_is_the_version_quoted() -> None:
    versions.check(versions.etag(7), version=7, name="x")


def test_a_step_that_the_table_lacks_says_when_it_is_possible() -> None:
    assert steps.after(STEPS, State.NEW, Deed.AGE, name="x") is State.OLD

    with pytest.raises(WrongState) as caught:
        steps.after(STEPS, State.OLD, Deed.AGE, name="x")

    assert caught.value.message == "x is OLD; it must be NEW to be aged"
    assert caught.value.facts == {"state": "OLD", "allowed": "NEW", "resource": "x"}


@given(st.dates())
def test_a_day_comes_back_as_it_went(day: date) -> None:
    assert dates.day(dates.date_message(day), field="due_date") == day


@given(st.datetimes(timezones=st.just(UTC), min_value=datetime(1970, 1, 1), max_value=datetime(9999, 1, 1)))  # noqa: DTZ001
def test_an_instant_comes_back_as_it_went(instant: datetime) -> None:
    assert dates.instant(dates.timestamp(instant)) == instant


def test_a_day_that_is_none_is_named() -> None:
    with pytest.raises(BadDate) as caught:
        dates.day(date_pb2.Date(year=2026, month=2, day=30), field="due_date")

    assert caught.value.violations[0].field == "due_date"


def test_a_time_that_has_not_come_is_absent_and_not_zero() -> None:
    assert dates.timestamp_or_absent(None) is None
