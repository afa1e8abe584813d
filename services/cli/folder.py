"""The data folder of an embedded stack: where each thing lies, and that one stack uses it at a time; starts nothing."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import shutil
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from services.cli.privileges import running_as_root
from services.cli.refusals import StackRefused

DEFAULT_FOLDER = Path(".plumbline")
# A killed stack's children end within a moment; they hold the lock as long as they live.
ORPHAN_PATIENCE_S = 15.0
LOCK_POLL_S = 0.05


class StackFolder:
    """Paths below one data folder. Secrets in it are readable by their owner only, whatever the folder's own mode."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()
        self.lock = self.root / "lock"
        self.ports = self.root / "ports.json"
        self.secrets = self.root / "secrets.json"
        self.signing_key = self.root / "signing-key.json"
        self.jwks = self.root / "jwks.json"
        self.tokens = self.root / "tokens"
        self.logs = self.root / "logs"
        self.nats = self.root / "nats"
        self.sign_in = self.root / "sign-in"
        self.client_secret = self.sign_in / "client-secret"
        self.console_secret = self.sign_in / "console-secret"
        self.issuer_key = self.sign_in / "issuer-key.json"
        self.issuer_people = self.sign_in / "issuer-people.json"
        self.sign_ins = self.sign_in / "sign-ins.json"
        self.postgres_place = self.root / "postgres.place"
        self.admin_token = self.tokens / "admin.token"

    def token(self, service: str) -> Path:
        return self.tokens / f"{service}.token"

    def log(self, part: str) -> Path:
        return self.logs / f"{part}.log"

    def create(self) -> None:
        """Make the folder and its rooms. Raises StackRefused where that is not possible."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            # The account that PostgreSQL is dropped to must pass through, without seeing what is there.
            self.root.chmod(0o711 if running_as_root() else 0o700)
            for room in (self.tokens, self.logs, self.nats, self.sign_in):
                room.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StackRefused("folder_unwritable", folder=self.root, cause=error.strerror or error) from error

    def holder(self) -> int | None:
        """The process id of the stack that uses the folder now, or None. 0: in use, but it has not said by whom."""
        try:
            with self.lock.open("rb") as opened:
                fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return None
        except BlockingIOError:
            return self._written_holder()
        return None

    @contextlib.asynccontextmanager
    async def locked(self, *, patience_s: float = ORPHAN_PATIENCE_S) -> AsyncIterator[int]:
        """Hold the folder, and yield the descriptor for children to inherit: an orphan keeps the folder locked.

        Raises StackRefused naming the folder and the process that holds it, at once if that process lives; if only
        its orphans do, after they had time to end.
        """
        descriptor = os.open(self.lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            await self._acquire(descriptor, until=time.monotonic() + patience_s)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield descriptor
        finally:
            os.close(descriptor)

    def remembered_ports(self) -> dict[str, int]:
        """The ports of the last start; empty when there was none or its note is broken."""
        try:
            noted = json.loads(self.ports.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        if not isinstance(noted, dict):
            return {}
        return {str(name): port for name, port in noted.items() if isinstance(port, int)}

    def remember_ports(self, ports: Mapping[str, int]) -> None:
        """Keep the ports for the next start, beside those of parts that were not started this time."""
        write_atomically(self.ports, json.dumps({**self.remembered_ports(), **ports}, indent=2) + "\n", mode=0o600)

    def remove(self) -> None:
        """Delete the folder and what it keeps elsewhere. Only for a stack that has stopped."""
        if self.postgres_place.exists():
            shutil.rmtree(Path(self.postgres_place.read_text().strip()), ignore_errors=True)
        shutil.rmtree(self.root, ignore_errors=True)

    async def _acquire(self, descriptor: int, *, until: float) -> None:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                pid = self._written_holder()
                if pid and _is_alive(pid):
                    raise StackRefused("folder_in_use", folder=self.root, pid=pid) from None
                if time.monotonic() > until:
                    raise StackRefused("folder_held_by_orphans", folder=self.root, pid=pid) from None
            await asyncio.sleep(LOCK_POLL_S)

    def _written_holder(self) -> int:
        try:
            return int(self.lock.read_text().strip() or 0)
        except ValueError:
            return 0


def write_atomically(file: Path, text: str, *, mode: int) -> None:
    """Replace a file as a whole, so that a reader sees the old text or the new, and nobody else's eyes see a secret."""
    fresh = file.with_name(f".{file.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        fresh.replace(file)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
