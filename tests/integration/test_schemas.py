"""A service that starts before the migrations waits for them, and goes on once they are in."""

from __future__ import annotations

import pytest

from shared import schemas
from shared.config import SERVICES
from shared.errors import Unavailable
from tests.integration.world import World


@pytest.mark.parametrize("service", SERVICES)
async def test_a_migrated_schema_lets_its_service_start(world: World, service: str) -> None:
    await schemas.check_migrated(service, world.stack.database_url(f"{service}_system"))


async def test_a_schema_without_our_newest_migration_is_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schemas, "newest_migration", lambda _: "9999")

    with pytest.raises(Unavailable, match="this code needs 9999"):
        await schemas.check_migrated("plans", world.stack.database_url("plans_system"))


async def test_a_newer_schema_than_ours_serves_us(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schemas, "newest_migration", lambda _: "0001")

    await schemas.check_migrated("plans", world.stack.database_url("plans_system"))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda url: url.replace("plans_system:", "plans_system:x"),  # before the roles are made
        lambda url: url.replace("/plumbline", "/no_database_yet"),
        lambda _: "postgresql://plans_system:pw@127.0.0.1:1/plumbline",
        lambda _: "postgresql://plans_system:pw@no-such-host.invalid/plumbline",
    ],
)
async def test_a_database_that_does_not_let_us_in_is_waited_for(world: World, wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(Unavailable, match="the database does not let us in"):
        await schemas.check_migrated("plans", wrong(world.stack.database_url("plans_system")))
