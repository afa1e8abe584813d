"""Which benchmarks there are, in the order in which they run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Ground
from tests.benchmarks.subjects import (
    fold,
    lag,
    ledger_import,
    memory,
    national_table,
    relay,
    row_security,
    start_up,
    viewers,
    watch,
    write_path,
)

# On the running stack.
ON_STACK: Mapping[str, Callable[[Ground], Awaitable[list[Figure]]]] = {
    "write_alone": write_path.alone,
    "write_beside_all": write_path.beside_all,
    "write_latency": write_path.latency,
    "ledger_import": ledger_import.ledger_import,
    "relay": relay.relay,
    "fold": fold.into_database,
    "fold_from_stream": fold.from_stream,
    "national_table": national_table.national_table,
    "lag": lag.lag,
    "watch": watch.watch,
    "viewers": viewers.viewers,
    "row_security": row_security.row_security,
    "memory": memory.memory,
}
# With the folder of the stack, when it has stopped.
AFTERWARDS: Mapping[str, Callable[[Path], Awaitable[list[Figure]]]] = {"start_up": start_up.start_up}
# Whose process `--profile` looks at while a benchmark runs; what is not here has no hot path of its own.
HOT: Mapping[str, str] = {
    "write_alone": "plans",
    "write_beside_all": "plans",
    "ledger_import": "plans",
    "relay": "plans",
    "fold_from_stream": "rollups",
    "national_table": "rollups",
    "lag": "rollups",
    "watch": "rollups",
    "viewers": "console",
}

NAMES = (*ON_STACK, *AFTERWARDS)


def described(name: str) -> str:
    """What a benchmark measures, in its own words."""
    benchmark = ON_STACK.get(name) or AFTERWARDS[name]
    return " ".join((benchmark.__doc__ or "").split())
