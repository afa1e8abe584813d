"""Careful clients: each repeats a deed under its request id until it is answered, and remembers what it was told."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc

from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from shared import rpc_client
from tests.integration.ledger import a_problem, request_id
from tests.integration.world import World

# One county in each of the three provinces, which are three tenants.
COUNTIES = ("110101", "120102", "130201")
# However much breaks, somebody who repeats is answered within this.
_ANSWERED_WITHIN_S = 90.0
_PAUSE_S = 0.1
_BETWEEN_DEEDS_S = 0.05
# What a client may be told of a fault, and then tries again; anything else is a wrong answer.
_TRY_AGAIN = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED"})


class Clients:
    """Deeds on ledgers in three tenants. titles: of all that was tried; acknowledged: name to version as told."""

    def __init__(self, world: World, *, seed: int = 0) -> None:
        self._world = world
        self._chance = random.Random(seed)
        self.titles: set[str] = set()
        self.acknowledged: dict[str, int] = {}
        self.parked_on_purpose = 0

    async def record(self, *, code: str = "") -> str:
        """Puts a problem on a ledger. Returns its name."""
        title = f"问题 {uuid.uuid4()}"
        self.titles.add(title)
        unit = self._world.unit(code or self._chance.choice(COUNTIES)).id
        problem = await self._until_answered("CreateProblem", a_problem(unit=unit, title=title))
        self.acknowledged[problem.name] = 1
        return str(problem.name)

    async def record_once(self, *, deadline_s: float) -> None:
        """Tries to put a problem on a ledger, once. Raises AioRpcError; then it may have been done all the same."""
        title = f"问题 {uuid.uuid4()}"
        self.titles.add(title)
        unit = self._world.unit(COUNTIES[0]).id
        problem = await self._once("CreateProblem", a_problem(unit=unit, title=title), deadline_s=deadline_s)
        self.acknowledged[problem.name] = 1

    async def report(self, name: str) -> None:
        """Reports progress on a problem: its next version."""
        request = plans_pb2.ReportProgressRequest(
            name=name, request_id=request_id(), percent_done=self._chance.randrange(1, 100), remark="已清理一部分"
        )
        await self._until_answered("ReportProgress", request)
        self.acknowledged[name] += 1

    async def deeds(self, number: int, *, at_once: int = 8) -> list[str]:
        """That many problems, each followed by a report, some at the same time."""
        left = iter(range(number))
        names: list[str] = []

        async def worker() -> None:
            for _ in left:
                names.append(await self.record())
                await self.report(names[-1])

        await asyncio.gather(*(worker() for _ in range(at_once)))
        return names

    @contextlib.asynccontextmanager
    async def busy(self, *, at_once: int = 6) -> AsyncIterator[None]:
        """Deeds without end while the block runs; whatever was begun is finished after it."""
        stop = asyncio.Event()

        async def worker() -> None:
            while not stop.is_set():
                await self.report(await self.record())
                # People are slower; and what is checked in the end should be had in seconds.
                await asyncio.sleep(_BETWEEN_DEEDS_S)

        workers = [asyncio.create_task(worker()) for _ in range(at_once)]
        try:
            yield
        finally:
            stop.set()
            await asyncio.gather(*workers)

    async def until(self, more: int) -> None:
        """Waits until so many more problems are acknowledged."""
        target = len(self.acknowledged) + more

        async def enough() -> bool:
            return len(self.acknowledged) >= target

        await self._world.eventually(enough, timeout_s=90)

    async def _until_answered(self, method: str, request: Any) -> Any:
        said = ""
        until = time.monotonic() + _ANSWERED_WITHIN_S
        while time.monotonic() < until:
            try:
                return await self._once(method, request)
            except grpc.aio.AioRpcError as error:
                if error.code().name not in _TRY_AGAIN:
                    raise AssertionError(f"a client was told {error.code().name}: {error.details()}") from error
                said = f"{error.code().name}: {error.details()}"
            await asyncio.sleep(_PAUSE_S)
        raise AssertionError(f"{method} was not answered in {_ANSWERED_WITHIN_S:.0f} s, at last {said}")

    async def _once(self, method: str, request: Any, *, deadline_s: float = 5.0) -> Any:
        stub = plans_pb2_grpc.PlanServiceStub(self._world.channel("plans"))
        ask: Callable[..., Any] = getattr(stub, method)
        return await ask(request, timeout=deadline_s, metadata=rpc_client.metadata(self._world.admin))
