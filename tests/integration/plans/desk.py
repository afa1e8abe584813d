"""People at their desks who call plans: a clerk of a county, the campaign office of the city above it."""

from __future__ import annotations

from typing import Any

from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from shared import rpc_client
from tests.integration.ledger import a_problem, request_id
from tests.integration.world import World

COUNTY, CITY, PROVINCE, SIBLING = "110101", "1101", "11", "110102"


class Desk:
    """Calls plans as somebody with one token."""

    def __init__(self, world: World, token: str) -> None:
        self._stub = plans_pb2_grpc.PlanServiceStub(world.channel("plans"))
        self.token = token

    async def __call__(self, method: str, request: Any) -> Any:
        return await rpc_client.call(getattr(self._stub, method), request, token=self.token, deadline_s=10)

    async def upload(self, *parts: Any) -> Any:
        return await rpc_client.upload(self._stub.ImportLedger, list(parts), token=self.token, deadline_s=30)

    async def do(self, method: str, problem: plans_pb2.Problem | plans_pb2.Plan, **fields: Any) -> Any:
        """A deed on a problem or a plan as it was last seen."""
        request = getattr(plans_pb2, f"{method}Request")(
            name=problem.name, request_id=request_id(), etag=problem.etag, **fields
        )
        return await self(method, request)


async def on_ledger(world: World, clerk: Desk, *, code: str = COUNTY, **changes: Any) -> plans_pb2.Problem:
    """A problem that somebody has just put on a unit's ledger."""
    problem: plans_pb2.Problem = await clerk("CreateProblem", a_problem(unit=world.unit(code).id, **changes))
    return problem
