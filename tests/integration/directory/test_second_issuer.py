"""Directory trusts any OpenID Connect issuer by configuration: here one that others have written."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from urllib.parse import parse_qs, urlsplit

import httpx
import oidc_provider_mock

from tests.integration.directory.issuer import CLIENT
from tests.integration.directory.signing_in import reception

BACK = "http://127.0.0.1:1/signed-in"


async def id_token_of(issuer: str, subject: str) -> str:
    """Walks through the authorization code flow with PKCE, as a browser and a console would."""
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": CLIENT,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid",
        "state": "a state",
        "nonce": "a nonce",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    async with httpx.AsyncClient(trust_env=False) as browser:
        found = (await browser.get(f"{issuer}/.well-known/openid-configuration")).json()
        answer = await browser.post(found["authorization_endpoint"], params=asked, data={"sub": subject})
        (code,) = parse_qs(urlsplit(answer.headers["location"]).query)["code"]
        told = await browser.post(
            found["token_endpoint"],
            data={"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": verifier},
            auth=(CLIENT, "any secret"),
        )
    token: str = told.json()["id_token"]
    return token


async def test_a_person_signs_in_by_an_issuer_that_others_have_written() -> None:
    with oidc_provider_mock.run_server_in_thread() as server:
        issuer = f"http://localhost:{server.server_port}"
        async with reception(issuer, "directory") as desk:
            person, login = await desk.a_person_with_login("110101", "unit_clerk")
            tokens = await asyncio.gather(id_token_of(issuer, login), id_token_of(issuer, "a stranger"))

            session = await desk.sign_in(tokens[0])
            renewed = await desk.renew(session.session)

    assert session.person == person.name
    assert renewed.token
