"""`plumbline secrets`: makes the passwords, keys and tokens of a deployment of containers, as files."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from services.cli.deployment import Servers, write_secrets
from services.cli.options import LangOption, chosen
from services.cli.refusals import StackRefused
from services.cli.render import Screen
from services.cli.words import both

DEFAULT_FOLDER = Path("deploy/secrets")
FolderOption = Annotated[Path, typer.Option("--folder", help=both("secrets.option.folder"))]
PostgresOption = Annotated[str, typer.Option("--postgres", help=both("secrets.option.postgres"))]
NodeOption = Annotated[list[str] | None, typer.Option("--nats", help=both("secrets.option.nats"), show_default=False)]
DaysOption = Annotated[int, typer.Option("--days", min=1, max=366, help=both("secrets.option.days"))]


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command("secrets", help=both("secrets.help"))(secrets)


def secrets(
    context: typer.Context,
    folder: FolderOption = DEFAULT_FOLDER,
    postgres: PostgresOption = Servers.postgres,
    nats: NodeOption = None,
    days: DaysOption = 90,
    lang: LangOption = None,
) -> None:
    screen = Screen(chosen(context, None, lang).language)
    servers = Servers(postgres=postgres, nodes=tuple(nats or Servers.nodes))
    try:
        given = write_secrets(folder, servers, now=datetime.now(UTC), token_lifetime=timedelta(days=days))
    except StackRefused as refusal:
        screen.refuse(refusal)
        raise typer.Exit(1) from refusal
    screen.answer("secrets.written", given=given, folder=folder, days=days)
