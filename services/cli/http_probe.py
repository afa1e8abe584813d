"""Asks a server on this machine whether it is well, over HTTP; knows no server."""

from __future__ import annotations

import asyncio

from services.cli.ports import LOOPBACK

PROBE_TIMEOUT_S = 1.0
WELL = "200"


async def health(port: int) -> str:
    """The status with which a server answers `/healthz`; empty when it does not answer."""
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                writer.write(f"GET /healthz HTTP/1.0\r\nHost: {LOOPBACK}\r\n\r\n".encode())
                answer = await reader.read()
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, TimeoutError):
        return ""
    words = answer.split(b"\r\n", 1)[0].split()
    return words[1].decode() if len(words) > 1 else ""
