"""The door for calls about referrals: unpack, one command or query, pack."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc

from plumbline.facts.v1 import facts_pb2
from plumbline.referrals.v1 import referrals_pb2, referrals_pb2_grpc
from services.referrals import commands, queries, wire
from services.referrals.clients import Inspections
from shared import names, state_stream
from shared.answers import Answers
from shared.clock import Clock
from shared.database import Database, Transaction
from shared.ids import random_uuid
from shared.pages import Pages


class ReferralDoor(referrals_pb2_grpc.ReferralServiceServicer):
    """Answers ReferralService."""

    def __init__(self, *, answers: Answers, pages: Pages, clock: Clock, inspections: Inspections) -> None:
        self._answers = answers
        self._pages = pages
        self._clock = clock
        self._inspections = inspections

    async def CreateReferral(
        self, request: referrals_pb2.CreateReferralRequest, context: grpc.aio.ServicerContext
    ) -> referrals_pb2.Referral:
        # Asked first: no call to another service happens inside a transaction.
        finding = await self._inspections.finding(request.finding, context=context)

        async def refer(tx: Transaction) -> referrals_pb2.Referral:
            referral = await commands.refer(
                tx,
                finding,
                receiver=request.receiver,
                summary=request.summary,
                policy_basis=request.policy_basis,
                referral_id=random_uuid(),
                now=self._clock.now(),
            )
            return wire.referral_message(referral)

        return await self._answers.deed(referrals_pb2.Referral, refer)

    async def GetReferral(
        self, request: referrals_pb2.GetReferralRequest, context: grpc.aio.ServicerContext
    ) -> referrals_pb2.Referral:
        async def ask(tx: Transaction) -> referrals_pb2.Referral:
            return wire.referral_message(await queries.get(tx, _name(request.name)))

        return await self._answers.question(ask)

    async def ListReferrals(
        self, request: referrals_pb2.ListReferralsRequest, context: grpc.aio.ServicerContext
    ) -> referrals_pb2.ListReferralsResponse:
        state, order = wire.state_filter(request.state), wire.order(request.order)
        query = (request.unit, state, order)

        async def ask(tx: Transaction) -> referrals_pb2.ListReferralsResponse:
            page = self._pages.read(tx.call, query=query, page_size=request.page_size, page_token=request.page_token)
            found, last = await queries.list_(tx, request.unit, page=page, state=state, order=order)
            return referrals_pb2.ListReferralsResponse(
                referrals=[wire.referral_message(referral) for referral in found],
                next_page_token=self._pages.next_token(tx.call, query=query, last_key=last) if last else "",
            )

        return await self._answers.question(ask)

    async def AcceptReferral(
        self, request: referrals_pb2.AcceptReferralRequest, context: grpc.aio.ServicerContext
    ) -> referrals_pb2.Referral:
        async def accept(tx: Transaction) -> referrals_pb2.Referral:
            name = _name(request.name)
            return wire.referral_message(await commands.accept(tx, name, etag=request.etag, now=self._clock.now()))

        return await self._answers.deed(referrals_pb2.Referral, accept)

    async def ReturnReferral(
        self, request: referrals_pb2.ReturnReferralRequest, context: grpc.aio.ServicerContext
    ) -> referrals_pb2.Referral:
        async def give_back(tx: Transaction) -> referrals_pb2.Referral:
            referral = await commands.give_back(
                tx, _name(request.name), etag=request.etag, reason=request.reason, now=self._clock.now()
            )
            return wire.referral_message(referral)

        return await self._answers.deed(referrals_pb2.Referral, give_back)

    async def RecordOutcome(
        self, request: referrals_pb2.RecordOutcomeRequest, context: grpc.aio.ServicerContext
    ) -> referrals_pb2.Referral:
        async def conclude(tx: Transaction) -> referrals_pb2.Referral:
            referral = await commands.conclude(
                tx,
                _name(request.name),
                etag=request.etag,
                outcome=wire.outcome(request.outcome),
                remark=request.remark,
                now=self._clock.now(),
            )
            return wire.referral_message(referral)

        return await self._answers.deed(referrals_pb2.Referral, conclude)


class ReferralStateDoor(referrals_pb2_grpc.ReferralStateServiceServicer):
    """Answers ReferralStateService: the present state as facts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def StreamState(
        self, request: facts_pb2.StreamStateRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[facts_pb2.StreamStateResponse]:
        async for response in state_stream.stream(
            self._database, lambda tx: queries.state_facts(tx, path=request.path)
        ):
            yield response


def _name(text: str) -> names.Name:
    return names.parse(text, collection="referrals")
