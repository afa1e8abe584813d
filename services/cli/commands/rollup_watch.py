"""`plumbline rollup watch`: the table of figures as it changes; `figures.py` draws it."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from plumbline.rollups.v1 import rollups_pb2
from services.cli import asking, figures, live_figures
from services.cli.commands.watch import until_a_signal
from services.cli.connection import Connection
from services.cli.figures import Column
from services.cli.options import DataOption, JsonOption, LangOption, chosen
from services.cli.render import Screen
from services.cli.words import both
from shared import watched_tables

UnitOption = Annotated[str, typer.Option("--unit", help=both("rollup.table.unit"), show_default=False)]
LevelOption = Annotated[str, typer.Option("--level", help=both("rollup.table.level"), show_default=False)]
AnyCampaignOption = Annotated[str, typer.Option("--campaign", help=both("rollup.table.campaign"), show_default=False)]
MetricsOption = Annotated[str, typer.Option("--metrics", help=both("rollup.table.metrics"), show_default=False)]
AllOption = Annotated[bool, typer.Option("--all", help=both("rollup.table.all"))]
CountOption = Annotated[int, typer.Option("--count", min=1, help=both("rollup.watch.count"), show_default=False)]


def watch(
    context: typer.Context,
    data: DataOption = None,
    lang: LangOption = None,
    unit: UnitOption = "",
    level: LevelOption = "",
    campaign: AnyCampaignOption = "",
    metrics: MetricsOption = "",
    all_metrics: AllOption = False,
    count: CountOption | None = None,
    as_json: JsonOption = False,
) -> None:
    request = rollups_pb2.WatchTableRequest(unit_code=unit, level=level, campaign=campaign)
    wanted = figures.wanted_metrics(metrics, all_metrics=all_metrics)

    async def look_on(connection: Connection, screen: Screen) -> int:
        # A program that reads along gets JSON lines without asking, as with `plumbline watch`.
        for_programs = as_json or not screen.out.is_terminal
        screen.progress("rollup.watch.started")
        table, seen = rollups_pb2.Table(), 0
        with _Picture(screen, wanted, hidden=for_programs) as picture:
            # A watch ends with its deadline; whoever still looks opens it again.
            while True:
                async for told in connection.download(connection.rollups.WatchTable, request):
                    table = watched_tables.kept(table, told)
                    if metrics and seen == 0:
                        figures.check_metrics(table, wanted)
                    if for_programs:
                        screen.json_line(live_figures.message_as_json(table, told))
                    else:
                        picture.show(table)
                    seen += 1
                    if seen == count:
                        return 0

    async def until_told(connection: Connection, screen: Screen) -> int:
        return await until_a_signal(look_on(connection, screen))

    asking.run(chosen(context, data, lang), until_told, as_json=as_json)


class _Picture:
    """The table at a terminal, drawn over itself; what changed last stands out."""

    def __init__(self, screen: Screen, metrics: tuple[str, ...], *, hidden: bool) -> None:
        self._screen = screen
        self._metrics = metrics
        self._shown: tuple[rollups_pb2.Table, list[Column]] | None = None
        self._live = None if hidden else Live(console=screen.out, auto_refresh=False, vertical_overflow="crop")

    def __enter__(self) -> _Picture:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, table: rollups_pb2.Table) -> None:
        """Draws the table in the place of the one before."""
        assert self._live is not None
        screen = self._screen
        columns = figures.columns_of(screen, table, self._metrics)
        changed = live_figures.changed_cells(*self._shown, table, columns) if self._shown is not None else set()
        drawn, left_out = figures.drawing(screen, columns, changed=changed)
        lines = [screen.words("figures.as_of", **figures.freshness(table))]
        if table.empty_reason:
            lines.insert(0, screen.words(f"figures.empty.{table.empty_reason}"))
        if left_out:
            lines.append(screen.words("figures.left_out", count=left_out, width=screen.out.width))
        self._live.update(Group(drawn, *(Text(line) for line in lines)), refresh=True)
        self._shown = (table, columns)
