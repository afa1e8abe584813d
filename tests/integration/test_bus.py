"""The bus that is not there: told at once, and never by a flood."""

from __future__ import annotations

import asyncio
import socket

import pytest
import structlog

from shared.bus import Bus
from shared.errors import Unavailable


def a_closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_bus_that_does_not_answer_is_told_as_unavailable_and_said_once() -> None:
    with structlog.testing.capture_logs() as lines, pytest.raises(Unavailable):
        await asyncio.wait_for(Bus.connect(f"nats://127.0.0.1:{a_closed_port()}", name="test"), timeout=30)

    assert len([line for line in lines if line["event"] == "bus_error"]) <= 2
