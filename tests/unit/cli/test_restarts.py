"""When a dead part is started again."""

from __future__ import annotations

from services.cli.restarts import RestartPolicy


def test_pauses_double_up_to_the_longest() -> None:
    policy = RestartPolicy(failures=10, window_s=60, first_pause_s=0.25, longest_pause_s=1.5)

    pauses = [policy.pause_s([0.0] * deaths, now=1.0) for deaths in range(1, 6)]

    assert pauses == [0.25, 0.5, 1.0, 1.5, 1.5]


def test_the_fifth_death_within_a_minute_is_the_last() -> None:
    policy = RestartPolicy()

    assert policy.pause_s([0, 10, 20, 30], now=30) is not None
    assert policy.pause_s([0, 10, 20, 30, 59], now=59) is None


def test_deaths_of_long_ago_are_forgiven() -> None:
    policy = RestartPolicy()

    assert policy.pause_s([0, 10, 20, 30, 61], now=61) is not None
