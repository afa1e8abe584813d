"""Rows in, model out, and back: the statements of referrals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.referrals import tables
from services.referrals.model import AlreadyReferred, Outcome, Referral, ReferralState
from shared.database import Transaction
from shared.errors import Stale
from shared.names import Name
from shared.pages import Page

_COLUMNS = ", ".join(column.name for column in tables.referrals.columns)
_BY_NAME = f"select {_COLUMNS} from referrals.referrals where tenant_id = $1 and id = $2::uuid"
_INSERT = f"""
    insert into referrals.referrals ({_COLUMNS})
    values ($1, $2::uuid, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
"""
_UPDATE = """
    update referrals.referrals
    set state = $4, return_reason = $5, outcome = $6, outcome_remark = $7, update_time = $8, accept_time = $9,
        close_time = $10, version = $11
    where tenant_id = $1 and id = $2::uuid and version = $3
    returning version
"""
# What a list goes by, with its types: names come last, so that ties have one order.
_ORDERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "": (("path", "text"), ("id", "uuid")),
    "CREATE_TIME": (("create_time", "timestamptz"), ("id", "uuid")),
}


async def referral(tx: Transaction, name: Name, *, for_update: bool = False) -> Referral | None:
    """One referral that the caller's scope and clearance show."""
    row = await tx.fetch_row(_BY_NAME + (" for update" if for_update else ""), name.tenant, name.id)
    return None if row is None else _referral(row)


async def add(tx: Transaction, new: Referral) -> None:
    """Inserts a referral. Raises AlreadyReferred if its finding is with a body already."""
    try:
        await tx.fetch(
            _INSERT,
            new.tenant,
            new.id,
            new.campaign,
            new.finding,
            new.unit,
            new.path,
            new.receiver,
            new.summary,
            new.policy_basis,
            new.state.value,
            new.return_reason,
            new.outcome.value,
            new.outcome_remark,
            new.create_time,
            new.update_time,
            new.accept_time,
            new.close_time,
            new.version,
            new.label,
        )
    except asyncpg.UniqueViolationError as error:
        raise AlreadyReferred(
            "this finding has been referred already; it may be referred again only when it was returned",
            resource=new.finding,
        ) from error


async def save(tx: Transaction, changed: Referral) -> None:
    """Saves a referral whose version has grown by one. Raises Stale if somebody else was faster."""
    saved = await tx.fetch_value(
        _UPDATE,
        changed.tenant,
        changed.id,
        changed.version - 1,
        changed.state.value,
        changed.return_reason,
        changed.outcome.value,
        changed.outcome_remark,
        changed.update_time,
        changed.accept_time,
        changed.close_time,
        changed.version,
    )
    if saved is None:
        raise Stale(f"{changed.name} was changed meanwhile: read it again and redo", resource=changed.name)


async def page(
    tx: Transaction, *, path: str, page: Page, state: str = "", order: str = ""
) -> tuple[list[Referral], tuple[str, ...] | None]:
    """A page of the referrals below a path, and the key of its last row if there are more."""
    statement, arguments = _page_of(path=path, page=page, state=state, order=order)
    rows = await tx.fetch(statement, *arguments)
    last = tuple(rows[page.size - 1]["page_key"]) if len(rows) > page.size else None
    return [_referral(row) for row in rows[: page.size]], last


def _page_of(*, path: str, page: Page, state: str, order: str) -> tuple[str, list[object]]:
    """The statement of one page, which reads one row too many; what is not asked for does not stand in it."""
    by = _ORDERS[order]
    columns = ", ".join(column for column, _ in by)
    arguments: list[object] = [path]
    conditions = ["path >= $1 and path < $1 || '~'"]
    if state:
        arguments.append(state)
        conditions.append(f"state = ${len(arguments)}")
    if page.after is not None:
        first = len(arguments) + 1
        arguments.extend(page.after)
        key = ", ".join(f"${first + number}::text::{kind}" for number, (_, kind) in enumerate(by))
        conditions.append(f"({columns}) > ({key})")
    arguments.append(page.size + 1)
    key = f"array[{', '.join(f'{column}::text' for column, _ in by)}]"
    return (
        f"select {_COLUMNS}, {key} as page_key from referrals.referrals where {' and '.join(conditions)}"
        f" order by {columns} limit ${len(arguments)}",
        arguments,
    )


def _referral(row: Any) -> Referral:
    return Referral(
        id=str(row["id"]),
        tenant=row["tenant_id"],
        campaign=row["campaign"],
        finding=row["finding"],
        unit=row["unit_id"],
        path=row["path"],
        receiver=row["receiver"],
        summary=row["summary"],
        policy_basis=row["policy_basis"],
        state=ReferralState(row["state"]),
        return_reason=row["return_reason"],
        outcome=Outcome(row["outcome"]),
        outcome_remark=row["outcome_remark"],
        create_time=row["create_time"],
        update_time=row["update_time"],
        accept_time=row["accept_time"],
        close_time=row["close_time"],
        version=row["version"],
        label=row["label"],
    )
