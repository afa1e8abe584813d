"""How figures are shown."""

from __future__ import annotations

import io
import json
import math

from rich.console import Console

from tests.benchmarks import report
from tests.benchmarks.figures import Figure, at_least, at_most

FIGURES = [
    Figure("write", "echo", 4213.0, "calls/s", "3 rounds, 4,100 to 4,300"),
    Figure(
        "write", "CreateProblem", 1000.0, "calls/s", ratio=0.237, ratio_to="echo", bar=at_least(0.22, on_ratio=True)
    ),
    Figure("table", "p50", 1.4, "ms", bar=at_most(1)),
]


def test_a_row_tells_the_ratio_beside_its_bar() -> None:
    row = report.rows(FIGURES)[1]

    assert row == (
        "write",
        "CreateProblem",
        "1,000 calls/s",
        "0.237 of echo",
        "at least 0.220 of echo",
        "met",
        "",
    )


def test_a_miss_is_said_plainly() -> None:
    out = io.StringIO()

    report.draw(FIGURES, Console(file=out, width=160))

    assert "MISSED" in out.getvalue()
    assert "at most 1.00 ms" in out.getvalue()


def test_the_markdown_names_a_subject_once() -> None:
    lines = report.markdown(FIGURES).splitlines()

    assert lines[2].startswith("| **write** | echo | 4,210 calls/s |")
    assert lines[3] == "|  | CreateProblem | 1,000 calls/s | 0.237 of echo | at least 0.220 of echo | **met** |"
    assert lines[4].endswith("| at most 1.00 ms | **MISSED** |")


def test_the_document_holds_every_figure_and_can_be_read_by_any_program() -> None:
    unmeasured = Figure("fold", "could not be measured", math.nan, "")

    document = json.loads(json.dumps(report.as_json([*FIGURES, unmeasured], {"cores": 2}), allow_nan=False))

    assert document["machine"] == {"cores": 2}
    assert [each["is_met"] for each in document["figures"]] == [None, True, False, None]
    assert document["figures"][1]["bar"] == {"side": "at least", "limit": 0.22, "on_ratio": True}
    assert document["figures"][3]["value"] is None
