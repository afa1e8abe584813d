"""Rows in, model out, and back: the statements of plans, of what passes between unit and superior, and of registers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import asyncpg

from services.plans import tables
from services.plans.model import LodgingStep, Measure, Plan, PlanKind, PlanState
from services.plans.store.listing import BY_PATH, Order, cut, page_of
from shared.database import Transaction
from shared.errors import Stale
from shared.names import Name
from shared.pages import Page

# Who has waited longest; what was never lodged stands last: the words of the index plans_waiting.
_BY_LODGE_TIME = Order((("coalesce(lodge_time, timestamptz 'infinity')", "timestamptz"), ("id", "uuid")))
_ORDERS = {"": BY_PATH, "LODGE_TIME": _BY_LODGE_TIME}

_PLAN_COLUMNS = ", ".join(column.name for column in tables.plans.columns)
_LODGING_COLUMNS = ", ".join(column.name for column in tables.lodgings.columns)

_PLAN_BY_NAME = f"select {_PLAN_COLUMNS} from plans.plans where tenant_id = $1 and id = $2::uuid"

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
_INSERT_LODGING = f"""
    insert into plans.lodgings ({_LODGING_COLUMNS})
    values ($1, $2::uuid, $3::uuid, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
"""
# What was kept of a step before migration 0004 has no version, and its time says when it was.
_STEPS = f"""
    select {_LODGING_COLUMNS}, array[version::text, lodging_time::text, id::text] as page_key from plans.lodgings
    where tenant_id = $1 and plan_id = $2::uuid
      and (version, lodging_time, id) > ($3::text::bigint, $4::text::timestamptz, $5::text::uuid)
    order by version, lodging_time, id limit $6
"""
_BEFORE_ALL = ("-1", "-infinity", "00000000-0000-0000-0000-000000000000")
# Registrations are told to the others by the plan's own state.
_TOLD = "kind <> 'REGISTERED'"
_NEXT_NUMBER = """
    insert into plans.registers as r (superior_unit, year, path, last_number) values ($1, $2, $3, 1)
    on conflict (superior_unit, year) do update set last_number = r.last_number + 1
    returning last_number
"""


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
    """Records one lodging, return or registration; such rows never change."""
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
        step.version,
        step.actor,
        step.role,
        step.reason,
        step.registration_number,
        step.reconstructed,
    )


async def next_number(tx: Transaction, *, superior_unit: str, path: str, year: int) -> int:
    """The next running number of a superior's register in a year."""
    return int(await tx.fetch_value(_NEXT_NUMBER, superior_unit, year, path))


async def list_plans(
    tx: Transaction,
    *,
    path: str,
    page: Page,
    only_unit: bool = False,
    state: str = "",
    superior_unit: str = "",
    order: str = "",
) -> tuple[list[Plan], tuple[str, ...] | None]:
    """A page of the plans below a path or at it, and the key of its last one if there are more."""
    statement, arguments = page_of(
        _PLAN_COLUMNS,
        "plans.plans",
        path=path,
        only_unit=only_unit,
        filters={"state": state, "superior_unit": superior_unit},
        order=_ORDERS[order],
        page=page,
    )
    rows = await tx.fetch(statement, *arguments)
    return cut(rows, [_plan(row) for row in rows], page)


async def list_lodgings(tx: Transaction, *, path: str, page: Page) -> tuple[list[LodgingStep], tuple[str, ...] | None]:
    """A page of the lodgings and returns below a path, which the others are told of as entities of their own."""
    statement, arguments = page_of(_LODGING_COLUMNS, "plans.lodgings", path=path, page=page, condition=_TOLD)
    rows = await tx.fetch(statement, *arguments)
    return cut(rows, [_lodging(row) for row in rows], page)


async def list_steps(tx: Transaction, name: Name, *, page: Page) -> tuple[list[LodgingStep], tuple[str, ...] | None]:
    """A page of what passed between a plan's unit and its superior, oldest first, and the key of its last step."""
    rows = await tx.fetch(_STEPS, name.tenant, name.id, *(page.after or _BEFORE_ALL), page.size + 1)
    return cut(rows, [_lodging(row) for row in rows], page)


def _plan(row: asyncpg.Record) -> Plan:
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
        version=row["version"],
        actor=row["actor"],
        role=row["role"],
        reason=row["reason"],
        registration_number=row["registration_number"],
        reconstructed=row["reconstructed"],
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
