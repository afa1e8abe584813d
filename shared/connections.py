"""Connections kept open between transactions: the pool of SQLAlchemy makes them, and costs nothing while they live.

Taking one from that pool and giving it back for every transaction was 8 % of a write's processor time
(docs/benchmarks.md): greenlets, proxies and events around what is a list of open sockets.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

# Plans go stale when a table changes (pitfalls.md 8).
_LONGEST_LIFE_S = 1800.0


@dataclass(frozen=True, slots=True)
class Lease:
    """One connection: SQLAlchemy's, for Core statements, and the driver's own below it."""

    connection: AsyncConnection
    raw: asyncpg.Connection[Any]
    made: float

    @property
    def is_good(self) -> bool:
        """Whether it can serve another transaction."""
        return not self.raw.is_closed() and time.monotonic() - self.made < _LONGEST_LIFE_S


class Connections:
    """At most `size` connections of an engine; the one used last is used next."""

    def __init__(self, engine: AsyncEngine, *, size: int) -> None:
        self._engine = engine
        self._free = asyncio.Semaphore(size)
        self._idle: list[Lease] = []

    async def take(self, *, wait_s: float) -> Lease:
        """A good connection. Raises TimeoutError if all stay in use, or what the driver says of a new one."""
        if self._free.locked():
            async with asyncio.timeout(wait_s):
                await self._free.acquire()
        else:
            await self._free.acquire()
        try:
            while self._idle:
                lease = self._idle.pop()
                if lease.is_good:
                    return lease
                await self._discard(lease)
            return await self._connect()
        except BaseException:
            self._free.release()
            raise

    async def give_back(self, lease: Lease) -> None:
        """Takes a connection back; one in a transaction, or a dead one, is thrown away."""
        try:
            if not lease.is_good or lease.raw.is_in_transaction():
                await self._discard(lease)
                return
            if lease.connection.in_transaction():
                # Of SQLAlchemy's own making, for a Core statement; to the server it is nothing (AUTOCOMMIT).
                await lease.connection.rollback()
            self._idle.append(lease)
        finally:
            self._free.release()

    async def close(self) -> None:
        """Closes what is idle; transactions have ended before."""
        while self._idle:
            await self._discard(self._idle.pop())

    async def _connect(self) -> Lease:
        connection = await self._engine.connect()
        try:
            raw = (await connection.get_raw_connection()).driver_connection
            assert raw is not None
            return Lease(connection, raw, time.monotonic())
        except BaseException:
            await connection.close()
            raise

    async def _discard(self, lease: Lease) -> None:
        await lease.connection.invalidate()
        await lease.connection.close()
