"""Where benchmarks run: one stack of all services with the national tree, and the processes beside it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import grpc

from services.cli.credentials import BUS_ADMIN
from services.cli.service_processes import PROJECT
from services.cli.stack import Stack, StackOptions
from shared import bus as buses
from shared import outbox, rpc_client
from shared.bus import Bus
from shared.calls import Call, system_call
from shared.config import SERVICES
from shared.database import Database
from shared.identity import Grant, Identity
from tests.benchmarks import country
from tests.benchmarks.country import Country, Place

TREE = PROJECT / "deploy" / "data" / "cn-divisions.csv.gz"
# As production is set up (shared/config.py); said aloud, so that an environment that says otherwise changes nothing.
TRACE_RATIO = "0.05"
_QUIET_S = 180.0
_POLL_S = 0.05


@dataclass(frozen=True)
class Effort:
    """How long to measure. seconds: of each round; items: of what is counted in pieces."""

    seconds: float
    rounds: int
    items: int


class Ground:
    """The running stack, its country, and the echo server. Made by `Ground.laid`."""

    def __init__(self, stack: Stack, effort: Effort, *, echo: asyncio.subprocess.Process, echo_port: int) -> None:
        self.stack = stack
        self.effort = effort
        self.echo_pid = echo.pid
        self._echo_port = echo_port
        self._country: Country | None = None
        self._channels: dict[str, grpc.aio.Channel] = {}

    @classmethod
    @contextlib.asynccontextmanager
    async def laid(cls, folder: Path, effort: Effort) -> AsyncIterator[Ground]:
        """Starts everything on a folder, plants the tree where there is none yet, and waits until all is quiet."""
        async with _echo_server() as (echo, echo_port, traces_port):
            options = StackOptions(folder=folder, environment=environment(traces_port), console=True)
            async with Stack.start(options) as stack:
                ground = cls(stack, effort, echo=echo, echo_port=echo_port)
                try:
                    await ground._plant()
                    yield ground
                finally:
                    for channel in ground._channels.values():
                        await channel.close()

    @property
    def country(self) -> Country:
        """The units."""
        assert self._country is not None
        return self._country

    def channel(self, service: str) -> grpc.aio.Channel:
        """An open channel to a service, or to "echo"."""
        if service not in self._channels:
            address = f"127.0.0.1:{self._echo_port}" if service == "echo" else self.stack.addresses[service]
            self._channels[service] = rpc_client.open_channel(address)
        return self._channels[service]

    def token(self, role: str, place: Place, *, number: int = 1) -> str:
        """A token of one of the people at a unit."""
        return self.stack.mint(subject=f"person:{number}", tenant=place.tenant, role=role, path=place.path, clearance=1)

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """The database as superuser, to look at it and to prepare it."""
        connection = await asyncpg.connect(self.stack.postgres_dsn)
        try:
            yield connection
        finally:
            await connection.close()

    @contextlib.asynccontextmanager
    async def bus(self, user: str = BUS_ADMIN) -> AsyncIterator[Bus]:
        """The bus as one of its users."""
        bus = await Bus.connect(self.stack.nats_url(user), name=f"benchmarks-{user}")
        try:
            yield bus
        finally:
            await bus.close()

    @contextlib.contextmanager
    def only(self, *services: str) -> Iterator[None]:
        """Holds all other services (SIGSTOP) while the block runs, so that they take no processor time."""
        with self.held(*(service for service in SERVICES if service not in services)):
            yield

    @contextlib.contextmanager
    def held(self, *services: str) -> Iterator[None]:
        """Holds some services while the block runs; nothing must be on the road to them, or they hold locks too."""
        pids = [self.stack.pid(service) for service in services]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)

    @contextlib.asynccontextmanager
    async def database(self, role: str) -> AsyncIterator[Database]:
        """The database as a service opens it, under one of the roles."""
        database = Database.open(self.stack.database_url(role), application="benchmarks")
        try:
            yield database
        finally:
            await database.close()

    async def until_quiet(self) -> float:
        """Waits until every fact written has been relayed and taken in by everybody. Returns the seconds it took."""
        began = time.monotonic()
        consumers = [(str(each["stream"]), str(each["durable_name"])) for each in buses.read_declared().consumers]
        unsent = " + ".join(
            f"(select count(*) from {service}.outbox where sent_sequence is null)" for service in SERVICES
        )
        async with self.bus() as bus, self.connection() as connection:
            while True:
                waiting = sum([await bus.pending(stream, consumer) for stream, consumer in consumers])
                waiting += await connection.fetchval(f"select {unsent}")
                if not waiting:
                    return time.monotonic() - began
                if time.monotonic() - began > _QUIET_S:
                    raise TimeoutError(f"{waiting} facts are still on the road after {_QUIET_S:.0f} s")
                await asyncio.sleep(_POLL_S)

    async def _plant(self) -> None:
        async with self.connection() as connection:
            if not await connection.fetchval("select count(*) from plans.placements"):
                tree = await asyncio.to_thread(TREE.read_bytes)
                await country.plant(self.channel("directory"), tree, token=self.stack.admin_token)
            await self.until_quiet()
            self._country = await country.read(connection)
            # What a database has been told about its tables decides its plans; autovacuum would get there in a minute.
            await connection.execute("analyze")


def environment(traces_port: int | None = None) -> dict[str, str]:
    """What services are told beside what the stack says: traces as in production."""
    told = {**os.environ, "PLUMBLINE_TRACE_RATIO": TRACE_RATIO}
    if traces_port is not None:
        told["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{traces_port}"
    return told


def at_work(service: str, place: Place, *, role: str, action: str) -> Call:
    """A call at a service's door by somebody of a unit, for what is measured below the door."""
    now = datetime.now(UTC)
    grant = Grant(role=role, line=outbox.TERRITORIAL, path=place.path, clearance=1)
    identity = Identity(subject="person:1", tenant=place.tenant, grant=grant)
    return replace(system_call(service, action=action, now=now), identity=identity)


async def applied(connection: asyncpg.Connection) -> int:
    """How many facts rollups has folded for good."""
    return int(await connection.fetchval("select applied from rollups.progress"))


async def stored(bus: Bus) -> int:
    """The last sequence of the stream of facts."""
    return (await bus.stream_state(outbox.FACT_STREAM)).last


@contextlib.asynccontextmanager
async def _echo_server() -> AsyncIterator[tuple[asyncio.subprocess.Process, int, int]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.echo", cwd=PROJECT, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        port, traces_port = (await process.stdout.readline()).split()
        yield process, int(port), int(traces_port)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
