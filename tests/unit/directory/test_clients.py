"""When directory asks the issuer for its keys, and what it goes by while the issuer is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from services.directory.clients import ASKED_AGAIN, ASKED_AT_MOST, KEYS_KEPT, KEYS_SERVE, Issuer, IssuerAway
from shared.clock import FakeClock

URL = "https://issuer.example"
A_LITTLE = timedelta(seconds=1)


class Elsewhere:
    """What answers at the issuer's address."""

    def __init__(self) -> None:
        self.keys = [ECKey.generate_key("P-256", private=True, auto_kid=True)]
        self.discovery: Any = {"issuer": URL, "jwks_uri": f"{URL}/keys"}
        self.is_away = False
        self.looks = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.is_away:
            raise httpx.ConnectError("away")
        if request.url.path == "/keys":
            self.looks += 1
            return httpx.Response(200, json={"keys": [key.as_dict(private=False) for key in self.keys]})
        if isinstance(self.discovery, httpx.Response):
            return self.discovery
        return httpx.Response(200, json=self.discovery)


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime(2026, 11, 24, 9, 0, tzinfo=UTC))


@pytest.fixture
def issuer(elsewhere: Elsewhere, clock: FakeClock) -> Issuer:
    return Issuer(URL, clock=clock, transport=httpx.MockTransport(elsewhere.answer))


def kid(elsewhere: Elsewhere) -> str:
    return str(elsewhere.keys[-1].kid)


async def test_keys_are_asked_for_once_and_again_after_their_time(
    issuer: Issuer, elsewhere: Elsewhere, clock: FakeClock
) -> None:
    for _ in range(5):
        await issuer.keys(key_id=kid(elsewhere))
    first = elsewhere.looks
    clock.advance(KEYS_KEPT)
    await issuer.keys(key_id=kid(elsewhere))

    assert (first, elsewhere.looks) == (1, 2)


async def test_a_new_key_of_the_issuer_is_found_but_not_looked_for_all_the_time(
    issuer: Issuer, elsewhere: Elsewhere, clock: FakeClock
) -> None:
    await issuer.keys(key_id=kid(elsewhere))
    elsewhere.keys.append(ECKey.generate_key("P-256", private=True, auto_kid=True))
    clock.advance(ASKED_AT_MOST)

    found = await issuer.keys(key_id=kid(elsewhere))
    for _ in range(5):
        await issuer.keys(key_id="nobody's")

    assert kid(elsewhere) in {key.kid for key in found}
    assert elsewhere.looks == 2


async def test_while_the_issuer_is_away_its_keys_serve_for_a_day_and_no_longer(
    issuer: Issuer, elsewhere: Elsewhere, clock: FakeClock
) -> None:
    await issuer.keys(key_id=kid(elsewhere))
    elsewhere.is_away = True

    clock.advance(KEYS_SERVE - A_LITTLE)
    assert await issuer.keys(key_id=kid(elsewhere))
    clock.advance(A_LITTLE)
    with pytest.raises(IssuerAway):
        await issuer.keys(key_id=kid(elsewhere))


async def test_an_issuer_that_comes_back_is_found_at_once(
    issuer: Issuer, elsewhere: Elsewhere, clock: FakeClock
) -> None:
    elsewhere.is_away = True
    with pytest.raises(IssuerAway):
        await issuer.keys(key_id=kid(elsewhere))
    elsewhere.is_away = False
    clock.advance(ASKED_AGAIN)

    assert await issuer.keys(key_id=kid(elsewhere))


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://elsewhere.example", "jwks_uri": f"{URL}/keys"},
        {"issuer": f"{URL}/", "jwks_uri": f"{URL}/keys"},
        {"issuer": URL},
        {"issuer": URL, "jwks_uri": "http://issuer.example/keys"},
        {"issuer": URL, "jwks_uri": "file:///etc/passwd"},
        {"issuer": URL, "jwks_uri": 7},
        [],
        httpx.Response(500),
        httpx.Response(302, headers={"location": "https://elsewhere.example/"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, content=b"{" + b" " * 300_000 + b"}"),
    ],
    ids=[
        "another issuer",
        "not to the letter",
        "no keys",
        "keys in the open",
        "keys in a file",
        "keys nowhere",
        "a list",
        "broken",
        "elsewhere",
        "a page",
        "too much",
    ],
)
async def test_who_does_not_answer_as_the_issuer_is_not_believed(
    issuer: Issuer, elsewhere: Elsewhere, discovery: Any
) -> None:
    elsewhere.discovery = discovery

    with pytest.raises(IssuerAway):
        await issuer.keys(key_id=kid(elsewhere))

    assert elsewhere.looks == 0
