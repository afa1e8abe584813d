"""What must hold after any fault: nothing acknowledged is lost, nothing doubled, the figures and the log are true."""

from __future__ import annotations

import asyncpg

from plumbline.audit.v1 import audit_pb2, audit_pb2_grpc
from shared import rpc_client
from shared.config import SERVICES
from tests.faults.clients import Clients
from tests.integration.figures import differences
from tests.integration.world import World

# The longest road back: a bus that has to be found unwell first, and what was not acknowledged comes again after 15 s.
SETTLED_WITHIN_S = 120.0


async def assert_whole(world: World, clients: Clients) -> None:
    """Every acknowledged deed is there once; each tenant's record of it is complete; figures equal a recount."""
    await until_settled(world)
    database = await asyncpg.connect(world.stack.postgres_dsn)
    try:
        assert await _lost_or_doubled(database, clients) == []
        assert await _badly_logged(database, clients) == []
        assert await parked(database) == clients.parked_on_purpose
    finally:
        await database.close()
    assert await _broken_logs(world) == []
    result = await differences(world)
    assert result.difference_count == 0, list(result.differences)


async def until_settled(world: World) -> None:
    """Waits until every outbox is empty: a row leaves it when every consumer has taken it in."""
    database = await asyncpg.connect(world.stack.postgres_dsn)

    async def settled() -> bool:
        return await outboxes(database) == dict.fromkeys(SERVICES, 0)

    try:
        await world.eventually(settled, timeout_s=SETTLED_WITHIN_S)
    except AssertionError as error:
        raise AssertionError(f"rows that not everybody has taken in: {await outboxes(database)}") from error
    finally:
        await database.close()


async def outboxes(database: asyncpg.Connection[asyncpg.Record]) -> dict[str, int]:
    """How many rows each service's outbox holds."""
    return {service: await database.fetchval(f"select count(*) from {service}.outbox") for service in SERVICES}


async def parked(database: asyncpg.Connection[asyncpg.Record]) -> int:
    """How many facts are parked, in all services."""
    return sum([await database.fetchval(f"select count(*) from {service}.parked_facts") for service in SERVICES])


async def _lost_or_doubled(database: asyncpg.Connection[asyncpg.Record], clients: Clients) -> list[str]:
    rows = await database.fetch(
        "select title, tenant_id, id, version from plans.problems where title = any($1::text[])", list(clients.titles)
    )
    found: dict[str, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(row["title"], []).append(row)
    wrong = [f"{title} is there {len(same)} times" for title, same in found.items() if len(same) > 1]
    versions = {f"tenants/{row['tenant_id']}/problems/{row['id']}": row["version"] for row in rows}
    for name, version in clients.acknowledged.items():
        if versions.get(name, 0) < version:
            wrong.append(f"{name} was acknowledged at version {version} and is at {versions.get(name, 0)}")
    return wrong


async def _badly_logged(database: asyncpg.Connection[asyncpg.Record], clients: Clients) -> list[str]:
    """A problem at version n has come from n deeds, each with one record and one fact in its tenant's log."""
    rows = await database.fetch(
        """
        with logged as (
            select resource,
                   count(*) filter (where kind = 'FACT') as facts,
                   count(*) filter (where kind = 'DEED' and outcome = 'OK') as deeds
            from audit.entries group by resource
        )
        select p.id, p.version, coalesce(l.facts, 0) as facts, coalesce(l.deeds, 0) as deeds
        from plans.problems p
        left join logged l on l.resource = 'tenants/' || p.tenant_id || '/problems/' || p.id
        where p.title = any($1::text[])
        """,
        list(clients.titles),
    )
    return [
        f"{row['id']} is at version {row['version']} with {row['facts']} facts and {row['deeds']} deeds in the log"
        for row in rows
        if not row["version"] == row["facts"] == row["deeds"]
    ]


async def _broken_logs(world: World) -> list[str]:
    """Each tenant's log that does not recompute, with the first entry that does not fit."""
    stub = audit_pb2_grpc.AuditServiceStub(world.channel("audit"))
    broken = []
    for tenant in sorted({world.unit(code).tenant for code in world.codes}):
        request = audit_pb2.VerifyLogRequest(parent=f"tenants/{tenant}")
        answer = await rpc_client.call(stub.VerifyLog, request, token=world.admin, deadline_s=30)
        if answer.first_bad_sequence or not answer.entries:
            broken.append(f"{tenant}: {answer.entries} entries, the first bad one is {answer.first_bad_sequence}")
    return broken
