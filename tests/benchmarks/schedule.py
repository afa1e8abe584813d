"""When the calls of an open loop are due; decided before the first one starts, so that slowness delays none."""

from __future__ import annotations

import random


def poisson(*, rate_per_s: float, seconds: float, seed: int) -> list[float]:
    """Seconds after the start at which calls are due: arrivals of a Poisson process, in order, all before the end.

    The rate holds on average; the same seed gives the same moments.
    """
    chance = random.Random(seed)
    moments, at = [], chance.expovariate(rate_per_s)
    while at < seconds:
        moments.append(at)
        at += chance.expovariate(rate_per_s)
    return moments
