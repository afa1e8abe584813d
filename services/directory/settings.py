"""What directory alone is told from outside: whose sign-in it trusts, what it signs with, how long a session lasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.directory.session import Limits
from shared import config
from shared.config import BadConfiguration

# An office is left for lunch; a working day with its overtime is shorter than ten hours of sessions.
IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=10)
_KEY, _ISSUER, _CLIENT = "PLUMBLINE_SIGNING_KEY", "PLUMBLINE_OIDC_ISSUER", "PLUMBLINE_OIDC_CLIENT_ID"
_IDLE, _LONGEST = "PLUMBLINE_SESSION_IDLE_S", "PLUMBLINE_SESSION_LONGEST_S"


@dataclass(frozen=True)
class SignInSettings:
    """signing_key: private JWK with which tokens are signed; issuer and client_id: what an ID token must name."""

    signing_key: str
    issuer: str
    client_id: str


@dataclass(frozen=True)
class Settings:
    """sign_in: None where the deployment has none; then nobody can sign in and everything else works."""

    sign_in: SignInSettings | None
    limits: Limits


def read(environment: Mapping[str, str]) -> Settings:
    """The settings of directory. Raises BadConfiguration naming the variable."""
    limits = Limits(
        idle=_seconds(environment, _IDLE, otherwise=IDLE), longest=_seconds(environment, _LONGEST, otherwise=LONGEST)
    )
    names = {_KEY: f"{_KEY}_FILE", _ISSUER: _ISSUER, _CLIENT: _CLIENT}
    given = [name for name, variable in names.items() if environment.get(name) or environment.get(variable)]
    if not given:
        return Settings(sign_in=None, limits=limits)
    for name, variable in names.items():
        if name not in given:
            raise BadConfiguration(f"{variable} is not set, and {names[given[0]]} is: sign-in needs all three")
    issuer = environment[_ISSUER]
    if not issuer.startswith(("https://", "http://")):
        raise BadConfiguration(f"{_ISSUER} must be the URL that the issuer calls itself by")
    return Settings(
        sign_in=SignInSettings(
            signing_key=config.secret(environment, _KEY), issuer=issuer, client_id=environment[_CLIENT]
        ),
        limits=limits,
    )


def _seconds(environment: Mapping[str, str], name: str, *, otherwise: timedelta) -> timedelta:
    text = environment.get(name, "")
    if not text:
        return otherwise
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= 30 * 86_400:
        raise BadConfiguration(f"{name} must be a whole number of seconds, from 1 to those of 30 days")
    return timedelta(seconds=int(text))
