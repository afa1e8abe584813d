"""Callers that give up, and dependencies that are slow: no half deed, no lock left behind, no wrong answer."""

from __future__ import annotations

import asyncio
import time

import asyncpg
import grpc
import pytest

from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from shared import rpc_client
from tests.faults.clients import Clients
from tests.faults.conftest import Broken
from tests.faults.invariants import assert_whole
from tests.integration.ledger import request_id

# What a transaction holds that nobody needs any more.
_BUSY = """
    select count(*) from pg_stat_activity
    where usename = 'plans' and (state like 'idle in transaction%' or (state = 'active' and pid <> pg_backend_pid()))
"""


async def test_a_slow_database_against_a_deadline(broken: Broken, clients: Clients) -> None:
    """The caller is told in time; what it was told nothing of is done once or not at all."""
    line = broken.line("plans", "postgres")
    line.delay_s = 0.8
    try:
        begun = time.monotonic()
        calls = await asyncio.gather(*(try_once(broken, clients, deadline_s=1.0) for _ in range(10)))
        took_s = time.monotonic() - begun
    finally:
        line.heal()

    assert all(calls)
    assert took_s < 10
    await nothing_is_left(broken)
    await clients.deeds(3)
    await assert_whole(broken, clients)


async def test_a_slow_database_holds_up_nobody_else(broken: Broken, clients: Clients) -> None:
    line = broken.line("rollups", "postgres")
    line.delay_s = 2.0
    try:
        await clients.deeds(5)
    finally:
        line.heal()

    await assert_whole(broken, clients)


async def test_a_caller_that_cancels_in_mid_command(broken: Broken, clients: Clients) -> None:
    name = await clients.record()
    tenant, problem = name.split("/")[1], name.split("/")[3]
    stub = plans_pb2_grpc.PlanServiceStub(broken.channel("plans"))
    database = await asyncpg.connect(broken.stack.postgres_dsn)
    try:
        # Somebody holds the row, so that commands stand in the middle of their transactions.
        transaction = database.transaction()
        await transaction.start()
        await database.execute("select 1 from plans.problems where id = $1::uuid for update", problem)
        waiting = [
            stub.ReportProgress(
                plans_pb2.ReportProgressRequest(
                    name=name, request_id=request_id(), percent_done=50, remark="还没说完就挂断"
                ),
                timeout=30,
                metadata=rpc_client.metadata(broken.admin),
            )
            for _ in range(5)
        ]
        tasks = [asyncio.ensure_future(_outcome(call)) for call in waiting]

        async def all_stand() -> bool:
            blocked = "select count(*) from pg_stat_activity where usename = 'plans' and wait_event_type = 'Lock'"
            return bool(await database.fetchval(blocked) == len(waiting))

        await broken.eventually(all_stand)
        for call in waiting:
            call.cancel()
        assert await asyncio.gather(*tasks) == [grpc.StatusCode.CANCELLED] * len(waiting)
        # They let go although the lock is still held.
        await nothing_is_left(broken)
        await transaction.rollback()
        version = await database.fetchval(
            "select version from plans.problems where tenant_id = $1 and id = $2::uuid", tenant, problem
        )
    finally:
        await database.close()

    assert version == 1
    await clients.report(name)
    await assert_whole(broken, clients)


async def nothing_is_left(world: Broken) -> None:
    """Waits until no transaction of plans' callers is open."""
    database = await asyncpg.connect(world.stack.postgres_dsn)

    async def free() -> bool:
        return bool(await database.fetchval(_BUSY) == 0)

    try:
        await world.eventually(free, timeout_s=15)
    finally:
        await database.close()


async def try_once(world: Broken, clients: Clients, *, deadline_s: float) -> bool:
    """One deed that is not repeated. True if it was refused for time, as it must be."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await clients.record_once(deadline_s=deadline_s)
    return caught.value.code() in (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE)


async def _outcome(call: grpc.aio.UnaryUnaryCall[object, object]) -> grpc.StatusCode:
    try:
        await call
    except asyncio.CancelledError:
        return grpc.StatusCode.CANCELLED
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK
