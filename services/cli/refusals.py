"""Why the command line goes no further: a key with facts, or the faults of a file; knows no terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


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


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a file or a request: where, and why as a reason code with the service's words."""

    line: str
    field: str
    reason: str
    description: str = ""


class FileRefused(Exception):
    """A file has faults that are seen before it is sent."""

    def __init__(self, file: object, faults: Sequence[Fault]) -> None:
        super().__init__(f"{file}: {len(faults)} faults")
        self.file = file
        self.faults = tuple(faults)
