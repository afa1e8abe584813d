"""How a service streams its present state as facts: in chunks that fit a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from plumbline.facts.v1 import facts_pb2
from shared import outbox
from shared.calls import Call
from shared.letters import Fact

CHUNK = 200


def responses(facts: Sequence[Fact], *, call: Call) -> Iterator[facts_pb2.StreamStateResponse]:
    """The facts as answers of a StreamState call, at most `CHUNK` each."""
    for start in range(0, len(facts), CHUNK):
        part = facts[start : start + CHUNK]
        yield facts_pb2.StreamStateResponse(facts=[outbox.envelope(fact, call=call) for fact in part])
