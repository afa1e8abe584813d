"""The issuer's rules that need no browser: how often one may be wrong, what serves once, what a proof is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.issuer import authorization, settings
from services.issuer.attempts import MOST_WRONG, WITHIN, Attempts
from services.issuer.authorization import Once
from services.issuer.words import WORDS, wanted
from shared.config import BadConfiguration
from shared.words import Language

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)


def wrong(times: int) -> Attempts:
    attempts = Attempts()
    for _ in range(times):
        attempts.was_wrong("clerk", now=NOW)
    return attempts


def test_somebody_may_be_wrong_some_times_and_then_waits() -> None:
    assert wrong(MOST_WRONG - 1).may_try("clerk", now=NOW)
    assert not wrong(MOST_WRONG).may_try("clerk", now=NOW)
    assert not wrong(MOST_WRONG).may_try(" CLERK ", now=NOW + WITHIN - A_SECOND)
    assert wrong(MOST_WRONG).may_try("clerk", now=NOW + WITHIN)
    assert wrong(MOST_WRONG).may_try("somebody else", now=NOW)


def test_being_right_forgets_what_was_wrong() -> None:
    attempts = wrong(MOST_WRONG - 1)

    attempts.was_right("clerk")
    attempts.was_wrong("clerk", now=NOW)

    assert attempts.may_try("clerk", now=NOW)


def test_what_is_kept_is_taken_once() -> None:
    kept: Once[str] = Once(timedelta(minutes=1))
    secret = kept.keep("a thing", now=NOW)

    assert kept.look(secret, now=NOW) == "a thing"
    assert kept.take(secret, now=NOW) == "a thing"
    assert kept.take(secret, now=NOW) is None


def test_what_nobody_takes_in_its_time_is_gone() -> None:
    kept: Once[str] = Once(timedelta(minutes=1))
    secret = kept.keep("a thing", now=NOW)

    assert kept.look(secret, now=NOW + timedelta(minutes=1)) is None
    assert kept.take(secret, now=NOW + timedelta(minutes=1)) is None


def test_the_proof_of_the_standards_own_example_is_one() -> None:
    """RFC 7636, appendix B."""
    verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

    assert authorization.proves(verifier, challenge)
    assert not authorization.proves(verifier[:-1] + "l", challenge)
    assert not authorization.proves("", challenge)


@pytest.mark.parametrize(
    ("ui_locales", "accept_language", "language"),
    [
        ("", "", Language.ZH),
        ("en", "zh", Language.EN),
        ("fr en", "", Language.EN),
        ("", "en-US,en;q=0.9,zh;q=0.8", Language.EN),
        ("", "zh-TW", Language.ZH),
        ("english", "enough", Language.ZH),
    ],
)
def test_the_language_is_the_first_that_is_wanted_and_spoken(
    ui_locales: str, accept_language: str, language: Language
) -> None:
    assert wanted(ui_locales, accept_language) is language


def test_every_sentence_is_in_both_languages() -> None:
    assert all(words.zh and words.en for words in WORDS.values())


def test_it_listens_to_its_own_machine_only() -> None:
    with pytest.raises(BadConfiguration, match="loopback"):
        settings.read({"PLUMBLINE_LISTEN": "0.0.0.0:8080"})
