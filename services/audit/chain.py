"""How entries are chained so that a changed, missing or moved one shows; hashes only, stdlib only.

A leaf is hashed as in RFC 6962 (0x00 || record); the chain links each to all before it. Trees with witnesses take
the chain's place when the log becomes provable to outsiders; the leaves stay what they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

# What the first entry of a log is chained to.
BEGINNING = bytes(32)


def leaf_hash(record: bytes) -> bytes:
    """SHA-256 of an entry's record with RFC 6962's leaf prefix."""
    return hashlib.sha256(b"\x00" + record).digest()


def link(previous: bytes, leaf: bytes) -> bytes:
    """The chain hash after a leaf."""
    return hashlib.sha256(b"\x01" + previous + leaf).digest()


def extend(head: bytes, records: Iterable[bytes]) -> list[tuple[bytes, bytes]]:
    """(leaf hash, chain hash) of each record appended after a head, in order."""
    links = []
    for record in records:
        leaf = leaf_hash(record)
        head = link(head, leaf)
        links.append((leaf, head))
    return links


def first_bad(
    entries: Sequence[tuple[int, bytes, bytes, bytes]], *, head: bytes, expected: int
) -> tuple[int, bytes, int]:
    """Checks a run of (sequence, record, leaf hash, chain hash) that should follow `head` at sequence `expected`.

    Returns (first bad sequence or 0, the head after the run, the next expected sequence). A missing entry is named
    by the sequence that should have been there.
    """
    for sequence, record, leaf, chained in entries:
        if sequence != expected:
            return expected, head, expected
        if leaf_hash(record) != leaf or link(head, leaf) != chained:
            return sequence, head, expected
        head = chained
        expected += 1
    return 0, head, expected
