"""What a console asks of the issuer and what it gets for it: requests, codes and their rules; knows no HTTP server.

OAuth 2.1's authorization code flow with PKCE (RFC 6749, RFC 7636), for OpenID Connect Core 1.0.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from services.issuer.people import Known

Kept = TypeVar("Kept")

CODE_LIFETIME = timedelta(minutes=1)
# Between the form's being shown and sent.
FORM_LIFETIME = timedelta(minutes=15)
_MOST_WAITING = 10_000
# RFC 7636, 4.1: 43 to 128 unreserved characters; an S256 challenge has 43.
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST = 1024


class UnknownClient(Exception):
    """Neither who asks nor where to answer can be trusted: nobody is sent anywhere, the page says so."""


class Refused(Exception):
    """The request cannot be answered; the console is told by an error code of the standard."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


@dataclass(frozen=True)
class Asked:
    """A console that wants somebody signed in."""

    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    ui_locales: str


@dataclass(frozen=True)
class Granted:
    """Who has signed in for which request; what a code stands for."""

    asked: Asked
    who: Known
    auth_time: datetime


def check_client(query: Mapping[str, str], *, client_id: str, back_to: str) -> None:
    """The client is ours and wants its answer where we know it to be. Raises UnknownClient.

    To the letter (RFC 9700, 2.1): whoever could bend the address would get the codes.
    """
    if query.get("client_id") != client_id:
        raise UnknownClient("the client is not known here")
    if query.get("redirect_uri") != back_to:
        raise UnknownClient("the address to return to is not the client's")


def read(query: Mapping[str, str]) -> Asked:
    """A request of a client that has been checked. Raises Refused."""
    if any(len(value) > _LONGEST for value in query.values()):
        raise Refused("invalid_request", "a parameter is too long")
    if query.get("response_type") != "code":
        raise Refused("unsupported_response_type", "response_type must be code")
    if "openid" not in query.get("scope", "").split():
        raise Refused("invalid_scope", "scope must hold openid")
    if query.get("response_mode", "query") != "query":
        raise Refused("invalid_request", "response_mode must be query")
    if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(query.get("code_challenge", "")):
        raise Refused("invalid_request", "code_challenge with code_challenge_method S256 is needed")
    if not query.get("state") or not query.get("nonce"):
        raise Refused("invalid_request", "state and nonce are needed")
    # Nobody stays signed in here, so nobody can be found signed in without being asked.
    if "none" in query.get("prompt", "").split():
        raise Refused("login_required", "somebody must sign in")
    return Asked(
        redirect_uri=query["redirect_uri"],
        state=query["state"],
        nonce=query["nonce"],
        challenge=query["code_challenge"],
        ui_locales=query.get("ui_locales", ""),
    )


def proves(verifier: str, challenge: str) -> bool:
    """Whether a verifier is the one whose S256 challenge was sent before (RFC 7636, 4.6)."""
    if not _VERIFIER.fullmatch(verifier):
        return False
    found = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    return hmac.compare_digest(found, challenge.encode())


class Once(Generic[Kept]):
    """Things kept under a secret for a while and taken once; what nobody takes is forgotten, the oldest first."""

    def __init__(self, lifetime: timedelta, *, new_secret: Callable[[], str] = secrets.token_urlsafe) -> None:
        self._lifetime = lifetime
        self._new_secret = new_secret
        self._kept: dict[str, tuple[datetime, Kept]] = {}

    def keep(self, thing: Kept, *, now: datetime) -> str:
        """The secret under which it is kept from now on."""
        for secret in [secret for secret, (since, _) in self._kept.items() if now - since >= self._lifetime]:
            del self._kept[secret]
        if len(self._kept) >= _MOST_WAITING:
            del self._kept[next(iter(self._kept))]
        secret = self._new_secret()
        self._kept[secret] = (now, thing)
        return secret

    def look(self, secret: str, *, now: datetime) -> Kept | None:
        """What is kept under the secret; it stays."""
        since, thing = self._kept.get(secret, (None, None))
        return thing if since is not None and now - since < self._lifetime else None

    def take(self, secret: str, *, now: datetime) -> Kept | None:
        """What is kept under the secret; it is gone."""
        found = self.look(secret, now=now)
        self._kept.pop(secret, None)
        return found
