"""The relay: from the outbox of plans to JetStream, which syncs before it acknowledges."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

from plumbline.facts.v1 import facts_pb2
from services.plans import events
from shared import outbox
from shared.bus import BATCH, Bus, Outgoing
from shared.calls import system_call
from shared.database import Database, Transaction
from tests.benchmarks import country
from tests.benchmarks.country import Place
from tests.benchmarks.figures import Figure, spread
from tests.benchmarks.ground import Ground, stored

SUBJECT = "relay"
_ROWS_A_TRANSACTION = 1000
_POLL_S = 0.005
_PATIENCE_S = 60.0


async def relay(ground: Ground) -> list[Figure]:
    """The relay of the plans process against a full outbox, to a JetStream that syncs every write.

    The process is held while facts of problems are written into its outbox as its deeds write them, then let go; all
    other services are held all the time. The clock runs from the first rows that are in the stream to the last ones, so
    that the wait for the relay's next look does not count. Beside it: the same facts straight from memory into the
    stream in the same batches of 500, without a database.
    """
    count = ground.effort.items
    places = ground.country.some("township", count)
    relayed, published = [], []
    await ground.until_quiet()
    with ground.only("plans"):
        async with ground.bus() as bus, ground.bus("plans") as plans_bus, ground.database("plans_system") as database:
            for _ in range(ground.effort.rounds):
                with ground.held("plans"):
                    published.append(await _publish(plans_bus, places))
                    await _fill(database, places)
                    before = await stored(bus)
                relayed.append(await _rate(bus, before=before, count=count))
    await ground.until_quiet()
    rate, limit = spread(relayed), spread(published)
    return [
        Figure(SUBJECT, f"into the stream from memory, batches of {BATCH}", limit.median, "facts/s", limit.told),
        Figure(
            SUBJECT,
            f"outbox to JetStream, {count:,} facts",
            rate.median,
            "facts/s",
            rate.told,
            ratio=rate.median / limit.median,
            ratio_to="from memory",
        ),
    ]


def outgoing(fact: facts_pb2.Fact) -> Outgoing:
    """A fact as the relay publishes it."""
    return Outgoing(
        outbox.subject(fact, fact.lines[0]), country.message_id(fact), fact.traceparent, fact.SerializeToString()
    )


async def _fill(database: Database, places: list[Place]) -> None:
    now = datetime.now(UTC)
    call = system_call("plans", action="benchmarks.fill", now=now)
    for start in range(0, len(places), _ROWS_A_TRANSACTION):
        some = places[start : start + _ROWS_A_TRANSACTION]

        async def fill(tx: Transaction, some: list[Place] = some) -> None:
            outbox.append(tx, *(events.problem_changed(country.problem(place, now=now)) for place in some))
            await outbox.write(tx)

        await database.run(call, fill)


async def _rate(bus: Bus, *, before: int, count: int) -> float:
    """Facts a second, from the moment that the first batch is in the stream."""
    first: tuple[float, int] | None = None
    deadline = time.perf_counter() + _PATIENCE_S
    while True:
        last, now = await stored(bus), time.perf_counter()
        if first is None and last > before:
            first = (now, last)
        if first is not None and last >= before + count:
            return (before + count - first[1]) / (now - first[0])
        if now > deadline:
            raise TimeoutError(f"{last - before} of {count} facts are in the stream after {_PATIENCE_S:.0f} s")
        await asyncio.sleep(_POLL_S)


async def _publish(bus: Bus, places: list[Place]) -> float:
    call = system_call("plans", action="benchmarks.publish", now=datetime.now(UTC))
    messages = [outgoing(fact) for fact in country.facts(places[: len(places) // 2], call=call)]
    began = time.perf_counter()
    for start in range(0, len(messages), BATCH):
        await bus.publish(messages[start : start + BATCH])
    return len(messages) / (time.perf_counter() - began)
