"""Rows in, model out, and back: the statements of problems, plans and lodgings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import asyncpg
from sqlalchemy import Select, bindparam, literal, select, tuple_

from services.plans import tables
from services.plans.model import (
    Light,
    LodgingStep,
    Measure,
    Plan,
    PlanKind,
    PlanState,
    Problem,
    ProblemState,
    Subject,
)
from shared.database import Transaction
from shared.errors import Stale
from shared.names import Name
from shared.pages import Page

_PROBLEM_COLUMNS = ", ".join(column.name for column in tables.problems.columns)
_PLAN_COLUMNS = ", ".join(column.name for column in tables.plans.columns)

_PROBLEM_BY_NAME = f"select {_PROBLEM_COLUMNS} from plans.problems where tenant_id = $1 and id = $2::uuid"
_PLAN_BY_NAME = f"select {_PLAN_COLUMNS} from plans.plans where tenant_id = $1 and id = $2::uuid"

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
    returning id
"""
_UPDATE_PROBLEM = """
    update plans.problems
    set state = $4, light = $5, percent_done = $6, remark = $7, verifier = $8, update_time = $9, version = $10
    where tenant_id = $1 and id = $2::uuid and version = $3
    returning version
"""
_INSERT_PLAN = f"""
    insert into plans.plans ({_PLAN_COLUMNS})
    values ($1, $2::uuid, $3, $4, $5, $6, $7, $8::jsonb, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
"""
_UPDATE_PLAN = """
    update plans.plans
    set title = $4, measures = $5::jsonb, state = $6, registration_number = $7, return_reason = $8, returns = $9,
        lodge_time = $10, register_time = $11, version = $12
    where tenant_id = $1 and id = $2::uuid and version = $3
    returning version
"""
_INSERT_LODGING = """
    insert into plans.lodgings
        (tenant_id, id, plan_id, kind, unit_id, path, campaign, plan_kind, lodging_time, label)
    values ($1, $2::uuid, $3::uuid, $4, $5, $6, $7, $8, $9, $10)
"""
_NEXT_NUMBER = """
    insert into plans.registers as r (superior_unit, year, path, last_number) values ($1, $2, $3, 1)
    on conflict (superior_unit, year) do update set last_number = r.last_number + 1
    returning last_number
"""
# A day's sweep changes lights in one direction only: green to yellow to red, as deadlines pass.
_CLOCKED_DATES = """
    select distinct due_date from plans.problems
    where campaign = $1 and state in ('OPEN', 'IN_PROGRESS', 'DONE') and light <> 'RED'
"""
_TO_RELIGHT = f"""
    select {_PROBLEM_COLUMNS} from plans.problems
    where campaign = $1 and state in ('OPEN', 'IN_PROGRESS', 'DONE')
      and ((due_date = any($2::date[]) and light <> 'YELLOW') or (due_date = any($3::date[]) and light <> 'RED'))
    order by tenant_id, id limit $4
    for update skip locked
"""


async def problem(tx: Transaction, name: Name, *, for_update: bool = False) -> Problem | None:
    """One problem that the caller's scope shows."""
    suffix = " for update" if for_update else ""
    row = await tx.fetch_row(_PROBLEM_BY_NAME + suffix, name.tenant, name.id)
    return None if row is None else _problem(row)


def add_problems(tx: Transaction, problems: Sequence[Problem]) -> None:
    """Inserts new problems, whose names are fresh, where their units still stand as they say."""
    tx.write(_INSERT_PROBLEMS, *_problem_columns(problems), rows=len(problems))


async def add_unless_known(tx: Transaction, problem: Problem) -> bool:
    """Inserts a problem; one that is already there by name stays as it is. Returns whether it was new."""
    return bool(await tx.fetch(_INSERT_PROBLEMS, *_problem_columns([problem])))


async def save_problem(tx: Transaction, changed: Problem) -> None:
    """Saves a problem whose version has grown by one. Raises Stale if somebody else was faster."""
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


async def plan(tx: Transaction, name: Name, *, for_update: bool = False) -> Plan | None:
    """One plan that the caller's scope shows."""
    suffix = " for update" if for_update else ""
    row = await tx.fetch_row(_PLAN_BY_NAME + suffix, name.tenant, name.id)
    return None if row is None else _plan(row)


async def add_plan(tx: Transaction, new: Plan) -> None:
    """Inserts a new plan."""
    await tx.fetch(
        _INSERT_PLAN,
        new.tenant,
        new.id,
        new.campaign,
        new.unit,
        new.path,
        new.kind.value,
        new.title,
        _measures_json(new.measures),
        new.state.value,
        new.superior_unit,
        new.registration_number,
        new.return_reason,
        new.returns,
        new.create_time,
        new.lodge_time,
        new.register_time,
        new.version,
        new.label,
    )


async def save_plan(tx: Transaction, changed: Plan) -> None:
    """Saves a plan whose version has grown by one. Raises Stale if somebody else was faster."""
    saved = await tx.fetch_value(
        _UPDATE_PLAN,
        changed.tenant,
        changed.id,
        changed.version - 1,
        changed.title,
        _measures_json(changed.measures),
        changed.state.value,
        changed.registration_number,
        changed.return_reason,
        changed.returns,
        changed.lodge_time,
        changed.register_time,
        changed.version,
    )
    if saved is None:
        raise Stale(f"{changed.name} was changed meanwhile: read it again and redo", resource=changed.name)


async def add_lodging(tx: Transaction, step: LodgingStep) -> None:
    """Records one lodging or one return; such rows never change."""
    await tx.fetch(
        _INSERT_LODGING,
        step.tenant,
        step.id,
        step.plan.rsplit("/", 1)[-1],
        step.kind,
        step.unit,
        step.path,
        step.campaign,
        step.plan_kind.value,
        step.time,
        step.label,
    )


async def next_number(tx: Transaction, *, superior_unit: str, path: str, year: int) -> int:
    """The next running number of a superior's register in a year."""
    return int(await tx.fetch_value(_NEXT_NUMBER, superior_unit, year, path))


def _list(table: Any) -> Select[Any]:
    """A page of a table below a path, in (path, id) order."""
    return (
        select(table)
        .where(table.c.path >= bindparam("low"), table.c.path < bindparam("high"))
        .order_by(table.c.path, table.c.id)
        .limit(bindparam("limit"))
    )


_LIST_PROBLEMS = _list(tables.problems)
_LIST_PLANS = _list(tables.plans)
_LIST_LODGINGS = _list(tables.lodgings)


async def _page(
    tx: Transaction, statement: Select[Any], table: Any, *, path: str, page: Page, state: str
) -> Sequence[Any]:
    parameters: dict[str, object] = {"low": path, "high": path + "~", "limit": page.size + 1}
    if page.after is not None:
        path_after, id_after = page.after
        last = tuple_(literal(path_after, table.c.path.type), literal(id_after, table.c.id.type))
        statement = statement.where(tuple_(table.c.path, table.c.id) > last)
    if state:
        statement = statement.where(table.c.state == state)
    return await tx.rows(statement, parameters)


async def list_problems(tx: Transaction, *, path: str, page: Page, state: str = "") -> list[Problem]:
    """At most page.size + 1 problems below a path; the one too many tells that there is a next page."""
    rows = await _page(tx, _LIST_PROBLEMS, tables.problems, path=path, page=page, state=state)
    return [_problem(row._mapping) for row in rows]


async def list_plans(tx: Transaction, *, path: str, page: Page, state: str = "") -> list[Plan]:
    """At most page.size + 1 plans below a path."""
    rows = await _page(tx, _LIST_PLANS, tables.plans, path=path, page=page, state=state)
    return [_plan(row._mapping) for row in rows]


async def list_lodgings(tx: Transaction, *, path: str, page: Page) -> list[LodgingStep]:
    """At most page.size + 1 lodgings and returns below a path."""
    rows = await _page(tx, _LIST_LODGINGS, tables.lodgings, path=path, page=page, state="")
    return [_lodging(row._mapping) for row in rows]


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


def _problem(row: asyncpg.Record | Any) -> Problem:
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


def _plan(row: asyncpg.Record | Any) -> Plan:
    return Plan(
        id=str(row["id"]),
        tenant=row["tenant_id"],
        campaign=row["campaign"],
        unit=row["unit_id"],
        path=row["path"],
        kind=PlanKind(row["kind"]),
        title=row["title"],
        measures=_measures(row["measures"]),
        state=PlanState(row["state"]),
        superior_unit=row["superior_unit"],
        registration_number=row["registration_number"],
        return_reason=row["return_reason"],
        returns=row["returns"],
        create_time=row["create_time"],
        lodge_time=row["lodge_time"],
        register_time=row["register_time"],
        version=row["version"],
        label=row["label"],
    )


def _lodging(row: Any) -> LodgingStep:
    return LodgingStep(
        id=str(row["id"]),
        tenant=row["tenant_id"],
        plan=f"tenants/{row['tenant_id']}/plans/{row['plan_id']}",
        kind=row["kind"],
        unit=row["unit_id"],
        path=row["path"],
        campaign=row["campaign"],
        plan_kind=PlanKind(row["plan_kind"]),
        time=row["lodging_time"],
        label=row["label"],
    )


def _measures_json(measures: Sequence[Measure]) -> str:
    return json.dumps(
        [
            {
                "goal": measure.goal,
                "responsible_person": measure.responsible_person,
                "due_date": measure.due_date.isoformat(),
                "problem": measure.problem,
            }
            for measure in measures
        ],
        ensure_ascii=False,
    )


def _measures(value: Any) -> tuple[Measure, ...]:
    """SQLAlchemy's codec on the shared connection gives parsed JSON or text, by who prepared the statement."""
    parsed = json.loads(value) if isinstance(value, str | bytes) else value
    return tuple(
        Measure(
            goal=item["goal"],
            responsible_person=item["responsible_person"],
            due_date=date.fromisoformat(item["due_date"]),
            problem=item["problem"],
        )
        for item in parsed
    )
