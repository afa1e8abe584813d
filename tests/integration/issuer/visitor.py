"""Somebody with a browser who is sent to the issuer by a console, and the console that gets the code."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from services.cli.stack import Stack

VERIFIER = secrets.token_urlsafe(48)
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class Visitor:
    """Walks through the authorization code flow step by step."""

    def __init__(self, stack: Stack) -> None:
        assert stack.sign_in is not None
        self.issuer = stack.sign_in.issuer
        self.client_id = stack.sign_in.client_id
        self.client_secret = stack.sign_in.client_secret_file.read_text().strip()
        self.back_to = f"{stack.console_url}/signed-in"
        self.browser = httpx.AsyncClient(base_url=self.issuer, trust_env=False)

    async def __aenter__(self) -> Visitor:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.browser.aclose()

    async def arrive(self, **changes: str | None) -> httpx.Response:
        """Comes to the issuer as the console sends people, unless the changes say otherwise."""
        sound = {
            "client_id": self.client_id,
            "redirect_uri": self.back_to,
            "response_type": "code",
            "scope": "openid profile",
            "state": "a state",
            "nonce": "a nonce",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "ui_locales": "en",
        }
        asked = {name: value for name, value in {**sound, **changes}.items() if value is not None}
        return await self.browser.get("/authorize", params=asked)

    async def enter(
        self, page: httpx.Response, user_name: str, password: str, *, site: str = "same-origin"
    ) -> httpx.Response:
        """Sends the form of a page. site: where the browser says that the form comes from."""
        (form,) = re.findall(r'name="form" value="([^"]+)"', page.text)
        sent = {"form": form, "user_name": user_name, "password": password}
        return await self.browser.post("/authorize", data=sent, headers={"sec-fetch-site": site})

    async def code(self, user_name: str, password: str) -> str:
        """A code for somebody who signs in."""
        answer = await self.enter(await self.arrive(), user_name, password)
        return answered(answer)["code"]

    async def exchange(self, code: str, **changes: Any) -> httpx.Response:
        """Exchanges a code as the console does, unless the changes say otherwise."""
        sound = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back_to,
            "code_verifier": VERIFIER,
        }
        login = changes.pop("auth", (self.client_id, self.client_secret))
        return await self.browser.post("/token", data={**sound, **changes}, auth=login)

    async def id_token(self, user_name: str, password: str) -> str:
        """What a console gets for somebody who signs in."""
        token: str = (await self.exchange(await self.code(user_name, password))).json()["id_token"]
        return token


def answered(redirect: httpx.Response) -> dict[str, str]:
    """What the console is told in the address to which the browser is sent."""
    assert redirect.status_code == 303, redirect.text
    return {name: values[0] for name, values in parse_qs(urlsplit(redirect.headers["location"]).query).items()}
