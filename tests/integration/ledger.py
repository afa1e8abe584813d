"""Valid requests about ledgers and plans; a test changes only what matters to it."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from google.type import date_pb2

from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from shared import rpc_client
from shared.clock import SystemClock, day_in
from tests.integration.world import CAMPAIGN, World


def today() -> date:
    """The day in the campaign's zone, by which deadlines are counted."""
    return day_in("Asia/Shanghai", SystemClock().now())


def an_item(**changes: Any) -> plans_pb2.LedgerItem:
    """A sound line of a ledger, due in 30 days; needs `unit` or `unit_code`."""
    fields: dict[str, Any] = {
        "title": "会议过多",
        "wind": "formalism",
        "source": "comment",
        "subject": plans_pb2.SUBJECT_TEAM,
        "responsible_leader": "主要负责人",
        "responsible_department": "办公室",
        "responsible_person": "经办人",
        "due_date": day(today() + timedelta(days=30)),
    }
    return plans_pb2.LedgerItem(**{**fields, **changes})


def a_problem(**changes: Any) -> plans_pb2.CreateProblemRequest:
    """A request that puts one sound problem on a ledger."""
    return plans_pb2.CreateProblemRequest(request_id=request_id(), campaign=CAMPAIGN, item=an_item(**changes))


def a_plan(unit: str, **changes: Any) -> plans_pb2.CreatePlanRequest:
    """A request that drafts a complete plan."""
    fields: dict[str, Any] = {
        "request_id": request_id(),
        "campaign": CAMPAIGN,
        "unit": unit,
        "kind": plans_pb2.PLAN_KIND_RECTIFICATION,
        "title": "领导班子整改方案",
        "measures": [a_measure()],
    }
    return plans_pb2.CreatePlanRequest(**{**fields, **changes})


def a_measure() -> plans_pb2.Measure:
    return plans_pb2.Measure(
        goal="压减会议三成", responsible_person="办公室负责人", due_date=day(today() + timedelta(days=60))
    )


async def problems_of(world: World, code: str, *, token: str = "") -> list[plans_pb2.Problem]:
    """All problems of a unit and those below it, page by page: other tests put hundreds on the same ledgers."""
    stub = plans_pb2_grpc.PlanServiceStub(world.channel("plans"))
    request = plans_pb2.ListProblemsRequest(unit=world.unit(code).id, page_size=200)
    found: list[plans_pb2.Problem] = []
    while True:
        answer = await rpc_client.call(stub.ListProblems, request, token=token or world.admin, deadline_s=10)
        found += answer.problems
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


def day(value: date) -> date_pb2.Date:
    return date_pb2.Date(year=value.year, month=value.month, day=value.day)


def request_id() -> str:
    return str(uuid.uuid4())
