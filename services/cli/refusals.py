"""Why the embedded stack will not go on, as a key of the catalogue with facts; knows no wording and no terminal."""

from __future__ import annotations

from collections.abc import Sequence


class StackRefused(Exception):
    """Something that the person at the terminal can act on. key: of `words.py`; facts: the values that it names."""

    def __init__(self, key: str, **facts: object) -> None:
        super().__init__(f"{key}: {', '.join(f'{name}={value}' for name, value in facts.items())}")
        self.key = key
        self.facts = {name: str(value) for name, value in facts.items()}


class PartFailed(StackRefused):
    """A part of the stack did not start, or died too often. last_lines: the end of what it wrote."""

    def __init__(self, key: str, *, part: str, last_lines: Sequence[str], **facts: object) -> None:
        super().__init__(key, part=part, **facts)
        self.part = part
        self.last_lines = tuple(last_lines)
