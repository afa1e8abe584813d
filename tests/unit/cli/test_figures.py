"""A table of figures is never folded: it is as wide as it needs, or says what it leaves out."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from plumbline.rollups.v1 import rollups_pb2
from services.cli import figures
from services.cli.figures import KEPT_COLUMNS, NARROW_GAP, SHORT_LABELS, USUAL_METRICS, WIDE_GAP, fit
from services.cli.render import Screen
from services.cli.words import Language
from services.rollups.catalogue import METRICS

BIGGEST = 12_345_678


def a_table(*, value: int = BIGGEST, name: str = "新疆维吾尔自治区") -> rollups_pb2.Table:
    def row(code: str) -> rollups_pb2.Row:
        return rollups_pb2.Row(
            unit="0123456789",
            code=code,
            display_name=name,
            level="province",
            values=[value] * len(METRICS),
            reported_units=1,
            participating_units=109,
        )

    return rollups_pb2.Table(
        metrics=[rollups_pb2.Metric(id=each.id, label_zh=each.label_zh, label_en=each.label_en) for each in METRICS],
        total=row("0"),
        rows=[row("11"), row("12")],
        catalogue_version=1,
    )


def a_screen(
    *, width: int, terminal: bool, language: Language = Language.ZH
) -> tuple[Screen, io.StringIO, io.StringIO]:
    out, err = io.StringIO(), io.StringIO()
    screen = Screen(
        language,
        out=Console(file=out, width=width, force_terminal=terminal, no_color=True, highlight=False),
        err=Console(file=err, width=width, force_terminal=False, highlight=False),
    )
    return screen, out, err


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("metrics", [USUAL_METRICS, ()])
def test_off_a_terminal_every_figure_of_a_row_stands_on_one_line(language: Language, metrics: tuple[str, ...]) -> None:
    screen, out, err = a_screen(width=80, terminal=False, language=language)

    figures.draw(screen, a_table(), metrics=metrics)

    lines = [line for line in out.getvalue().splitlines() if "新疆" in line]
    assert len(lines) == 2
    assert all(line.count(f"{BIGGEST:,}") == (len(metrics) or len(METRICS)) for line in lines)
    assert not err.getvalue()


def test_a_narrow_terminal_drops_whole_columns_from_the_right_and_says_how_many() -> None:
    screen, out, err = a_screen(width=60, terminal=True)

    figures.draw(screen, a_table(), metrics=USUAL_METRICS)

    (line, _) = [line for line in out.getvalue().splitlines() if "新疆" in line]
    shown = line.count(f"{BIGGEST:,}")
    assert 0 < shown < len(USUAL_METRICS)
    assert cell_len(line) <= 60
    assert f"{len(USUAL_METRICS) - shown} 列" in err.getvalue()


def test_the_usual_figures_of_the_nation_fit_a_terminal_of_100_columns() -> None:
    screen, _, err = a_screen(width=100, terminal=True)

    figures.draw(screen, a_table(value=9_999), metrics=USUAL_METRICS)

    assert not err.getvalue()


@given(st.lists(st.integers(1, 40), min_size=KEPT_COLUMNS, max_size=30), st.integers(20, 300))
def test_what_is_shown_fits_and_one_more_would_not(widths: list[int], available: int) -> None:
    found = fit(widths, available)

    used = sum(widths[: found.columns]) + found.gap * (found.columns - 1)
    assert used <= available or found.columns == KEPT_COLUMNS
    if found.columns < len(widths):
        assert found.gap == NARROW_GAP
        assert used + NARROW_GAP + widths[found.columns] > available
    assert fit(widths, None) == figures.Fit(len(widths), WIDE_GAP)


def test_every_figure_of_the_service_has_a_short_label() -> None:
    assert {metric.id for metric in METRICS} == SHORT_LABELS.keys()


def test_a_figure_that_is_new_here_has_the_services_label() -> None:
    screen, _, _ = a_screen(width=80, terminal=False)
    table = rollups_pb2.Table(
        metrics=[rollups_pb2.Metric(id="new", label_zh="新指标", label_en="New")], total=rollups_pb2.Row(values=[1])
    )

    assert figures.columns_of(screen, table, ())[-1].head == "新指标"


def test_an_empty_table_has_heads_and_says_why_it_is_empty() -> None:
    screen, out, _ = a_screen(width=80, terminal=False)
    table = a_table()
    table.ClearField("rows")
    table.empty_reason = "no_such_level"

    figures.draw(screen, table, metrics=("units", "unheard_of"))

    assert "没有这一层级" in out.getvalue()
    assert figures.unknown_metrics(table, ("units", "unheard_of")) == ["unheard_of"]
