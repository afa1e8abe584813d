"""A bare grpc.aio server that sends back what it got: what a call costs before anybody does anything.

Run as a process of its own, as a service is: `python -m tests.benchmarks.echo`. Prints its port, then the port at which
it takes in traces and forgets them, so that services under test export theirs as they would in production.
"""

from __future__ import annotations

import asyncio
import contextlib
import re

import grpc
import uvloop

from plumbline.plans.v1 import plans_pb2

METHOD = "/plumbline.benchmarks.Echo/Echo"
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


async def serve() -> None:
    """Answers until the process is ended."""
    server = grpc.aio.server()
    request = plans_pb2.CreateProblemRequest
    handler = grpc.unary_unary_rpc_method_handler(_echo, request.FromString, request.SerializeToString)
    service, method = METHOD.removeprefix("/").split("/")
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {method: handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    traces = await asyncio.start_server(_forget, "127.0.0.1", 0)
    print(port, traces.sockets[0].getsockname()[1], flush=True)
    await server.wait_for_termination()


async def _echo(
    request: plans_pb2.CreateProblemRequest, context: grpc.aio.ServicerContext
) -> plans_pb2.CreateProblemRequest:
    return request


async def _forget(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers every POST with 200 and nothing, which is how a collector says that it has the traces."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            length = _LENGTH.search(await reader.readuntil(b"\r\n\r\n"))
            await reader.readexactly(int(length.group(1)) if length else 0)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    uvloop.run(serve())
