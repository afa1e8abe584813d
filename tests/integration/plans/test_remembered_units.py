"""Plans remembers where units stand; a unit that has moved is found where it is now, and strangers stay strangers."""

from __future__ import annotations

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
from tests.integration.ledger import a_problem
from tests.integration.refused import refused
from tests.integration.world import World

UNIT, OTHER_CITY = "130201001", "1301"


@pytest.fixture
async def apart() -> AsyncIterator[World]:
    """A world of its own without rollups: a place that only plans believes in would be a difference there."""
    root = Path(tempfile.mkdtemp(prefix="plumbline-remembered-"))
    options = StackOptions(folder=root, services=("directory", "plans"), report=lambda key, **facts: None)
    async with Stack.start(options) as stack:
        made = World(stack)
        await made.plant()
        yield made
        await made.close()
    StackFolder(root).remove()


@pytest.fixture
async def superuser(apart: World) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(apart.stack.postgres_dsn)
    yield connection
    await connection.close()


async def record(world: World, token: str) -> plans_pb2.Problem:
    stub = plans_pb2_grpc.PlanServiceStub(world.channel("plans"))
    problem: plans_pb2.Problem = await rpc_client.call(
        stub.CreateProblem, a_problem(unit=world.unit(UNIT).id), token=token, deadline_s=10
    )
    return problem


async def test_a_unit_that_has_moved_is_found_where_it_is_now(apart: World, superuser: asyncpg.Connection[Any]) -> None:
    unit = apart.unit(UNIT)
    before = await record(apart, apart.admin)
    moved = f"{apart.unit(OTHER_CITY).path}{unit.id}/"
    put = "update plans.placements set path = $2 where unit_id = $1"
    await superuser.execute(put, unit.id, moved)
    try:
        after = await record(apart, apart.admin)
    finally:
        await superuser.execute(put, unit.id, unit.path)

    assert (before.path, after.path) == (unit.path, moved)
    assert (await record(apart, apart.admin)).path == unit.path


async def test_who_has_no_business_there_learns_nothing_from_what_is_remembered(world: World) -> None:
    await record(world, world.admin)

    error = await refused(record(world, world.token("unit_clerk", "110101")))
    unknown = await refused(
        rpc_client.call(
            plans_pb2_grpc.PlanServiceStub(world.channel("plans")).CreateProblem,
            a_problem(unit="zzzzzzzzzz"),
            token=world.token("unit_clerk", "110101"),
        )
    )

    assert error.remote_reason == unknown.remote_reason
    assert str(error).replace(world.unit(UNIT).id, "zzzzzzzzzz") == str(unknown)
