"""The ID tokens that the issuer signs, and the keys that it shows; knows no HTTP."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from joserfc import jwt
from joserfc.jwk import ECKey

from services.issuer.authorization import Granted

# Long enough for the console to exchange it, no longer: it is no session.
LIFETIME = timedelta(minutes=5)


class Signer:
    """Signs with one key, as one issuer, for one client."""

    def __init__(self, key: str, *, issuer: str, client_id: str) -> None:
        self._key = ECKey.import_key(json.loads(key))
        self._issuer = issuer
        self._client_id = client_id

    def id_token(self, granted: Granted, *, now: datetime) -> str:
        """Who has signed in, to the client that asked, with its nonce."""
        claims = {
            "iss": self._issuer,
            "aud": self._client_id,
            "sub": granted.who.subject,
            "iat": int(now.timestamp()),
            "exp": int((now + LIFETIME).timestamp()),
            "auth_time": int(granted.auth_time.timestamp()),
            "nonce": granted.asked.nonce,
            "name": granted.who.display_name,
            "preferred_username": granted.who.user_name,
        }
        return jwt.encode({"alg": "ES256", "typ": "JWT", "kid": self._key.kid}, claims, self._key)

    def public_keys(self) -> dict[str, object]:
        """The JWKS; holds no private part."""
        return {"keys": [{**self._key.as_dict(private=False), "use": "sig", "alg": "ES256"}]}
