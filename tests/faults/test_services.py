"""A service dies in the worst moments."""

from __future__ import annotations

import asyncio
import os
import signal

import asyncpg
import pytest

from tests.faults.clients import Clients
from tests.faults.conftest import Broken
from tests.faults.invariants import assert_whole, until_settled


async def unsent(world: Broken) -> int:
    """Rows that plans has committed and not yet noted as sent."""
    database = await asyncpg.connect(world.stack.postgres_dsn)
    try:
        return int(await database.fetchval("select count(*) from plans.outbox where sent_sequence is null"))
    finally:
        await database.close()


async def test_killed_between_commit_and_publish(broken: Broken, clients: Clients) -> None:
    # The bus stands still: deeds are committed, their facts cannot leave.
    nats = broken.stack.pid("nats")
    os.kill(nats, signal.SIGSTOP)
    try:
        await clients.deeds(30)
        assert await unsent(broken) >= 60
        await broken.killed("plans")
    finally:
        os.kill(nats, signal.SIGCONT)

    await clients.deeds(5)

    await assert_whole(broken, clients)


@pytest.mark.parametrize("service", ["rollups", "audit"])
async def test_killed_between_apply_and_ack(broken: Broken, clients: Clients, service: str) -> None:
    line = broken.line(service, "nats")
    for _ in range(5):
        # Facts still come in on the pull request that is open; the acknowledgement does not get out.
        line.hold_requests()
        if await is_applied(broken, service, await clients.record()):
            break
        # The request, which lives for five seconds, had just run out: again.
        line.heal()
        await until_settled(broken)
    else:
        raise AssertionError(f"{service} never applied a fact while it could not acknowledge it")
    await broken.killed(service)
    line.cut()
    line.heal()

    await assert_whole(broken, clients)


async def is_applied(world: Broken, service: str, name: str) -> bool:
    """Whether a service applies a problem's fact within the life of a pull request."""
    table, column = {"rollups": ("contributions", "key"), "audit": ("entries", "resource")}[service]
    database = await asyncpg.connect(world.stack.postgres_dsn)

    async def applied() -> bool:
        found = f"select count(*) from {service}.{table} where {column} = $1"
        if service == "audit":
            found += " and kind = 'FACT'"
        return bool(await database.fetchval(found, name))

    try:
        await world.eventually(applied, timeout_s=4)
    except AssertionError:
        return False
    finally:
        await database.close()
    return True


async def test_killed_again_and_again_under_load(broken: Broken, clients: Clients) -> None:
    async with clients.busy():
        for service in ("plans", "rollups", "audit", "plans", "rollups", "directory", "plans"):
            await clients.until(25)
            broken.stack.kill(service)
        await clients.until(25)

    await assert_whole(broken, clients)


async def test_stopped_during_calls(broken: Broken, clients: Clients) -> None:
    async with clients.busy(at_once=20):
        for _ in range(3):
            await clients.until(20)
            stopped = broken.stack.pid("plans")
            os.kill(stopped, signal.SIGTERM)

            async def is_replaced(stopped: int = stopped) -> bool:
                return broken.stack.pid("plans") != stopped

            await broken.eventually(is_replaced, timeout_s=30)

    await assert_whole(broken, clients)


async def test_all_services_killed_at_once(broken: Broken, clients: Clients) -> None:
    async with clients.busy():
        await clients.until(20)
        await asyncio.gather(*(broken.killed(service) for service in broken.stack.addresses))
        await clients.until(20)

    await assert_whole(broken, clients)
