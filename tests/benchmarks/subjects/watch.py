"""How long a change below takes until those who watch the table above have been told of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack

from plumbline.rollups.v1 import rollups_pb2, rollups_pb2_grpc
from shared import rpc_client
from tests.benchmarks import schedule
from tests.benchmarks.figures import Figure, at_most, percentile
from tests.benchmarks.ground import Ground
from tests.benchmarks.processes import cpu_s
from tests.benchmarks.subjects import lag

SUBJECT = "watch"
RATE_PER_S = 100.0
WATCHERS = 50
_METRIC = "problems_total"
_PATIENCE_S = 30.0
_DEADLINE_S = 280.0


async def watch(ground: Ground) -> list[Figure]:
    """From a commit in a township to the message that tells each of 50 watchers of the nation's table.

    At 100 changes a second (Poisson), all services running. All watchers under equal grants, as people of one office
    have them, and each under another's, so that the table is read for each of them. Beside it, as in `lag`, how long
    the figure itself takes in the same rounds.
    """
    figures = []
    for name, offices in (("one office", 1), ("50 offices", WATCHERS)):
        figures += await _watched(ground, name, offices)
    return figures


async def _watched(ground: Ground, name: str, offices: int) -> list[Figure]:
    due = schedule.poisson(rate_per_s=RATE_PER_S, seconds=ground.effort.seconds * 5, seed=3)
    await ground.until_quiet()
    async with ground.connection() as connection, AsyncExitStack() as watching:
        base = await lag.total(ground, connection)
        until = base + len(due)
        looking = asyncio.create_task(lag.look(ground, connection, until=until))
        begun = [asyncio.Event() for _ in range(WATCHERS)]
        watchers = []
        for number, event in enumerate(begun):
            task = asyncio.create_task(_told(ground, office=number % offices, until=until, begun=event))
            watching.callback(task.cancel)
            watchers.append(task)
        await asyncio.wait_for(asyncio.gather(*(event.wait() for event in begun)), timeout=_PATIENCE_S)
        pid = ground.stack.pid("rollups")
        before = cpu_s(pid)
        load, committed = await lag.put_on_ledgers(ground, due)
        told = await asyncio.wait_for(asyncio.gather(*watchers), timeout=_PATIENCE_S)
        busy = (cpu_s(pid) - before) / load.seconds
        seen = await asyncio.wait_for(looking, timeout=_PATIENCE_S)
    figure = [each * 1000 for each in lag.lags_s(committed, seen, base=base)]
    lags = [each * 1000 for one in told for each in lag.lags_s(committed, one, base=base)]
    rate = f"{load.calls / load.seconds:.0f} changes/s, {sum(len(one) for one in told):,} messages to {WATCHERS}"
    ratios = {share: percentile(lags, share) / percentile(figure, share) for share in (0.5, 0.99)}
    to = "the figure itself"
    return [
        Figure(SUBJECT, f"{name}: commit below to message, p50", percentile(lags, 0.5), "ms", rate, ratios[0.5], to),
        Figure(
            SUBJECT,
            f"{name}: commit below to message, p99",
            percentile(lags, 0.99),
            "ms",
            ratio=ratios[0.99],
            ratio_to=to,
            bar=at_most(1000),
        ),
        Figure(SUBJECT, f"{name}: rollups' processor meanwhile", busy * 100, "%"),
    ]


async def _told(ground: Ground, *, office: int, until: int, begun: asyncio.Event) -> Sequence[tuple[float, int]]:
    """What one watcher has been told the total is, and when, until it holds everything."""
    stub = rollups_pb2_grpc.RollupServiceStub(ground.channel("rollups"))
    request = rollups_pb2.WatchTableRequest(unit=ground.country.root.id)
    # Each office has a tenant of its own and sees the same table.
    places = ground.country.at("province") + ground.country.at("city")
    token = ground.stack.mint(
        subject=f"person:{office}",
        tenant=places[office].id,
        role="analyst",
        path=ground.country.root.path,
        clearance=1,
    )
    seen: list[tuple[float, int]] = []
    place = -1
    async for message in rpc_client.download(stub.WatchTable, request, token=token, deadline_s=_DEADLINE_S):
        if message.HasField("snapshot"):
            place = [metric.id for metric in message.snapshot.metrics].index(_METRIC)
            seen.append((time.perf_counter(), message.snapshot.total.values[place]))
            begun.set()
        elif message.HasField("change") and message.change.HasField("total"):
            seen.append((time.perf_counter(), message.change.total.values[place]))
        if seen[-1][1] >= until:
            break
    return seen
