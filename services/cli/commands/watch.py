"""`plumbline watch`: shows, live, the facts that a superior receives; reads the bus and changes nothing."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Annotated, Any

import typer
from rich.markup import escape

from services.cli import asking, facts, units
from services.cli.connection import Connection
from services.cli.options import DataOption, JsonOption, LangOption, chosen
from services.cli.render import Screen
from services.cli.words import both

STREAM = "UP"
# An id says nothing to a person; this much of it tells two entities apart.
SHOWN_OF_ID = 8
CANCEL_AGAIN_S = 0.5

UnitOption = Annotated[str, typer.Option("--unit", help=both("watch.unit"), show_default=False)]
CountOption = Annotated[int, typer.Option("--count", min=1, help=both("watch.count"), show_default=False)]


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command("watch", help=both("watch.help"))(watch)


def watch(
    context: typer.Context,
    unit: UnitOption,
    data: DataOption = None,
    lang: LangOption = None,
    count: CountOption | None = None,
    as_json: JsonOption = False,
) -> None:
    async def look_on(connection: Connection, screen: Screen) -> int:
        return await until_a_signal(look_until_told(connection, screen))

    async def look_until_told(connection: Connection, screen: Screen) -> int:
        superior = await units.by_code(connection, unit)
        bus = await connection.bus()
        names = Names(connection)
        # A program that reads along gets JSON lines without asking; a person at a terminal gets something to read.
        for_programs = as_json or not screen.out.is_terminal
        seen = 0
        try:
            messages = bus.watch(STREAM, subjects=[facts.subject_below(superior.path)])
            screen.progress("watch.started", unit=superior.display_name)
            async for message in messages:
                fact = facts.read(message.data)
                if fact is None:
                    continue
                if for_programs:
                    screen.json_line(fact)
                else:
                    screen.out.print(line_of(fact, unit=await names.of_path(fact["path"])), soft_wrap=True)
                seen += 1
                if seen == count:
                    break
        finally:
            await bus.close()
        return 0

    asking.run(chosen(context, data, lang), look_on, as_json=as_json)


async def until_a_signal(looking: Coroutine[Any, Any, int]) -> int:
    """Looks on until it ends by itself or SIGINT or SIGTERM comes, which is how watching usually ends.

    A shell starts background jobs with SIGINT ignored, and then Python raises no KeyboardInterrupt by itself.
    """
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    task, stop = asyncio.ensure_future(looking), asyncio.ensure_future(told.wait())
    await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        stop.cancel()
        return task.result()
    while not task.done():
        # The client of the bus swallows a cancel that meets it while it subscribes.
        task.cancel()
        await asyncio.wait({task}, timeout=CANCEL_AGAIN_S)
    return 0


class Names:
    """Names of units, each asked for once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[str, str] = {}

    async def of_path(self, path: str) -> str:
        """The name of the unit at the end of a path."""
        id_ = path.rstrip("/").rpartition("/")[2]
        if id_ and id_ not in self._known:
            self._known.update(await units.names_of(self._connection, [id_]))
        return self._known.get(id_, "")


def line_of(fact: dict[str, Any], *, unit: str) -> str:
    """One fact as a line with rich's markup: when, what, where, which entity, and what its payload says."""
    # 2026-01-02T03:04:05.678Z without the day, which is today's.
    time = fact["time"][11:19]
    entity = fact["entity"].rpartition("/")[2][:SHOWN_OF_ID]
    said = " ".join(f"{name}={value}" for name, value in (fact["payload"] or {}).items() if _is_plain(name, value))
    return (
        f"[dim]{time}[/dim] [bold]{escape(fact['type'])}[/bold] {escape(unit)} "
        f"{escape(entity)} v{fact['version']} [dim]{escape(said)}[/dim]"
    )


def _is_plain(name: str, value: object) -> bool:
    # The unit is named already; lists and documents do not go into a line.
    return name != "unit" and isinstance(value, str | int) and len(str(value)) < 60
