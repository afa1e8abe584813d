"""How the outbox empties: one relay a service sends its rows in order, and keeps what it sent until all have it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import asyncpg
import structlog

from shared import delivery
from shared.bus import BATCH, Bus, Declared, Outgoing, PublishRefused
from shared.calls import Call, system_call
from shared.clock import Clock
from shared.database import Database, Transaction
from shared.delivery import StreamState
from shared.errors import Unavailable

log = structlog.get_logger()

STREAMS = ("UP", "AUDIT")
# A wake-up may be missed when another process wrote the row; NOTIFY would serialise commits (postgres.md 5).
SAFETY_POLL_S = 0.25
# Under load the relay lets some rows come together: a batch costs the bus a sync however small it is, and half a batch
# a round trip more (docs/benchmarks.md). A single deed is sent at once.
_GATHER_FROM_ROWS = 16
_GATHER_S = 0.05
# Short, because everything above waits for it; an outage of hours costs a try every few seconds.
_LONGEST_PAUSE_S = 5.0
# How often what was sent is compared with what has been taken in.
_SETTLE_S = 2.0
# What the stream drops repeats of (deploy/nats/streams.toml), less the time that a look takes.
_REPEATS_DROPPED = timedelta(minutes=9)
# Rows that one statement settles or sends again, so that none takes long.
_STEP = 10_000

_TAKE = """
    select id, stream, subject, message_id, traceparent, payload from {schema}.outbox
    where sent_sequence is null order by id limit $1
"""
_NOTE = "update {schema}.outbox set sent_sequence = $2, sent_to = $3 where id = any($1::bigint[])"
_SENT = """
    select stream, sent_to, max(sent_sequence) as highest from {schema}.outbox
    where sent_sequence is not null group by stream, sent_to
"""
_SETTLE = """
    delete from {schema}.outbox where id in (
        select id from {schema}.outbox where stream = $1 and sent_sequence <= $2 and sent_to = $3 limit $4
    ) returning 1
"""
_SEND_LOST_AGAIN = """
    update {schema}.outbox set sent_sequence = null, sent_to = null where id in (
        select id from {schema}.outbox where stream = $1 and sent_sequence > $2 and sent_to = $3 limit $4
    ) returning 1
"""
_SEND_RECENT_AGAIN = """
    update {schema}.outbox set sent_sequence = null, sent_to = null where id in (
        select id from {schema}.outbox
        where stream = $1 and sent_sequence is not null and written_time > clock_timestamp() - $2::interval limit $3
    ) returning 1
"""


@dataclass(frozen=True)
class _Published:
    """Rows that a stream has stored and the outbox does not know of yet."""

    ids: Sequence[int]
    sequence: int
    made: str


@dataclass
class _Sight:
    """What the relay last saw of the streams, and when."""

    made: dict[str, str] = field(default_factory=dict)
    reconnections: int = -1
    at: float = 0.0
    anything_sent: bool = True


class Relay:
    """Empties one service's outbox. Order is kept because only one relay runs: it holds an advisory lock.

    A row is sent, then noted as sent, and deleted when every consumer of its stream has acknowledged it. Until then the
    database is the truth: a stream that comes back empty or shorter is filled again from here. What is sent twice on
    the way is dropped by its id, by the stream or by whoever takes it in.
    """

    def __init__(self, *, service: str, database: Database, bus: Bus, clock: Clock, declared: Declared) -> None:
        self._service = service
        self._database = database
        self._bus = bus
        self._clock = clock
        self._consumers = {
            stream: [str(each["durable_name"]) for each in declared.consumers if each["stream"] == stream]
            for stream in STREAMS
        }
        self._written = asyncio.Event()
        self._published: list[_Published] = []
        self._sight = _Sight()

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
                        await self._look_after_sent()
                        sent = await self._drain()
                        pause = SAFETY_POLL_S
                        if sent >= _GATHER_FROM_ROWS:
                            await asyncio.sleep(_GATHER_S)
                        else:
                            await self._wait(SAFETY_POLL_S)
            except (Unavailable, PublishRefused, asyncpg.PostgresError, OSError) as error:
                log.warning("relay_paused", service=self._service, error=type(error).__name__, pause_s=pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE_S)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._written.wait(), timeout=seconds)
        self._written.clear()

    def _call(self) -> Call:
        return system_call(self._service, action="outbox.relay", now=self._clock.now())

    def _sql(self, statement: str) -> str:
        return statement.format(schema=self._service)

    async def _drain(self) -> int:
        """Sends what is not sent yet. No transaction is open meanwhile: a crash in between only sends rows again.

        Returns how many rows the last batch had.
        """
        while True:
            rows = await self._database.run(self._call(), self._note_and_take)
            self._published.clear()
            for stream in STREAMS:
                await self._publish(stream, [row for row in rows if row["stream"] == stream])
            if len(rows) < BATCH:
                return len(rows)

    async def _note_and_take(self, tx: Transaction) -> list[asyncpg.Record]:
        """Notes what the round before has sent, and takes the next rows, in one transaction."""
        for published in self._published:
            await tx.fetch(self._sql(_NOTE), published.ids, published.sequence, published.made)
        return await tx.fetch(self._sql(_TAKE), BATCH)

    async def _publish(self, stream: str, rows: Sequence[asyncpg.Record]) -> None:
        if not rows:
            return
        # Read before publishing: a stream that is made anew in between is taken for the older one, and the rows go
        # again; the other way round they would be lost.
        made = self._sight.made[stream]
        messages = [Outgoing(row["subject"], row["message_id"], row["traceparent"], row["payload"]) for row in rows]
        sequence = await self._bus.publish(messages)
        self._published.append(_Published([row["id"] for row in rows], sequence, made))
        self._sight.anything_sent = True
        log.debug("relayed", stream=stream, messages=len(messages), first=messages[0].traceparent)

    async def _look_after_sent(self) -> None:
        """Deletes what everybody has taken in, and sends again what a stream has lost."""
        reconnections = self._bus.reconnections
        returned = reconnections != self._sight.reconnections
        due = self._sight.anything_sent and time.monotonic() - self._sight.at >= _SETTLE_S
        if not (returned or due):
            return
        if returned:
            # Sequences of before the interruption: noted now, they could stand for other messages of the same stream.
            self._published.clear()
        streams = {stream: await self._bus.stream_state(stream) for stream in STREAMS}
        floors = {stream: await self._floor(stream, state) for stream, state in streams.items()}
        left = False
        for row in await self._database.run(self._call(), lambda tx: tx.fetch(self._sql(_SENT))):
            left |= await self._look_after(row["stream"], streams[row["stream"]], floors[row["stream"]], row)
        if returned:
            await self._send_recent_again()
        self._sight = _Sight(
            made={stream: state.made for stream, state in streams.items()},
            reconnections=reconnections,
            at=time.monotonic(),
            anything_sent=left or bool(self._published),
        )

    async def _floor(self, stream: str, state: StreamState) -> int:
        consumers = [await self._bus.consumer_state(stream, consumer) for consumer in self._consumers[stream]]
        return delivery.taken_in(state, consumers)

    async def _look_after(self, stream: str, state: StreamState, floor: int, sent: asyncpg.Record) -> bool:
        """Looks after what was sent to one stream. Returns whether anything of it is still on the road."""
        for made, sequence in delivery.lost({sent["sent_to"]: sent["highest"]}, state):
            again = await self._in_steps(_SEND_LOST_AGAIN, stream, sequence, made)
            log.warning("stream_lost_messages", stream=stream, service=self._service, sent_again=again)
        if sent["sent_to"] == state.made:
            await self._in_steps(_SETTLE, stream, floor, state.made)
        return bool(sent["highest"] > floor)

    async def _send_recent_again(self) -> None:
        """At a start, and when the connection came back. A stream that lost its end and was filled by others before we
        looked cannot be told from a whole one by its length; the repeats cost little, because the stream drops them."""
        for stream in STREAMS:
            await self._in_steps(_SEND_RECENT_AGAIN, stream, _REPEATS_DROPPED)

    async def _in_steps(self, statement: str, *arguments: object) -> int:
        """Runs a statement for at most _STEP rows at a time. Returns how many rows it found."""
        total = 0
        while True:
            rows = await self._database.run(self._call(), lambda tx: tx.fetch(self._sql(statement), *arguments, _STEP))
            total += len(rows)
            if len(rows) < _STEP:
                return total
