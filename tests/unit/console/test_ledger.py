"""How far off deadlines are, what is next, and what came back from a verifier."""

from __future__ import annotations

from datetime import date

import pytest

from plumbline.plans.v1 import plans_pb2
from services.console import ledger
from services.console.calendars import DaysLeft, WorkingDays
from shared.calendar import WorkingCalendar

# National Day 2026: 1 to 7 October off; Saturday, 10 October, is worked.
CALENDAR = WorkingCalendar(
    id="cn",
    version="cn-2026",
    zone="Asia/Shanghai",
    known_years=frozenset({2026}),
    days_off=frozenset({date(2026, 10, 1), date(2026, 10, 2), *(date(2026, 10, day) for day in (5, 6, 7))}),
    days_on=frozenset({date(2026, 10, 10)}),
)


@pytest.mark.parametrize(
    ("today", "due", "left"),
    [
        # Over the holiday, and with the Saturday that is worked.
        (date(2026, 9, 30), date(2026, 10, 10), DaysLeft(3, known=True, is_today=False)),
        (date(2026, 9, 30), date(2026, 9, 30), DaysLeft(0, known=True, is_today=True)),
        (date(2026, 10, 10), date(2026, 9, 30), DaysLeft(-3, known=True, is_today=False)),
        # A deadline within the holiday: it has not come, and no working day is left.
        (date(2026, 9, 30), date(2026, 10, 3), DaysLeft(0, known=True, is_today=False)),
        # It was yesterday, a Saturday off: late, although nobody has worked since.
        (date(2026, 9, 20), date(2026, 9, 19), DaysLeft(-1, known=True, is_today=False)),
        # Nobody knows the holidays of 2027 yet.
        (date(2026, 12, 31), date(2027, 1, 4), DaysLeft(2, known=False, is_today=False)),
    ],
)
def test_deadlines_are_counted_in_working_days(today: date, due: date, left: DaysLeft) -> None:
    assert WorkingDays(today=today, calendar=CALENDAR).until(due) == left


def named(*names: str) -> list[plans_pb2.Problem]:
    return [plans_pb2.Problem(name=name) for name in names]


@pytest.mark.parametrize(
    ("waiting", "done", "following"),
    [
        (named("a", "b", "c"), "a", "b"),
        # From the end back to what was passed over.
        (named("a", "b", "c"), "c", "a"),
        # Dealt with, and so no longer among those that wait.
        (named("b", "c"), "a", "b"),
        (named("a"), "a", None),
        ([], "a", None),
    ],
)
def test_after_a_problem_comes_the_next_that_waits(
    waiting: list[plans_pb2.Problem], done: str, following: str | None
) -> None:
    found = ledger.following(waiting, done)

    assert (found.name if found is not None else None) == following


def test_counts_add_up_over_states_and_lights() -> None:
    open_, done = plans_pb2.PROBLEM_STATE_OPEN, plans_pb2.PROBLEM_STATE_DONE
    red, green = plans_pb2.LIGHT_RED, plans_pb2.LIGHT_GREEN
    counts = ledger.counted(
        plans_pb2.ProblemCount(state=state, light=light, problems=problems)
        for state, light, problems in ((open_, red, 2), (open_, green, 5), (done, red, 1))
    )

    assert counts.total == 8
    assert (counts.of(state=open_), counts.of(light=red), counts.of(state=open_, light=red)) == (7, 3, 2)
    assert counts.of(state=plans_pb2.PROBLEM_STATE_CLOSED) == 0


def history(*deeds: plans_pb2.ProblemDeed) -> list[plans_pb2.ProblemStep]:
    return [plans_pb2.ProblemStep(deed=deed) for deed in deeds]


def test_what_a_verifier_sent_back_stays_so_until_somebody_does_something_else() -> None:
    back, relit = plans_pb2.PROBLEM_DEED_SENT_BACK, plans_pb2.PROBLEM_DEED_RELIT

    assert ledger.is_sent_back(history(plans_pb2.PROBLEM_DEED_DONE_REPORTED, back))
    assert ledger.is_sent_back(history(back, relit))
    assert not ledger.is_sent_back(history(back, plans_pb2.PROBLEM_DEED_PROGRESS_REPORTED))
    assert not ledger.is_sent_back(history(relit))
