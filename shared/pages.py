"""How lists are cut into pages: an opaque, signed token that holds the caller, the query and the last key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass

from shared.calls import Call
from shared.errors import FieldViolation, InvalidArgument

DEFAULT_SIZE = 50
LARGEST_SIZE = 200


class BadPageToken(InvalidArgument):
    """The token is not ours, or belongs to another query: start again without one."""

    reason = "BAD_PAGE_TOKEN"


@dataclass(frozen=True)
class Page:
    """Which rows to read: at most `size`, after the key `after` (None for the first page)."""

    size: int
    after: tuple[str, ...] | None


class Pages:
    """Makes and reads page tokens of one service; all its processes share the secret."""

    def __init__(self, secret: bytes) -> None:
        self._secret = hashlib.sha256(b"plumbline/pages/" + secret).digest()

    def read(self, call: Call, *, query: Sequence[str], page_size: int, page_token: str) -> Page:
        """The page asked for. 0 reads as 50 and over 200 as 200 (AIP-158). Raises BadPageToken."""
        size = min(page_size or DEFAULT_SIZE, LARGEST_SIZE)
        if not page_token:
            return Page(size, None)
        try:
            signed = base64.urlsafe_b64decode(page_token.encode())
            signature, body = signed[:16], signed[16:]
        except ValueError as error:
            raise _bad() from error
        if not hmac.compare_digest(signature, self._sign(call, query, body)):
            raise _bad()
        return Page(size, tuple(json.loads(body)))

    def next_token(self, call: Call, *, query: Sequence[str], last_key: Sequence[str]) -> str:
        """The token for the page after `last_key`."""
        body = json.dumps(list(last_key), ensure_ascii=False, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(self._sign(call, query, body) + body).decode()

    def _sign(self, call: Call, query: Sequence[str], body: bytes) -> bytes:
        grant = call.identity.grant
        bound = json.dumps([call.method, call.identity.tenant, grant.path, grant.clearance, list(query)]).encode()
        return hmac.new(self._secret, hashlib.sha256(bound).digest() + body, hashlib.sha256).digest()[:16]


def _bad() -> BadPageToken:
    return BadPageToken(
        "the page token does not belong to this query: start again without one",
        violations=[FieldViolation("page_token", "does not belong to this query", "page_token")],
    )
