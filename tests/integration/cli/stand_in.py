"""A service that does nothing but say that it serves; takes the place of a real one in tests of the stack."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import grpc
from grpc_health.v1 import health, health_pb2_grpc


async def serve() -> None:
    """Listen where the stack says, until SIGTERM."""
    # `fault` in the environment makes it a service that cannot run.
    if os.environ.get("STAND_IN_FAULT"):
        print(f"stand-in: {os.environ['STAND_IN_FAULT']}", file=sys.stderr)
        raise SystemExit(3)
    server = grpc.aio.server(options=(("grpc.so_reuseport", 0),))
    health_pb2_grpc.add_HealthServicer_to_server(health.aio.HealthServicer(), server)
    server.add_insecure_port(os.environ["PLUMBLINE_LISTEN"])
    await server.start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await server.stop(None)


if __name__ == "__main__":
    asyncio.run(serve())
