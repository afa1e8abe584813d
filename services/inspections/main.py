"""Builds the inspections service and runs it: `python -m services.inspections.main`."""

from __future__ import annotations

import grpc

from plumbline.inspections.v1 import inspections_pb2, inspections_pb2_grpc
from services.inspections import consumers
from services.inspections.rpc import InspectionDoor, InspectionStateDoor
from shared import process
from shared.campaign_copies import CampaignCopies
from shared.process import Parts

SERVICES = (
    inspections_pb2.DESCRIPTOR.services_by_name["InspectionService"],
    inspections_pb2.DESCRIPTOR.services_by_name["InspectionStateService"],
)


async def build(parts: Parts, server: grpc.aio.Server) -> None:
    """Adds the doors and the consumer."""
    inspections_pb2_grpc.add_InspectionServiceServicer_to_server(
        InspectionDoor(answers=parts.answers, pages=parts.pages, clock=parts.clock, campaigns=CampaignCopies()), server
    )
    inspections_pb2_grpc.add_InspectionStateServiceServicer_to_server(InspectionStateDoor(parts.database), server)
    parts.consume(consumers.apply)


def main() -> None:
    process.run("inspections", build=build, services=SERVICES)


if __name__ == "__main__":
    main()
