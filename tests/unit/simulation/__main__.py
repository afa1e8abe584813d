"""`python -m tests.unit.simulation --seeds 20000`: many roads, and how many a minute."""

from __future__ import annotations

import argparse
import secrets
import time
from collections import Counter

from tests.unit.simulation.road import simulate


def main() -> None:
    parser = argparse.ArgumentParser(description="Facts on simulated roads, one a seed.")
    parser.add_argument("--seeds", type=int, default=5_000, help="how many")
    parser.add_argument(
        "--first", type=int, default=None, help="the first seed; a new one is drawn and told if missing"
    )
    given = parser.parse_args()
    first = secrets.randbelow(1_000_000_000) if given.first is None else given.first
    happened: Counter[str] = Counter()
    begun = time.monotonic()
    for seed in range(first, first + given.seeds):
        try:
            happened += simulate(seed)
        except AssertionError as error:
            raise SystemExit(
                f"seed {seed}: {error}; again: python -m tests.unit.simulation --seeds 1 --first {seed}"
            ) from error
    seconds = time.monotonic() - begun
    rate = given.seeds / seconds * 60
    print(f"seeds {first} to {first + given.seeds - 1}: every promise kept; {rate:,.0f} seeds a minute")
    print(", ".join(f"{kind.strip('_').replace('_', ' ')} {number:,}" for kind, number in sorted(happened.items())))


if __name__ == "__main__":
    main()
