"""How figures are shown: a table for people and a document for programs."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.figures import Figure, plain


def as_json(figures: Sequence[Figure], machine: Mapping[str, object]) -> dict[str, Any]:
    """The document. A figure that nothing could be counted for is null."""
    return {"schema": "plumbline.benchmarks/1", "machine": dict(machine), "figures": [_entry(each) for each in figures]}


def rows(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    """Subject, figure, value with unit, ratio, bar, whether it is met, detail; one row a figure."""
    return [
        (
            figure.subject,
            figure.name,
            f"{plain(figure.value)} {figure.unit}".strip(),
            "" if figure.ratio is None else f"{plain(figure.ratio)} of {figure.ratio_to}",
            _bar(figure),
            {None: "", True: "met", False: "MISSED"}[figure.is_met],
            figure.detail,
        )
        for figure in figures
    ]


def markdown(figures: Sequence[Figure]) -> str:
    """The same table as `docs/benchmarks.md` holds it."""
    lines = ["| subject | figure | measured | ratio | bar | |", "| --- | --- | ---: | ---: | ---: | --- |"]
    before = ""
    for subject, name, value, ratio, bar, met, detail in rows(figures):
        told = "; ".join(filter(None, (met and f"**{met}**", detail)))
        lines.append(
            f"| {'' if subject == before else f'**{subject}**'} | {name} | {value} | {ratio} | {bar} | {told} |"
        )
        before = subject
    return "\n".join(lines)


def draw(figures: Sequence[Figure], console: Console) -> None:
    """Prints the table; a rule between subjects."""
    table = Table(show_lines=False, header_style="bold")
    for heading, justify in (
        ("Subject", "left"),
        ("Figure", "left"),
        ("Measured", "right"),
        ("Ratio", "right"),
        ("Bar", "right"),
        ("", "left"),
        ("Detail", "left"),
    ):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    before = ""
    for figure, row in zip(figures, rows(figures), strict=True):
        if before and figure.subject != before:
            table.add_section()
        style = {None: "", True: "green", False: "bold red"}[figure.is_met]
        table.add_row("" if figure.subject == before else row[0], *row[1:], style=style)
        before = figure.subject
    console.print(table)


def heading(machine: Mapping[str, object]) -> str:
    """What it was measured on, in one line."""
    database = machine.get("database")
    version = database.get("server_version") if isinstance(database, dict) else None
    return (
        f"{machine['time']}, commit {machine['commit'] or 'unknown'}, {machine['cores']} cores, "
        f"Python {machine['python']}, PostgreSQL {version}, load average {machine['load_average_at_start']} at the "
        f"start and {machine.get('load_average_at_end')} at the end."
    )


def _bar(figure: Figure) -> str:
    if figure.bar is None:
        return ""
    unit = f" of {figure.ratio_to}" if figure.bar.on_ratio else f" {figure.unit}"
    return f"{figure.bar.side.value} {plain(figure.bar.limit)}{unit}"


def _entry(figure: Figure) -> dict[str, Any]:
    bar = figure.bar
    return {
        "subject": figure.subject,
        "name": figure.name,
        "value": None if math.isnan(figure.value) else figure.value,
        "unit": figure.unit,
        "detail": figure.detail,
        "ratio": figure.ratio,
        "ratio_to": figure.ratio_to,
        "bar": None if bar is None else {"side": bar.side.value, "limit": bar.limit, "on_ratio": bar.on_ratio},
        "is_met": figure.is_met,
    }
