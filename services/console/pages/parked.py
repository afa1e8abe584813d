"""Facts that a service could not apply, service by service: looked at, and tried once more."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from plumbline.facts.v1 import facts_pb2
from services.console import refusals
from services.console.door import Page, Turn
from services.console.refusals import Told
from services.console.terms import mark as _
from shared.config import SERVICES
from shared.rpc_client import RemoteFailure, RemoteRefusal

# A service with more parked facts than that has one trouble, not many.
SHOWN: Final = 100

# What each service is called by whoever runs it.
SERVICE_WORDS: Final = {
    "directory": _("组织与人员"),
    "plans": _("方案与台账"),
    "inspections": _("督查检查服务"),
    "referrals": _("线索移交服务"),
    "rollups": _("逐级汇总服务"),
    "audit": _("审计日志"),
}

# Types that are not here are shown as they are: a service newer than this console may send them.
TYPE_WORDS: Final = {
    "directory.units_placed": _("单位的层级位置"),
    "directory.campaign_defined": _("活动定义"),
    "directory.calendar_defined": _("工作日历"),
    "plans.problem_changed": _("问题的变化"),
    "plans.plan_changed": _("方案的变化"),
    "plans.plan_lodged": _("方案报备"),
    "plans.plan_returned": _("方案被退回补正"),
    "inspections.visit_changed": _("检查的变化"),
    "inspections.finding_raised": _("督查发现"),
    "referrals.referral_changed": _("线索移交的变化"),
}


@dataclass(frozen=True)
class Shelf:
    """One service's parked facts, or why they cannot be told."""

    service: str
    facts: Sequence[facts_pb2.ParkedFact] = ()
    more: bool = False
    told: Told | None = None


async def show(turn: Turn) -> Response:
    """All services, asked at once; one that is away does not hide the others."""
    return await _draw(turn)


async def redrive(turn: Turn) -> Response:
    """One fact once more; what still fails stays where it is, and the page says why."""
    form = await turn.form()
    service = str(form.get("service", ""))
    if service not in SERVICES:
        return await _draw(turn)
    request = facts_pb2.RedriveParkedFactRequest(
        name=str(form.get("fact", "")), request_id=str(form.get("request_id", ""))
    )
    try:
        await turn.call(turn.services.parked_facts(service).RedriveParkedFact, request)
    except (RemoteRefusal, RemoteFailure) as error:
        return await _draw(turn, refusal=error)
    return turn.go("/parked", notice=turn.words("已重新投递并采纳，不再搁置。"))


async def _draw(turn: Turn, *, refusal: RemoteRefusal | RemoteFailure | None = None) -> Response:
    shelves = await asyncio.gather(*(_shelf(turn, service) for service in SERVICES))
    return turn.page(
        "parked.html",
        refusal=refusal,
        shelves=shelves,
        parked=sum(len(shelf.facts) for shelf in shelves),
        away=[shelf for shelf in shelves if shelf.told is not None],
        service_words=SERVICE_WORDS,
        type_words=TYPE_WORDS,
        redrives=turn.viewer.may("facts.redrive"),
        age=turn.days_since,
    )


async def _shelf(turn: Turn, service: str) -> Shelf:
    try:
        answer = await turn.call(
            turn.services.parked_facts(service).ListParkedFacts, facts_pb2.ListParkedFactsRequest(page_size=SHOWN)
        )
    except (RemoteRefusal, RemoteFailure) as error:
        return Shelf(service, told=refusals.told(error, turn.language))
    return Shelf(service, facts=answer.parked_facts, more=bool(answer.next_page_token))


PAGES = (
    Page("/parked", show, action="facts.read_parked"),
    Page("/parked", redrive, action="facts.redrive", methods=("POST",)),
)
