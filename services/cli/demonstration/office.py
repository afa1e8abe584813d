"""How the demonstration calls the services: open channels, tokens of the people in the story, a count of calls."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, TypeVar

from plumbline.directory.v1 import directory_pb2, directory_pb2_grpc
from plumbline.inspections.v1 import inspections_pb2_grpc
from plumbline.plans.v1 import plans_pb2_grpc
from plumbline.referrals.v1 import referrals_pb2_grpc
from plumbline.rollups.v1 import rollups_pb2_grpc
from shared import rpc_client

Item = TypeVar("Item")
Result = TypeVar("Result")

# Calls under way at once: enough to keep two cores busy, few enough that each is answered soon.
IN_FLIGHT = 48
DEADLINE_S = 30.0


class Office:
    """Everything the story needs to make a call."""

    def __init__(self, *, addresses: Mapping[str, str], mint: Callable[..., str], admin_token: str) -> None:
        self._channels = {service: rpc_client.open_channel(address) for service, address in addresses.items()}
        self._mint = mint
        self._tokens: dict[tuple[str, str, str, int], str] = {}
        self.admin_token = admin_token
        # Who acts for a unit in a role, by (role, unit id), where it is somebody whom directory knows.
        self.acts_as: dict[tuple[str, str], str] = {}
        self.unary_calls = 0
        self.directory = directory_pb2_grpc.DirectoryServiceStub(self._channels["directory"])
        self.plans = plans_pb2_grpc.PlanServiceStub(self._channels["plans"])
        self.inspections = inspections_pb2_grpc.InspectionServiceStub(self._channels["inspections"])
        self.referrals = referrals_pb2_grpc.ReferralServiceStub(self._channels["referrals"])
        self.rollups = rollups_pb2_grpc.RollupServiceStub(self._channels["rollups"])

    async def call(self, method: Callable[..., Any], request: Any, *, token: str) -> Any:
        """One unary call."""
        self.unary_calls += 1
        return await rpc_client.call(method, request, token=token, deadline_s=DEADLINE_S)

    async def upload(self, method: Callable[..., Any], parts: Iterable[Any], *, token: str) -> Any:
        """One client-streaming call."""
        return await rpc_client.upload(method, parts, token=token, deadline_s=110)

    def download(self, method: Callable[..., Any], request: Any, *, token: str) -> AsyncIterator[Any]:
        """One server-streaming call."""
        return rpc_client.download(method, request, token=token, deadline_s=110)

    def token(self, role: str, unit: directory_pb2.Unit, *, subject: str = "", clearance: int = 1) -> str:
        """A token of somebody who acts for a unit; the same one again for the same person."""
        who = subject or self.acts_as.get((role, unit.id)) or f"{role}:{unit.id}"
        key = (role, unit.id, who, clearance)
        if key not in self._tokens:
            self._tokens[key] = self._mint(
                subject=who, tenant=unit.tenant, role=role, path=unit.path, clearance=clearance
            )
        return self._tokens[key]

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()


async def side_by_side(
    items: Iterable[Item], deed: Callable[[Item], Awaitable[Result]], *, done: Callable[[], None]
) -> list[Result]:
    """Does something for each item, many at once; answers in the items' order. The first failure ends all."""
    places = asyncio.Semaphore(IN_FLIGHT)

    async def one(item: Item) -> Result:
        async with places:
            result = await deed(item)
        done()
        return result

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(item)) for item in items]
    except ExceptionGroup as failures:
        # The others were cancelled because of it: it alone tells what went wrong.
        raise failures.exceptions[0] from failures
    return [task.result() for task in tasks]


def request_id() -> str:
    """A fresh request id."""
    return str(uuid.uuid4())
