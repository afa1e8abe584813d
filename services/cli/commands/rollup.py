"""`plumbline rollup`: the table of figures, and their check against the truth; `figures.py` draws them."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from google.protobuf.json_format import MessageToDict
from rich.markup import escape

from plumbline.rollups.v1 import rollups_pb2
from services.cli import asking, figures
from services.cli.commands import rollup_watch
from services.cli.commands.rollup_watch import (
    AllOption,
    AnyCampaignOption,
    LevelOption,
    MetricsOption,
    UnitOption,
)
from services.cli.connection import Connection
from services.cli.options import DataOption, JsonOption, LangOption, chosen
from services.cli.render import Screen
from services.cli.words import CATALOGUE, both

SettleOption = Annotated[int, typer.Option("--settle", min=0, max=120, help=both("rollup.verify.settle"))]


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    group = typer.Typer(no_args_is_help=True, help=both("rollup.help"))
    group.command("table", help=both("rollup.table.help"))(table)
    group.command("watch", help=both("rollup.watch.help"))(rollup_watch.watch)
    group.command("verify", help=both("rollup.verify.help"))(verify)
    app.add_typer(group, name="rollup")


def table(
    context: typer.Context,
    data: DataOption = None,
    lang: LangOption = None,
    unit: UnitOption = "",
    level: LevelOption = "",
    campaign: AnyCampaignOption = "",
    metrics: MetricsOption = "",
    all_metrics: AllOption = False,
    as_json: JsonOption = False,
) -> None:
    wanted = figures.wanted_metrics(metrics, all_metrics=all_metrics)

    async def look(connection: Connection, screen: Screen) -> int:
        request = rollups_pb2.GetTableRequest(unit_code=unit, level=level, campaign=campaign)
        answer = await connection.call(connection.rollups.GetTable, request)
        figures.check_metrics(answer, wanted if metrics else ())
        if as_json:
            screen.json(figures.as_json(answer))
        else:
            figures.draw(screen, answer, metrics=wanted)
        return 0

    asking.run(chosen(context, data, lang), look, as_json=as_json)


def verify(
    context: typer.Context,
    data: DataOption = None,
    lang: LangOption = None,
    settle: SettleOption = 20,
    as_json: JsonOption = False,
) -> None:
    async def check(connection: Connection, screen: Screen) -> int:
        result = await _verified(connection, screen, settle_s=settle)
        if as_json:
            screen.json(result_as_json(result))
        else:
            _show(screen, result)
        return 1 if result.difference_count else 0

    asking.run(chosen(context, data, lang), check, as_json=as_json)


def result_as_json(result: rollups_pb2.VerifyResult) -> dict[str, Any]:
    """The outcome for programs; `differences` counts all, though only the first hundred are listed."""
    return {
        "differences": int(result.difference_count),
        "facts_compared": int(result.facts_compared),
        "contributions_compared": int(result.contributions_compared),
        "figures_compared": int(result.figures_compared),
        # A figure that is missing altogether is found as an empty text, which must be there for programs too.
        "listed": [
            MessageToDict(difference, always_print_fields_with_no_presence=True) for difference in result.differences
        ],
    }


async def _verified(connection: Connection, screen: Screen, *, settle_s: int) -> rollups_pb2.VerifyResult:
    """The result at the end of the stream; the stages before it are told as they come."""
    request = rollups_pb2.VerifyRollupsRequest(settle_seconds=settle_s)
    result = rollups_pb2.VerifyResult()
    with screen.status() as tell:
        async for answer in connection.download(connection.rollups.VerifyRollups, request):
            if answer.HasField("result"):
                result = answer.result
            else:
                progress = answer.progress
                stage = _stage(screen, progress.stage)
                tell(screen.words("rollup.verify.reading", stage=stage, facts=f"{progress.facts_read:,}"))
    return result


def _stage(screen: Screen, stage: str) -> str:
    """A stage in words; a service's name stands for itself."""
    key = f"rollup.stage.{stage}"
    return screen.words(key) if key in CATALOGUE else stage


def _show(screen: Screen, result: rollups_pb2.VerifyResult) -> None:
    if result.differences:
        heads = tuple(screen.words(f"rollup.column.{head}") for head in ("kind", "subject", "expected", "found"))
        screen.table(
            heads,
            [
                (_kind(screen, each.kind), escape(each.subject), escape(each.expected), escape(each.found))
                for each in result.differences
            ],
        )
        if result.difference_count > len(result.differences):
            count, shown = f"{result.difference_count:,}", len(result.differences)
            screen.warn("refused.faults", count=count, shown=shown)
    facts = {
        "facts": f"{result.facts_compared:,}",
        "contributions": f"{result.contributions_compared:,}",
        "figures": f"{result.figures_compared:,}",
    }
    if result.difference_count:
        screen.answer("rollup.differs", **facts, differences=f"{result.difference_count:,}")
    else:
        screen.answer("rollup.verified", **facts)


def _kind(screen: Screen, kind: str) -> str:
    key = f"rollup.kind.{kind}"
    return screen.words(key) if key in CATALOGUE else escape(kind)
