"""A unit's desk: what waits for whoever looks, the key figures, the ledger by deadline, and the unit's plans."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.responses import Response

from plumbline.directory.v1 import directory_pb2
from plumbline.plans.v1 import plans_pb2
from services.console import ledger, terms, units
from services.console.door import Page, Turn
from services.console.ledger import Counts, Item
from services.console.pages import lodgings
from shared.campaigns import Campaign

# What is urgent is told in so many lines; the ledger below has the rest.
URGENT_LINES: Final = 6
# Among so many of the most urgent is looked for what a verifier sent back.
LOOKED_THROUGH: Final = 100
# Histories read for it; more that count from the start again are hardly ever there at once.
HISTORIES_READ: Final = 20
PLANS_SHOWN: Final = 50
# Who may do none of these only looks: nothing waits for them.
DEEDS: Final = ("plans.report_progress", "plans.verify", "plans.register")
LIGHTS_OF_HASTE: Final = (plans_pb2.LIGHT_RED, plans_pb2.LIGHT_YELLOW)


@dataclass(frozen=True)
class Filters:
    """Which part of the ledger is shown; the address says it, so that it can be sent to a colleague."""

    base: str
    only_unit: bool
    state: int = 0
    light: int = 0
    wind: str = ""
    page: str = field(default="", compare=False)

    @property
    def narrow(self) -> bool:
        return bool(self.state or self.light or self.wind)

    def address(self, **changes: object) -> str:
        """The desk with these filters changed; a page of another list would be nonsense, so it begins anew."""
        other = replace(self, **{"page": "", **changes})  # type: ignore[arg-type]
        said: dict[str, object] = {"below": 0 if other.only_unit else 1}
        for name in ("state", "light", "wind", "page"):
            if getattr(other, name):
                said[name] = getattr(other, name)
        return f"{self.base}?{urlencode(said)}#ledger"


@dataclass(frozen=True)
class Waiting:
    """What waits for this person, the most urgent first."""

    urgent: Sequence[Item] = ()
    urgent_count: int = 0
    sent_back: Sequence[Item] = ()
    plans_back: Sequence[plans_pb2.Plan] = ()
    to_verify: Sequence[Item] = ()
    to_verify_count: int = 0
    to_deregister: Sequence[Item] = ()
    to_deregister_count: int = 0
    lodged: str = ""

    @property
    def anything(self) -> bool:
        lists = (self.urgent, self.sent_back, self.plans_back, self.to_verify, self.to_deregister, self.lodged)
        return any(lists)


async def own(turn: Turn) -> Response:
    """The desk of the unit under whose grant this person looks, with what waits for them."""
    grant = turn.viewer.grant
    works = turn.viewer.may("plans.report_progress")
    filters = read(turn.request.query_params, base="/desk", only_unit=works)
    unit = await _unit(turn, grant.unit)
    waiting = await _waiting(turn, grant.unit) if any(turn.viewer.may(deed) for deed in DEEDS) else None
    return await _draw(turn, unit, filters, waiting)


async def of_unit(turn: Turn) -> Response:
    """The desk of any unit within the grant, as an onlooker sees it."""
    id_ = turn.request.path_params["unit"]
    unit = await _unit(turn, id_)
    return await _draw(turn, unit, read(turn.request.query_params, base=f"/units/{id_}", only_unit=False), None)


async def _draw(turn: Turn, unit: directory_pb2.Unit, filters: Filters, waiting: Waiting | None) -> Response:
    listed = plans_pb2.ListProblemsRequest(
        unit=unit.id,
        state=filters.state,  # type: ignore[arg-type]
        light=filters.light,  # type: ignore[arg-type]
        wind=filters.wind,
        only_unit=filters.only_unit,
        order=plans_pb2.PROBLEM_ORDER_DUE,
        page_token=filters.page,
    )
    lodged = plans_pb2.ListPlansRequest(unit=unit.id, only_unit=True, page_size=PLANS_SHOWN)
    answer, counts, plans, above, campaigns = await asyncio.gather(
        turn.call(turn.services.plans.ListProblems, listed),
        ledger.count(turn, unit.id, only_unit=filters.only_unit),
        turn.call(turn.services.plans.ListPlans, lodged),
        _above(turn, unit),
        _campaigns(turn),
    )
    items = await ledger.items(turn, answer.problems)
    return turn.page(
        "desk.html",
        section="/desk",
        unit=unit,
        above=above,
        is_own=unit.id == turn.viewer.grant.unit,
        filters=filters,
        counts=counts,
        figures=figures(counts, filters),
        items=items,
        guessed=any(item.guessed for item in items),
        winds=winds(turn, campaigns),
        plans=plans.plans,
        waiting=waiting,
        next_address=filters.address(page=answer.next_page_token) if answer.next_page_token else "",
    )


async def _unit(turn: Turn, id_: str) -> directory_pb2.Unit:
    unit: directory_pb2.Unit = await turn.call(turn.services.directory.GetUnit, directory_pb2.GetUnitRequest(id=id_))
    return unit


async def _above(turn: Turn, unit: directory_pb2.Unit) -> Sequence[directory_pb2.Unit]:
    """The units above, from the grant's own down; those beyond it are nobody's business here (AC-1)."""
    ids = [id_ for id_ in unit.path.split("/") if id_ and id_ != unit.id]
    found = await units.by_id(turn, ids)
    return [found[id_] for id_ in ids if id_ in found]


async def _campaigns(turn: Turn) -> Sequence[Campaign]:
    request = directory_pb2.ListCampaignsRequest(page_size=200)
    listed = await turn.call(turn.services.directory.ListCampaigns, request)
    return [await turn.campaign(campaign.name.removeprefix("campaigns/")) for campaign in listed.campaigns]


async def _waiting(turn: Turn, unit: str) -> Waiting:
    """By what the role may do: a clerk puts right, an office or an inspector verifies, an office registers."""
    may = turn.viewer.may
    waiting = Waiting()
    if may("plans.report_progress"):
        waiting = await _of_clerk(turn, unit)
    if may("plans.verify"):
        below, here = await asyncio.gather(
            ledger.count(turn, unit, only_unit=False), ledger.count(turn, unit, only_unit=True)
        )
        done, verified = plans_pb2.PROBLEM_STATE_DONE, plans_pb2.PROBLEM_STATE_VERIFIED
        waiting = replace(
            waiting,
            to_verify=await ledger.items(turn, await below_in(turn, unit, done, lines=URGENT_LINES)),
            to_verify_count=below.of(state=done) - here.of(state=done),
        )
        if may("plans.deregister"):
            waiting = replace(
                waiting,
                to_deregister=await ledger.items(turn, await below_in(turn, unit, verified, lines=URGENT_LINES)),
                to_deregister_count=below.of(state=verified) - here.of(state=verified),
            )
    if may("plans.register"):
        lodged = await lodgings.waiting_with(turn, unit)
        waiting = replace(waiting, lodged=lodgings.counted(turn, lodged) if lodged else "")
    return waiting


async def _of_clerk(turn: Turn, unit: str) -> Waiting:
    """The unit's own problems that are late or nearly, then what came back: problems, and plans to be completed."""
    returned = plans_pb2.ListPlansRequest(unit=unit, only_unit=True, state=plans_pb2.PLAN_STATE_RETURNED)
    problems, plans = await asyncio.gather(
        own_open(turn, unit),
        turn.call(turn.services.plans.ListPlans, returned),
    )
    back = await _sent_back(turn, problems)
    names = {problem.name for problem in back}
    urgent = [each for each in problems if each.light in LIGHTS_OF_HASTE and each.name not in names]
    return Waiting(
        urgent=await ledger.items(turn, urgent[:URGENT_LINES]),
        urgent_count=len(urgent),
        sent_back=await ledger.items(turn, back),
        plans_back=plans.plans,
    )


async def own_open(turn: Turn, unit: str) -> Sequence[plans_pb2.Problem]:
    """What is with the unit itself to be put right, the most urgent first; at most LOOKED_THROUGH of each state."""
    open_, moving = await asyncio.gather(
        *(
            turn.call(
                turn.services.plans.ListProblems,
                plans_pb2.ListProblemsRequest(
                    unit=unit,
                    only_unit=True,
                    state=state,
                    order=plans_pb2.PROBLEM_ORDER_DUE,
                    page_size=LOOKED_THROUGH,
                ),
            )
            for state in ledger.WITH_UNIT
        )
    )
    return sorted([*open_.problems, *moving.problems], key=ledger.urgency)


async def below_in(turn: Turn, unit: str, state: plans_pb2.ProblemState, *, lines: int) -> Sequence[plans_pb2.Problem]:
    """Problems of the units below in a state, the most urgent first; never the unit's own (RC-4)."""
    request = plans_pb2.ListProblemsRequest(
        unit=unit, state=state, order=plans_pb2.PROBLEM_ORDER_DUE, page_size=LOOKED_THROUGH
    )
    answer = await turn.call(turn.services.plans.ListProblems, request)
    return [problem for problem in answer.problems if problem.unit != unit][:lines]


async def _sent_back(turn: Turn, problems: Sequence[plans_pb2.Problem]) -> list[plans_pb2.Problem]:
    """Those whose last deed is a verifier's sending back. Only what counts from the start again can be one."""
    candidates = [each for each in problems if ledger.may_be_sent_back(each)][:HISTORIES_READ]
    histories = await asyncio.gather(*(ledger.steps(turn, each.name) for each in candidates))
    return [each for each, steps in zip(candidates, histories, strict=True) if ledger.is_sent_back(steps)]


@dataclass(frozen=True)
class Figure:
    """A key figure and the part of the ledger that it counts."""

    words: str
    number: int
    address: str
    colour: str = ""


def figures(counts: Counts, filters: Filters) -> Sequence[Figure]:
    """What the eye meets first: how many there are, how many are late, and where they stand."""
    whole = replace(filters, state=0, light=0, wind="")
    states, lights = terms.PROBLEM_STATES, terms.LIGHTS

    def by_light(light: plans_pb2.Light) -> Figure:
        return Figure(lights[light].words, counts.of(light=light), whole.address(light=light), lights[light].colour)

    def by_state(state: plans_pb2.ProblemState, words: str = "") -> Figure:
        return Figure(words or states[state].words, counts.of(state=state), whole.address(state=state))

    return (
        Figure(terms.mark("台账问题"), counts.total, whole.address()),
        by_light(plans_pb2.LIGHT_RED),
        by_light(plans_pb2.LIGHT_YELLOW),
        by_state(plans_pb2.PROBLEM_STATE_IN_PROGRESS),
        by_state(plans_pb2.PROBLEM_STATE_DONE, terms.mark("待核验")),
        by_state(plans_pb2.PROBLEM_STATE_CLOSED),
    )


def winds(turn: Turn, campaigns: Sequence[Campaign]) -> Mapping[str, str]:
    """Every campaign's winds by code, to choose one from."""
    return {
        wind.code: turn.language.of(wind.label.zh, wind.label.en) for campaign in campaigns for wind in campaign.winds
    }


def read(query: QueryParams, *, base: str, only_unit: bool) -> Filters:
    """The filters of an address; what is none is left out. only_unit: where the address does not say."""
    state, light = query.get("state", ""), query.get("light", "")
    return Filters(
        base=base,
        only_unit={"0": True, "1": False}.get(query.get("below", ""), only_unit),
        state=next((known for known in terms.PROBLEM_STATES if str(known) == state), 0),
        light=next((known for known in terms.LIGHTS if str(known) == light), 0),
        wind=query.get("wind", "")[:64],
        page=query.get("page", ""),
    )


PAGES = (
    Page("/desk", own, action="plans.read"),
    Page("/units/{unit}", of_unit, action="plans.read"),
)
