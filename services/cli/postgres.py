"""The embedded PostgreSQL: its cluster, its settings and when it is ready; knows no table and no service."""

from __future__ import annotations

import asyncio
import hashlib
import os
import pwd
import shutil
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import asyncpg

from services.cli.folder import StackFolder, write_atomically
from services.cli.ports import LOOPBACK
from services.cli.postgres_binaries import (
    Binaries,
    find_binaries,
    major_version,
    reachable_binaries,
    require_version,
)
from services.cli.privileges import Account, account_to_drop_to, can_enter
from services.cli.processes import Child, Launch, StopStep
from services.cli.refusals import PartFailed, StackRefused
from services.cli.supervisor import Part

PART = "postgres"
SUPERUSER = "postgres"
MAINTENANCE_DATABASE = "postgres"
DSN_VARIABLE = "PLUMBLINE_PG_DSN"
# Where PostgreSQL keeps its files when the data folder lies below one that its account cannot enter, such as /root.
# Names below it are made with mkdir, which fails rather than follow what somebody else put there.
OUTSIDE = Path("/var/tmp")  # noqa: S108
# `postmaster.pid`, counted from 0: whose it is, and what state it is in.
PID_LINE, STATUS_LINE = 0, 7
# A postmaster whose supervisor was killed stops by itself within this time.
ORPHAN_PATIENCE_S = 15.0
ORPHAN_POLL_S = 0.05
EXTERNAL_TIMEOUT_S = 10
# sun_path has 108 bytes on Linux and 104 on macOS, the last one a NUL.
LONGEST_SOCKET_PATH = 103
# SIGINT: fast shutdown, sessions are ended and a checkpoint is written. SIGQUIT: at once, recovered at the next start.
STOP = (StopStep(signal.SIGINT, 20), StopStep(signal.SIGQUIT, 5))
# For a machine with 2 cores and 4 GB, without giving up durability: what is committed survives a power cut.
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "password_encryption": "scram-sha-256",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "wal_level": "replica",
    "max_wal_size": "1GB",
    "min_wal_size": "160MB",
    "checkpoint_timeout": "15min",
    # Just-in-time compilation costs more than it saves in statements of a few milliseconds.
    "jit": "off",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    "log_lock_waits": "on",
}


@dataclass(frozen=True)
class Cluster:
    """A database cluster that exists: whom it runs as, with which programs, and where."""

    binaries: Binaries
    data: Path
    account: Account | None


def external_dsn(environment: Mapping[str, str]) -> str | None:
    """The server named by PLUMBLINE_PG_DSN, as a URL, or None. Raises StackRefused for another form."""
    dsn = environment.get(DSN_VARIABLE)
    if not dsn:
        return None
    parts = urlsplit(dsn)
    if parts.scheme not in ("postgresql", "postgres") or not parts.hostname:
        raise StackRefused("postgres_dsn_wrong", variable=DSN_VARIABLE)
    return dsn


async def check_external(dsn: str) -> None:
    """Raises StackRefused when the external server does not answer or is too old."""
    where = f"{urlsplit(dsn).hostname}:{urlsplit(dsn).port or 5432}"
    try:
        connection = await asyncpg.connect(dsn, timeout=EXTERNAL_TIMEOUT_S)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise StackRefused("postgres_unreachable", where=where, cause=error) from error
    try:
        require_version(connection.get_server_version().major, where=where)
    finally:
        await connection.close()


def url(*, user: str, password: str, port: int, database: str) -> str:
    """The URL of a database of the embedded server."""
    return f"postgresql://{quote(user)}:{quote(password)}@{LOOPBACK}:{port}/{database}"


def through_socket(dsn: str, cluster: Cluster) -> str:
    """The same database by the server's own socket, which costs both ends a third less than loopback.

    It lies with the data, where nobody else can go. Where the path is longer than a socket's may be, the same URL.
    """
    parts = urlsplit(dsn)
    port = parts.port or 5432
    if len(str(cluster.data / f".s.PGSQL.{port}").encode()) > LONGEST_SOCKET_PATH:
        return dsn
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit((parts.scheme, f"{login}@", parts.path, urlencode({"host": str(cluster.data), "port": port}), ""))


def with_login(dsn: str, *, database: str, user: str | None = None, password: str | None = None) -> str:
    """The same server with another database and, where given, another login; options of the URL are kept."""
    parts = urlsplit(dsn)
    place = parts.netloc.rpartition("@")[2]
    login = parts.netloc.rpartition("@")[0] if user is None else f"{quote(user)}:{quote(password or '')}"
    return urlunsplit((parts.scheme, f"{login}@{place}" if login else place, f"/{database}", parts.query, ""))


def with_port(dsn: str, port: int) -> str:
    """The same server as it is reached through another port of this machine."""
    parts = urlsplit(dsn)
    login = parts.netloc.rpartition("@")[0]
    return urlunsplit((parts.scheme, f"{login}@{LOOPBACK}:{port}", parts.path, parts.query, ""))


async def prepare_cluster(
    folder: StackFolder,
    *,
    password: str,
    password_is_new: bool,
    environment: Mapping[str, str],
    report: Callable[..., None],
) -> Cluster:
    """The cluster of this data folder, made if there is none. Raises StackRefused or PartFailed."""
    account = _account()
    base = _base(folder, account, report=report)
    binaries = await reachable_binaries(find_binaries(environment), account=account, base=base)
    data = base / "postgres"
    if data.exists():
        return _existing(data, binaries=binaries, account=account, password_is_new=password_is_new)
    major = await asyncio.to_thread(major_version, binaries, account=account)
    require_version(major, where=str(binaries.folder))
    report("postgres_initialising", folder=data)
    cluster = Cluster(binaries=binaries, data=data, account=account)
    await _initialise(cluster, folder=folder, password=password)
    return cluster


def part(cluster: Cluster, *, port: int, folder: StackFolder, kept_open: tuple[int, ...]) -> Part:
    """The server as a part of the stack."""
    own = {**SETTINGS, "unix_socket_directories": str(cluster.data)}
    settings = [word for name, value in own.items() for word in ("-c", f"{name}={value}")]
    launch = Launch(
        name=PART,
        command=(str(cluster.binaries.program("postgres")), "-D", str(cluster.data), "-p", str(port), *settings),
        environment=_environment(),
        folder=Path("/"),
        log=folder.log(PART),
        stop=STOP,
        # A fast shutdown: the server outlives us for a moment and leaves a clean cluster.
        death_signal=signal.SIGINT,
        account=cluster.account,
        kept_open=kept_open,
    )

    async def is_ready(child: Child) -> bool:
        return _is_ready(cluster.data, pid=child.pid)

    async def clear_stale_pid() -> None:
        await _clear_stale_pid(cluster.data)

    return Part(name=PART, launch=launch, is_ready=is_ready, before=clear_stale_pid)


def _account() -> Account | None:
    try:
        return account_to_drop_to(os.geteuid())
    except LookupError as error:
        raise StackRefused("no_account") from error


def _base(folder: StackFolder, account: Account | None, *, report: Callable[..., None]) -> Path:
    """The folder that holds the cluster: the data folder itself, or one outside it that the account can enter."""
    if folder.postgres_place.exists():
        base = Path(folder.postgres_place.read_text().strip())
        report("postgres_elsewhere", folder=base)
        return base
    if account is None or can_enter(folder.root, account):
        return folder.root
    mark = hashlib.sha256(str(folder.root.resolve()).encode()).hexdigest()[:12]
    base = OUTSIDE / f"plumbline-{account.uid}-{mark}"
    if base.exists():
        # The data folder that it belonged to was deleted, and its password with it. One such leftover is kept.
        shutil.rmtree(leftover := base.with_name(f"{base.name}.left-behind"), ignore_errors=True)
        base.rename(leftover)
    base.mkdir(mode=0o711)
    base.chmod(0o711)
    write_atomically(folder.postgres_place, f"{base}\n", mode=0o600)
    report("postgres_elsewhere", folder=base)
    return base


def _existing(data: Path, *, binaries: Binaries, account: Account | None, password_is_new: bool) -> Cluster:
    found = int((data / "PG_VERSION").read_text())
    wanted = major_version(binaries, account=account)
    if found != wanted:
        raise StackRefused("cluster_of_another_version", folder=data, found=found, wanted=wanted)
    if password_is_new:
        raise StackRefused("cluster_without_secrets", folder=data)
    return Cluster(binaries=binaries, data=data, account=_owner(data, account))


def _owner(data: Path, account: Account | None) -> Account | None:
    """Whom an existing cluster belongs to: the server refuses to run as anybody else, and root may run as anybody."""
    state = data.stat()
    if account is None or state.st_uid in (0, account.uid):
        return account
    return Account(name=pwd.getpwuid(state.st_uid).pw_name, uid=state.st_uid, gid=state.st_gid)


async def _initialise(cluster: Cluster, *, folder: StackFolder, password: str) -> None:
    """initdb into a folder beside, renamed at the end: a killed initdb leaves no half cluster."""
    fresh = cluster.data.with_name("postgres.new")
    password_file = cluster.data.with_name("postgres.password")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    write_atomically(password_file, password + "\n", mode=0o600)
    if cluster.account is not None:
        for path in (fresh, password_file):
            os.chown(path, cluster.account.uid, cluster.account.gid)
    try:
        child = Child.spawn(_initdb(cluster, fresh=fresh, password_file=password_file, log=folder.log("initdb")))
        try:
            code = await child.wait()
        finally:
            child.kill_group()
    finally:
        password_file.unlink()
    if code != 0:
        raise PartFailed(
            "part_ended", part="initdb", last_lines=child.last_lines(), code=code, log=folder.log("initdb")
        )
    fresh.rename(cluster.data)


def _initdb(cluster: Cluster, *, fresh: Path, password_file: Path, log: Path) -> Launch:
    command = (
        str(cluster.binaries.program("initdb")),
        *("-D", str(fresh), "-U", SUPERUSER, f"--pwfile={password_file}", "-A", "scram-sha-256"),
        # The builtin locale sorts the same on every machine; one of the C library's changes with its version.
        *("-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    )
    return Launch(
        name="initdb",
        command=command,
        environment=_environment(),
        folder=Path("/"),
        log=log,
        stop=(StopStep(signal.SIGTERM, 5),),
        death_signal=signal.SIGKILL,
        account=cluster.account,
    )


def _environment() -> dict[str, str]:
    """Nothing of ours: PG* variables of the caller would change what the programs do."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _is_ready(data: Path, *, pid: int) -> bool:
    """Whether the postmaster itself says so; needs no driver and no password."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > STATUS_LINE and lines[PID_LINE] == str(pid) and lines[STATUS_LINE].strip() == "ready"


async def _clear_stale_pid(data: Path) -> None:
    """Wait for an orphaned postmaster to end, and remove a note whose number now belongs to another program.

    PostgreSQL itself handles a note whose process is gone. It refuses to start when the number is in use again, which
    in a container with few processes is likely.
    """
    note = data / "postmaster.pid"
    until = time.monotonic() + ORPHAN_PATIENCE_S
    while (pid := _noted_pid(note)) is not None and _is_postmaster(pid):
        if time.monotonic() > until:
            raise StackRefused("postgres_orphan", folder=data, pid=pid)
        await asyncio.sleep(ORPHAN_POLL_S)
    if pid is not None and _is_other_program(pid):
        note.unlink(missing_ok=True)


def _noted_pid(note: Path) -> int | None:
    try:
        return int(note.read_text().splitlines()[PID_LINE])
    except (OSError, ValueError, IndexError):
        return None


def _is_postmaster(pid: int) -> bool:
    program = _program_of(pid)
    return program is not None and program.startswith("postgres")


def _is_other_program(pid: int) -> bool:
    program = _program_of(pid)
    return program is not None and not program.startswith("postgres")


def _program_of(pid: int) -> str | None:
    """The name of a running program, or None: not running, or a system without /proc."""
    process = Path("/proc") / str(pid)
    try:
        name = (process / "comm").read_text().strip()
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return None
    return None if state == "Z" else name
