"""How long it takes until everything serves."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from services.cli.folder import StackFolder
from services.cli.stack import Stack, StackOptions
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import environment

SUBJECT = "start-up"


async def start_up(folder: Path) -> list[Figure]:
    """From the command to the moment when PostgreSQL, NATS and all six services say SERVING.

    Once on an empty folder, which makes the database and runs all migrations, and once on the folder that the other
    benchmarks have filled.
    """
    empty = Path(tempfile.mkdtemp(prefix="plumbline-bench-"))
    try:
        first = await _started(empty)
    finally:
        StackFolder(empty).remove()
    again = await _started(folder)
    return [
        Figure(SUBJECT, "all serving, on an empty folder", first, "s"),
        Figure(SUBJECT, "all serving, on a filled folder", again, "s"),
    ]


async def _started(folder: Path) -> float:
    began = time.perf_counter()
    async with Stack.start(StackOptions(folder=folder, environment=environment())):
        return time.perf_counter() - began
