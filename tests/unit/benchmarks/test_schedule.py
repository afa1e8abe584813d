"""When the calls of an open loop are due, and from when their waiting counts."""

from __future__ import annotations

import asyncio

from tests.benchmarks.load import closed_loop, open_loop
from tests.benchmarks.schedule import poisson


def test_moments_come_in_order_and_within_the_time() -> None:
    due = poisson(rate_per_s=50, seconds=20, seed=1)

    assert due == sorted(due)
    assert due[0] > 0
    assert due[-1] < 20


def test_the_rate_holds_on_average() -> None:
    due = poisson(rate_per_s=200, seconds=100, seed=1)

    # Five standard deviations of a Poisson count.
    assert abs(len(due) - 20_000) < 5 * 20_000**0.5


def test_the_same_seed_gives_the_same_moments_and_another_gives_others() -> None:
    assert poisson(rate_per_s=10, seconds=5, seed=3) == poisson(rate_per_s=10, seconds=5, seed=3)
    assert poisson(rate_per_s=10, seconds=5, seed=3) != poisson(rate_per_s=10, seconds=5, seed=4)


async def test_an_open_loop_begins_calls_while_earlier_ones_are_not_answered() -> None:
    all_there, waiting = asyncio.Event(), []

    async def call(number: int) -> None:
        waiting.append(number)
        if len(waiting) == 3:
            all_there.set()
        await all_there.wait()

    load = await open_loop(call, due=[0.0, 0.0, 0.0])

    assert load.calls == 3
    assert waiting == [0, 1, 2]


async def test_a_closed_loop_never_has_more_calls_under_way_than_it_was_told() -> None:
    together, most = 0, 0

    async def call(number: int) -> None:
        nonlocal together, most
        together += 1
        most = max(most, together)
        await asyncio.sleep(0)
        together -= 1

    load = await closed_loop(call, in_flight=4, seconds=0.05)

    assert most == 4
    assert load.calls >= 4
