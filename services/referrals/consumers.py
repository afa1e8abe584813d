"""The door for other services' facts: where units stand."""

from __future__ import annotations

from collections.abc import Sequence

from plumbline.facts.v1 import facts_pb2
from shared import placements
from shared.database import Transaction
from shared.inbox import Received
from shared.placements import UNITS_PLACED


async def apply(tx: Transaction, batch: Sequence[Received[facts_pb2.Fact]]) -> None:
    """Applies what this service needs of a batch; facts of other types change nothing here."""
    await placements.apply(tx, [received.content for received in batch if received.content.type == UNITS_PLACED])
