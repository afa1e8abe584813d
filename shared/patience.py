"""How a job that runs before the services waits for what it needs; what the job does, it does not know."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

# A server that was started together with the job answers within seconds; one that recovers may need a minute or two.
PATIENCE_S = 300.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 5.0


def until_it_answers(
    what: str,
    deed: Callable[[], None],
    *,
    away: tuple[type[Exception], ...],
    patience_s: float = PATIENCE_S,
    pause: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Does a deed that may be repeated, again while it raises one of `away`. Raises the last when patience has ended.

    Each new reason is said once on standard error, so that a person sees what is being waited for.
    """
    until, wait_s, said = clock() + patience_s, _FIRST_PAUSE_S, ""
    while True:
        try:
            deed()
            return
        except away as error:
            if clock() + wait_s > until:
                raise
            if str(error) != said:
                said = str(error)
                print(f"waiting for {what}: {said}", file=sys.stderr, flush=True)
        pause(wait_s)
        wait_s = min(wait_s * 2, _LONGEST_PAUSE_S)
