"""A ledger as people read it: each problem with its wind, its unit and the working days left; and how many."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from plumbline.plans.v1 import plans_pb2
from services.console import units
from services.console.calendars import DaysLeft
from services.console.door import Turn
from services.console.terms import mark as _
from shared import dates

# With the unit: its clock runs and it is the unit's turn.
WITH_UNIT: Final = (plans_pb2.PROBLEM_STATE_OPEN, plans_pb2.PROBLEM_STATE_IN_PROGRESS)
# So much of a history is shown.
STEPS_SHOWN: Final = 200
# Somebody outside the unit has confirmed it: its clock has stopped (RC-5).
STOPPED: Final = (plans_pb2.PROBLEM_STATE_VERIFIED, plans_pb2.PROBLEM_STATE_CLOSED)


@dataclass(frozen=True)
class Item:
    """One problem with what its codes mean. left: in words; empty once the clock has stopped."""

    problem: plans_pb2.Problem
    wind: str
    unit_name: str
    left: str
    guessed: bool


@dataclass(frozen=True)
class Counts:
    """How many problems there are by state and light; knows no unit."""

    by: Mapping[tuple[int, int], int]

    @property
    def total(self) -> int:
        return sum(self.by.values())

    def of(self, *, state: int = 0, light: int = 0) -> int:
        """How many are in a state with a light; 0 stands for any."""
        return sum(count for (its, lit), count in self.by.items() if state in (0, its) and light in (0, lit))


def counted(counts: Iterable[plans_pb2.ProblemCount]) -> Counts:
    """The service's counts."""
    return Counts({(each.state, each.light): each.problems for each in counts})


async def count(turn: Turn, unit: str, *, only_unit: bool) -> Counts:
    """What a unit has on its ledger. Raises RemoteRefusal or RemoteFailure."""
    request = plans_pb2.CountProblemsRequest(unit=unit, only_unit=only_unit)
    return counted((await turn.call(turn.services.plans.CountProblems, request)).counts)


async def steps(turn: Turn, name: str) -> Sequence[plans_pb2.ProblemStep]:
    """What was done to a problem, oldest first; of a long history the newest STEPS_SHOWN. Raises RemoteRefusal or
    RemoteFailure."""
    kept: list[plans_pb2.ProblemStep] = []
    token = ""
    while True:
        request = plans_pb2.ListProblemStepsRequest(name=name, page_size=STEPS_SHOWN, page_token=token)
        answer = await turn.call(turn.services.plans.ListProblemSteps, request)
        kept = [*kept, *answer.steps][-STEPS_SHOWN:]
        token = answer.next_page_token
        if not token:
            return kept


async def items(turn: Turn, problems: Sequence[plans_pb2.Problem]) -> list[Item]:
    """Problems with what their codes mean to this person. Raises RemoteRefusal or RemoteFailure."""
    found, working_days = await asyncio.gather(
        units.by_id(turn, (problem.unit for problem in problems)), turn.working_days()
    )
    campaigns = {id_: await turn.campaign(id_) for id_ in {problem.campaign for problem in problems}}
    made = []
    for problem in problems:
        winds = {wind.code: wind.label for wind in campaigns[problem.campaign].winds}
        wind = winds.get(problem.wind)
        left = working_days.until(dates.day(problem.due_date, field="due_date"))
        running = problem.state not in STOPPED
        made.append(
            Item(
                problem=problem,
                wind=turn.language.of(wind.zh, wind.en) if wind is not None else problem.wind,
                unit_name=found[problem.unit].display_name if problem.unit in found else problem.unit,
                left=in_words(turn, left) if running else "",
                guessed=running and not left.known,
            )
        )
    return made


def in_words(turn: Turn, left: DaysLeft) -> str:
    """How far off a deadline is, as somebody says it."""
    number = turn.language.number(abs(left.days))
    if left.days < 0:
        return turn.words(_("逾期 %(days)s 个工作日"), days=number)
    if left.is_today:
        return turn.words(_("今天到期"))
    if left.days == 0:
        return turn.words(_("不到 1 个工作日"))
    if not left.known:
        return turn.words(_("约还有 %(days)s 个工作日"), days=number)
    return turn.words(_("还有 %(days)s 个工作日"), days=number)


def following(waiting: Sequence[plans_pb2.Problem], done: str) -> plans_pb2.Problem | None:
    """The one to take after another, in the ledger's order; from the end back to the first; None if nothing is left.

    done: its name; where it is no longer among those that wait, the first is next.
    """
    names = [problem.name for problem in waiting]
    place = names.index(done) + 1 if done in names else 0
    others = [*waiting[place:], *waiting[:place]]
    return next((problem for problem in others if problem.name != done), None)


def urgency(problem: plans_pb2.Problem) -> tuple[int, int, int, str]:
    """Where a problem stands among those whose clock runs; equal days go by name, as in the service."""
    day = problem.due_date
    return day.year, day.month, day.day, problem.name


def may_be_sent_back(problem: plans_pb2.Problem) -> bool:
    """Whether a verifier may have sent it back last: it is being put right, counts from the start, and says why."""
    return problem.state == plans_pb2.PROBLEM_STATE_IN_PROGRESS and problem.percent_done == 0 and problem.remark != ""


def is_sent_back(history: Sequence[plans_pb2.ProblemStep]) -> bool:
    """Whether the last that anybody did was to send it back; a new day's light is nobody's deed."""
    deeds = [step.deed for step in history if step.deed != plans_pb2.PROBLEM_DEED_RELIT]
    return bool(deeds) and deeds[-1] == plans_pb2.PROBLEM_DEED_SENT_BACK
