"""A service is killed in the worst moments: nothing acknowledged is lost, nothing is counted twice."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from services.cli.folder import StackFolder
from services.cli.stack import Stack, StackOptions
from shared import rpc_client
from tests.integration.figures import differences, facts_on_the_road, figures
from tests.integration.ledger import a_problem
from tests.integration.world import World

COUNTY = "110101"
DEEDS = 60


@pytest.fixture
async def breakable() -> AsyncIterator[World]:
    """A world of its own, because it will be broken."""
    root = Path(tempfile.mkdtemp(prefix="plumbline-kill-"))
    async with Stack.start(StackOptions(folder=root, report=lambda key, **facts: None)) as stack:
        world = World(stack)
        await world.plant()
        yield world
        await world.close()
    StackFolder(root).remove()


async def write(world: World, request: plans_pb2.CreateProblemRequest, *, tries: int = 60) -> str:
    """A deed as a careful client does it: the same request id again until it is answered."""
    stub = plans_pb2_grpc.PlanServiceStub(world.channel("plans"))
    for _ in range(tries):
        try:
            problem = await rpc_client.call(stub.CreateProblem, request, token=world.admin, deadline_s=5)
        except (rpc_client.RemoteFailure, rpc_client.RemoteRefusal) as error:
            status = getattr(error, "status", "") or getattr(error, "remote_code", None)
            assert "UNAVAILABLE" in str(status) or "DEADLINE" in str(status), repr(error)
            await asyncio.sleep(0.2)
        else:
            return str(problem.name)
    raise AssertionError("the service did not come back")


async def in_outbox(world: World) -> int:
    """Rows that plans has committed and not yet published."""
    connection = await asyncpg.connect(world.stack.postgres_dsn)
    try:
        return int(await connection.fetchval("select count(*) from plans.outbox where sent_sequence is null"))
    finally:
        await connection.close()


async def facts_logged(world: World, entity: str) -> int:
    """How many facts of an entity the audit log holds."""
    connection = await asyncpg.connect(world.stack.postgres_dsn)
    try:
        return int(
            await connection.fetchval(
                "select count(*) from audit.entries where resource = $1 and kind = 'FACT'", entity
            )
        )
    finally:
        await connection.close()


async def assert_whole(world: World, names: list[str]) -> None:
    """Every acknowledged problem is counted once in the nation's figures and has one fact in the log."""

    async def arrived() -> bool:
        counted = (await figures(world, "0"))["problems_total"]
        return counted >= len(names) and await facts_on_the_road(world) == 0

    await world.eventually(arrived, timeout_s=90)
    assert (await figures(world, "0"))["problems_total"] == len(names)
    result = await differences(world)
    assert result.difference_count == 0, list(result.differences)

    async def all_logged() -> bool:
        return [await facts_logged(world, name) for name in names] == [1] * len(names)

    await world.eventually(all_logged, timeout_s=90)


async def test_a_service_killed_between_commit_and_publish_loses_and_doubles_nothing(breakable: World) -> None:
    world = breakable
    unit = world.unit(COUNTY).id
    nats = world.stack.pid("nats")
    # The bus stands still: deeds are committed, their facts cannot leave.
    os.kill(nats, signal.SIGSTOP)
    try:
        names = [await write(world, a_problem(unit=unit)) for _ in range(DEEDS)]
        assert await in_outbox(world) >= DEEDS
        dead = world.stack.pid("plans")
        world.stack.kill("plans")

        async def is_dead() -> bool:
            return world.stack.pid("plans") != dead

        await world.eventually(is_dead)
    finally:
        os.kill(nats, signal.SIGCONT)

    names += [await write(world, a_problem(unit=unit)) for _ in range(5)]

    await assert_whole(world, names)

    async def empty() -> bool:
        return await in_outbox(world) == 0

    await world.eventually(empty)


async def test_services_killed_again_and_again_under_load_lose_and_double_nothing(breakable: World) -> None:
    world = breakable
    unit = world.unit(COUNTY).id
    requests: list[Any] = [a_problem(unit=unit, title=f"问题{number}") for number in range(300)]
    waiting = iter(requests)
    names: list[str] = []

    async def worker() -> None:
        for request in waiting:
            names.append(await write(world, request))

    workers = [asyncio.create_task(worker()) for _ in range(8)]
    for service in ("plans", "rollups", "audit", "plans", "rollups"):
        target = len(names) + 25

        async def written(target: int = target) -> bool:
            return len(names) >= target or all(task.done() for task in workers)

        await world.eventually(written, timeout_s=60)
        world.stack.kill(service)
    await asyncio.gather(*workers)

    assert len(set(names)) == len(requests)
    await assert_whole(world, names)
