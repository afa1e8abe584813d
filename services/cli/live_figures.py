"""A table of figures as it is kept by whoever watches it, and what changed in it; knows no service and no terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plumbline.rollups.v1 import rollups_pb2
from services.cli import figures
from services.cli.figures import Column


def kept(table: rollups_pb2.Table, told: rollups_pb2.WatchTableResponse) -> rollups_pb2.Table:
    """The table after a message; a snapshot takes its place."""
    if told.HasField("snapshot"):
        return told.snapshot
    after = rollups_pb2.Table()
    after.CopyFrom(table)
    fresh = told.change if told.HasField("change") else told.heartbeat
    after.as_of_time.CopyFrom(fresh.as_of_time)
    after.facts_pending, after.lag_ms = fresh.facts_pending, fresh.lag_ms
    if told.HasField("change"):
        rows = {row.unit: row for row in table.rows} | {row.unit: row for row in told.change.rows}
        for unit in told.change.gone_units:
            rows.pop(unit, None)
        del after.rows[:]
        after.rows.extend(sorted(rows.values(), key=lambda row: (row.code, row.unit)))
        after.empty_reason = told.change.empty_reason
        if told.change.HasField("total"):
            after.total.CopyFrom(told.change.total)
    return after


def changed_cells(
    before: rollups_pb2.Table, columns_before: Sequence[Column], after: rollups_pb2.Table, columns: Sequence[Column]
) -> set[tuple[int, int]]:
    """(line, column) of what reads otherwise than before; the total's line is the one after the last, new rows are not
    changed."""
    old, new = _cells(before, columns_before), _cells(after, columns)
    lines = {unit: line for line, unit in enumerate([*(row.unit for row in after.rows), ""])}
    return {(lines[unit], column) for (unit, column), text in new.items() if old.get((unit, column), text) != text}


def message_as_json(table: rollups_pb2.Table, told: rollups_pb2.WatchTableResponse) -> dict[str, Any]:
    """A message for programs. table: as it is kept, which says which value is which metric's."""
    if told.HasField("snapshot"):
        return {"kind": "snapshot", **figures.as_json(told.snapshot)}
    fresh = told.change if told.HasField("change") else told.heartbeat
    said: dict[str, Any] = {"kind": told.WhichOneof("answer")}
    if told.HasField("change"):
        change = told.change
        said |= {
            "rows": [figures.row_as_json(table, row) for row in change.rows],
            "total": figures.row_as_json(table, change.total) if change.HasField("total") else None,
            "gone_units": list(change.gone_units),
            "empty_reason": change.empty_reason,
        }
    return said | {
        "as_of": fresh.as_of_time.ToJsonString(),
        "facts_pending": int(fresh.facts_pending),
        "lag_ms": int(fresh.lag_ms),
    }


def _cells(table: rollups_pb2.Table, columns: Sequence[Column]) -> Mapping[tuple[str, int], str]:
    """What stands where, by unit and column; the total's unit is empty here."""
    cells = {}
    for number, column in enumerate(columns):
        cells[("", number)] = column.foot
        for row, text in zip(table.rows, column.cells, strict=True):
            cells[(row.unit, number)] = text
    return cells
