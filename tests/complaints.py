"""What the services of a stack complained of, told with a test that failed, because their logs go with the stack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.cli.stack import Stack

_LINES_TOLD = 60


def tell(item: pytest.Item, report: pytest.TestReport) -> None:
    """Adds to a failed test's report the complaints in the logs of the stack that it used."""
    for value in getattr(item, "funcargs", {}).values():
        running = getattr(value, "stack", value)
        if isinstance(running, Stack):
            for log in sorted(running.folder.logs.glob("*.log")):
                if log.stem != "initdb" and (complaints := _complaints(log)):
                    report.sections.append((f"complaints in {log.name}", "\n".join(complaints[-_LINES_TOLD:])))
            return


def _complaints(log: Path) -> list[str]:
    """The lines of a log that are warnings or worse; what is not one of our own records counts as one."""
    found = []
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            level = json.loads(line).get("level", "")
        except (ValueError, AttributeError):
            level = "info" if " LOG: " in line or "[INF]" in line else ""
        if level not in ("info", "debug"):
            found.append(line)
    return found
