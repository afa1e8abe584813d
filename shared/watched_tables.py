"""A table of figures as it is kept by whoever watches it at rollups; knows no service and no screen."""

from __future__ import annotations

from plumbline.rollups.v1 import rollups_pb2


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
