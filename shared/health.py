"""Asks a server whether it serves: `python -m shared.health` is the health check of a container; knows no service."""

from __future__ import annotations

import asyncio
import os
import sys

import grpc
from grpc_health.v1 import health_pb2

HEALTH_CHECK = "/grpc.health.v1.Health/Check"
PROBE_TIMEOUT_S = 1.0
_EVERYWHERE = ("0.0.0.0", "[::]", "")  # noqa: S104 - compared with, never bound to


async def is_serving(address: str, *, timeout_s: float = PROBE_TIMEOUT_S) -> bool:
    """Whether the server at host:port says SERVING for itself as a whole."""
    async with grpc.aio.insecure_channel(address) as channel:
        check = channel.unary_unary(
            HEALTH_CHECK,
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString,
        )
        try:
            answer = await check(health_pb2.HealthCheckRequest(service=""), timeout=timeout_s)
        except grpc.aio.AioRpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def from_inside(listen: str) -> str:
    """Where a server that listens there is reached from its own machine."""
    host, _, port = listen.rpartition(":")
    return f"127.0.0.1:{port}" if host in _EVERYWHERE else listen


def main() -> None:
    """Exits 0 where the server of this container serves, which PLUMBLINE_LISTEN names, else 1 with a sentence."""
    address = from_inside(os.environ.get("PLUMBLINE_LISTEN", ""))
    # A busy machine may take longer than the embedded stack's probe, which is asked again at once.
    if not asyncio.run(is_serving(address, timeout_s=3 * PROBE_TIMEOUT_S)):
        sys.exit(f"{address} does not serve")


if __name__ == "__main__":
    main()
