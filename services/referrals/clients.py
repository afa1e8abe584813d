"""The only file of referrals that calls another service: it asks inspections for a finding, as the caller."""

from __future__ import annotations

import grpc

from plumbline.inspections.v1 import inspections_pb2, inspections_pb2_grpc
from services.referrals import wire
from services.referrals.model import FoundFinding, UnknownFinding
from shared import rpc_client
from shared.errors import Code, FieldViolation, Unavailable


class Inspections:
    """Asks under the caller's own token, so that nobody refers what they may not see."""

    def __init__(self, address: str) -> None:
        self._channel = rpc_client.open_channel(address)
        self._stub = inspections_pb2_grpc.InspectionServiceStub(self._channel)

    async def finding(self, name: str, *, context: grpc.aio.ServicerContext) -> FoundFinding:
        """A finding. Raises UnknownFinding, or Unavailable while inspections is away."""
        request = inspections_pb2.GetFindingRequest(name=name)
        try:
            found = await rpc_client.call(self._stub.GetFinding, request, token=rpc_client.bearer_of(context))
        except rpc_client.RemoteRefusal as refusal:
            if refusal.remote_code in (Code.NOT_FOUND, Code.PERMISSION_DENIED):
                raise UnknownFinding(
                    f"there is no finding {name} within your scope",
                    violations=[FieldViolation("finding", "no such finding within your scope", "finding")],
                    finding=name,
                ) from refusal
            raise
        except rpc_client.RemoteFailure as failure:
            raise Unavailable("inspections does not answer: try again") from failure
        return wire.found(found)

    async def close(self) -> None:
        await self._channel.close()
