"""The running stack that integration tests share: real PostgreSQL, real NATS, every service in its own process."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from services.cli.folder import StackFolder
from services.cli.stack import Stack, StackOptions
from tests import complaints
from tests.integration.world import World

CAMPAIGN = "mass-line-2013"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    """A failed test tells what the services that it used complained of."""
    report = yield
    if report.failed:
        complaints.tell(item, report)
    return report


@pytest.fixture(scope="session")
async def stack() -> AsyncIterator[Stack]:
    """All services on an empty database; one for the whole test run, because a start costs seconds."""
    root = Path(tempfile.mkdtemp(prefix="plumbline-test-"))
    async with Stack.start(StackOptions(folder=root, report=lambda key, **facts: None)) as running:
        yield running
    StackFolder(root).remove()


@pytest.fixture(scope="session")
async def world(stack: Stack) -> AsyncIterator[World]:
    """A small country of three provinces, planted once, and everything needed to call its services."""
    made = World(stack)
    await made.plant()
    yield made
    await made.close()


@pytest.fixture(scope="session")
def token(world: World) -> Callable[..., str]:
    """Mints a token: `token("unit_clerk", world.unit("110101").path)`."""
    return world.token


@pytest.fixture(scope="session")
def channel(world: World) -> Callable[[str], grpc.aio.Channel]:
    """An open channel to a service."""
    return world.channel


@pytest.fixture
def new_request_id() -> Callable[[], str]:
    """A fresh request id for each deed."""
    return lambda: str(uuid.uuid4())
