"""The door for calls about ledgers and plans: unpack, one command or query, pack."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc

from plumbline.facts.v1 import facts_pb2
from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from services.plans import queries, uploads, wire
from services.plans.commands import ledgers, lodging, problems
from services.plans.commands.ledgers import LedgerRow
from services.plans.commands.problems import Rules
from services.plans.model import Problem
from shared import names, state_stream
from shared.answers import Answers
from shared.calendar_copies import CalendarCopies
from shared.campaign_copies import CampaignCopies
from shared.clock import Clock
from shared.database import Database, Transaction
from shared.ids import random_uuid
from shared.pages import Pages
from shared.placements import Remembered


class PlanDoor(plans_pb2_grpc.PlanServiceServicer):
    """Answers PlanService."""

    def __init__(
        self, *, answers: Answers, pages: Pages, clock: Clock, campaigns: CampaignCopies, calendars: CalendarCopies
    ) -> None:
        self._answers = answers
        self._pages = pages
        self._clock = clock
        self._campaigns = campaigns
        self._calendars = calendars
        self._rules = Rules(campaigns, calendars)
        self._units = Remembered()

    async def GetProblem(
        self, request: plans_pb2.GetProblemRequest, context: grpc.aio.ServicerContext
    ) -> plans_pb2.Problem:
        async def ask(tx: Transaction) -> plans_pb2.Problem:
            return wire.problem_message(await queries.get_problem(tx, _problem(request.name)))

        return await self._answers.question(ask)

    async def ListProblems(
        self, request: plans_pb2.ListProblemsRequest, context: grpc.aio.ServicerContext
    ) -> plans_pb2.ListProblemsResponse:
        state, light = wire.problem_state_filter(request.state), wire.light_filter(request.light)
        order = wire.problem_order(request.order)
        query = (request.unit, state, light, request.wind, str(request.only_unit), order)

        async def ask(tx: Transaction) -> plans_pb2.ListProblemsResponse:
            page = self._pages.read(tx.call, query=query, page_size=request.page_size, page_token=request.page_token)
            found, last = await queries.list_problems(
                tx,
                request.unit,
                page=page,
                only_unit=request.only_unit,
                state=state,
                light=light,
                wind=request.wind,
                order=order,
            )
            return plans_pb2.ListProblemsResponse(
                problems=[wire.problem_message(problem) for problem in found],
                next_page_token=self._pages.next_token(tx.call, query=query, last_key=last) if last else "",
            )

        return await self._answers.question(ask)

    async def CountProblems(
        self, request: plans_pb2.CountProblemsRequest, context: grpc.aio.ServicerContext
    ) -> plans_pb2.CountProblemsResponse:
        async def ask(tx: Transaction) -> plans_pb2.CountProblemsResponse:
            counts = await queries.count_problems(tx, request.unit, only_unit=request.only_unit)
            return plans_pb2.CountProblemsResponse(counts=[wire.problem_count(*count) for count in counts])

        return await self._answers.question(ask)

    async def ListProblemSteps(
        self, request: plans_pb2.ListProblemStepsRequest, context: grpc.aio.ServicerContext
    ) -> plans_pb2.ListProblemStepsResponse:
        query = (request.name,)

        async def ask(tx: Transaction) -> plans_pb2.ListProblemStepsResponse:
            page = self._pages.read(tx.call, query=query, page_size=request.page_size, page_token=request.page_token)
            found, last = await queries.list_problem_steps(tx, _problem(request.name), page=page)
            return plans_pb2.ListProblemStepsResponse(
                steps=[wire.problem_step(step) for step in found],
                next_page_token=self._pages.next_token(tx.call, query=query, last_key=last) if last else "",
            )

        return await self._answers.question(ask)

    async def CreateProblem(
        self, request: plans_pb2.CreateProblemRequest, context: grpc.aio.ServicerContext
    ) -> plans_pb2.Problem:
        async def record(tx: Transaction) -> plans_pb2.Problem:
            recorded = await self._record(tx, [uploads.row(request.item, where="item")], request.campaign, field="item")
            return wire.problem_message(recorded[0])

        return await self._answers.deed(plans_pb2.Problem, record)

    async def ImportLedger(
        self, requests: AsyncIterator[plans_pb2.ImportLedgerRequest], context: grpc.aio.ServicerContext
    ) -> plans_pb2.ImportLedgerResponse:
        header, rows, digest = await uploads.collect(requests)

        async def record(tx: Transaction) -> plans_pb2.ImportLedgerResponse:
            recorded = await self._record(tx, rows, header.campaign, field="items")
            return plans_pb2.ImportLedgerResponse(
                problems=len(recorded),
                units=len({problem.unit for problem in recorded}),
                names=[problem.name for problem in recorded],
            )

        return await self._answers.upload(
            plans_pb2.ImportLedgerResponse, record, request_id=header.request_id, content_digest=digest
        )

    async def _record(self, tx: Transaction, rows: list[LedgerRow], campaign_id: str, *, field: str) -> list[Problem]:
        return await ledgers.record(
            tx,
            rows,
            known=self._units,
            campaign=await self._campaigns.find(tx, campaign_id),
            calendar=await self._calendars.find(tx),
            new_id=random_uuid,
            now=self._clock.now(),
            field=field,
        )

    async def ReportProgress(
        self, request: plans_pb2.ReportProgressRequest, context: grpc.aio.ServicerContext
    ) -> plans_pb2.Problem:
        async def report(tx: Transaction) -> plans_pb2.Problem:
            problem = await problems.report_progress(
                tx,
                _problem(request.name),
                etag=request.etag,
                percent_done=request.percent_done,
                remark=request.remark,
                rules=self._rules,
                now=self._clock.now(),
            )
            return wire.problem_message(problem)

        return await self._answers.deed(plans_pb2.Problem, report)

    async def ReportDone(
        self, request: plans_pb2.ReportDoneRequest, context: grpc.aio.ServicerContext
    ) -> plans_pb2.Problem:
        async def report(tx: Transaction) -> plans_pb2.Problem:
            name = _problem(request.name)
            problem = await problems.report_done(
                tx, name, etag=request.etag, remark=request.remark, rules=self._rules, now=self._clock.now()
            )
            return wire.problem_message(problem)

        return await self._answers.deed(plans_pb2.Problem, report)

    async def VerifyProblem(
        self, request: plans_pb2.VerifyProblemRequest, context: grpc.aio.ServicerContext
    ) -> plans_pb2.Problem:
        async def verify(tx: Transaction) -> plans_pb2.Problem:
            problem = await problems.verify(
                tx,
                _problem(request.name),
                etag=request.etag,
                confirmed=request.verdict == plans_pb2.VERDICT_CONFIRMED,
                remark=request.remark,
                rules=self._rules,
                now=self._clock.now(),
            )
            return wire.problem_message(problem)

        return await self._answers.deed(plans_pb2.Problem, verify)

    async def DeregisterProblem(
        self, request: plans_pb2.DeregisterProblemRequest, context: grpc.aio.ServicerContext
    ) -> plans_pb2.Problem:
        async def deregister(tx: Transaction) -> plans_pb2.Problem:
            name = _problem(request.name)
            problem = await problems.deregister(tx, name, etag=request.etag, rules=self._rules, now=self._clock.now())
            return wire.problem_message(problem)

        return await self._answers.deed(plans_pb2.Problem, deregister)

    async def GetPlan(self, request: plans_pb2.GetPlanRequest, context: grpc.aio.ServicerContext) -> plans_pb2.Plan:
        async def ask(tx: Transaction) -> plans_pb2.Plan:
            return wire.plan_message(await queries.get_plan(tx, _plan(request.name)))

        return await self._answers.question(ask)

    async def ListPlans(
        self, request: plans_pb2.ListPlansRequest, context: grpc.aio.ServicerContext
    ) -> plans_pb2.ListPlansResponse:
        state = wire.plan_state_filter(request.state)
        order = wire.plan_order(request.order)
        query = (request.unit, state, request.superior_unit, str(request.only_unit), order)

        async def ask(tx: Transaction) -> plans_pb2.ListPlansResponse:
            page = self._pages.read(tx.call, query=query, page_size=request.page_size, page_token=request.page_token)
            found, last = await queries.list_plans(
                tx,
                request.unit,
                page=page,
                only_unit=request.only_unit,
                state=state,
                superior_unit=request.superior_unit,
                order=order,
            )
            return plans_pb2.ListPlansResponse(
                plans=[wire.plan_message(plan) for plan in found],
                next_page_token=self._pages.next_token(tx.call, query=query, last_key=last) if last else "",
            )

        return await self._answers.question(ask)

    async def ListPlanSteps(
        self, request: plans_pb2.ListPlanStepsRequest, context: grpc.aio.ServicerContext
    ) -> plans_pb2.ListPlanStepsResponse:
        query = (request.name,)

        async def ask(tx: Transaction) -> plans_pb2.ListPlanStepsResponse:
            page = self._pages.read(tx.call, query=query, page_size=request.page_size, page_token=request.page_token)
            found, last = await queries.list_plan_steps(tx, _plan(request.name), page=page)
            return plans_pb2.ListPlanStepsResponse(
                steps=[wire.plan_step(step) for step in found],
                next_page_token=self._pages.next_token(tx.call, query=query, last_key=last) if last else "",
            )

        return await self._answers.question(ask)

    async def CreatePlan(
        self, request: plans_pb2.CreatePlanRequest, context: grpc.aio.ServicerContext
    ) -> plans_pb2.Plan:
        async def create(tx: Transaction) -> plans_pb2.Plan:
            plan = await lodging.create(
                tx,
                unit_id=request.unit,
                campaign=await self._campaigns.find(tx, request.campaign),
                kind=wire.plan_kind(request.kind),
                title=request.title,
                measures=wire.measures(request.measures),
                plan_id=random_uuid(),
                now=self._clock.now(),
            )
            return wire.plan_message(plan)

        return await self._answers.deed(plans_pb2.Plan, create)

    async def UpdatePlan(
        self, request: plans_pb2.UpdatePlanRequest, context: grpc.aio.ServicerContext
    ) -> plans_pb2.Plan:
        async def update(tx: Transaction) -> plans_pb2.Plan:
            plan = await lodging.update(
                tx,
                _plan(request.name),
                etag=request.etag,
                title=request.title,
                measures=wire.measures(request.measures),
                now=self._clock.now(),
            )
            return wire.plan_message(plan)

        return await self._answers.deed(plans_pb2.Plan, update)

    async def LodgePlan(self, request: plans_pb2.LodgePlanRequest, context: grpc.aio.ServicerContext) -> plans_pb2.Plan:
        async def lodge(tx: Transaction) -> plans_pb2.Plan:
            name = _plan(request.name)
            plan = await lodging.lodge(tx, name, etag=request.etag, new_id=random_uuid, now=self._clock.now())
            return wire.plan_message(plan)

        return await self._answers.deed(plans_pb2.Plan, lodge)

    async def RegisterPlan(
        self, request: plans_pb2.RegisterPlanRequest, context: grpc.aio.ServicerContext
    ) -> plans_pb2.Plan:
        async def register(tx: Transaction) -> plans_pb2.Plan:
            name = _plan(request.name)
            plan = await lodging.register(
                tx, name, etag=request.etag, campaigns=self._campaigns, new_id=random_uuid, now=self._clock.now()
            )
            return wire.plan_message(plan)

        return await self._answers.deed(plans_pb2.Plan, register)

    async def ReturnPlan(
        self, request: plans_pb2.ReturnPlanRequest, context: grpc.aio.ServicerContext
    ) -> plans_pb2.Plan:
        async def send_back(tx: Transaction) -> plans_pb2.Plan:
            plan = await lodging.send_back(
                tx,
                _plan(request.name),
                etag=request.etag,
                reason=request.reason,
                new_id=random_uuid,
                now=self._clock.now(),
            )
            return wire.plan_message(plan)

        return await self._answers.deed(plans_pb2.Plan, send_back)


class PlanStateDoor(plans_pb2_grpc.PlanStateServiceServicer):
    """Answers PlanStateService: the present state as facts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def StreamState(
        self, request: facts_pb2.StreamStateRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[facts_pb2.StreamStateResponse]:
        async for response in state_stream.stream(
            self._database, lambda tx: queries.state_facts(tx, path=request.path)
        ):
            yield response


def _problem(name: str) -> names.Name:
    return names.parse(name, collection="problems")


def _plan(name: str) -> names.Name:
    return names.parse(name, collection="plans")
