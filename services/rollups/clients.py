"""How rollups asks the other services for their present state; the only file that calls them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import grpc

from plumbline.directory.v1 import directory_pb2_grpc
from plumbline.facts.v1 import facts_pb2
from plumbline.inspections.v1 import inspections_pb2_grpc
from plumbline.plans.v1 import plans_pb2_grpc
from plumbline.referrals.v1 import referrals_pb2_grpc
from services.rollups import wire
from services.rollups.model import CountedFact
from shared import rpc_client
from shared.errors import Code, Unavailable

# Whoever reports figures, in the order in which they are asked.
_STUBS: Mapping[str, Callable[[grpc.aio.Channel], Any]] = {
    "directory": directory_pb2_grpc.DirectoryStateServiceStub,
    "plans": plans_pb2_grpc.PlanStateServiceStub,
    "inspections": inspections_pb2_grpc.InspectionStateServiceStub,
    "referrals": referrals_pb2_grpc.ReferralStateServiceStub,
}
SERVICES = tuple(_STUBS)
# A million entities at the measured 30,000 a second, with room.
_DEADLINE_S = 100.0


@dataclass(frozen=True)
class Part:
    """Some of a service's present state. facts: how many it came in."""

    facts: int
    counted: list[CountedFact]


class Truth:
    """The other services' own truth."""

    def __init__(self, addresses: Mapping[str, str], *, token: str) -> None:
        known = [service for service in SERVICES if service in addresses]
        self._channels = {service: rpc_client.open_channel(addresses[service]) for service in known}
        self._token = token

    async def read(self, service: str, *, path: str) -> AsyncIterator[Part]:
        """The state of one service below a path, as it comes. Raises Unavailable naming a service that is away."""
        if service not in self._channels:
            raise _away(service)
        stub = _STUBS[service](self._channels[service])
        request = facts_pb2.StreamStateRequest(path=path)
        try:
            async for answer in rpc_client.download(
                stub.StreamState, request, token=self._token, deadline_s=_DEADLINE_S
            ):
                yield Part(
                    facts=len(answer.facts),
                    counted=[counted for fact in answer.facts for counted in wire.counted(fact)],
                )
        except rpc_client.RemoteFailure as failure:
            if failure.status not in ("UNAVAILABLE", "DEADLINE_EXCEEDED"):
                raise
            raise _away(service) from failure
        except rpc_client.RemoteRefusal as refusal:
            if refusal.remote_code is not Code.UNAVAILABLE:
                raise
            raise _away(service) from refusal

    async def close(self) -> None:
        """Closes the channels."""
        for channel in self._channels.values():
            await channel.close()


def _away(service: str) -> Unavailable:
    return Unavailable(f"{service} does not answer, so nothing can be compared: try again", service=service)
