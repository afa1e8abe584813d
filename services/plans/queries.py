"""What people may ask of ledgers and plans: changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from services.plans import events
from services.plans.history import ProblemStep
from services.plans.model import Light, LodgingStep, Plan, Problem, ProblemState
from services.plans.store import plans, problems
from shared import access, placements
from shared.database import Transaction
from shared.letters import Fact
from shared.names import Name
from shared.pages import Page

Item = TypeVar("Item")
Key = tuple[str, ...]

# Facts of the present state are read in pages of this size, so that a million problems need no memory.
_STATE_PAGE = 1000


async def get_problem(tx: Transaction, name: Name) -> Problem:
    """One problem. Raises NotFound, or PermissionDenied to strangers."""
    problem = await problems.problem(tx, name)
    if problem is None:
        raise await placements.absent(tx, name)
    access.require(tx.call, path=problem.path, label=problem.label)
    return problem


async def get_plan(tx: Transaction, name: Name) -> Plan:
    """One plan. Raises NotFound, or PermissionDenied to strangers."""
    plan = await plans.plan(tx, name)
    if plan is None:
        raise await placements.absent(tx, name)
    access.require(tx.call, path=plan.path, label=plan.label)
    return plan


async def list_problems(
    tx: Transaction, unit_id: str, *, page: Page, only_unit: bool, state: str, light: str, wind: str, order: str
) -> tuple[list[Problem], Key | None]:
    """A page of a unit's and its subordinates' problems, and the key of its last row if there are more."""
    path = await _path_of(tx, unit_id)
    return await problems.list_problems(
        tx, path=path, page=page, only_unit=only_unit, state=state, light=light, wind=wind, order=order
    )


async def count_problems(tx: Transaction, unit_id: str, *, only_unit: bool) -> list[tuple[ProblemState, Light, int]]:
    """How many problems a unit and its subordinates have, by state and light, in the order of these."""
    path = await _path_of(tx, unit_id)
    counts = await problems.count_problems(tx, path=path, only_unit=only_unit)
    kinds = ((state, light) for state in ProblemState for light in Light)
    return [(state, light, counts[state, light]) for state, light in kinds if (state, light) in counts]


async def list_problem_steps(tx: Transaction, name: Name, *, page: Page) -> tuple[list[ProblemStep], Key | None]:
    """A page of what was done to a problem. Raises NotFound, or PermissionDenied to strangers."""
    await get_problem(tx, name)
    return await problems.list_steps(tx, name, page=page)


async def list_plans(
    tx: Transaction, unit_id: str, *, page: Page, only_unit: bool, state: str, superior_unit: str, order: str
) -> tuple[list[Plan], Key | None]:
    """A page of a unit's and its subordinates' plans, and the key of its last row if there are more."""
    path = await _path_of(tx, unit_id)
    return await plans.list_plans(
        tx, path=path, page=page, only_unit=only_unit, state=state, superior_unit=superior_unit, order=order
    )


async def list_plan_steps(tx: Transaction, name: Name, *, page: Page) -> tuple[list[LodgingStep], Key | None]:
    """A page of what passed between unit and superior. Raises NotFound, or PermissionDenied to strangers."""
    await get_plan(tx, name)
    return await plans.list_steps(tx, name, page=page)


async def _path_of(tx: Transaction, unit_id: str) -> str:
    unit = await placements.find(tx, unit_id)
    access.require(tx.call, path=unit.path)
    return unit.path


async def state_facts(tx: Transaction, *, path: str) -> AsyncIterator[list[Fact]]:
    """The facts of the present state below a path, as the outbox sent them last, in pages."""
    async for some in _pages(lambda page: problems.list_problems(tx, path=path, page=page)):
        yield [events.problem_changed(problem) for problem in some]
    async for drafts in _pages(lambda page: plans.list_plans(tx, path=path, page=page)):
        yield [events.plan_changed(plan, now=_last_change(plan)) for plan in drafts]
    async for steps in _pages(lambda page: plans.list_lodgings(tx, path=path, page=page)):
        yield [events.lodging_step(step) for step in steps]


async def _pages(
    read: Callable[[Page], Awaitable[tuple[list[Item], Key | None]]],
) -> AsyncIterator[list[Item]]:
    """All pages of a list, each once, by the key of its last row."""
    after: Key | None = None
    while True:
        shown, after = await read(Page(_STATE_PAGE, after))
        if shown:
            yield shown
        if after is None:
            return


def _last_change(plan: Plan) -> datetime:
    """The newest of the plan's own times."""
    return max(time for time in (plan.create_time, plan.lodge_time, plan.register_time) if time is not None)
