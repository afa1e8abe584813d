"""How a command asks the running services: opens the connection, does its deed, shows a refusal; knows no command."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence

import typer
from rich.markup import escape

from services.cli.connection import Connection, find
from services.cli.folder import StackFolder
from services.cli.options import Choices
from services.cli.refusals import Fault, FileRefused, StackRefused
from services.cli.render import Screen
from shared import reasons
from shared.errors import DomainError, FieldViolation
from shared.rpc_client import RemoteFailure, RemoteRefusal

# As a shell reports a program that SIGINT ended.
INTERRUPTED = 130

Deed = Callable[[Connection, Screen], Awaitable[int]]


Locate = Callable[[FieldViolation], Fault]


def located_by_name(violation: FieldViolation) -> Fault:
    """A violation that names a field of the request."""
    return Fault("", violation.field, violation.reason, violation.description)


def ask(choices: Choices, deed: Deed, *, as_json: bool, locate: Locate = located_by_name) -> int:
    """Does a deed against the running services. Returns the exit code: the deed's own, or 1 where it was refused.

    locate: turns a violation into the line and field that the person knows.
    """
    screen = Screen(choices.language)
    try:
        return asyncio.run(_connected(choices, screen, deed))
    except StackRefused as refusal:
        if as_json:
            screen.json({"refused": {"reason": refusal.key, "message": screen.words(refusal.key, **refusal.facts)}})
        screen.refuse(refusal)
    except FileRefused as refusal:
        if as_json:
            screen.json({"refused": {"reason": "file_refused", "violations": _as_json(refusal.faults)}})
        screen.fail("file_refused", file=refusal.file)
        show_faults(screen, refusal.faults, count=len(refusal.faults))
    except RemoteRefusal as refusal:
        _show_refusal(screen, refusal, as_json=as_json, locate=locate)
    except RemoteFailure as failure:
        _show_failure(screen, failure, as_json=as_json)
    except DomainError as refusal:
        # The bus is away.
        _show_reason(screen, refusal.reason, refusal.message)
    except KeyboardInterrupt:
        screen.progress("interrupted")
        return INTERRUPTED
    return 1


def run(choices: Choices, deed: Deed, *, as_json: bool, locate: Locate = located_by_name) -> None:
    """`ask`, and the end of the command with its exit code."""
    raise typer.Exit(ask(choices, deed, as_json=as_json, locate=locate))


def show_faults(screen: Screen, faults: Sequence[Fault], *, count: int) -> None:
    """Faults by line and field, in words and with what the service said."""
    if not faults:
        return
    if count > len(faults):
        screen.warn("refused.faults", count=f"{count:,}", shown=f"{len(faults):,}")
    heads = tuple(screen.words(f"refused.{head}") for head in ("line", "field", "fault", "detail"))
    rows = [(fault.line, escape(fault.field), *_said(screen, fault)) for fault in faults]
    screen.table(heads, rows, right=(0,), on=screen.err)


def _said(screen: Screen, fault: Fault) -> tuple[str, str]:
    """The fault in words, and what the service said where that is something else."""
    words = reasons.fault(fault.reason, screen.language, description=fault.description)
    return escape(words), "" if words == fault.description else f"[dim]{escape(fault.description)}[/dim]"


async def _connected(choices: Choices, screen: Screen, deed: Deed) -> int:
    async with Connection(find(StackFolder(choices.folder), os.environ)) as connection:
        return await deed(connection, screen)


def _show_refusal(screen: Screen, refusal: RemoteRefusal, *, as_json: bool, locate: Locate) -> None:
    faults = [locate(violation) for violation in refusal.violations]
    if as_json:
        screen.json(
            {
                "refused": {
                    "reason": refusal.remote_reason,
                    "message": refusal.message,
                    "facts": refusal.facts,
                    "violations": _as_json(faults),
                }
            }
        )
    _show_reason(screen, refusal.remote_reason, refusal.message)
    show_faults(screen, faults, count=int(refusal.facts.get("faults", len(faults))))


def _show_failure(screen: Screen, failure: RemoteFailure, *, as_json: bool) -> None:
    if as_json:
        screen.json({"refused": {"reason": failure.status, "message": str(failure)}})
    known = {"UNAVAILABLE": "failed.unavailable", "DEADLINE_EXCEEDED": "failed.too_slow"}.get(failure.status)
    if known is not None:
        screen.fail(known)
    else:
        screen.fail("failed.other", status=failure.status, cause=failure)


def _show_reason(screen: Screen, reason: str, message: str) -> None:
    """The refusal in words, what the service said with its values, and what to do."""
    said = reasons.sentence(reason, screen.language, message=message)
    screen.fail("refused", sentence=said, reason=reason)
    if said != message:
        screen.err.print(f"[dim]{escape(message)}[/dim]", soft_wrap=True)
    todo = reasons.todo(reason, screen.language)
    if todo:
        screen.err.print(escape(todo), soft_wrap=True)


def _as_json(faults: Sequence[Fault]) -> list[dict[str, str]]:
    return [
        {"line": fault.line, "field": fault.field, "reason": fault.reason, "description": fault.description}
        for fault in faults
    ]
