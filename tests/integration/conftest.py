"""The running stack that integration tests share: real PostgreSQL, real NATS, every service in its own process."""

from __future__ import annotations

import json
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from services.cli.folder import StackFolder
from services.cli.stack import Stack, StackOptions
from tests.integration.world import World

CAMPAIGN = "mass-line-2013"


_LINES_TOLD = 60


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    """A failed test tells what the services that it used complained of, because their logs go with the stack."""
    report = yield
    if report.failed:
        for value in getattr(item, "funcargs", {}).values():
            running = getattr(value, "stack", value)
            if isinstance(running, Stack):
                for log in sorted(running.folder.logs.glob("*.log")):
                    if log.stem != "initdb" and (complaints := _complaints(log)):
                        report.sections.append((f"complaints in {log.name}", "\n".join(complaints[-_LINES_TOLD:])))
                break
    return report


def _complaints(log: Path) -> list[str]:
    """The lines of a log that are warnings or worse; what is not one of our own records counts as one."""
    found = []
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            level = json.loads(line).get("level", "")
        except (ValueError, AttributeError):
            level = "info" if " LOG: " in line or "[INF]" in line else ""
        if level not in ("info", "debug"):
            found.append(line)
    return found


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
