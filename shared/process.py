"""How a service process lives: connects with patience, serves, runs its loops, and stops in order; main.py fills it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import structlog
import uvloop
from google.protobuf.descriptor import ServiceDescriptor

from plumbline.facts.v1 import facts_pb2, facts_pb2_grpc
from shared import bus as buses
from shared import config, retention, schemas, telemetry
from shared.answers import Answers
from shared.bus import Bus
from shared.clock import Clock, SystemClock
from shared.database import Database
from shared.errors import Unavailable
from shared.identity import Verifier
from shared.inbox import Apply, Inbox, read_fact
from shared.pages import Pages
from shared.parked import ParkedFacts
from shared.relay import Relay
from shared.rpc_server import Door, Server, methods_of

log = structlog.get_logger()

Result = TypeVar("Result")
# A dependency that is away at start is waited for, so that start order does not matter.
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.1, 5.0


@dataclass
class Parts:
    """What `main.py` builds a service from; everything outside of the service itself."""

    config: config.ServiceConfig
    clock: Clock
    database: Database
    system_database: Database
    bus: Bus
    answers: Answers
    pages: Pages
    relay: Relay
    inboxes: list[Inbox[Any]] = field(default_factory=list)
    forgets: list[retention.Forget] = field(default_factory=list)
    loops: list[Callable[[], Coroutine[Any, Any, None]]] = field(default_factory=list)
    closers: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    # What is told that the process stops while calls still run: those without an end of their own must be ended.
    leavers: list[Callable[[], None]] = field(default_factory=list)

    def consume(self, apply: Apply[facts_pb2.Fact]) -> None:
        """Takes in facts from the common stream by the consumer declared for this service."""
        self.consume_from("UP", read_fact, apply)

    def consume_from(self, stream: str, read: Callable[[bytes], Any], apply: Apply[Any]) -> None:
        """Takes in messages of a stream by the consumer declared there for this service."""
        inbox = Inbox(
            service=self.config.service,
            stream=stream,
            database=self.system_database,
            bus=self.bus,
            clock=self.clock,
            read=read,
            apply=apply,
            wake=self.relay.wake,
        )
        self.inboxes.append(inbox)
        self.loops.append(inbox.run)


# Adds the service's servicers to the gRPC server, its consumers and loops to the parts.
Build = Callable[[Parts, Any], Awaitable[None]]


def told(service: str, read: Callable[[Mapping[str, str]], Result]) -> Result:
    """What the environment says, as read; exits 1 with a sentence where it is set up wrongly."""
    try:
        return read(os.environ)
    except config.BadConfiguration as error:
        print(f"{service}: {error}", file=sys.stderr)
        raise SystemExit(1) from error


def run(service: str, *, build: Build, services: Sequence[ServiceDescriptor]) -> None:
    """Runs a service until SIGTERM or SIGINT; exits 1 with a sentence if it is set up wrongly."""
    settings = told(service, partial(config.read, service))
    telemetry.configure(
        service=service,
        log_level=settings.log_level,
        trace_ratio=settings.trace_ratio,
        otlp_endpoint=settings.otlp_endpoint,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        code = runner.run(_serve(settings, build, services))
    raise SystemExit(code)


async def _serve(settings: config.ServiceConfig, build: Build, services: Sequence[ServiceDescriptor]) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    clock = SystemClock()
    database = Database.open(settings.database_url, application=settings.service)
    system_database = Database.open(settings.system_database_url, application=f"{settings.service}_system", pool_size=5)
    described = [*services, facts_pb2.DESCRIPTOR.services_by_name["ParkedFactService"]]
    door = Door(
        service=settings.service,
        methods=methods_of(described),
        verifier=Verifier(settings.jwks),
        clock=clock,
        database=database,
    )
    server = Server(service=settings.service, door=door, services=described)
    stopping = asyncio.ensure_future(stop.wait())
    starting = asyncio.ensure_future(_start(settings, build, server, database, system_database, clock))
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        # Told to stop while still waiting for a dependency.
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return 0
    try:
        parts = starting.result()
    except buses.StreamsDiffer as error:
        print(f"{settings.service}: {error}", file=sys.stderr)
        return 1
    tasks = [asyncio.create_task(_for_ever(make)) for make in parts.loops]
    # What was made for the start lives as long as the process: the collector need not look at it again and again.
    gc.collect()
    gc.freeze()
    # What calls leave behind is nearly all freed by counting; young objects are looked through less often.
    gc.set_threshold(10_000, 10, 10)
    await server.serving()
    log.info("serving", listen=settings.listen)
    failed = asyncio.ensure_future(_first_failure(tasks))
    await asyncio.wait({failed, stopping}, return_when=asyncio.FIRST_COMPLETED)
    code = 1 if failed.done() else 0
    failed.cancel()
    for leave in parts.leavers:
        leave()
    await server.stop()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for close in parts.closers:
        await close()
    await parts.bus.close()
    await database.close()
    await system_database.close()
    log.info("stopped", code=code)
    return code


async def _start(
    settings: config.ServiceConfig,
    build: Build,
    server: Server,
    database: Database,
    system_database: Database,
    clock: Clock,
) -> Parts:
    """Waits for database and bus, builds the service and binds. Raises StreamsDiffer."""
    await patiently("schema", lambda: schemas.check_migrated(settings.service, settings.system_database_url))
    bus = await patiently("bus", lambda: Bus.connect(settings.nats_url, name=settings.service))
    declared = buses.read_declared()
    relay = Relay(service=settings.service, database=system_database, bus=bus, clock=clock, declared=declared)
    parts = Parts(
        config=settings,
        clock=clock,
        database=database,
        system_database=system_database,
        bus=bus,
        answers=Answers(database, wake=relay.wake),
        pages=Pages(settings.system_database_url.encode()),
        relay=relay,
    )
    parts.loops += [
        relay.run,
        lambda: retention.keep_forgetting(settings.service, system_database, clock, also=lambda: parts.forgets),
    ]
    await patiently("streams", lambda: bus.check_declared(settings.service, declared))
    await build(parts, server.server)
    parked = ParkedFacts(
        service=settings.service,
        system_database=system_database,
        answers=parts.answers,
        pages=parts.pages,
        clock=clock,
        inboxes=lambda: parts.inboxes,
    )
    facts_pb2_grpc.add_ParkedFactServiceServicer_to_server(parked, server.server)
    await server.start(settings.listen)
    return parts


async def patiently(what: str, connect: Callable[[], Awaitable[Result]]) -> Result:
    """Tries until the dependency answers; says so once a try."""
    pause = _FIRST_PAUSE_S
    while True:
        try:
            return await connect()
        except (Unavailable, buses.PublishRefused) as error:
            log.info("waiting", dependency=what, error=str(error)[:200], pause_s=pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE_S)


async def _for_ever(make: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """A loop that ends or fails is a bug: it is logged, and the process ends so that its supervisor sees it."""
    try:
        await make()
    except asyncio.CancelledError:
        raise
    except Exception as error:
        log.error("loop_failed", error=type(error).__name__, exc_info=error)
        raise


async def _first_failure(tasks: Sequence[asyncio.Task[None]]) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
