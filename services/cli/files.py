"""Files that people write by hand: reading them, whatever a spreadsheet made of them; knows no service."""

from __future__ import annotations

import _csv
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.cli.refusals import Fault, FileRefused, StackRefused

WHOLE_FILE = ""


@dataclass(frozen=True)
class Row:
    """One row by column name, and the line of the file where it begins."""

    line: int
    values: Mapping[str, str]


def read_file(file: Path) -> bytes:
    """All of a file. Raises StackRefused where it cannot be read."""
    try:
        return file.expanduser().read_bytes()
    except OSError as error:
        raise StackRefused("file_unreadable", file=file, cause=error.strerror or error) from error


def read_rows(file: Path, *, needed: Sequence[str]) -> list[Row]:
    """The rows of a CSV file with a line of names. Raises FileRefused naming each line that is wrong."""
    return rows_of(read_file(file), file=file, needed=needed)


def rows_of(content: bytes, *, file: object, needed: Sequence[str]) -> list[Row]:
    """As read_rows, of what a file holds."""
    reader = csv.reader(io.StringIO(_text(content, file), newline=""), strict=True)
    faults: list[Fault] = []
    rows: list[Row] = []
    try:
        heads = [head.strip() for head in next(reader, [])]
        missing = [name for name in needed if name not in heads]
        if missing:
            raise FileRefused(file, [Fault("1", name, "BAD_HEADER", f"columns: {','.join(heads)}") for name in missing])
        for line, values in _numbered(reader):
            if len(values) != len(heads):
                faults.append(Fault(str(line), "", "WRONG_COLUMNS", f"{len(values)} / {len(heads)}"))
            else:
                rows.append(Row(line, dict(zip(heads, (value.strip() for value in values), strict=True))))
    except csv.Error as error:
        faults.append(Fault(str(reader.line_num), "", "BAD_QUOTING", str(error)))
    if not rows and not faults:
        faults.append(Fault(WHOLE_FILE, "", "NO_ROWS"))
    if faults:
        raise FileRefused(file, faults)
    return rows


def _numbered(reader: _csv.Reader) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, with the line where each begins: a quoted cell may hold line ends."""
    begin = reader.line_num + 1
    for values in reader:
        if values:
            yield begin, values
        begin = reader.line_num + 1


def _text(content: bytes, file: object) -> str:
    # Spreadsheets in China save CSV in the national encoding unless told otherwise.
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileRefused(file, [Fault(WHOLE_FILE, "", "BAD_ENCODING", "UTF-8, GB18030")])
