"""Working days are counted by the announced calendar where there is one, and by weekends where there is none."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.calendar import CalendarRefused, parse_calendar

TEXT = (Path(__file__).parents[3] / "deploy" / "data" / "calendar-cn.json").read_text(encoding="utf-8")
CHINA = parse_calendar(TEXT)

days = st.dates(date(2012, 6, 1), date(2028, 6, 1))


def changed(**parts: Any) -> str:
    return json.dumps({**json.loads(TEXT), **parts})


def faults_of(text: bytes | str) -> list[tuple[str, str]]:
    with pytest.raises(CalendarRefused) as refused:
        parse_calendar(text)
    return [(violation.field, violation.reason) for violation in refused.value.violations]


@pytest.mark.parametrize(("year", "count"), [(2013, 250), (2014, 250), (2025, 248), (2026, 248)])
def test_a_known_year_has_the_official_number_of_working_days(year: int, count: int) -> None:
    # 365 days less 104 or 105 weekend days less the 11 (from 2025 on 13) days of the national holidays.
    assert CHINA.working_days_between(date(year - 1, 12, 31), date(year, 12, 31)) == count


def test_a_shifted_sunday_is_a_working_day_and_a_holiday_is_none() -> None:
    assert CHINA.is_working_day(date(2014, 1, 26))
    assert CHINA.is_working_day(date(2026, 2, 28))
    assert not CHINA.is_working_day(date(2014, 2, 6))
    assert not CHINA.is_working_day(date(2026, 10, 7))


def test_a_deadline_over_the_spring_festival_skips_it() -> None:
    assert CHINA.add_working_days(date(2014, 1, 29), 3) == date(2014, 2, 8)


def test_an_unknown_year_counts_weekends_only_and_says_so() -> None:
    assert CHINA.is_working_day(date(2020, 10, 1))
    assert not CHINA.is_working_day(date(2020, 10, 3))
    assert not CHINA.is_known(date(2020, 10, 1))
    assert CHINA.is_known(date(2026, 10, 1))
    assert CHINA.unknown_years(date(2014, 12, 1), date(2016, 1, 1)) == (2015, 2016)
    assert CHINA.unknown_years(date(2013, 1, 1), date(2014, 12, 31)) == ()


def test_nothing_added_moves_only_to_the_next_working_day() -> None:
    assert CHINA.add_working_days(date(2026, 10, 3), 0) == date(2026, 10, 8)
    assert CHINA.add_working_days(date(2026, 10, 8), 0) == date(2026, 10, 8)


def test_a_walk_of_more_than_ten_years_is_an_error() -> None:
    with pytest.raises(ValueError, match="longer"):
        CHINA.add_working_days(date(2026, 1, 1), 3661)


@given(days, st.integers(1, 300))
def test_days_added_are_days_between(start: date, count: int) -> None:
    end = CHINA.add_working_days(start, count)

    assert CHINA.is_working_day(end)
    assert CHINA.working_days_between(start, end) == count


@given(days, st.integers(1, 300))
def test_going_forward_and_back_returns_to_a_working_day(start: date, count: int) -> None:
    begin = CHINA.add_working_days(start, 0)

    assert CHINA.add_working_days(CHINA.add_working_days(begin, count), -count) == begin


@given(days, st.integers(-400, 400))
def test_counting_by_formula_agrees_with_counting_by_hand(first: date, distance: int) -> None:
    last = first + timedelta(days=distance)
    low, high = min(first, last), max(first, last)
    by_hand = sum(CHINA.is_working_day(low + timedelta(days=step)) for step in range(1, (high - low).days + 1))

    assert CHINA.working_days_between(first, last) == (by_hand if first <= last else -by_hand)


def test_the_version_and_the_zone_come_from_the_document() -> None:
    assert (CHINA.id, CHINA.version, CHINA.zone) == ("cn", "cn-2026.1", "Asia/Shanghai")


def test_all_faults_of_a_calendar_are_named_in_one_answer() -> None:
    label = {"zh": "节", "en": "Day"}
    broken = changed(
        zone="no zone",
        holidays=[
            {"label": label, "first": "2013-02-01", "last": "2013-01-01"},
            {"label": label, "first": "2013-02-30", "last": "2013-03-01"},
        ],
        colour="red",
    )

    assert faults_of(broken) == [
        ("colour", "UNKNOWN_KEY"),
        ("zone", "BAD_SHAPE"),
        ("holidays[0].last", "BAD_SPAN"),
        ("holidays[1].first", "NOT_A_DAY"),
    ]


def test_days_outside_known_years_and_contradictions_are_refused() -> None:
    label = {"zh": "节", "en": "Day"}
    broken = changed(
        holidays=[
            {"label": label, "first": "2013-01-01", "last": "2013-01-06"},
            {"label": label, "first": "2013-01-06", "last": "2013-01-06"},
            {"label": label, "first": "2031-01-01", "last": "2031-01-01"},
        ],
        working_weekend_days=["2013-01-05", "2013-01-07", "2031-01-04"],
    )

    assert faults_of(broken) == [
        ("holidays[1]", "OVERLAP"),
        ("holidays[2]", "UNKNOWN_YEAR"),
        ("working_weekend_days[0]", "OVERLAP"),
        ("working_weekend_days[1]", "NOT_A_WEEKEND_DAY"),
        ("working_weekend_days[2]", "UNKNOWN_YEAR"),
    ]


@given(st.binary(max_size=100))
def test_random_bytes_are_refused_and_never_crash(content: bytes) -> None:
    assert faults_of(content)
