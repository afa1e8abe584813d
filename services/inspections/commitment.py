"""What a draw publishes beforehand and what its seed is made of ("draw/1" encodings): knows no storage and no wire.

The encodings are normative: one byte more or less and a third party's roots differ. The lottery itself: `lottery.py`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from services.inspections.lottery import GREATEST_INTEGER, Assignment, Chosen, FrameUnit, Inspector, Selection, Team
from shared.errors import Code, DomainError

# Keys, randomness and plan salts are as wide as the hash, so that a concatenation of them splits in one way only.
KEY_SIZE_BYTES = 32
# 128 bits keep a blinded id safe from guessing by people who hold the register of all units.
SALT_SIZE_BYTES = 16


class NotCanonical(DomainError):
    """A value outside the restricted profile of RFC 8785 in which third parties agree on the bytes."""

    code = Code.INVALID_ARGUMENT
    reason = "NOT_CANONICAL"


class RowTwice(DomainError):
    """A committed set holds the same row twice."""

    code = Code.INVALID_ARGUMENT
    reason = "ROW_TWICE"


class WrongWidth(DomainError):
    """A key, salt or randomness has not the width that the encoding fixes."""

    code = Code.INVALID_ARGUMENT
    reason = "WRONG_WIDTH"


class NotDigits(DomainError):
    """A witnessed drawing of numbers was recorded with something else than ASCII digits."""

    code = Code.INVALID_ARGUMENT
    reason = "NOT_DIGITS"


class Kind(StrEnum):
    """What a blinded id stands for; part of its hash, so that a unit's never equals an inspector's."""

    UNIT = "unit"
    INSPECTOR = "inspector"


@dataclass(frozen=True)
class SetCommitment:
    """What is published of a set of rows: the RFC 6962 root (hex) and the size, without which it could be padded."""

    root: str
    size: int


def canon(value: object) -> bytes:
    """RFC 8785 bytes of text, integers below 2^53, booleans, None, lists and objects with ASCII keys.

    Raises NotCanonical for anything else, floats above all. Text is not normalised here: ids and names are in NFC
    before their first use.
    """
    _refuse_foreign(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise NotCanonical("text with half a surrogate pair has no UTF-8: repair the text", at=error.start) from error


def salt(frame_key: bytes, kind: Kind, ident: str) -> bytes:
    """The salt of one id, 16 bytes. One key is stored; a single salt can be opened without telling the others."""
    _refuse_width("frame key", frame_key, KEY_SIZE_BYTES)
    return hmac.new(frame_key, f"{kind}|{_nfc(ident)}".encode(), hashlib.sha256).digest()[:SALT_SIZE_BYTES]


def blinded(kind: Kind, ident: str, *, salt16: bytes) -> str:
    """The pid: a name for the draw that tells nothing until its salt is opened."""
    _refuse_width("salt", salt16, SALT_SIZE_BYTES)
    return hashlib.sha256(f"draw/1/{kind}\0".encode() + salt16 + _nfc(ident).encode("utf-8")).hexdigest()


def frame_row(unit: FrameUnit) -> bytes:
    """A leaf of the frame's tree; what is absent from the unit is absent from the row."""
    row: dict[str, object] = {"pid": unit.pid, "stratum": unit.stratum, "mos": unit.mos}
    if unit.must:
        row["must"] = 1
    if unit.needs is not None:
        row["needs"] = dict(unit.needs)
    return canon(row)


def inspector_row(inspector: Inspector) -> bytes:
    """A leaf of the tree of inspectors."""
    return canon({"pid": inspector.pid, "role": inspector.role})


def exclusion_row(unit_pid: str, inspector_pid: str) -> bytes:
    """A leaf of the tree of bars: this inspector may not go to this unit."""
    return canon({"v": unit_pid, "i": inspector_pid})


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The RFC 6962 root of the leaves in the given order; of no leaf it is the hash of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        # A last one without a partner goes up as it is: that is RFC 6962's split at the largest power of two.
        alone = level[-1:] if len(level) % 2 else []
        level = [
            hashlib.sha256(b"\1" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)
        ] + alone
    return level[0]


def commit_set(rows: Iterable[bytes]) -> SetCommitment:
    """Commit to rows whose order means nothing: sorted as bytes. Raises RowTwice."""
    ordered = sorted(rows)
    for row, following in pairwise(ordered):
        if row == following:
            # The row may name a barred pair, so the refusal shows its hash only.
            row_sha256 = hashlib.sha256(row).hexdigest()
            raise RowTwice(f"the row with SHA-256 {row_sha256} is listed twice: list it once", row_sha256=row_sha256)
    return SetCommitment(merkle_root(ordered).hex(), len(ordered))


def custodian_commitment(key: bytes) -> str:
    """What a custodian publishes before the beacon; afterwards the key can no longer be chosen."""
    _refuse_width("custodian key", key, KEY_SIZE_BYTES)
    return hashlib.sha256(b"draw/1/custodian\0" + key).hexdigest()


def plan_commitment(strata: Sequence[Mapping[str, object]], *, salt32: bytes) -> str:
    """Stands in the manifest for `strata` where the numbers of visits must stay secret until the embargo ends."""
    _refuse_width("plan salt", salt32, KEY_SIZE_BYTES)
    return hashlib.sha256(b"draw/1/plan\0" + salt32 + canon([dict(each) for each in strata])).hexdigest()


def manifest_hash(manifest: Mapping[str, object]) -> bytes:
    """The hash of the published manifest, which the seed, the next manifest's `prev` and the witnesses bind."""
    return hashlib.sha256(canon(dict(manifest))).digest()


def literal_randomness(digits: str) -> bytes:
    """The default beacon: digits of a witnessed drawing on the date that the manifest fixes (ME-8)."""
    if not (digits.isascii() and digits.isdigit()):
        raise NotDigits(f"the drawing is recorded as {digits!r}: write its digits 0-9 only", recorded=digits)
    return hashlib.sha256(digits.encode("ascii")).digest()


def drand_randomness(signature: bytes) -> bytes:
    """Randomness of a drand round. The signature has been verified elsewhere: this only hashes."""
    return hashlib.sha256(signature).digest()


def nist2_randomness(output_value: bytes) -> bytes:
    """Randomness of a pulse of the NIST beacon 2.0. The pulse has been verified elsewhere: this only hashes."""
    return hashlib.sha256(output_value).digest()


def seed(manifest_sha256: bytes, *, randomness: Sequence[bytes], keys: Mapping[str, bytes]) -> str:
    """The seed of the lottery, hex.

    randomness: one value a beacon, in the manifest's order; keys: custodian's name -> key. Everything but the names
    is 32 bytes wide, else WrongWidth; names only order the keys.
    """
    opened = [keys[name] for name in sorted(keys)]
    parts = {"manifest hash": [manifest_sha256], "randomness": randomness, "custodian key": opened}
    for what, values in parts.items():
        for value in values:
            _refuse_width(what, value, KEY_SIZE_BYTES)
    return hashlib.sha256(b"".join((b"draw/1/seed\0", manifest_sha256, *randomness, *opened))).hexdigest()


def warrant_salt(warrant_key: bytes, pid: str) -> str:
    """The salt of one result leaf, hex: the leaf shown at one door tells nothing about the others."""
    _refuse_width("warrant key", warrant_key, KEY_SIZE_BYTES)
    return hashlib.sha256(b"draw/1/warrant\0" + warrant_key + pid.encode("ascii")).hexdigest()


def result_leaf(chosen: Chosen, team: Team, *, warrant_key: bytes) -> bytes:
    """The warrant: that this unit was chosen, in which rank and why, and who comes."""
    return canon(
        {
            "stratum": chosen.stratum,
            "rank": chosen.rank,
            "pid": chosen.pid,
            "how": chosen.how.value,
            "team": {role: list(people) for role, people in team.members.items()},
            "salt": warrant_salt(warrant_key, chosen.pid),
        }
    )


def result_root(selection: Selection, assignment: Assignment, *, warrant_key: bytes) -> str:
    """The root (hex) over all warrants by (stratum, rank), logged before the first visit."""
    pairs = zip(selection.chosen, assignment.teams, strict=True)
    return merkle_root([result_leaf(chosen, team, warrant_key=warrant_key) for chosen, team in pairs]).hex()


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _refuse_width(what: str, value: bytes, size_bytes: int) -> None:
    if len(value) != size_bytes:
        message = f"the {what} has {len(value)} bytes: it must have {size_bytes}"
        raise WrongWidth(message, what=what, size_bytes=len(value), expected_bytes=size_bytes)


def _refuse_foreign(value: object) -> None:
    """Walk the value: json.dumps alone would also take floats, large integers and number keys."""
    match value:
        case None | bool() | str():
            return
        case int():
            if abs(value) > GREATEST_INTEGER:
                raise NotCanonical(f"integer {value} is beyond 2^53-1: scale it down", value=value)
        case list() | tuple():
            for each in value:
                _refuse_foreign(each)
        case dict():
            for key, each in value.items():
                if not isinstance(key, str) or not key.isascii():
                    raise NotCanonical(f"key {key!r} is not ASCII text: rename it", key=key)
                _refuse_foreign(each)
        case _:
            kind = type(value).__name__
            raise NotCanonical(f"a {kind} has no canonical form here: use text or a scaled integer", kind=kind)
