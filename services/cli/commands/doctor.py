"""`plumbline doctor`: says in plain words whether this machine can run the stack; the checks are in `checks.py`."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime

import typer
from rich.markup import escape

from services.cli.checks import Finding, Level, Machine, examine
from services.cli.folder import StackFolder
from services.cli.options import DataOption, JsonOption, LangOption, chosen
from services.cli.render import Screen
from services.cli.words import Language, both, say


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command("doctor", help=both("doctor.help"))(doctor)


def doctor(
    context: typer.Context, data: DataOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    choices = chosen(context, data, lang)
    screen = Screen(choices.language)
    machine = Machine(
        folder=StackFolder(choices.folder),
        environment=os.environ,
        language=choices.language,
        encoding=sys.stdout.encoding or "ascii",
        now=datetime.now(UTC),
    )
    findings = examine(machine)
    if as_json:
        screen.json(_as_json(findings, language=choices.language))
    else:
        _show(findings, screen)
    raise typer.Exit(1 if _lacks_something(findings) else 0)


def _show(findings: list[Finding], screen: Screen) -> None:
    rows = [
        (
            f"[{finding.level.value}]● {screen.words(f'doctor.{finding.level.value}')}[/{finding.level.value}]",
            screen.words(f"doctor.name.{finding.check}"),
            escape(screen.words(finding.key, **finding.facts)),
        )
        for finding in findings
    ]
    screen.table(("", "", ""), rows)
    screen.answer("doctor.cannot_run" if _lacks_something(findings) else "doctor.can_run")


def _as_json(findings: list[Finding], *, language: Language) -> dict[str, object]:
    checks = [
        {
            "check": finding.check,
            "level": finding.level.value,
            "reason": finding.key,
            "says": say(finding.key, language, **finding.facts),
        }
        for finding in findings
    ]
    return {"can_run": not _lacks_something(findings), "checks": checks}


def _lacks_something(findings: list[Finding]) -> bool:
    return any(finding.level is Level.RED for finding in findings)
