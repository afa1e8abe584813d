"""Writing a plan: a new one of one's own unit, or one that is with the unit still or again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from starlette.datastructures import FormData
from starlette.responses import Response

from plumbline.directory.v1 import directory_pb2
from plumbline.plans.v1 import plans_pb2
from services.console import names, terms
from services.console.door import Page, Turn
from services.console.pages.plans import may_write
from services.console.terms import mark as _
from shared import dates
from shared.rpc_client import RemoteFailure, RemoteRefusal

# Rows offered to somebody who begins; more come one at a time.
FIRST_ROWS: Final = 3
# What the service takes.
MOST_ROWS: Final = 500

NO_GOAL: Final = _("第 %(number)s 条缺少目标")
NO_PERSON: Final = _("第 %(number)s 条缺少责任人")
NO_DAY: Final = _("第 %(number)s 条缺少完成时限")


@dataclass(frozen=True)
class Gap:
    """What one row lacks."""

    number: int
    words: str


@dataclass(frozen=True)
class Row:
    """A measure as it stands in the form, whatever was typed."""

    goal: str = ""
    person: str = ""
    due: str = ""
    problem: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.goal.strip() or self.person.strip() or self.due.strip())


@dataclass(frozen=True)
class Draft:
    """The form as it stands. name: of the plan that is changed; empty for a new one."""

    name: str = ""
    etag: str = ""
    campaign: str = ""
    kind: plans_pb2.PlanKind = plans_pb2.PLAN_KIND_RECTIFICATION
    title: str = ""
    rows: tuple[Row, ...] = (Row(),) * FIRST_ROWS


async def begin(turn: Turn) -> Response:
    """An empty form."""
    return await _draw(turn, Draft())


async def create(turn: Turn) -> Response:
    """Saves the new plan, and lodges it if that was asked for."""
    return await _take(turn, "")


async def edit(turn: Turn) -> Response:
    """The form of a plan that may be changed; of any other, its page."""
    plan = await turn.call(turn.services.plans.GetPlan, plans_pb2.GetPlanRequest(name=_name(turn)))
    if not may_write(turn, plan):
        return turn.go(names.path_of(plan.name))
    return await _draw(turn, draft_of(plan))


async def change(turn: Turn) -> Response:
    """Saves the plan, and lodges it if that was asked for."""
    return await _take(turn, _name(turn))


async def _take(turn: Turn, name: str) -> Response:
    """What was asked for by the button that was pressed; what is refused is told on the form as it was typed."""
    form = await turn.form()
    draft = read(form, name)
    asked = str(form.get("deed", ""))
    if asked not in ("save", "lodge"):
        return await _draw(turn, reshaped(draft, asked))
    gaps = gaps_of(draft)
    if gaps:
        return await _draw(turn, draft, gaps=gaps)
    request_id = str(form.get("request_id", ""))
    try:
        plan = await _save(turn, draft, request_id)
    except (RemoteRefusal, RemoteFailure) as error:
        return await _draw(turn, draft, refusal=error)
    if asked == "save":
        return turn.go(names.path_of(plan.name), notice=turn.words("已保存，还没有报备。"))
    lodging = plans_pb2.LodgePlanRequest(name=plan.name, request_id=request_of_lodging(request_id), etag=plan.etag)
    try:
        await turn.call(turn.services.plans.LodgePlan, lodging)
    except (RemoteRefusal, RemoteFailure) as error:
        # Saved is saved: from here on it is this plan that is written, not another new one.
        return await _draw(turn, draft_of(plan), refusal=error)
    return turn.go(names.path_of(plan.name), notice=turn.words("已报备，等待上级审核材料是否齐全。"))


async def _save(turn: Turn, draft: Draft, request_id: str) -> plans_pb2.Plan:
    measures = [measure_of(row) for row in draft.rows if not row.is_blank]
    plan: plans_pb2.Plan
    if draft.name:
        changing = plans_pb2.UpdatePlanRequest(
            name=draft.name, request_id=request_id, etag=draft.etag, title=draft.title, measures=measures
        )
        plan = await turn.call(turn.services.plans.UpdatePlan, changing)
        return plan
    creating = plans_pb2.CreatePlanRequest(
        request_id=request_id,
        campaign=draft.campaign,
        unit=turn.viewer.grant.unit,
        kind=draft.kind,
        title=draft.title,
        measures=measures,
    )
    plan = await turn.call(turn.services.plans.CreatePlan, creating)
    return plan


async def _draw(
    turn: Turn,
    draft: Draft,
    *,
    gaps: Sequence[Gap] = (),
    refusal: RemoteRefusal | RemoteFailure | None = None,
) -> Response:
    campaigns: Sequence[directory_pb2.Campaign] = ()
    if not draft.name:
        request = directory_pb2.ListCampaignsRequest(page_size=200)
        campaigns = (await turn.call(turn.services.directory.ListCampaigns, request)).campaigns
    return turn.page(
        "plan_form.html",
        status=400 if gaps else 200,
        gaps=gaps,
        refusal=refusal,
        draft=draft,
        campaigns=campaigns,
        address=f"{names.path_of(draft.name)}/edit" if draft.name else "/plans/new",
        full=len(draft.rows) >= MOST_ROWS,
        section="/desk",
    )


def draft_of(plan: plans_pb2.Plan) -> Draft:
    """The form of a plan as it is kept."""
    rows = tuple(
        Row(
            goal=measure.goal,
            person=measure.responsible_person,
            due=dates.day(measure.due_date, field="due_date").isoformat(),
            problem=measure.problem,
        )
        for measure in plan.measures
    )
    return Draft(
        name=plan.name,
        etag=plan.etag,
        campaign=plan.campaign,
        kind=plan.kind,
        title=plan.title,
        rows=rows or Draft().rows,
    )


def read(form: FormData, name: str) -> Draft:
    """The form as it was sent."""
    columns = [[str(value) for value in form.getlist(field)] for field in ("goal", "person", "due", "problem")]
    kinds = {str(kind): kind for kind in terms.PLAN_KINDS}
    return Draft(
        name=name,
        etag=str(form.get("etag", "")),
        campaign=str(form.get("campaign", "")),
        kind=kinds.get(str(form.get("kind", "")), plans_pb2.PLAN_KIND_RECTIFICATION),
        title=str(form.get("title", "")).strip(),
        rows=tuple(Row(*cells) for cells in zip(*columns, strict=False)),
    )


def reshaped(draft: Draft, asked: str) -> Draft:
    """The form with one row more, or without one; with anything else asked, as it is."""
    rows = list(draft.rows)
    if asked == "add" and len(rows) < MOST_ROWS:
        rows.append(Row())
    word, _, number = asked.partition(":")
    if word == "drop" and number.isdecimal() and int(number) < len(rows):
        del rows[int(number)]
    return Draft(draft.name, draft.etag, draft.campaign, draft.kind, draft.title, tuple(rows) or (Row(),))


def gaps_of(draft: Draft) -> list[Gap]:
    """What rows that were begun lack, told by their numbers on the page; the service knows no blank rows between."""
    return [
        Gap(number, words)
        for number, row in enumerate(draft.rows, 1)
        if not row.is_blank
        for words, there in ((NO_GOAL, row.goal.strip()), (NO_PERSON, row.person.strip()), (NO_DAY, _day(row.due)))
        if not there
    ]


def _day(due: str) -> date | None:
    try:
        return date.fromisoformat(due)
    except ValueError:
        return None


def measure_of(row: Row) -> plans_pb2.Measure:
    """A row as a measure; a day that is none is left out, and the service says that it is missing."""
    day = _day(row.due)
    return plans_pb2.Measure(
        goal=row.goal.strip(),
        responsible_person=row.person.strip(),
        due_date=None if day is None else dates.date_message(day),
        problem=row.problem,
    )


def request_of_lodging(request_id: str) -> str:
    """The id of the lodging that follows a saving: the same when both are sent again, so that each is done once."""
    try:
        return str(uuid5(UUID(request_id), "lodge"))
    except ValueError:
        return request_id


def _name(turn: Turn) -> str:
    return names.name_of("plans", turn.request.path_params["tenant"], turn.request.path_params["key"])


PAGES = (
    Page("/plans/new", begin, action="plans.write_plan"),
    Page("/plans/new", create, action="plans.write_plan", methods=("POST",)),
    Page("/plans/{tenant}/{key}/edit", edit, action="plans.write_plan"),
    Page("/plans/{tenant}/{key}/edit", change, action="plans.write_plan", methods=("POST",)),
)
