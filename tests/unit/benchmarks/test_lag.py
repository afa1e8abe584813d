"""Matching commits below with what was seen above."""

from __future__ import annotations

from tests.benchmarks.subjects.lag import lags_s


def test_a_commit_is_seen_when_the_total_has_grown_by_as_many() -> None:
    seen = [(1.0, 100), (2.5, 102), (4.0, 103)]

    assert lags_s([1.5, 2.0, 3.0], seen, base=100) == [1.0, 0.5, 1.0]


def test_a_figure_that_was_there_before_the_answer_came_had_no_lag() -> None:
    assert lags_s([2.0], [(1.0, 8)], base=7) == [0.0]
