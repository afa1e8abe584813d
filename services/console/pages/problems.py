"""One problem: what to do next, its facts, and what was done to it (RC-3 to RC-5)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from typing import Final

from starlette.datastructures import FormData
from starlette.responses import Response

from plumbline.directory.v1 import directory_pb2
from plumbline.plans.v1 import plans_pb2
from services.console import ledger, names, units
from services.console.door import Page, Turn
from services.console.pages import desk
from services.console.terms import mark as _
from shared.rpc_client import RemoteFailure, RemoteRefusal

# Among so many of the most urgent is looked for the next one.
LOOKED_AHEAD: Final = 100


class Next(Enum):
    """What this person may do to a problem now."""

    NOTHING = "nothing"
    REPORT = "report"
    VERIFY = "verify"
    DEREGISTER = "deregister"


# Whose turn it is where it is not this person's.
AWAITED: Final = {
    plans_pb2.PROBLEM_STATE_OPEN: _("等待责任单位开始整改并报告进展。"),
    plans_pb2.PROBLEM_STATE_IN_PROGRESS: _("责任单位正在整改；完成后由责任单位报告完成。"),
    plans_pb2.PROBLEM_STATE_DONE: _("责任单位已报告完成，等待上级或督导组核验；本单位的人不能核验自己的问题。"),
    plans_pb2.PROBLEM_STATE_VERIFIED: _("已核验通过，等待上级活动办销号。"),
    plans_pb2.PROBLEM_STATE_CLOSED: _("已销号，不需要再办理。"),
}


async def show(turn: Turn) -> Response:
    """The problem as it stands."""
    return await _draw(turn, _name(turn))


async def act(turn: Turn) -> Response:
    """One deed, by the button that was pressed; what is refused is told on the same page, with what was typed."""
    form = await turn.form()
    deed = DONE_BY.get(str(form.get("deed", "")))
    if deed is None:
        return await _draw(turn, _name(turn))
    try:
        said = await deed(turn, form)
    except (RemoteRefusal, RemoteFailure) as error:
        return await _draw(turn, _name(turn), refusal=error, typed=form)
    return turn.go(names.path_of(_name(turn)), notice=said)


async def _report_progress(turn: Turn, form: FormData) -> str:
    percent = str(form.get("percent_done", "")).strip()
    # What is no number is no share either: the service says which there are.
    percent_done = int(percent) if percent.isdecimal() and len(percent) <= len("100") else -1
    request = plans_pb2.ReportProgressRequest(**_aimed(turn, form), percent_done=percent_done, remark=_remark(form))
    problem = await turn.call(turn.services.plans.ReportProgress, request)
    return turn.words(_("已报告进展：%(percent)s%%。"), percent=turn.language.number(problem.percent_done))


async def _report_done(turn: Turn, form: FormData) -> str:
    request = plans_pb2.ReportDoneRequest(**_aimed(turn, form), remark=_remark(form))
    await turn.call(turn.services.plans.ReportDone, request)
    return turn.words(_("已报告完成，等待本单位之外的人核验。"))


async def _confirm(turn: Turn, form: FormData) -> str:
    await _verify(turn, form, plans_pb2.VERDICT_CONFIRMED)
    return turn.words(_("已核验通过。"))


async def _send_back(turn: Turn, form: FormData) -> str:
    await _verify(turn, form, plans_pb2.VERDICT_SENT_BACK)
    return turn.words(_("已退回责任单位重新整改。"))


async def _verify(turn: Turn, form: FormData, verdict: plans_pb2.Verdict) -> None:
    request = plans_pb2.VerifyProblemRequest(**_aimed(turn, form), verdict=verdict, remark=_remark(form))
    await turn.call(turn.services.plans.VerifyProblem, request)


async def _deregister(turn: Turn, form: FormData) -> str:
    await turn.call(turn.services.plans.DeregisterProblem, plans_pb2.DeregisterProblemRequest(**_aimed(turn, form)))
    return turn.words(_("已销号。"))


Deed = Callable[[Turn, FormData], Awaitable[str]]
DONE_BY: Final[Mapping[str, Deed]] = {
    "progress": _report_progress,
    "done": _report_done,
    "confirm": _confirm,
    "send_back": _send_back,
    "deregister": _deregister,
}


def _aimed(turn: Turn, form: FormData) -> dict[str, str]:
    """What every deed says: at which problem, as it was seen, and that it is done once."""
    return {
        "name": _name(turn),
        "request_id": str(form.get("request_id", "")),
        "etag": str(form.get("etag", "")),
    }


def _remark(form: FormData) -> str:
    return str(form.get("remark", "")).strip()


async def _draw(
    turn: Turn,
    name: str,
    *,
    refusal: RemoteRefusal | RemoteFailure | None = None,
    typed: FormData | None = None,
) -> Response:
    problem = await turn.call(turn.services.plans.GetProblem, plans_pb2.GetProblemRequest(name=name))
    deed = next_deed(turn, problem)
    waiting, history, items, above = await asyncio.gather(
        _waiting(turn, problem, deed),
        ledger.steps(turn, name),
        ledger.items(turn, [problem]),
        _units_above(turn, problem),
    )
    following = ledger.following(waiting, name)
    return turn.page(
        "problem.html",
        refusal=refusal,
        section="/desk",
        problem=problem,
        item=items[0],
        deed=deed.value,
        awaited=AWAITED[problem.state],
        sent_back=ledger.is_sent_back(history),
        history=history[::-1],
        cut_short=len(history) == ledger.STEPS_SHOWN,
        above=above,
        following=following,
        short=names.short,
        typed={} if typed is None else {field: str(value) for field, value in typed.items()},
    )


def next_deed(turn: Turn, problem: plans_pb2.Problem) -> Next:
    """What this person may do now; whoever acts for the unit does not judge it (RC-4 a)."""
    may = turn.viewer.may
    outside = not turn.viewer.grant.path.startswith(problem.path)
    if problem.state in ledger.WITH_UNIT and may("plans.report_progress"):
        return Next.REPORT
    if problem.state == plans_pb2.PROBLEM_STATE_DONE and may("plans.verify") and outside:
        return Next.VERIFY
    if problem.state == plans_pb2.PROBLEM_STATE_VERIFIED and may("plans.deregister") and outside:
        return Next.DEREGISTER
    return Next.NOTHING


async def _waiting(turn: Turn, problem: plans_pb2.Problem, deed: Next) -> Sequence[plans_pb2.Problem]:
    """What waits for the same hand. After a deed nothing is left to do here: what the role does is looked for."""
    unit = turn.viewer.grant.unit
    if turn.viewer.may("plans.report_progress"):
        return await desk.own_open(turn, problem.unit)
    if not turn.viewer.may("plans.verify"):
        return ()
    if deed is Next.DEREGISTER or problem.state == plans_pb2.PROBLEM_STATE_CLOSED:
        return await desk.below_in(turn, unit, plans_pb2.PROBLEM_STATE_VERIFIED, lines=LOOKED_AHEAD)
    return await desk.below_in(turn, unit, plans_pb2.PROBLEM_STATE_DONE, lines=LOOKED_AHEAD)


async def _units_above(turn: Turn, problem: plans_pb2.Problem) -> Sequence[directory_pb2.Unit]:
    """The problem's unit and those above it, from the grant's own down."""
    ids = [id_ for id_ in problem.path.split("/") if id_]
    found = await units.by_id(turn, ids)
    return [found[id_] for id_ in ids if id_ in found]


def _name(turn: Turn) -> str:
    return names.name_of("problems", turn.request.path_params["tenant"], turn.request.path_params["key"])


PAGES = (
    Page("/problems/{tenant}/{key}", show, action="plans.read"),
    Page("/problems/{tenant}/{key}", act, action="plans.read", methods=("POST",)),
)
