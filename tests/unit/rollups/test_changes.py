"""Changes of a table: whoever applies what was told has the newer table, and is told nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from services.rollups import changes
from services.rollups.changes import Changed, Snapshot
from services.rollups.model import Progress, Table, TableRow

PROGRESS = Progress(applied=0, recorded_time=None, latency_ms=0)
LATER = Progress(applied=9, recorded_time=datetime(2026, 3, 2, tzinfo=UTC), latency_ms=7)


def row(unit: str, *, code: str = "", figure: int = 0, name: str = "") -> TableRow:
    return TableRow(unit, code or unit, name, "county", "above", f"above/{unit}/", slots={0: 1, 9: figure})


def table(*rows: TableRow, total: int = 0, empty_reason: str = "", progress: Progress = PROGRESS) -> Table:
    return Table(row("above", figure=total), rows, campaign="", progress=progress, empty_reason=empty_reason)


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """Any table of one unit; a row's code may be another one's, and may change."""
    units = draw(st.sets(st.sampled_from("abcdef")))
    rows = [
        row(unit, code=draw(st.sampled_from("123")), figure=draw(st.integers(0, 2)), name=draw(st.sampled_from("xy")))
        for unit in units
    ]
    reason = draw(st.sampled_from(("", "nothing_reported")))
    return table(*sorted(rows, key=lambda each: each.place), total=draw(st.integers(0, 2)), empty_reason=reason)


@given(tables(), tables())
def test_the_change_between_two_tables_makes_the_newer_one_of_the_older(older: Table, newer: Table) -> None:
    change = changes.between(older, newer)

    assert (older if change is None else changes.apply(older, change)) == newer


@given(tables(), tables())
def test_no_row_is_told_that_the_receiver_has_already(older: Table, newer: Table) -> None:
    change = changes.between(older, newer)

    told = () if change is None else change.rows
    assert not [each for each in told if each in older.rows]


@given(tables())
def test_that_only_time_has_passed_is_no_change(older: Table) -> None:
    assert changes.between(older, replace(older, progress=LATER)) is None
    assert changes.told_of(older, replace(older, progress=LATER), facts_pending=3) is None


def test_a_change_is_told_with_how_fresh_the_newer_table_is() -> None:
    newer = table(row("a", figure=2), total=2, progress=LATER)

    told = changes.told_of(table(row("a", figure=1), total=1), newer, facts_pending=3)

    assert isinstance(told, Changed)
    assert (told.change.rows, told.change.total) == ((row("a", figure=2),), row("above", figure=2))
    assert (told.progress, told.facts_pending) == (LATER, 3)


def test_the_table_of_another_unit_is_told_as_a_whole() -> None:
    none_yet = Table(None, (), campaign="", progress=PROGRESS, empty_reason="nothing_reported")
    arrived = table(row("a"))

    for older, newer in ((none_yet, arrived), (arrived, none_yet), (replace(arrived, total=row("other")), arrived)):
        told = changes.told_of(older, newer, facts_pending=0)
        assert isinstance(told, Snapshot)
        assert told.table is newer
