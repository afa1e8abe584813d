"""A stack to be broken: every service reaches its database and the bus through a proxy of its own."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path

import pytest

from services.cli import nats, postgres
from services.cli.folder import StackFolder
from services.cli.restarts import RestartPolicy
from services.cli.stack import Stack, StackOptions
from shared.config import SERVICES
from tests.faults.clients import Clients
from tests.faults.proxy import Proxy
from tests.integration.conftest import pytest_runtest_makereport as pytest_runtest_makereport
from tests.integration.world import World

# Faults come faster here than a broken part dies; giving up is tested with the supervisor.
NEVER_GIVE_UP = RestartPolicy(failures=10_000, longest_pause_s=0.5)


class Broken(World):
    """A world whose lines can be cut, and whose parts can be killed and paused."""

    def __init__(self, stack: Stack, proxies: Mapping[tuple[str, str], Proxy]) -> None:
        super().__init__(stack)
        self._proxies = proxies

    def line(self, service: str, part: str) -> Proxy:
        """The line between a service and `postgres` or `nats`."""
        return self._proxies[service, part]

    async def killed(self, part: str) -> None:
        """Kills a part and waits until another process has taken its place."""
        dead = self.stack.pid(part)
        self.stack.kill(part)

        async def is_replaced() -> bool:
            return self.stack.pid(part) != dead

        await self.eventually(is_replaced, timeout_s=30)


@contextlib.asynccontextmanager
async def broken_world(
    root: Path,
    *,
    planted: bool = False,
    before_planting: Callable[[Stack], None] = lambda stack: None,
    **options: object,
) -> AsyncIterator[Broken]:
    """A world in a folder, planted now or before, with a proxy on every line."""

    def port_of(part: str) -> Callable[[], int]:
        return lambda: StackFolder(root).remembered_ports()[part]

    proxies = {(service, part): Proxy(port_of(part)) for service in SERVICES for part in (postgres.PART, nats.PART)}
    for proxy in proxies.values():
        await proxy.open()
    through = {line: proxy.port for line, proxy in proxies.items()}
    try:
        made = StackOptions(folder=root, through=through, restarts=NEVER_GIVE_UP, **options)  # type: ignore[arg-type]
        async with Stack.start(made) as stack:
            before_planting(stack)
            world = Broken(stack, proxies)
            await (world.learn() if planted else world.plant())
            yield world
            await world.close()
    finally:
        for proxy in proxies.values():
            await proxy.close()


@pytest.fixture(scope="session")
async def broken() -> AsyncIterator[Broken]:
    """One world for all faults that it survives; what earlier tests wrote must still be there after later ones."""
    root = Path(tempfile.mkdtemp(prefix="plumbline-faults-"))
    async with broken_world(root) as world:
        yield world
    StackFolder(root).remove()


@pytest.fixture(scope="session")
def clients(broken: Broken) -> Clients:
    """Everything that was ever written to the broken world."""
    return Clients(broken)
