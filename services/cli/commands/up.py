"""`plumbline up`: runs the embedded stack until it is told to stop; what the stack is, `stack.py` knows."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from services.cli.options import DataOption, JsonOption, LangOption, chosen
from services.cli.refusals import StackRefused
from services.cli.render import Screen
from services.cli.stack import Stack, StackOptions
from services.cli.words import both

ReadyFileOption = Annotated[
    Path | None, typer.Option("--ready-file", help=both("up.option.ready_file"), show_default=False)
]
PortBaseOption = Annotated[
    int | None,
    typer.Option("--port-base", min=1024, max=65_000, help=both("up.option.port_base"), show_default=False),
]

# Of a part that is started again at once.
GLANCE_LINES = 5


def add_to(app: typer.Typer) -> None:
    """Make the command known."""
    app.command("up", help=both("up.help"))(up)


def up(
    context: typer.Context,
    data: DataOption = None,
    lang: LangOption = None,
    ready_file: ReadyFileOption = None,
    port_base: PortBaseOption = None,
    as_json: JsonOption = False,
) -> None:
    choices = chosen(context, data, lang)
    screen = Screen(choices.language)
    options = StackOptions(
        folder=choices.folder, console=True, port_base=port_base, ready_file=ready_file, report=Progress(screen)
    )
    raise typer.Exit(asyncio.run(run_until_stopped(options, screen, as_json=as_json)))


async def run_until_stopped(
    options: StackOptions, screen: Screen, *, as_json: bool, then: Callable[[Stack], Awaitable[bool]] | None = None
) -> int:
    """Run the stack until SIGINT or SIGTERM, which may come while it starts. Returns the exit code.

    then: what to do once everything serves; where it answers False, the stack stops after it.
    """
    serving = asyncio.create_task(_serve(options, screen, as_json=as_json, then=then))
    loop = asyncio.get_running_loop()
    stop = _StopOnce(serving)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # nohup has a terminal's end ignored, and so it stays.
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            loop.add_signal_handler(number, stop)
    await asyncio.wait({serving})
    if serving.cancelled():
        return 0
    error = serving.exception()
    if isinstance(error, StackRefused):
        screen.refuse(error)
        return 1
    if error is not None:
        raise error
    return 0


async def _serve(
    options: StackOptions, screen: Screen, *, as_json: bool, then: Callable[[Stack], Awaitable[bool]] | None
) -> None:
    began = time.monotonic()
    screen.progress("up.starting", folder=options.folder.absolute())
    async with Stack.start(options) as stack:
        seconds = f"{time.monotonic() - began:.1f}"
        if as_json:
            screen.json(json.loads(stack.ready.as_json()))
        else:
            _show(stack, screen)
        screen.progress("up.ready", seconds=seconds)
        if then is None:
            await stack.wait()
            return
        # A service that dies for good while the deed runs must end it, not leave it waiting.
        watching = asyncio.create_task(stack.wait())
        doing = asyncio.ensure_future(then(stack))
        try:
            await asyncio.wait({watching, doing}, return_when=asyncio.FIRST_COMPLETED)
            if doing.done() and doing.result():
                await watching
            elif watching.done():
                watching.result()
        finally:
            for task in (watching, doing):
                task.cancel()
            await asyncio.gather(watching, doing, return_exceptions=True)


def _show(stack: Stack, screen: Screen) -> None:
    rows = [("console", stack.console_url)] if stack.console_url else []
    rows += [(service, address) for service, address in stack.addresses.items()]
    # Without the password: a terminal is looked at by more people than the file with the secrets.
    rows += [("postgres", _without_login(stack.postgres_dsn)), ("nats", _without_login(stack.nats_url("watch")))]
    rows += [(screen.words("up.admin_token"), escape(str(stack.admin_token_file)))]
    screen.table((screen.words("up.what"), screen.words("up.where")), rows)


def _without_login(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


class Progress:
    """Turns the stack's reports into lines on the screen."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def __call__(self, key: str, **facts: object) -> None:
        lines = facts.pop("last_lines", ())
        if not isinstance(lines, list):
            self._screen.progress(key, **facts)
            return
        self._screen.warn(key, **facts)
        # It is being cured: a glance is enough, and the whole log is named.
        self._screen.show_lines(lines[-GLANCE_LINES:])
        self._screen.progress("full_log", log=facts["log"])


class _StopOnce:
    """Cancels a task at the first signal; further ones must not disturb the orderly stop."""

    def __init__(self, task: asyncio.Task[None]) -> None:
        self._task = task
        self._asked = False

    def __call__(self) -> None:
        if not self._asked:
            self._asked = True
            self._task.cancel()
