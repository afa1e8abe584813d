"""What changed in a table of figures that is watched, and how programs are told; knows no service and no terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plumbline.rollups.v1 import rollups_pb2
from services.cli import figures
from services.cli.figures import Column


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
