"""Rows in, model out, and back: the statements of the logs. There is none that changes or deletes an entry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.audit import tables
from services.audit.chain import BEGINNING
from services.audit.model import Entry, EntryKind, Happening, Head
from shared.database import Transaction

_COLUMNS = ", ".join(column.name for column in tables.entries.columns)

_KNOWN = "select happening_id from audit.entries where happening_id = any($1::text[])"
# Heads are made and locked in tenant order, so that two consumers never wait for each other in a ring.
_MAKE_HEADS = """
    insert into audit.heads (tenant_id, size, chain_hash)
    select t, 0, $2::bytea from unnest($1::text[]) as t order by t
    on conflict do nothing
"""
_LOCK_HEADS = """
    select tenant_id, size, chain_hash from audit.heads where tenant_id = any($1::text[]) order by tenant_id for update
"""
_SAVE_HEADS = """
    update audit.heads as h set size = n.size, chain_hash = n.chain_hash
    from unnest($1::text[], $2::bigint[], $3::bytea[]) as n(tenant_id, size, chain_hash)
    where h.tenant_id = n.tenant_id
"""
_APPEND = f"""
    insert into audit.entries ({_COLUMNS})
    select * from unnest(
        $1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::text[], $11::text[], $12::int[], $13::text[], $14::text[], $15::timestamptz[], $16::bytea[],
        $17::bytea[], $18::bytea[]
    )
"""
_HEAD = "select tenant_id, size, chain_hash from audit.heads where tenant_id = $1"
# One statement a set of filters: `$n = '' or column = $n` would soon get a generic plan that reads the whole log.
_PAGE = f"""
    select {_COLUMNS} from audit.entries
    where tenant_id = $1 and ($2::bigint is null or sequence < $2) {{filters}}
    order by sequence desc limit $3
"""
# Said twice for a trace, because its index leaves out entries without one.
_FILTERS = {
    "resource": "and resource = ${number}",
    "actor": "and actor = ${number}",
    "trace_id": "and trace_id <> '' and trace_id = ${number}",
}
_RUN = f"""
    select {_COLUMNS} from audit.entries
    where tenant_id = $1 and sequence > $2 order by sequence limit $3
"""


async def unknown(tx: Transaction, happenings: Sequence[Happening]) -> list[Happening]:
    """Those that no log has yet, each once; heads must be locked before, or another consumer may be adding them."""
    known = {row["happening_id"] for row in await tx.fetch(_KNOWN, [happening.id for happening in happenings])}
    fresh: dict[str, Happening] = {}
    for happening in happenings:
        if happening.id not in known:
            fresh.setdefault(happening.id, happening)
    return list(fresh.values())


async def lock_heads(tx: Transaction, tenants: Sequence[str]) -> dict[str, Head]:
    """The heads of some tenants' logs, locked until the transaction ends; a log that is not there yet begins."""
    names = sorted(set(tenants))
    await tx.fetch(_MAKE_HEADS, names, BEGINNING)
    rows = await tx.fetch(_LOCK_HEADS, names)
    return {row["tenant_id"]: _head(row) for row in rows}


async def append(tx: Transaction, entries: Sequence[Entry], heads: Sequence[Head]) -> None:
    """Adds entries and moves the heads on."""
    columns: list[list[Any]] = [[] for _ in tables.entries.columns]
    for entry in entries:
        for column, value in zip(columns, _row(entry), strict=True):
            column.append(value)
    await tx.fetch(_APPEND, *columns)
    await tx.fetch(
        _SAVE_HEADS, [head.tenant for head in heads], [head.size for head in heads], [h.chain_hash for h in heads]
    )


async def head(tx: Transaction, tenant: str) -> Head:
    """The head of a tenant's log; one that has not begun is empty."""
    row = await tx.fetch_row(_HEAD, tenant)
    return Head(tenant, 0, BEGINNING) if row is None else _head(row)


async def page(
    tx: Transaction, tenant: str, *, before: int | None, resource: str, actor: str, trace_id: str, limit: int
) -> list[Entry]:
    """Entries that the caller's scope and clearance show, newest first; an empty filter matches everything."""
    asked = {"resource": resource, "actor": actor, "trace_id": trace_id}
    named = [name for name in _FILTERS if asked[name]]
    filters = " ".join(_FILTERS[name].format(number=number) for number, name in enumerate(named, start=4))
    statement = _PAGE.format(filters=filters)
    return [_entry(row) for row in await tx.fetch(statement, tenant, before, limit, *(asked[name] for name in named))]


async def run(tx: Transaction, tenant: str, *, after: int, limit: int) -> list[Entry]:
    """The entries after a sequence, in order."""
    return [_entry(row) for row in await tx.fetch(_RUN, tenant, after, limit)]


def _head(row: Any) -> Head:
    return Head(row["tenant_id"], row["size"], row["chain_hash"])


def _row(entry: Entry) -> tuple[object, ...]:
    happening = entry.happening
    return (
        happening.tenant,
        entry.sequence,
        happening.id,
        happening.kind.value,
        happening.actor,
        happening.role,
        happening.service,
        happening.action,
        happening.outcome,
        happening.resource,
        happening.path,
        happening.label,
        happening.request_id,
        happening.trace_id,
        happening.time,
        happening.record,
        entry.leaf_hash,
        entry.chain_hash,
    )


def _entry(row: Any) -> Entry:
    return Entry(
        happening=Happening(
            id=row["happening_id"],
            tenant=row["tenant_id"],
            kind=EntryKind(row["kind"]),
            actor=row["actor"],
            role=row["role"],
            service=row["service"],
            action=row["action"],
            outcome=row["outcome"],
            resource=row["resource"],
            path=row["path"],
            label=row["label"],
            request_id=row["request_id"],
            trace_id=row["trace_id"],
            time=row["time"],
            record=row["record"],
        ),
        sequence=row["sequence"],
        leaf_hash=row["leaf_hash"],
        chain_hash=row["chain_hash"],
    )
