"""How much memory the parts take."""

from __future__ import annotations

from shared.config import SERVICES
from tests.benchmarks import processes
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Ground

SUBJECT = "memory"
_MB = 1e6


async def memory(ground: Ground) -> list[Figure]:
    """Memory of every process after the load of whatever ran before: its own share (PSS), and mapped in (RSS).

    PostgreSQL's processes share most of theirs, so only their shares add up to what the machine gives.
    """
    figures, total = [], 0.0
    for part in (*SERVICES, "nats", "postgres"):
        pids = processes.family(ground.stack.pid(part))
        share = sum(processes.proportional_bytes(pid) for pid in pids) / _MB
        resident = sum(processes.resident_bytes(pid) for pid in pids) / _MB
        told = f"RSS {resident:.0f} MB" if len(pids) == 1 else f"{len(pids)} processes"
        figures.append(Figure(SUBJECT, part, share, "MB", told))
        total += share
    return [*figures, Figure(SUBJECT, "all together", total, "MB")]
