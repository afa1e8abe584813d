"""How long a change below takes until the figure above has it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import asyncpg

from plumbline.plans.v1 import plans_pb2_grpc
from services.rollups.catalogue import Slot
from services.rollups.model import TERRITORIAL, WHOLE_TIME
from services.rollups.tables import SLOT_COLUMNS
from shared import rpc_client
from tests.benchmarks import country, schedule
from tests.benchmarks.figures import Figure, at_most, percentile
from tests.benchmarks.ground import Ground
from tests.benchmarks.load import Load, open_loop

SUBJECT = "lag"
RATE_PER_S = 200.0
_CLERKS = 64
_POLL_S = 0.005
_PATIENCE_S = 30.0
_DEADLINE_S = 30.0
_TOTAL = f"""
    select coalesce(sum({SLOT_COLUMNS[Slot.PROBLEMS_TOTAL]}), 0)::bigint from rollups.tallies
    where line = '{TERRITORIAL}' and unit_id = $1 and period = '{WHOLE_TIME}'
"""


async def lag(ground: Ground) -> list[Figure]:
    """From a commit in a township to the nation's figure that counts it, at 200 changes a second, all services running.

    Problems are put on ledgers of townships in an open loop (Poisson). A commit is where its answer has come; the
    nation's total is looked at every 5 ms; the k-th commit counts as seen when the total has grown by k.
    """
    due = schedule.poisson(rate_per_s=RATE_PER_S, seconds=ground.effort.seconds * 5, seed=2)
    await ground.until_quiet()
    async with ground.connection() as connection:
        base = await total(ground, connection)
        looking = asyncio.create_task(look(ground, connection, until=base + len(due)))
        load, committed = await put_on_ledgers(ground, due)
        seen = await asyncio.wait_for(looking, timeout=_PATIENCE_S)
    lags = [lag * 1000 for lag in lags_s(committed, seen, base=base)]
    rate = f"{load.calls / load.seconds:.0f} changes/s, {load.calls} changes"
    return [
        Figure(SUBJECT, "commit below to figure above, p50", percentile(lags, 0.5), "ms", rate),
        Figure(SUBJECT, "commit below to figure above, p99", percentile(lags, 0.99), "ms", bar=at_most(1000)),
        Figure(SUBJECT, "commit below to figure above, longest", max(lags), "ms"),
        Figure(SUBJECT, "answer to the clerk meanwhile, p50", load.latency_ms(0.5), "ms"),
        Figure(SUBJECT, "answer to the clerk meanwhile, p99", load.latency_ms(0.99), "ms"),
    ]


def lags_s(committed: Sequence[float], seen: Sequence[tuple[float, int]], *, base: int) -> list[float]:
    """For each commit, by rising moment, how much later the total was first seen to hold as many; 0 where earlier.

    seen: (moment, total), by rising moment; the last one holds all commits.
    """
    lags, look = [], 0
    for count, moment in enumerate(committed, start=1):
        while seen[look][1] < base + count:
            look += 1
        lags.append(max(0.0, seen[look][0] - moment))
    return lags


async def put_on_ledgers(ground: Ground, due: Sequence[float]) -> tuple[Load, list[float]]:
    """Clerks of townships put problems on their ledgers when they are due. Returns when each had its answer, rising."""
    committed: list[float] = []
    townships = ground.country.some("township", _CLERKS)
    tokens = [ground.token("unit_clerk", place, number=number) for number, place in enumerate(townships)]
    stub = plans_pb2_grpc.PlanServiceStub(ground.channel("plans"))

    async def write(number: int) -> None:
        clerk = number % _CLERKS
        request = country.create_problem(townships[clerk].id)
        await rpc_client.call(stub.CreateProblem, request, token=tokens[clerk], deadline_s=_DEADLINE_S)
        committed.append(time.perf_counter())

    load = await open_loop(write, due=due)
    return load, sorted(committed)


async def total(ground: Ground, connection: asyncpg.Connection) -> int:
    """How many problems the nation's figure counts."""
    return int(await connection.fetchval(_TOTAL, ground.country.root.id))


async def look(ground: Ground, connection: asyncpg.Connection, *, until: int) -> list[tuple[float, int]]:
    """What the total was, and when that was known, each time that it had changed."""
    seen: list[tuple[float, int]] = []
    while not seen or seen[-1][1] < until:
        now = await total(ground, connection)
        if not seen or now != seen[-1][1]:
            seen.append((time.perf_counter(), now))
        await asyncio.sleep(_POLL_S)
    return seen
