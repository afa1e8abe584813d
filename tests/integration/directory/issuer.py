"""An issuer of ID tokens that a test holds in its hand: it can be away, change its keys, and sign whatever is asked."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from services.cli.ports import LOOPBACK

CLIENT = "plumbline-console"


class Issuer:
    """Answers discovery and its keys on a port of its own, in a thread, because it is another program to directory."""

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", private=True, auto_kid=True)
        self.rsa_key = RSAKey.generate_key(2048, private=True, auto_kid=True)
        self.asked: list[str] = []
        self._port = 0
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._port}"

    def come(self) -> None:
        """Begins to answer; where it was before, if it was."""
        issuer = self

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.append(self.path)
                content = json.dumps(issuer._document(self.path)).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer((LOOPBACK, self._port), Answers)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def go(self) -> None:
        """Answers nobody any more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def id_token(self, subject: str, *, key: Any = None, alg: str = "ES256", **claims: Any) -> str:
        """A sound ID token, unless a key, an algorithm or claims say otherwise; a claim that is None is left out."""
        signer = key or (self.rsa_key if alg == "RS256" else self.key)
        now = int(time.time())
        sound = {"iss": self.url, "aud": CLIENT, "sub": subject, "iat": now, "exp": now + 300, "nonce": "a nonce"}
        told = {name: value for name, value in {**sound, **claims}.items() if value is not None}
        return jwt.encode({"alg": alg, "kid": signer.kid}, told, signer, algorithms=[alg])

    def _document(self, path: str) -> dict[str, Any]:
        if path == "/keys":
            return {"keys": [self.key.as_dict(private=False), self.rsa_key.as_dict(private=False)]}
        return {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
