"""What a session and a login are, how long a session lasts, and which grant a token is under; knows no OpenID."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.errors import AlreadyExists, PermissionDenied, Unauthenticated, WrongState
from shared.ids import RandomBytes

_SECRET_BYTES = 32


class SignInNotConfigured(WrongState):
    """The deployment names no issuer, so nobody can sign in; everything else works."""

    reason = "SIGN_IN_NOT_CONFIGURED"


class UnknownLogin(PermissionDenied):
    """The organisation's sign-in knows them, and we know nobody with that login."""

    reason = "UNKNOWN_LOGIN"


class NoGrants(PermissionDenied):
    """A person without a grant that holds now may not act as anything."""

    reason = "NO_GRANTS"


class GrantRevoked(PermissionDenied):
    """The grant that a token was asked for is revoked, or another person's."""

    reason = "GRANT_REVOKED"


class SessionExpired(Unauthenticated):
    """The session was idle, or open, for too long."""

    reason = "SESSION_EXPIRED"


class SessionEnded(Unauthenticated):
    """Signed out, or no session of ours."""

    reason = "SESSION_ENDED"


class LoginTaken(AlreadyExists):
    """A login is one person's."""

    reason = "LOGIN_TAKEN"


@dataclass(frozen=True)
class Login:
    """Who somebody is to the organisation's sign-in: the issuer's URL, and its `sub` for them."""

    issuer: str
    subject: str


@dataclass(frozen=True)
class Limits:
    """How long a session lasts: without a token asked for, and in any case."""

    idle: timedelta
    longest: timedelta


@dataclass(frozen=True)
class Session:
    """Somebody signed in on one console. digest: of the secret, which nobody keeps; grant: id of the one in use."""

    digest: bytes
    opened_by: str
    tenant: str
    person: str
    path: str
    login: Login
    grant: str | None
    start_time: datetime
    last_use_time: datetime
    end_time: datetime | None = None

    def idle_expiry(self, limits: Limits) -> datetime:
        """When it expires if it is not used until then."""
        return min(self.last_use_time + limits.idle, self.longest_expiry(limits))

    def longest_expiry(self, limits: Limits) -> datetime:
        """When it expires in any case."""
        return self.start_time + limits.longest


@dataclass(frozen=True)
class HeldGrant:
    """A grant that holds, with the unit that it is over as it stands now."""

    id: str
    tenant: str
    role: str
    line: str
    unit: str
    unit_name: str
    unit_code: str
    path: str
    level: str
    clearance: int

    @property
    def name(self) -> str:
        return f"tenants/{self.tenant}/grants/{self.id}"


def new_secret(random_bytes: RandomBytes = secrets.token_bytes) -> str:
    """A session's secret: 256 random bits in base64url, so that nobody guesses one and no salt is needed to keep it."""
    return base64.urlsafe_b64encode(random_bytes(_SECRET_BYTES)).rstrip(b"=").decode()


def digest(secret: str) -> bytes:
    """What is kept of a secret: whoever reads the table cannot act with it."""
    return hashlib.sha256(secret.encode()).digest()


def use(session: Session | None, *, passive: bool = False, limits: Limits, now: datetime) -> Session:
    """The session with its idle time begun anew, unless passive. Raises SessionEnded or SessionExpired."""
    if session is None or session.end_time is not None:
        raise SessionEnded("the session has ended: sign in again")
    if now >= session.idle_expiry(limits):
        raise SessionExpired("the session has expired: sign in again")
    # Two doors' clocks may differ: a session never grows younger than it was.
    return session if passive else replace(session, last_use_time=max(session.last_use_time, now))


def choose(held: Sequence[HeldGrant], *, wanted: str, last: str | None) -> HeldGrant:
    """The grant for a token: the one wanted by name; else the one used last, if it still holds; else the first.

    Raises NoGrants or GrantRevoked.
    """
    if not held:
        raise NoGrants("no grant holds for this person now: an administrator gives one")
    if wanted:
        for grant in held:
            if grant.name == wanted:
                return grant
        raise GrantRevoked(f"{wanted} does not hold for this person: choose another", resource=wanted)
    return next((grant for grant in held if grant.id == last), held[0])
