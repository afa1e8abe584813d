"""The bus dies, stands still, loses everything, or takes what it never confirms."""

from __future__ import annotations

import asyncio
import os
import signal
import uuid

from shared.bus import Bus
from tests.faults.clients import Clients
from tests.faults.conftest import Broken
from tests.faults.invariants import assert_whole


async def test_killed_under_load(broken: Broken, clients: Clients) -> None:
    async with clients.busy():
        for _ in range(3):
            await clients.until(20)
            await broken.killed("nats")
        await clients.until(20)

    await assert_whole(broken, clients)


async def test_paused_under_load(broken: Broken, clients: Clients) -> None:
    async with clients.busy():
        await clients.until(10)
        nats = broken.stack.pid("nats")
        os.kill(nats, signal.SIGSTOP)
        try:
            # Longer than a publish waits for its acknowledgement; deeds go on meanwhile.
            await asyncio.sleep(7)
            await clients.until(20)
        finally:
            os.kill(nats, signal.SIGCONT)

    await assert_whole(broken, clients)


async def test_a_publish_that_times_out_but_arrived(broken: Broken, clients: Clients) -> None:
    line = broken.line("plans", "nats")
    admin = await Bus.connect(broken.stack.nats_url("admin"), name="test")
    try:
        before = (await admin.stream_state("UP")).last
        # The batch is stored; that it is, the relay never hears, and sends the same rows again.
        line.hold_answers_from(b"Nats-Batch-Commit")
        await clients.deeds(20, at_once=20)

        async def stored_in_silence() -> bool:
            return line.holds_answers and (await admin.stream_state("UP")).last > before

        await broken.eventually(stored_in_silence)
        # Longer than the relay waits for the answer.
        await asyncio.sleep(6)
    finally:
        line.cut()
        line.heal()
        await admin.close()

    await assert_whole(broken, clients)


async def test_restarted_empty(broken: Broken, clients: Clients) -> None:
    """What was sent and not taken in by everybody comes again from the outboxes."""
    await clients.deeds(5)
    rollups = broken.stack.pid("rollups")
    os.kill(rollups, signal.SIGSTOP)
    try:
        # Sent and acknowledged by the bus, and taken in by audit, but not by rollups.
        await clients.deeds(20)
        store = broken.stack.folder.nats / "store"
        store.rename(store.with_name(f"lost-{uuid.uuid4().hex[:8]}"))
        await broken.killed("nats")
    finally:
        os.kill(rollups, signal.SIGCONT)
    await clients.deeds(5)

    await assert_whole(broken, clients)
