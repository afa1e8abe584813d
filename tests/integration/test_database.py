"""The one way to a connection: what a caller who leaves, a lost connection or a failed statement leaves behind."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from shared.calls import system_call
from shared.clock import SystemClock
from shared.database import Database, Transaction
from shared.errors import Unavailable
from tests.integration.world import World


@pytest.fixture
async def database(world: World) -> AsyncIterator[Database]:
    """A pool of one connection, so that what one transaction leaves behind meets the next."""
    opened = Database.open(world.stack.database_url("plans_system"), application="test-database", pool_size=1)
    yield opened
    await opened.close()


@pytest.fixture
async def superuser(world: World) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(world.stack.postgres_dsn)
    yield connection
    await connection.close()


def call() -> Any:
    return system_call("plans", action="test", now=SystemClock().now())


async def one(tx: Transaction) -> int:
    return int(await tx.fetch_value("select 1"))


async def running(superuser: asyncpg.Connection[Any]) -> int:
    """Statements of the test's pool that the server is still working on."""
    return int(
        await superuser.fetchval(
            "select count(*) from pg_stat_activity where application_name = 'test-database' and state <> 'idle'"
        )
    )


@pytest.mark.parametrize("times", [1, 2, 5])
async def test_a_caller_who_leaves_in_the_middle_leaves_a_usable_connection(
    world: World, database: Database, superuser: asyncpg.Connection[Any], times: int
) -> None:
    started = asyncio.Event()

    async def slow(tx: Transaction) -> None:
        started.set()
        await tx.fetch("select pg_sleep(30)")

    task = asyncio.create_task(database.run(call(), slow))
    await started.wait()

    async def is_running() -> bool:
        return await running(superuser) == 1

    await world.eventually(is_running)
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task

    assert await asyncio.wait_for(database.run(call(), one), timeout=5) == 1

    async def is_quiet() -> bool:
        return await running(superuser) == 0

    await world.eventually(is_quiet)


async def test_a_transaction_that_failed_inside_is_never_taken_for_committed(database: Database) -> None:
    async def swallow(tx: Transaction) -> None:
        # A command must not do this; the commit must not lie about it.
        with contextlib.suppress(asyncpg.DivisionByZeroError):
            await tx.fetch("select 1/0")

    with pytest.raises(RuntimeError, match="rolled back"):
        await database.run(call(), swallow)
    assert await database.run(call(), one) == 1


async def test_a_connection_that_was_cut_is_told_as_unavailable_and_replaced(
    database: Database, superuser: asyncpg.Connection[Any]
) -> None:
    async def cut(tx: Transaction) -> None:
        own = await tx.fetch_value("select pg_backend_pid()")
        await superuser.execute("select pg_terminate_backend($1)", own)
        await tx.fetch("select 1")

    with pytest.raises(Unavailable):
        await database.run(call(), cut)

    assert await database.run(call(), one) == 1


async def test_a_deadlock_is_tried_again_whole(world: World) -> None:
    database = Database.open(world.stack.database_url("plans_system"), application="test", pool_size=2)
    both = asyncio.Barrier(2)
    tries: list[str] = []

    def locking(first: int, second: int, name: str) -> Any:
        async def deed(tx: Transaction) -> None:
            tries.append(name)
            await tx.fetch("select pg_advisory_xact_lock($1)", first)
            if len(tries) <= 2:
                await both.wait()
            await tx.fetch("select pg_advisory_xact_lock($1)", second)

        return deed

    try:
        await asyncio.gather(database.run(call(), locking(881, 882, "a")), database.run(call(), locking(882, 881, "b")))
    finally:
        await database.close()

    assert sorted(tries) in (["a", "a", "b"], ["a", "b", "b"])
