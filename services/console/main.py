"""Builds the console and runs it: `python -m services.console.main`."""

from __future__ import annotations

import asyncio
import signal
import sys

import structlog
import uvloop
from granian.constants import Interfaces
from granian.server.embed import Server

from services.console import application, config
from services.console.assets import NotBuilt
from shared import telemetry
from shared.clock import SystemClock
from shared.config import BadConfiguration

log = structlog.get_logger()

# Open streams are cut after this; browsers come again by themselves.
STOP_S = 3


def main() -> None:
    """Runs until SIGTERM or SIGINT; exits 1 with a sentence where something is missing."""
    try:
        settings = config.read()
        built = application.build(settings, clock=SystemClock())
    except (BadConfiguration, NotBuilt) as error:
        print(f"console: {error}", file=sys.stderr)
        raise SystemExit(1) from error
    telemetry.configure(
        service="console",
        log_level=settings.log_level,
        trace_ratio=settings.trace_ratio,
        otlp_endpoint=settings.otlp_endpoint,
    )
    host, _, port = settings.listen.rpartition(":")
    server = Server(
        built,
        address=host,
        port=int(port),
        interface=Interfaces.ASGI,
        log_enabled=False,
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
    await asyncio.wait({serving}, timeout=2 * STOP_S)


if __name__ == "__main__":
    main()
