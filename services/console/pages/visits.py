"""No-notice visits: one's own first, and what is done at the door: check in, write down what is found, close (AC-3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from plumbline.directory.v1 import directory_pb2
from plumbline.inspections.v1 import inspections_pb2
from services.console import names, terms, units
from services.console.door import Page, Turn
from services.console.terms import mark as _
from shared.rpc_client import RemoteFailure, RemoteRefusal

# Clearance from which a planned visit may be known of (AC-3); without it there is no use in offering to look for them.
EMBARGOED: Final = 2

MINE: Final = "mine"
# What a list can be narrowed to, by its word in the address.
STATES: Final = {
    "planned": inspections_pb2.VISIT_STATE_PLANNED,
    "at-the-unit": inspections_pb2.VISIT_STATE_CHECKED_IN,
    "closed": inspections_pb2.VISIT_STATE_CLOSED,
}
# By what the form's choices send.
SEVERITIES: Final = {str(severity): severity for severity in terms.SEVERITIES}
# One's own: what is under way, what comes next, what is done.
OWN_ORDER: Final = ("at-the-unit", "planned", "closed")


async def show(turn: Turn) -> Response:
    """One's own visits, or those of one's own unit and below in one state or in all."""
    tab = turn.request.query_params.get("tab", MINE if is_sent(turn) else "all")
    if tab == MINE and is_sent(turn):
        return await _show_own(turn)
    request = inspections_pb2.ListVisitsRequest(
        unit=turn.viewer.grant.unit,
        state=STATES.get(tab, inspections_pb2.VISIT_STATE_UNSPECIFIED),
        page_token=turn.request.query_params.get("page", ""),
    )
    answer = await turn.call(turn.services.inspections.ListVisits, request)
    following = {"tab": tab, "page": answer.next_page_token}
    return turn.page(
        "visits.html",
        tab=tab,
        is_sent=is_sent(turn),
        knows_planned=turn.viewer.grant.clearance >= EMBARGOED,
        visits=answer.visits,
        known=await _units_of(turn, answer.visits),
        place_of=place_of,
        next_address=f"/visits?{urlencode(following)}" if answer.next_page_token else "",
    )


async def _show_own(turn: Turn) -> Response:
    """What this inspector is sent to, in the order in which they need it."""
    own: dict[str, inspections_pb2.ListVisitsResponse] = {}
    for word in OWN_ORDER:
        request = inspections_pb2.ListVisitsRequest(
            unit=turn.viewer.grant.unit,
            state=STATES[word],
            inspector=turn.viewer.subject,
            page_token=turn.request.query_params.get(word, ""),
        )
        own[word] = await turn.call(turn.services.inspections.ListVisits, request)
    return turn.page(
        "visits_own.html",
        tab=MINE,
        is_sent=True,
        knows_planned=turn.viewer.grant.clearance >= EMBARGOED,
        own={word: answer.visits for word, answer in own.items()},
        more={
            word: f"/visits?{urlencode({word: answer.next_page_token})}"
            for word, answer in own.items()
            if answer.next_page_token
        },
        known=await _units_of(turn, [visit for answer in own.values() for visit in answer.visits]),
        place_of=place_of,
    )


async def show_one(turn: Turn) -> Response:
    """The visit, what may be done now, and what was found."""
    return await _draw(turn, await _visit(turn))


async def ask_to_check_in(turn: Turn) -> Response:
    """What checking in means, before it is done: nobody can take it back."""
    return await _ask(turn, "visit_check_in.html")


async def check_in(turn: Turn) -> Response:
    """At the door: from now on the unit and its superiors know (AC-3)."""
    form = await turn.form()
    request = inspections_pb2.CheckInVisitRequest(
        name=_name(turn), request_id=str(form.get("request_id", "")), etag=str(form.get("etag", ""))
    )
    try:
        visit = await turn.call(turn.services.inspections.CheckInVisit, request)
    except (RemoteRefusal, RemoteFailure) as error:
        return await _ask(turn, "visit_check_in.html", refusal=error)
    return turn.go(names.path_of(visit.name), notice=turn.words("已签到，可以开始检查。发现问题随时记下。"))


async def ask_to_close(turn: Turn) -> Response:
    """What closing means, before it is done."""
    return await _ask(turn, "visit_close.html")


async def close(turn: Turn) -> Response:
    """The visit is over; on to one's next."""
    form = await turn.form()
    request = inspections_pb2.CloseVisitRequest(
        name=_name(turn), request_id=str(form.get("request_id", "")), etag=str(form.get("etag", ""))
    )
    try:
        visit = await turn.call(turn.services.inspections.CloseVisit, request)
    except (RemoteRefusal, RemoteFailure) as error:
        return await _ask(turn, "visit_close.html", refusal=error)
    said = turn.words("检查已结束，共记下 %(count)s 个发现。", count=turn.language.number(visit.findings))
    return turn.go("/visits", notice=said)


async def raise_finding(turn: Turn) -> Response:
    """What was seen; it stands on the unit's ledger from now on (ME-1)."""
    form = await turn.form()
    typed = {field: str(form.get(field, "")).strip() for field in ("title", "detail", "wind", "severity")}
    faults = faults_of(typed)
    if faults:
        return await _draw(turn, await _visit(turn), typed=typed, faults=faults)
    request = inspections_pb2.RaiseFindingRequest(
        visit=_name(turn),
        request_id=str(form.get("request_id", "")),
        title=typed["title"],
        detail=typed["detail"],
        wind=typed["wind"],
        severity=SEVERITIES[typed["severity"]],
    )
    try:
        await turn.call(turn.services.inspections.RaiseFinding, request)
    except (RemoteRefusal, RemoteFailure) as error:
        return await _draw(turn, await _visit(turn), typed=typed, refusal=error)
    said = turn.words("已记下：%(title)s。已列入该单位问题台账，可以继续记下一个。", title=typed["title"])
    return turn.go(names.path_of(_name(turn)), notice=said)


async def _draw(
    turn: Turn,
    visit: inspections_pb2.Visit,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Sequence[str] = (),
    refusal: RemoteRefusal | RemoteFailure | None = None,
) -> Response:
    request = inspections_pb2.ListFindingsRequest(
        unit=visit.unit, visit=visit.name, page_size=200, page_token=turn.request.query_params.get("page", "")
    )
    found = await turn.call(turn.services.inspections.ListFindings, request)
    campaign = await turn.campaign(visit.campaign)
    following = {"page": found.next_page_token}
    return turn.page(
        "visit.html",
        status=400 if faults else 200,
        refusal=refusal,
        faults=[turn.words(fault) for fault in faults],
        typed=typed or {"title": "", "detail": "", "wind": "", "severity": ""},
        findings=found.findings,
        next_address=f"{names.path_of(visit.name)}?{urlencode(following)}" if found.next_page_token else "",
        campaign=campaign,
        winds={wind.code: wind for wind in campaign.winds},
        **await _facts(turn, visit),
    )


async def _ask(turn: Turn, template: str, *, refusal: RemoteRefusal | RemoteFailure | None = None) -> Response:
    return turn.page(template, refusal=refusal, **await _facts(turn, await _visit(turn)))


async def _facts(turn: Turn, visit: inspections_pb2.Visit) -> dict[str, Any]:
    """What every page about one visit says of it."""
    known = await _units_of(turn, [visit])
    return {
        "visit": visit,
        "path": names.path_of(visit.name),
        "unit": known.get(visit.unit),
        "place": place_of(visit, known),
        "assigned": is_sent(turn) and turn.viewer.subject in visit.inspectors,
        "is_planned": visit.state == inspections_pb2.VISIT_STATE_PLANNED,
        "is_under_way": visit.state == inspections_pb2.VISIT_STATE_CHECKED_IN,
        "section": "/visits",
    }


def faults_of(typed: Mapping[str, str]) -> list[str]:
    """What a finding still lacks, as sentences of the catalogue."""
    return [
        words
        for words, lacks in (
            (_("请写明发现了什么。"), not typed["title"]),
            (_("请选择属于哪一类作风问题。"), not typed["wind"]),
            (_("请选择严重程度。"), typed["severity"] not in SEVERITIES),
        )
        if lacks
    ]


def is_sent(turn: Turn) -> bool:
    """Whether this is somebody whom draws send."""
    return turn.viewer.may("inspections.visit")


def place_of(visit: inspections_pb2.Visit, known: Mapping[str, directory_pb2.Unit]) -> str:
    """Where a visited unit lies: the names of those above it, without the whole tree's."""
    above = [part for part in visit.path.split("/") if part and part != visit.unit][1:]
    return " · ".join(known[each].display_name for each in above if each in known)


async def _units_of(turn: Turn, visits: Iterable[inspections_pb2.Visit]) -> Mapping[str, directory_pb2.Unit]:
    """The visited units and those above them."""
    return await units.by_id(turn, {part for visit in visits for part in visit.path.split("/") if part})


async def _visit(turn: Turn) -> inspections_pb2.Visit:
    request = inspections_pb2.GetVisitRequest(name=_name(turn))
    visit: inspections_pb2.Visit = await turn.call(turn.services.inspections.GetVisit, request)
    return visit


def _name(turn: Turn) -> str:
    return names.name_of("visits", turn.request.path_params["tenant"], turn.request.path_params["key"])


PAGES = (
    Page("/visits", show, action="inspections.read"),
    Page("/visits/{tenant}/{key}", show_one, action="inspections.read"),
    Page("/visits/{tenant}/{key}/check-in", ask_to_check_in, action="inspections.visit"),
    Page("/visits/{tenant}/{key}/check-in", check_in, action="inspections.visit", methods=("POST",)),
    Page("/visits/{tenant}/{key}/close", ask_to_close, action="inspections.visit"),
    Page("/visits/{tenant}/{key}/close", close, action="inspections.visit", methods=("POST",)),
    Page("/visits/{tenant}/{key}/findings", raise_finding, action="inspections.raise_finding", methods=("POST",)),
)
