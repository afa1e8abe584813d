"""How long a service keeps what only protects against repeats: remembered answers and the inbox; deleted bit by bit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from shared.calls import system_call
from shared.clock import Clock
from shared.database import Database, Transaction
from shared.errors import Unavailable

log = structlog.get_logger()

# A caller may repeat a request id for a day (api.md 16).
ANSWERS_KEPT = timedelta(hours=24)
# The stream keeps facts for 30 days (deploy/nats/streams.toml): nothing older can come again.
INBOX_KEPT = timedelta(days=31)
# Small enough that no deed waits for it.
BATCH = 5_000
_PAUSE_S = 600.0

# Deletes at most so many rows that are past their time, and tells how many.
Forget = Callable[[Transaction, int], Awaitable[int]]

_FORGET_ANSWERS = """
    delete from {schema}.answers where (actor, request_id) in (
        select actor, request_id from {schema}.answers where answer_time < $1 limit $2
    ) returning 1
"""
_FORGET_RECEIVED = """
    delete from {schema}.inbox where message_id in (
        select message_id from {schema}.inbox where received_time < $1 limit $2
    ) returning 1
"""


async def forget(tx: Transaction, *, clock: Clock) -> int:
    """Deletes at most `BATCH` rows of each kind that are past their time. Returns how many of the more numerous."""
    schema, now = tx.call.service, clock.now()
    answers = await tx.fetch(_FORGET_ANSWERS.format(schema=schema), now - ANSWERS_KEPT, BATCH)
    received = await tx.fetch(_FORGET_RECEIVED.format(schema=schema), now - INBOX_KEPT, BATCH)
    return max(len(answers), len(received))


async def keep_forgetting(
    service: str, database: Database, clock: Clock, *, also: Callable[[], Sequence[Forget]] = tuple
) -> None:
    """Forgets what is past its time, every ten minutes, for ever. also: what else this service has to forget."""

    async def forget_all(tx: Transaction) -> int:
        return max([await forget(tx, clock=clock), *[await more(tx, BATCH) for more in also()]])

    while True:
        try:
            call = system_call(service, action="retention.forget", now=clock.now())
            forgotten = BATCH
            while forgotten == BATCH:
                forgotten = await database.run(call, forget_all)
        except Unavailable as error:
            log.info("retention_paused", why=str(error))
        await asyncio.sleep(_PAUSE_S)
