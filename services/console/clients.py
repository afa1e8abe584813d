"""The only file that calls the services: their doors, and one call as somebody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import grpc

from plumbline.audit.v1 import audit_pb2_grpc
from plumbline.directory.v1 import directory_pb2_grpc, sign_in_pb2_grpc
from plumbline.facts.v1 import facts_pb2_grpc
from plumbline.inspections.v1 import inspections_pb2_grpc
from plumbline.plans.v1 import plans_pb2_grpc
from plumbline.referrals.v1 import referrals_pb2_grpc
from plumbline.rollups.v1 import rollups_pb2_grpc
from shared import rpc_client

# A person waits for the page; a service that needs longer has a trouble that they should hear of.
CALL_S = 10.0


class Services:
    """The doors of all services, on one channel each; made inside the running loop. The generated stubs are untyped."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._channels = {service: rpc_client.open_channel(address) for service, address in addresses.items()}
        self.directory: Any = directory_pb2_grpc.DirectoryServiceStub(self._channels["directory"])
        self.sign_in: Any = sign_in_pb2_grpc.SignInServiceStub(self._channels["directory"])
        self.plans: Any = plans_pb2_grpc.PlanServiceStub(self._channels["plans"])
        self.inspections: Any = inspections_pb2_grpc.InspectionServiceStub(self._channels["inspections"])
        self.referrals: Any = referrals_pb2_grpc.ReferralServiceStub(self._channels["referrals"])
        self.rollups: Any = rollups_pb2_grpc.RollupServiceStub(self._channels["rollups"])
        self.audit: Any = audit_pb2_grpc.AuditServiceStub(self._channels["audit"])

    def parked_facts(self, service: str) -> Any:
        """The door to what one service could not apply."""
        return facts_pb2_grpc.ParkedFactServiceStub(self._channels[service])

    async def close(self) -> None:
        """Ends all channels."""
        for channel in self._channels.values():
            await channel.close()


async def call(method: Callable[..., Any], request: Any, *, token: str) -> Any:
    """One unary call. Raises RemoteRefusal or RemoteFailure."""
    return await rpc_client.call(method, request, token=token, deadline_s=CALL_S)


def download(method: Callable[..., Any], request: Any, *, token: str, deadline_s: float) -> AsyncIterator[Any]:
    """One server-streaming call. Raises RemoteRefusal or RemoteFailure."""
    return rpc_client.download(method, request, token=token, deadline_s=deadline_s)


def is_cancelled(error: grpc.aio.AioRpcError) -> bool:
    """Whether a call ended because we ended it."""
    return bool(error.code() is grpc.StatusCode.CANCELLED)
