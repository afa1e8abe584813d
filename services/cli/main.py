"""The command `plumbline`: gathers the groups of commands; each group lives in a file of `commands/`."""

from __future__ import annotations

import os
import sys

import structlog
import typer

from services.cli.commands import (
    audit,
    demo,
    doctor,
    draw,
    ledger,
    parked,
    plans,
    problems,
    rollup,
    secrets,
    sign_ins,
    units,
    up,
    watch,
)
from services.cli.options import DataOption, LangOption, choose
from services.cli.words import both

# A group of commands is a file in `commands/` with a function `add_to(app)`, and a name in this tuple.
GROUPS = (demo, up, doctor, units, rollup, draw, ledger, problems, plans, watch, parked, audit, secrets, sign_ins)


def build() -> typer.Typer:
    """The application with all its commands."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, help=both("app.help"), rich_markup_mode=None)
    app.callback()(_before)
    for group in GROUPS:
        group.add_to(app)
    return app


def _before(context: typer.Context, data: DataOption = None, lang: LangOption = None) -> None:
    # Options before the command's name; each command takes them after its name as well.
    context.obj = choose(data, lang, locale=os.environ.get("LC_ALL") or os.environ.get("LANG"))


def main() -> None:
    """Entry point of the console script."""
    # Standard output is for answers, which programs read; what a library logs is none.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    build()()


if __name__ == "__main__":
    main()
