"""Who is told that figures may have changed: one ticker a process, which asks nothing while nobody listens."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator

from services.rollups import store
from shared.calls import system_call
from shared.clock import Clock
from shared.database import Database, Transaction
from shared.errors import Unavailable

# Another process of this service may have folded: that is looked for this often.
LOOK_S = 0.25


class Ticker:
    """Wakes those who listen when this process has folded facts, or another one has."""

    def __init__(self, *, service: str, database: Database, clock: Clock) -> None:
        self._service = service
        self._database = database
        self._clock = clock
        self._listeners: set[Callable[[], None]] = set()
        self._somebody_listens = asyncio.Event()
        self._applied = -1

    def folded(self, applied: int) -> None:
        """This process has committed a fold; so many facts are applied in all."""
        self._applied = max(self._applied, applied)
        for wake in self._listeners:
            wake()

    @contextlib.contextmanager
    def listening(self, wake: Callable[[], None]) -> Iterator[None]:
        """Calls wake after every fold while the block runs; it must not wait for anything."""
        self._listeners.add(wake)
        self._somebody_listens.set()
        try:
            yield
        finally:
            self._listeners.discard(wake)
            if not self._listeners:
                self._somebody_listens.clear()

    async def run(self) -> None:
        """Looks for other processes' folds until cancelled, and only while somebody listens."""
        while True:
            await self._somebody_listens.wait()
            await self._look()
            await asyncio.sleep(LOOK_S)

    async def _look(self) -> None:
        async def ask(tx: Transaction) -> int:
            return (await store.progress(tx)).applied

        call = system_call(self._service, action="rollups.read", now=self._clock.now())
        try:
            applied = await self._database.run(call, ask)
        except Unavailable:
            # The next look will tell; those who listen look by themselves now and then, too.
            return
        if applied > self._applied:
            self.folded(applied)
