"""Builds the plans service and runs it: `python -m services.plans.main`."""

from __future__ import annotations

import asyncio

import grpc
import structlog

from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from services.plans.commands import problems
from services.plans.consumers import Consumers
from services.plans.rpc import PlanDoor, PlanStateDoor
from shared import outbox, process
from shared.calendar_copies import CalendarCopies
from shared.calls import system_call
from shared.campaign_copies import CampaignCopies
from shared.database import Transaction
from shared.errors import Unavailable
from shared.process import Parts

log = structlog.get_logger()

SERVICES = (
    plans_pb2.DESCRIPTOR.services_by_name["PlanService"],
    plans_pb2.DESCRIPTOR.services_by_name["PlanStateService"],
)
# Lights change with the day; a minute's delay after midnight tells nobody anything wrong.
SWEEP_S = 60.0
SWEEP_BATCH = 500


async def build(parts: Parts, server: grpc.aio.Server) -> None:
    """Adds the doors, the consumer and the sweep of lights."""
    campaigns, calendars = CampaignCopies(), CalendarCopies()
    plans_pb2_grpc.add_PlanServiceServicer_to_server(
        PlanDoor(answers=parts.answers, pages=parts.pages, clock=parts.clock, campaigns=campaigns, calendars=calendars),
        server,
    )
    plans_pb2_grpc.add_PlanStateServiceServicer_to_server(PlanStateDoor(parts.database), server)
    parts.consume(Consumers(campaigns=campaigns, calendars=calendars, clock=parts.clock).apply)
    parts.loops.append(lambda: sweep_lights(parts, campaigns=campaigns, calendars=calendars))


async def sweep_lights(parts: Parts, *, campaigns: CampaignCopies, calendars: CalendarCopies) -> None:
    """Changes lights as days pass, for ever: a deadline that goes by unnoticed would be no deadline (RC-5)."""

    async def sweep(tx: Transaction) -> int:
        looked_at = 0
        for campaign in await campaigns.all(tx):
            looked_at += await problems.relight(
                tx,
                campaign=campaign,
                calendar=await calendars.find(tx),
                limit=SWEEP_BATCH,
                now=parts.clock.now(),
            )
        await outbox.write(tx)
        return looked_at

    while True:
        try:
            call = system_call("plans", action="plans.sweep_lights", now=parts.clock.now())
            while await parts.system_database.run(call, sweep) >= SWEEP_BATCH:
                parts.relay.wake()
        except Unavailable as error:
            log.info("sweep_paused", why=str(error))
        parts.relay.wake()
        await asyncio.sleep(SWEEP_S)


def main() -> None:
    process.run("plans", build=build, services=SERVICES)


if __name__ == "__main__":
    main()
