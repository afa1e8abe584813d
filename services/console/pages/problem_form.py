"""Recording a problem on a unit's ledger: one form, and what is wrong told where it was typed (RC-1, RC-3)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from google.type import date_pb2
from starlette.datastructures import FormData
from starlette.responses import Response

from plumbline.directory.v1 import directory_pb2
from plumbline.plans.v1 import plans_pb2
from services.console import names, refusals, terms
from services.console.door import Page, Turn
from services.console.terms import mark as _
from shared import dates
from shared.campaigns import Campaign
from shared.rpc_client import RemoteFailure, RemoteRefusal

# A finding comes by itself from its visit; everything else is somebody's to record.
SOURCES: Final = {code: words for code, words in terms.SOURCES.items() if code != "finding"}
MOST_DAYS: Final = 2000


@dataclass(frozen=True)
class Draft:
    """The form as it stands, whatever was typed."""

    unit: str = ""
    campaign: str = ""
    title: str = ""
    wind: str = ""
    source: str = "self_examination"
    subject: str = str(int(plans_pb2.SUBJECT_TEAM))
    responsible_leader: str = ""
    responsible_department: str = ""
    responsible_person: str = ""
    due_date: str = ""
    due_working_days: str = ""


async def begin(turn: Turn) -> Response:
    """An empty form, for one's own unit or the one that the address names."""
    query = turn.request.query_params
    unit = query.get("unit", "") or turn.viewer.grant.unit
    return await _draw(turn, Draft(unit=unit, campaign=query.get("campaign", "")))


async def record(turn: Turn) -> Response:
    """Puts it on the ledger, and on to its page."""
    form = await turn.form()
    draft = read(form)
    request = plans_pb2.CreateProblemRequest(
        request_id=str(form.get("request_id", "")), campaign=draft.campaign, item=item_of(draft)
    )
    try:
        problem = await turn.call(turn.services.plans.CreateProblem, request)
    except (RemoteRefusal, RemoteFailure) as error:
        return await _draw(turn, draft, refusal=error)
    due = turn.language.day(dates.day(problem.due_date, field="due_date"))
    return turn.go(names.path_of(problem.name), notice=turn.words(_("已列入台账，期限 %(day)s。"), day=due))


async def _draw(turn: Turn, draft: Draft, *, refusal: RemoteRefusal | RemoteFailure | None = None) -> Response:
    unit, listed = await asyncio.gather(
        turn.call(turn.services.directory.GetUnit, directory_pb2.GetUnitRequest(id=draft.unit)),
        turn.call(turn.services.directory.ListCampaigns, directory_pb2.ListCampaignsRequest(page_size=200)),
    )
    campaigns: Sequence[directory_pb2.Campaign] = listed.campaigns
    chosen = await _chosen(turn, campaigns, draft.campaign)
    return turn.page(
        "problem_form.html",
        refusal=refusal,
        section="/desk",
        draft=draft,
        unit=unit,
        back="/desk" if draft.unit == turn.viewer.grant.unit else f"/units/{draft.unit}",
        campaigns=campaigns,
        campaign=chosen,
        sources=SOURCES,
        faults={} if refusal is None else faults(refusals.told(refusal, turn.language).details),
        most_days=MOST_DAYS,
    )


async def _chosen(turn: Turn, campaigns: Sequence[directory_pb2.Campaign], wanted: str) -> Campaign | None:
    """The campaign whose winds are offered: the one asked for, else the first; None where there is none."""
    ids = [campaign.name.removeprefix("campaigns/") for campaign in campaigns]
    if not ids:
        return None
    return await turn.campaign(wanted if wanted in ids else ids[0])


def read(form: FormData) -> Draft:
    """The form as it was sent."""
    return Draft(**{name: str(form.get(name, "")).strip() for name in Draft.__dataclass_fields__})


def item_of(draft: Draft) -> plans_pb2.LedgerItem:
    """The form as the service takes it; a day or a number that is none is left out, and the service says so."""
    subjects = {str(int(subject)): subject for subject in terms.SUBJECTS}
    days = draft.due_working_days
    return plans_pb2.LedgerItem(
        unit=draft.unit,
        title=draft.title,
        wind=draft.wind,
        source=draft.source,
        subject=subjects.get(draft.subject, plans_pb2.SUBJECT_TEAM),
        responsible_leader=draft.responsible_leader,
        responsible_department=draft.responsible_department,
        responsible_person=draft.responsible_person,
        due_date=_day(draft.due_date),
        due_working_days=int(days) if days.isascii() and days.isdecimal() and int(days) <= MOST_DAYS else 0,
    )


def _day(typed: str) -> date_pb2.Date | None:
    try:
        return dates.date_message(date.fromisoformat(typed))
    except ValueError:
        return None


def faults(details: Sequence[tuple[str, str]]) -> Mapping[str, str]:
    """What is wrong, by the field of the form where it was typed."""
    found: dict[str, str] = {}
    for field, why in details:
        part = field.removeprefix("item.").split(".")[0]
        found.setdefault("due_date" if part == "due_working_days" else part, why)
    return found


PAGES = (
    Page("/problems/new", begin, action="plans.record_problem"),
    Page("/problems/new", record, action="plans.record_problem", methods=("POST",)),
)
