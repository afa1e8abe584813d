"""How a service takes in facts: each one's effect once, whatever is repeated; what cannot be applied is parked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import asyncpg
import structlog
from google.protobuf.message import DecodeError

from plumbline.facts.v1 import facts_pb2
from shared import delivery, outbox, telemetry
from shared.bus import Bus, Incoming
from shared.calls import Call, system_call
from shared.clock import Clock
from shared.database import Database, Transaction
from shared.delivery import Tries
from shared.errors import Away, DomainError, Unavailable

log = structlog.get_logger()

_RETRY_S = 0.5
# Well within the time after which the bus sends a batch again (ack_wait in deploy/nats/streams.toml).
_SAY_SO_EVERY_S = 5.0
# Facts that carry a newer schema wait, parked, until this service knows it.
KNOWN_SCHEMA = 1

_RECEIVE = """
    insert into {schema}.inbox (message_id) select unnest($1::text[]) on conflict do nothing returning message_id
"""
_PARK = """
    insert into {schema}.parked_facts (message_id, subject, type, reason, attempts, data, park_time)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (message_id) do update set attempts = excluded.attempts, reason = excluded.reason
"""


Content = TypeVar("Content")


@dataclass(frozen=True)
class Received(Generic[Content]):
    """A message as it came: what it says, and under which line's message id."""

    content: Content
    message_id: str
    subject: str
    traceparent: str


Apply = Callable[[Transaction, Sequence[Received[Content]]], Awaitable[None]]


class Unreadable(Exception):
    """A message that is none this service can read."""


class Inbox(Generic[Content]):
    """Pulls from one declared consumer and applies batches, each in one transaction with its inbox rows.

    read: what is in a message's bytes, or Unreadable. apply: the effect of a batch, in one transaction.
    """

    def __init__(
        self,
        *,
        service: str,
        stream: str,
        database: Database,
        bus: Bus,
        clock: Clock,
        read: Callable[[bytes], Content],
        apply: Apply[Content],
        wake: Callable[[], None],
    ) -> None:
        self._service = service
        self.stream = stream
        self._read = read
        self._database = database
        self._bus = bus
        self._clock = clock
        self._apply = apply
        self._wake = wake
        self._tries = Tries()
        self._receive = _RECEIVE.format(schema=service)
        self._park_sql = _PARK.format(schema=service)

    async def run(self) -> None:
        """Takes in facts until cancelled."""
        async for messages in self._bus.pull(self.stream, self._service):
            await self.take(messages)

    async def take(self, messages: Sequence[Incoming]) -> None:
        """Applies one batch. A batch that fails is tried fact by fact, so that one bad fact stops no other."""
        readable: list[tuple[Incoming, Received[Content]]] = []
        for message in messages:
            try:
                readable.append((message, self._received(message)))
            except Unreadable as error:
                await self._park(message, type_=_type_of(message.subject), reason=str(error))
        if not readable:
            return
        try:
            await self._apply_patiently(readable)
        except Exception as error:
            if len(readable) == 1:
                await self._give_back_or_park(*readable[0], error)
                return
            log.warning("batch_failed", service=self._service, size=len(readable), error=type(error).__name__)
            for message, received in readable:
                await self._take_one(message, received)

    async def _take_one(self, message: Incoming, received: Received[Content]) -> None:
        try:
            await self._apply_patiently([(message, received)])
        except Exception as error:
            await self._give_back_or_park(message, received, error)

    async def _apply_patiently(self, batch: Sequence[tuple[Incoming, Received[Content]]]) -> None:
        """Applies a batch and acknowledges it. While the database is away it waits: that uses up no fact's tries."""
        said = time.monotonic()
        while True:
            try:
                await self._apply_in_one([received for _, received in batch])
            except Away:
                await asyncio.sleep(_RETRY_S)
                if time.monotonic() - said >= _SAY_SO_EVERY_S:
                    said = time.monotonic()
                    for message, _ in batch:
                        await message.in_progress()
                continue
            break
        self._tries.done(received.message_id for _, received in batch)
        for message, _ in batch:
            await message.ack()

    async def _apply_in_one(self, batch: Sequence[Received[Content]]) -> None:
        with telemetry.consumer_span(self._service, [received.traceparent for received in batch]) as trace:
            call = self._call(traceparent=trace.traceparent, trace_id=trace.trace_id)
            await self._database.run(call, lambda tx: self._apply_fresh(tx, batch))
            # With the batch's own trace id, whose links lead to the calls, and the first of them by name.
            log.info("facts_applied", stream=self.stream, facts=len(batch), first=batch[0].traceparent)

    async def _apply_fresh(self, tx: Transaction, batch: Sequence[Received[Content]]) -> None:
        """Drops what was received before, applies the rest, and writes what follows from it."""
        rows = await tx.fetch(self._receive, [received.message_id for received in batch])
        fresh = delivery.first_of_each(batch, [row["message_id"] for row in rows])
        if fresh:
            await self._apply(tx, fresh)
        if tx.letters.facts:
            await outbox.write(tx)
            tx.after_commit(self._wake)

    async def _give_back_or_park(self, message: Incoming, received: Received[Content], error: Exception) -> None:
        pause_s = self._tries.failed(received.message_id)
        log.warning(
            "fact_failed",
            service=self._service,
            subject=received.subject,
            attempts=self._tries.attempts(received.message_id),
            error=type(error).__name__,
        )
        if pause_s is not None:
            await message.nak(delay_s=pause_s)
        else:
            await self._park(message, type_=_type_of(received.subject), reason=f"{type(error).__name__}: {error}"[:500])

    async def _park(self, message: Incoming, *, type_: str, reason: str) -> None:
        message_id = message.message_id or message.subject
        try:
            async with self._database.transaction(self._call()) as tx:
                await tx.fetch(
                    self._park_sql,
                    message_id,
                    message.subject,
                    type_,
                    reason,
                    self._tries.attempts(message_id) or 1,
                    message.data,
                    self._clock.now(),
                )
        except Unavailable:
            await message.nak(delay_s=_RETRY_S)
            return
        log.error("fact_parked", service=self._service, subject=message.subject, reason=reason)
        self._tries.done([message_id])
        await message.ack()

    def _received(self, message: Incoming) -> Received[Content]:
        return Received(
            content=self._read(message.data),
            message_id=message.message_id or message.subject,
            subject=message.subject,
            traceparent=message.traceparent,
        )

    def _call(self, *, traceparent: str = "", trace_id: str = "") -> Call:
        return system_call(
            self._service, action="facts.apply", now=self._clock.now(), traceparent=traceparent, trace_id=trace_id
        )

    async def redrive(self, message_id: str) -> str | None:
        """Tries a parked fact once more. The reason if it still fails, None if it is applied.

        Raises KeyError if no such fact is parked.
        """
        schema = self._service
        async with self._database.transaction(self._call()) as tx:
            row = await tx.fetch_row(
                f"select subject, data from {schema}.parked_facts where message_id = $1", message_id
            )
        if row is None:
            raise KeyError(message_id)
        try:
            received = Received(
                content=self._read(row["data"]), message_id=message_id, subject=row["subject"], traceparent=""
            )

            async def apply_and_unpark(tx: Transaction) -> None:
                await self._apply_fresh(tx, [received])
                await tx.fetch(f"delete from {schema}.parked_facts where message_id = $1", message_id)

            await self._database.run(self._call(), apply_and_unpark)
        except Unavailable:
            raise
        except (Unreadable, DomainError, asyncpg.PostgresError, ValueError, LookupError) as error:
            return f"{type(error).__name__}: {error}"[:500]
        return None


def _type_of(subject: str) -> str:
    """`plans.problem_changed` from `up.territorial.plans.problem_changed.<path>.<entity>`."""
    parts = subject.split(".")
    return ".".join(parts[2:4]) if parts[0] == "up" else ".".join(parts[:2])


def read_fact(data: bytes) -> facts_pb2.Fact:
    """The envelope in some bytes. Raises Unreadable for what is no envelope, or of a schema not known yet."""
    try:
        fact = facts_pb2.Fact.FromString(data)
    except DecodeError as error:
        raise Unreadable("not a fact envelope") from error
    if not fact.fact_id or not fact.type or not fact.entity:
        raise Unreadable("the envelope lacks fact_id, type or entity")
    if fact.schema_version > KNOWN_SCHEMA:
        raise Unreadable(f"schema version {fact.schema_version} of {fact.type} is not known yet")
    return fact
