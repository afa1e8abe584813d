"""A watched table is kept as its messages say, and what changed in it stands out."""

from __future__ import annotations

import io

from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console

from plumbline.rollups.v1 import rollups_pb2
from services.cli import figures, live_figures
from services.cli.render import Screen
from services.cli.words import Language
from shared import watched_tables

WANTED = ("problems_total",)


def row(code: str, problems: int) -> rollups_pb2.Row:
    return rollups_pb2.Row(unit=f"unit-{code}", code=code, display_name=f"省{code}", values=[problems])


def a_table(*rows: rollups_pb2.Row, total: int) -> rollups_pb2.Table:
    metrics = [rollups_pb2.Metric(id="problems_total", label_zh="问题总数", label_en="Problems")]
    return rollups_pb2.Table(metrics=metrics, rows=rows, total=row("0", total), facts_pending=4)


def a_change(*rows: rollups_pb2.Row, total: int, gone: tuple[str, ...] = ()) -> rollups_pb2.WatchTableResponse:
    change = rollups_pb2.TableChange(
        rows=rows, total=row("0", total), gone_units=gone, as_of_time=Timestamp(seconds=9), lag_ms=7
    )
    return rollups_pb2.WatchTableResponse(change=change)


def a_screen() -> Screen:
    return Screen(Language.ZH, out=Console(file=io.StringIO(), width=100, force_terminal=True, highlight=False))


def test_changed_new_and_gone_rows_are_kept_in_code_order_with_how_fresh_they_are() -> None:
    before = a_table(row("11", 1), row("13", 3), total=4)

    after = watched_tables.kept(before, a_change(row("12", 2), row("11", 5), total=7, gone=("unit-13",)))

    assert [(each.code, each.values[0]) for each in after.rows] == [("11", 5), ("12", 2)]
    assert (after.total.values[0], after.as_of_time.seconds, after.facts_pending, after.lag_ms) == (7, 9, 0, 7)
    assert [each.code for each in before.rows] == ["11", "13"]


def test_a_heartbeat_changes_only_how_fresh_the_table_is() -> None:
    before = a_table(row("11", 1), total=1)
    beat = rollups_pb2.WatchTableResponse(heartbeat=rollups_pb2.TableHeartbeat(facts_pending=-1))

    after = watched_tables.kept(before, beat)

    assert (list(after.rows), after.total, after.facts_pending) == (list(before.rows), before.total, -1)


def test_a_snapshot_takes_the_place_of_everything() -> None:
    whole = a_table(row("12", 2), total=2)

    after = watched_tables.kept(a_table(row("11", 1), total=1), rollups_pb2.WatchTableResponse(snapshot=whole))

    assert after == whole


def test_what_reads_otherwise_than_before_stands_out_and_nothing_else() -> None:
    screen = a_screen()
    before = a_table(row("11", 1), row("12", 2), total=3)
    after = a_table(row("11", 1), row("115", 9), row("12", 5), total=15)
    columns = [figures.columns_of(screen, each, WANTED) for each in (before, after)]

    changed = live_figures.changed_cells(before, columns[0], after, columns[1])
    drawn, _ = figures.drawing(screen, columns[1], changed=changed)
    screen.out.print(drawn)

    # The figure of 12, now the third line, and the total after the last.
    assert changed == {(2, 2), (3, 2)}
    assert isinstance(screen.out.file, io.StringIO)
    assert [line.count("\x1b[7m") for line in screen.out.file.getvalue().splitlines() if "省" in line] == [0, 0, 1]


def test_programs_get_each_message_with_figures_by_name() -> None:
    table = a_table(row("11", 1), total=1)

    said = live_figures.message_as_json(table, a_change(row("11", 5), total=5))

    assert (said["kind"], said["rows"][0]["problems_total"], said["total"]["problems_total"]) == ("change", 5, 5)
    assert (said["as_of"], said["facts_pending"], said["lag_ms"]) == ("1970-01-01T00:00:09Z", 0, 7)
