"""What the console's sources say to people, as Babel and the parsers see it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from babel.messages.extract import extract
from jinja2 import Environment
from jinja2.ext import babel_extract

from services.console import locales, screen

CONSOLE = Path(locales.__file__).parent
CATALOGUES = sorted((locales.FOLDER / "en").glob("*.po"))
# Under which names a sentence is looked up: in templates, by a turn, and where it is only marked.
SPOKEN_BY = {"_": None, "gettext": None, "words": None, "mark": None}
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
_CHINESE_WORDS = re.compile(r"[\u3400-\u9fff]")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
# What a screen reader or a bubble says.
SPOKEN_ATTRIBUTES = (
    *("alt", "aria-description", "aria-label", "aria-placeholder", "aria-roledescription", "aria-valuetext"),
    *("data-confirm", "data-label", "label", "placeholder", "summary", "title"),
)
# Stands where a template puts in something at run time.
HOLE = "\x00"


def templates() -> list[Path]:
    return sorted(screen.TEMPLATES.glob("*.html"))


def modules() -> list[Path]:
    return sorted(CONSOLE.rglob("*.py"))


def spoken_in(file: Path) -> set[str]:
    """The sentences of a source file that the catalogue has to have."""
    with file.open("rb") as content:
        if file.suffix == ".html":
            options = {"extensions": "jinja2.ext.do", "newstyle_gettext": "true", "silent": "false"}
            found = list(extract(babel_extract, content, SPOKEN_BY, options=options))
        else:
            found = list(extract("python", content, SPOKEN_BY))
    return {message if isinstance(message, str) else message[0] for _, message, _, _ in found}


@dataclass(frozen=True)
class Fault:
    """Something in a template that must not be there."""

    line: int
    what: str


def faults_of(template: str) -> list[Fault]:
    """What a template says past the catalogue, and what the browser's policy would refuse."""
    parser = _Markup()
    parser.feed(_markup_of(template))
    parser.close()
    return [*parser.faults, *_literals_past_the_catalogue(template)]


def _markup_of(template: str) -> str:
    """The template as plain markup, with holes where anything is put in."""
    pieces: list[str] = []
    block: list[str] = []
    in_class = False
    for _, kind, value in _tokens(template):
        if kind == "block_begin":
            block = []
        elif kind == "name":
            block.append(value)
        elif kind == "block_end":
            # What a page adds to a class of the layout stands in an attribute there.
            in_class = block[:1] == ["block"] and block[-1].endswith("_class")
        if kind == "data":
            pieces.append("" if in_class else value)
        elif kind == "variable_begin":
            pieces.append(HOLE)
        else:
            pieces.append("\n" * value.count("\n"))
    return "".join(pieces)


def _literals_past_the_catalogue(template: str) -> Iterator[Fault]:
    """Chinese constants of a template that are not given to `_` at once."""
    before: list[str] = []
    for line, kind, value in _tokens(template):
        if kind == "string" and CHINESE.search(value) and before[-2:] != ["_", "("]:
            yield Fault(line, f"not from the catalogue: {value}")
        if kind != "whitespace":
            before.append(value)


def _tokens(template: str) -> Iterator[tuple[int, str, str]]:
    environment = Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"])  # noqa: S701 - only read
    yield from environment.lex(template)


class _Markup(HTMLParser):
    """Collects faults: words of its own, and scripts or styles in the page."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[Fault] = []
        # Elements that are open, each with whether it says in which other language it is.
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        foreign = "lang" in given and tag != "html"
        if tag not in _VOID:
            self._open.append((tag, foreign))
        for name, value in given.items():
            if name in SPOKEN_ATTRIBUTES and _has_words(value) and not foreign:
                self._fault(f"{name} is not from the catalogue: {value}")
            elif CHINESE.search(value):
                self._fault(f"Chinese in {name}: {value}")
            if name == "style" or name.startswith("on"):
                self._fault(f"the policy refuses {name}")
            if name.startswith("hx-") and "hx-nonce" not in given:
                self._fault(f"{name} without hx-nonce does nothing")
        if tag == "style" or (tag == "script" and ("src" not in given or "nonce" not in given)):
            self._fault(f"the policy refuses <{tag}> in the page")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if _has_words(data) and not any(foreign for _, foreign in self._open):
            self._fault(f"not from the catalogue: {data.strip()}")

    def _fault(self, what: str) -> None:
        self.faults.append(Fault(self.getpos()[0], what.replace(HOLE, "…")))


# What has no end.
_VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")


def _has_words(text: str) -> bool:
    """Whether a person reads words in it; signs, digits and holes are none."""
    return any(character.isalpha() for character in text)


def chinese_past_the_catalogue(source: str) -> list[Fault]:
    """Chinese constants of a module that are given to nobody who looks them up."""
    tree = ast.parse(source)
    kept = {
        id(argument)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and _name_of(node.func) in SPOKEN_BY
        for argument in node.args[:1]
    }
    documented = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = [
        Fault(node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and _CHINESE_WORDS.search(node.value)
        and id(node) not in kept | documented
    ]
    return sorted(found, key=lambda fault: fault.line)


def _name_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
