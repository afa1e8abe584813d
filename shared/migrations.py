"""Brings a database to the shape that the services expect: roles and schemas first, then each service's migrations.

Runs as a job before new code starts, never from a service (pitfalls.md 8).
`python -m shared.migrations` does both, with the DSN in PLUMBLINE_ADMIN_DSN and PLUMBLINE_ROLE_PASSWORDS as JSON, or
in the files that the same names with _FILE say.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared import config
from shared.config import SERVICES
from shared.patience import until_it_answers
from shared.schemas import newest_migration, said_of

DATABASE = "plumbline"
OLDEST_SERVER = 180000
_SERVICES_FOLDER = Path(__file__).resolve().parent.parent / "services"
# One migrator at a time; the number is the bytes of "plumb".
_MIGRATION_LOCK = 0x706C756D62
# What a role is stopped at when we forgot it (pitfalls.md 5). An import of a whole tree takes some seconds.
_ROLE_LIMITS = {
    "statement_timeout": "60s",
    "lock_timeout": "8s",
    "idle_in_transaction_session_timeout": "60s",
}
_NAME = re.compile(r"[a-z][a-z_]{0,40}")
_PASSWORD = re.compile(r"[A-Za-z0-9_-]{16,128}")


class ServerTooOld(Exception):
    """PostgreSQL is older than 18, whose RETURNING old/new the fold needs."""


def prepare(admin_dsn: str, passwords: Mapping[str, str], services: Sequence[str] = SERVICES) -> None:
    """Makes the database, the schemas and both login roles of each service; may be run again.

    admin_dsn: a superuser's or CREATEROLE + CREATEDB owner's DSN, to any database. passwords: by role name,
    `<service>` and `<service>_system`. Raises ServerTooOld.
    """
    asyncio.run(_prepare(admin_dsn, passwords, services))


async def _prepare(admin_dsn: str, passwords: Mapping[str, str], services: Sequence[str]) -> None:
    admin = await asyncpg.connect(admin_dsn, timeout=10)
    try:
        version = int(await admin.fetchval("show server_version_num"))
        if version < OLDEST_SERVER:
            raise ServerTooOld(f"PostgreSQL {version // 10000} is too old: Plumbline needs 18 or newer")
        if not await admin.fetchval("select 1 from pg_database where datname = $1", DATABASE):
            await admin.execute(f"create database {DATABASE} encoding 'UTF8' template template0")
        for service in services:
            for role in (service, f"{service}_system"):
                await _make_role(admin, role, passwords[role])
    finally:
        await admin.close()
    database = await asyncpg.connect(admin_dsn, database=DATABASE, timeout=10)
    try:
        await database.execute("revoke all on schema public from public")
        await database.execute(f"revoke all on database {DATABASE} from public")
        for service in services:
            await database.execute(f"create schema if not exists {service}")
            for role in (service, f"{service}_system"):
                await database.execute(f"grant connect on database {DATABASE} to {role}")
                await database.execute(f"grant usage on schema {service} to {role}")
    finally:
        await database.close()


async def _make_role(admin: asyncpg.Connection[Any], role: str, password: str) -> None:
    # Both stand in SQL text, because CREATE ROLE takes no parameters.
    if not _NAME.fullmatch(role) or not _PASSWORD.fullmatch(password):
        raise ValueError(f"role {role} has a name or a password with characters that are not allowed")
    verb = "alter" if await admin.fetchval("select 1 from pg_roles where rolname = $1", role) else "create"
    await admin.execute(
        f"{verb} role {role} login nosuperuser nobypassrls nocreatedb nocreaterole noinherit password '{password}'"
    )
    for name, value in _ROLE_LIMITS.items():
        await admin.execute(f"alter role {role} set {name} = '{value}'")


def migrate(admin_dsn: str, services: Sequence[str] = SERVICES) -> None:
    """Brings each service's schema to its newest migration. Raises what a failing migration raises."""
    asyncio.run(_migrate(admin_dsn, services))


async def _migrate(admin_dsn: str, services: Sequence[str]) -> None:
    engine = create_async_engine(_to_database(admin_dsn))
    try:
        for service in services:
            async with engine.connect() as connection:
                await connection.run_sync(_upgrade, service)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, service: str) -> None:
    """Runs one service's migrations in this connection: short waits for locks, one migrator at a time."""
    config = alembic_config(service)
    script = ScriptDirectory.from_config(config)

    def steps(revision: Any, context: Any) -> list[Any]:
        return list(script._upgrade_revs("head", revision))

    with EnvironmentContext(config, script, fn=steps) as environment:
        connection.execute(text("set lock_timeout = '4s'"))
        connection.execute(text("set statement_timeout = '30s'"))
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
        connection.commit()
        try:
            environment.configure(connection=connection, version_table_schema=service, transaction_per_migration=True)
            with environment.begin_transaction():
                environment.run_migrations()
            connection.execute(text(f"comment on schema {service} is '{said_of(newest_migration(service))}'"))
            connection.commit()
        finally:
            connection.rollback()
            connection.execute(text("select pg_advisory_unlock(:key)"), {"key": _MIGRATION_LOCK})
            connection.commit()


def alembic_config(service: str) -> Config:
    """Alembic's settings for one service; migrations are numbered files, forward only."""
    config = Config()
    config.set_main_option("script_location", str(_SERVICES_FOLDER / service / "migrations"))
    return config


def _to_database(admin_dsn: str) -> str:
    """The DSN with our database and SQLAlchemy's driver."""
    head, _, query = admin_dsn.partition("?")
    scheme, rest = head.split("://", 1)
    host = rest.split("/", 1)[0]
    del scheme
    return f"postgresql+asyncpg://{host}/{DATABASE}" + (f"?{query}" if query else "")


def main() -> None:
    """The job before the services; waits for the database, and exits 1 with a sentence if something is missing."""
    try:
        dsn = config.secret(os.environ, "PLUMBLINE_ADMIN_DSN")
        passwords = json.loads(config.secret(os.environ, "PLUMBLINE_ROLE_PASSWORDS"))

        def bring() -> None:
            prepare(dsn, passwords)
            migrate(dsn)

        until_it_answers("the database", bring, away=(OSError, asyncpg.CannotConnectNowError))
    except config.BadConfiguration as error:
        sys.exit(str(error))
    except (ServerTooOld, KeyError, ValueError, OSError, asyncpg.PostgresError) as error:
        sys.exit(f"the database could not be prepared: {error}")


if __name__ == "__main__":
    main()
