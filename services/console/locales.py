"""The two languages of the console: the catalogues, and numbers, days and times as each writes them."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "locale"
# What the switch offers; pages are written in the first.
LANGUAGES = ("zh", "en")
_LOCALES = {"zh": Locale("zh", "CN", script="Hans"), "en": Locale("en", "GB")}
_HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}
_DAY = {"zh": "y年M月d日", "en": "d MMM y"}
_DAY_SHORT = {"zh": "M月d日", "en": "d MMM"}
_TIME = {"zh": "y年M月d日 HH:mm", "en": "d MMM y, HH:mm"}
_CLOCK = {"zh": "HH:mm:ss", "en": "HH:mm:ss"}


class Untranslated(KeyError):
    """A sentence that the English catalogue lacks; a test finds it before anybody reads it."""


@dataclass(frozen=True)
class Language:
    """One language: its words, and how it writes numbers, days and times in the campaign's zone."""

    code: str
    zone: str

    @property
    def html(self) -> str:
        """As the page's `lang` says it, which decides the screen reader's voice and the font's shapes."""
        return _HTML_LANGUAGES[self.code]

    @property
    def is_chinese(self) -> bool:
        return self.code == "zh"

    def gettext(self, message: str) -> str:
        """A sentence; pages are written in Chinese, so Chinese is itself. Raises Untranslated."""
        if self.is_chinese:
            return message
        try:
            return _english()[message]
        except KeyError:
            raise Untranslated(message) from None

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """Chinese counts without forms, and English sentences are written so that they need none."""
        return self.gettext(singular)

    def of(self, zh: str, en: str) -> str:
        """One of two texts that data carry in both languages."""
        return zh if self.is_chinese else en or zh

    def number(self, value: int | float) -> str:
        """A number with its digits grouped."""
        return numbers.format_decimal(value, locale=_LOCALES[self.code])

    def percent(self, part: int, whole: int) -> str:
        """A share with one place; a dash where there is no whole to be a share of."""
        if whole == 0:
            return "—"
        return numbers.format_percent(part / whole, format="0.0%", locale=_LOCALES[self.code])

    def day(self, value: date) -> str:
        """A day with its year."""
        return dates.format_date(value, _DAY[self.code], locale=_LOCALES[self.code])

    def day_short(self, value: date) -> str:
        """A day of this year."""
        return dates.format_date(value, _DAY_SHORT[self.code], locale=_LOCALES[self.code])

    def weekday(self, value: date) -> str:
        """The day of the week, short."""
        return dates.format_date(value, "EEE", locale=_LOCALES[self.code])

    def time(self, value: datetime) -> str:
        """An instant to the minute, in the zone."""
        return dates.format_datetime(self.local(value), _TIME[self.code], locale=_LOCALES[self.code])

    def clock(self, value: datetime) -> str:
        """The time of day to the second, in the zone."""
        return dates.format_datetime(self.local(value), _CLOCK[self.code], locale=_LOCALES[self.code])

    def local(self, value: datetime) -> datetime:
        """An instant in the campaign's zone."""
        return value.astimezone(ZoneInfo(self.zone))


def language(code: str, *, zone: str) -> Language:
    """The language of a code; Chinese for one that there is not."""
    return Language(code if code in LANGUAGES else LANGUAGES[0], zone)


def read_catalogue(folder: Path) -> dict[str, str]:
    """The sentences of every catalogue in a folder, one file a page. Raises ValueError for one that stands twice."""
    found: dict[str, str] = {}
    for file in sorted(folder.glob("*.po")):
        with file.open("rb") as content:
            catalogue = read_po(content, locale=folder.name)
        for message in catalogue:
            if not message.id:
                continue
            if message.id in found:
                raise ValueError(f"{file.name}: said twice: {message.id}")
            if message.string and not message.fuzzy:
                found[str(message.id)] = str(message.string)
    return found


@functools.cache
def _english() -> Mapping[str, str]:
    return read_catalogue(FOLDER / "en")
