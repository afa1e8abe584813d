"""Who can sign in: the people of a file, which somebody else writes; knows no HTTP."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from shared import passwords


@dataclass(frozen=True)
class Known:
    """Somebody who can sign in. subject: what the issuer calls them for ever; a user name may change."""

    subject: str
    user_name: str
    display_name: str
    password: str


class People:
    """The file's people, read again when it has changed: the demonstration adds them while the issuer runs."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_at: tuple[int, int] | None = None
        self._people: dict[str, Known] = {}
        # Compared with where nobody has the user name, so that the time taken tells nothing.
        self._nobody = passwords.hashed(passwords.new_password())

    def named(self, user_name: str) -> Known | None:
        """Whose user name it is, in whichever case it was typed."""
        self._read()
        return self._people.get(_plain(user_name))

    def check(self, user_name: str, password: str) -> Known | None:
        """Who has this user name and this password. Takes a tenth of a second: to be called in a thread."""
        found = self.named(user_name)
        right = passwords.matches(password, found.password if found else self._nobody)
        return found if right else None

    def _read(self) -> None:
        try:
            status = self._file.stat()
        except FileNotFoundError:
            self._people, self._read_at = {}, None
            return
        read_at = (status.st_mtime_ns, status.st_ino)
        if read_at == self._read_at:
            return
        rows = json.loads(self._file.read_text(encoding="utf-8"))["people"]
        self._people = {
            _plain(row["user_name"]): Known(
                subject=row["subject"],
                user_name=row["user_name"],
                display_name=row["display_name"],
                password=row["password"],
            )
            for row in rows
        }
        self._read_at = read_at


def _plain(user_name: str) -> str:
    return user_name.strip().casefold()
