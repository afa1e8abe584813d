"""Faults at random while clients work: seeded, so that a run can be had again; by hand for as long as asked.

`python -m tests.faults.mixed --seconds 600 --seed 7` tells what it does and ends with the invariants.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import secrets
import signal
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from services.cli.folder import StackFolder
from shared.config import SERVICES
from tests.faults.clients import Clients
from tests.faults.conftest import Broken, broken_world
from tests.faults.invariants import assert_whole

PARTS = ("postgres", "nats")
# Between two faults; some come while the one before is not over.
_LONGEST_PAUSE_S = 2.5
_LONGEST_FAULT_S = 3.0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Fault:
    """One fault. pause_s: since the one before; kind: a key of `_FAULTS`; service, part: where; for_s: how long."""

    pause_s: float
    kind: str
    service: str
    part: str
    for_s: float

    def __str__(self) -> str:
        return f"{self.kind}: {self.service}, {self.part}, {self.for_s:.1f} s"


def schedule(seed: int) -> Iterator[Fault]:
    """The faults of a seed, without end."""
    chance = random.Random(seed)
    kinds = sorted(_FAULTS)
    while True:
        yield Fault(
            pause_s=chance.uniform(0.2, _LONGEST_PAUSE_S),
            kind=chance.choice(kinds),
            service=chance.choice(SERVICES),
            part=chance.choice(PARTS),
            for_s=chance.uniform(0.1, _LONGEST_FAULT_S),
        )


async def run(world: Broken, *, seed: int, seconds: float, say: Say) -> None:
    """Breaks a world for a time while clients work, heals it, and checks every invariant."""
    say(f"seed {seed}, {seconds:.0f} s; again: python -m tests.faults.mixed --seconds {seconds:.0f} --seed {seed}")
    clients, done = Clients(world, seed=seed), Counter[str]()
    until = time.monotonic() + seconds
    under_way: set[asyncio.Task[None]] = set()
    async with clients.busy(at_once=4):
        for fault in schedule(seed):
            await asyncio.sleep(fault.pause_s)
            if time.monotonic() >= until:
                break
            say(f"{seconds - (until - time.monotonic()):6.1f} s  {fault}")
            done[fault.kind] += 1
            task = asyncio.create_task(_FAULTS[fault.kind](world, fault))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)
        for service in SERVICES:
            for part in PARTS:
                world.line(service, part).heal()
    say(f"{sum(done.values())} faults ({', '.join(f'{kind} {number}' for kind, number in sorted(done.items()))})")
    say(f"{len(clients.acknowledged)} problems and as many reports acknowledged; checking the invariants")
    await assert_whole(world, clients)


async def _kill_service(world: Broken, fault: Fault) -> None:
    world.stack.kill(fault.service)


async def _kill_part(world: Broken, fault: Fault) -> None:
    world.stack.kill(fault.part)


async def _stop_service(world: Broken, fault: Fault) -> None:
    _signal(world.stack.pid(fault.service), signal.SIGTERM)


async def _pause_service(world: Broken, fault: Fault) -> None:
    await _pause(world.stack.pid(fault.service), fault.for_s)


async def _pause_part(world: Broken, fault: Fault) -> None:
    await _pause(world.stack.pid(fault.part), fault.for_s)


async def _cut_line(world: Broken, fault: Fault) -> None:
    world.line(fault.service, fault.part).cut()


async def _hold_answers(world: Broken, fault: Fault) -> None:
    line = world.line(fault.service, fault.part)
    line.hold_answers()
    await asyncio.sleep(fault.for_s)
    line.cut()
    line.heal()


async def _hold_requests(world: Broken, fault: Fault) -> None:
    line = world.line(fault.service, fault.part)
    line.hold_requests()
    await asyncio.sleep(fault.for_s)
    line.heal()


async def _slow_line(world: Broken, fault: Fault) -> None:
    line = world.line(fault.service, fault.part)
    line.delay_s = fault.for_s / 10
    await asyncio.sleep(fault.for_s)
    line.delay_s = 0.0


async def _cut_connections(world: Broken, fault: Fault) -> None:
    try:
        database = await asyncpg.connect(world.stack.postgres_dsn, timeout=2)
    except (OSError, asyncpg.PostgresError):
        # It is down for another fault just now.
        return
    try:
        await database.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where usename = any($1::text[])",
            [fault.service, f"{fault.service}_system"],
        )
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        pass
    finally:
        database.terminate()


async def _lose_the_bus_store(world: Broken, fault: Fault) -> None:
    store = world.stack.folder.nats / "store"
    if store.exists():
        store.rename(store.with_name(f"lost-{uuid.uuid4().hex[:8]}"))
    world.stack.kill("nats")


async def _pause(pid: int, seconds: float) -> None:
    group = os.getpgid(pid)
    try:
        os.killpg(group, signal.SIGSTOP)
        await asyncio.sleep(seconds)
    except ProcessLookupError:
        return
    finally:
        # Another fault may have killed it meanwhile.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, signal.SIGCONT)


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


_FAULTS: dict[str, Callable[[Broken, Fault], Awaitable[None]]] = {
    "answers held, then cut": _hold_answers,
    "bus restarted empty": _lose_the_bus_store,
    "connections cut": _cut_connections,
    "line cut": _cut_line,
    "line slow": _slow_line,
    "part killed": _kill_part,
    "part paused": _pause_part,
    "requests held": _hold_requests,
    "service killed": _kill_service,
    "service paused": _pause_service,
    "service stopped": _stop_service,
}


async def _by_hand(seed: int, seconds: float) -> None:
    root = Path(tempfile.mkdtemp(prefix="plumbline-mixed-"))
    async with broken_world(root) as world:
        await run(world, seed=seed, seconds=seconds, say=lambda line: print(line, flush=True))
    StackFolder(root).remove()
    print("every invariant holds")


def main() -> int:
    parser = argparse.ArgumentParser(description="Faults at random while clients work, then every invariant.")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to break things")
    parser.add_argument("--seed", type=int, default=None, help="which faults; a new one is drawn and told if missing")
    given = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    asyncio.run(_by_hand(seed, given.seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
