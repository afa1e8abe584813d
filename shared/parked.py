"""The door for facts that could not be applied: listing them and trying one again; the same in every service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import grpc

from plumbline.facts.v1 import facts_pb2, facts_pb2_grpc
from shared import calls, outbox
from shared.answers import Answers
from shared.calls import system_call
from shared.clock import Clock
from shared.database import Database, Transaction
from shared.dates import timestamp
from shared.errors import DomainError, NotFound
from shared.inbox import Inbox
from shared.pages import Pages

_LIST = """
    select message_id, subject, type, reason, attempts, park_time from {schema}.parked_facts
    where $1::text is null or message_id > $1 order by message_id limit $2
"""
_GET = "select message_id, subject, type, reason, attempts, park_time from {schema}.parked_facts where message_id = $1"


class StillFailing(DomainError):
    """The fact was tried again and failed again; it stays parked."""

    reason = "STILL_FAILING"


class ParkedFacts(facts_pb2_grpc.ParkedFactServiceServicer):
    """Reads under the service's own role: parked facts belong to no unit yet."""

    def __init__(
        self,
        *,
        service: str,
        system_database: Database,
        answers: Answers,
        pages: Pages,
        clock: Clock,
        inboxes: Callable[[], Sequence[Inbox[Any]]],
    ) -> None:
        self._service = service
        self._system_database = system_database
        self._answers = answers
        self._pages = pages
        self._clock = clock
        self._inboxes = inboxes

    async def ListParkedFacts(
        self, request: facts_pb2.ListParkedFactsRequest, context: grpc.aio.ServicerContext
    ) -> facts_pb2.ListParkedFactsResponse:
        call = calls.current()
        page = self._pages.read(call, query=(), page_size=request.page_size, page_token=request.page_token)
        async with self._system_database.transaction(self._system_call()) as tx:
            rows = await tx.fetch(
                _LIST.format(schema=self._service), page.after[0] if page.after else None, page.size + 1
            )
        shown = rows[: page.size]
        token = ""
        if len(rows) > page.size:
            token = self._pages.next_token(call, query=(), last_key=(shown[-1]["message_id"],))
        return facts_pb2.ListParkedFactsResponse(parked_facts=[_message(row) for row in shown], next_page_token=token)

    async def RedriveParkedFact(
        self, request: facts_pb2.RedriveParkedFactRequest, context: grpc.aio.ServicerContext
    ) -> facts_pb2.ParkedFact:
        async def redrive(tx: Transaction) -> facts_pb2.ParkedFact:
            message_id = request.name.removeprefix("parkedFacts/")
            outbox.about(tx, resource=request.name, path=tx.call.identity.grant.path, tenant="", label=0)
            async with self._system_database.transaction(self._system_call()) as system:
                row = await system.fetch_row(_GET.format(schema=self._service), message_id)
            if row is None:
                raise NotFound(f"no fact {message_id} is parked here", resource=request.name)
            stream = "AUDIT" if row["subject"].startswith("audit.") else "UP"
            inbox = next(inbox for inbox in self._inboxes() if inbox.stream == stream)
            reason = await inbox.redrive(message_id)
            if reason is not None:
                raise StillFailing(f"the fact still fails: {reason}", resource=request.name, why=reason)
            return _message(row)

        return await self._answers.deed(facts_pb2.ParkedFact, redrive)

    def _system_call(self) -> calls.Call:
        return system_call(self._service, action="facts.parked", now=self._clock.now())


def _message(row: Any) -> facts_pb2.ParkedFact:
    return facts_pb2.ParkedFact(
        name=f"parkedFacts/{row['message_id']}",
        subject=row["subject"],
        type=row["type"],
        reason=row["reason"],
        attempts=row["attempts"],
        park_time=timestamp(row["park_time"]),
    )
