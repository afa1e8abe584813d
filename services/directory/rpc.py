"""The door for calls to the directory: unpack, one command or query, pack."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

import grpc

from plumbline.directory.v1 import directory_pb2, directory_pb2_grpc
from plumbline.facts.v1 import facts_pb2
from services.directory import commands, queries, signing_in, wire
from services.directory.session import Login
from shared import calls, dates, names, state_stream
from shared.answers import Answers
from shared.calendar_copies import CalendarCopies
from shared.clock import Clock, day_in
from shared.database import Database, Transaction
from shared.errors import FieldViolation, InvalidArgument, TooMuch
from shared.ids import random_uuid, unit_id
from shared.pages import Pages

# The national tree to township level is 1.3 MB; villages would make it 20 MB.
LARGEST_FILE_BYTES = 32 * 1024 * 1024
ZONE = "Asia/Shanghai"


class FileTooLarge(TooMuch):
    """More bytes than one import takes."""

    reason = "FILE_TOO_LARGE"


class HeaderMissing(InvalidArgument):
    """An upload starts with its header and has exactly one."""

    reason = "HEADER_MISSING"


class DirectoryDoor(directory_pb2_grpc.DirectoryServiceServicer):
    """Answers DirectoryService."""

    def __init__(self, *, answers: Answers, pages: Pages, clock: Clock, calendars: CalendarCopies) -> None:
        self._answers = answers
        self._pages = pages
        self._clock = clock
        self._calendars = calendars

    async def GetUnit(
        self, request: directory_pb2.GetUnitRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.Unit:
        async def ask(tx: Transaction) -> directory_pb2.Unit:
            return wire.unit_message(await queries.get_unit(tx, id_=request.id, code=request.code))

        return await self._answers.question(ask)

    async def ListUnits(
        self, request: directory_pb2.ListUnitsRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.ListUnitsResponse:
        query = (request.parent_unit,)

        async def ask(tx: Transaction) -> directory_pb2.ListUnitsResponse:
            page = self._pages.read(tx.call, query=query, page_size=request.page_size, page_token=request.page_token)
            units, last = await queries.list_units(tx, request.parent_unit, page=page)
            return directory_pb2.ListUnitsResponse(
                units=[wire.unit_message(unit) for unit in units],
                next_page_token=self._pages.next_token(tx.call, query=query, last_key=(last,)) if last else "",
            )

        return await self._answers.question(ask)

    async def BatchGetUnits(
        self, request: directory_pb2.BatchGetUnitsRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.BatchGetUnitsResponse:
        async def ask(tx: Transaction) -> directory_pb2.BatchGetUnitsResponse:
            units = await queries.batch_get_units(tx, request.ids)
            return directory_pb2.BatchGetUnitsResponse(units=[wire.unit_message(unit) for unit in units])

        return await self._answers.question(ask)

    async def ImportUnits(
        self, requests: AsyncIterator[directory_pb2.ImportUnitsRequest], context: grpc.aio.ServicerContext
    ) -> directory_pb2.ImportUnitsResponse:
        header, content, digest = await _collect(requests)
        now, levels = self._clock.now(), tuple(header.levels)
        planted = await commands.grow_tree(
            calls.current(),
            content,
            root_code=header.root_code,
            root_name=header.root_name,
            levels=levels,
            tenant_level=header.tenant_level,
            new_unit_id=unit_id,
        )

        async def plant(tx: Transaction) -> directory_pb2.ImportUnitsResponse:
            units, tenants = await commands.plant_tree(
                tx,
                planted,
                levels=levels,
                tenant_level=header.tenant_level,
                new_id=random_uuid,
                today=day_in(ZONE, now),
                now=now,
            )
            root = await queries.get_unit(tx, id_=units[0].id, code="")
            return directory_pb2.ImportUnitsResponse(
                units=len(units), tenants=len(tenants), root=wire.unit_message(root)
            )

        return await self._answers.upload(
            directory_pb2.ImportUnitsResponse, plant, request_id=header.request_id, content_digest=digest
        )

    async def GetTenant(
        self, request: directory_pb2.GetTenantRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.Tenant:
        async def ask(tx: Transaction) -> directory_pb2.Tenant:
            return wire.tenant_message(await queries.get_tenant(tx, request.name.removeprefix("tenants/")))

        return await self._answers.question(ask)

    async def ListTenants(
        self, request: directory_pb2.ListTenantsRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.ListTenantsResponse:
        async def ask(tx: Transaction) -> directory_pb2.ListTenantsResponse:
            page = self._pages.read(tx.call, query=(), page_size=request.page_size, page_token=request.page_token)
            tenants, last = await queries.list_tenants(tx, page=page)
            return directory_pb2.ListTenantsResponse(
                tenants=[wire.tenant_message(tenant) for tenant in tenants],
                next_page_token=self._pages.next_token(tx.call, query=(), last_key=(last,)) if last else "",
            )

        return await self._answers.question(ask)

    async def GetCampaign(
        self, request: directory_pb2.GetCampaignRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.Campaign:
        async def ask(tx: Transaction) -> directory_pb2.Campaign:
            found = await queries.get_campaign(tx, request.name.removeprefix("campaigns/"))
            return wire.campaign_message(*found)

        return await self._answers.question(ask)

    async def ListCampaigns(
        self, request: directory_pb2.ListCampaignsRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.ListCampaignsResponse:
        async def ask(tx: Transaction) -> directory_pb2.ListCampaignsResponse:
            page = self._pages.read(tx.call, query=(), page_size=request.page_size, page_token=request.page_token)
            found, last = await queries.list_campaigns(tx, page=page)
            return directory_pb2.ListCampaignsResponse(
                campaigns=[wire.campaign_message(*campaign) for campaign in found],
                next_page_token=self._pages.next_token(tx.call, query=(), last_key=(last,)) if last else "",
            )

        return await self._answers.question(ask)

    async def DefineCampaign(
        self, request: directory_pb2.DefineCampaignRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.Campaign:
        async def define(tx: Transaction) -> directory_pb2.Campaign:
            defined = await commands.define_campaign(tx, request.definition_json, now=self._clock.now())
            return wire.campaign_message(*defined)

        return await self._answers.deed(directory_pb2.Campaign, define)

    async def GetCalendar(
        self, request: directory_pb2.GetCalendarRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.Calendar:
        async def ask(tx: Transaction) -> directory_pb2.Calendar:
            return wire.calendar_message(*await queries.get_calendar(tx, request.name.removeprefix("calendars/")))

        return await self._answers.question(ask)

    async def AddWorkingDays(
        self, request: directory_pb2.AddWorkingDaysRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.AddWorkingDaysResponse:
        start = dates.day(request.start_date, field="start_date")

        async def ask(tx: Transaction) -> directory_pb2.AddWorkingDaysResponse:
            day, version, known = await queries.add_working_days(
                tx, self._calendars, start=start, count=request.working_days
            )
            return directory_pb2.AddWorkingDaysResponse(
                date=dates.date_message(day), calendar_version=version, known=known
            )

        return await self._answers.question(ask)

    async def CreatePerson(
        self, request: directory_pb2.CreatePersonRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.Person:
        async def enter(tx: Transaction) -> directory_pb2.Person:
            person = await commands.enter_person(
                tx,
                tenant=request.parent.removeprefix("tenants/"),
                display_name=request.display_name,
                unit_id=request.unit,
                post=request.post,
                person_id=random_uuid(),
            )
            return wire.person_message(person)

        return await self._answers.deed(directory_pb2.Person, enter)

    async def SetLogin(
        self, request: directory_pb2.SetLoginRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.Person:
        async def set_login(tx: Transaction) -> directory_pb2.Person:
            person = await signing_in.set_login(
                tx,
                names.parse(request.person, collection="people", field="person"),
                Login(issuer=request.issuer, subject=request.subject),
            )
            return wire.person_message(person)

        return await self._answers.deed(directory_pb2.Person, set_login)

    async def GetPerson(
        self, request: directory_pb2.GetPersonRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.Person:
        async def ask(tx: Transaction) -> directory_pb2.Person:
            return wire.person_message(await queries.get_person(tx, names.parse(request.name, collection="people")))

        return await self._answers.question(ask)

    async def ListPeople(
        self, request: directory_pb2.ListPeopleRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.ListPeopleResponse:
        query = (request.parent,)

        async def ask(tx: Transaction) -> directory_pb2.ListPeopleResponse:
            page = self._pages.read(tx.call, query=query, page_size=request.page_size, page_token=request.page_token)
            people, last = await queries.list_people(tx, request.parent.removeprefix("tenants/"), page=page)
            return directory_pb2.ListPeopleResponse(
                people=[wire.person_message(person) for person in people],
                next_page_token=self._pages.next_token(tx.call, query=query, last_key=last) if last else "",
            )

        return await self._answers.question(ask)

    async def CreateGrant(
        self, request: directory_pb2.CreateGrantRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.Grant:
        async def give(tx: Transaction) -> directory_pb2.Grant:
            grant = await commands.give(
                tx,
                names.parse(request.person, collection="people", field="person"),
                role=request.role,
                unit_id=request.unit,
                clearance=request.clearance,
                grant_id=random_uuid(),
            )
            return wire.grant_message(grant)

        return await self._answers.deed(directory_pb2.Grant, give)

    async def RevokeGrant(
        self, request: directory_pb2.RevokeGrantRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.Grant:
        async def revoke(tx: Transaction) -> directory_pb2.Grant:
            name = names.parse(request.name, collection="grants")
            return wire.grant_message(await commands.revoke(tx, name, now=self._clock.now()))

        return await self._answers.deed(directory_pb2.Grant, revoke)

    async def ListGrants(
        self, request: directory_pb2.ListGrantsRequest, context: grpc.aio.ServicerContext
    ) -> directory_pb2.ListGrantsResponse:
        query = (request.parent,)

        async def ask(tx: Transaction) -> directory_pb2.ListGrantsResponse:
            page = self._pages.read(tx.call, query=query, page_size=request.page_size, page_token=request.page_token)
            grants, last = await queries.list_grants(tx, request.parent.removeprefix("tenants/"), page=page)
            return directory_pb2.ListGrantsResponse(
                grants=[wire.grant_message(grant) for grant in grants],
                next_page_token=self._pages.next_token(tx.call, query=query, last_key=last) if last else "",
            )

        return await self._answers.question(ask)


class DirectoryStateDoor(directory_pb2_grpc.DirectoryStateServiceServicer):
    """Answers DirectoryStateService: the present state as facts."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def StreamState(
        self, request: facts_pb2.StreamStateRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[facts_pb2.StreamStateResponse]:
        async for response in state_stream.stream(
            self._database, lambda tx: queries.state_facts(tx, self._clock, path=request.path)
        ):
            yield response


async def _collect(
    requests: AsyncIterator[directory_pb2.ImportUnitsRequest],
) -> tuple[directory_pb2.ImportUnitsHeader, bytes, bytes]:
    """The header, the file and a digest of both. Raises HeaderMissing or FileTooLarge.

    A misplaced header is refused when everything has come: a refusal that meets a caller who is still sending
    reaches callers in Python as INTERNAL now and then (grpc/grpc#36066).
    """
    header: directory_pb2.ImportUnitsHeader | None = None
    content = bytearray()
    fault = ""
    async for request in requests:
        if request.HasField("header"):
            if header is not None or content:
                fault = "comes once, before the file"
            header = request.header
            continue
        if header is None:
            fault = "must come before the file"
        content += request.content
        if len(content) > LARGEST_FILE_BYTES:
            raise FileTooLarge(f"the file is larger than {LARGEST_FILE_BYTES} bytes", limit=LARGEST_FILE_BYTES)
    if header is None or fault:
        raise _no_header(fault or "is needed")
    digest = hashlib.sha256(header.SerializeToString(deterministic=True) + content).digest()
    return header, bytes(content), digest


def _no_header(what: str) -> HeaderMissing:
    return HeaderMissing(f"the header {what}", violations=[FieldViolation("header", what, "header")])
