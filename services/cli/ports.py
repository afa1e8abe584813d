"""Which loopback ports the parts listen on: configured, remembered or free; listens on none of them."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Mapping, Sequence

LOOPBACK = "127.0.0.1"
# Below the range that Linux (from 32768) and macOS (from 49152) take for outgoing connections: a port of that
# range can be taken by a neighbour's connection in the moment between our look and the part's bind.
LOWEST_PORT, HIGHEST_PORT = 20_000, 32_000
TRIES = 2_000


class PortTaken(Exception):
    """A configured port is in use by somebody else."""

    def __init__(self, *, name: str, port: int) -> None:
        super().__init__(f"port {port} for {name} is in use")
        self.name = name
        self.port = port


class NoFreePort(Exception):
    """Hardly possible: thousands of ports tried, all in use."""


def is_free(port: int) -> bool:
    """Whether a server could bind the loopback port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A server that has just stopped leaves closing connections behind, which must not make its port look taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose_ports(
    names: Sequence[str],
    *,
    base: int | None,
    remembered: Mapping[str, int],
    seed: random.Random,
    free: Callable[[int], bool] = is_free,
) -> dict[str, int]:
    """One port a name. With base: consecutive ones from it, or PortTaken. Else the remembered one where it is free,
    and a random free one otherwise; no two names share one."""
    if base is not None:
        return {name: _configured(name, base + place, free=free) for place, name in enumerate(names)}
    chosen: dict[str, int] = {}
    for name in names:
        port = remembered.get(name)
        if port is not None and port not in chosen.values() and free(port):
            chosen[name] = port
    for name in names:
        if name not in chosen:
            taken = {*chosen.values(), *remembered.values()}
            chosen[name] = _random_free(taken, seed=seed, free=free)
    return {name: chosen[name] for name in names}


def _configured(name: str, port: int, *, free: Callable[[int], bool]) -> int:
    if not free(port):
        raise PortTaken(name=name, port=port)
    return port


def _random_free(taken: set[int], *, seed: random.Random, free: Callable[[int], bool]) -> int:
    for _ in range(TRIES):
        port = seed.randrange(LOWEST_PORT, HIGHEST_PORT)
        if port not in taken and free(port):
            return port
    raise NoFreePort(f"no free port between {LOWEST_PORT} and {HIGHEST_PORT}")
