"""What our identifiers look like and how fresh ones are made; randomness comes in as a function of bytes."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Callable

# Crockford's base32, lower case: no i, l, o, u, so an id read aloud or from paper is not mistaken.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
UNIT_ID_LENGTH = 10
UNIT_ID = re.compile(r"[0-9a-hjkmnp-tv-z]{10}")

RandomBytes = Callable[[int], bytes]


def unit_id(random_bytes: RandomBytes = secrets.token_bytes) -> str:
    """A new unit id: 50 random bits; the import refuses the tree on the rare collision, which a unique key shows."""
    return "".join(ALPHABET[byte & 31] for byte in random_bytes(UNIT_ID_LENGTH))


def random_uuid() -> str:
    """A uuid4 in text: nothing that can be named carries a time, or it would tell when a visit was planned (AC-3)."""
    return str(uuid.uuid4())
