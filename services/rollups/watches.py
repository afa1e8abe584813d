"""Who watches which table, and until when; knows no message and no statement."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from services.rollups import queries
from services.rollups.changes import Told
from services.rollups.model import Table
from services.rollups.ticker import Ticker
from services.rollups.views import Reading, View
from shared.calls import Call
from shared.clock import Clock
from shared.database import Database, Transaction
from shared.errors import TooMuch, Unauthenticated, Unavailable
from shared.identity import Grant

# A console holds one for each open page. Each is a task and a stream; the tables are shared.
MOST_WATCHES = 2_000
HEARTBEAT_S = 5.0
# Calls at the door and the fold need connections and the processor too.
_READINGS_AT_ONCE = 4
# A watch ends so long before its call, so that its caller gets OK and not a deadline.
_LEAVES = timedelta(seconds=0.5)


class WatchesExhausted(TooMuch):
    """So many tables are watched at this process that it takes no more."""

    reason = "WATCHES_EXHAUSTED"


@dataclass(frozen=True)
class Question:
    """Which table: as `queries.table` is asked."""

    unit: str
    unit_code: str
    level: str
    campaign: str


# What row security goes by, and the question.
_Key = tuple[str, Grant, Question]


class Watches:
    """All watches of this process. pending: how many facts are on the road, or -1."""

    def __init__(
        self,
        *,
        database: Database,
        ticker: Ticker,
        pending: Callable[[], Awaitable[int]],
        clock: Clock,
        most: int = MOST_WATCHES,
    ) -> None:
        self._database = database
        self._ticker = ticker
        self._pending = pending
        self._clock = clock
        self._most = most
        self._turns = asyncio.Semaphore(_READINGS_AT_ONCE)
        self._watching = 0
        self._views: dict[_Key, View] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._is_stopped = False

    async def watch(self, call: Call, question: Question) -> AsyncGenerator[Told]:
        """What the caller is told of a table: a Snapshot, then what changes, and a Heartbeat where nothing does.

        Ends shortly before its call has to. Raises WatchesExhausted, Unauthenticated when the token has expired,
        Unavailable when the service stops or the database is away at the beginning, and what `queries.table` raises,
        then or later.
        """
        if self._is_stopped:
            raise Unavailable("the service stops: watch again in a moment")
        if self._watching >= self._most:
            raise WatchesExhausted(f"{self._most} tables are being watched: try again later", most=self._most)
        loop = asyncio.get_running_loop()
        with self._view(call, question) as view:
            seen = await view.current()
            yield seen.snapshot()
            heartbeat = loop.time() + HEARTBEAT_S
            while (left_s := self._left_s(call)) > 0:
                newer = await view.next(seen, wait_s=min(left_s, max(0.0, heartbeat - loop.time())))
                told = view.since(seen, newer)
                seen = newer
                if told is None and loop.time() >= heartbeat:
                    told = seen.heartbeat()
                if told is not None:
                    yield told
                    heartbeat = loop.time() + HEARTBEAT_S

    def stop(self) -> None:
        """Sends everybody away and takes nobody any more."""
        self._is_stopped = True
        for view in self._views.values():
            view.stop()

    async def close(self) -> None:
        """Waits until nothing is being read any more."""
        await asyncio.gather(*(view.close() for view in self._views.values()), *self._closing, return_exceptions=True)

    def _left_s(self, call: Call) -> float:
        """Seconds until the watch ends by itself; none left when it must. Raises Unauthenticated."""
        now = self._clock.now()
        valid_until = call.identity.valid_until
        if valid_until is not None and now >= valid_until:
            raise Unauthenticated("the token has expired: sign in again")
        ends = [end for end in (valid_until, call.ends and call.ends - _LEAVES) if end is not None]
        return (min(ends) - now).total_seconds() if ends else HEARTBEAT_S

    @contextlib.contextmanager
    def _view(self, call: Call, question: Question) -> Iterator[View]:
        """The view of what the caller watches; it is there while anybody watches it."""
        key = (call.identity.tenant, call.identity.grant, question)
        view = self._views.get(key)
        if view is None or view.has_ended:
            view = View(lambda call: self._read(call, question), ticker=self._ticker, pending=self._pending)
            self._views[key] = view
        self._watching += 1
        try:
            with view.watched_by(call):
                yield view
        finally:
            self._watching -= 1
            if not view.is_watched:
                self._close(key, view)

    def _close(self, key: _Key, view: View) -> None:
        if self._views.get(key) is view:
            del self._views[key]
        task = view.close()
        # The loop itself keeps no task alive.
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _read(self, call: Call, question: Question) -> Reading:
        async def ask(tx: Transaction) -> Table:
            return await queries.table(
                tx,
                unit=question.unit,
                unit_code=question.unit_code,
                level=question.level,
                campaign=question.campaign,
            )

        async with self._turns:
            # Of one moment, so that the rows add up to the total. The bus is asked beside it: it takes as long.
            table, facts_pending = await asyncio.gather(self._database.run(call, ask, snapshot=True), self._pending())
        return Reading(table, facts_pending)
