"""How the command line looks: lines, tables and failures at a terminal; the words come from `words.py`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from services.cli.refusals import PartFailed, StackRefused
from services.cli.words import Language, say

# Lines of a dead part that are worth a person's eyes at once; the log has the rest.
SHOWN_LINES = 20

# Off a terminal nobody sees an edge, and a program that reads a table wants one line a row.
NATURAL_WIDTH = 10_000


@contextmanager
def wide_enough(console: Console, drawn: Table) -> Iterator[None]:
    """Lets a table be as wide as it is by nature where the console is no terminal."""
    before = console.width
    if not console.is_terminal:
        console.width = NATURAL_WIDTH
        console.width = max(before, console.measure(drawn).maximum)
    try:
        yield
    finally:
        console.width = before


class Screen:
    """Where a command speaks: answers on standard output, progress and failures on standard error."""

    def __init__(self, language: Language, *, out: Console | None = None, err: Console | None = None) -> None:
        self.language = language
        self.out = out or Console(highlight=False)
        self.err = err or Console(stderr=True, highlight=False)

    def words(self, key: str, **facts: object) -> str:
        """A sentence of the catalogue in this screen's language."""
        return say(key, self.language, **facts)

    def answer(self, key: str, **facts: object) -> None:
        """Say a sentence as part of the answer."""
        self.out.print(escape(self.words(key, **facts)), soft_wrap=True)

    def progress(self, key: str, **facts: object) -> None:
        """Say how things go."""
        self.err.print(f"[dim]{escape(self.words(key, **facts))}[/dim]", soft_wrap=True)

    def warn(self, key: str, **facts: object) -> None:
        """Say that something went wrong and is being cured."""
        self.err.print(f"[yellow]{escape(self.words(key, **facts))}[/yellow]", soft_wrap=True)

    def refuse(self, refusal: StackRefused) -> None:
        """Say why it does not go on, with the last lines of the part that failed."""
        self.err.print(f"[red]{escape(self.words(refusal.key, **refusal.facts))}[/red]", soft_wrap=True)
        if isinstance(refusal, PartFailed):
            self.show_lines(refusal.last_lines)
        if "log" in refusal.facts:
            self.progress("full_log", log=refusal.facts["log"])

    def show_lines(self, lines: Sequence[str]) -> None:
        """The end of a log, as it stands there."""
        if lines:
            self.progress("last_lines")
        for line in lines[-SHOWN_LINES:]:
            self.err.print(f"  {escape(line)}", soft_wrap=True)

    def fail(self, key: str, **facts: object) -> None:
        """Say why the command did not do what was asked."""
        self.err.print(f"[red]{escape(self.words(key, **facts))}[/red]", soft_wrap=True)

    def table(
        self,
        heads: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        right: Sequence[int] = (),
        on: Console | None = None,
    ) -> None:
        """A table; cells may carry rich's markup, so the caller escapes what is not its own.

        right: the columns of numbers. on: where it goes if it is no answer.
        """
        console = on or self.out
        drawn = Table(box=None, pad_edge=False, show_header=any(heads))
        for number, head in enumerate(heads):
            drawn.add_column(head, justify="right" if number in right else "left", no_wrap=number in right)
        for row in rows:
            drawn.add_row(*row)
        with wide_enough(console, drawn):
            console.print(drawn)

    def listing(
        self, heads: Sequence[str], rows: Sequence[Sequence[str]], *, more: bool = False, right: Sequence[int] = ()
    ) -> None:
        """A table of a list's page, with a word where it is empty or goes on."""
        if not rows:
            self.answer("none")
            return
        self.table(heads, rows, right=right)
        if more:
            self.progress("more")

    @contextmanager
    def bar(self, said: str, total: int) -> Iterator[Callable[[int], None]]:
        """A progress bar; gives what is called with the steps done since. Nothing is shown off a terminal."""
        if not self.err.is_terminal:
            yield lambda steps: None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.err, transient=True) as progress:
            task = progress.add_task(escape(said), total=total)
            yield lambda steps: progress.advance(task, steps)

    @contextmanager
    def status(self) -> Iterator[Callable[[str], None]]:
        """A line that changes while something goes on; gives what is called with the words. Nothing off a terminal."""
        if not self.err.is_terminal:
            yield lambda said: None
            return
        with self.err.status("") as line:
            yield lambda said: line.update(escape(said))

    def json_line(self, value: object) -> None:
        """One JSON object as a line of its own, for programs that read along."""
        self.out.print(json.dumps(value, ensure_ascii=False), markup=False, soft_wrap=True)

    def json(self, value: object) -> None:
        """One JSON document on standard output, for programs."""
        self.out.print(json.dumps(value, ensure_ascii=False, indent=2), markup=False, soft_wrap=True)
