"""Which light a deadline shows (RC-5)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.plans.deadlines import lights_on
from services.plans.model import Light, ProblemState
from shared.calendar import parse_calendar

CALENDAR = parse_calendar((Path(__file__).parents[3] / "deploy" / "data" / "calendar-cn.json").read_bytes())
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
RUNNING = st.sampled_from([ProblemState.OPEN, ProblemState.IN_PROGRESS, ProblemState.DONE])
ORDER = {Light.GREEN: 0, Light.YELLOW: 1, Light.RED: 2}


def light(today: date, due: date, state: ProblemState = ProblemState.OPEN) -> Light:
    return lights_on(today, calendar=CALENDAR, yellow_days=7)(due, state)


def test_yellow_begins_the_campaigns_number_of_working_days_before() -> None:
    due = date(2026, 12, 11)  # a Friday; 7 working days before is Wednesday, 2 December

    assert light(date(2026, 12, 1), due) is Light.GREEN
    assert light(date(2026, 12, 2), due) is Light.YELLOW
    assert light(due, due) is Light.YELLOW
    assert light(date(2026, 12, 12), due) is Light.RED


def test_a_week_of_holidays_makes_yellow_begin_earlier() -> None:
    """National Day 2026: 1 to 7 October off, Saturday 10 October worked."""
    due = date(2026, 10, 9)

    assert light(date(2026, 9, 24), due) is Light.YELLOW


@pytest.mark.parametrize("state", [ProblemState.VERIFIED, ProblemState.CLOSED])
def test_a_stopped_clock_is_green_however_late(state: ProblemState) -> None:
    assert light(date(2026, 12, 31), date(2026, 1, 1), state) is Light.GREEN


@given(DAYS, DAYS, RUNNING)
def test_days_only_make_a_light_worse(today: date, due: date, state: ProblemState) -> None:
    assert ORDER[light(today, due, state)] <= ORDER[light(today + timedelta(days=1), due, state)]


@given(DAYS, DAYS, RUNNING)
def test_red_means_past_the_deadline_and_nothing_else(today: date, due: date, state: ProblemState) -> None:
    assert (light(today, due, state) is Light.RED) == (today > due)
