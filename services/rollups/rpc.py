"""The door for calls about figures: unpack, one query, pack."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import grpc

from plumbline.rollups.v1 import rollups_pb2, rollups_pb2_grpc
from services.rollups import queries, wire
from services.rollups.verification import Step, Verification
from shared import calls
from shared.answers import Answers
from shared.database import Transaction
from shared.errors import Unavailable

# Figures are answered without the bus; only how many facts are on the road is not known then.
PENDING_UNKNOWN = -1


class RollupDoor(rollups_pb2_grpc.RollupServiceServicer):
    """Answers RollupService. pending: how many facts are on the road; raises Unavailable while the bus is away."""

    def __init__(self, *, answers: Answers, verification: Verification, pending: Callable[[], Awaitable[int]]) -> None:
        self._answers = answers
        self._verification = verification
        self._pending = pending

    async def GetTable(
        self, request: rollups_pb2.GetTableRequest, context: grpc.aio.ServicerContext
    ) -> rollups_pb2.Table:
        # Asked before the transaction opens: nothing else is waited for inside of it.
        facts_pending = await self._facts_pending()

        async def ask(tx: Transaction) -> rollups_pb2.Table:
            table = await queries.table(
                tx,
                unit=request.unit,
                unit_code=request.unit_code,
                level=request.level,
                campaign=request.campaign,
            )
            return wire.table_message(table, facts_pending=facts_pending)

        return await self._answers.question(ask)

    async def VerifyRollups(
        self, request: rollups_pb2.VerifyRollupsRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[rollups_pb2.VerifyRollupsResponse]:
        settle = timedelta(seconds=request.settle_seconds)
        async for told in self._verification.run(calls.current(), settle=settle):
            if isinstance(told, Step):
                yield wire.progress_message(told.stage, told.facts_read)
            else:
                yield wire.result_message(told.outcome, facts_compared=told.facts_compared, as_of_time=told.as_of_time)

    async def _facts_pending(self) -> int:
        try:
            return await self._pending()
        except Unavailable:
            return PENDING_UNKNOWN
