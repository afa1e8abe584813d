"""`plumbline units`: plants a tree from a list, and shows units; the rules of a tree are the directory's."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict
from rich.markup import escape

from plumbline.directory.v1 import directory_pb2
from services.cli import asking, units
from services.cli.connection import Connection
from services.cli.files import read_file
from services.cli.options import DataOption, JsonOption, LangOption, LimitOption, chosen
from services.cli.refusals import Fault
from services.cli.render import Screen
from services.cli.words import both
from shared.errors import FieldViolation

# Below the 512 KiB that the directory takes in one message.
PART_BYTES = 256 * 1024
_LINE = re.compile(r"lines\[(\d+)\](?:\.(\w+))?")

FileArgument = Annotated[Path, typer.Argument(help=both("units.import.file"), show_default=False)]
RootCodeOption = Annotated[str, typer.Option("--root-code", help=both("units.import.root_code"))]
RootNameOption = Annotated[str, typer.Option("--root-name", help=both("units.import.root_name"))]
LevelsOption = Annotated[str, typer.Option("--levels", help=both("units.import.levels"))]
TenantLevelOption = Annotated[str, typer.Option("--tenant-level", help=both("units.import.tenant_level"))]
CodeArgument = Annotated[str, typer.Argument(help=both("units.code"), show_default=False)]
ParentOption = Annotated[str, typer.Option("--parent", help=both("units.option.parent"), show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    group = typer.Typer(no_args_is_help=True, help=both("units.help"))
    group.command("import", help=both("units.import.help"))(import_)
    group.command("show", help=both("units.show.help"))(show)
    group.command("list", help=both("units.list.help"))(list_)
    app.add_typer(group, name="units")


def import_(
    context: typer.Context,
    file: FileArgument,
    data: DataOption = None,
    lang: LangOption = None,
    root_code: RootCodeOption = "000000",
    root_name: RootNameOption = "中华人民共和国",
    levels: LevelsOption = "nation,province,city,county,township",
    tenant_level: TenantLevelOption = "province",
    as_json: JsonOption = False,
) -> None:
    header = directory_pb2.ImportUnitsHeader(
        request_id=str(uuid.uuid4()),
        root_code=root_code,
        root_name=root_name,
        levels=[level.strip() for level in levels.split(",")],
        tenant_level=tenant_level,
    )

    async def plant(connection: Connection, screen: Screen) -> int:
        content = await asyncio.to_thread(read_file, file)
        with screen.bar(screen.words("units.import.sending"), len(content)) as advance:
            answer = await connection.upload(connection.directory.ImportUnits, _parts(header, content, advance))
        if as_json:
            screen.json({"units": answer.units, "tenants": answer.tenants, "root": _unit(answer.root)})
        else:
            root = answer.root
            screen.answer(
                "units.imported", units=f"{answer.units:,}", tenants=answer.tenants, name=root.display_name, id=root.id
            )
        return 0

    asking.run(chosen(context, data, lang), plant, as_json=as_json, locate=located_by_line)


def show(
    context: typer.Context,
    code: CodeArgument,
    data: DataOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    async def look(connection: Connection, screen: Screen) -> int:
        unit = await units.by_code(connection, code)
        if as_json:
            screen.json(_unit(unit))
            return 0
        above = await units.names_of(connection, unit.path.rstrip("/").split("/"))
        rows = [
            (screen.words("column.name"), escape(unit.display_name)),
            (screen.words("column.code"), escape(unit.code)),
            (screen.words("column.level"), escape(unit.level)),
            (screen.words("column.id"), unit.id),
            (screen.words("column.tenant"), unit.tenant),
            (screen.words("column.path"), escape(" / ".join(above.values()))),
        ]
        screen.table(("", ""), rows)
        return 0

    asking.run(chosen(context, data, lang), look, as_json=as_json)


def list_(
    context: typer.Context,
    data: DataOption = None,
    lang: LangOption = None,
    parent: ParentOption = "",
    limit: LimitOption = 200,
    as_json: JsonOption = False,
) -> None:
    async def look(connection: Connection, screen: Screen) -> int:
        above = (await units.by_code(connection, parent)).id if parent else ""
        request = directory_pb2.ListUnitsRequest(parent_unit=above)
        found, more = await connection.listed(connection.directory.ListUnits, request, field="units", most=limit)
        if as_json:
            screen.json([_unit(unit) for unit in found])
            return 0
        heads = tuple(screen.words(f"column.{head}") for head in ("code", "unit", "level", "id"))
        screen.listing(
            heads, [(escape(unit.code), escape(unit.display_name), unit.level, unit.id) for unit in found], more=more
        )
        return 0

    asking.run(chosen(context, data, lang), look, as_json=as_json)


def located_by_line(violation: FieldViolation) -> Fault:
    """The line and column of the list that a violation of an import names."""
    found = _LINE.fullmatch(violation.field)
    if found is None:
        return asking.located_by_name(violation)
    return Fault(found[1], found[2] or "", violation.reason, violation.description)


async def _parts(
    header: directory_pb2.ImportUnitsHeader, content: bytes, advance: Callable[[int], None]
) -> AsyncIterator[directory_pb2.ImportUnitsRequest]:
    yield directory_pb2.ImportUnitsRequest(header=header)
    for start in range(0, len(content), PART_BYTES):
        part = content[start : start + PART_BYTES]
        yield directory_pb2.ImportUnitsRequest(content=part)
        advance(len(part))


def _unit(unit: directory_pb2.Unit) -> dict[str, Any]:
    return MessageToDict(unit, preserving_proto_field_name=True)
