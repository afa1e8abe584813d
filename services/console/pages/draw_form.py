"""Holding a draw: what to draw from, the witnessed digits (现场摇号, ME-8), who may be sent, and a last look."""

from __future__ import annotations

import asyncio
import csv
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.datastructures import FormData
from starlette.responses import Response

from plumbline.directory.v1 import directory_pb2
from plumbline.inspections.v1 import inspections_pb2
from services.console import names, terms, units
from services.console.door import Page, Turn
from services.console.terms import mark as _
from shared.rpc_client import RemoteFailure, RemoteRefusal

# As the contract takes them (ME-8: at least two inspectors a visit).
MOST_PLACES: Final = 1000
SMALLEST_TEAM, LARGEST_TEAM = 2, 20
# As subjects are written in tokens.
SUBJECT: Final = re.compile(r"[A-Za-z0-9_:./@-]{1,100}")
# The heading of an inspectors' file, which may come along when it is pasted.
COLUMNS: Final = ("subject", "barred_codes")
# Calls at once while many codes are looked up.
IN_FLIGHT: Final = 16

# What a refused draw names, by its reason.
BECAUSE: Final = {
    "NOT_ENOUGH_INSPECTORS": _("检查%(unit)s需要 %(needed)s 人，名单上不回避它的只有 %(eligible)s 人。"),
    "TOO_FEW_UNITS": _("%(unit)s只有 %(units)s 个单位，要抽 %(visits)s 个。"),
    "UNUSABLE_FRAME": _("%(units)s 个单位之上没有%(level)s单位，例如%(unit)s。"),
    "EMPTY_FRAME": _("范围内没有%(level)s单位。"),
    "DRAW_TOO_LARGE": _("%(units)s 个单位与 %(inspectors)s 名检查人员的配对太多，最多 %(most)s 对。"),
}
FACT: Final = re.compile(r"%\((\w+)\)s")

STARTING_WITH: Final = {
    "campaign": "",
    "stratum_level": "",
    "frame_level": "",
    "per_stratum": "2",
    "reserve": "1",
    "per_visit": "2",
    "digits": "",
    "inspectors": "",
}


@dataclass(frozen=True)
class Listed:
    """Somebody who may be sent, and the codes of the units where they may not."""

    subject: str
    barred_codes: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """What is wrong with a form, as a sentence of the catalogue and its facts."""

    words: str
    facts: Mapping[str, object]


async def show(turn: Turn) -> Response:
    """The form, with what is usual."""
    return await _draw_form(turn, STARTING_WITH)


async def act(turn: Turn) -> Response:
    """Looks at what was typed, shows what will happen, and does it when that was confirmed."""
    form = await turn.form()
    typed = {field: str(form.get(field, "")).strip() for field in STARTING_WITH}
    people, faults = listed(typed["inspectors"])
    faults = [*faults_of(typed), *faults]
    known: Mapping[str, directory_pb2.Unit] = {}
    if not faults:
        codes = {code for person in people for code in person.barred_codes}
        known = await _by_codes(turn, codes)
        unknown = sorted(codes - known.keys())
        if unknown:
            faults.append(Fault(_("没有这些代码的单位：%(codes)s"), {"codes": ", ".join(unknown[:20])}))
    if faults or form.get("step") == "back":
        return await _draw_form(turn, typed, faults=[] if form.get("step") == "back" else faults)
    if form.get("step") == "run":
        try:
            return await _run(turn, form, typed, people, known)
        except (RemoteRefusal, RemoteFailure) as error:
            return await _draw_form(turn, typed, faults=await _because(turn, error), refusal=error)
    campaign = await turn.campaign(typed["campaign"])
    return turn.page(
        "draw_confirm.html",
        typed=typed,
        campaign=campaign,
        seed=seed_of(typed["digits"]),
        people=people,
        barred=sum(bool(person.barred_codes) for person in people),
        section="/draws",
    )


async def _run(
    turn: Turn, form: FormData, typed: Mapping[str, str], people: Sequence[Listed], known: Mapping[str, Any]
) -> Response:
    request = inspections_pb2.RunDrawRequest(
        request_id=str(form.get("request_id", "")),
        campaign=typed["campaign"],
        scope_unit=turn.viewer.grant.unit,
        stratum_level=typed["stratum_level"],
        frame_level=typed["frame_level"],
        per_stratum=int(typed["per_stratum"]),
        reserve_per_stratum=int(typed["reserve"]),
        inspectors_per_visit=int(typed["per_visit"]),
        seed_hex=seed_of(typed["digits"]),
        inspectors=[
            inspections_pb2.Inspector(
                subject=person.subject, barred_units=[known[code].id for code in person.barred_codes]
            )
            for person in people
        ],
    )
    draw = await turn.call(turn.services.inspections.RunDraw, request)
    drawn = sum(not place.reserve for place in draw.drawn)
    said = turn.words("抽取完成：抽中 %(count)s 个单位，检查已安排，签到以前保密。", count=turn.language.number(drawn))
    return turn.go(names.path_of(draw.name), notice=said)


def seed_of(digits: str) -> str:
    """The seed: SHA-256 of the ASCII digits drawn before witnesses (ME-8)."""
    return hashlib.sha256(digits.encode("ascii")).hexdigest()


def listed(text: str) -> tuple[list[Listed], list[Fault]]:
    """The people of a pasted list, one a line: the subject, a comma or a tab, the codes of the units where they may
    not be sent with spaces between. And what is wrong with it."""
    people: list[Listed] = []
    faults: list[Fault] = []
    seen: set[str] = set()
    for line, text_of_line in enumerate(text.splitlines(), start=1):
        if not text_of_line.strip():
            continue
        cells = _cells(text_of_line)
        if tuple(cells) == COLUMNS:
            continue
        if len(cells) > len(COLUMNS) or not SUBJECT.fullmatch(cells[0]):
            faults.append(Fault(_("检查人员第 %(line)s 行应为：人员代号，回避单位代码"), {"line": line}))
        elif cells[0] in seen:
            faults.append(Fault(_("检查人员第 %(line)s 行重复：%(subject)s"), {"line": line, "subject": cells[0]}))
        else:
            seen.add(cells[0])
            people.append(Listed(cells[0], tuple(cells[1].split()) if len(cells) > 1 else ()))
    return people, faults


def _cells(line: str) -> list[str]:
    """The cells of a line, which may be a spreadsheet's or typed with a Chinese keyboard; none of what cannot be
    read."""
    try:
        return [cell.strip() for cell in next(csv.reader([line.replace("\t", ",").replace("，", ",")]))]
    except csv.Error:
        return [""]


def faults_of(typed: Mapping[str, str]) -> list[Fault]:
    """What is wrong with a form beside its list of people."""
    faults: list[Fault] = []
    if not (typed["digits"].isascii() and typed["digits"].isdigit()):
        faults.append(Fault(_("摇号数字只能是 0 到 9 的数字，至少一位。"), {}))
    for field, least, most, words in (
        ("per_stratum", 1, MOST_PLACES, _("每层抽取数目应在 %(least)s 到 %(most)s 之间。")),
        ("reserve", 0, MOST_PLACES, _("每层备选数目应在 %(least)s 到 %(most)s 之间。")),
        ("per_visit", SMALLEST_TEAM, LARGEST_TEAM, _("每次检查人数应在 %(least)s 到 %(most)s 之间。")),
    ):
        value = typed[field]
        if not (value.isascii() and value.isdigit() and len(value) < 9 and least <= int(value) <= most):
            faults.append(Fault(words, {"least": least, "most": most}))
    if not typed["inspectors"]:
        faults.append(Fault(_("请填写检查人员名单。"), {}))
    return faults


def levels_within(level: str, *, itself: bool) -> list[str]:
    """The levels below one, and itself where that is asked for; all of them for one that is not known."""
    order = list(terms.LEVELS)
    if level not in order:
        return order
    return order[order.index(level) + (0 if itself else 1) :]


async def _because(turn: Turn, error: RemoteRefusal | RemoteFailure) -> list[Fault]:
    """What exactly stands in the way of a draw, where the service says so."""
    if not isinstance(error, RemoteRefusal) or error.remote_reason not in BECAUSE:
        return []
    facts = dict(error.facts)
    unit = facts.get("visit") or facts.get("unit") or facts.get("stratum", "")
    known = await units.by_id(turn, [unit])
    level = facts.get("stratum_level") or facts.get("frame_level", "")
    said = {
        **facts,
        "unit": known[unit].display_name if unit in known else unit,
        "level": turn.words(terms.LEVELS[level]) if level in terms.LEVELS else level,
        "most": facts.get("most_pairs", ""),
    }
    words = BECAUSE[error.remote_reason]
    # A reason may come with other facts than these: then its own words have to do.
    return [Fault(words, said)] if all(said.get(each) for each in FACT.findall(words)) else []


async def _draw_form(
    turn: Turn,
    typed: Mapping[str, str],
    *,
    faults: Iterable[Fault] = (),
    refusal: RemoteRefusal | RemoteFailure | None = None,
) -> Response:
    campaigns = await turn.call(turn.services.directory.ListCampaigns, directory_pb2.ListCampaignsRequest())
    level = turn.viewer.grant.level
    said = [turn.words(fault.words, **fault.facts) for fault in faults]
    return turn.page(
        "draw_form.html",
        status=400 if said else 200,
        refusal=refusal,
        typed=_with_usual(typed, level),
        faults=said,
        campaigns=campaigns.campaigns,
        stratum_levels=levels_within(level, itself=True)[:-1],
        frame_levels=levels_within(level, itself=False),
        section="/draws",
    )


def _with_usual(typed: Mapping[str, str], level: str) -> dict[str, str]:
    """What was typed, and where nothing was chosen yet: the next level in strata, and the one two below in the
    frame."""
    strata, frames = levels_within(level, itself=True)[:-1], levels_within(level, itself=False)
    chosen = dict(typed)
    if not chosen["stratum_level"] and strata:
        chosen["stratum_level"] = strata[min(1, len(strata) - 1)]
    if not chosen["frame_level"] and frames:
        chosen["frame_level"] = "county" if "county" in frames else frames[-1]
    return chosen


async def _by_codes(turn: Turn, codes: Iterable[str]) -> Mapping[str, directory_pb2.Unit]:
    """The units with some codes; those that are not there, or not this person's, are left out."""
    doors = asyncio.Semaphore(IN_FLIGHT)

    async def one(code: str) -> tuple[str, directory_pb2.Unit | None]:
        async with doors:
            try:
                request = directory_pb2.GetUnitRequest(code=code)
                return code, await turn.call(turn.services.directory.GetUnit, request)
            except RemoteRefusal as refusal:
                if refusal.remote_reason not in ("NOT_FOUND", "PERMISSION_DENIED"):
                    raise
                return code, None

    found = await asyncio.gather(*(one(code) for code in sorted(codes)))
    return {code: unit for code, unit in found if unit is not None}


PAGES = (
    Page("/draws/new", show, action="inspections.draw"),
    Page("/draws/new", act, action="inspections.draw", methods=("POST",)),
)
