"""How several SQL statements become one, so that they take one round trip; knows no database."""

from __future__ import annotations

import functools
import re

_PARAMETER = re.compile(r"\$(\d+)")


@functools.lru_cache(maxsize=256)
def combine(writes: tuple[str, ...], last: str, result: str) -> str:
    """One statement that does all of them; its parameters are theirs, one after the other.

    writes: inserts, updates or deletes that return a row for each row they write. last: begins with `with` and defines
    what `result` reads, one value. All see the data as it was before; none has `$` and a number in a literal. Its row:
    the result, and how many rows each write wrote. Remembered, because the same few come for ever.
    """
    parts, counts, parameters = [], [f"({result})"], 0
    for number, statement in enumerate(writes, start=1):
        parts.append(f"written_{number} as ({_renumbered(statement, parameters)})")
        counts.append(f"(select count(*) from written_{number})")
        parameters += _parameters(statement)
    rest = _renumbered(last, parameters).strip()
    if rest[:5].lower() != "with ":
        raise ValueError("the last statement must begin with `with`")
    return f"with {', '.join([*parts, rest[5:]])} select {', '.join(counts)}"


def _renumbered(statement: str, by: int) -> str:
    return _PARAMETER.sub(lambda found: f"${int(found.group(1)) + by}", statement)


def _parameters(statement: str) -> int:
    return max((int(number) for number in _PARAMETER.findall(statement)), default=0)
