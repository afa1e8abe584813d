"""The door for other services' facts: where units stand, what campaigns ask, what visits found."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from plumbline.facts.v1 import facts_pb2
from plumbline.inspections.v1 import events_pb2 as inspection_events
from services.plans.commands import ledgers
from shared import calendar_copies, campaign_copies, placements
from shared.calendar_copies import CALENDAR_DEFINED, CalendarCopies
from shared.campaign_copies import CAMPAIGN_DEFINED, CampaignCopies
from shared.clock import Clock
from shared.database import Transaction
from shared.dates import instant
from shared.inbox import Received
from shared.placements import UNITS_PLACED

FINDING_RAISED = "inspections.finding_raised"
# A problem's id follows from its finding's, so that a fact that comes again makes no second problem.
_FROM_FINDING = uuid.UUID("6f1b8a52-3c0e-5d94-9a77-0b2f4c1d8e60")


class Consumers:
    """Applies batches of facts; reference facts before those that refer to them."""

    def __init__(self, *, campaigns: CampaignCopies, calendars: CalendarCopies, clock: Clock) -> None:
        self._campaigns = campaigns
        self._calendars = calendars
        self._clock = clock

    async def apply(self, tx: Transaction, batch: Sequence[Received[facts_pb2.Fact]]) -> None:
        """Applies what this service needs of a batch; facts of other types change nothing here."""
        facts = [received.content for received in batch]
        await placements.apply(tx, [fact for fact in facts if fact.type == UNITS_PLACED])
        await campaign_copies.apply(tx, [fact for fact in facts if fact.type == CAMPAIGN_DEFINED])
        await calendar_copies.apply(tx, [fact for fact in facts if fact.type == CALENDAR_DEFINED])
        for fact in facts:
            if fact.type == FINDING_RAISED:
                await self._record_finding(tx, fact)

    async def _record_finding(self, tx: Transaction, fact: facts_pb2.Fact) -> None:
        raised = inspection_events.FindingRaised.FromString(fact.payload)
        await ledgers.record_finding(
            tx,
            finding=fact.entity,
            problem_id=str(uuid.uuid5(_FROM_FINDING, fact.entity)),
            unit=await placements.find(tx, raised.unit),
            title=raised.title,
            wind=raised.wind,
            campaign=await self._campaigns.find(tx, fact.campaign),
            calendar=await self._calendars.find(tx),
            # The clock of the finding runs from when it was made, however late the fact came here.
            found=instant(fact.effective_time),
            label=fact.label,
            now=self._clock.now(),
        )
