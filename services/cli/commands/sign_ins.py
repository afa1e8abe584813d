"""`plumbline sign-ins`: who can sign in to the console of an embedded stack, and with which password."""

from __future__ import annotations

from dataclasses import asdict

import typer
from rich.markup import escape

from services.cli import accounts, web
from services.cli.folder import StackFolder
from services.cli.options import DataOption, JsonOption, LangOption, chosen
from services.cli.render import Screen
from services.cli.words import both


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command("sign-ins", help=both("sign_ins.help"))(sign_ins)


def sign_ins(
    context: typer.Context, data: DataOption = None, lang: LangOption = None, as_json: JsonOption = False
) -> None:
    choices = chosen(context, data, lang)
    screen, folder = Screen(choices.language), StackFolder(choices.folder)
    port = folder.remembered_ports().get(web.CONSOLE)
    console = web.url(port) if port is not None else None
    if as_json:
        people = [asdict(account) for account in accounts.read(folder).accounts]
        screen.json({"console": console, "people": people})
        return
    show(screen, folder, console=console)


def show(screen: Screen, folder: StackFolder, *, console: str | None) -> None:
    """One table of everybody who can sign in, the console's URL above it."""
    known = accounts.read(folder).accounts
    if not known:
        screen.answer("sign_ins.none")
        return
    if console is not None:
        screen.answer("sign_ins.console", console=console)
    columns = ("sign_ins.user_name", "sign_ins.password", "sign_ins.role", "sign_ins.unit")
    screen.table(
        tuple(screen.words(column) for column in columns),
        [
            (
                escape(account.user_name),
                escape(account.password),
                screen.words(f"role.{account.role}"),
                escape(f"{account.unit_name} {account.unit_code}"),
            )
            for account in known
        ],
    )
