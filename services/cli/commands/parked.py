"""`plumbline facts`: the facts that a service could not apply, and trying one again; knows no consumer."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict
from rich.markup import escape

from plumbline.facts.v1 import facts_pb2
from services.cli import asking
from services.cli.connection import Connection
from services.cli.options import DataOption, JsonOption, LangOption, LimitOption, chosen
from services.cli.refusals import StackRefused
from services.cli.render import Screen
from services.cli.words import both
from shared.config import SERVICES
from shared.rpc_client import RemoteFailure

ServiceOption = Annotated[str, typer.Option("--service", help=both("facts.service"), show_default=False)]
NameArgument = Annotated[str, typer.Argument(help=both("facts.redrive.name"), show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    group = typer.Typer(no_args_is_help=True, help=both("facts.help"))
    group.command("parked", help=both("facts.parked.help"))(parked)
    group.command("redrive", help=both("facts.redrive.help"))(redrive)
    app.add_typer(group, name="facts")


def parked(
    context: typer.Context,
    data: DataOption = None,
    lang: LangOption = None,
    service: ServiceOption = "",
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    async def look(connection: Connection, screen: Screen) -> int:
        if service:
            _check_service(service)
        found: list[tuple[str, facts_pb2.ParkedFact]] = []
        cut = False
        for each in (service,) if service else SERVICES:
            some, more = await _parked_at(connection, each, most=limit, named=bool(service))
            found.extend((each, fact) for fact in some)
            cut = cut or more
        if as_json:
            screen.json([{"service": each, **_as_json(fact)} for each, fact in found])
            return 0
        heads = (
            *(screen.words(f"column.{head}") for head in ("service", "time", "type", "reason")),
            screen.words("facts.column.attempts"),
            screen.words("column.name"),
        )
        rows = [
            (
                each,
                fact.park_time.ToDatetime().strftime("%Y-%m-%d %H:%M:%S"),
                escape(fact.type),
                escape(fact.reason),
                str(fact.attempts),
                escape(fact.name),
            )
            for each, fact in found
        ]
        screen.listing(heads, rows, more=cut, right=(4,))
        return 0

    asking.run(chosen(context, data, lang), look, as_json=as_json)


def redrive(
    context: typer.Context,
    name: NameArgument,
    service: Annotated[str, typer.Option("--service", help=both("column.service"), show_default=False)],
    data: DataOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    async def again(connection: Connection, screen: Screen) -> int:
        _check_service(service)
        request = facts_pb2.RedriveParkedFactRequest(name=name, request_id=str(uuid.uuid4()))
        fact = await connection.call(connection.parked_facts(service).RedriveParkedFact, request)
        if as_json:
            screen.json(_as_json(fact))
        else:
            screen.answer("facts.redriven", name=fact.name)
        return 0

    asking.run(chosen(context, data, lang), again, as_json=as_json)


def _check_service(service: str) -> None:
    """Raises StackRefused for a name that no service has."""
    if service not in SERVICES:
        raise StackRefused("facts.no_such_service", service=service, services=", ".join(SERVICES))


async def _parked_at(
    connection: Connection, service: str, *, most: int, named: bool
) -> tuple[list[facts_pb2.ParkedFact], bool]:
    """What one service has parked. A service that consumes nothing has no such door, which matters only if named."""
    door = connection.parked_facts(service)
    try:
        return await connection.listed(
            door.ListParkedFacts, facts_pb2.ListParkedFactsRequest(), field="parked_facts", most=most
        )
    except RemoteFailure as failure:
        if named or failure.status != "UNIMPLEMENTED":
            raise
        return [], False


def _as_json(fact: facts_pb2.ParkedFact) -> dict[str, Any]:
    return MessageToDict(fact, preserving_proto_field_name=True)
