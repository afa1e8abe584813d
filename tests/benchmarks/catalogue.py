"""Which benchmarks there are, in the order in which they run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Ground
from tests.benchmarks.subjects import write_path

# On the running stack.
ON_STACK: Mapping[str, Callable[[Ground], Awaitable[list[Figure]]]] = {
    "write_alone": write_path.alone,
    "write_beside_all": write_path.beside_all,
    "write_latency": write_path.latency,
}
# With the folder of the stack, when it has stopped.
AFTERWARDS: Mapping[str, Callable[[Path], Awaitable[list[Figure]]]] = {}

NAMES = (*ON_STACK, *AFTERWARDS)


def described(name: str) -> str:
    """What a benchmark measures, in its own words."""
    benchmark = ON_STACK.get(name) or AFTERWARDS[name]
    return " ".join((benchmark.__doc__ or "").split())
