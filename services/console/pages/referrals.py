"""Findings handed to the competent body: sealed matter, of which every reading is itself recorded (AC-4, AC-6).

That is why nothing here counts or looks ahead: a page reads no record that it does not show.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.responses import Response

from plumbline.inspections.v1 import inspections_pb2
from plumbline.referrals.v1 import referrals_pb2
from services.console import names, terms, units
from services.console.door import Page, Turn
from services.console.terms import mark as _
from shared.rpc_client import RemoteFailure, RemoteRefusal


@dataclass(frozen=True)
class Tab:
    """One of the lists: whose state, and why it may be empty."""

    state: referrals_pb2.ReferralState
    empty: str
    why: str


TABS: Final = {
    "sent": Tab(
        referrals_pb2.REFERRAL_STATE_SENT,
        _("没有待受理的线索"),
        _("移交来的线索都已处理；有新的移交会出现在这里。"),
    ),
    "accepted": Tab(
        referrals_pb2.REFERRAL_STATE_ACCEPTED,
        _("没有正在办理的线索"),
        _("受理而尚未办结的线索会列在这里。"),
    ),
    "returned": Tab(
        referrals_pb2.REFERRAL_STATE_RETURNED,
        _("没有退回的线索"),
        _("退回的线索会列在这里；补充后可以重新移交。"),
    ),
    "concluded": Tab(
        referrals_pb2.REFERRAL_STATE_CONCLUDED,
        _("还没有办结的线索"),
        _("登记了办理结果的线索会列在这里。"),
    ),
}


async def show(turn: Turn) -> Response:
    """The referrals in one state, what was handed over first standing first."""
    asked = turn.request.query_params.get("tab", "")
    key = asked if asked in TABS else "sent"
    request = referrals_pb2.ListReferralsRequest(
        unit=turn.viewer.grant.unit,
        state=TABS[key].state,
        order=referrals_pb2.REFERRAL_ORDER_CREATE_TIME,
        page_token=turn.request.query_params.get("page", ""),
    )
    answer = await turn.call(turn.services.referrals.ListReferrals, request)
    after = urlencode({"tab": key, "page": answer.next_page_token})
    return turn.page(
        "referrals.html",
        key=key,
        tabs=TABS,
        referrals=answer.referrals,
        units=await units.by_id(turn, (each.unit for each in answer.referrals)),
        receivers=await receivers_of(turn, answer.referrals),
        age=turn.days_since,
        next_address=f"/referrals?{after}" if answer.next_page_token else "",
    )


async def open_one(turn: Turn) -> Response:
    """One referral with what it rests on."""
    return await _draw(turn)


async def act(turn: Turn) -> Response:
    """One deed, by the button that was pressed; what is refused is told on the same page, with what was typed."""
    form = await turn.form()
    deed = DONE_BY.get(str(form.get("deed", "")))
    if deed is None:
        return await _draw(turn)
    try:
        return await deed(turn, form)
    except (RemoteRefusal, RemoteFailure) as error:
        typed = {field: str(form.get(field, "")) for field in ("reason", "outcome", "remark")}
        return await _draw(turn, refusal=error, typed=typed)


async def _accept(turn: Turn, form: FormData) -> Response:
    """The receiver takes it; the next one waiting comes up."""
    request = referrals_pb2.AcceptReferralRequest(**_aimed(turn, form))
    await turn.call(turn.services.referrals.AcceptReferral, request)
    return await _on_to_next(turn, turn.words("已受理，列入“已受理”。"))


async def _give_back(turn: Turn, form: FormData) -> Response:
    """The receiver sends it back with reasons; the next one waiting comes up."""
    reason = str(form.get("reason", "")).strip()
    request = referrals_pb2.ReturnReferralRequest(**_aimed(turn, form), reason=reason)
    await turn.call(turn.services.referrals.ReturnReferral, request)
    return await _on_to_next(turn, turn.words("已退回。"))


async def _conclude(turn: Turn, form: FormData) -> Response:
    """What came of it; on to the others that are being handled."""
    outcomes = {str(outcome): outcome for outcome in terms.OUTCOMES}
    request = referrals_pb2.RecordOutcomeRequest(
        **_aimed(turn, form),
        outcome=outcomes.get(str(form.get("outcome", "")), referrals_pb2.OUTCOME_UNSPECIFIED),
        remark=str(form.get("remark", "")).strip(),
    )
    await turn.call(turn.services.referrals.RecordOutcome, request)
    return turn.go("/referrals?tab=accepted", notice=turn.words("已办结，结果已登记。"))


DONE_BY: Final[Mapping[str, Callable[[Turn, FormData], Awaitable[Response]]]] = {
    "accept": _accept,
    "return": _give_back,
    "conclude": _conclude,
}


async def _on_to_next(turn: Turn, said: str) -> Response:
    """To what has waited longest of what is left: the one record that this reads is the one that is shown."""
    request = referrals_pb2.ListReferralsRequest(
        unit=turn.viewer.grant.unit,
        state=referrals_pb2.REFERRAL_STATE_SENT,
        order=referrals_pb2.REFERRAL_ORDER_CREATE_TIME,
        page_size=1,
    )
    answer = await turn.call(turn.services.referrals.ListReferrals, request)
    if not answer.referrals:
        return turn.go("/referrals", notice=said + turn.words("待受理的线索已全部处理。"))
    return turn.go(names.path_of(answer.referrals[0].name), notice=said + turn.words("下面是下一件待受理的线索。"))


async def _draw(
    turn: Turn,
    *,
    refusal: RemoteRefusal | RemoteFailure | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    request = referrals_pb2.GetReferralRequest(name=_name(turn))
    referral = await turn.call(turn.services.referrals.GetReferral, request)
    known = await units.by_id(turn, (referral.unit,))
    receives = turn.viewer.may("referrals.receive")
    return turn.page(
        "referral.html",
        refusal=refusal,
        referral=referral,
        unit=known.get(referral.unit),
        receivers=await receivers_of(turn, [referral]),
        finding=await _finding(turn, referral.finding),
        age=turn.days_since,
        waits=receives and referral.state == referrals_pb2.REFERRAL_STATE_SENT,
        handled=receives and referral.state == referrals_pb2.REFERRAL_STATE_ACCEPTED,
        is_returned=referral.state == referrals_pb2.REFERRAL_STATE_RETURNED,
        typed=typed or {"reason": "", "outcome": "", "remark": ""},
    )


async def _finding(turn: Turn, name: str) -> inspections_pb2.Finding | None:
    """The finding as the visit recorded it; None where this person may not read it or it cannot be had now."""
    if not turn.viewer.may("inspections.read"):
        return None
    try:
        finding: inspections_pb2.Finding = await turn.call(
            turn.services.inspections.GetFinding, inspections_pb2.GetFindingRequest(name=name)
        )
    except (RemoteRefusal, RemoteFailure):
        return None
    return finding


async def receivers_of(turn: Turn, referrals: Iterable[referrals_pb2.Referral]) -> Mapping[str, str]:
    """The bodies of the referrals' campaigns by their codes, in this person's language."""
    said: dict[str, str] = {}
    for campaign_id in sorted({referral.campaign for referral in referrals}):
        campaign = await turn.campaign(campaign_id)
        said |= {body.code: turn.language.of(body.label.zh, body.label.en) for body in campaign.receivers}
    return said


def _name(turn: Turn) -> str:
    return names.name_of("referrals", turn.request.path_params["tenant"], turn.request.path_params["key"])


def _aimed(turn: Turn, form: FormData) -> dict[str, str]:
    """What every deed says: to which referral, as it was read, and by which id it is done once."""
    return {
        "name": _name(turn),
        "request_id": str(form.get("request_id", "")),
        "etag": str(form.get("etag", "")),
    }


PAGES = (
    Page("/referrals", show, action="referrals.read"),
    Page("/referrals/{tenant}/{key}", open_one, action="referrals.read"),
    Page("/referrals/{tenant}/{key}", act, action="referrals.receive", methods=("POST",)),
)
