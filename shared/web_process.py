"""How a process that browsers talk to lives: serves until it is told to stop; knows no page."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

import structlog
import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server

log = structlog.get_logger()

# Open streams are cut after this; browsers come again by themselves.
_STOP_S = 3
# Open pages each hold a request for as long as they are looked at; by default only 128 would be answered at a time and
# the next would wait without a word.
_OPEN_REQUESTS = 8192
_BACKLOG = 4096


def run(application: Any, *, listen: str) -> None:
    """Serves an ASGI application at host:port until SIGTERM or SIGINT; exits 1 where the server ends by itself."""
    host, _, port = listen.rpartition(":")
    server = Server(
        application,
        address=host,
        port=int(port),
        interface=Interfaces.ASGI,
        log_enabled=False,
        backlog=_BACKLOG,
        backpressure=_OPEN_REQUESTS,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(server))


async def _serve(server: Server) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if serving.done():
        serving.result()
        log.error("server_ended")
        raise SystemExit(1)
    server.stop()
    await asyncio.wait({serving}, timeout=2 * _STOP_S)
