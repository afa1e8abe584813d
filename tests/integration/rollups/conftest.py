"""A real rollups service on PostgreSQL and NATS; the services it hears of are stand-ins that say what tests say."""

from __future__ import annotations

import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from services.cli.folder import StackFolder
from services.cli.stack import Stack, StackOptions
from services.rollups.clients import SERVICES
from tests.integration.rollups.land import Land
from tests.integration.rollups.truth_stand_in import FOLDER_VARIABLE

STAND_IN = "tests.integration.rollups.truth_stand_in"


@pytest.fixture(scope="package")
async def land(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Land]:
    """A land whose small tree nobody has placed yet."""
    async with discovered(tmp_path_factory.mktemp("truth")) as made:
        yield made


@asynccontextmanager
async def discovered(truth: Path) -> AsyncIterator[Land]:
    """A land of its own, for what breaks something. truth: an empty folder for what its services say."""
    root = Path(tempfile.mkdtemp(prefix="plumbline-test-"))
    options = StackOptions(
        folder=root,
        services=(*SERVICES, "rollups"),
        stand_ins=dict.fromkeys(SERVICES, STAND_IN),
        environment={**os.environ, FOLDER_VARIABLE: str(truth)},
    )
    async with Stack.start(options) as stack:
        made = Land(stack, truth=truth)
        yield made
        await made.close()
    StackFolder(root).remove()
