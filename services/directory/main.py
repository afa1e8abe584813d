"""Builds the directory service and runs it: `python -m services.directory.main`."""

from __future__ import annotations

from pathlib import Path

import grpc

from plumbline.directory.v1 import directory_pb2, directory_pb2_grpc
from services.directory import commands
from services.directory.rpc import DirectoryDoor, DirectoryStateDoor
from shared import outbox, process
from shared.calendar_copies import CalendarCopies
from shared.calls import system_call
from shared.database import Transaction
from shared.process import Parts

SERVICES = (
    directory_pb2.DESCRIPTOR.services_by_name["DirectoryService"],
    directory_pb2.DESCRIPTOR.services_by_name["DirectoryStateService"],
)
BUILT_IN = Path(__file__).resolve().parents[2] / "deploy" / "data"


async def build(parts: Parts, server: grpc.aio.Server) -> None:
    """Adds the doors, and makes the built-in campaigns and calendars known."""
    directory_pb2_grpc.add_DirectoryServiceServicer_to_server(
        DirectoryDoor(answers=parts.answers, pages=parts.pages, clock=parts.clock, calendars=CalendarCopies()), server
    )
    directory_pb2_grpc.add_DirectoryStateServiceServicer_to_server(
        DirectoryStateDoor(parts.database, parts.clock), server
    )
    campaigns = [path.read_text(encoding="utf-8") for path in sorted(BUILT_IN.glob("campaign-*.json"))]
    calendars = [path.read_text(encoding="utf-8") for path in sorted(BUILT_IN.glob("calendar-*.json"))]

    async def keep(tx: Transaction) -> None:
        await commands.keep_built_in(tx, campaigns=campaigns, calendars=calendars, now=parts.clock.now())
        await outbox.write(tx)

    call = system_call("directory", action="directory.keep_built_in", now=parts.clock.now())
    await process.patiently("database", lambda: parts.system_database.run(call, keep))
    parts.relay.wake()


def main() -> None:
    process.run("directory", build=build, services=SERVICES)


if __name__ == "__main__":
    main()
