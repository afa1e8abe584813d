"""How a password is kept so that whoever reads where it is kept does not have it; knows no file and no person."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode

# OWASP's smallest advice for scrypt: 2^15 with 8 and 3 takes 32 MiB and a tenth of a second.
_N, _R, _P = 2**15, 8, 3
_MOST_BYTES = 64 * 1024 * 1024
_SALT_BYTES, _KEY_BYTES = 16, 32
# Read from paper and typed: neither 0 and o nor 1, i and l. Sixteen of thirty-one are 79 bits.
_TYPEABLE = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4


def new_password() -> str:
    """A password that is read aloud and typed without mistakes: four groups of four."""
    return "-".join("".join(secrets.choice(_TYPEABLE) for _ in range(_GROUP)) for _ in range(_GROUPS))


def hashed(password: str, *, salt: bytes | None = None) -> str:
    """What is kept of a password: `scrypt$N$r$p$salt$key`."""
    used = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    key = _key(password, salt=used, n=_N, r=_R, p=_P)
    return f"scrypt${_N}${_R}${_P}${b64encode(used).decode()}${b64encode(key).decode()}"


def matches(password: str, kept: str) -> bool:
    """Whether the password is the one that is kept; takes as long where it is not."""
    _, n, r, p, salt, key = kept.split("$")
    found = _key(password, salt=b64decode(salt), n=int(n), r=int(r), p=int(p))
    return hmac.compare_digest(found, b64decode(key))


def _key(password: str, *, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MOST_BYTES, dklen=_KEY_BYTES)
