"""When a part that died is started again, and when to give up; asks no clock and starts nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class RestartPolicy:
    """Doubling pauses, and an end: a part that dies this often within the window will not be cured by a restart."""

    failures: int = 5
    window_s: float = 60.0
    first_pause_s: float = 0.2
    longest_pause_s: float = 5.0

    def pause_s(self, deaths: Sequence[float], *, now: float) -> float | None:
        """Seconds to wait before the next start, or None to give up. deaths: their times, this one's included."""
        recent = sum(1 for death in deaths if now - death < self.window_s)
        if recent >= self.failures:
            return None
        return min(self.first_pause_s * float(1 << max(recent - 1, 0)), self.longest_pause_s)
