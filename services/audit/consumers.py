"""The doors for what happened: every fact, and the record of every deed and refusal."""

from __future__ import annotations

from collections.abc import Sequence

from plumbline.facts.v1 import facts_pb2
from services.audit import commands, wire
from shared import placements
from shared.database import Transaction
from shared.inbox import Received
from shared.placements import UNITS_PLACED


async def apply_facts(tx: Transaction, batch: Sequence[Received[facts_pb2.Fact]]) -> None:
    """Logs a batch of facts, and keeps the copy of where units stand."""
    facts = [received.content for received in batch]
    await placements.apply(tx, [fact for fact in facts if fact.type == UNITS_PLACED])
    await commands.append(tx, [wire.from_fact(fact) for fact in facts])


async def apply_records(tx: Transaction, batch: Sequence[Received[facts_pb2.CallRecord]]) -> None:
    """Logs a batch of deeds and refusals."""
    await commands.append(tx, [wire.from_record(received.content) for received in batch])
