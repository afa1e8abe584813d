"""The migrated database is what `tables.py` says, and migrations are numbered, one after the other."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from shared import migrations
from shared.config import SERVICES
from tests.integration.world import World


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_are_numbered_and_have_one_head(service: str) -> None:
    script = ScriptDirectory.from_config(migrations.alembic_config(service))
    revisions = [revision.revision for revision in script.walk_revisions()]

    assert len(script.get_heads()) == 1
    assert sorted(revisions) == [f"{number:04d}" for number in range(1, len(revisions) + 1)]


@pytest.mark.parametrize("service", SERVICES)
def test_each_migration_follows_the_one_before_and_its_file_carries_its_number(service: str) -> None:
    """One head alone would also be there after two branches and a merge."""
    script = ScriptDirectory.from_config(migrations.alembic_config(service))

    for revision in script.walk_revisions():
        number = int(revision.revision)
        assert revision.down_revision == (f"{number - 1:04d}" if number > 1 else None)
        assert Path(revision.path).name.startswith(f"{revision.revision}_")
        assert not revision.branch_labels
        assert not revision.dependencies


@pytest.mark.parametrize("service", SERVICES)
async def test_the_running_database_stands_at_the_newest_migration(world: World, service: str) -> None:
    script = ScriptDirectory.from_config(migrations.alembic_config(service))
    connection = await asyncpg.connect(world.stack.postgres_dsn)
    try:
        rows = await connection.fetch(f"select version_num from {service}.alembic_version")
    finally:
        await connection.close()

    assert [row["version_num"] for row in rows] == script.get_heads()


@pytest.mark.parametrize("service", SERVICES)
async def test_the_migrated_database_is_what_the_tables_say(world: World, service: str) -> None:
    metadata = importlib.import_module(f"services.{service}.tables").metadata
    names = {table.name for table in metadata.tables.values()}

    def compare(connection: Connection) -> list[Any]:
        def ours(object_: Any, name: str | None, type_: str, reflected: bool, compare_to: Any) -> bool:
            if type_ == "table":
                return name in names
            # Indexes, keys and checks are said in the migration, where their reasons stand.
            return type_ == "column"

        context = MigrationContext.configure(
            connection,
            opts={
                "include_schemas": True,
                "include_name": lambda name, type_, parents: type_ != "schema" or name == service,
                "include_object": ours,
                "compare_type": True,
            },
        )
        return list(compare_metadata(context, metadata))

    engine = create_async_engine(world.stack.postgres_dsn.replace("postgresql://", "postgresql+asyncpg://", 1))
    try:
        async with engine.connect() as connection:
            differences = await connection.run_sync(compare)
    finally:
        await engine.dispose()

    assert metadata.tables
    assert differences == []
