"""The door for calls about draws, visits and findings: unpack, one command or query, pack."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

import grpc

from plumbline.facts.v1 import facts_pb2
from plumbline.inspections.v1 import inspections_pb2, inspections_pb2_grpc
from services.inspections import commands, events, queries, wire
from services.inspections.model import Draw, Finding, Visit
from shared import calls, state_stream
from shared.answers import Answers
from shared.campaign_copies import CampaignCopies
from shared.clock import Clock
from shared.database import Database, Transaction
from shared.ids import random_uuid
from shared.pages import Page, Pages

# One page of a stream of state is read in a transaction of its own, so that a slow reader holds none open.
_STATE_PAGE = 1000
_STATE_CHUNK = 200

Row = TypeVar("Row")
Entity = TypeVar("Entity", Visit, Finding)


class InspectionDoor(inspections_pb2_grpc.InspectionServiceServicer):
    """Answers InspectionService."""

    def __init__(self, *, answers: Answers, pages: Pages, clock: Clock, campaigns: CampaignCopies) -> None:
        self._answers = answers
        self._pages = pages
        self._clock = clock
        self._campaigns = campaigns

    async def RunDraw(
        self, request: inspections_pb2.RunDrawRequest, context: grpc.aio.ServicerContext
    ) -> inspections_pb2.Draw:
        async def run(tx: Transaction) -> inspections_pb2.Draw:
            draw = await commands.run_draw(
                tx,
                wire.draw_order(request),
                campaigns=self._campaigns,
                now=self._clock.now(),
                new_id=random_uuid,
            )
            return wire.draw_message(draw)

        return await self._answers.deed(inspections_pb2.Draw, run)

    async def GetDraw(
        self, request: inspections_pb2.GetDrawRequest, context: grpc.aio.ServicerContext
    ) -> inspections_pb2.Draw:
        async def ask(tx: Transaction) -> inspections_pb2.Draw:
            draw = await queries.get_draw(tx, wire.draw_name(request.name))
            return wire.draw_message(draw, rows=draw.rows)

        return await self._answers.question(ask)

    async def ListDraws(
        self, request: inspections_pb2.ListDrawsRequest, context: grpc.aio.ServicerContext
    ) -> inspections_pb2.ListDrawsResponse:
        query = (request.parent,)

        async def ask(tx: Transaction) -> inspections_pb2.ListDrawsResponse:
            page = self._pages.read(tx.call, query=query, page_size=request.page_size, page_token=request.page_token)
            found = await queries.list_draws(tx, request.parent.removeprefix("tenants/"), page=page)
            token = self._next_token(tx, query, page, found, _draw_key)
            return inspections_pb2.ListDrawsResponse(
                draws=[wire.draw_message(draw) for draw in found[: page.size]], next_page_token=token
            )

        return await self._answers.question(ask)

    async def GetVisit(
        self, request: inspections_pb2.GetVisitRequest, context: grpc.aio.ServicerContext
    ) -> inspections_pb2.Visit:
        async def ask(tx: Transaction) -> inspections_pb2.Visit:
            return wire.visit_message(await queries.get_visit(tx, wire.visit_name(request.name)))

        return await self._answers.question(ask)

    async def ListVisits(
        self, request: inspections_pb2.ListVisitsRequest, context: grpc.aio.ServicerContext
    ) -> inspections_pb2.ListVisitsResponse:
        wanted = wire.wanted_visits(request)
        query = (request.unit, str(request.state), request.inspector, request.draw)

        async def ask(tx: Transaction) -> inspections_pb2.ListVisitsResponse:
            page = self._pages.read(tx.call, query=query, page_size=request.page_size, page_token=request.page_token)
            found = await queries.list_visits(tx, request.unit, wanted, page=page)
            token = self._next_token(tx, query, page, found, lambda seen: _key(seen.visit))
            return inspections_pb2.ListVisitsResponse(
                visits=[wire.visit_message(seen) for seen in found[: page.size]], next_page_token=token
            )

        return await self._answers.question(ask)

    async def CheckInVisit(
        self, request: inspections_pb2.CheckInVisitRequest, context: grpc.aio.ServicerContext
    ) -> inspections_pb2.Visit:
        async def check_in(tx: Transaction) -> inspections_pb2.Visit:
            name = wire.visit_name(request.name)
            seen = await commands.check_in_visit(tx, name, etag=request.etag, now=self._clock.now())
            return wire.visit_message(seen)

        return await self._answers.deed(inspections_pb2.Visit, check_in)

    async def CloseVisit(
        self, request: inspections_pb2.CloseVisitRequest, context: grpc.aio.ServicerContext
    ) -> inspections_pb2.Visit:
        async def close(tx: Transaction) -> inspections_pb2.Visit:
            name = wire.visit_name(request.name)
            seen = await commands.close_visit(tx, name, etag=request.etag, now=self._clock.now())
            return wire.visit_message(seen)

        return await self._answers.deed(inspections_pb2.Visit, close)

    async def RaiseFinding(
        self, request: inspections_pb2.RaiseFindingRequest, context: grpc.aio.ServicerContext
    ) -> inspections_pb2.Finding:
        async def write_down(tx: Transaction) -> inspections_pb2.Finding:
            finding = await commands.raise_finding(
                tx,
                wire.visit_name(request.visit, field="visit"),
                wire.observation(request),
                campaigns=self._campaigns,
                now=self._clock.now(),
                finding_id=random_uuid(),
            )
            return wire.finding_message(finding)

        return await self._answers.deed(inspections_pb2.Finding, write_down)

    async def GetFinding(
        self, request: inspections_pb2.GetFindingRequest, context: grpc.aio.ServicerContext
    ) -> inspections_pb2.Finding:
        async def ask(tx: Transaction) -> inspections_pb2.Finding:
            return wire.finding_message(await queries.get_finding(tx, wire.finding_name(request.name)))

        return await self._answers.question(ask)

    async def ListFindings(
        self, request: inspections_pb2.ListFindingsRequest, context: grpc.aio.ServicerContext
    ) -> inspections_pb2.ListFindingsResponse:
        query = (request.unit, request.visit)

        async def ask(tx: Transaction) -> inspections_pb2.ListFindingsResponse:
            page = self._pages.read(tx.call, query=query, page_size=request.page_size, page_token=request.page_token)
            visit = wire.visit_name(request.visit, field="visit") if request.visit else None
            found = await queries.list_findings(tx, request.unit, visit=visit, page=page)
            token = self._next_token(tx, query, page, found, _key)
            return inspections_pb2.ListFindingsResponse(
                findings=[wire.finding_message(finding) for finding in found[: page.size]], next_page_token=token
            )

        return await self._answers.question(ask)

    def _next_token(
        self,
        tx: Transaction,
        query: Sequence[str],
        page: Page,
        found: Sequence[Row],
        key: Callable[[Row], tuple[str, ...]],
    ) -> str:
        """Empty on the last page; `found` holds one row more than the page when there is another."""
        if len(found) <= page.size:
            return ""
        return self._pages.next_token(tx.call, query=query, last_key=key(found[page.size - 1]))


class InspectionStateDoor(inspections_pb2_grpc.InspectionStateServiceServicer):
    """Answers InspectionStateService."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def StreamState(
        self, request: facts_pb2.StreamStateRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[facts_pb2.StreamStateResponse]:
        """What facts have been told of, as it is now. Keys never change, so reading page by page misses nothing."""
        call = calls.current()
        async for visits in self._pages_of(queries.told_visits, request.path):
            for response in state_stream.responses([events.visit_changed(visit) for visit in visits], call=call):
                yield response
        async for findings in self._pages_of(queries.told_findings, request.path):
            for response in state_stream.responses([events.finding_raised(finding) for finding in findings], call=call):
                yield response

    async def _pages_of(self, ask: Callable[..., Awaitable[list[Entity]]], path: str) -> AsyncIterator[list[Entity]]:
        after: tuple[str, ...] | None = None
        while True:
            async with self._database.transaction(calls.current()) as tx:
                found = await ask(tx, path, after=after, limit=_STATE_PAGE)
            if found:
                yield found
            if len(found) < _STATE_PAGE:
                return
            after = _key(found[-1])


def _key(entity: Visit | Finding) -> tuple[str, ...]:
    return (entity.path, entity.tenant, entity.id)


def _draw_key(draw: Draw) -> tuple[str, ...]:
    return (draw.create_time.isoformat(), draw.id)
