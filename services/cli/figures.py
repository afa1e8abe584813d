"""How roll-up figures look at a terminal and in JSON; knows no service and no address."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table as Drawn

from plumbline.rollups.v1 import rollups_pb2
from services.cli.refusals import StackRefused
from services.cli.render import Screen, wide_enough
from shared.words import Words

# What most people ask of a table; it fits a terminal of 100 columns. The others come with --all.
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

# Heads that are hardly wider than the numbers below them; the service's labels are whole phrases.
SHORT_LABELS: Final[Mapping[str, Words]] = {
    "units": Words("单位\n数", "Units"),
    "participating_units": Words("参加\n单位", "Taking\npart"),
    "reported_units": Words("报备\n单位", "Have\nlodged"),
    "plans_lodged": Words("方案\n待核", "Plans\nlodged"),
    "plans_returned_now": Words("方案\n补正", "Plans\nback"),
    "plans_registered": Words("方案\n登记", "Plans\nin"),
    "plan_lodgings": Words("报备\n次数", "Lodg-\nings"),
    "plan_returns": Words("退回\n次数", "Re-\nturns"),
    "problems_total": Words("问题\n总数", "Prob-\nlems"),
    "problems_open": Words("问题\n列入", "Not\nbegun"),
    "problems_in_progress": Words("问题\n整改", "In\nhand"),
    "problems_done": Words("问题\n报完", "Done"),
    "problems_verified": Words("问题\n核验", "Veri-\nfied"),
    "problems_closed": Words("问题\n销号", "Closed"),
    "problems_overdue": Words("问题\n逾期", "Over-\ndue"),
    "problems_yellow": Words("问题\n临期", "Nearly\ndue"),
    "visits": Words("检查\n次数", "Visits"),
    "visits_closed": Words("检查\n结束", "Visits\nclosed"),
    "findings": Words("发现\n问题", "Find-\nings"),
    "findings_serious": Words("发现\n严重", "Grave\nones"),
    "referrals": Words("线索\n移交", "Refer-\nred"),
    "referrals_accepted": Words("线索\n受理", "Ac-\ncepted"),
    "referrals_returned": Words("线索\n退回", "Sent\nback"),
    "referrals_concluded": Words("线索\n办结", "Con-\ncluded"),
}

# Between two columns; the narrow gap is taken where the wide one does not fit.
WIDE_GAP, NARROW_GAP = 2, 1
# The unit's name, and how many of those below have lodged: without them the figures say nothing.
KEPT_COLUMNS = 2


@dataclass(frozen=True)
class Column:
    """One column as text: its head may have lines; cells and foot have one."""

    head: str
    cells: tuple[str, ...]
    foot: str

    @property
    def width(self) -> int:
        """Terminal cells that the column needs so that nothing in it is folded."""
        return max(cell_len(line) for line in (*self.head.split("\n"), *self.cells, self.foot))


@dataclass(frozen=True)
class Fit:
    """How a table goes onto a terminal: its columns from the left, and the gap between them."""

    columns: int
    gap: int


def fit(widths: Sequence[int], available: int | None) -> Fit:
    """How many columns fit and with which gap. available: terminal cells, or None off a terminal: all fit.

    A column is shown whole or not at all; the first KEPT_COLUMNS always are.
    """
    if available is None or _needed(widths, WIDE_GAP) <= available:
        return Fit(len(widths), WIDE_GAP)
    count = len(widths)
    while count > KEPT_COLUMNS and _needed(widths[:count], NARROW_GAP) > available:
        count -= 1
    return Fit(count, NARROW_GAP)


def _needed(widths: Sequence[int], gap: int) -> int:
    return sum(widths) + gap * (len(widths) - 1)


def wanted_metrics(metrics: str, *, all_metrics: bool) -> tuple[str, ...]:
    """The ids asked for; the usual ones where nothing was asked, and nothing for all of them."""
    if all_metrics:
        return ()
    return tuple(wanted.strip() for wanted in metrics.split(",") if wanted.strip()) or USUAL_METRICS


def check_metrics(table: rollups_pb2.Table, metrics: Sequence[str]) -> None:
    """Raises StackRefused for wanted figures that the service does not have."""
    if unknown := unknown_metrics(table, metrics):
        known = ", ".join(metric.id for metric in table.metrics)
        raise StackRefused("figures.unknown", names=", ".join(unknown), known=known)


def unknown_metrics(table: rollups_pb2.Table, metrics: Sequence[str]) -> list[str]:
    """Those of the wanted figures that the service does not have."""
    known = {metric.id for metric in table.metrics}
    return [wanted for wanted in metrics if wanted not in known]


def draw(screen: Screen, table: rollups_pb2.Table, *, metrics: Sequence[str]) -> None:
    """A table of figures with its total, as-of time and lag; says why it is empty where it is.

    metrics: ids in the order of the columns; all for an empty wish. Where a terminal is too narrow the rightmost
    figures are left out and counted; no number is ever folded.
    """
    columns = columns_of(screen, table, metrics)
    console = screen.out
    drawn, left_out = drawing(screen, columns)
    with wide_enough(console, drawn):
        console.print(drawn)
    if left_out:
        screen.warn("figures.left_out", count=left_out, width=console.width)
    if table.empty_reason:
        screen.answer(f"figures.empty.{table.empty_reason}")
    screen.answer("figures.as_of", **freshness(table))


def freshness(table: rollups_pb2.Table) -> dict[str, object]:
    """The facts of the line that says how fresh a table is."""
    return {
        "time": table.as_of_time.ToDatetime().strftime("%Y-%m-%d %H:%M:%S"),
        "pending": f"{table.facts_pending:,}",
        "lag": f"{table.lag_ms:,}",
        "version": table.catalogue_version,
    }


def drawing(
    screen: Screen, columns: Sequence[Column], *, changed: Container[tuple[int, int]] = frozenset()
) -> tuple[Drawn, int]:
    """The table as it is drawn, and how many columns had no room. changed: (line, column) of cells that stand out; the
    total's line is the one after the last."""
    console = screen.out
    shown = fit([column.width for column in columns], console.width if console.is_terminal else None)
    drawn = Drawn(box=None, pad_edge=False, padding=(0, shown.gap, 0, 0), header_style="bold", show_footer=True)
    lines = len(columns[0].cells)
    for number, column in enumerate(columns[: shown.columns]):
        drawn.add_column(
            escape(column.head),
            footer=_marked(column.foot, stands_out=(lines, number) in changed),
            footer_style="bold",
            justify="right" if number else "left",
            min_width=column.width,
            no_wrap=True,
            vertical="bottom",
        )
    for line, cells in enumerate(zip(*(column.cells for column in columns[: shown.columns]), strict=True)):
        drawn.add_row(*(_marked(cell, stands_out=(line, number) in changed) for number, cell in enumerate(cells)))
    return drawn, len(columns) - shown.columns


def _marked(cell: str, *, stands_out: bool) -> str:
    return f"[reverse]{escape(cell)}[/reverse]" if stands_out else escape(cell)


def columns_of(screen: Screen, table: rollups_pb2.Table, metrics: Sequence[str]) -> list[Column]:
    """The columns from the left: the unit, how many have lodged, then the figures."""
    unit = Column(
        screen.words("figures.unit"), tuple(row.display_name for row in table.rows), screen.words("figures.total")
    )
    reported = Column(
        screen.words("figures.reported"), tuple(_reported(row) for row in table.rows), _reported(table.total)
    )
    figures = [
        Column(
            _label(screen, table.metrics[number]),
            tuple(_figure(row, number) for row in table.rows),
            _figure(table.total, number),
        )
        for number in _places(table, metrics)
    ]
    return [unit, reported, *figures]


def _label(screen: Screen, metric: rollups_pb2.Metric) -> str:
    words = SHORT_LABELS.get(metric.id, Words(metric.label_zh, metric.label_en))
    return words.in_(screen.language)


def _figure(row: rollups_pb2.Row, number: int) -> str:
    return f"{row.values[number]:,}" if row.values else ""


def as_json(table: rollups_pb2.Table) -> dict[str, Any]:
    """The same for programs: every metric by its id."""
    return {
        "metrics": [{"id": metric.id, "zh": metric.label_zh, "en": metric.label_en} for metric in table.metrics],
        "rows": [row_as_json(table, row) for row in table.rows],
        "total": row_as_json(table, table.total),
        "as_of": table.as_of_time.ToJsonString(),
        "facts_pending": int(table.facts_pending),
        "lag_ms": int(table.lag_ms),
        "catalogue_version": table.catalogue_version,
        "empty_reason": table.empty_reason,
    }


def _places(table: rollups_pb2.Table, metrics: Sequence[str]) -> list[int]:
    """Places of the wanted metrics in each row's values; all of them for an empty wish."""
    ids = [metric.id for metric in table.metrics]
    return [ids.index(wanted) for wanted in metrics if wanted in ids] if metrics else list(range(len(ids)))


def _reported(row: rollups_pb2.Row) -> str:
    return f"{row.reported_units:,}/{row.participating_units:,}"


def row_as_json(table: rollups_pb2.Table, row: rollups_pb2.Row) -> dict[str, Any]:
    """A row for programs. table: what says which value is which metric's."""
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
