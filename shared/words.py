"""The two languages that people are spoken to in and what a sentence is; knows no sentence."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Language(enum.Enum):
    """The languages of the command line and the console; the value is what `--lang` takes."""

    ZH = "zh"
    EN = "en"


@dataclass(frozen=True)
class Words:
    """One sentence in both languages; `{name}` stands for a fact."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        """The sentence in one language, with its facts still to fill in."""
        return self.zh if language is Language.ZH else self.en
