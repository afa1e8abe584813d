"""How roll-up figures look at a terminal and in JSON; knows no service and no address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table as Drawn

from plumbline.rollups.v1 import rollups_pb2
from services.cli.render import Screen
from services.cli.words import Language

# What most people ask of a table; it fits a terminal of 120 columns. The others come with --all.
USUAL_METRICS = (
    "units",
    "plans_registered",
    "problems_open",
    "problems_in_progress",
    "problems_done",
    "problems_verified",
    "problems_closed",
    "problems_overdue",
    "visits",
    "findings",
    "referrals",
    "referrals_concluded",
)


def draw(screen: Screen, table: rollups_pb2.Table, *, metrics: Sequence[str]) -> None:
    """A table of figures with its total, as-of time and lag; says why it is empty where it is."""
    columns = _columns(table, metrics)
    drawn = Drawn(box=None, pad_edge=False, header_style="bold", show_footer=True)
    drawn.add_column(screen.words("figures.unit"), footer=screen.words("figures.total"), no_wrap=True)
    for number in columns:
        metric = table.metrics[number]
        label = metric.label_zh if screen.language is Language.ZH else metric.label_en
        footer = f"{table.total.values[number]:,}" if table.total.values else ""
        drawn.add_column(escape(label), justify="right", footer=footer, overflow="fold")
    reported = screen.words("figures.reported")
    drawn.add_column(reported, justify="right", footer=_reported(table.total))
    for row in table.rows:
        drawn.add_row(escape(row.display_name), *(f"{row.values[number]:,}" for number in columns), _reported(row))
    screen.out.print(drawn)
    if table.empty_reason:
        screen.answer(f"figures.empty.{table.empty_reason}")
    screen.answer(
        "figures.as_of",
        time=table.as_of_time.ToDatetime().strftime("%Y-%m-%d %H:%M:%S"),
        pending=f"{table.facts_pending:,}",
        lag=f"{table.lag_ms:,}",
        version=table.catalogue_version,
    )


def as_json(table: rollups_pb2.Table) -> dict[str, Any]:
    """The same for programs: every metric by its id."""
    return {
        "metrics": [{"id": metric.id, "zh": metric.label_zh, "en": metric.label_en} for metric in table.metrics],
        "rows": [_row(table, row) for row in table.rows],
        "total": _row(table, table.total),
        "as_of": table.as_of_time.ToJsonString(),
        "facts_pending": int(table.facts_pending),
        "lag_ms": int(table.lag_ms),
        "catalogue_version": table.catalogue_version,
        "empty_reason": table.empty_reason,
    }


def _columns(table: rollups_pb2.Table, metrics: Sequence[str]) -> list[int]:
    """Places of the wanted metrics in each row's values; all of them for an empty wish."""
    ids = [metric.id for metric in table.metrics]
    return [ids.index(wanted) for wanted in metrics if wanted in ids] if metrics else list(range(len(ids)))


def _reported(row: rollups_pb2.Row) -> str:
    return f"{row.reported_units:,}/{row.participating_units:,}"


def _row(table: rollups_pb2.Table, row: rollups_pb2.Row) -> dict[str, Any]:
    figures = {metric.id: int(value) for metric, value in zip(table.metrics, row.values, strict=False)}
    return {
        "unit": row.unit,
        "code": row.code,
        "name": row.display_name,
        "level": row.level,
        "reported_units": int(row.reported_units),
        "participating_units": int(row.participating_units),
        **figures,
    }
