"""Somebody who watches a table of figures and keeps it as its messages say."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from types import TracebackType

from plumbline.rollups.v1 import rollups_pb2, rollups_pb2_grpc
from shared import rpc_client
from shared.rpc_client import RemoteFailure, RemoteRefusal

_PATIENCE_S = 20.0


class Watcher:
    """Reads along from `async with` on; `messages` are all that came, `rows` the table by code as it stands now."""

    def __init__(
        self,
        stub: rollups_pb2_grpc.RollupServiceStub,
        request: rollups_pb2.WatchTableRequest,
        *,
        token: str,
        deadline_s: float,
    ) -> None:
        self.messages: list[rollups_pb2.WatchTableResponse] = []
        self.rows: dict[str, rollups_pb2.Row] = {}
        self.total = rollups_pb2.Row()
        # How the stream ended, when it has: None for OK.
        self.refusal: RemoteRefusal | RemoteFailure | None = None
        self.has_ended = False
        self.metrics: list[str] = []
        self._parts = rpc_client.download(stub.WatchTable, request, token=token, deadline_s=deadline_s)
        self._moved = asyncio.Condition()

    async def __aenter__(self) -> Watcher:
        self._task = asyncio.create_task(self._read())
        await self.until(lambda: bool(self.messages) or self.has_ended, "a first message comes")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def until(self, holds: Callable[[], bool], what: str) -> None:
        """Waits until messages have made something true; fails when they do not in time."""
        async with self._moved:
            try:
                await asyncio.wait_for(self._moved.wait_for(holds), timeout=_PATIENCE_S)
            except TimeoutError as error:
                kinds = [message.WhichOneof("answer") for message in self.messages]
                raise AssertionError(f"not within {_PATIENCE_S} s: {what}; {kinds}, {self.refusal}") from error

    def figure(self, metric: str, code: str = "") -> int:
        """One figure as it stands; the total's where no row is named."""
        row = self.rows[code] if code else self.total
        return row.values[self.metrics.index(metric)]

    def of_kind(self, kind: str) -> list[rollups_pb2.WatchTableResponse]:
        """The messages of a kind: snapshot, change, heartbeat."""
        return [message for message in self.messages if message.WhichOneof("answer") == kind]

    def codes_seen(self) -> set[str]:
        """The codes of all rows that ever came."""
        tables = [message.snapshot.rows for message in self.messages] + [m.change.rows for m in self.messages]
        totals = [message.snapshot.total for message in self.messages] + [m.change.total for m in self.messages]
        return {row.code for rows in tables for row in rows} | {total.code for total in totals if total.code}

    async def _read(self) -> None:
        try:
            async with contextlib.aclosing(self._parts) as parts:  # type: ignore[type-var]
                async for message in parts:
                    async with self._moved:
                        self._keep(message)
                        self._moved.notify_all()
        except (RemoteRefusal, RemoteFailure) as error:
            self.refusal = error
        finally:
            self.has_ended = True
        async with self._moved:
            self._moved.notify_all()

    def _keep(self, message: rollups_pb2.WatchTableResponse) -> None:
        self.messages.append(message)
        if message.HasField("snapshot"):
            self.metrics = [metric.id for metric in message.snapshot.metrics]
            self.rows = {}
            self._take(message.snapshot.rows, message.snapshot.total)
        elif message.HasField("change"):
            gone = set(message.change.gone_units)
            self.rows = {code: row for code, row in self.rows.items() if row.unit not in gone}
            self._take(message.change.rows, message.change.total if message.change.HasField("total") else None)

    def _take(self, rows: Iterable[rollups_pb2.Row], total: rollups_pb2.Row | None) -> None:
        self.rows |= {row.code: row for row in rows}
        if total is not None:
            self.total = total
