"""Builds the referrals service and runs it: `python -m services.referrals.main`."""

from __future__ import annotations

import grpc

from plumbline.referrals.v1 import referrals_pb2, referrals_pb2_grpc
from services.referrals import consumers
from services.referrals.clients import Inspections
from services.referrals.rpc import ReferralDoor, ReferralStateDoor
from shared import process
from shared.process import Parts

SERVICES = (
    referrals_pb2.DESCRIPTOR.services_by_name["ReferralService"],
    referrals_pb2.DESCRIPTOR.services_by_name["ReferralStateService"],
)


async def build(parts: Parts, server: grpc.aio.Server) -> None:
    """Adds the doors and the consumer."""
    inspections = Inspections(parts.config.addresses["inspections"])
    parts.closers.append(inspections.close)
    referrals_pb2_grpc.add_ReferralServiceServicer_to_server(
        ReferralDoor(answers=parts.answers, pages=parts.pages, clock=parts.clock, inspections=inspections), server
    )
    referrals_pb2_grpc.add_ReferralStateServiceServicer_to_server(ReferralStateDoor(parts.database), server)
    parts.consume(consumers.apply)


def main() -> None:
    process.run("referrals", build=build, services=SERVICES)


if __name__ == "__main__":
    main()
