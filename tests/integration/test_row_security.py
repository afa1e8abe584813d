"""Row security is the second wall: no table without it, no role around it, and an unset scope shows nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from shared.calls import Call
from shared.clock import SystemClock
from shared.config import SERVICES
from shared.database import Database, Transaction
from shared.identity import Grant, Identity
from tests.integration.world import World

NO_POLICY_NEEDED = {"alembic_version"}


@pytest.fixture
async def superuser(world: World) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(world.stack.postgres_dsn)
    yield connection
    await connection.close()


async def test_every_table_has_row_security_forced_and_a_policy(superuser: asyncpg.Connection[Any]) -> None:
    rows = await superuser.fetch(
        """
        select n.nspname, c.relname, c.relrowsecurity, c.relforcerowsecurity,
               (select count(*) from pg_policy p where p.polrelid = c.oid) as policies
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname = any($1::text[])
        """,
        list(SERVICES),
    )

    bare = [
        f"{row['nspname']}.{row['relname']}"
        for row in rows
        if row["relname"] not in NO_POLICY_NEEDED
        and not (row["relrowsecurity"] and row["relforcerowsecurity"] and row["policies"])
    ]
    assert len(rows) > 40
    assert bare == []


async def test_every_view_reads_as_its_reader(superuser: asyncpg.Connection[Any]) -> None:
    rows = await superuser.fetch(
        """
        select n.nspname || '.' || c.relname as name, coalesce(c.reloptions, '{}') as options
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('v', 'm') and n.nspname = any($1::text[])
        """,
        list(SERVICES),
    )

    assert [row["name"] for row in rows if "security_invoker=true" not in row["options"]] == []


async def test_no_service_role_owns_anything_or_stands_above_row_security(superuser: asyncpg.Connection[Any]) -> None:
    roles = [role for service in SERVICES for role in (service, f"{service}_system")]
    rows = await superuser.fetch(
        "select rolname, rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = any($1::text[])", roles
    )
    owned = await superuser.fetchval(
        "select count(*) from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname = any($1::text[])", roles
    )

    assert {row["rolname"] for row in rows} == set(roles)
    assert not any(row["rolsuper"] or row["rolbypassrls"] or row["rolcreaterole"] for row in rows)
    assert owned == 0


@pytest.mark.parametrize("service", SERVICES)
async def test_no_service_reaches_anothers_schema(world: World, service: str) -> None:
    for role in (service, f"{service}_system"):
        connection = await asyncpg.connect(world.stack.database_url(role))
        try:
            for other in SERVICES:
                if other != service:
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        await connection.fetch(f"select 1 from {other}.outbox")
        finally:
            await connection.close()


async def test_a_connection_on_which_no_scope_was_set_shows_nothing(world: World) -> None:
    connection = await asyncpg.connect(world.stack.database_url("directory"))
    try:
        before = await connection.fetchval("select count(*) from directory.units")
        await connection.execute("begin; select set_config('app.scope_1', '/', true)")
        within = await connection.fetchval("select count(*) from directory.units")
        await connection.execute("commit")
        after = await connection.fetchval("select count(*) from directory.units")
    finally:
        await connection.close()

    assert within > 0
    # After a transaction the setting reads '' and not NULL: that must show nothing as well (pitfalls.md 7).
    assert (before, after) == (0, 0)


async def test_one_pooled_connection_serves_two_scopes_and_mixes_nothing(world: World) -> None:
    database = Database.open(world.stack.database_url("directory"), application="test", pool_size=1)

    def call(code: str) -> Call:
        unit = world.unit(code)
        return Call(
            identity=Identity("person:1", unit.tenant, Grant("unit_clerk", "territorial", unit.path, 1)),
            service="directory",
            method="",
            action="directory.read",
            mutates=False,
            request_id="",
            request_digest=b"",
            traceparent="",
            trace_id="",
            received=SystemClock().now(),
        )

    async def codes(tx: Transaction) -> set[str]:
        return {row["code"][:2] for row in await tx.fetch("select code from directory.units")}

    try:
        seen = [await database.run(call(code), codes) for code in ("11", "12", "11", "13")]
    finally:
        await database.close()

    assert seen == [{"11"}, {"12"}, {"11"}, {"13"}]


async def test_row_security_alone_stops_a_write_outside_of_the_scope(world: World) -> None:
    """The first wall taken away: a command that forgot to ask still cannot write on a stranger's ledger."""
    stranger = world.unit("12")
    connection = await asyncpg.connect(world.stack.database_url("plans"))
    try:
        await connection.execute(
            f"begin; select set_config('app.scope_1', '/{world.unit('11').path}', true), "
            "set_config('app.clearance', '3', true)"
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(
                """
                insert into plans.lodgings
                    (tenant_id, id, plan_id, kind, unit_id, path, campaign, plan_kind, lodging_time, label)
                values ($1, gen_random_uuid(), gen_random_uuid(), 'LODGED', $1, $2, 'c', 'RECTIFICATION', now(), 0)
                """,
                stranger.id,
                stranger.path,
            )
    finally:
        await connection.close()
