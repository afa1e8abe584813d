"""Builds the directory service and runs it: `python -m services.directory.main`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import grpc

from plumbline.directory.v1 import directory_pb2, directory_pb2_grpc, sign_in_pb2, sign_in_pb2_grpc
from services.directory import commands, settings, signing_in
from services.directory.clients import Issuer
from services.directory.rpc import DirectoryDoor, DirectoryStateDoor
from services.directory.settings import Settings
from services.directory.sign_in_rpc import SignInDoor
from shared import outbox, process
from shared.calendar_copies import CalendarCopies
from shared.calls import system_call
from shared.database import Transaction
from shared.process import Parts

SERVICES = (
    directory_pb2.DESCRIPTOR.services_by_name["DirectoryService"],
    directory_pb2.DESCRIPTOR.services_by_name["DirectoryStateService"],
    sign_in_pb2.DESCRIPTOR.services_by_name["SignInService"],
)
BUILT_IN = Path(__file__).resolve().parents[2] / "deploy" / "data"


async def build(told: Settings, parts: Parts, server: grpc.aio.Server) -> None:
    """Adds the doors, and makes the built-in campaigns and calendars known."""
    directory_pb2_grpc.add_DirectoryServiceServicer_to_server(
        DirectoryDoor(answers=parts.answers, pages=parts.pages, clock=parts.clock, calendars=CalendarCopies()), server
    )
    directory_pb2_grpc.add_DirectoryStateServiceServicer_to_server(
        DirectoryStateDoor(parts.database, parts.clock), server
    )
    _add_sign_in(told, parts, server)
    campaigns = [path.read_text(encoding="utf-8") for path in sorted(BUILT_IN.glob("campaign-*.json"))]
    calendars = [path.read_text(encoding="utf-8") for path in sorted(BUILT_IN.glob("calendar-*.json"))]

    async def keep(tx: Transaction) -> None:
        await commands.keep_built_in(tx, campaigns=campaigns, calendars=calendars, now=parts.clock.now())
        await outbox.write(tx)

    call = system_call("directory", action="directory.keep_built_in", now=parts.clock.now())
    await process.patiently("database", lambda: parts.system_database.run(call, keep))
    parts.relay.wake()


def _add_sign_in(told: Settings, parts: Parts, server: grpc.aio.Server) -> None:
    issuer = None
    if told.sign_in is not None:
        issuer = Issuer(told.sign_in.issuer, clock=parts.clock)
        parts.closers.append(issuer.close)
    door = SignInDoor(
        answers=parts.answers, clock=parts.clock, limits=told.limits, settings=told.sign_in, issuer=issuer
    )
    sign_in_pb2_grpc.add_SignInServiceServicer_to_server(door, server)

    async def forget(tx: Transaction, limit: int) -> int:
        return await signing_in.forget_sessions(tx, limits=told.limits, now=parts.clock.now(), limit=limit)

    parts.forgets.append(forget)


def main() -> None:
    told = process.told("directory", settings.read)
    process.run("directory", build=partial(build, told), services=SERVICES)


if __name__ == "__main__":
    main()
