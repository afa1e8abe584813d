"""What has changed between two readings of a table, and what its watchers are told; arithmetic, and no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.rollups.model import Progress, Table, TableRow


@dataclass(frozen=True)
class Change:
    """What makes the newer table of the older one.

    total: None where it is the same. rows: those that changed, whole, and new ones, in the table's order. gone: units
    whose rows are in the table no more.
    """

    total: TableRow | None
    rows: Sequence[TableRow]
    gone: Sequence[str]
    empty_reason: str


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The whole table."""

    table: Table
    facts_pending: int


@dataclass(frozen=True, eq=False)
class Changed:
    """What has changed since the last thing told, of the figures of one campaign or of all (empty)."""

    change: Change
    campaign: str
    progress: Progress
    facts_pending: int


@dataclass(frozen=True, eq=False)
class Heartbeat:
    """Nothing has changed, and so fresh is that."""

    progress: Progress
    facts_pending: int


Told = Snapshot | Changed | Heartbeat


def told_of(older: Table, newer: Table, *, facts_pending: int) -> Snapshot | Changed | None:
    """What to tell of the newer table to somebody who has the older one; None where nothing has changed."""
    if _is_other_table(older, newer):
        return Snapshot(newer, facts_pending)
    change = between(older, newer)
    return None if change is None else Changed(change, newer.campaign, newer.progress, facts_pending)


def between(older: Table, newer: Table) -> Change | None:
    """What changed of one table; None where the figures, names and reasons are the same. How fresh it is counts not."""
    before = {row.unit: row for row in older.rows}
    rows = tuple(row for row in newer.rows if before.pop(row.unit, None) != row)
    gone = tuple(before)
    total = None if newer.total == older.total else newer.total
    if total is None and not rows and not gone and newer.empty_reason == older.empty_reason:
        return None
    return Change(total, rows, gone, newer.empty_reason)


def apply(older: Table, change: Change) -> Table:
    """The newer table's figures, as whoever receives a change makes them; how fresh they are is told beside."""
    rows = {row.unit: row for row in older.rows} | {row.unit: row for row in change.rows}
    for unit in change.gone:
        del rows[unit]
    return replace(
        older,
        total=older.total if change.total is None else change.total,
        rows=tuple(sorted(rows.values(), key=lambda row: row.place)),
        empty_reason=change.empty_reason,
    )


def _is_other_table(older: Table, newer: Table) -> bool:
    """True where the newer one is of another unit, or of none, so that nothing of the older one can be kept."""
    return (older.total and older.total.unit) != (newer.total and newer.total.unit)
