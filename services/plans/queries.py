"""What people may ask of ledgers and plans: changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from services.plans import events, store
from services.plans.model import Plan, Problem
from shared import access, placements
from shared.database import Transaction
from shared.letters import Fact
from shared.names import Name
from shared.pages import Page

Item = TypeVar("Item", Problem, Plan)

# Facts of the present state are read in pages of this size, so that a million problems need no memory.
_STATE_PAGE = 1000


async def get_problem(tx: Transaction, name: Name) -> Problem:
    """One problem. Raises NotFound, or PermissionDenied to strangers."""
    problem = await store.problem(tx, name)
    if problem is None:
        raise await placements.absent(tx, name)
    access.require(tx.call, path=problem.path, label=problem.label)
    return problem


async def get_plan(tx: Transaction, name: Name) -> Plan:
    """One plan. Raises NotFound, or PermissionDenied to strangers."""
    plan = await store.plan(tx, name)
    if plan is None:
        raise await placements.absent(tx, name)
    access.require(tx.call, path=plan.path, label=plan.label)
    return plan


async def list_problems(
    tx: Transaction, unit_id: str, *, page: Page, state: str
) -> tuple[list[Problem], tuple[str, str] | None]:
    """A page of a unit's and its subordinates' problems, and the key of its last row if there are more."""
    unit = await placements.find(tx, unit_id)
    access.require(tx.call, path=unit.path)
    return _cut(await store.list_problems(tx, path=unit.path, page=page, state=state), page)


async def list_plans(
    tx: Transaction, unit_id: str, *, page: Page, state: str
) -> tuple[list[Plan], tuple[str, str] | None]:
    """A page of a unit's and its subordinates' plans, and the key of its last row if there are more."""
    unit = await placements.find(tx, unit_id)
    access.require(tx.call, path=unit.path)
    return _cut(await store.list_plans(tx, path=unit.path, page=page, state=state), page)


def _cut(rows: list[Item], page: Page) -> tuple[list[Item], tuple[str, str] | None]:
    shown = rows[: page.size]
    return shown, (shown[-1].path, shown[-1].id) if len(rows) > page.size else None


async def state_facts(tx: Transaction, *, path: str) -> AsyncIterator[list[Fact]]:
    """The facts of the present state below a path, as the outbox sent them last, in pages."""
    async for problems in _pages(lambda page: store.list_problems(tx, path=path, page=page)):
        yield [events.problem_changed(problem) for problem in problems]
    async for plans in _pages(lambda page: store.list_plans(tx, path=path, page=page)):
        yield [events.plan_changed(plan, now=_last_change(plan)) for plan in plans]
    async for steps in _pages(lambda page: store.list_lodgings(tx, path=path, page=page)):
        yield [events.lodging_step(step) for step in steps]


async def _pages(read: Callable[[Page], Any]) -> AsyncIterator[Sequence[Any]]:
    """All pages of a list, each once, by the key of its last row."""
    after: tuple[str, ...] | None = None
    while True:
        rows = await read(Page(_STATE_PAGE, after))
        shown = rows[:_STATE_PAGE]
        if shown:
            yield shown
        if len(rows) <= _STATE_PAGE:
            return
        after = (shown[-1].path, shown[-1].id)


def _last_change(plan: Plan) -> datetime:
    """The newest of the plan's own times."""
    return max(time for time in (plan.create_time, plan.lodge_time, plan.register_time) if time is not None)
