"""How a JSON document becomes frozen dataclasses, every fault named by its path; knows no document's meaning."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    Protocol,
    TypeVar,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    runtime_checkable,
)

from shared.errors import DomainError, FieldViolation

# A definition is written by people and read whole into memory; the built-in campaign has about 20 KiB.
MAX_DOCUMENT_BYTES = 1024 * 1024
# No list of campaign terms or calendar days written by people comes near this; it bounds work and answers.
MAX_ELEMENTS = 1000
# Violations travel in gRPC trailers, so an answer names this many and the total.
MAX_VIOLATIONS = 100

# Control, format, surrogate, line and paragraph separators: invisible on screen, and some refused by PostgreSQL.
_UNSEEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Document = TypeVar("Document")


@dataclass(frozen=True)
class Shape:
    """For `Annotated[str, Shape(...)]`: the text must match the whole pattern, described in `words`."""

    pattern: str
    words: str


@dataclass(frozen=True)
class Length:
    """For `Annotated[..., Length(...)]`: how many characters a text, or elements a list, may have."""

    low: int
    high: int


@dataclass(frozen=True)
class Bounds:
    """For `Annotated[int, Bounds(...)]`: the smallest and the largest number allowed."""

    low: int
    high: int


@dataclass(frozen=True)
class OneOf:
    """For `Annotated[str, OneOf("kinds")]`: the text is a code (or a plain entry) of that top-level list."""

    collection: str


TermCode = Annotated[str, Shape("[a-z][a-z0-9_]{0,39}", "a code: a-z, 0-9 and _, at most 40, a letter first")]
Phrase = Annotated[str, Length(1, 500)]


@dataclass(frozen=True)
class Label:
    """What people read, in the two languages of the screens."""

    zh: Phrase
    en: Phrase


@dataclass(frozen=True)
class Term:
    """One of a document's own words: software compares the code, people read the label."""

    code: TermCode
    label: Label


@dataclass(frozen=True)
class Source:
    """Where a document's dated data come from."""

    title: Phrase
    issued: date | None
    note: Phrase


@dataclass(frozen=True)
class Fault:
    """What a sound-looking part says against itself: the field, the reason code and a sentence."""

    field: str
    reason: str
    description: str


@runtime_checkable
class SelfChecking(Protocol):
    """A part with rules between its own fields; the reader asks once all its fields are sound."""

    def faults(self) -> Sequence[Fault]:
        """Returns the faults between this part's fields, none when it is sound."""
        ...


def has_unseen_characters(text: str) -> bool:
    """Whether the text holds characters that a reader cannot see (controls, bidirectional marks, surrogates)."""
    return not text.isprintable() and any(unicodedata.category(character) in _UNSEEN_CATEGORIES for character in text)


def read_document(content: bytes | str, shape: type[Document], *, refusal: type[DomainError]) -> Document:
    """The document as `shape`, a frozen dataclass whose annotations say what is allowed.

    Every key is required (an optional one is written null), unknown and repeated keys are refused, floats too.
    Raises `refusal` with one violation a fault, at most MAX_VIOLATIONS, and the fact `faults`, their number.
    Rules between parts (`faults()`) are asked of every part whose own fields are sound.
    """
    reader = _Reader()
    value = reader.load(content)
    document = _BAD if value is _BAD else reader.read(shape, value, "")
    reader.resolve(value)
    if reader.violations:
        found = len(reader.violations)
        raise refusal(
            f"The document has {found} fault(s); nothing of it was taken.",
            violations=reader.violations[:MAX_VIOLATIONS],
            faults=found,
        )
    assert isinstance(document, shape)
    return document


def to_json(document: object) -> dict[str, Any]:
    """The dataclass as JSON values (days as YYYY-MM-DD); `read_document` of its dump gives an equal dataclass."""
    plain = _plain(document)
    assert isinstance(plain, dict)
    return plain


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(element) for element in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


class _Bad:
    """Stands for a part that could not be read; its fault has been noted already."""


_BAD = _Bad()


class _Reader:
    """One reading: collects violations instead of stopping at the first."""

    def __init__(self) -> None:
        self.violations: list[FieldViolation] = []
        self._references: list[tuple[str, str, str]] = []

    def load(self, content: bytes | str) -> object:
        """The JSON value of the text, or _BAD with a violation noted."""
        if len(content) > MAX_DOCUMENT_BYTES:
            return self._refuse("", "TOO_LARGE", f"must be at most {MAX_DOCUMENT_BYTES} bytes")
        try:
            text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        except UnicodeDecodeError as error:
            return self._refuse("", "BAD_ENCODING", f"must be UTF-8; byte {error.start} is not")
        try:
            return json.loads(text, object_pairs_hook=self._pairs, parse_float=_Decimal, parse_constant=_Decimal)
        except RecursionError:
            return self._refuse("", "TOO_DEEP", "is nested too deeply")
        except ValueError as error:
            return self._refuse("", "NOT_JSON", f"must be JSON: {error}")

    def read(self, annotation: Any, value: object, path: str) -> Any:
        """The value as the annotation wants it, or _BAD with at least one violation noted."""
        marks: tuple[object, ...] = ()
        # Annotated flattens by itself, but an alias inside an optional does not.
        while get_origin(annotation) is Annotated:
            annotation, *more = get_args(annotation)
            marks += tuple(more)
        origin = get_origin(annotation)
        if origin in (Union, UnionType):
            return self._read_optional(annotation, value, path)
        if origin is tuple:
            return self._read_list(get_args(annotation)[0], marks, value, path)
        if origin is Literal:
            return self._read_literal(get_args(annotation), value, path)
        if is_dataclass(annotation):
            return self._read_object(annotation, value, path)
        if annotation is date:
            return self._read_day(value, path)
        if annotation is bool:
            return value if isinstance(value, bool) else self._refuse(path, "NOT_A_BOOLEAN", "must be true or false")
        if annotation is int:
            return self._read_number(marks, value, path)
        if annotation is str:
            return self._read_text(marks, value, path)
        raise TypeError(f"{path}: no rule for reading {annotation!r}")

    def resolve(self, root: object) -> None:
        """Notes every reference to a code that the top-level list, sound or not, does not name."""
        for collection, code, path in self._references:
            listed = root.get(collection) if isinstance(root, dict) else None
            entries = listed if isinstance(listed, list) else []
            if code not in (entry.get("code") if isinstance(entry, dict) else entry for entry in entries):
                self._refuse(path, "UNKNOWN_CODE", f"{code!r} is not in {collection}")

    def _refuse(self, path: str, reason: str, description: str) -> _Bad:
        self.violations.append(FieldViolation(path or "$", description, reason))
        return _BAD

    def _pairs(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        members: dict[str, object] = {}
        for key, value in pairs:
            if key in members:
                # json would keep the last one silently, so two readers could disagree about the document.
                self._refuse("$", "REPEATED_KEY", f"names the key {key[:60]!r} twice in one object")
            members[key] = value
        return members

    def _read_optional(self, annotation: Any, value: object, path: str) -> Any:
        if value is None:
            return None
        (wanted,) = (choice for choice in get_args(annotation) if choice is not NoneType)
        return self.read(wanted, value, path)

    def _read_object(self, shape: Any, value: object, path: str) -> Any:
        if not isinstance(value, Mapping):
            return self._refuse(path, "NOT_AN_OBJECT", "must be an object")
        hints = _hints(shape)
        for key in value:
            if key not in hints:
                self._refuse(_join(path, key[:60]), "UNKNOWN_KEY", "is not a key of this object")
        parts = {}
        for name, annotation in hints.items():
            if name in value:
                parts[name] = self.read(annotation, value[name], _join(path, name))
            else:
                parts[name] = self._refuse(_join(path, name), "MISSING", "is missing")
        if any(part is _BAD for part in parts.values()):
            return _BAD
        built = shape(**parts)
        faults = built.faults() if isinstance(built, SelfChecking) else ()
        for fault in faults:
            self._refuse(_join(path, fault.field), fault.reason, fault.description)
        return _BAD if faults else built

    def _read_list(self, wanted: Any, marks: tuple[object, ...], value: object, path: str) -> Any:
        if not isinstance(value, list):
            return self._refuse(path, "NOT_A_LIST", "must be a list")
        length = _length(marks, Length(0, MAX_ELEMENTS))
        if not length.low <= len(value) <= length.high:
            return self._refuse(path, "BAD_LENGTH", f"must have {length.low} to {length.high} elements")
        read = tuple(self.read(wanted, element, f"{path}[{index}]") for index, element in enumerate(value))
        repeated = self._note_repetitions(value, path)
        return _BAD if repeated or any(element is _BAD for element in read) else read

    def _note_repetitions(self, elements: list[object], path: str) -> bool:
        seen: set[object] = set()
        repeated = False
        for index, element in enumerate(elements):
            key = element.get("code") if isinstance(element, dict) else element
            if not isinstance(key, str | int):
                continue
            if key in seen:
                self._refuse(f"{path}[{index}]", "REPEATED", f"{str(key)[:60]!r} stands here twice")
                repeated = True
            seen.add(key)
        return repeated

    def _read_literal(self, choices: tuple[object, ...], value: object, path: str) -> Any:
        if isinstance(value, str) and value in choices:
            return value
        return self._refuse(path, "BAD_VALUE", f"must be one of {', '.join(map(str, choices))}")

    def _read_day(self, value: object, path: str) -> Any:
        if isinstance(value, str) and _ISO_DAY.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        return self._refuse(path, "NOT_A_DAY", "must be a day of the calendar, written YYYY-MM-DD")

    def _read_number(self, marks: tuple[object, ...], value: object, path: str) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            return self._refuse(path, "NOT_A_WHOLE_NUMBER", "must be a whole number")
        for mark in marks:
            if isinstance(mark, Bounds) and not mark.low <= value <= mark.high:
                return self._refuse(path, "OUT_OF_BOUNDS", f"must be {mark.low} to {mark.high}")
        return value

    def _read_text(self, marks: tuple[object, ...], value: object, path: str) -> Any:
        if not isinstance(value, str):
            return self._refuse(path, "NOT_A_TEXT", "must be a text")
        if has_unseen_characters(value):
            return self._refuse(path, "UNSEEN_CHARACTERS", "must have no control or invisible characters")
        if value != value.strip():
            return self._refuse(path, "SURROUNDING_SPACE", "must not begin or end with a space")
        length = _length(marks, Length(1, MAX_ELEMENTS))
        if not length.low <= len(value) <= length.high:
            return self._refuse(path, "BAD_LENGTH", f"must have {length.low} to {length.high} characters")
        for mark in marks:
            if isinstance(mark, Shape) and not re.fullmatch(mark.pattern, value):
                return self._refuse(path, "BAD_SHAPE", f"must be {mark.words}")
            if isinstance(mark, OneOf):
                self._references.append((mark.collection, value, path))
        return value


class _Decimal:
    """Stands for a JSON float or constant: no document wants one, and it is neither a number nor a text here."""

    def __init__(self, digits: str) -> None:
        self.digits = digits


@cache
def _hints(shape: Any) -> dict[str, Any]:
    # Resolving annotations costs more than reading an object, and a document has many objects of a shape.
    return get_type_hints(shape, include_extras=True)


def _length(marks: tuple[object, ...], default: Length) -> Length:
    return next((mark for mark in marks if isinstance(mark, Length)), default)


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
