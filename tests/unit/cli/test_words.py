"""Every sentence exists in both languages, with the same facts, and every reported key exists."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from services.cli import words
from services.cli.options import Choices, choose
from services.cli.words import CATALOGUE, Language, Words, say

SOURCES = Path(words.__file__).parent


def facts_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", sorted(CATALOGUE))
def test_a_sentence_says_the_same_facts_in_both_languages(key: str) -> None:
    sentence = CATALOGUE[key]

    assert sentence.zh
    assert sentence.en
    assert facts_of(sentence.zh) == facts_of(sentence.en)


def test_every_key_that_a_refusal_or_a_report_names_is_in_the_catalogue() -> None:
    named: set[str] = set()
    for source in SOURCES.rglob("*.py"):
        text = source.read_text()
        named.update(re.findall(r"""(?:StackRefused|PartFailed|report|both)\(\s*"([a-z_.]+)\"""", text))

    assert len(named) > 20
    assert named <= CATALOGUE.keys()


def test_a_missing_fact_is_a_mistake_and_not_a_blank() -> None:
    with pytest.raises(KeyError):
        say("part_ready", Language.EN)


def test_a_key_said_twice_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="twice"):
        words._with({"a": Words("甲", "a")}, {"a": Words("乙", "b")})


@pytest.mark.parametrize(
    ("locale", "language"),
    [(None, Language.ZH), ("C.UTF-8", Language.ZH), ("zh_CN.UTF-8", Language.ZH), ("en_GB.UTF-8", Language.EN)],
)
def test_chinese_is_spoken_unless_the_environment_says_english(locale: str | None, language: Language) -> None:
    assert choose(None, None, locale=locale).language is language


def test_an_option_after_the_commands_name_wins() -> None:
    before = Choices(folder=Path("before"), language=Language.ZH)

    assert choose(Path("after"), Language.EN, before=before) == Choices(folder=Path("after"), language=Language.EN)
    assert choose(None, None, before=before) == before
