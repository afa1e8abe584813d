"""Draws: the list, one draw with its result and its whole ground, and the bundle from which anybody recomputes it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from google.protobuf.json_format import MessageToDict
from starlette.responses import Response

from plumbline.inspections.v1 import inspections_pb2
from services.console import names, recount, units
from services.console.door import Page, Turn
from services.console.recount import Recount
from services.console.terms import State
from services.console.terms import mark as _

DRAWN: Final = State(_("抽中"), "disc", "blue")
RESERVE: Final = State(_("备选"), "ring", "grey")
AGREES: Final = State(_("复算一致"), "tick", "green")
DIFFERS: Final = State(_("复算不一致"), "square", "red")
YES: Final = State(_("相符"), "tick", "green")
NO: Final = State(_("不符"), "square", "red")


@dataclass(frozen=True)
class Stratum:
    """The places of one stratum by rank."""

    unit: str
    places: Sequence[inspections_pb2.DrawnUnit]


async def show(turn: Turn) -> Response:
    """The draws of one's tenant, newest first."""
    request = inspections_pb2.ListDrawsRequest(
        parent=f"tenants/{turn.viewer.grant.tenant}", page_token=turn.request.query_params.get("page", "")
    )
    answer = await turn.call(turn.services.inspections.ListDraws, request)
    following = {"page": answer.next_page_token}
    return turn.page(
        "draws.html",
        draws=answer.draws,
        known=await units.by_id(turn, (draw.scope_unit for draw in answer.draws)),
        drawn_of=drawn_of,
        next_address=f"/draws?{urlencode(following)}" if answer.next_page_token else "",
    )


async def show_one(turn: Turn) -> Response:
    """One draw: how it was held, who was drawn, and whether it can be counted again."""
    draw = await _draw(turn)
    strata = by_stratum(draw.drawn)
    known = await units.by_id(turn, [draw.scope_unit, *(stratum.unit for stratum in strata)])
    counted = count_again(draw)
    campaign = await turn.campaign(draw.campaign)
    return turn.page(
        "draw.html",
        draw=draw,
        path=names.path_of(draw.name),
        command=f"plumbline draw show {draw.name} --json",
        strata=strata,
        known=known,
        drawn_of=drawn_of,
        campaign=campaign,
        states=await _visit_states(turn, draw),
        counted=counted,
        verdict=None if counted is None else AGREES if counted.agrees else DIFFERS,
        yes=YES,
        no=NO,
        drawn_state=DRAWN,
        reserve_state=RESERVE,
        section="/draws",
    )


async def bundle(turn: Turn) -> Response:
    """Everything to recompute the draw from, as `plumbline draw show --json` writes it."""
    draw = await _draw(turn)
    document = MessageToDict(draw, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
    return Response(
        json.dumps(document, ensure_ascii=False, indent=2) + "\n",
        media_type="application/json",
        headers={"content-disposition": f'attachment; filename="draw-{draw.name.rsplit("/", 1)[1]}.json"'},
    )


def by_stratum(places: Sequence[inspections_pb2.DrawnUnit]) -> list[Stratum]:
    """The places by stratum and rank, the strata in the order of their units' codes: their ids say nothing to
    people."""
    found: dict[str, list[inspections_pb2.DrawnUnit]] = defaultdict(list)
    for place in places:
        found[place.stratum].append(place)
    return [
        Stratum(stratum, sorted(found[stratum], key=lambda place: place.rank))
        for stratum in sorted(found, key=lambda each: (min(place.unit_code for place in found[each]), each))
    ]


def count_again(draw: inspections_pb2.Draw) -> Recount | None:
    """The draw counted again from its own rows."""
    return recount.recount(
        seed_hex=draw.seed_hex,
        frame_rows=draw.frame_rows,
        frame_root=draw.frame_root,
        inspector_rows=draw.inspector_rows,
        inspectors_root=draw.inspectors_root,
        drawn=draw.per_stratum,
        reserve=draw.reserve_per_stratum,
        told={stratum.unit: [place.unit for place in stratum.places] for stratum in by_stratum(draw.drawn)},
    )


def drawn_of(draw: inspections_pb2.Draw) -> int:
    """How many units are visited."""
    return sum(not place.reserve for place in draw.drawn)


async def _visit_states(turn: Turn, draw: inspections_pb2.Draw) -> dict[str, inspections_pb2.Visit]:
    """The draw's visits that this person may know of, by name."""
    if not turn.viewer.may("inspections.read"):
        return {}
    request = inspections_pb2.ListVisitsRequest(unit=draw.scope_unit, draw=draw.name, page_size=200)
    found: dict[str, inspections_pb2.Visit] = {}
    while True:
        answer = await turn.call(turn.services.inspections.ListVisits, request)
        found.update({visit.name: visit for visit in answer.visits})
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


async def _draw(turn: Turn) -> inspections_pb2.Draw:
    name = names.name_of("draws", turn.request.path_params["tenant"], turn.request.path_params["key"])
    draw: inspections_pb2.Draw = await turn.call(
        turn.services.inspections.GetDraw, inspections_pb2.GetDrawRequest(name=name)
    )
    return draw


PAGES = (
    Page("/draws", show, action="inspections.read_draw"),
    Page("/draws/{tenant}/{key}", show_one, action="inspections.read_draw"),
    Page("/draws/{tenant}/{key}/bundle.json", bundle, action="inspections.read_draw"),
)
