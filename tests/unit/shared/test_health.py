"""How a container asks its own server whether it serves."""

from __future__ import annotations

import socket

import pytest

from shared.health import from_inside, is_serving


@pytest.mark.parametrize(
    ("listen", "asked"),
    [
        ("0.0.0.0:50051", "127.0.0.1:50051"),
        ("[::]:50051", "127.0.0.1:50051"),
        (":50051", "127.0.0.1:50051"),
        ("10.1.2.3:50051", "10.1.2.3:50051"),
    ],
)
def test_a_server_that_listens_everywhere_is_asked_on_loopback(listen: str, asked: str) -> None:
    assert from_inside(listen) == asked


async def test_where_nobody_listens_nobody_serves() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"

    assert not await is_serving(address)
