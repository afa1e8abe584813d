"""Builds the rollups service and runs it: `python -m services.rollups.main`."""

from __future__ import annotations

import grpc

from plumbline.rollups.v1 import rollups_pb2, rollups_pb2_grpc
from services.rollups.clients import Truth
from services.rollups.consumers import Consumers
from services.rollups.rpc import RollupDoor
from services.rollups.ticker import Ticker
from services.rollups.verification import Verification
from services.rollups.watches import Watches
from shared import outbox, process
from shared.errors import Unavailable
from shared.process import Parts

SERVICE = "rollups"
# Figures are answered without the bus; only how many facts are on the road is not known then.
PENDING_UNKNOWN = -1
SERVICES = (rollups_pb2.DESCRIPTOR.services_by_name["RollupService"],)


async def build(parts: Parts, server: grpc.aio.Server) -> None:
    """Adds the door and the consumer."""

    async def pending() -> int:
        if not parts.bus.connected:
            raise Unavailable("the event bus does not answer: try again")
        return await parts.bus.pending(outbox.FACT_STREAM, SERVICE)

    async def pending_if_known() -> int:
        try:
            return await pending()
        except Unavailable:
            return PENDING_UNKNOWN

    ticker = Ticker(service=SERVICE, database=parts.system_database, clock=parts.clock)
    watches = Watches(database=parts.database, ticker=ticker, pending=pending_if_known, clock=parts.clock)
    parts.loops.append(ticker.run)
    parts.leavers.append(watches.stop)
    parts.closers.append(watches.close)
    truth = Truth(parts.config.addresses, token=parts.config.service_token)
    parts.closers.append(truth.close)
    verification = Verification(truth=truth, database=parts.database, pending=pending, clock=parts.clock)
    rollups_pb2_grpc.add_RollupServiceServicer_to_server(
        RollupDoor(answers=parts.answers, verification=verification, watches=watches, pending=pending_if_known), server
    )
    parts.consume(Consumers(clock=parts.clock, folded=ticker.folded).apply)


def main() -> None:
    process.run(SERVICE, build=build, services=SERVICES)


if __name__ == "__main__":
    main()
