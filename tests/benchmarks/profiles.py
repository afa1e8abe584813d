"""Where a process spends its time: samples of py-spy, counted by function; needs `py-spy`, which is not in the lock."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path

_RATE_PER_S = 200


@dataclass(frozen=True)
class Profile:
    """Shares of all samples, by function: itself at work, and itself or something that it called."""

    samples: int
    own: dict[str, float]
    below: dict[str, float]


def find_sampler() -> str | None:
    """py-spy beside this interpreter or on the path."""
    beside = Path(sys.executable).with_name("py-spy")
    return str(beside) if beside.exists() else shutil.which("py-spy")


@contextlib.asynccontextmanager
async def sampling(sampler: str, pid: int, *, file: Path, native: bool) -> AsyncIterator[None]:
    """Samples a process while the block runs; the stacks go into a file, one a line with its count."""
    options = ["--native"] if native else []
    process = await asyncio.create_subprocess_exec(
        *(sampler, "record", "--pid", str(pid), "--rate", str(_RATE_PER_S), "--format", "raw"),
        # Only who holds the interpreter is at work; the pollers' threads wait in C and would be counted as busy.
        *("--gil", "--function"),
        *("--output", str(file), *options),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        _, said = await process.communicate()
    if not file.exists():
        raise RuntimeError(f"py-spy wrote nothing: {said.decode(errors='replace')[-500:]}")


def read(lines: Iterable[str]) -> Profile:
    """A profile from stacks `outermost;...;innermost count`. A function that calls itself counts once a sample."""
    own: Counter[str] = Counter()
    below: Counter[str] = Counter()
    samples = 0
    for line in lines:
        stack, _, number = line.strip().rpartition(" ")
        if not stack:
            continue
        frames, count = stack.split(";"), int(number)
        samples += count
        own[frames[-1]] += count
        for frame in set(frames):
            below[frame] += count
    return Profile(samples, _shares(own, samples), _shares(below, samples))


def told(profile: Profile, *, most: int) -> str:
    """The functions that take most, as two lists."""
    lines = [f"{profile.samples} samples"]
    for heading, shares in (("by itself", profile.own), ("with all that it called", profile.below)):
        lines += ["", heading, *(f"{share:7.1%}  {name}" for name, share in list(shares.items())[:most])]
    return "\n".join(lines)


def _shares(counted: Counter[str], samples: int) -> dict[str, float]:
    return {name: count / samples for name, count in counted.most_common()}
