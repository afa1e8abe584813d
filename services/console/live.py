"""Figures as they change: one watch at rollups for everybody who may see the same, and a stream to each of them.

A viewer gets only what a watch under their own kind of grant tells: the key of a watch holds all that decides what may
be seen (tenant, role, place, clearance). Browsers come again every few minutes, so nobody is served under an old token.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import structlog

from plumbline.rollups.v1 import rollups_pb2
from services.console import clients
from services.console.clients import Services
from services.console.session import Viewer
from shared import dates, watched_tables
from shared.clock import Clock
from shared.errors import Code
from shared.rpc_client import RemoteFailure, RemoteRefusal

log = structlog.get_logger()

# A page shows at most so many opened units at once.
MOST_TABLES: Final = 24
# Longer than the service keeps a watch, so that it is the service that ends it.
WATCH_S: Final = 295.0
# After a failure; the service is back within seconds or the page says that it waits.
_PAUSE_S: Final = 0.5
# Refusals that pass: a token that ended takes another one's place, a service comes back, others stop watching.
_PASSING: Final = frozenset({Code.UNAUTHENTICATED, Code.UNAVAILABLE, Code.RESOURCE_EXHAUSTED, Code.DEADLINE_EXCEEDED})
# Messages that one slow browser may be behind; beyond, it gets the whole table anew instead of every step.
_BEHIND: Final = 32


@dataclass(frozen=True)
class Question:
    """What is watched, and all that decides what may be seen of it."""

    tenant: str
    role: str
    path: str
    clearance: int
    unit: str
    campaign: str


class Follower:
    """One open page: what it has still to be told."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._waiting: dict[Watch, list[bytes]] = {}
        self._told = asyncio.Event()
        self._ended = False

    def tell(self, watch: Watch, message: bytes) -> None:
        """Adds a message; a page that is far behind gets the whole table in place of them all."""
        behind = self._waiting.setdefault(watch, [])
        if len(behind) >= _BEHIND and watch.snapshot is not None:
            behind.clear()
            message = watch.snapshot
        behind.append(message)
        self._told.set()

    def end(self) -> None:
        """The token ends: the page has to come again."""
        self._ended = True
        self._told.set()

    async def next(self) -> bytes | None:
        """Waits for messages and takes them all; None at the end."""
        await self._told.wait()
        self._told.clear()
        if self._ended:
            return None
        waiting, self._waiting = self._waiting, {}
        return b"".join(message for messages in waiting.values() for message in messages)


class Watch:
    """One table as rollups tells it, and the pages that show it. Lives as long as somebody follows."""

    def __init__(self, question: Question, services: Services) -> None:
        self.question = question
        self.followers: dict[Follower, None] = {}
        self._services = services
        self._table: rollups_pb2.Table | None = None
        self._snapshot: bytes | None = None
        self.task: asyncio.Task[None] | None = None

    @property
    def snapshot(self) -> bytes | None:
        """The whole table as a message; made when somebody needs it and kept until it changes."""
        if self._snapshot is None and self._table is not None:
            self._snapshot = _event(self.question.unit, _whole(self._table))
        return self._snapshot

    async def keep(self) -> None:
        """Watches, again and again, until nobody follows any more."""
        while self.followers:
            # The one who came last has the token that lasts longest.
            token = next(reversed(self.followers)).token
            request = rollups_pb2.WatchTableRequest(unit=self.question.unit, campaign=self.question.campaign)
            try:
                told = clients.download(self._services.rollups.WatchTable, request, token=token, deadline_s=WATCH_S)
                async with aclosing(told) as messages:  # type: ignore[type-var]
                    async for message in messages:
                        self._take(message)
            except RemoteRefusal as refusal:
                log.info("watch_refused", reason=refusal.remote_reason)
                if refusal.remote_code not in _PASSING:
                    # Asking again would be answered alike, and each refusal is an entry of the audit log.
                    self._tell_all(_event(self.question.unit, {"kind": "refused"}))
                    return
                await asyncio.sleep(_PAUSE_S)
            except RemoteFailure as failure:
                log.info("watch_failed", status=failure.status)
                self._tell_all(_event(self.question.unit, {"kind": "away"}))
                await asyncio.sleep(_PAUSE_S)

    def _take(self, message: rollups_pb2.WatchTableResponse) -> None:
        kind = message.WhichOneof("answer")
        if kind == "snapshot":
            self._table, self._snapshot = message.snapshot, None
            assert self.snapshot is not None
            self._tell_all(self.snapshot)
            return
        if self._table is None:
            return
        self._table, self._snapshot = watched_tables.kept(self._table, message), None
        said: dict[str, Any] = {"kind": kind, **_freshness(self._table)}
        if kind == "change":
            said["rows"] = [_row(row) for row in message.change.rows]
            said["gone"] = list(message.change.gone_units)
            if message.change.HasField("total"):
                said["total"] = _row(message.change.total)
        self._tell_all(_event(self.question.unit, said))

    def _tell_all(self, message: bytes) -> None:
        for follower in self.followers:
            follower.tell(self, message)


class Live:
    """All watches of this process."""

    def __init__(self, services: Services, *, clock: Clock) -> None:
        self._services = services
        self._clock = clock
        self._watches: dict[Question, Watch] = {}

    async def follow(self, viewer: Viewer, *, units: Sequence[str], campaign: str) -> AsyncIterator[bytes]:
        """Messages about the tables of some units, as events of a stream, until the viewer's token ends.

        What a unit's table is now comes first. Ends by itself; the browser comes again under a new token.
        """
        follower = Follower(viewer.token)
        watches = [self._watch(_question(viewer, unit, campaign)) for unit in dict.fromkeys(units[:MOST_TABLES])]
        remaining_s = (viewer.good_until - self._clock.now()).total_seconds()
        ending = asyncio.get_running_loop().call_later(max(remaining_s, 0), follower.end)
        try:
            for watch in watches:
                watch.followers[follower] = None
                if watch.snapshot is not None:
                    follower.tell(watch, watch.snapshot)
                if watch.task is None:
                    watch.task = asyncio.create_task(watch.keep())
            while (messages := await follower.next()) is not None:
                yield messages
        finally:
            ending.cancel()
            for watch in watches:
                watch.followers.pop(follower, None)
                if not watch.followers:
                    self._forget(watch)

    async def close(self) -> None:
        """Ends all watches."""
        for watch in list(self._watches.values()):
            self._forget(watch)

    def _watch(self, question: Question) -> Watch:
        if question not in self._watches:
            self._watches[question] = Watch(question, self._services)
        return self._watches[question]

    def _forget(self, watch: Watch) -> None:
        if self._watches.get(watch.question) is watch:
            del self._watches[watch.question]
        if watch.task is not None:
            watch.task.cancel()


def _question(viewer: Viewer, unit: str, campaign: str) -> Question:
    grant = viewer.grant
    return Question(grant.tenant, grant.role, grant.path, grant.clearance, unit, campaign)


def _whole(table: rollups_pb2.Table) -> dict[str, Any]:
    return {
        "kind": "snapshot",
        "total": _row(table.total),
        "rows": [_row(row) for row in table.rows],
        **_freshness(table),
    }


def _freshness(table: rollups_pb2.Table) -> dict[str, Any]:
    return {
        "as_of": dates.instant(table.as_of_time).isoformat(timespec="milliseconds"),
        "pending": int(table.facts_pending),
        "lag_ms": int(table.lag_ms),
    }


def _row(row: rollups_pb2.Row) -> list[Any]:
    """A row as the page takes it: the unit, how many have reported of how many, and the figures in catalogue order."""
    return [row.unit, int(row.reported_units), int(row.participating_units), *(int(value) for value in row.values)]


def _event(unit: str, said: dict[str, Any]) -> bytes:
    """One server-sent event; made once for however many pages."""
    text = json.dumps({"unit": unit, **said}, ensure_ascii=False, separators=(",", ":"))
    return f"event: figures\ndata: {text}\n\n".encode()
