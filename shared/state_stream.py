"""How a service streams its present state as facts: of one moment, in chunks that fit a message."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence

from plumbline.facts.v1 import facts_pb2
from shared import calls, outbox
from shared.calls import Call
from shared.database import Database, Transaction
from shared.letters import Fact

CHUNK = 200


async def stream(
    database: Database, read: Callable[[Transaction], AsyncIterator[list[Fact]]]
) -> AsyncIterator[facts_pb2.StreamStateResponse]:
    """Answers a StreamState call from one snapshot, under the caller's scope. read: the facts, in pages."""
    call = calls.current()
    async with database.transaction(call, snapshot=True) as tx:
        async for facts in read(tx):
            for response in responses(facts, call=call):
                yield response


def responses(facts: Sequence[Fact], *, call: Call) -> Iterator[facts_pb2.StreamStateResponse]:
    """The facts as answers of a StreamState call, at most `CHUNK` each."""
    for start in range(0, len(facts), CHUNK):
        part = facts[start : start + CHUNK]
        yield facts_pb2.StreamStateResponse(facts=[outbox.envelope(fact, call=call) for fact in part])
