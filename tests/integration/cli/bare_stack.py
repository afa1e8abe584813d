"""Runs a stack with one stand-in service as `plumbline up` would: data folder and ready file are its arguments."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from services.cli.commands.up import Progress, run_until_stopped
from services.cli.render import Screen
from services.cli.stack import StackOptions
from services.cli.words import Language

SERVICE = "audit"
STAND_IN = "tests.integration.cli.stand_in"


def main(folder: str, ready_file: str) -> int:
    """Run until SIGINT or SIGTERM; returns the exit code."""
    screen = Screen(Language.EN)
    options = StackOptions(
        folder=Path(folder),
        services=(SERVICE,),
        stand_ins={SERVICE: STAND_IN},
        ready_file=Path(ready_file),
        report=Progress(screen),
    )
    return asyncio.run(run_until_stopped(options, screen, as_json=False))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
