"""The only file of directory that calls out: it asks the organisation's issuer for the keys that it signs with."""

from __future__ import annotations

import asyncio
import json
import ssl
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.clock import Clock
from shared.errors import Unavailable

log = structlog.get_logger()

# Keys are asked for again after this long, so that one which the issuer has withdrawn ends.
KEYS_KEPT = timedelta(minutes=10)
# While the issuer is away its keys of before serve on, but not for ever.
KEYS_SERVE = timedelta(hours=24)
# Anybody can send a token that names an unknown key: it must not make us ask the issuer each time.
ASKED_AT_MOST = timedelta(seconds=30)
# Of an issuer that did not answer; somebody waits, so sooner.
ASKED_AGAIN = timedelta(seconds=1)
# Both questions of a sign-in must fit into what the console waits.
_TIMEOUT_S = 2.0
_MOST_BYTES = 256 * 1024


class IssuerAway(Unavailable):
    """The issuer does not answer, or not with its keys."""


class Issuer:
    """The issuer's keys, found by OpenID Connect Discovery and remembered."""

    def __init__(self, url: str, *, clock: Clock, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """transport: how it is reached; None: straight, by the machine's own certificate authorities."""
        self._url = url
        self._clock = clock
        self._http = httpx.AsyncClient(
            # Straight: a proxy of the environment is for the web, and the issuer is the organisation's own.
            trust_env=False,
            timeout=_TIMEOUT_S,
            verify=ssl.create_default_context(),
            transport=transport,
        )
        self._keys: KeySet | None = None
        self._fetched: datetime | None = None
        self._asked: datetime | None = None
        # Of many who sign in at once, one asks.
        self._one_asks = asyncio.Lock()

    async def keys(self, *, key_id: str) -> KeySet:
        """The issuer's keys, among them the one of that id if it has it. Raises IssuerAway."""
        async with self._one_asks:
            if self._must_ask(key_id):
                await self._ask()
            if self._keys is None:
                raise IssuerAway("the sign-in of the organisation does not answer: try again")
            return self._keys

    async def close(self) -> None:
        await self._http.aclose()

    def _must_ask(self, key_id: str) -> bool:
        now = self._clock.now()
        if self._asked is None:
            return True
        if self._fetched is None or now >= self._fetched + KEYS_KEPT:
            return now >= self._asked + ASKED_AGAIN
        return bool(key_id) and not self._knows(key_id) and now >= self._asked + ASKED_AT_MOST

    def _knows(self, key_id: str) -> bool:
        return self._keys is not None and any(key.kid == key_id for key in self._keys)

    async def _ask(self) -> None:
        """Asks for the keys. Where there is no answer, those of before serve on for their time."""
        self._asked = self._clock.now()
        try:
            found = await self._get(f"{self._url.rstrip('/')}/.well-known/openid-configuration")
            # Whoever answers in the issuer's place must at least be able to say that it is the issuer (Discovery, 4.3).
            if found.get("issuer") != self._url:
                raise ValueError("it calls itself by another name than PLUMBLINE_OIDC_ISSUER")
            where = found.get("jwks_uri")
            if not isinstance(where, str) or urlsplit(where).scheme != urlsplit(self._url).scheme:
                raise ValueError("it names no place of its keys, or one that is less safe than itself")
            self._keys = KeySet.import_key_set(await self._get(where))  # type: ignore[arg-type]
            self._fetched = self._asked
        except (httpx.HTTPError, httpx.InvalidURL, JoseError, ValueError, TypeError, KeyError) as error:
            log.warning("issuer_keys_not_had", issuer=self._url, error=type(error).__name__, detail=str(error)[:200])
            if self._fetched is not None and self._asked >= self._fetched + KEYS_SERVE:
                self._keys = None

    async def _get(self, url: str) -> dict[str, Any]:
        """A JSON object of moderate size."""
        content = bytearray()
        async with self._http.stream("GET", url, headers={"accept": "application/json"}) as answer:
            answer.raise_for_status()
            # Not for ever: an answer without an end would fill the memory.
            async for part in answer.aiter_bytes():
                content += part
                if len(content) > _MOST_BYTES:
                    raise ValueError("the answer is too large")
        found = json.loads(content)
        if not isinstance(found, dict):
            raise ValueError("the answer is no JSON object")
        return found
