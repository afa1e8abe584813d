"""Appending: whoever appends at the same time, each log stays whole, and nothing is in it twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest

from plumbline.facts.v1 import facts_pb2
from services.audit import commands, queries
from services.audit.model import Happening
from services.audit.wire import from_record
from shared import outbox
from shared.calls import system_call
from shared.database import Database, Transaction
from shared.ids import random_uuid, unit_id
from tests.integration.world import World

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CALL = system_call("audit", action="facts.apply", now=NOW)


@pytest.fixture
async def database(world: World) -> AsyncIterator[Database]:
    """The audit service's own way to its tables."""
    opened = Database.open(world.stack.database_url("audit_system"), application="test_append")
    yield opened
    await opened.close()


def a_deed(tenant: str) -> Happening:
    return from_record(
        facts_pb2.CallRecord(
            record_id=random_uuid(),
            service="plans",
            method="/plumbline.plans.v1.PlanService/ReportDone",
            action="plans.report_progress",
            outcome="OK",
            actor="person:1",
            role="unit_clerk",
            tenant=tenant,
            resource=f"tenants/{tenant}/problems/{random_uuid()}",
            path=f"{tenant}/",
            request_id=random_uuid(),
            trace_id="0" * 32,
            time=outbox.timestamp(NOW),
        )
    )


async def append(database: Database, batches: list[list[Happening]]) -> None:
    for batch in batches:

        async def add(tx: Transaction, batch: list[Happening] = batch) -> None:
            await commands.append(tx, batch)

        await database.run(CALL, add)


async def sequences(world: World, tenant: str) -> list[int]:
    connection = await asyncpg.connect(world.stack.postgres_dsn)
    try:
        rows = await connection.fetch("select sequence from audit.entries where tenant_id = $1 order by 1", tenant)
    finally:
        await connection.close()
    return [row["sequence"] for row in rows]


async def verified(database: Database, tenant: str) -> tuple[int, int]:
    async with database.transaction(CALL, snapshot=True) as tx:
        return await queries.verify(tx, tenant)


async def test_two_that_append_at_once_leave_no_gap_in_any_log(world: World, database: Database) -> None:
    """Each batch names both logs, in opposite orders; unlocked heads would give out numbers twice."""
    one, other = unit_id(), unit_id()
    forward = [[a_deed(tenant) for tenant in (one, other) * 10] for _ in range(10)]
    backward = [[a_deed(tenant) for tenant in (other, one) * 10] for _ in range(10)]

    await asyncio.gather(append(database, forward), append(database, backward))

    for tenant in (one, other):
        assert await sequences(world, tenant) == list(range(1, 201))
        assert await verified(database, tenant) == (200, 0)


async def test_what_comes_again_is_one_entry(world: World, database: Database) -> None:
    """A fact goes up by several lines, and both of two consumers may be given a batch twice."""
    tenant = unit_id()
    deeds = [a_deed(tenant) for _ in range(5)]

    await append(database, [deeds + deeds])
    await asyncio.gather(append(database, [deeds]), append(database, [deeds[::-1]]))

    assert await sequences(world, tenant) == [1, 2, 3, 4, 5]
    assert await verified(database, tenant) == (5, 0)
