"""Plans lodged with one's own unit: what awaits the check of completeness, what was sent back, what is registered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from plumbline.plans.v1 import plans_pb2
from services.console import units
from services.console.door import Page, Turn
from services.console.terms import mark as _

# So many are counted; a register with more waiting says "and more".
COUNTED: Final = 200


@dataclass(frozen=True)
class Tab:
    """One of the lists: its word, and why it may be empty."""

    words: str
    state: plans_pb2.PlanState
    empty: str
    why: str


TABS: Final = {
    "waiting": Tab(
        _("待审核"),
        plans_pb2.PLAN_STATE_LODGED,
        _("没有等待审核的方案"),
        _("下级单位报备的方案都已处理；有新的报备会出现在这里。"),
    ),
    "returned": Tab(
        _("退回补正中"),
        plans_pb2.PLAN_STATE_RETURNED,
        _("没有退回补正中的方案"),
        _("退回的方案都已重新报备，或者还没有退回过方案。"),
    ),
    "registered": Tab(
        _("已备案"),
        plans_pb2.PLAN_STATE_REGISTERED,
        _("还没有已备案的方案"),
        _("方案审核齐全、取得备案号后会列在这里。"),
    ),
}


async def show(turn: Turn) -> Response:
    """One of the lists, who has waited longest first."""
    key = turn.request.query_params.get("tab", "waiting")
    tab = TABS.get(key, TABS["waiting"])
    token = turn.request.query_params.get("page", "")
    answer = await turn.call(
        turn.services.plans.ListPlans,
        _request(turn.viewer.grant.unit, tab.state, page_token=token),
    )
    waiting = await waiting_with(turn, turn.viewer.grant.unit)
    following = {"tab": key, "page": answer.next_page_token}
    return turn.page(
        "lodgings.html",
        tab=tab,
        tabs=TABS,
        plans=answer.plans,
        units=await units.by_id(turn, (plan.unit for plan in answer.plans)),
        age=turn.days_since,
        waiting=waiting,
        counted=counted(turn, waiting),
        next_address=f"/lodgings?{urlencode(following)}" if answer.next_page_token else "",
    )


async def waiting_with(turn: Turn, superior: str) -> Sequence[plans_pb2.Plan]:
    """What waits for a superior's check, the oldest first; at most COUNTED."""
    answer = await turn.call(
        turn.services.plans.ListPlans, _request(superior, plans_pb2.PLAN_STATE_LODGED, page_size=COUNTED)
    )
    plans: Sequence[plans_pb2.Plan] = answer.plans
    return plans


def following(waiting: Sequence[plans_pb2.Plan], done: plans_pb2.Plan) -> plans_pb2.Plan | None:
    """The one to take after another: the next oldest; from the end back to those that were skipped; None at the end."""
    others = [plan for plan in waiting if plan.name != done.name]
    return next((plan for plan in others if _place(plan) > _place(done)), others[0] if others else None)


def counted(turn: Turn, waiting: Sequence[plans_pb2.Plan]) -> str:
    """How many wait, as a text: beyond what is counted, "and more"."""
    return turn.language.number(len(waiting)) + ("+" if len(waiting) == COUNTED else "")


def _place(plan: plans_pb2.Plan) -> tuple[int, int, str]:
    """Where a plan stands in the order of waiting; equal times have one by the names, as in the service."""
    return plan.lodge_time.seconds, plan.lodge_time.nanos, plan.name


def _request(
    superior: str, state: plans_pb2.PlanState, *, page_size: int = 50, page_token: str = ""
) -> plans_pb2.ListPlansRequest:
    return plans_pb2.ListPlansRequest(
        unit=superior,
        superior_unit=superior,
        state=state,
        order=plans_pb2.PLAN_ORDER_LODGE_TIME,
        page_size=page_size,
        page_token=page_token,
    )


PAGES = (Page("/lodgings", show, action="plans.register"),)
