"""A small country on a running stack: its units by code, tokens for its people, and patience for facts on the road."""

from __future__ import annotations

import asyncio
import gzip
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import grpc

from plumbline.audit.v1 import audit_pb2, audit_pb2_grpc
from plumbline.directory.v1 import directory_pb2, directory_pb2_grpc
from plumbline.inspections.v1 import inspections_pb2, inspections_pb2_grpc
from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from plumbline.referrals.v1 import referrals_pb2, referrals_pb2_grpc
from plumbline.rollups.v1 import rollups_pb2, rollups_pb2_grpc
from services.cli.stack import Stack
from shared import rpc_client

CAMPAIGN = "mass-line-2013"
LEVELS = ("nation", "province", "city", "county", "township")


def small_tree() -> bytes:
    """3 provinces x 2 cities x 2 counties x 2 townships, codes as in the national tree."""
    rows = ["code,parent,name"]
    for p in ("11", "12", "13"):
        rows.append(f"{p},,省{p}")
        for c in ("01", "02"):
            rows.append(f"{p}{c},{p},市{p}{c}")
            for x in ("01", "02"):
                rows.append(f"{p}{c}{x},{p}{c},县{p}{c}{x}")
                for t in ("001", "002"):
                    rows.append(f"{p}{c}{x}{t},{p}{c}{x},乡{p}{c}{x}{t}")
    return gzip.compress("\n".join(rows).encode())


class World:
    """Calls services as the people of a small country would."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._units: dict[str, directory_pb2.Unit] = {}

    async def plant(self) -> None:
        """Imports the tree and waits until every service has heard of it."""
        stub = directory_pb2_grpc.DirectoryServiceStub(self.channel("directory"))
        header = directory_pb2.ImportUnitsHeader(
            request_id=str(uuid.uuid4()),
            root_code="0",
            root_name="中华人民共和国",
            levels=LEVELS,
            tenant_level="province",
        )
        parts = [
            directory_pb2.ImportUnitsRequest(header=header),
            directory_pb2.ImportUnitsRequest(content=small_tree()),
        ]
        await rpc_client.upload(stub.ImportUnits, parts, token=self.stack.admin_token, deadline_s=60)
        await self.learn()

    async def learn(self) -> None:
        """Reads the tree that was planted, and waits until every service knows it."""
        stub = directory_pb2_grpc.DirectoryServiceStub(self.channel("directory"))
        await self._read_units(stub, "")
        # The last township travels in the last part: who knows it knows the whole tree.
        await self._until_all_know(self.unit("130202002"))

    async def _until_all_know(self, unit: directory_pb2.Unit) -> None:
        """Waits until every service that this stack runs has heard of a unit, and audit of its tenant's log."""
        log = f"tenants/{unit.tenant}/logHead"
        questions: dict[str, tuple[Any, str, Any]] = {
            "plans": (plans_pb2_grpc.PlanServiceStub, "ListProblems", plans_pb2.ListProblemsRequest(unit=unit.id)),
            "inspections": (
                inspections_pb2_grpc.InspectionServiceStub,
                "ListVisits",
                inspections_pb2.ListVisitsRequest(unit=unit.id),
            ),
            "referrals": (
                referrals_pb2_grpc.ReferralServiceStub,
                "ListReferrals",
                referrals_pb2.ListReferralsRequest(unit=unit.id),
            ),
            "rollups": (rollups_pb2_grpc.RollupServiceStub, "GetTable", rollups_pb2.GetTableRequest(unit=unit.id)),
            "audit": (audit_pb2_grpc.AuditServiceStub, "GetLogHead", audit_pb2.GetLogHeadRequest(name=log)),
        }
        for service, (stub, method, request) in questions.items():
            if service in self.stack.addresses:
                await self._until_known(getattr(stub(self.channel(service)), method), request)

    async def _read_units(self, stub: directory_pb2_grpc.DirectoryServiceStub, parent: str) -> None:
        request = directory_pb2.ListUnitsRequest(parent_unit=parent, page_size=200)
        answer = await rpc_client.call(stub.ListUnits, request, token=self.stack.admin_token)
        for unit in answer.units:
            self._units[unit.code] = unit
            await self._read_units(stub, unit.id)

    async def _until_known(self, method: Callable[..., Any], request: Any) -> None:
        """Waits until a service answers about a unit instead of not knowing it."""

        async def known() -> bool:
            try:
                await rpc_client.call(method, request, token=self.stack.admin_token)
            except rpc_client.RemoteRefusal as refusal:
                if refusal.remote_reason in ("UNKNOWN_UNIT", "NOT_FOUND", "PERMISSION_DENIED"):
                    return False
                raise
            return True

        await self.eventually(known)

    @property
    def codes(self) -> list[str]:
        """The codes of all units."""
        return list(self._units)

    def unit(self, code: str) -> directory_pb2.Unit:
        """A unit by its code: "0" the nation, "11", "1101", "110101", "110101001"."""
        return self._units[code]

    def channel(self, service: str) -> grpc.aio.Channel:
        """An open channel to a service."""
        if service not in self._channels:
            self._channels[service] = rpc_client.open_channel(self.stack.addresses[service])
        return self._channels[service]

    def token(
        self, role: str, code: str = "0", *, clearance: int = 1, subject: str = "person:1", tenant: str | None = None
    ) -> str:
        """A token for a role over the subtree of a unit; it belongs to the unit's tenant unless told otherwise."""
        unit = self.unit(code)
        return self.stack.mint(
            subject=subject,
            tenant=unit.tenant if tenant is None else tenant,
            role=role,
            path=unit.path,
            clearance=clearance,
        )

    @property
    def admin(self) -> str:
        """The development token, which may do everything."""
        return self.stack.admin_token

    async def eventually(self, holds: Callable[[], Awaitable[bool]], *, timeout_s: float = 20.0) -> None:
        """Waits until a condition holds; fails when it does not in time. A service that is away is waited for."""
        deadline = time.monotonic() + timeout_s

        async def now() -> bool:
            try:
                return await holds()
            except rpc_client.RemoteFailure as failure:
                if failure.status != "UNAVAILABLE":
                    raise
                return False

        while not await now():
            if time.monotonic() > deadline:
                raise AssertionError(f"{getattr(holds, '__name__', holds)} did not come true in {timeout_s} s")
            await asyncio.sleep(0.05)

    async def close(self) -> None:
        for channel in self._channels.values():
            await channel.close()
