"""How a finding comes to be: a draw, a visit, the door, what was seen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from plumbline.inspections.v1 import inspections_pb2, inspections_pb2_grpc
from shared import rpc_client
from tests.integration.ledger import request_id
from tests.integration.world import CAMPAIGN, World


@dataclass(frozen=True)
class Seen:
    """A finding, who made it, and the draw that sent them."""

    finding: inspections_pb2.Finding
    inspector: str
    draw: inspections_pb2.Draw


async def a_finding(
    world: World,
    *,
    title: str = "超标准接待",
    severity: inspections_pb2.Severity = inspections_pb2.SEVERITY_GRAVE,
    scope: str = "0",
    campaign: str = CAMPAIGN,
    wind: str = "extravagance",
) -> Seen:
    """One finding at the first unit that a draw over counties picks."""
    stub = inspections_pb2_grpc.InspectionServiceStub(world.channel("inspections"))

    async def call(method: Any, request: Any, token: str) -> Any:
        return await rpc_client.call(method, request, token=token, deadline_s=10)

    draw = await call(
        stub.RunDraw,
        inspections_pb2.RunDrawRequest(
            request_id=request_id(),
            campaign=campaign,
            scope_unit=world.unit(scope).id,
            stratum_level="province",
            frame_level="county",
            per_stratum=1,
            inspectors_per_visit=2,
            seed_hex=hashlib.sha256(title.encode()).hexdigest(),
            inspectors=[inspections_pb2.Inspector(subject=f"inspector:{n}") for n in range(6)],
        ),
        world.token("draw_custodian", scope, clearance=2),
    )
    place = next(place for place in draw.drawn if not place.reserve)
    inspector = world.token("supervision_inspector", scope, clearance=3, subject=place.inspectors[0])
    await call(
        stub.CheckInVisit, inspections_pb2.CheckInVisitRequest(name=place.visit, request_id=request_id()), inspector
    )
    finding = await call(
        stub.RaiseFinding,
        inspections_pb2.RaiseFindingRequest(
            visit=place.visit,
            request_id=request_id(),
            title=title,
            detail="现场查看",
            wind=wind,
            severity=severity,
        ),
        inspector,
    )
    return Seen(finding, inspector, draw)
