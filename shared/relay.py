"""How the outbox empties: one relay a service takes rows in order, publishes them, and deletes them with the ack."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib

import asyncpg
import structlog

from shared.bus import BATCH, Bus, Outgoing, PublishRefused
from shared.calls import Call, system_call
from shared.clock import Clock
from shared.database import Database, Transaction
from shared.errors import Unavailable

log = structlog.get_logger()

# A wake-up may be missed when another process wrote the row; NOTIFY would serialise commits (postgres.md 5).
SAFETY_POLL_S = 0.25
_LONGEST_PAUSE_S = 10.0

_TAKE = """
    delete from {schema}.outbox where id in (
        select id from {schema}.outbox order by id limit $1 for update skip locked
    ) returning id, stream, subject, message_id, traceparent, payload
"""


class Relay:
    """Empties one service's outbox. Order is kept because only one relay runs: it holds an advisory lock."""

    def __init__(self, *, service: str, database: Database, bus: Bus, clock: Clock) -> None:
        self._service = service
        self._database = database
        self._bus = bus
        self._clock = clock
        self._written = asyncio.Event()
        self._take = _TAKE.format(schema=service)

    def wake(self) -> None:
        """Called after a commit that wrote to the outbox."""
        self._written.set()

    async def run(self) -> None:
        """Relays until cancelled; a failure is a pause, never a loss, because the rows stay."""
        key = int.from_bytes(hashlib.sha256(f"relay:{self._service}".encode()).digest()[:8], "big", signed=True)
        pause = SAFETY_POLL_S
        while True:
            try:
                async with self._database.advisory_lock(key) as held:
                    # Asked before each round: a relay that lost its lock beside one that has it would mix the order.
                    while await held():
                        pause = SAFETY_POLL_S
                        await self._drain()
                        await self._wait(SAFETY_POLL_S)
            except (Unavailable, PublishRefused, asyncpg.PostgresError, OSError) as error:
                log.warning("relay_paused", service=self._service, error=type(error).__name__, pause_s=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._written.wait(), timeout=seconds)
        self._written.clear()

    async def _drain(self) -> None:
        while await self._database.run(self._call(), self._send_batch) == BATCH:
            pass

    def _call(self) -> Call:
        return system_call(self._service, action="outbox.relay", now=self._clock.now())

    async def _send_batch(self, tx: Transaction) -> int:
        """Takes rows and publishes them inside the transaction: the one place where that is right (style 25)."""
        rows = sorted(await tx.fetch(self._take, BATCH), key=lambda row: row["id"])
        for stream in ("UP", "AUDIT"):
            messages = [
                Outgoing(row["subject"], row["message_id"], row["traceparent"], row["payload"])
                for row in rows
                if row["stream"] == stream
            ]
            if messages:
                await self._bus.publish(messages)
                log.debug("relayed", stream=stream, messages=len(messages), first=messages[0].traceparent)
        return len(rows)
