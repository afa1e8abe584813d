"""Counting samples of stacks."""

from __future__ import annotations

from tests.benchmarks.profiles import read, told

STACKS = ["main;serve;fold 6", "main;serve;store;fold 2", "main;serve 1", "main;climb;climb;climb 1", ""]


def test_a_function_has_the_samples_in_which_it_was_at_work() -> None:
    assert read(STACKS).own == {"fold": 0.8, "serve": 0.1, "climb": 0.1}


def test_a_function_that_calls_itself_counts_once_a_sample() -> None:
    profile = read(STACKS)

    assert profile.samples == 10
    assert profile.below["climb"] == 0.1
    assert profile.below["main"] == 1.0


def test_the_largest_come_first_and_no_more_than_asked_for() -> None:
    lines = told(read(STACKS), most=1).splitlines()

    assert lines == ["10 samples", "", "by itself", "  80.0%  fold", "", "with all that it called", " 100.0%  main"]
