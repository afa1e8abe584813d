"""How the story is told on a terminal: one progress bar a chapter, and how long each took; knows no service."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from services.cli.render import Screen


class Book:
    """Opens a bar for each chapter; off a terminal, one line when the chapter ends."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.timings_s: dict[str, float] = {}

    @contextmanager
    def chapter(self, key: str, total: int) -> Iterator[Callable[[], None]]:
        """A chapter of some steps; gives what is called after each."""
        began = time.monotonic()
        words = self._screen.words(f"demo.chapter.{key}")
        if self._screen.err.is_terminal:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            with Progress(*columns, console=self._screen.err) as progress:
                task = progress.add_task(words, total=total)
                yield lambda: progress.advance(task)
        else:
            yield lambda: None
            self._screen.progress("demo.chapter_done", chapter=words, total=total)
        self.timings_s[key] = round(time.monotonic() - began, 2)
