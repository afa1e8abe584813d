"""What is decided about messages on the road: which are safe above, which go again, which are given up; asks nobody.

Every decision errs on one side: a message that may be lost goes again, because whoever takes it in drops repeats by its
id. Simulated under losses, repeats and delays in tests/unit/simulation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

# After this many failures of its own a message is parked: it will not get better by itself.
MAX_ATTEMPTS = 5
FIRST_PAUSE_S = 0.5


@dataclass(frozen=True)
class StreamState:
    """A stream as the server has it. made: when it was created, which tells it from one of the same name before it."""

    made: str
    last: int


@dataclass(frozen=True)
class ConsumerState:
    """How far a consumer is. floor: everything of its concern up to there is acknowledged; waiting: what is not yet."""

    floor: int
    waiting: int


def taken_in(stream: StreamState, consumers: Sequence[ConsumerState]) -> int:
    """The sequence up to which every consumer has taken in all that concerns it; 0 where nobody consumes.

    stream: as it was before the consumers were asked. A consumer for which nothing waits has taken in all of that,
    wherever its floor stands, because a floor moves only with messages of its own concern.
    """
    if not consumers:
        return 0
    return min(stream.last if consumer.waiting == 0 else consumer.floor for consumer in consumers)


def lost(sent: Mapping[str, int], stream: StreamState) -> list[tuple[str, int]]:
    """What has to go again: for each (made, sequence), everything sent to that stream beyond that sequence.

    sent: the highest sequence noted for each stream of this name, by when it was made.
    """
    return [
        (made, 0 if made != stream.made else stream.last)
        for made, highest in sorted(sent.items())
        if made != stream.made or highest > stream.last
    ]


class Identified(Protocol):
    """Whatever carries the id by which repeats are known."""

    @property
    def message_id(self) -> str: ...


Message = TypeVar("Message", bound=Identified)


def first_of_each(batch: Iterable[Message], unknown: Iterable[str]) -> list[Message]:
    """The messages of a batch that are to be applied: of each unknown id the first one, in the order they came."""
    left = set(unknown)
    chosen = []
    for message in batch:
        if message.message_id in left:
            left.discard(message.message_id)
            chosen.append(message)
    return chosen


class Tries:
    """How often each message has failed by itself. That a dependency is away is no failure of a message.

    Kept in memory: after a restart a bad message is tried some times more, which harms nobody.
    """

    def __init__(self) -> None:
        self._failures: dict[str, int] = {}

    def failed(self, message_id: str) -> float | None:
        """Notes a failure. Seconds until it should be tried again, or None if it is to be parked."""
        failures = self._failures[message_id] = self._failures.get(message_id, 0) + 1
        return FIRST_PAUSE_S * float(1 << (failures - 1)) if failures < MAX_ATTEMPTS else None

    def attempts(self, message_id: str) -> int:
        """How often it has failed so far."""
        return self._failures.get(message_id, 0)

    def done(self, message_ids: Iterable[str]) -> None:
        """Forgets messages that are applied or parked."""
        for message_id in message_ids:
            self._failures.pop(message_id, None)
