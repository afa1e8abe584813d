"""Rows in, model out, and back: the statements of contributions, tallies and the fold's progress."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import numpy as np

from services.rollups.catalogue import USED_SLOTS
from services.rollups.fold import Tallies
from services.rollups.model import TERRITORIAL, WHOLE_TIME, Change, Contribution, Progress, TableRow
from services.rollups.tables import SLOT_COLUMNS
from shared.database import Transaction

# The import of a tree comes as a few facts with tens of thousands of units: no statement gets them all.
_CHUNK = 5000

# RETURNING old (PostgreSQL 18) gives exactly the changes that were made; old is NULL at first sight (postgres.md 3).
_PUT = """
    insert into rollups.contributions as k
        (line, key, tenant_id, path, campaign, version, placement_version, slots, amounts)
    select u.line, u.key, u.tenant_id, u.path, u.campaign, u.version, u.placement_version,
           u.slots::smallint[], u.amounts::bigint[]
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[],
                $8::text[], $9::text[])
      as u(line, key, tenant_id, path, campaign, version, placement_version, slots, amounts)
    on conflict (line, key) do update set
        tenant_id = excluded.tenant_id, path = excluded.path, campaign = excluded.campaign,
        version = excluded.version, placement_version = excluded.placement_version,
        slots = excluded.slots, amounts = excluded.amounts
    where (k.version, k.placement_version) < (excluded.version, excluded.placement_version)
    returning new.line, new.key, old.tenant_id, old.path, old.campaign, old.version, old.placement_version,
              old.slots, old.amounts
"""
_ADVANCE = """
    update rollups.progress
    set applied = applied + $1, recorded_time = greatest(recorded_time, $2), latency_ms = $3
    returning applied
"""
_PROGRESS = "select applied, recorded_time, latency_ms from rollups.progress"
# One statement, so that contributions, tallies and progress are of one moment.
_FOLDED = f"""
    select 'contribution' as kind, line, key, tenant_id, path, campaign, version, placement_version, slots, amounts
    from rollups.contributions
    union all
    select 'tally', line, unit_id, '', path, campaign, 0, 0, null, array[{", ".join(SLOT_COLUMNS)}]
    from rollups.tallies where period = '{WHOLE_TIME}'
"""
_SUMS = ", ".join(f"coalesce(sum(t.{SLOT_COLUMNS[slot]}), 0)::bigint" for slot in USED_SLOTS)
_ROWS = """
    select p.unit_id, p.code, p.display_name, p.level, p.parent_unit, p.path, {sums}
    from rollups.placements p
    left join rollups.tallies t
      on t.line = $1 and t.unit_id = p.unit_id and t.period = $2 and ($3 = '' or t.campaign in ('', $3))
    where {which}
    group by p.unit_id
    order by p.code, p.unit_id
"""
_ONE = "p.unit_id = $4"
_CHILDREN = "p.parent_unit = $4"
_AT_LEVEL = "p.path >= $4 and p.path < $4 || '~' and p.level = $5"
# The root comes before everything below it; where there are several, the first.
_TOP = "select unit_id from rollups.placements where path >= $1 and path < $1 || '~' order by path limit 1"
_LEVELS = "select distinct level from rollups.placements order by level"


@dataclass(frozen=True)
class Folded:
    """What is stored, all of one moment."""

    contributions: dict[tuple[str, str], Contribution]
    tallies: Tallies


async def put(tx: Transaction, contributions: Sequence[Contribution]) -> list[Change]:
    """Stores contributions, each key once, and returns those that were newer than what was there, with that.

    contributions: sorted by (line, key), so that two folds at once lock rows in one order.
    """
    changes = []
    for chunk in _chunks(contributions):
        by_key = {(contribution.line, contribution.key): contribution for contribution in chunk}
        rows = await tx.fetch(_PUT, *_columns(chunk))
        for row in rows:
            old = None if row["version"] is None else _contribution(row)
            changes.append(Change(old, by_key[(row["line"], row["key"])]))
    return changes


async def add(tx: Transaction, changes: Tallies) -> None:
    """Adds changes to the wide rows; a row that is not there yet begins at zero."""
    used = np.flatnonzero(changes.amounts.any(axis=0)).tolist()
    if not changes.keys:
        return
    statement = _add_statement(tuple(used))
    for start in range(0, len(changes.keys), _CHUNK):
        keys, paths = changes.keys[start : start + _CHUNK], changes.paths[start : start + _CHUNK]
        await tx.fetch(
            statement,
            WHOLE_TIME,
            [line for line, _, _ in keys],
            [unit for _, unit, _ in keys],
            [campaign for _, _, campaign in keys],
            list(paths),
            *(changes.amounts[start : start + _CHUNK, slot].tolist() for slot in used),
        )


async def advance(tx: Transaction, *, applied: int, recorded_time: datetime, latency_ms: int) -> int:
    """Says that so many facts more have been applied, the newest of them recorded then. Returns how many it is now."""
    now_applied: int = await tx.fetch_value(_ADVANCE, applied, recorded_time, latency_ms)
    return now_applied


async def progress(tx: Transaction) -> Progress:
    """How far the fold has come."""
    row = await tx.fetch_row(_PROGRESS)
    if row is None:
        return Progress(applied=0, recorded_time=None, latency_ms=0)
    return Progress(applied=row["applied"], recorded_time=row["recorded_time"], latency_ms=row["latency_ms"])


async def folded(tx: Transaction) -> Folded:
    """Every contribution and every wide row that the caller's scope shows."""
    contributions: dict[tuple[str, str], Contribution] = {}
    keys, paths, amounts = [], [], []
    for row in await tx.fetch(_FOLDED):
        if row["kind"] == "contribution":
            contributions[(row["line"], row["key"])] = _contribution(row)
        else:
            keys.append((row["line"], row["key"], row["campaign"]))
            paths.append(row["path"])
            amounts.append(row["amounts"])
    wide = np.array(amounts, dtype=np.int64).reshape(-1, len(SLOT_COLUMNS))
    return Folded(contributions, Tallies(keys, paths, wide))


async def unit_row(tx: Transaction, unit_id: str, *, campaign: str) -> TableRow | None:
    """One unit with its figures; all campaigns together where campaign is empty."""
    rows = await tx.fetch(_ROWS.format(sums=_SUMS, which=_ONE), TERRITORIAL, WHOLE_TIME, campaign, unit_id)
    return _table_row(rows[0]) if rows else None


async def rows_directly_below(tx: Transaction, unit_id: str, *, campaign: str) -> list[TableRow]:
    """The units directly under one with their figures, in code order."""
    rows = await tx.fetch(_ROWS.format(sums=_SUMS, which=_CHILDREN), TERRITORIAL, WHOLE_TIME, campaign, unit_id)
    return [_table_row(row) for row in rows]


async def rows_at_level(tx: Transaction, *, path: str, level: str, campaign: str) -> list[TableRow]:
    """The units of a level at or below a path with their figures, in code order."""
    rows = await tx.fetch(_ROWS.format(sums=_SUMS, which=_AT_LEVEL), TERRITORIAL, WHOLE_TIME, campaign, path, level)
    return [_table_row(row) for row in rows]


async def top_of(tx: Transaction, scope: str) -> str | None:
    """The id of the highest unit of a scope; None while no unit of it has arrived."""
    top: str | None = await tx.fetch_value(_TOP, scope)
    return top


async def levels(tx: Transaction) -> list[str]:
    """The levels that the caller's scope shows."""
    return [row["level"] for row in await tx.fetch(_LEVELS)]


def _add_statement(used: tuple[int, ...]) -> str:
    """Adds to the slots that change and to no other: a fold touches few of the 64, and each costs an array."""
    columns = [SLOT_COLUMNS[slot] for slot in used]
    names = "".join(f", {column}" for column in columns)
    arrays = "".join(f", ${number}::bigint[]" for number in range(6, 6 + len(columns)))
    sums = "".join(f", {column} = t.{column} + excluded.{column}" for column in columns)
    return f"""
        insert into rollups.tallies as t (period, line, unit_id, campaign, path{names})
        select $1::text, u.* from unnest($2::text[], $3::text[], $4::text[], $5::text[]{arrays}) as u
        on conflict (line, unit_id, campaign, period) do update set
            path = case when excluded.path = '' then t.path else excluded.path end{sums}
    """


def _chunks(contributions: Sequence[Contribution]) -> Iterator[Sequence[Contribution]]:
    return (contributions[start : start + _CHUNK] for start in range(0, len(contributions), _CHUNK))


def _columns(contributions: Sequence[Contribution]) -> tuple[list[Any], ...]:
    return (
        [c.line for c in contributions],
        [c.key for c in contributions],
        [c.tenant for c in contributions],
        [c.path for c in contributions],
        [c.campaign for c in contributions],
        [c.version for c in contributions],
        [c.placement_version for c in contributions],
        # unnest would flatten arrays of arrays, so each travels as PostgreSQL writes it.
        ["{" + ",".join(str(slot) for slot, _ in c.amounts) + "}" for c in contributions],
        ["{" + ",".join(str(amount) for _, amount in c.amounts) + "}" for c in contributions],
    )


def _contribution(row: asyncpg.Record) -> Contribution:
    return Contribution(
        key=row["key"],
        version=row["version"],
        placement_version=row["placement_version"],
        line=row["line"],
        path=row["path"],
        campaign=row["campaign"],
        amounts=tuple(zip(row["slots"], row["amounts"], strict=True)),
        tenant=row["tenant_id"],
    )


def _table_row(row: asyncpg.Record) -> TableRow:
    unit, code, display_name, level, parent, path, *sums = row
    return TableRow(unit, code, display_name, level, parent, path, slots=dict(zip(USED_SLOTS, sums, strict=True)))
