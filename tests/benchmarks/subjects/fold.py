"""The fold: facts into the figures of their units and of all units above them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from plumbline.facts.v1 import facts_pb2
from services.rollups.consumers import Consumers
from shared import outbox
from shared.bus import BATCH, Bus, Incoming
from shared.calls import system_call
from shared.clock import SystemClock
from shared.database import Database
from shared.inbox import Inbox, Received, read_fact
from tests.benchmarks import country
from tests.benchmarks.figures import Figure, at_least, spread
from tests.benchmarks.ground import Ground, applied
from tests.benchmarks.subjects.relay import outgoing

SUBJECT = "fold"
LARGER_BATCH = 1000
_BAR = at_least(10_000)
_POLL_S = 0.01
_PATIENCE_S = 60.0


async def into_database(ground: Ground) -> list[Figure]:
    """The fold alone on the real schema under the role rollups_system; all services are held.

    Facts of problems in townships all over the country, half of them new and half a second version: five units a fact,
    by text path, rows with their tenant. One transaction a batch; contributions, tallies and progress, then the commit,
    synced. Beside it the same batches through the whole consumer: bytes decoded, ids noted in the inbox.
    """
    rates: dict[str, list[float]] = {"500": [], "1000": [], "inbox": []}
    await ground.until_quiet()
    with ground.only():
        async with ground.database("rollups_system") as database:
            await _fold(database, _facts(ground, 2 * BATCH), batch=BATCH)
            for _ in range(ground.effort.rounds):
                for kind, batch in (("500", BATCH), ("1000", LARGER_BATCH)):
                    facts = _facts(ground, ground.effort.items)
                    rates[kind].append(len(facts) / await _fold(database, facts, batch=batch))
                facts = _facts(ground, ground.effort.items)
                rates["inbox"].append(len(facts) / await _consume(database, facts))
    alone, larger, consumed = (spread(rates[kind]) for kind in ("500", "1000", "inbox"))
    return [
        Figure(SUBJECT, f"into the database, batches of {BATCH}", alone.median, "facts/s", alone.told, bar=_BAR),
        Figure(SUBJECT, f"into the database, batches of {LARGER_BATCH}", larger.median, "facts/s", larger.told),
        Figure(
            SUBJECT,
            f"by the whole consumer, batches of {BATCH}",
            consumed.median,
            "facts/s",
            consumed.told,
            ratio=consumed.median / alone.median,
            ratio_to="fold alone",
        ),
    ]


async def from_stream(ground: Ground) -> list[Figure]:
    """From JetStream to the durable figure, by the rollups process; all other services are held.

    The process is held while facts are put into the stream, then let go. The clock runs from the first batch that the
    database has for good to the last.
    """
    rates = []
    await ground.until_quiet()
    with ground.only("rollups"):
        async with ground.bus("plans") as bus, ground.connection() as connection:
            for _ in range(ground.effort.rounds):
                facts = _facts(ground, ground.effort.items)
                with ground.held("rollups"):
                    await put(bus, facts)
                    before = await applied(connection)
                rates.append(await _drained(connection, before=before, count=len(facts)))
    await ground.until_quiet()
    rate = spread(rates)
    return [Figure(SUBJECT, "from JetStream to the durable figure", rate.median, "facts/s", rate.told)]


async def put(bus: Bus, facts: Sequence[facts_pb2.Fact]) -> None:
    """Puts facts into the stream."""
    messages = [outgoing(fact) for fact in facts]
    for start in range(0, len(messages), BATCH):
        await bus.publish(messages[start : start + BATCH])


async def some(ground: Ground) -> None:
    """Folds facts of every province, so that the tables have figures to show."""
    async with ground.database("rollups_system") as database:
        await _fold(database, _facts(ground, 4 * BATCH), batch=BATCH)


def _facts(ground: Ground, count: int) -> list[facts_pb2.Fact]:
    call = system_call("plans", action="benchmarks.facts", now=datetime.now(UTC))
    return country.facts(ground.country.some("township", count // 2), call=call)


async def _fold(database: Database, facts: Sequence[facts_pb2.Fact], *, batch: int) -> float:
    """Seconds to fold facts in batches, one transaction each."""
    consumers = Consumers(clock=SystemClock(), folded=lambda applied: None)
    received = [Received(fact, country.message_id(fact), "", "") for fact in facts]
    began = time.perf_counter()
    for start in range(0, len(received), batch):
        some = received[start : start + batch]
        call = system_call("rollups", action="facts.apply", now=datetime.now(UTC))
        async with database.transaction(call) as tx:
            await consumers.apply(tx, some)
    return time.perf_counter() - began


@dataclass
class _Message:
    """What the client of the bus would hand over; acknowledging it does nothing."""

    subject: str
    data: bytes
    headers: dict[str, str] = field(default_factory=dict)

    async def ack(self) -> None:
        return None


async def _consume(database: Database, facts: Sequence[facts_pb2.Fact]) -> float:
    """Seconds to take facts in from bytes, as they come from the bus."""
    inbox: Inbox[facts_pb2.Fact] = Inbox(
        service="rollups",
        stream=outbox.FACT_STREAM,
        database=database,
        # Nothing is pulled here: `take` gets what a pull would have brought.
        bus=cast(Bus, None),
        clock=SystemClock(),
        read=read_fact,
        apply=Consumers(clock=SystemClock(), folded=lambda applied: None).apply,
        wake=lambda: None,
    )
    messages = [
        Incoming(cast(Any, _Message(each.subject, each.data, {"Nats-Msg-Id": each.message_id})))
        for each in map(outgoing, facts)
    ]
    began = time.perf_counter()
    for start in range(0, len(messages), BATCH):
        await inbox.take(messages[start : start + BATCH])
    return time.perf_counter() - began


async def _drained(connection: Any, *, before: int, count: int) -> float:
    """Facts a second, from the moment that the first batch is folded for good."""
    first: tuple[float, int] | None = None
    deadline = time.perf_counter() + _PATIENCE_S
    while True:
        done, now = await applied(connection), time.perf_counter()
        if first is None and done > before:
            first = (now, done)
        if first is not None and done >= before + count:
            return (before + count - first[1]) / (now - first[0])
        if now > deadline:
            raise TimeoutError(f"{done - before} of {count} facts are folded after {_PATIENCE_S:.0f} s")
        await asyncio.sleep(_POLL_S)
