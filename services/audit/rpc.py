"""The door for calls about the logs: unpack, one query, pack."""

from __future__ import annotations

import grpc

from plumbline.audit.v1 import audit_pb2, audit_pb2_grpc
from services.audit import queries, wire
from shared.answers import Answers
from shared.calls import system_call
from shared.clock import Clock
from shared.database import Database, Transaction
from shared.pages import Pages


class AuditDoor(audit_pb2_grpc.AuditServiceServicer):
    """Answers AuditService."""

    def __init__(self, *, answers: Answers, pages: Pages, clock: Clock, system_database: Database) -> None:
        self._answers = answers
        self._pages = pages
        self._clock = clock
        self._system_database = system_database

    async def ListEntries(
        self, request: audit_pb2.ListEntriesRequest, context: grpc.aio.ServicerContext
    ) -> audit_pb2.ListEntriesResponse:
        query = (request.parent, request.resource, request.actor, request.trace_id)

        async def ask(tx: Transaction) -> audit_pb2.ListEntriesResponse:
            page = self._pages.read(tx.call, query=query, page_size=request.page_size, page_token=request.page_token)
            entries, last = await queries.list_entries(
                tx,
                _tenant(request.parent),
                page=page,
                resource=request.resource,
                actor=request.actor,
                trace_id=request.trace_id,
            )
            return audit_pb2.ListEntriesResponse(
                entries=[wire.entry_message(entry) for entry in entries],
                next_page_token=self._pages.next_token(tx.call, query=query, last_key=(last,)) if last else "",
            )

        return await self._answers.question(ask)

    async def GetLogHead(
        self, request: audit_pb2.GetLogHeadRequest, context: grpc.aio.ServicerContext
    ) -> audit_pb2.LogHead:
        async def ask(tx: Transaction) -> audit_pb2.LogHead:
            return wire.head_message(await queries.get_head(tx, _tenant(request.name)))

        return await self._answers.question(ask)

    async def VerifyLog(
        self, request: audit_pb2.VerifyLogRequest, context: grpc.aio.ServicerContext
    ) -> audit_pb2.VerifyLogResponse:
        tenant = _tenant(request.parent)

        async def ask(tx: Transaction) -> audit_pb2.VerifyLogResponse:
            await queries.require_verifier(tx, tenant)
            return audit_pb2.VerifyLogResponse()

        await self._answers.question(ask)
        call = system_call("audit", action="audit.verify", now=self._clock.now())
        async with self._system_database.transaction(call, snapshot=True) as tx:
            entries, bad = await queries.verify(tx, tenant)
        return audit_pb2.VerifyLogResponse(entries=entries, first_bad_sequence=bad)


def _tenant(name: str) -> str:
    return name.split("/")[1]
