"""The options that every command takes, before or after its name, and what they come to; knows no command."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from services.cli.folder import DEFAULT_FOLDER
from services.cli.words import Language, both

DataOption = Annotated[Path | None, typer.Option("--data", help=both("option.data"), show_default=False)]
LangOption = Annotated[Language | None, typer.Option("--lang", help=both("option.lang"), show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help=both("option.json"))]

LimitOption = Annotated[int, typer.Option("--limit", min=1, max=100_000, help=both("option.limit"))]
CAMPAIGN = "mass-line-2013"
CampaignOption = Annotated[str, typer.Option("--campaign", help=both("option.campaign"))]


@dataclass(frozen=True)
class Choices:
    """What was chosen: the data folder and the language."""

    folder: Path
    language: Language


def choose(
    data: Path | None, lang: Language | None, *, before: Choices | None = None, locale: str | None = None
) -> Choices:
    """An option given after the command's name wins over one before it, and that over the default.

    locale: LANG of the environment. Chinese is the default, unless it says English.
    """
    base = before or Choices(folder=DEFAULT_FOLDER, language=_spoken(locale))
    return Choices(folder=data or base.folder, language=lang or base.language)


def chosen(context: typer.Context, data: Path | None, lang: Language | None) -> Choices:
    """The choices of one command, with those given before its name."""
    before = context.find_object(Choices)
    return choose(data, lang, before=before)


def _spoken(locale: str | None) -> Language:
    return Language.EN if (locale or "").lower().startswith("en") else Language.ZH
