"""How the story is told on a terminal: one progress bar a chapter; knows no service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.cli.render import Screen


class Bars:
    """Opens a bar for each chapter; off a terminal, one line when the chapter ends."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    @contextmanager
    def chapter(self, key: str, total: int) -> Iterator[Callable[[], None]]:
        """A chapter of some steps; gives what is called after each."""
        words = self._screen.words(f"demo.chapter.{key}")
        if not self._screen.err.is_terminal:
            yield lambda: None
            self._screen.progress("demo.chapter_done", chapter=words, total=total)
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._screen.err) as progress:
            task = progress.add_task(words, total=total)
            yield lambda: progress.advance(task)
