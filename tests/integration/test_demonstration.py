"""The demonstration as a stranger starts it: the whole national tree, to a table that equals a recount."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import Any

import pytest

from services.cli.demonstration.cast import WAITING_CITIES
from services.cli.demonstration.story import UNMADE_VISITS
from services.cli.folder import StackFolder
from tests.browser import picture

PASSWORD = r"\b(?:[a-z2-9]{4}-){3}[a-z2-9]{4}\b"
PROJECT = Path(__file__).parents[2]
# Twice what the slowest machine seen needed; no figure here is a promise about time.
PATIENCE_S = 280


async def demonstrate(folder: Path, *, json_file: Path) -> tuple[str, dict[str, Any]]:
    """Runs `plumbline demo --exit --json FILE` to its end. Returns what a person saw and what was written."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli.main", "--data", str(folder), "--lang", "en"),
        *("demo", "--exit", "--json", str(json_file)),
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": f"{PROJECT}:{PROJECT / 'protos' / 'gen'}"},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), timeout=PATIENCE_S)
    assert process.returncode == 0, err.decode()[-3000:]
    return out.decode(), json.loads(json_file.read_text(encoding="utf-8"))


@pytest.mark.timeout(600)
async def test_the_demonstration_tells_its_story_once_and_every_figure_equals_a_recount() -> None:
    root = Path(tempfile.mkdtemp(prefix="plumbline-demo-"))
    try:
        shown, told = await demonstrate(root / "data", json_file=root / "first.json")
        shown_again, again = await demonstrate(root / "data", json_file=root / "second.json")
        await picture.take(root / "data")
    finally:
        StackFolder(root / "data").remove()
    signed_in = shown[shown.index("The web console:") :]
    print("seconds:", json.dumps(told["timings_s"]), "unary calls:", told["unary_calls"])
    total, rows = told["table"]["total"], told["table"]["rows"]
    figures = [metric["id"] for metric in told["table"]["metrics"]]

    assert told["verify"]["differences"] == 0
    assert told["unary_calls"] <= 15_000
    assert len(rows) == 31
    assert "北京市" in shown
    assert total["units"] == 44_704
    assert total["reported_units"] == total["participating_units"] == 3_351
    assert total["problems_total"] >= 20_000
    # The rest waits for the office that signs in.
    assert total["plans_registered"] + total["plans_returned_now"] == 3_351 - WAITING_CITIES
    assert total["plan_returns"] > total["plans_returned_now"] > 0
    assert (total["visits"], total["visits_closed"], total["referrals"], total["referrals_concluded"]) == (
        2 * 31 - UNMADE_VISITS,
        2 * 31 - UNMADE_VISITS,
        30,
        14,
    )
    # Those that are planned are told to nobody.
    assert {row["visits"] for row in rows} <= {0, 1, 2}
    for state in ("open", "in_progress", "done", "verified", "closed", "overdue"):
        assert total[f"problems_{state}"] > 0
    # What adds up on the screen adds up: every row is a part of the total, and the nation itself has one unit more.
    for figure in figures:
        assert sum(row[figure] for row in rows) == total[figure] - (1 if figure == "units" else 0), figure
    for role in ("Analyst", "Campaign office", "Unit clerk", "Supervision inspector", "Discipline officer", "Auditor"):
        assert role in signed_in
    assert len(re.findall(PASSWORD, signed_in)) == 8
    assert shown_again[shown_again.index("The web console:") :] == signed_in
    assert again["already_told"]
    assert again["table"]["total"] == total
    assert again["verify"]["differences"] == 0
