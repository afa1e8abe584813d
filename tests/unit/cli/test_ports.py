"""Which ports are chosen."""

from __future__ import annotations

import random
import socket

import pytest

from services.cli.ports import HIGHEST_PORT, LOWEST_PORT, PortTaken, choose_ports, is_free

NAMES = ("plans", "postgres", "nats")


def test_a_base_gives_consecutive_ports_in_order() -> None:
    ports = choose_ports(NAMES, base=4000, remembered={}, seed=random.Random(1), free=lambda _: True)

    assert ports == {"plans": 4000, "postgres": 4001, "nats": 4002}


def test_a_taken_port_of_a_base_is_named_and_not_replaced() -> None:
    with pytest.raises(PortTaken) as taken:
        choose_ports(NAMES, base=4000, remembered={}, seed=random.Random(1), free=lambda port: port != 4001)

    assert (taken.value.name, taken.value.port) == ("postgres", 4001)


def test_remembered_ports_are_used_again_where_they_are_free() -> None:
    remembered = {"plans": 21_000, "postgres": 21_001}

    ports = choose_ports(
        NAMES, base=None, remembered=remembered, seed=random.Random(1), free=lambda port: port != 21_001
    )

    assert ports["plans"] == 21_000
    assert ports["postgres"] not in (21_000, 21_001)


def test_free_ports_are_distinct_and_below_those_of_outgoing_connections() -> None:
    names = tuple(f"part-{number}" for number in range(500))

    ports = choose_ports(names, base=None, remembered={}, seed=random.Random(7), free=lambda _: True)

    assert len(set(ports.values())) == len(names)
    assert all(LOWEST_PORT <= port < HIGHEST_PORT for port in ports.values())


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        assert not is_free(port)
