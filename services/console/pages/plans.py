"""One plan: what it holds, what passed between its unit and the superior, and what may be done now (LE-2)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import Response

from plumbline.directory.v1 import directory_pb2
from plumbline.plans.v1 import plans_pb2
from services.console import names, units
from services.console.door import Page, Turn
from services.console.pages import lodgings
from services.console.terms import State
from services.console.terms import mark as _
from shared import dates
from shared.clock import day_in
from shared.rpc_client import RemoteFailure, RemoteRefusal

# With the unit: it may be changed and lodged.
WITH_UNIT: Final = (plans_pb2.PLAN_STATE_DRAFT, plans_pb2.PLAN_STATE_RETURNED)

# What is most often missing, to be ticked; the officer's own words come after.
USUAL_REASONS: Final = (
    _("措施不具体，缺少可检查的目标"),
    _("责任没有落实到人"),
    _("完成时限不明确或过长"),
    _("没有覆盖问题清单所列问题"),
    _("未经集体研究或未由主要负责人签字"),
)

# A measure that was to be done before its plan was even lodged.
PAST: Final = State(_("早于报备之日"), "triangle", "yellow")

DEEDS: Final = {
    plans_pb2.PLAN_DEED_LODGED: _("报备"),
    plans_pb2.PLAN_DEED_RETURNED: _("退回补正"),
    plans_pb2.PLAN_DEED_REGISTERED: _("备案"),
}


async def show(turn: Turn) -> Response:
    """The plan as it stands."""
    return await _draw(turn, _name(turn))


async def act(turn: Turn) -> Response:
    """One deed, by the button that was pressed; what is refused is told on the same page, with what was typed."""
    form = await turn.form()
    deed = DONE_BY.get(str(form.get("deed", "")))
    if deed is None:
        return await _draw(turn, _name(turn))
    try:
        return await deed(turn, form)
    except (RemoteRefusal, RemoteFailure) as error:
        ticked = [str(reason) for reason in form.getlist("usual")]
        return await _draw(turn, _name(turn), refusal=error, ticked=ticked, own=str(form.get("own", "")))


async def _register(turn: Turn, form: FormData) -> Response:
    """Complete: it gets a number, and the next one waiting comes up."""
    plan = await turn.call(turn.services.plans.RegisterPlan, plans_pb2.RegisterPlanRequest(**_aimed(turn, form)))
    said = turn.words("已备案：%(title)s，备案号 %(number)s。", title=plan.title, number=plan.registration_number)
    return await _on_to_next(turn, plan, said)


async def _send_back(turn: Turn, form: FormData) -> Response:
    """Not complete: back to the unit with the reasons, and the next one waiting comes up."""
    reasons = [*form.getlist("usual"), form.get("own", "")]
    request = plans_pb2.ReturnPlanRequest(
        **_aimed(turn, form), reason="；".join(str(reason).strip() for reason in reasons if str(reason).strip())
    )
    plan = await turn.call(turn.services.plans.ReturnPlan, request)
    return await _on_to_next(turn, plan, turn.words("已退回补正：%(title)s。", title=plan.title))


async def _lodge(turn: Turn, form: FormData) -> Response:
    """With the superior from now on."""
    plan = await turn.call(turn.services.plans.LodgePlan, plans_pb2.LodgePlanRequest(**_aimed(turn, form)))
    return turn.go(names.path_of(plan.name), notice=turn.words("已报备，等待上级审核材料是否齐全。"))


DONE_BY: Final[Mapping[str, Callable[[Turn, FormData], Awaitable[Response]]]] = {
    "register": _register,
    "return": _send_back,
    "lodge": _lodge,
}


async def _on_to_next(turn: Turn, done: plans_pb2.Plan, said: str) -> Response:
    """To the plan that has waited longest after the one that is done, and how many are left."""
    waiting = await lodgings.waiting_with(turn, done.superior_unit)
    after = lodgings.following(waiting, done)
    if after is None:
        return turn.go("/lodgings", notice=said + turn.words("待审核的方案已全部处理。"))
    left = turn.words("剩余 %(count)s 件，下面是下一件。", count=lodgings.counted(turn, waiting))
    return turn.go(names.path_of(after.name), notice=said + left)


async def _draw(
    turn: Turn,
    name: str,
    *,
    refusal: RemoteRefusal | RemoteFailure | None = None,
    ticked: Sequence[str] = (),
    own: str = "",
) -> Response:
    plan = await turn.call(turn.services.plans.GetPlan, plans_pb2.GetPlanRequest(name=name))
    known = await units.by_id(turn, (plan.unit, plan.superior_unit))
    receives = may_check(turn, known.get(plan.superior_unit))
    checks = receives and plan.state == plans_pb2.PLAN_STATE_LODGED
    waiting = await lodgings.waiting_with(turn, plan.superior_unit) if checks else []
    place = next((number for number, each in enumerate(waiting, 1) if each.name == plan.name), 0)
    return turn.page(
        "plan.html",
        refusal=refusal,
        plan=plan,
        unit=known.get(plan.unit),
        superior=known.get(plan.superior_unit),
        is_lodged=plan.state == plans_pb2.PLAN_STATE_LODGED,
        is_returned=plan.state == plans_pb2.PLAN_STATE_RETURNED,
        steps=await steps_of(turn, plan.name),
        deeds=DEEDS,
        last_due=max((dates.day(each.due_date, field="due_date") for each in plan.measures), default=None),
        people=len({each.responsible_person for each in plan.measures}),
        overdue=_overdue(turn, plan),
        past=PAST,
        age=turn.days_since,
        receives=receives,
        checks=checks,
        place=place,
        waiting=waiting,
        counted=lodgings.counted(turn, waiting),
        before=waiting[place - 2] if place > 1 else None,
        after=waiting[place] if 0 < place < len(waiting) else None,
        usual_reasons=USUAL_REASONS,
        ticked=ticked,
        own=own,
        writes=may_write(turn, plan),
        section="/lodgings" if turn.viewer.may("plans.register") else "/desk",
    )


def may_check(turn: Turn, superior: directory_pb2.Unit | None) -> bool:
    """Whether registering and returning are offered: to whoever acts for the superior, or above it."""
    acts = superior is not None and superior.path.startswith(turn.viewer.grant.path)
    return acts and turn.viewer.may("plans.register")


def may_write(turn: Turn, plan: plans_pb2.Plan) -> bool:
    """Whether changing and lodging are offered: to the plan's own unit while the plan is with it."""
    return plan.state in WITH_UNIT and plan.unit == turn.viewer.grant.unit and turn.viewer.may("plans.write_plan")


async def steps_of(turn: Turn, name: str) -> list[plans_pb2.PlanStep]:
    """Everything that passed between the unit and its superior, oldest first."""
    request = plans_pb2.ListPlanStepsRequest(name=name, page_size=200)
    steps: list[plans_pb2.PlanStep] = []
    while True:
        answer = await turn.call(turn.services.plans.ListPlanSteps, request)
        steps += answer.steps
        if not answer.next_page_token:
            return steps
        request.page_token = answer.next_page_token


def _overdue(turn: Turn, plan: plans_pb2.Plan) -> Callable[[plans_pb2.Measure], bool]:
    """Says of a measure whether its day lies before the plan was lodged, or would be if it were lodged today."""
    zone = turn.house.config.zone
    lodged = dates.instant(plan.lodge_time) if plan.HasField("lodge_time") else turn.house.clock.now()
    day = day_in(zone, lodged)
    return lambda measure: dates.day(measure.due_date, field="due_date") < day


def _name(turn: Turn) -> str:
    return names.name_of("plans", turn.request.path_params["tenant"], turn.request.path_params["key"])


def _aimed(turn: Turn, form: FormData) -> dict[str, str]:
    """What every deed says: to which plan, as it was read, and by which id it is done once."""
    return {
        "name": _name(turn),
        "request_id": str(form.get("request_id", "")),
        "etag": str(form.get("etag", "")),
    }


PAGES = (
    Page("/plans/{tenant}/{key}", show, action="plans.read"),
    Page("/plans/{tenant}/{key}", act, action="plans.read", methods=("POST",)),
)
