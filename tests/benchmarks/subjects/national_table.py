"""The national table: the provinces with all figures, and the total."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from plumbline.rollups.v1 import rollups_pb2, rollups_pb2_grpc
from services.rollups import store
from services.rollups.catalogue import USED_SLOTS
from shared import rpc_client
from shared.database import Database, Transaction
from tests.benchmarks import country
from tests.benchmarks.figures import Figure, at_most, percentile
from tests.benchmarks.ground import Ground, at_work
from tests.benchmarks.load import closed_loop
from tests.benchmarks.subjects import fold

SUBJECT = "national table"
_WARM_UP = 50
_LARGE = 30


async def national_table(ground: Ground) -> list[Figure]:
    """The provinces with every figure for an analyst of the nation, one question after the other; all services run.

    Asked for as the units directly below the nation and, as the command line does, as the units of a level. In the
    database: the statement under row security in an open transaction, as the service asks it, until all its rows are
    here; then with opening and ending the transaction. By RPC: GetTable, which adds the total row, how far the fold has
    come and how many facts are on the road.
    """
    await fold.some(ground)
    await ground.until_quiet()
    root, campaign = ground.country.root, country.CAMPAIGN
    wide = f"{len(ground.country.at('province'))} rows x {len(USED_SLOTS)} sums"
    figures: list[Figure] = []
    async with ground.database("rollups") as database:

        async def below(tx: Transaction) -> object:
            return await store.rows_directly_below(tx, root.id, campaign=campaign)

        async def provinces(tx: Transaction) -> object:
            return await store.rows_at_level(tx, path=root.path, level="province", campaign=campaign)

        async def counties(tx: Transaction) -> object:
            return await store.rows_at_level(tx, path=root.path, level="county", campaign=campaign)

        count = int(100 * ground.effort.seconds)
        for name, ask in (("directly below", below), ("by level", provinces)):
            inside, whole = await _asked(ground, database, ask, count=count)
            figures += [
                Figure(SUBJECT, f"{name}: in the database, p50", percentile(inside, 0.5), "ms", wide, bar=at_most(1)),
                Figure(SUBJECT, f"{name}: in the database, p99", percentile(inside, 0.99), "ms"),
                Figure(SUBJECT, f"{name}: in a transaction of its own, p50", percentile(whole, 0.5), "ms"),
            ]
        large, _ = await _asked(ground, database, counties, count=_LARGE)
    for name, level in (("directly below", ""), ("by level", "province")):
        rpc = await _by_rpc(ground, level=level)
        figures += [
            Figure(SUBJECT, f"{name}: by RPC, p50", percentile(rpc, 0.5), "ms", f"{len(rpc)} calls"),
            Figure(SUBJECT, f"{name}: by RPC, p99", percentile(rpc, 0.99), "ms"),
        ]
    rows = f"{len(ground.country.at('county')):,} rows"
    return [*figures, Figure(SUBJECT, "all counties: in the database, p50", percentile(large, 0.5), "ms", rows)]


async def _asked(
    ground: Ground, database: Database, ask: Callable[[Transaction], Awaitable[object]], *, count: int
) -> tuple[list[float], list[float]]:
    """Milliseconds of the statement alone, and of the transaction around it."""
    inside, whole = [], []
    for number in range(_WARM_UP + count):
        call = at_work("rollups", ground.country.root, role="analyst", action="rollups.read")
        began = time.perf_counter()
        async with database.transaction(call) as tx:
            asked = time.perf_counter()
            await ask(tx)
            answered = time.perf_counter()
        if number >= _WARM_UP:
            inside.append((answered - asked) * 1000)
            whole.append((time.perf_counter() - began) * 1000)
    return inside, whole


async def _by_rpc(ground: Ground, *, level: str) -> list[float]:
    stub = rollups_pb2_grpc.RollupServiceStub(ground.channel("rollups"))
    request = rollups_pb2.GetTableRequest(unit=ground.country.root.id, level=level, campaign=country.CAMPAIGN)
    token = ground.token("analyst", ground.country.root)

    async def ask(_: int) -> Any:
        table = await rpc_client.call(stub.GetTable, request, token=token)
        assert len(table.rows) == len(ground.country.at("province"))

    await closed_loop(ask, in_flight=1, seconds=ground.effort.seconds / 4)
    load = await closed_loop(ask, in_flight=1, seconds=ground.effort.seconds)
    return [latency * 1000 for latency in load.latencies_s]
