"""Supervised processes: what is said of one that fails, when it is given up, and that nothing outlives its stop."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.cli.processes import Child, Launch, StopStep
from services.cli.refusals import PartFailed
from services.cli.restarts import RestartPolicy
from services.cli.supervisor import Part, Supervisor

DEADLINE_S = 20.0


class Reports:
    """What the supervisor reported."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def __call__(self, key: str, **_: object) -> None:
        self.keys.append(key)


@pytest.fixture
def reports() -> Reports:
    """What was reported in this test."""
    return Reports()


@pytest.fixture
async def supervisor(reports: Reports) -> AsyncIterator[Supervisor]:
    """A supervisor that gives up after the third death and hardly pauses."""
    policy = RestartPolicy(failures=3, first_pause_s=0.01, longest_pause_s=0.02)
    made = Supervisor(report=reports, policy=policy)
    yield made
    await made.stop(["part"])


def launch(tmp_path: Path, program: str, *, patience_s: float = 10.0) -> Launch:
    return Launch(
        name="part",
        command=(sys.executable, "-c", program),
        environment={},
        folder=tmp_path,
        log=tmp_path / "part.log",
        stop=(StopStep(signal.SIGTERM, patience_s),),
        death_signal=signal.SIGKILL,
    )


def part(tmp_path: Path, program: str, *, ready: bool = True, patience_s: float = 10.0) -> Part:
    """A part whose program is Python text; it is ready once it has written something, or never."""

    async def is_ready(child: Child) -> bool:
        return ready and bool(child.last_lines())

    return Part(name="part", launch=launch(tmp_path, program, patience_s=patience_s), is_ready=is_ready)


async def test_a_part_that_ends_at_once_is_named_with_its_code_and_last_lines(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    with pytest.raises(PartFailed) as failed:
        await supervisor.start(
            part(tmp_path, "print('why', flush=True); raise SystemExit(4)", ready=False), timeout_s=10
        )

    assert (failed.value.key, failed.value.facts["code"]) == ("part_ended", "4")
    assert failed.value.last_lines == ("why",)


async def test_a_part_that_is_never_ready_is_named(supervisor: Supervisor, tmp_path: Path) -> None:
    program = "import time; print('waiting', flush=True); time.sleep(60)"

    with pytest.raises(PartFailed) as failed:
        await supervisor.start(part(tmp_path, program, ready=False), timeout_s=0.5)

    assert failed.value.key == "part_not_ready"


async def test_a_program_that_is_not_there_is_named(supervisor: Supervisor, tmp_path: Path) -> None:
    missing = Launch(
        name="part",
        command=(str(tmp_path / "missing"),),
        environment={},
        folder=tmp_path,
        log=tmp_path / "part.log",
        stop=(),
        death_signal=signal.SIGKILL,
    )

    with pytest.raises(PartFailed) as failed:
        await supervisor.start(Part(name="part", launch=missing, is_ready=never), timeout_s=1)

    assert failed.value.key == "part_not_startable"
    assert failed.value.facts["program"] == str(tmp_path / "missing")


async def test_a_part_that_dies_again_and_again_is_given_up(
    supervisor: Supervisor, reports: Reports, tmp_path: Path
) -> None:
    count = tmp_path / "count"
    # Lives until somebody made the file, so that its first start succeeds.
    program = (
        "import os, time; print('up', flush=True)\n"
        f"while not os.path.exists({str(count)!r}): time.sleep(0.01)\n"
        "raise SystemExit(9)"
    )
    await supervisor.start(part(tmp_path, program), timeout_s=10)

    count.touch()
    with pytest.raises(PartFailed) as failed:
        async with asyncio.timeout(DEADLINE_S):
            await supervisor.wait()

    assert failed.value.key == "part_dies_again_and_again"
    assert reports.keys.count("part_died") == 3


async def test_the_last_lines_are_those_of_this_run(tmp_path: Path) -> None:
    first = Child.spawn(launch(tmp_path, "print('first')"))
    await first.wait()

    second = Child.spawn(launch(tmp_path, "print('second')"))
    await second.wait()

    assert second.last_lines() == ["second"]
    assert (tmp_path / "part.log").read_text() == "first\nsecond\n"


async def test_a_part_that_will_not_stop_is_killed_with_what_it_started(tmp_path: Path) -> None:
    program = (
        "import os, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = os.fork()\n"
        "print(child or os.getpid(), flush=True)\n"
        "time.sleep(60)\n"
    )
    child = Child.spawn(launch(tmp_path, program, patience_s=0.1))
    await eventually(lambda: len(child.last_lines()) == 2)
    grandchild = int(child.last_lines()[0])

    code = await child.stop()

    assert code == -signal.SIGKILL
    await eventually(lambda: not _runs(grandchild))


async def test_a_child_is_not_spawned_from_another_thread(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="main thread"):
        await asyncio.to_thread(Child.spawn, launch(tmp_path, "pass"))


async def eventually(condition: Callable[[], bool]) -> None:
    """Waits for a condition, at most until the deadline."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 - what is awaited happens in other processes
            await asyncio.sleep(0.01)


async def never(_: Child) -> bool:
    """Is never ready."""
    return False


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
