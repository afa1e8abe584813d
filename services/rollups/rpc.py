"""The door for calls about figures: unpack, one query, pack."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import timedelta

import grpc

from plumbline.rollups.v1 import rollups_pb2, rollups_pb2_grpc
from services.rollups import queries, wire
from services.rollups.changes import Told
from services.rollups.verification import Step, Verification
from services.rollups.watches import Question, Watches
from shared import calls
from shared.answers import Answers
from shared.database import Transaction


class RollupDoor(rollups_pb2_grpc.RollupServiceServicer):
    """Answers RollupService. pending: how many facts are on the road, or -1."""

    def __init__(
        self,
        *,
        answers: Answers,
        verification: Verification,
        watches: Watches,
        pending: Callable[[], Awaitable[int]],
    ) -> None:
        self._answers = answers
        self._verification = verification
        self._watches = watches
        self._pending = pending
        self._last_packed: tuple[Told, rollups_pb2.WatchTableResponse] | None = None

    async def GetTable(
        self, request: rollups_pb2.GetTableRequest, context: grpc.aio.ServicerContext
    ) -> rollups_pb2.Table:
        # Asked before the transaction opens: nothing else is waited for inside of it.
        facts_pending = await self._pending()

        async def ask(tx: Transaction) -> rollups_pb2.Table:
            table = await queries.table(
                tx,
                unit=request.unit,
                unit_code=request.unit_code,
                level=request.level,
                campaign=request.campaign,
            )
            return wire.table_message(table, facts_pending=facts_pending)

        # Of one moment, so that the rows add up to the total.
        return await self._answers.question(ask, snapshot=True)

    async def WatchTable(
        self, request: rollups_pb2.WatchTableRequest, context: grpc.aio.ServicerContext
    ) -> AsyncGenerator[rollups_pb2.WatchTableResponse]:
        question = Question(
            unit=request.unit, unit_code=request.unit_code, level=request.level, campaign=request.campaign
        )
        async with contextlib.aclosing(self._watches.watch(calls.current(), question)) as watch:
            async for told in watch:
                yield self._packed(told)

    async def VerifyRollups(
        self, request: rollups_pb2.VerifyRollupsRequest, context: grpc.aio.ServicerContext
    ) -> AsyncGenerator[rollups_pb2.VerifyRollupsResponse]:
        settle = timedelta(seconds=request.settle_seconds)
        async for told in self._verification.run(calls.current(), settle=settle):
            if isinstance(told, Step):
                yield wire.progress_message(told.stage, told.facts_read)
            else:
                yield wire.result_message(told.outcome, facts_compared=told.facts_compared, as_of_time=told.as_of_time)

    def _packed(self, told: Told) -> rollups_pb2.WatchTableResponse:
        """The message; all who watch the same are told one after the other, and it is packed once for them."""
        if self._last_packed is None or self._last_packed[0] is not told:
            self._last_packed = (told, wire.watched_message(told))
        return self._last_packed[1]
