"""What a token proves, and when it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.errors import Unauthenticated
from shared.identity import Grant, Identity, Verifier, mint, new_signing_key, public_jwks

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
KEY = new_signing_key()


def a_token(**changes: object) -> str:
    fields: dict[str, object] = {
        "subject": "person:1",
        "tenant": "0123456789",
        "role": "unit_clerk",
        "path": "0123456789/",
        "clearance": 1,
        "now": NOW,
        "lifetime": timedelta(minutes=5),
    }
    return mint(KEY, **{**fields, **changes})  # type: ignore[arg-type]


def test_a_token_proves_its_subject_its_tenant_and_its_one_grant() -> None:
    identity = Verifier(public_jwks(KEY)).verify(a_token(), now=NOW)

    assert identity == Identity("person:1", "0123456789", Grant("unit_clerk", "territorial", "0123456789/", 1))


@pytest.mark.parametrize("later", [timedelta(minutes=5, seconds=31), timedelta(days=1)])
def test_a_token_ends_after_its_lifetime_even_when_it_was_seen_before(later: timedelta) -> None:
    verifier = Verifier(public_jwks(KEY))
    token = a_token()
    verifier.verify(token, now=NOW)

    with pytest.raises(Unauthenticated):
        verifier.verify(token, now=NOW + later)


def test_an_identity_tells_from_when_on_its_token_is_refused() -> None:
    verifier, token = Verifier(public_jwks(KEY)), a_token()

    end = verifier.verify(token, now=NOW).valid_until

    assert end is not None
    assert verifier.verify(token, now=end - timedelta(seconds=1))
    with pytest.raises(Unauthenticated):
        verifier.verify(token, now=end)


def test_a_token_is_not_valid_before_it_was_made() -> None:
    with pytest.raises(Unauthenticated):
        Verifier(public_jwks(KEY)).verify(a_token(), now=NOW - timedelta(minutes=1))


def test_a_token_of_another_key_proves_nothing() -> None:
    with pytest.raises(Unauthenticated):
        Verifier(public_jwks(new_signing_key())).verify(a_token(), now=NOW)


def test_the_public_keys_hold_no_private_part() -> None:
    assert '"d"' not in public_jwks(KEY)


@pytest.mark.parametrize("token", ["", "a.b.c", "....", "\x00", "é" * 100, "x" * 5000])
def test_no_text_whatever_raises_anything_but_a_refusal(token: str) -> None:
    with pytest.raises(Unauthenticated):
        Verifier(public_jwks(KEY)).verify(token, now=NOW)
