"""Builds the rollups service and runs it: `python -m services.rollups.main`."""

from __future__ import annotations

import grpc

from plumbline.rollups.v1 import rollups_pb2, rollups_pb2_grpc
from services.rollups.clients import Truth
from services.rollups.consumers import Consumers
from services.rollups.rpc import RollupDoor
from services.rollups.verification import Verification
from shared import outbox, process
from shared.errors import Unavailable
from shared.process import Parts

SERVICE = "rollups"
SERVICES = (rollups_pb2.DESCRIPTOR.services_by_name["RollupService"],)


async def build(parts: Parts, server: grpc.aio.Server) -> None:
    """Adds the door and the consumer."""

    async def pending() -> int:
        if not parts.bus.connected:
            raise Unavailable("the event bus does not answer: try again")
        return await parts.bus.pending(outbox.FACT_STREAM, SERVICE)

    truth = Truth(parts.config.addresses, token=parts.config.service_token)
    parts.closers.append(truth.close)
    verification = Verification(truth=truth, database=parts.database, pending=pending, clock=parts.clock)
    rollups_pb2_grpc.add_RollupServiceServicer_to_server(
        RollupDoor(answers=parts.answers, verification=verification, pending=pending), server
    )
    parts.consume(Consumers(clock=parts.clock).apply)


def main() -> None:
    process.run(SERVICE, build=build, services=SERVICES)


if __name__ == "__main__":
    main()
