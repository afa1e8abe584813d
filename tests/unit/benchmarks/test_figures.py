"""What a figure says of itself."""

from __future__ import annotations

import math

import pytest

from tests.benchmarks.figures import Figure, at_least, at_most, percentile, plain, spread


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.01, 1), (0.5, 50), (0.501, 51), (0.99, 99), (1.0, 100)])
def test_a_percentile_is_the_value_at_the_nearest_rank(share: float, expected: int) -> None:
    values = [float(n) for n in range(100, 0, -1)]

    assert percentile(values, share) == expected


def test_the_percentile_of_one_value_is_that_value() -> None:
    assert percentile([7.0], 0.99) == 7.0


def test_nothing_has_no_percentile() -> None:
    assert math.isnan(percentile([], 0.5))


def test_a_spread_tells_the_median_and_how_far_the_rounds_lay_apart() -> None:
    found = spread([612.0, 598.0, 640.0])

    assert found.median == 612.0
    assert found.told == "3 rounds, 598 to 640"


def test_a_bar_on_the_ratio_looks_at_the_ratio() -> None:
    def figure(ratio: float) -> Figure:
        return Figure("write", "calls", 900, "/s", ratio=ratio, ratio_to="echo", bar=at_least(0.22, on_ratio=True))

    assert figure(0.22).is_met is True
    assert figure(0.219).is_met is False


def test_a_bar_from_above_is_met_at_its_limit() -> None:
    assert Figure("table", "p50", 1.0, "ms", bar=at_most(1)).is_met is True
    assert Figure("table", "p50", 1.01, "ms", bar=at_most(1)).is_met is False


def test_what_could_not_be_measured_meets_no_bar() -> None:
    assert Figure("table", "p50", math.nan, "ms", bar=at_most(1)).is_met is False


def test_a_figure_without_a_bar_is_neither_met_nor_missed() -> None:
    assert Figure("memory", "plans", 97.0, "MB").is_met is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.2536, "0.254"),
        (1.034, "1.03"),
        (9.999, "10.00"),
        (41.26, "41.3"),
        (812.4, "812"),
        (14306, "14,300"),
    ],
)
def test_a_number_is_told_with_the_three_digits_that_matter(value: float, text: str) -> None:
    assert plain(value) == text
