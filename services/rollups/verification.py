"""How every figure is recomputed from the services' own truth and compared; knows no message and no table."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.rollups import projection, reconciliation, store
from services.rollups.clients import SERVICES, Part, Truth
from services.rollups.model import Contribution
from services.rollups.reconciliation import Outcome
from services.rollups.store import Folded
from shared.calls import Call
from shared.clock import Clock
from shared.database import Database

SETTLING, COMPARING = "settling", "comparing"
# The door ends a stream after two minutes; the last reading and comparison need the rest.
LONGEST_SETTLE = timedelta(seconds=90)
# Facts take some tens of milliseconds from a commit to the figures.
_PAUSE_S = 0.1
_PAUSE_BEFORE_READING_AGAIN_S = 0.5
# A step is told after so many facts, so that telling costs nothing.
_FACTS_A_STEP = 2000


@dataclass(frozen=True)
class Step:
    """How far it is: settling, a service's name while that is read, comparing."""

    stage: str
    facts_read: int


@dataclass(frozen=True)
class Verdict:
    """What was found, of the truth as it was at as_of_time or later."""

    outcome: Outcome
    facts_compared: int
    as_of_time: datetime


@dataclass
class _Reading:
    """The truth while it is being read."""

    contributions: dict[tuple[str, str], Contribution] = field(default_factory=dict)
    facts: int = 0

    def keep(self, part: Part, *, scope: str) -> None:
        """Adds a part; of each key the newest contribution stays."""
        self.facts += part.facts
        found = (contribution for fact in part.counted for contribution in projection.project(fact))
        projection.keep_newest(self.contributions, (c for c in found if c.path.startswith(scope)))


class Verification:
    """Compares within the caller's scope: what superiors' figures hold beyond it is not the caller's to see."""

    def __init__(
        self, *, truth: Truth, database: Database, pending: Callable[[], Awaitable[int]], clock: Clock
    ) -> None:
        self._truth = truth
        self._database = database
        self._pending = pending
        self._clock = clock

    async def run(self, call: Call, *, settle: timedelta) -> AsyncIterator[Step | Verdict]:
        """Tells its steps; the last thing told is the Verdict. Raises Unavailable if a service or the bus is away.

        settle: how long differences that facts on the road would explain are looked at again. A figure that does not
        follow from the stored contributions of the same moment is no such difference, and is named at once.
        """
        scope = call.identity.grant.path
        deadline = self._clock.now() + min(settle, LONGEST_SETTLE)
        while True:
            yield Step(SETTLING, 0)
            await self._wait_until_quiet(deadline)
            as_of_time = self._clock.now()
            reading = _Reading()
            async for step in self._read(reading, scope):
                yield step
            yield Step(COMPARING, reading.facts)
            stored = await self._stored(call)
            # Seconds of arithmetic for the whole country: the loop has facts to take in meanwhile.
            outcome = await asyncio.to_thread(
                reconciliation.compare, reading.contributions, stored.contributions, stored.tallies, scope=scope
            )
            if not outcome.may_be_on_the_road or self._clock.now() >= deadline:
                yield Verdict(outcome, reading.facts, as_of_time)
                return
            await asyncio.sleep(_PAUSE_BEFORE_READING_AGAIN_S)

    async def _wait_until_quiet(self, deadline: datetime) -> None:
        while True:
            if self._clock.now() >= deadline or await self._pending() == 0:
                return
            await asyncio.sleep(_PAUSE_S)

    async def _read(self, reading: _Reading, scope: str) -> AsyncIterator[Step]:
        told = 0
        for service in SERVICES:
            async for part in self._truth.read(service, path=scope):
                reading.keep(part, scope=scope)
                if reading.facts - told >= _FACTS_A_STEP:
                    told = reading.facts
                    yield Step(service, told)
            yield Step(service, reading.facts)

    async def _stored(self, call: Call) -> Folded:
        async with self._database.transaction(call) as tx:
            return await store.folded(tx)
