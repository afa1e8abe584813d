"""The seed of a draw and the list of those who may be sent, as people give them; knows no lottery."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from services.cli.files import Row, read_rows
from services.cli.refusals import Fault, FileRefused, StackRefused

COLUMNS = ("subject", "barred_codes")
_SEED = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Listed:
    """Somebody who may be sent, and the codes of the units where they may not."""

    subject: str
    barred_codes: tuple[str, ...]


def seed_of(*, seed: str, dice: str) -> str:
    """The seed as lower-case hex: given, or the SHA-256 of the ASCII digits drawn before witnesses (ME-8).

    Raises StackRefused where it is neither or both.
    """
    if bool(seed) == bool(dice):
        raise StackRefused("draw.one_seed")
    if dice:
        if not (dice.isascii() and dice.isdigit()):
            raise StackRefused("draw.bad_dice")
        return hashlib.sha256(dice.encode("ascii")).hexdigest()
    if not _SEED.fullmatch(seed.lower()):
        raise StackRefused("draw.bad_seed")
    return seed.lower()


def inspectors_of(*, file: Path | None, count: int | None) -> list[Listed]:
    """The people of a file, or so many numbered ones for a trial. Raises StackRefused or FileRefused."""
    if file is not None and count is None:
        return listed(read_rows(file, needed=COLUMNS), file=file)
    if file is None and count is not None:
        return [Listed(f"inspector:{number:03d}", ()) for number in range(1, count + 1)]
    raise StackRefused("draw.one_list")


def listed(rows: list[Row], *, file: object) -> list[Listed]:
    """The people in the rows of a file. Raises FileRefused for a row without a subject."""
    faults = [Fault(str(row.line), "subject", "empty") for row in rows if not row.values["subject"]]
    if faults:
        raise FileRefused(file, faults)
    return [Listed(row.values["subject"], tuple(row.values["barred_codes"].split())) for row in rows]
