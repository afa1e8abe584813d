"""Who is calling: ES256 tokens minted and verified, and the grant they carry; knows no database and no gRPC."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from shared.errors import Unauthenticated

ISSUER = "plumbline"
AUDIENCE = "plumbline"
# Clocks of services may differ by this much (security.md 2.1).
LEEWAY_S = 30
# Longer than any token that we mint; a megabyte of header is an attack, not a token.
MAX_TOKEN_CHARS = 4096


@dataclass(frozen=True)
class Grant:
    """What the bearer may act as: a role in a line over a subtree (`path` prefix), seeing labels up to `clearance`."""

    role: str
    line: str
    path: str
    clearance: int


@dataclass(frozen=True)
class Identity:
    """A verified bearer: pseudonymous subject, the tenant it belongs to, and the one grant it acts under.

    valid_until: when doors begin to refuse it; None for a service's own, which no token proves.
    """

    subject: str
    tenant: str
    grant: Grant
    valid_until: datetime | None = field(default=None, compare=False)


def new_signing_key() -> str:
    """A fresh private ES256 key as JWK JSON, with its thumbprint as `kid`."""
    key = ECKey.generate_key("P-256", private=True, auto_kid=True)
    return json.dumps(key.as_dict(private=True))


def public_jwks(private_jwk_json: str) -> str:
    """The JWKS document that services verify with; holds no private part."""
    key = ECKey.import_key(json.loads(private_jwk_json))
    return json.dumps({"keys": [key.as_dict(private=False)]})


def mint(
    private_jwk_json: str,
    *,
    subject: str,
    tenant: str,
    role: str,
    path: str,
    clearance: int,
    now: datetime,
    lifetime: timedelta,
    line: str = "territorial",
) -> str:
    """A signed token for one subject under one grant, valid from now for lifetime."""
    key = ECKey.import_key(json.loads(private_jwk_json))
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
        "tenant": tenant,
        "grant": {"role": role, "line": line, "path": path, "clearance": clearance},
    }
    return jwt.encode({"alg": "ES256", "typ": "JWT", "kid": key.kid}, claims, key)


class Verifier:
    """Verifies tokens against a JWKS; remembers verified ones until they expire, because ES256 costs 0.1 ms."""

    _REMEMBERED = 10_000

    def __init__(self, jwks_json: str) -> None:
        self._keys = KeySet.import_key_set(json.loads(jwks_json))
        self._seen: dict[str, tuple[float, Identity]] = {}

    def verify(self, token: str, *, now: datetime) -> Identity:
        """The identity that a token proves. Raises Unauthenticated with what to do, never with the token."""
        if len(token) > MAX_TOKEN_CHARS:
            raise Unauthenticated("the token is too long: sign in again")
        remembered = self._seen.get(token)
        if remembered is not None and now.timestamp() < remembered[0] + LEEWAY_S:
            return remembered[1]
        claims = self._claims(token, now=now)
        identity = _identity(claims)
        if len(self._seen) >= self._REMEMBERED:
            self._seen.clear()
        self._seen[token] = (float(str(claims["exp"])), identity)
        return identity

    def _claims(self, token: str, *, now: datetime) -> dict[str, object]:
        try:
            decoded = jwt.decode(token, self._keys, algorithms=["ES256"])
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Unauthenticated("the token does not verify: sign in again") from error
        claims = decoded.claims
        seconds = now.timestamp()
        if claims.get("iss") != ISSUER or claims.get("aud") != AUDIENCE:
            raise Unauthenticated("the token was made for another system: sign in again")
        expires, issued = claims.get("exp"), claims.get("iat")
        if not isinstance(expires, int) or not isinstance(issued, int):
            raise Unauthenticated("the token has no times: sign in again")
        if seconds >= expires + LEEWAY_S or seconds < issued - LEEWAY_S:
            raise Unauthenticated("the token has expired or is not valid yet: sign in again")
        return dict(claims)


def _identity(claims: dict[str, object]) -> Identity:
    grant = claims.get("grant")
    subject, tenant = claims.get("sub"), claims.get("tenant")
    if not isinstance(grant, dict) or not isinstance(subject, str) or not isinstance(tenant, str):
        raise Unauthenticated("the token names no grant: sign in again")
    role, line, path, clearance = (grant.get(key) for key in ("role", "line", "path", "clearance"))
    if not (isinstance(role, str) and isinstance(line, str) and isinstance(path, str) and isinstance(clearance, int)):
        raise Unauthenticated("the token's grant is not whole: sign in again")
    return Identity(
        subject=subject,
        tenant=tenant,
        grant=Grant(role=role, line=line, path=path, clearance=clearance),
        valid_until=datetime.fromtimestamp(float(str(claims["exp"])) + LEEWAY_S, UTC),
    )
