"""What a machine must have to run containers, and how a program is run so that a person sees how it goes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
# What is asked of the machine, and the package of Debian that brings it.
PROGRAMS = {
    "podman": "podman",
    "runc": "runc",
    "netavark": "netavark",
    "aardvark-dns": "aardvark-dns",
    "debootstrap": "debootstrap",
}
# Podman keeps its own helpers out of the way.
HELPERS = ("/usr/lib/podman", "/usr/libexec/podman", "/usr/local/lib/podman")
SYSTEM_PROGRAMS = ("/usr/sbin", "/sbin")
HEARTBEAT_S = 10.0
SHOWN_LINES = 30
# Each line was needed on a machine without systemd and without the right to raise limits: crun refuses hybrid cgroups,
# and a limit higher than the caller's own cannot be set.
CONTAINERS_CONF = """
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]

[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"

[network]
network_backend = "netavark"
"""


class CannotRun(Exception):
    """The check cannot be made on this machine; says why, and what would help."""


class Failed(Exception):
    """The check was made, and something is not as it must be."""


def missing_programs() -> list[str]:
    """The packages that are to be installed first."""
    places = os.pathsep.join([os.environ.get("PATH", os.defpath), *SYSTEM_PROGRAMS, *HELPERS])
    return [package for program, package in PROGRAMS.items() if shutil.which(program, path=places) is None]


def require_machine() -> None:
    """Raises CannotRun with everything that is missing."""
    if sys.platform != "linux":
        raise CannotRun("containers are run with podman here, which needs Linux")
    missing = missing_programs()
    if missing:
        raise CannotRun(
            f"not installed: {', '.join(missing)}. On Debian: apt-get install {' '.join(PROGRAMS.values())}"
        )
    if os.geteuid() != 0:
        raise CannotRun("the base image is made by debootstrap, which needs root: run `sudo make compose-check`")


@dataclass(frozen=True)
class Workshop:
    """Where the check keeps its things, and how it runs programs. Everything written is written to the log as well."""

    folder: Path
    log: Path
    environment: Mapping[str, str]
    began: float

    @classmethod
    def open(cls, folder: Path) -> Workshop:
        """A workshop in this folder, made where there is none; the log begins anew."""
        folder.mkdir(parents=True, exist_ok=True)
        settings, log = folder / "containers.conf", folder / "log"
        settings.write_text(CONTAINERS_CONF, encoding="utf-8")
        log.write_text("", encoding="utf-8")
        path = os.pathsep.join([str(folder / "tools" / "bin"), os.environ.get("PATH", os.defpath), *SYSTEM_PROGRAMS])
        # Variables of ours that the caller has set for another deployment must not reach this one.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PLUMBLINE_")}
        environment = {**inherited, "PATH": path, "CONTAINERS_CONF": str(settings)}
        return cls(folder=folder, log=log, environment=environment, began=time.monotonic())

    def say(self, sentence: str) -> None:
        """A line for the person who looks on, with the seconds since the beginning."""
        print(f"[{time.monotonic() - self.began:6.1f} s] {sentence}", flush=True)

    def run(self, what: str, command: Sequence[str | Path], *, also: Mapping[str, str] | None = None) -> float:
        """Runs a program to its end, telling now and again that it is still at it. Returns the seconds it took.

        Raises Failed with its last lines.
        """
        self.say(f"{what} ...")
        began = time.monotonic()
        with self.log.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(map(str, command))}\n")
            log.flush()
            start = log.tell()
            with self._heartbeat(what, start):
                code = subprocess.run(
                    list(map(str, command)),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    cwd=PROJECT,
                    env={**self.environment, **(also or {})},
                    check=False,
                ).returncode
        took = time.monotonic() - began
        if code != 0:
            shown = "\n".join(f"    {line}" for line in self._lines(start)[-SHOWN_LINES:])
            raise Failed(f"{what}: ended with {code}\n{shown}\n    (all of it: {self.log})")
        self.say(f"{what}: {took:.1f} s")
        return took

    def ask(self, command: Sequence[str | Path]) -> tuple[int, str]:
        """What a program answers that is done at once: its exit code and its standard output."""
        asked = subprocess.run(
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd=PROJECT,
            env=dict(self.environment),
            check=False,
        )
        if asked.returncode != 0:
            with self.log.open("a", encoding="utf-8") as log:
                log.write(f"$ {' '.join(map(str, command))}\n{asked.stderr}")
        return asked.returncode, asked.stdout

    def start(self, command: Sequence[str | Path], *, also: Mapping[str, str]) -> subprocess.Popen[str]:
        """Starts a program whose standard error is read by the caller, line by line."""
        return subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env={**self.environment, **also},
        )

    def _lines(self, start: int) -> list[str]:
        with self.log.open("rb") as log:
            log.seek(start)
            return [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]

    @contextmanager
    def _heartbeat(self, what: str, start: int) -> Iterator[None]:
        """Says every few seconds what the program wrote last: an image takes a minute, a base longer."""
        done = threading.Event()

        def beat() -> None:
            while not done.wait(HEARTBEAT_S):
                last = (self._lines(start) or ["nothing yet"])[-1]
                self.say(f"    still {what}: {last[:90]}")

        thread = threading.Thread(target=beat, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
