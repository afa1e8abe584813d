"""One table while people watch it: read again when it may have changed, once for all of them; knows no message.

What a reading shows follows from the question and from what row security goes by here, the scope of the grant. Whoever
has an equal grant and asks the same gets the same rows, so they are read under the identity of one of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace

from services.rollups import changes
from services.rollups.changes import Heartbeat, Snapshot, Told
from services.rollups.model import Table
from services.rollups.ticker import Ticker
from shared.calls import Call
from shared.errors import Unavailable

# Nobody reads figures faster than five times a second.
_GAP_S = 0.2
# A large table, and all tables while there is much to do, are read less often, yet often enough for figures to be on
# the watchers' side within the second.
_GAP_FOR_READING = 4.0
_LONGEST_GAP_S = 0.5
# A table is read this often though nothing was folded: for what heartbeats tell, and whether it may still be seen.
_LOOK_S = 2.5
# While the database is away.
_RETRY_S = 0.5


@dataclass(frozen=True, eq=False)
class Reading:
    """A table as it was read, and how many facts were on the road then."""

    table: Table
    facts_pending: int

    def snapshot(self) -> Snapshot:
        return Snapshot(self.table, self.facts_pending)

    def heartbeat(self) -> Heartbeat:
        return Heartbeat(self.table.progress, self.facts_pending)

    def since(self, older: Reading) -> Told | None:
        """What to tell of this one to somebody who has the older one; None where nothing has changed."""
        return changes.told_of(older.table, self.table, facts_pending=self.facts_pending)


class View:
    """Reads a table for those who watch it. read: the table now, under one of their calls; pending: facts on the road.

    While the database is away, what was read last stands, and the time that it is of says how old it is. Whatever else
    a reading raises ends the view, and is raised to all who watch.
    """

    def __init__(
        self,
        read: Callable[[Call], Awaitable[Reading]],
        *,
        ticker: Ticker,
        pending: Callable[[], Awaitable[int]],
    ) -> None:
        self._read = read
        self._ticker = ticker
        self._pending = pending
        self._calls: dict[int, Call] = {}
        self._numbers = itertools.count()
        self._wanted = asyncio.Event()
        self._news = asyncio.Event()
        self._begun = self._ended = 0
        self._is_stopped = False
        self._away: Unavailable | None = None
        self._latest: Reading | None = None
        self._before: Reading | None = None
        # From the reading before to the latest one.
        self._step: Told | None = None
        self._task = asyncio.create_task(self._keep_reading())
        self._task.add_done_callback(lambda _: self._tell())

    @property
    def is_watched(self) -> bool:
        """True while somebody watches."""
        return bool(self._calls)

    @property
    def has_ended(self) -> bool:
        """True when nothing more will come of it."""
        return self._task.done()

    @contextlib.contextmanager
    def watched_by(self, call: Call) -> Iterator[None]:
        """Somebody watches while the block runs."""
        number = next(self._numbers)
        self._calls[number] = call
        try:
            yield
        finally:
            del self._calls[number]

    def wake(self) -> None:
        """The table may have changed."""
        self._wanted.set()

    def stop(self) -> None:
        """Sends all who watch away: the service stops."""
        self._is_stopped = True
        self._tell()

    def close(self) -> asyncio.Task[None]:
        """Ends the reading, when nobody watches any more. Returns the task, which ends soon."""
        self._task.cancel()
        return self._task

    async def current(self) -> Reading:
        """The table with every fold in it that this process has heard of.

        Raises Unavailable while the database does not answer, and what a reading raises.
        """
        if self._latest is None or self._away is not None:
            self.wake()
        # What was read last will do, unless something was folded since: then the reading that has not begun yet.
        wanted = self._begun + int(self._wanted.is_set())
        while self._ended < wanted:
            await self._moved()
        if self._latest is None or self._away is not None:
            raise self._away or Unavailable("the figures cannot be read: try again")
        return self._latest

    async def next(self, seen: Reading, *, wait_s: float) -> Reading:
        """A reading newer than what was seen; the same where none came in time. Raises as `current`, except Unavailable
        while the database is away."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                while self._latest is seen:
                    await self._moved()
        return self._latest or seen

    def since(self, older: Reading, newer: Reading) -> Told | None:
        """What to tell of the newer one to somebody who has the older one; worked out once for all who keep up."""
        if older is newer:
            return None
        return self._step if (older, newer) == (self._before, self._latest) else newer.since(older)

    async def _keep_reading(self) -> None:
        loop = asyncio.get_running_loop()
        with self._ticker.listening(self.wake):
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_S):
                        await self._wanted.wait()
                self._wanted.clear()
                began = loop.time()
                await self._read_once()
                if self._away is None:
                    pause_s = max(_GAP_S, _GAP_FOR_READING * (loop.time() - began))
                    await asyncio.sleep(min(pause_s, _LONGEST_GAP_S))
                else:
                    await asyncio.sleep(_RETRY_S)
                    self.wake()

    async def _read_once(self) -> None:
        self._begun += 1
        try:
            reading = await self._read(next(iter(self._calls.values())))
        except Unavailable as away:
            self._away = away
            if self._latest is not None:
                self._keep(replace(self._latest, facts_pending=await self._pending()))
        else:
            self._away = None
            self._keep(reading)
        self._ended = self._begun
        self._tell()

    def _keep(self, reading: Reading) -> None:
        self._before, self._latest = self._latest, reading
        self._step = None if self._before is None else reading.since(self._before)

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _moved(self) -> None:
        """Waits for whatever happens next. Raises Unavailable where the service stops, and what ended the view."""
        if self._is_stopped:
            raise Unavailable("the service stops: watch again in a moment")
        if self._task.done():
            self._task.result()
        await self._news.wait()
