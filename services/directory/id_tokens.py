"""What an OpenID Connect ID token proves, given the issuer's keys; fetches nothing and knows no person of ours."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from datetime import datetime

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from services.directory.session import Login
from shared.errors import Unauthenticated
from shared.identity import LEEWAY_S

# Never what the token itself says: "none", or a public key taken for a shared secret (RFC 8725, 3.1).
ALGORITHMS = ("ES256", "RS256")
# OpenID Connect Core 1.0, section 2: `sub` has at most 255 characters.
_LONGEST_SUBJECT = 255


def key_id(token: str) -> str:
    """By which of its keys the issuer says it has signed; empty where it does not say. Raises Unauthenticated."""
    header, _, rest = token.partition(".")
    try:
        said = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _refused("cannot be read") from error
    if not isinstance(said, dict) or not rest:
        raise _refused("cannot be read")
    if said.get("alg") not in ALGORITHMS:
        raise _refused(f"is not signed by one of {', '.join(ALGORITHMS)}")
    named = said.get("kid", "")
    return named if isinstance(named, str) else ""


def login(token: str, keys: KeySet, *, issuer: str, client_id: str, now: datetime) -> Login:
    """Whose login an ID token proves, as OpenID Connect Core 1.0 3.1.3.7 asks. Raises Unauthenticated.

    The nonce is not looked at: it is between the issuer and the console, which made it.
    """
    try:
        claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _refused("does not verify") from error
    _check_parties(claims, issuer=issuer, client_id=client_id)
    _check_times(claims, seconds=now.timestamp())
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise _refused("names nobody")
    return Login(issuer=issuer, subject=subject)


def _check_parties(claims: Mapping[str, object], *, issuer: str, client_id: str) -> None:
    if claims.get("iss") != issuer:
        raise _refused("is of another issuer")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences:
        raise _refused("was made for another client")
    # One that was made for several must say that it was asked for by us.
    if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != client_id:
        raise _refused("was made for another client")


def _check_times(claims: Mapping[str, object], *, seconds: float) -> None:
    expires, issued, begins = claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)
    if not all(isinstance(time, int | float) for time in (expires, issued, begins)):
        raise _refused("has no times")
    assert isinstance(expires, int | float)
    assert isinstance(issued, int | float)
    assert isinstance(begins, int | float)
    if seconds >= expires + LEEWAY_S or seconds < max(issued, begins) - LEEWAY_S:
        raise _refused("has expired or is not valid yet")


def _refused(what: str) -> Unauthenticated:
    # Never with the token, nor with what a library said of it.
    return Unauthenticated(f"the ID token {what}: sign in again")
