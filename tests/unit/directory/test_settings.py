"""What directory is told about signing in, and what it says where that does not fit together."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from services.directory import settings
from shared.config import BadConfiguration


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Everything that signing in needs."""
    key = tmp_path / "key.json"
    key.write_text('{"kty": "EC"}\n')
    return {
        "PLUMBLINE_SIGNING_KEY_FILE": str(key),
        "PLUMBLINE_OIDC_ISSUER": "https://issuer.example",
        "PLUMBLINE_OIDC_CLIENT_ID": "console",
    }


def test_without_a_word_of_it_there_is_no_signing_in_and_no_fault() -> None:
    told = settings.read({})

    assert told.sign_in is None
    assert (told.limits.idle, told.limits.longest) == (timedelta(minutes=30), timedelta(hours=10))


def test_all_three_are_read(environment: dict[str, str]) -> None:
    told = settings.read(environment)

    assert told.sign_in == settings.SignInSettings('{"kty": "EC"}', "https://issuer.example", "console")


@pytest.mark.parametrize("missing", ["PLUMBLINE_SIGNING_KEY_FILE", "PLUMBLINE_OIDC_ISSUER", "PLUMBLINE_OIDC_CLIENT_ID"])
def test_two_of_three_are_a_mistake_that_is_named(environment: dict[str, str], missing: str) -> None:
    del environment[missing]

    with pytest.raises(BadConfiguration, match=missing):
        settings.read(environment)


def test_an_issuer_is_a_url(environment: dict[str, str]) -> None:
    with pytest.raises(BadConfiguration, match="PLUMBLINE_OIDC_ISSUER"):
        settings.read({**environment, "PLUMBLINE_OIDC_ISSUER": "issuer.example"})


def test_how_long_a_session_lasts_is_for_the_deployment_to_say() -> None:
    told = settings.read({"PLUMBLINE_SESSION_IDLE_S": "60", "PLUMBLINE_SESSION_LONGEST_S": "3600"})

    assert (told.limits.idle, told.limits.longest) == (timedelta(minutes=1), timedelta(hours=1))


@pytest.mark.parametrize("text", ["0", "-1", "half an hour", "1.5", "99999999"])
def test_a_time_that_is_none_is_a_mistake_that_is_named(text: str) -> None:
    with pytest.raises(BadConfiguration, match="PLUMBLINE_SESSION_IDLE_S"):
        settings.read({"PLUMBLINE_SESSION_IDLE_S": text})
