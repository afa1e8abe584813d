"""Reading figures and checking them, as an analyst would."""

from __future__ import annotations

from plumbline.rollups.v1 import rollups_pb2, rollups_pb2_grpc
from shared import rpc_client
from tests.integration.world import World


async def figures(world: World, code: str) -> dict[str, int]:
    """A unit's figures by metric, over all campaigns."""
    stub = rollups_pb2_grpc.RollupServiceStub(world.channel("rollups"))
    request = rollups_pb2.GetTableRequest(unit_code=code)
    table = await rpc_client.call(stub.GetTable, request, token=world.admin, deadline_s=10)
    return {metric.id: int(value) for metric, value in zip(table.metrics, table.total.values, strict=True)}


async def facts_on_the_road(world: World) -> int:
    """Facts published and not yet applied by rollups; negative while the bus is away."""
    stub = rollups_pb2_grpc.RollupServiceStub(world.channel("rollups"))
    request = rollups_pb2.GetTableRequest(unit_code="0")
    table = await rpc_client.call(stub.GetTable, request, token=world.admin, deadline_s=10)
    return int(table.facts_pending)


async def differences(world: World, *, settle_s: int = 60) -> rollups_pb2.VerifyResult:
    """What a recount from the services' own truth finds."""
    stub = rollups_pb2_grpc.RollupServiceStub(world.channel("rollups"))
    request = rollups_pb2.VerifyRollupsRequest(settle_seconds=settle_s)
    result = rollups_pb2.VerifyResult()
    async for answer in rpc_client.download(stub.VerifyRollups, request, token=world.admin, deadline_s=110):
        if answer.HasField("result"):
            result = answer.result
    assert result.figures_compared > 0
    return result
