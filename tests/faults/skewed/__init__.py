"""Services whose clock is wrong. They ask one clock (shared/clock.py), so that one is set wrong.

The database and the bus keep the right time, as other machines would.
"""

from __future__ import annotations

import runpy
from datetime import datetime, timedelta

from shared import clock


def run(service: str, *, by: timedelta) -> None:
    """Runs a service with its clock set wrong."""
    right = clock.SystemClock()

    class WrongClock:
        def now(self) -> datetime:
            return right.now() + by

    clock.SystemClock = WrongClock  # type: ignore[assignment,misc]
    runpy.run_module(f"services.{service}.main", run_name="__main__")
