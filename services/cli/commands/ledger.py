"""`plumbline ledger`: import a whole ledger of problems; the rules are the service's."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from plumbline.plans.v1 import plans_pb2
from services.cli import asking
from services.cli.connection import Connection
from services.cli.files import read_rows
from services.cli.ledger_file import COLUMNS, LedgerLine, lines_of
from services.cli.options import CAMPAIGN, CampaignOption, DataOption, JsonOption, LangOption, chosen
from services.cli.refusals import Fault
from services.cli.render import Screen
from services.cli.words import both
from shared.errors import FieldViolation

# What the contract takes in one message.
CHUNK = 500
_ITEM = re.compile(r"items\[(\d+)\](?:\.(\w+))?")

FileArgument = Annotated[Path, typer.Argument(help=both("ledger.import.file"), show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    ledger = typer.Typer(no_args_is_help=True, help=both("ledger.help"))
    ledger.command("import", help=both("ledger.import.help"))(import_)
    app.add_typer(ledger, name="ledger")


def import_(
    context: typer.Context,
    file: FileArgument,
    data: DataOption = None,
    lang: LangOption = None,
    campaign: CampaignOption = CAMPAIGN,
    as_json: JsonOption = False,
) -> None:
    lines: list[LedgerLine] = []

    async def send(connection: Connection, screen: Screen) -> int:
        lines.extend(lines_of(read_rows(file, needed=COLUMNS), file=file))
        header = plans_pb2.ImportLedgerHeader(request_id=str(uuid.uuid4()), campaign=campaign)
        with screen.bar(screen.words("units.import.sending"), len(lines)) as advance:
            answer = await connection.upload(connection.plans.ImportLedger, _parts(header, lines, advance))
        if as_json:
            screen.json({"problems": answer.problems, "units": answer.units, "names": list(answer.names)})
        else:
            screen.answer("ledger.imported", problems=f"{answer.problems:,}", units=f"{answer.units:,}")
        return 0

    def locate(violation: FieldViolation) -> Fault:
        return located_by_row(violation, lines)

    asking.run(chosen(context, data, lang), send, as_json=as_json, locate=locate)


def located_by_row(violation: FieldViolation, lines: Sequence[LedgerLine]) -> Fault:
    """The line and column of the file that a violation of an import names."""
    found = _ITEM.fullmatch(violation.field)
    if found is None or int(found[1]) >= len(lines):
        return asking.located_by_name(violation)
    return Fault(str(lines[int(found[1])].line), found[2] or "", violation.reason, violation.description)


async def _parts(
    header: plans_pb2.ImportLedgerHeader, lines: Sequence[LedgerLine], advance: Callable[[int], None]
) -> AsyncIterator[plans_pb2.ImportLedgerRequest]:
    yield plans_pb2.ImportLedgerRequest(header=header)
    for start in range(0, len(lines), CHUNK):
        chunk = [line.item for line in lines[start : start + CHUNK]]
        yield plans_pb2.ImportLedgerRequest(chunk=plans_pb2.LedgerChunk(items=chunk))
        advance(len(chunk))
