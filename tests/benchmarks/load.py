"""How calls are made: as many as can be kept in flight, or at moments fixed beforehand; knows no service."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from tests.benchmarks.figures import percentile

# Makes one call for the n-th of those who call at the same time.
Call = Callable[[int], Awaitable[object]]


@dataclass(frozen=True)
class Load:
    """What came of it. latencies_s: of each call that was answered; of an open loop from when it was due."""

    seconds: float
    latencies_s: Sequence[float]

    @property
    def calls(self) -> int:
        """How many calls were answered."""
        return len(self.latencies_s)

    @property
    def calls_per_s(self) -> float:
        """Answered calls a second."""
        return self.calls / self.seconds

    def latency_ms(self, share: float) -> float:
        """The latency that this share of the calls did not exceed."""
        return percentile(self.latencies_s, share) * 1000


async def closed_loop(call: Call, *, in_flight: int, seconds: float) -> Load:
    """Keeps so many calls in flight for so long: each caller begins its next call when the last one is answered."""
    latencies: list[float] = []
    began = time.perf_counter()
    end = began + seconds

    async def caller(number: int) -> None:
        while (started := time.perf_counter()) < end:
            await call(number)
            latencies.append(time.perf_counter() - started)

    async with asyncio.TaskGroup() as group:
        for number in range(in_flight):
            group.create_task(caller(number))
    return Load(time.perf_counter() - began, latencies)


async def open_loop(call: Call, *, due: Sequence[float]) -> Load:
    """Makes a call at each moment, whether or not earlier ones are answered; whoever waits is counted as waiting."""
    latencies: list[float] = []
    began = time.perf_counter()

    async def one(number: int, moment: float) -> None:
        await call(number)
        latencies.append(time.perf_counter() - began - moment)

    async with asyncio.TaskGroup() as group:
        for number, moment in enumerate(due):
            pause = began + moment - time.perf_counter()
            if pause > 0:
                await asyncio.sleep(pause)
            group.create_task(one(number, moment))
    return Load(time.perf_counter() - began, latencies)
