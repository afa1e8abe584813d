"""How a page is drawn: the templates with everything that each of them may use; knows no service and no session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from services.console import names, terms
from services.console.assets import Assets
from services.console.locales import LANGUAGES, Language
from shared import dates

TEMPLATES = Path(__file__).parent / "templates"

# Signs of states, drawn so that they differ without colour; `currentColor` takes the state's.
_SHAPES: Mapping[str, str] = {
    "disc": '<circle cx="8" cy="8" r="7"/>',
    "ring": '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"/>',
    "half": '<circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" stroke-width="2"/>'
    '<path d="M8 2a6 6 0 0 1 0 12z"/>',
    "triangle": '<path d="M8 1l7.5 14H.5z"/>',
    "square": '<path d="M1.5 1.5h13v13h-13z"/>',
    "tick": '<path d="M1.5 8.5l4.5 5 8.5-11" fill="none" stroke="currentColor" stroke-width="3"/>',
    "tick-square": '<path d="M2 2h12v12H2z" fill="none" stroke="currentColor" stroke-width="2"/>'
    '<path d="M4.5 8l2.5 3 4.5-6" fill="none" stroke="currentColor" stroke-width="2"/>',
}


def shape(name: str) -> Markup:
    """A state's sign, which says nothing to a screen reader because the word beside it does."""
    return Markup(  # noqa: S704 - constants of our own
        f'<svg viewBox="0 0 16 16" fill="currentColor" aria-hidden="true" focusable="false">{_SHAPES[name]}</svg>'
    )


class Screen:
    """Draws pages in one language each."""

    def __init__(self, *, assets: Assets, zone: str) -> None:
        self._zone = zone
        self._environments = {code: _environment(Language(code, zone), assets) for code in LANGUAGES}

    def language(self, code: str) -> Language:
        """The language of a code; Chinese for one that there is not."""
        return Language(code if code in LANGUAGES else LANGUAGES[0], self._zone)

    def draw(self, template: str, language: Language, facts: Mapping[str, Any]) -> str:
        """The page as HTML. Raises for a fact that the template names and nobody gave."""
        return self._environments[language.code].get_template(template).render(facts)


def _environment(language: Language, assets: Assets) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    environment.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(
        asset=assets.address,
        language=language,
        new_request_id=lambda: str(uuid4()),
        path_of=names.path_of,
        shape=shape,
        terms=terms,
    )
    filters: dict[str, Callable[..., Any]] = {
        "number": language.number,
        "day": lambda message: language.day(dates.day(message, field="date")),
        "weekday": lambda message: language.weekday(dates.day(message, field="date")),
        "time": lambda stamp: language.time(dates.instant(stamp)),
        "clock": lambda stamp: language.clock(dates.instant(stamp)),
    }
    environment.filters.update(filters)
    return environment
