"""Keeps parts running: starts them, waits until they are ready, starts a dead one again, gives up, stops them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field

from services.cli.processes import Child, Launch
from services.cli.refusals import PartFailed
from services.cli.restarts import RestartPolicy

READY_POLL_S = 0.02
# A part that says of itself that it is unwell for so long is killed and started again. Long enough that one which stays
# unwell is not taken for one that dies again and again (restarts.py).
SICK_POLL_S = 1.0
SICK_PATIENCE_S = 15.0


@dataclass(frozen=True)
class Part:
    """One supervised process.

    is_ready: asked again and again until it is; before: done before each start; after_restart: done when it is back
    after a death; is_sick: whether it says that it is unwell although it lives.
    """

    name: str
    launch: Launch
    is_ready: Callable[[Child], Awaitable[bool]]
    before: Callable[[], Awaitable[None]] | None = None
    after_restart: Callable[[], Coroutine[object, object, None]] | None = None
    is_sick: Callable[[], Awaitable[bool]] | None = None


@dataclass
class _Running:
    part: Part
    child: Child
    deaths: list[float] = field(default_factory=list)
    guard: asyncio.Task[None] | None = None


class Supervisor:
    """The running parts of one stack, by name. report: called with a key of the catalogue and its facts."""

    def __init__(self, *, report: Callable[..., None], policy: RestartPolicy | None = None) -> None:
        self._report = report
        self._policy = policy or RestartPolicy()
        self._running: dict[str, _Running] = {}
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self, part: Part, *, timeout_s: float) -> None:
        """Start a part and wait until it is ready. Raises PartFailed if it ends or takes longer."""
        if part.before is not None:
            await part.before()
        running = _Running(part=part, child=_spawn(part))
        self._running[part.name] = running
        await _until_ready(running, timeout_s=timeout_s)
        running.guard = asyncio.create_task(self._guard(running), name=f"guard {part.name}")
        running.guard.add_done_callback(self._note_end)

    def pid(self, name: str) -> int:
        """The process id of a part at this moment."""
        return self._running[name].child.pid

    def kill(self, name: str) -> None:
        """SIGKILL to a part, as a fault would; its guard starts it again."""
        self._running[name].child.kill_group()

    async def wait(self) -> None:
        """Waits for ever, or raises PartFailed when a part died too often."""
        await asyncio.shield(self._broken)

    async def stop(self, names: Iterable[str]) -> None:
        """Stop parts, all at the same time, and wait until they have ended. Parts that never started are no matter."""
        stopping = [self._running.pop(name) for name in list(names) if name in self._running]
        await asyncio.gather(*(_stop(running) for running in stopping))

    async def _guard(self, running: _Running) -> None:
        while True:
            code = await self._until_it_ends(running)
            name, log = running.part.name, running.part.launch.log
            now = time.monotonic()
            running.deaths.append(now)
            self._report("part_died", part=name, code=code, log=log, last_lines=running.child.last_lines())
            pause_s = self._policy.pause_s(running.deaths, now=now)
            if pause_s is None:
                raise PartFailed(
                    "part_dies_again_and_again",
                    part=name,
                    last_lines=running.child.last_lines(),
                    times=self._policy.failures,
                    log=log,
                )
            await asyncio.sleep(pause_s)
            if running.part.before is not None:
                await running.part.before()
            running.child = _spawn(running.part)
            if await _is_ready_before_it_ends(running):
                if running.part.after_restart is not None:
                    await _while_it_lives(running, running.part.after_restart())
                self._report("part_is_back", part=name)

    async def _until_it_ends(self, running: _Running) -> int:
        """Waits for the end of a part, and ends one that has been unwell for too long."""
        if running.part.is_sick is None:
            return await running.child.wait()
        sick_s = 0.0
        while not running.child.has_ended:
            ended = asyncio.ensure_future(running.child.wait())
            await asyncio.wait({ended}, timeout=SICK_POLL_S)
            ended.cancel()
            if running.child.has_ended:
                break
            sick_s = sick_s + SICK_POLL_S if await running.part.is_sick() else 0.0
            if sick_s >= SICK_PATIENCE_S:
                self._report("part_is_sick", part=running.part.name, seconds=int(sick_s))
                running.child.kill_group()
                break
        return await running.child.wait()

    def _note_end(self, guard: asyncio.Task[None]) -> None:
        if guard.cancelled() or self._broken.done():
            return
        error = guard.exception()
        if error is not None:
            self._broken.set_exception(error)
            # Whoever never waits must not be told that nobody looked at it.
            self._broken.exception()


async def together(*works: Coroutine[object, object, None]) -> None:
    """Do all at the same time; the first failure cancels the others, waits for them, and is raised as it is."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _spawn(part: Part) -> Child:
    try:
        return Child.spawn(part.launch)
    except OSError as error:
        raise PartFailed(
            "part_not_startable", part=part.name, last_lines=(), program=part.launch.command[0], cause=error
        ) from error


async def _until_ready(running: _Running, *, timeout_s: float) -> None:
    name, log = running.part.name, running.part.launch.log
    try:
        async with asyncio.timeout(timeout_s):
            ready = await _is_ready_before_it_ends(running)
    except TimeoutError:
        lines = running.child.last_lines()
        raise PartFailed("part_not_ready", part=name, last_lines=lines, seconds=timeout_s, log=log) from None
    if not ready:
        code = await running.child.wait()
        raise PartFailed("part_ended", part=name, last_lines=running.child.last_lines(), code=code, log=log)


async def _is_ready_before_it_ends(running: _Running) -> bool:
    while not running.child.has_ended:
        if await running.part.is_ready(running.child):
            return True
        await asyncio.sleep(READY_POLL_S)
    return False


async def _while_it_lives(running: _Running, work: Coroutine[object, object, None]) -> None:
    """Does something for a part; gives it up when the part ends meanwhile."""
    doing, ended = asyncio.ensure_future(work), asyncio.ensure_future(running.child.wait())
    try:
        await asyncio.wait({doing, ended}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            doing.result()
    finally:
        for task in (doing, ended):
            task.cancel()
        await asyncio.gather(doing, ended, return_exceptions=True)


async def _stop(running: _Running) -> None:
    if running.guard is not None:
        running.guard.cancel()
        await asyncio.wait({running.guard})
    await running.child.stop()
