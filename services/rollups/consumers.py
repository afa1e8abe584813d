"""The door for other services' facts: all of them are counted here, and those of a type not known only as applied."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from plumbline.facts.v1 import facts_pb2
from services.rollups import commands, wire
from shared import placements
from shared.clock import Clock
from shared.database import Transaction
from shared.inbox import Received
from shared.placements import UNITS_PLACED


class Consumers:
    """Applies batches of facts. folded: told how many have been applied in all, whenever that has been committed."""

    def __init__(self, *, clock: Clock, folded: Callable[[int], None]) -> None:
        self._clock = clock
        self._folded = folded

    async def apply(self, tx: Transaction, batch: Sequence[Received[facts_pb2.Fact]]) -> None:
        """Folds a batch into the figures; where units stand is kept beside them, for codes and names."""
        facts = [received.content for received in batch]
        await placements.apply(tx, [fact for fact in facts if fact.type == UNITS_PLACED])
        applied = await commands.take_in(
            tx,
            (counted for fact in facts for counted in wire.counted(fact)),
            recorded_times=[wire.recorded_time(fact) for fact in facts],
            now=self._clock.now(),
        )
        tx.after_commit(lambda: self._folded(applied))
