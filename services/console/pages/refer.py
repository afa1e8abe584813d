"""Handing a finding over to the competent body (线索移交, ME-7); whoever does so reads no referrals afterwards."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from plumbline.inspections.v1 import inspections_pb2
from plumbline.referrals.v1 import referrals_pb2
from services.console import names, units
from services.console.door import Page, Turn
from shared.clock import day_in
from shared.rpc_client import RemoteFailure, RemoteRefusal

FIELDS = ("receiver", "summary", "policy_basis")


async def begin(turn: Turn) -> Response:
    """The form about one finding."""
    return await _draw(turn, turn.request.query_params.get("finding", ""))


async def refer(turn: Turn) -> Response:
    """Hands it over, and goes back to the visit."""
    form = await turn.form()
    typed = {field: str(form.get(field, "")).strip() for field in FIELDS}
    name = str(form.get("finding", ""))
    request = referrals_pb2.CreateReferralRequest(request_id=str(form.get("request_id", "")), finding=name, **typed)
    try:
        await turn.call(turn.services.referrals.CreateReferral, request)
    except (RemoteRefusal, RemoteFailure) as error:
        return await _draw(turn, name, typed=typed, refusal=error)
    finding = await _finding(turn, name)
    return turn.go(
        names.path_of(finding.visit), notice=turn.words("已移交：%(title)s。内容已密封。", title=finding.title)
    )


async def _draw(
    turn: Turn,
    name: str,
    *,
    typed: Mapping[str, str] | None = None,
    refusal: RemoteRefusal | RemoteFailure | None = None,
) -> Response:
    finding = await _finding(turn, name)
    campaign = await turn.campaign(finding.campaign)
    receivers = campaign.receivers_on(day_in(campaign.zone, turn.house.clock.now()))
    winds = {wind.code: turn.language.of(wind.label.zh, wind.label.en) for wind in campaign.winds}
    return turn.page(
        "refer.html",
        refusal=refusal,
        finding=finding,
        unit=(await units.by_id(turn, (finding.unit,))).get(finding.unit),
        wind=winds.get(finding.wind, finding.wind),
        receivers=[(body.code, turn.language.of(body.label.zh, body.label.en)) for body in receivers],
        typed=typed or {"receiver": "", "summary": finding.title, "policy_basis": ""},
        section="/visits",
    )


async def _finding(turn: Turn, name: str) -> inspections_pb2.Finding:
    finding: inspections_pb2.Finding = await turn.call(
        turn.services.inspections.GetFinding, inspections_pb2.GetFindingRequest(name=name)
    )
    return finding


PAGES = (
    Page("/referrals/new", begin, action="referrals.refer"),
    Page("/referrals/new", refer, action="referrals.refer", methods=("POST",)),
)
