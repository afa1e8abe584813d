"""What a supervised child process is: spawned, logged, watched and stopped; knows nothing of what the child does."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.cli.privileges import Account

TIED = Path(__file__).with_name("tied.py")
# A log larger than this is set aside at the next start; one older copy is kept.
LOG_LIMIT_BYTES = 16 * 1024 * 1024
# More than any last lines that are worth showing.
TAIL_BYTES = 64 * 1024
# How often a child is asked whether it has ended where the kernel cannot tell us (macOS, old Linux).
POLL_S = 0.05


@dataclass(frozen=True)
class StopStep:
    """One way of asking a child to stop, and how long it gets before the next way is tried."""

    signal: signal.Signals
    patience_s: float


@dataclass(frozen=True)
class Launch:
    """Everything needed to start one child, and to start the same one again.

    folder: its working folder, which it must be able to enter. death_signal: what it gets when we die (Linux only).
    account: whom it runs as, None for ourselves. kept_open: file descriptors that it inherits.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    stop: tuple[StopStep, ...]
    death_signal: signal.Signals
    account: Account | None = None
    kept_open: tuple[int, ...] = ()


class Child:
    """One running process of ours, in a session of its own, so that a Ctrl-C at the terminal reaches only us."""

    def __init__(self, launch: Launch, process: subprocess.Popen[bytes], *, log_start: int) -> None:
        self._launch = launch
        self._process = process
        self._log_start = log_start
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._poller: asyncio.Task[None] | None = None
        self._watch()

    @classmethod
    def spawn(cls, launch: Launch) -> Child:
        """Start it. Must be called in the main thread: the death signal is bound to the spawning thread."""
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError(f"{launch.name} must be spawned from the main thread")
        _set_aside(launch.log)
        with launch.log.open("ab") as log:
            start = log.tell()
            process = subprocess.Popen(
                _tied(launch),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=launch.folder,
                env=dict(launch.environment),
                start_new_session=True,
                pass_fds=launch.kept_open,
            )
        return cls(launch, process, log_start=start)

    @property
    def name(self) -> str:
        return self._launch.name

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._ended.done()

    async def wait(self) -> int:
        """The exit code once it has ended; negative is the number of the signal that ended it."""
        return await asyncio.shield(self._ended)

    async def stop(self) -> int:
        """Ask it to stop, ever more firmly; at last kill it and whatever it started. Returns the exit code."""
        for step in self._launch.stop:
            self.send(step.signal)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(step.patience_s):
                    return await self.wait()
        self.kill_group()
        return await self.wait()

    def send(self, number: signal.Signals) -> None:
        """Send a signal, unless it has ended: an unreaped process keeps its id, so nobody else's is ever signalled."""
        if not self.has_ended:
            self._process.send_signal(number)

    def kill_group(self) -> None:
        """SIGKILL to it and to whatever it started."""
        if not self.has_ended and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    def last_lines(self, count: int = 20) -> list[str]:
        """The end of what this run has written."""
        return last_lines(self._launch.log, count=count, since=self._log_start)

    def _watch(self) -> None:
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                # Old kernels and some sandboxes refuse pidfd_open; then we ask now and again, as on macOS.
                pidfd = os.pidfd_open(self.pid)
                asyncio.get_running_loop().add_reader(pidfd, self._reap, pidfd)
                return
        self._poller = asyncio.create_task(self._poll(), name=f"watch {self.name}")

    def _reap(self, pidfd: int) -> None:
        code = self._process.poll()
        if code is None:
            return
        asyncio.get_running_loop().remove_reader(pidfd)
        os.close(pidfd)
        if not self._ended.done():
            self._ended.set_result(code)

    async def _poll(self) -> None:
        # There is nothing to wait on: that is why we poll.
        while (code := self._process.poll()) is None:  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)
        if not self._ended.done():
            self._ended.set_result(code)


def last_lines(log: Path, *, count: int, since: int = 0) -> list[str]:
    """The last lines of a log that stand behind the byte `since`; none when there is no log."""
    try:
        with log.open("rb") as opened:
            end = opened.seek(0, os.SEEK_END)
            opened.seek(max(since, end - TAIL_BYTES))
            text = opened.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return []
    return [line for line in text.splitlines() if line.strip()][-count:]


def _set_aside(log: Path) -> None:
    try:
        size_bytes = log.stat().st_size
    except FileNotFoundError:
        return
    if size_bytes > LOG_LIMIT_BYTES:
        log.replace(log.with_suffix(f"{log.suffix}.1"))


def _tied(launch: Launch) -> list[str]:
    """The command that becomes the child's after it has dropped privileges and tied itself to us."""
    account = launch.account
    uid, gid = (-1, -1) if account is None else (account.uid, account.gid)
    numbers = (launch.death_signal.value, os.getpid(), uid, gid)
    program = shutil.which(launch.command[0])
    if program is None:
        # Said here as subprocess would say it; else only the child's last line would tell.
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), launch.command[0])
    return [sys.executable, "-I", "-S", str(TIED), *(str(n) for n in numbers), program, *launch.command[1:]]
