"""Whoever is refused is told why and what to do, in both languages."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

import services
import shared
from shared import reasons
from shared.reasons import FAULTS, REASONS
from shared.words import Language, Words

SERVICES_FOLDER = Path(next(iter(services.__path__)))
SHARED_FOLDER = Path(next(iter(shared.__path__)))
# Of a draw with more than the command line asks for: nobody at a terminal can meet these.
NEVER_MET = {"TOO_MANY_MUST_UNITS", "NOT_CANONICAL", "ROW_TWICE", "WRONG_WIDTH", "NOT_DIGITS", "REFUSED"}

SENTENCES = {
    **{f"{code} says": reason.says for code, reason in REASONS.items()},
    **{f"{code} todo": reason.todo for code, reason in REASONS.items()},
}


def test_every_reason_that_a_service_gives_is_put_into_words() -> None:
    given: set[str] = set()
    for folder in (SERVICES_FOLDER, SHARED_FOLDER):
        for source in folder.rglob("*.py"):
            given.update(re.findall(r'^    reason(?:: ClassVar\[str\])? = "([A-Z_]+)"', source.read_text(), re.M))

    assert len(given) > 30
    assert given - NEVER_MET <= REASONS.keys()


@pytest.mark.parametrize("words", SENTENCES.values(), ids=SENTENCES.keys())
def test_a_reason_says_what_is_the_matter_and_what_to_do_in_a_whole_sentence(words: Words) -> None:
    assert len(words.zh) > 1
    assert words.zh.endswith("。")
    assert words.en.endswith(".")
    assert words.en[0].isupper()


@pytest.mark.parametrize("language", Language)
def test_no_two_reasons_have_the_same_answer(language: Language) -> None:
    """Two refusals that ask the same of a person are one reason, or one of the answers says too little."""
    todos = Counter(reason.todo.in_(language) for reason in REASONS.values())

    assert [todo for todo, times in todos.items() if times > 1] == []


@pytest.mark.parametrize("reason", REASONS.values(), ids=REASONS.keys())
def test_what_to_do_is_not_what_is_the_matter_said_again(reason: reasons.Reason) -> None:
    assert reason.todo.zh != reason.says.zh
    assert reason.todo.en != reason.says.en


@pytest.mark.parametrize("words", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_is_in_both_languages(words: Words) -> None:
    assert words.zh
    assert words.en


def test_a_reason_that_is_new_here_is_told_as_the_service_said_it() -> None:
    assert reasons.sentence("NEW", Language.ZH, message="what it said") == "what it said"
    assert reasons.todo("NEW", Language.ZH) == ""
    assert reasons.fault("new", Language.EN, description="what it said") == "what it said"
