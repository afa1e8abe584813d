"""Rows in, model out, and back: the statements of problems and of what was done to them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import asyncpg

from services.plans import tables
from services.plans.history import ProblemStep, StepDeed
from services.plans.model import Light, Problem, ProblemState, Subject
from services.plans.store.listing import BY_PATH, Order, cut, page_of, within
from shared.database import Transaction
from shared.errors import Stale
from shared.identity import Identity
from shared.names import Name
from shared.pages import Page
from shared.statements import Write, alone

# Whose clock runs, then what is verified, then what is closed: the words of the index problems_by_due.
_RANK = "case state when 'VERIFIED' then 1 when 'CLOSED' then 2 else 0 end"
_BY_DUE = Order(((_RANK, "int"), ("due_date", "date"), ("id", "uuid")))
_ORDERS = {"": BY_PATH, "DUE": _BY_DUE}

_PROBLEM_COLUMNS = ", ".join(column.name for column in tables.problems.columns)
_STEP_COLUMNS = ", ".join(column.name for column in tables.problem_steps.columns)
# Most of a step is the problem itself, and so is read from what has just been written.
_STEP_REST = "state, percent_done, remark, due_date, light, update_time, path, label, false"
_STEP_SOURCE = "tenant_id, id, version, state, percent_done, remark, due_date, light, update_time, path, label"

_PROBLEM_BY_NAME = f"select {_PROBLEM_COLUMNS} from plans.problems where tenant_id = $1 and id = $2::uuid"

# The arrays stand in the order of tables.problems. A problem of a unit that has moved meanwhile, or that the caller's
# scope does not show, is not inserted: callers go by what they remember of units (shared.placements.Remembered).
_INSERT_PROBLEMS = f"""
    insert into plans.problems ({_PROBLEM_COLUMNS})
    select new.* from unnest(
        $1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::text[], $11::text[], $12::text[], $13::date[], $14::text[], $15::text[], $16::int[], $17::text[],
        $18::text[], $19::text[], $20::timestamptz[], $21::timestamptz[], $22::bigint[], $23::int[]
    ) as new ({_PROBLEM_COLUMNS})
    join plans.placements as now
      on now.unit_id = new.unit_id and now.path = new.path and now.tenant_id = new.tenant_id
    on conflict (tenant_id, id) do nothing
    returning {_STEP_SOURCE}
"""
_FIRST_STEPS = f"""
    insert into plans.problem_steps ({_STEP_COLUMNS})
    select tenant_id, id, version, '{StepDeed.RECORDED.value}', $24, $25, '', {_STEP_REST} from written
"""
# The change and its step are one statement: neither can be without the other, and a deed pays no round trip for it.
_UPDATE_PROBLEM = f"""
    with changed as (
        update plans.problems
        set state = $4, light = $5, percent_done = $6, remark = $7, verifier = $8, update_time = $9, version = $10
        where tenant_id = $1 and id = $2::uuid and version = $3
        returning {_STEP_SOURCE}
    )
    insert into plans.problem_steps ({_STEP_COLUMNS})
    select tenant_id, id, version, $11, $12, $13, $14, {_STEP_REST} from changed
    returning version
"""
_STEPS = f"""
    select {_STEP_COLUMNS} from plans.problem_steps
    where tenant_id = $1 and problem_id = $2::uuid and version > $3 order by version limit $4
"""
_COUNTS = "select state, light, count(*) as problems from plans.problems where {within} group by state, light"
# A day's sweep changes lights in one direction only: green to yellow to red, as deadlines pass.
_CLOCKED_DATES = f"""
    select distinct due_date from plans.problems where campaign = $1 and ({_RANK}) = 0 and light <> 'RED'
"""
_TO_RELIGHT = f"""
    select {_PROBLEM_COLUMNS} from plans.problems
    where campaign = $1 and ({_RANK}) = 0
      and ((due_date = any($2::date[]) and light <> 'YELLOW') or (due_date = any($3::date[]) and light <> 'RED'))
    order by tenant_id, id limit $4
    for update skip locked
"""


async def problem(tx: Transaction, name: Name, *, for_update: bool = False) -> Problem | None:
    """One problem that the caller's scope shows."""
    suffix = " for update" if for_update else ""
    row = await tx.fetch_row(_PROBLEM_BY_NAME + suffix, name.tenant, name.id)
    return None if row is None else _problem(row)


def add_problems(tx: Transaction, problems: Sequence[Problem], *, by: Identity | None) -> None:
    """Inserts new problems, whose names are fresh, with their first steps, where their units stand as they say."""
    tx.write(_INSERT_PROBLEMS, *_problem_columns(problems), *_doer(by), rows=len(problems), then=_FIRST_STEPS)


async def add_unless_known(tx: Transaction, problem: Problem, *, by: Identity | None) -> bool:
    """Inserts a problem with its first step; one that is there by name stays as it is. Returns whether it was new."""
    statement = alone(Write(_INSERT_PROBLEMS, _FIRST_STEPS))
    return bool(await tx.fetch(statement, *_problem_columns([problem]), *_doer(by)))


async def save_problem(
    tx: Transaction, changed: Problem, deed: StepDeed, *, before: Problem, by: Identity | None
) -> None:
    """Saves a problem whose version has grown by one, with the step. Raises Stale if somebody else was faster."""
    saved = await tx.fetch_value(
        _UPDATE_PROBLEM,
        changed.tenant,
        changed.id,
        changed.version - 1,
        changed.state.value,
        changed.light.value,
        changed.percent_done,
        changed.remark,
        changed.verifier,
        changed.update_time,
        changed.version,
        deed.value,
        *_doer(by),
        before.state.value,
    )
    if saved is None:
        raise Stale(f"{changed.name} was changed meanwhile: read it again and redo", resource=changed.name)


async def clocked_dates(tx: Transaction, *, campaign: str) -> list[date]:
    """The deadlines of a campaign's problems whose clock still runs and whose light can still change."""
    return [row["due_date"] for row in await tx.fetch(_CLOCKED_DATES, campaign)]


async def problems_to_relight(
    tx: Transaction, *, campaign: str, yellow: Sequence[date], red: Sequence[date], limit: int
) -> list[Problem]:
    """A campaign's problems whose deadlines are yellow or red today and whose lights are not, locked."""
    rows = await tx.fetch(_TO_RELIGHT, campaign, list(yellow), list(red), limit)
    return [_problem(row) for row in rows]


async def list_problems(
    tx: Transaction,
    *,
    path: str,
    page: Page,
    only_unit: bool = False,
    state: str = "",
    light: str = "",
    wind: str = "",
    order: str = "",
) -> tuple[list[Problem], tuple[str, ...] | None]:
    """A page of the problems below a path or at it, and the key of its last one if there are more."""
    statement, arguments = page_of(
        _PROBLEM_COLUMNS,
        "plans.problems",
        path=path,
        only_unit=only_unit,
        filters={"state": state, "light": light, "wind": wind},
        order=_ORDERS[order],
        page=page,
    )
    rows = await tx.fetch(statement, *arguments)
    return cut(rows, [_problem(row) for row in rows], page)


async def count_problems(tx: Transaction, *, path: str, only_unit: bool) -> dict[tuple[ProblemState, Light], int]:
    """How many problems there are below a path or at it, of each state and light that there is one of."""
    rows = await tx.fetch(_COUNTS.format(within=within(only_unit=only_unit)), path)
    return {(ProblemState(row["state"]), Light(row["light"])): row["problems"] for row in rows}


async def list_steps(tx: Transaction, name: Name, *, page: Page) -> tuple[list[ProblemStep], tuple[str, ...] | None]:
    """A page of what was done to a problem, oldest first, and the key of its last step if there are more."""
    after = 0 if page.after is None else int(page.after[0])
    found = [_step(row) for row in await tx.fetch(_STEPS, name.tenant, name.id, after, page.size + 1)]
    shown = found[: page.size]
    return shown, (str(shown[-1].version),) if len(found) > page.size else None


def _problem_columns(problems: Sequence[Problem]) -> list[list[Any]]:
    columns: list[list[Any]] = [[] for _ in tables.problems.columns]
    for item in problems:
        for column, value in zip(columns, _problem_row(item), strict=True):
            column.append(value)
    return columns


def _problem_row(item: Problem) -> tuple[object, ...]:
    return (
        item.tenant,
        item.id,
        item.campaign,
        item.unit,
        item.path,
        item.title,
        item.wind,
        item.source,
        item.subject.value,
        item.responsible_leader,
        item.responsible_department,
        item.responsible_person,
        item.due_date,
        item.state.value,
        item.light.value,
        item.percent_done,
        item.remark,
        item.verifier,
        item.finding,
        item.create_time,
        item.update_time,
        item.version,
        item.label,
    )


def _problem(row: asyncpg.Record) -> Problem:
    return Problem(
        id=str(row["id"]),
        tenant=row["tenant_id"],
        campaign=row["campaign"],
        unit=row["unit_id"],
        path=row["path"],
        title=row["title"],
        wind=row["wind"],
        source=row["source"],
        subject=Subject(row["subject"]),
        responsible_leader=row["responsible_leader"],
        responsible_department=row["responsible_department"],
        responsible_person=row["responsible_person"],
        due_date=row["due_date"],
        state=ProblemState(row["state"]),
        light=Light(row["light"]),
        percent_done=row["percent_done"],
        remark=row["remark"],
        verifier=row["verifier"],
        finding=row["finding"],
        create_time=row["create_time"],
        update_time=row["update_time"],
        version=row["version"],
        label=row["label"],
    )


def _doer(by: Identity | None) -> tuple[str, str]:
    """Subject and role; empty where nobody does it."""
    return ("", "") if by is None else (by.subject, by.grant.role)


def _step(row: asyncpg.Record) -> ProblemStep:
    return ProblemStep(
        tenant=row["tenant_id"],
        problem_id=str(row["problem_id"]),
        version=row["version"],
        deed=StepDeed(row["deed"]),
        actor=row["actor"],
        role=row["role"],
        state_before=ProblemState(row["state_before"]) if row["state_before"] else None,
        state_after=ProblemState(row["state_after"]),
        percent_done=row["percent_done"],
        remark=row["remark"],
        due_date=row["due_date"],
        light=Light(row["light"]) if row["light"] else None,
        time=row["step_time"],
        path=row["path"],
        label=row["label"],
        reconstructed=row["reconstructed"],
    )
