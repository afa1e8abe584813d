"""`plumbline draw`: runs, shows and lists double-random draws; the lottery itself is the inspections service's."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict
from rich.markup import escape

from plumbline.inspections.v1 import inspections_pb2
from services.cli import asking, units
from services.cli.connection import Connection
from services.cli.inspectors import Listed, inspectors_of, seed_of
from services.cli.options import (
    CAMPAIGN,
    CampaignOption,
    DataOption,
    JsonOption,
    LangOption,
    LimitOption,
    chosen,
)
from services.cli.refusals import StackRefused
from services.cli.render import Screen
from services.cli.words import both

ScopeOption = Annotated[str, typer.Option("--scope", help=both("draw.scope"), show_default=False)]
StratumOption = Annotated[str, typer.Option("--stratum-level", help=both("draw.stratum_level"))]
FrameOption = Annotated[str, typer.Option("--frame-level", help=both("draw.frame_level"))]
PerStratumOption = Annotated[int, typer.Option("--per-stratum", min=1, max=1000, help=both("draw.per_stratum"))]
ReserveOption = Annotated[int, typer.Option("--reserve", min=0, max=1000, help=both("draw.reserve"))]
PerVisitOption = Annotated[int, typer.Option("--inspectors-per-visit", min=2, max=20, help=both("draw.per_visit"))]
FileOption = Annotated[
    Path | None, typer.Option("--inspectors-file", help=both("draw.inspectors_file"), show_default=False)
]
CountOption = Annotated[
    int | None, typer.Option("--inspectors", min=2, max=5000, help=both("draw.inspectors"), show_default=False)
]
SeedOption = Annotated[str, typer.Option("--seed", help=both("draw.seed"), show_default=False)]
DiceOption = Annotated[str, typer.Option("--dice", help=both("draw.dice"), show_default=False)]
NameArgument = Annotated[str, typer.Argument(help=both("draw.name"), show_default=False)]
TenantOption = Annotated[str, typer.Option("--tenant", help=both("draw.tenant"), show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    group = typer.Typer(no_args_is_help=True, help=both("draw.help"))
    group.command("run", help=both("draw.run.help"))(run)
    group.command("show", help=both("draw.show.help"))(show)
    group.command("list", help=both("draw.list.help"))(list_)
    app.add_typer(group, name="draw")


def run(
    context: typer.Context,
    scope: ScopeOption,
    data: DataOption = None,
    lang: LangOption = None,
    stratum_level: StratumOption = "province",
    frame_level: FrameOption = "county",
    per_stratum: PerStratumOption = 2,
    reserve: ReserveOption = 2,
    per_visit: PerVisitOption = 2,
    inspectors_file: FileOption = None,
    inspectors: CountOption = None,
    seed: SeedOption = "",
    dice: DiceOption = "",
    campaign: CampaignOption = CAMPAIGN,
    as_json: JsonOption = False,
) -> None:
    async def lottery(connection: Connection, screen: Screen) -> int:
        seed_hex = seed_of(seed=seed, dice=dice)
        people = inspectors_of(file=inspectors_file, count=inspectors)
        request = inspections_pb2.RunDrawRequest(
            request_id=str(uuid.uuid4()),
            campaign=campaign,
            scope_unit=(await units.by_code(connection, scope)).id,
            stratum_level=stratum_level,
            frame_level=frame_level,
            per_stratum=per_stratum,
            reserve_per_stratum=reserve,
            inspectors_per_visit=per_visit,
            seed_hex=seed_hex,
            inspectors=await _with_ids(connection, people),
        )
        draw = await connection.call(connection.inspections.RunDraw, request)
        await _show(connection, screen, draw, as_json=as_json)
        return 0

    asking.run(chosen(context, data, lang), lottery, as_json=as_json)


def show(
    context: typer.Context,
    name: NameArgument,
    data: DataOption = None,
    lang: LangOption = None,
    as_json: JsonOption = False,
) -> None:
    async def look(connection: Connection, screen: Screen) -> int:
        draw = await connection.call(connection.inspections.GetDraw, inspections_pb2.GetDrawRequest(name=name))
        await _show(connection, screen, draw, as_json=as_json)
        return 0

    asking.run(chosen(context, data, lang), look, as_json=as_json)


def list_(
    context: typer.Context,
    data: DataOption = None,
    lang: LangOption = None,
    tenant: TenantOption = "",
    limit: LimitOption = 50,
    as_json: JsonOption = False,
) -> None:
    async def look(connection: Connection, screen: Screen) -> int:
        request = inspections_pb2.ListDrawsRequest(parent=f"tenants/{await units.tenant_of(connection, tenant)}")
        found, more = await connection.listed(connection.inspections.ListDraws, request, field="draws", most=limit)
        if as_json:
            screen.json([draw_as_json(draw) for draw in found])
            return 0
        if not found:
            screen.answer("draw.none")
            return 0
        names = await units.names_of(connection, [draw.scope_unit for draw in found])
        heads = (
            *(screen.words(f"column.{head}") for head in ("time", "unit", "level")),
            *(screen.words(f"draw.column.{head}") for head in ("drawn", "frame")),
            screen.words("column.name"),
        )
        rows = [
            (
                draw.create_time.ToDatetime().strftime("%Y-%m-%d %H:%M:%S"),
                escape(names[draw.scope_unit]),
                escape(draw.frame_level),
                f"{sum(not place.reserve for place in draw.drawn):,}",
                f"{draw.frame_size:,}",
                draw.name,
            )
            for draw in found
        ]
        screen.listing(heads, rows, more=more, right=(3, 4))
        return 0

    asking.run(chosen(context, data, lang), look, as_json=as_json)


def draw_as_json(draw: inspections_pb2.Draw) -> dict[str, Any]:
    """A draw for programs, by the contract's own names."""
    return MessageToDict(draw, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)


def place_rows(draw: inspections_pb2.Draw, *, strata: dict[str, str], reserve_word: str) -> list[tuple[str, ...]]:
    """The places by stratum and rank, with rich's markup; a stratum is named on its first row, reserves are dim.

    The strata stand in the order of their units' codes, as on every other list: their ids say nothing to people.
    """
    first_code: dict[str, str] = {}
    for place in draw.drawn:
        first_code[place.stratum] = min(place.unit_code, first_code.get(place.stratum, place.unit_code))
    rows: list[tuple[str, ...]] = []
    before = ""
    for place in sorted(draw.drawn, key=lambda each: (first_code[each.stratum], each.stratum, each.rank)):
        cells: tuple[str, ...] = (
            str(place.rank + 1),
            escape(place.unit_name),
            escape(place.unit_code),
            reserve_word if place.reserve else escape(" ".join(place.inspectors)),
        )
        if place.reserve:
            cells = tuple(f"[dim]{cell}[/dim]" for cell in cells)
        rows.append((escape(strata[place.stratum]) if place.stratum != before else "", *cells))
        before = place.stratum
    return rows


async def _with_ids(connection: Connection, people: list[Listed]) -> list[inspections_pb2.Inspector]:
    """The people with their barred units by id. Raises StackRefused naming codes that are not there."""
    codes = {code for person in people for code in person.barred_codes}
    known = await units.by_codes(connection, codes)
    unknown = sorted(codes - known.keys())
    if unknown:
        raise StackRefused("draw.unknown_codes", codes=", ".join(unknown))
    return [
        inspections_pb2.Inspector(subject=person.subject, barred_units=[known[code].id for code in person.barred_codes])
        for person in people
    ]


async def _show(connection: Connection, screen: Screen, draw: inspections_pb2.Draw, *, as_json: bool) -> None:
    if as_json:
        screen.json(draw_as_json(draw))
        return
    screen.answer(
        "draw.head",
        name=draw.name,
        seed=draw.seed_hex,
        frame=f"{draw.frame_size:,}",
        frame_root=draw.frame_root,
        inspectors=f"{draw.inspectors_size:,}",
        inspectors_root=draw.inspectors_root,
    )
    strata = await units.names_of(connection, [place.stratum for place in draw.drawn])
    heads = (
        *(screen.words(f"draw.column.{head}") for head in ("stratum", "rank")),
        *(screen.words(f"column.{head}") for head in ("unit", "code")),
        screen.words("draw.column.inspectors"),
    )
    screen.table(heads, place_rows(draw, strata=strata, reserve_word=screen.words("draw.reserve_word")), right=(1,))
