"""What the kernel says of processes: processor time and memory, by /proc."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Stat:
    """Some of /proc/PID/stat. waited_for_s: processor time of children that have ended."""

    parent: int
    cpu_s: float
    waited_for_s: float
    resident_bytes: int


def parse_stat(text: str) -> Stat:
    """A line of /proc/PID/stat. The name in parentheses may hold anything, also blanks and parentheses."""
    fields = text.rpartition(")")[2].split()
    user, system, children_user, children_system = (int(fields[number]) for number in (11, 12, 13, 14))
    return Stat(
        parent=int(fields[1]),
        cpu_s=(user + system) / _TICKS_PER_S,
        waited_for_s=(children_user + children_system) / _TICKS_PER_S,
        resident_bytes=int(fields[21]) * _PAGE_BYTES,
    )


def stat(pid: int) -> Stat | None:
    """What the kernel says of a process; None when it has ended."""
    try:
        return parse_stat((PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace"))
    except (FileNotFoundError, ProcessLookupError):
        return None


def family(pid: int) -> list[int]:
    """A process and the processes that it has started: of PostgreSQL one a connection, and its helpers."""
    pids = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdigit()]
    return [pid, *(other for other in pids if (found := stat(other)) is not None and found.parent == pid)]


def cpu_s(pid: int) -> float:
    """Processor time so far of a process and those that it has started, also of those that have ended."""
    own = stat(pid)
    others = [found for other in family(pid)[1:] if (found := stat(other)) is not None]
    return (own.cpu_s + own.waited_for_s if own else 0.0) + sum(other.cpu_s for other in others)


def resident_bytes(pid: int) -> int:
    """Memory that a process has mapped in, shared pages counted in full."""
    found = stat(pid)
    return found.resident_bytes if found else 0


def proportional_bytes(pid: int) -> int:
    """Memory of a process where each shared page counts in part, so that sums over processes are true."""
    try:
        text = (PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:")), 0)
