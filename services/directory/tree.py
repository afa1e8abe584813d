"""How a list of units becomes a tree, all or nothing, every bad row named; knows no database and no stored tree."""

from __future__ import annotations

import csv
import gzip
import heapq
import io
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from shared.documents import has_unseen_characters
from shared.errors import FieldViolation, InvalidArgument

# A few KiB of gzip can unpack to gigabytes; the whole of China down to villages takes about 20 MiB.
MAX_UNPACKED_BYTES = 64 * 1024 * 1024
# China down to villages has 665,276 units; more rows than this cannot be held as objects by a small machine.
MAX_ROWS = 800_000
# Violations travel in gRPC trailers, so an answer names this many and the total.
MAX_NAMED = 100
MAX_NAME_CHARACTERS = 200
# A code, a code and a name of four-byte characters stay below 1,000 bytes; longer lines are not even split.
MAX_LINE_BYTES = 2000

HEADER = "code,parent,name"

_GZIP_MAGIC = b"\x1f\x8b"
_UTF8_MARK = b"\xef\xbb\xbf"
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,39}")
# The line number of a fault of the list itself.
_WHOLE_LIST = 0
# How often an id may repeat within one tree before the source of ids is taken to be broken.
_ID_TRIES = 8


class TreeRefused(InvalidArgument):
    """The list makes no tree. `violations` name the first MAX_NAMED faults by line, the fact `faults` their number."""

    reason = "TREE_REFUSED"


@dataclass(frozen=True)
class UnitRow:
    """A sound row: its line in the file, and its depth below the root (1 for a row without a parent)."""

    line: int
    code: str
    parent: str
    name: str
    depth: int


@dataclass(frozen=True)
class RootUnit:
    """The unit under which the rows are planted."""

    code: str
    name: str
    id: str


@dataclass(frozen=True)
class PlantedUnit:
    """A unit with its place: `path` holds the ids from the root to itself, each followed by a slash."""

    id: str
    code: str
    parent_id: str | None
    name: str
    level: str
    path: str


@dataclass(frozen=True, order=True)
class _Fault:
    line: int
    column: str
    reason: str
    description: str


@dataclass(frozen=True)
class _RawRow:
    line: int
    code: str
    parent: str
    name: str


def parse_units(content: bytes, *, root_code: str, levels: Sequence[str]) -> tuple[UnitRow, ...]:
    """The rows of a `code,parent,name` list (UTF-8, gzip or plain), parents first, then by code.

    A row whose parent is empty or root_code stands under the root; parents may follow their children.
    levels: the line's levels from the root's own down; rows deeper than the last are refused.
    Raises TreeRefused naming every bad row by its line number; nothing is taken from a list with a bad row.
    """
    faults: list[_Fault] = []
    rows = _sound_rows(_unpack(content), faults)
    by_code = _index(rows, root_code, faults)
    depths = _measure(by_code, root_code, faults)
    deepest = len(levels) - 1
    for code, depth in depths.items():
        if depth > deepest:
            line = by_code[code].line
            faults.append(_Fault(line, "parent", "TOO_DEEP", f"is {depth} below the root; the line has {deepest}"))
    if faults:
        raise _refusal(faults)
    ordered = sorted(by_code.values(), key=lambda row: (depths[row.code], row.code))
    return tuple(UnitRow(row.line, row.code, row.parent, row.name, depths[row.code]) for row in ordered)


def check_root(code: str, name: str) -> None:
    """The root keeps the rules of a row, though it stands in no list. Raises TreeRefused naming the header's fields."""
    faults = [*_faults_of_code(_WHOLE_LIST, code), *_faults_of_name(_WHOLE_LIST, name)]
    if faults:
        raise TreeRefused(
            f"The root's {faults[0].column} {faults[0].description}; nothing was taken.",
            violations=[
                FieldViolation(f"header.root_{fault.column}", fault.description, fault.reason) for fault in faults
            ],
            faults=len(faults),
        )


def plant(
    rows: Sequence[UnitRow], *, root: RootUnit, levels: Sequence[str], new_id: Callable[[], str]
) -> list[PlantedUnit]:
    """The root and the rows as units with ids and paths, parents first.

    rows: as parse_units returned them for this root's code and these levels; new_id: draws a unit id.
    Raises ValueError when new_id keeps giving ids that are taken.
    """
    planted = [PlantedUnit(root.id, root.code, None, root.name, levels[0], f"{root.id}/")]
    by_code = {root.code: planted[0], "": planted[0]}
    taken = {root.id}
    for row in rows:
        unit_id = _fresh_id(new_id, taken)
        parent = by_code[row.parent]
        unit = PlantedUnit(unit_id, row.code, parent.id, row.name, levels[row.depth], f"{parent.path}{unit_id}/")
        by_code[row.code] = unit
        planted.append(unit)
    return planted


def _fresh_id(new_id: Callable[[], str], taken: set[str]) -> str:
    for _ in range(_ID_TRIES):
        unit_id = new_id()
        if unit_id not in taken:
            taken.add(unit_id)
            return unit_id
    raise ValueError(f"new_id gave {_ID_TRIES} ids in a row that are taken")


def _unpack(content: bytes) -> bytes:
    if content.startswith(_GZIP_MAGIC):
        try:
            # Reading one byte more than allowed tells a bomb without unpacking it.
            content = gzip.GzipFile(fileobj=io.BytesIO(content)).read(MAX_UNPACKED_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise _refusal([_Fault(_WHOLE_LIST, "", "BAD_GZIP", "the gzip data is damaged or cut short")]) from error
    if len(content) > MAX_UNPACKED_BYTES:
        raise _refusal(
            [_Fault(_WHOLE_LIST, "", "TOO_LARGE", f"the list has more than {MAX_UNPACKED_BYTES} bytes unpacked")]
        )
    if content.count(b"\n") > MAX_ROWS:
        raise _refusal([_Fault(_WHOLE_LIST, "", "TOO_MANY_ROWS", f"the list has more than {MAX_ROWS} rows")])
    return content.removeprefix(_UTF8_MARK)


def _sound_rows(content: bytes, faults: list[_Fault]) -> list[_RawRow]:
    """The rows whose three columns could be told apart; other faults of a row are noted but keep its code known."""
    lines = content.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    if not lines or lines[0].removesuffix(b"\r") != HEADER.encode():
        raise _refusal([_Fault(_WHOLE_LIST, "", "BAD_HEADER", f"the first line must be {HEADER}")])
    if len(lines) == 1:
        raise _refusal([_Fault(_WHOLE_LIST, "", "NO_ROWS", "the list has a header and no rows")])
    return list(_read_lines(lines[1:], faults))


def _read_lines(lines: Sequence[bytes], faults: list[_Fault]) -> Iterator[_RawRow]:
    for line, encoded in enumerate(lines, start=2):
        if len(encoded) > MAX_LINE_BYTES:
            faults.append(_Fault(line, "", "LINE_TOO_LONG", f"has more than {MAX_LINE_BYTES} bytes"))
            continue
        try:
            columns = _split(encoded.removesuffix(b"\r").decode())
        except UnicodeDecodeError as error:
            faults.append(_Fault(line, "", "BAD_ENCODING", f"is not UTF-8 at byte {error.start}"))
            continue
        except csv.Error:
            faults.append(_Fault(line, "", "BAD_QUOTING", "has a quotation mark that is not closed or out of place"))
            continue
        if len(columns) != 3:
            faults.append(_Fault(line, "", "WRONG_COLUMNS", f"has {len(columns)} columns instead of 3"))
            continue
        code, parent, name = columns
        faults.extend(_faults_of_code(line, code))
        faults.extend(_faults_of_name(line, name))
        yield _RawRow(line, code, parent, name)


def _split(text: str) -> list[str]:
    # Quotes are rare in such lists, and the csv module costs five times a plain split.
    if '"' not in text:
        return text.split(",")
    # A bare carriage return ends a record for csv: put aside here, it is refused as a control character below.
    if "\r" in text:
        raise csv.Error("a carriage return inside a row")
    (columns,) = csv.reader([text], strict=True)
    return columns


def _faults_of_code(line: int, code: str) -> Iterator[_Fault]:
    if not code:
        yield _Fault(line, "code", "EMPTY_CODE", "is empty")
    elif not _CODE.fullmatch(code):
        yield _Fault(line, "code", "BAD_CODE", "must be letters, digits, '.', '_' or '-', at most 40")


def _faults_of_name(line: int, name: str) -> Iterator[_Fault]:
    if has_unseen_characters(name):
        yield _Fault(line, "name", "UNSEEN_CHARACTERS", "has control or invisible characters")
    elif not name.strip():
        yield _Fault(line, "name", "EMPTY_NAME", "is empty")
    elif name != name.strip():
        yield _Fault(line, "name", "SURROUNDING_SPACE", "begins or ends with a space")
    elif len(name) > MAX_NAME_CHARACTERS:
        yield _Fault(line, "name", "NAME_TOO_LONG", f"has more than {MAX_NAME_CHARACTERS} characters")


def _index(rows: Sequence[_RawRow], root_code: str, faults: list[_Fault]) -> dict[str, _RawRow]:
    """The first row of each code; a later row of the same code is noted as a duplicate."""
    by_code: dict[str, _RawRow] = {}
    for row in rows:
        if not row.code:
            continue
        if row.code == root_code:
            faults.append(_Fault(row.line, "code", "DUPLICATE_CODE", "is the code of the root"))
        elif row.code in by_code:
            first = by_code[row.code].line
            faults.append(_Fault(row.line, "code", "DUPLICATE_CODE", f"stands on line {first} already"))
        else:
            by_code[row.code] = row
    known = {"", root_code, *by_code}
    for row in rows:
        if row.parent not in known:
            faults.append(_Fault(row.line, "parent", "UNKNOWN_PARENT", f"{row.parent[:40]!r} is no code of this list"))
    return by_code


def _measure(by_code: dict[str, _RawRow], root_code: str, faults: list[_Fault]) -> dict[str, int]:
    """The depth of every row that the root can reach; rows in a cycle are noted.

    A row below a cycle or below an unknown parent is left out: its own line is not at fault.
    """
    depths: dict[str, int] = {"": 0, root_code: 0}
    lost: set[str] = set()
    for start in by_code:
        trail: dict[str, None] = {}
        code = start
        while code not in depths and code not in lost and code not in trail and code in by_code:
            trail[code] = None
            code = by_code[code].parent
        if code in depths:
            for depth, passed in enumerate(reversed(trail), start=depths[code] + 1):
                depths[passed] = depth
            continue
        if code in trail:
            faults.extend(_faults_of_cycle(by_code, code))
        lost.update(trail)
    del depths[""]
    depths.pop(root_code, None)
    return depths


def _faults_of_cycle(by_code: dict[str, _RawRow], entry: str) -> Iterator[_Fault]:
    code = entry
    while True:
        yield _Fault(by_code[code].line, "parent", "CYCLE", "leads back to the row itself")
        code = by_code[code].parent
        if code == entry:
            return


def _refusal(faults: Sequence[_Fault]) -> TreeRefused:
    lines = len({fault.line for fault in faults})
    return TreeRefused(
        f"The list has {len(faults)} fault(s) on {lines} line(s); nothing of it was taken.",
        violations=[_violation(fault) for fault in heapq.nsmallest(MAX_NAMED, faults)],
        faults=len(faults),
        lines=lines,
    )


def _violation(fault: _Fault) -> FieldViolation:
    if fault.line == _WHOLE_LIST:
        return FieldViolation("content", fault.description, fault.reason)
    if not fault.column:
        return FieldViolation(f"lines[{fault.line}]", f"line {fault.line} {fault.description}", fault.reason)
    description = f"line {fault.line}: {fault.column} {fault.description}"
    return FieldViolation(f"lines[{fault.line}].{fault.column}", description, fault.reason)
