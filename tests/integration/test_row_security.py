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
ROLES = [role for service in SERVICES for role in (service, f"{service}_system")]


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


async def test_what_has_no_policy_is_out_of_every_services_reach(superuser: asyncpg.Connection[Any]) -> None:
    """Alembic's own table is the only one without row security, and no service may so much as read it."""
    reachable = await superuser.fetch(
        """
        select r.rolname, n.nspname || '.' || c.relname as name
        from pg_class c join pg_namespace n on n.oid = c.relnamespace, pg_roles r
        where c.relname = any($1::text[]) and n.nspname = any($2::text[]) and r.rolname = any($3::text[])
          and has_table_privilege(r.oid, c.oid, 'select, insert, update, delete, truncate, references, trigger')
        """,
        list(NO_POLICY_NEEDED),
        list(SERVICES),
        ROLES,
    )

    assert reachable == []


async def test_every_path_is_compared_byte_by_byte(superuser: asyncpg.Connection[Any]) -> None:
    """A subtree is a range of texts; under a language's collation the range would hold other units."""
    rows = await superuser.fetch(
        r"""
        select n.nspname || '.' || c.relname || '.' || a.attname as name, l.collname
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        left join pg_collation l on l.oid = a.attcollation
        where c.relkind in ('r', 'p') and n.nspname = any($1::text[]) and not a.attisdropped
          and (a.attname = 'path' or a.attname like '%\_path')
        """,
        list(SERVICES),
    )

    assert len(rows) > 10
    assert [row["name"] for row in rows if row["collname"] != "C"] == []


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
    rows = await superuser.fetch(
        """
        select rolname, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as mighty
        from pg_roles where rolname = any($1::text[])
        """,
        ROLES,
    )
    # Tables, schemas, functions, types and the database itself: whatever has an owner is listed here.
    owned = await superuser.fetch(
        """
        select r.rolname, d.classid::regclass::text, d.objid
        from pg_shdepend d join pg_roles r on r.oid = d.refobjid
        where d.deptype = 'o' and d.refclassid = 'pg_authid'::regclass and r.rolname = any($1::text[])
        """,
        ROLES,
    )
    belongs_to = await superuser.fetch(
        "select m.roleid from pg_auth_members m join pg_roles r on r.oid = m.member where r.rolname = any($1::text[])",
        ROLES,
    )

    assert {row["rolname"] for row in rows} == set(ROLES)
    assert not any(row["mighty"] for row in rows)
    assert owned == []
    assert belongs_to == []


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


async def test_no_role_is_let_into_a_schema_but_its_own(superuser: asyncpg.Connection[Any]) -> None:
    """By the catalogue, so that a table that nobody thought of is covered as well."""
    let_in = await superuser.fetch(
        """
        select r.rolname, n.nspname from pg_roles r, pg_namespace n
        where r.rolname = any($1::text[]) and n.nspname = any($2::text[])
          and has_schema_privilege(r.oid, n.oid, 'usage')
        """,
        ROLES,
        list(SERVICES),
    )
    makers = await superuser.fetch(
        """
        select r.rolname, n.nspname from pg_roles r, pg_namespace n
        where r.rolname = any($1::text[]) and n.nspname !~ '^pg_' and has_schema_privilege(r.oid, n.oid, 'create')
        """,
        ROLES,
    )

    assert {(row["rolname"], row["nspname"]) for row in let_in} == {
        (role, role.removesuffix("_system")) for role in ROLES
    }
    assert makers == []


@pytest.mark.parametrize("service", SERVICES)
async def test_no_table_with_a_path_shows_a_row_where_no_scope_is_set(
    world: World, superuser: asyncpg.Connection[Any], service: str
) -> None:
    tables = await superuser.fetch(
        """
        select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname = $1 and has_table_privilege($1, c.oid, 'select')
          and exists (select 1 from pg_attribute a where a.attrelid = c.oid and a.attname = 'path')
        """,
        service,
    )
    connection = await asyncpg.connect(world.stack.database_url(service))
    try:
        shown = {
            row["name"]: await connection.fetchval(f"select count(*) from {service}.{row['name']}") for row in tables
        }
    finally:
        await connection.close()
    held = {row["name"]: await superuser.fetchval(f"select count(*) from {service}.{row['name']}") for row in tables}

    # Every service has a copy of the country, so that there is something that could have been shown.
    assert any(held.values())
    assert not any(shown.values())


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
