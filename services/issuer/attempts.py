"""How often somebody may be wrong about a password; pure: the time comes in."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

# A person mistypes three times; a program that guesses gets 60 tries an hour at a password of 79 bits.
MOST_WRONG, WITHIN = 5, timedelta(minutes=5)
# Names that nobody has are counted too, and anybody can invent names.
_MOST_NAMES = 10_000


class Attempts:
    """Wrong passwords by user name."""

    def __init__(self) -> None:
        self._wrong: dict[str, deque[datetime]] = {}

    def may_try(self, user_name: str, *, now: datetime) -> bool:
        """Whether the name has been wrong less often than is allowed, of late."""
        wrong = self._wrong.get(_plain(user_name))
        if wrong is None:
            return True
        while wrong and now - wrong[0] >= WITHIN:
            wrong.popleft()
        return len(wrong) < MOST_WRONG

    def was_wrong(self, user_name: str, *, now: datetime) -> None:
        """Counts one."""
        if len(self._wrong) >= _MOST_NAMES:
            self._wrong.clear()
        self._wrong.setdefault(_plain(user_name), deque(maxlen=MOST_WRONG)).append(now)

    def was_right(self, user_name: str) -> None:
        """Forgets the wrong ones."""
        self._wrong.pop(_plain(user_name), None)


def _plain(user_name: str) -> str:
    return user_name.strip().casefold()
