"""The door for other services' facts: where units stand and what campaigns define; all else is ignored here."""

from __future__ import annotations

from collections.abc import Sequence

from plumbline.facts.v1 import facts_pb2
from shared import campaign_copies, placements
from shared.campaign_copies import CAMPAIGN_DEFINED
from shared.database import Transaction
from shared.inbox import Received
from shared.placements import UNITS_PLACED


async def apply(tx: Transaction, batch: Sequence[Received[facts_pb2.Fact]]) -> None:
    """Applies what this service needs of a batch; facts of other types change nothing here."""
    facts = [received.content for received in batch]
    await placements.apply(tx, [fact for fact in facts if fact.type == UNITS_PLACED])
    await campaign_copies.apply(tx, [fact for fact in facts if fact.type == CAMPAIGN_DEFINED])
