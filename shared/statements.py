"""How several SQL statements become one, so that they take one round trip; knows no database."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

_PARAMETER = re.compile(r"\$(\d+)")
_WRITTEN = re.compile(r"\bwritten\b")


class Write(NamedTuple):
    """An insert, update or delete that returns a row for each row it writes.

    then: another one that goes with it, in the same statement: it reads these rows as `written` and has the same
    parameters, so that what is written twice travels once.
    """

    sql: str
    then: str = ""


@functools.lru_cache(maxsize=256)
def alone(write: Write) -> str:
    """The statement of one write; it returns a row for each row that its first part writes."""
    if not write.then:
        return write.sql
    return f"with written as ({write.sql}), followed as ({write.then}) select from written"


@functools.lru_cache(maxsize=256)
def combine(writes: tuple[Write, ...], last: str, result: str) -> str:
    """One statement that does all of them; its parameters are theirs, one after the other.

    last: begins with `with` and defines what `result` reads, one value. All see the data as it was before; none has `$`
    and a number in a literal. Its row: the result, and how many rows each write wrote. Remembered, because the same few
    come for ever.
    """
    parts, counts, parameters = [], [f"({result})"], 0
    for number, write in enumerate(writes, start=1):
        parts.append(f"written_{number} as ({_renumbered(write.sql, parameters)})")
        counts.append(f"(select count(*) from written_{number})")
        if write.then:
            then = _WRITTEN.sub(f"written_{number}", write.then)
            parts.append(f"followed_{number} as ({_renumbered(then, parameters)})")
        parameters += max(_parameters(write.sql), _parameters(write.then))
    rest = _renumbered(last, parameters).strip()
    if rest[:5].lower() != "with ":
        raise ValueError("the last statement must begin with `with`")
    return f"with {', '.join([*parts, rest[5:]])} select {', '.join(counts)}"


def _renumbered(statement: str, by: int) -> str:
    return _PARAMETER.sub(lambda found: f"${int(found.group(1)) + by}", statement)


def _parameters(statement: str) -> int:
    return max((int(number) for number in _PARAMETER.findall(statement)), default=0)
