"""The database dies, stands still, or cuts everybody off."""

from __future__ import annotations

import asyncio
import os
import signal

import asyncpg

from tests.faults.clients import Clients
from tests.faults.conftest import Broken
from tests.faults.invariants import assert_whole


async def test_killed_under_load(broken: Broken, clients: Clients) -> None:
    async with clients.busy():
        for _ in range(3):
            await clients.until(20)
            await broken.killed("postgres")
        await clients.until(20)

    await assert_whole(broken, clients)


async def test_paused_under_load(broken: Broken, clients: Clients) -> None:
    async with clients.busy():
        await clients.until(10)
        group = os.getpgid(broken.stack.pid("postgres"))
        os.killpg(group, signal.SIGSTOP)
        try:
            await asyncio.sleep(7)
        finally:
            os.killpg(group, signal.SIGCONT)
        await clients.until(10)

    await assert_whole(broken, clients)


async def test_connections_cut_again_and_again(broken: Broken, clients: Clients) -> None:
    database = await asyncpg.connect(broken.stack.postgres_dsn)
    try:
        async with clients.busy():
            for _ in range(20):
                await clients.until(3)
                await database.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
                    " and backend_type = 'client backend'"
                )
    finally:
        await database.close()

    await assert_whole(broken, clients)


async def test_a_line_that_is_cut_between_the_commit_and_its_confirmation(broken: Broken, clients: Clients) -> None:
    """The caller cannot know whether it was done; under the same request id it is done once."""
    line = broken.line("plans", "postgres")
    async with clients.busy():
        for _ in range(5):
            await clients.until(5)
            line.hold_answers()
            await asyncio.sleep(0.3)
            line.cut()
            line.heal()

    await assert_whole(broken, clients)
