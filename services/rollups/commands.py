"""What facts do to the figures: one function, because people change none of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from services.rollups import fold, projection, store
from services.rollups.model import CountedFact
from shared.database import Transaction


async def take_in(
    tx: Transaction, facts: Iterable[CountedFact], *, recorded_times: Sequence[datetime], now: datetime
) -> int:
    """Folds a batch of facts into the figures of their units and of all units above them.

    A fact that is no newer than what is stored of its entity changes nothing, so order and repeats do not matter.
    recorded_times: of every fact of the batch, counted or not, in the order in which they came.
    Returns how many facts have been applied in all.
    """
    newest = projection.newest(contribution for fact in facts for contribution in projection.project(fact))
    # Only the newest of each key: one statement cannot change a row twice.
    changes = await store.put(tx, [newest[place] for place in sorted(newest)])
    await store.add(
        tx,
        fold.tally(
            added=(change.new for change in changes),
            removed=(change.old for change in changes if change.old is not None),
        ),
    )
    return await store.advance(
        tx,
        applied=len(recorded_times),
        recorded_time=max(recorded_times),
        latency_ms=max(0, (now - recorded_times[-1]) // timedelta(milliseconds=1)),
    )
