"""Whether a service's schema has the migrations that this code needs; changes nothing.

No service may read Alembic's own table, which has no row security. The migrator therefore says in the schema's comment,
which every role sees, how far it has come.
"""

from __future__ import annotations

from pathlib import Path

import asyncpg

from shared.errors import Unavailable

_SERVICES_FOLDER = Path(__file__).resolve().parent.parent / "services"
_PREFIX = "migration "
_CONNECT_S = 5


def newest_migration(service: str) -> str:
    """The number of the newest migration that this code brings: the files begin with it."""
    versions = _SERVICES_FOLDER / service / "migrations" / "versions"
    return max(file.name[:4] for file in versions.glob("[0-9][0-9][0-9][0-9]_*.py"))


def said_of(number: str) -> str:
    """The comment of a schema that stands at this migration."""
    return f"{_PREFIX}{number}"


async def check_migrated(service: str, database_url: str) -> None:
    """Raises Unavailable until the schema stands at our newest migration or beyond: old code runs on a newer one."""
    try:
        connection = await asyncpg.connect(database_url, timeout=_CONNECT_S)
        try:
            said = await connection.fetchval("select obj_description(to_regnamespace($1), 'pg_namespace')", service)
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        # Before the first run of the migrations there is neither the role nor the database.
        raise Unavailable(f"the database does not let us in: {type(error).__name__}") from error
    found, needed = str(said or "").removeprefix(_PREFIX), newest_migration(service)
    if not found or found < needed:
        raise Unavailable(f"the schema {service} stands at migration {found or 'none'}, this code needs {needed}")
