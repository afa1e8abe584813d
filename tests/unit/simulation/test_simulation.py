"""Facts on roads that lose, repeat, reorder and delay: a thousand seeds, and a check that broken rules are noticed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest

from shared import delivery
from tests.unit.simulation.road import simulate

KNOWN_SEEDS = range(500)
NEW_SEEDS = 500


def simulate_all(seeds: range) -> None:
    """Raises AssertionError with the seed where a promise is broken."""
    for seed in seeds:
        try:
            simulate(seed)
        except AssertionError as error:
            again = f"python -m tests.unit.simulation --seeds 1 --first {seed}"
            raise AssertionError(f"seed {seed}: {error}; again: {again}") from error


def test_known_seeds_keep_every_promise() -> None:
    simulate_all(KNOWN_SEEDS)


def test_new_seeds_keep_every_promise() -> None:
    first = secrets.randbelow(1_000_000_000)
    for seed in range(first, first + NEW_SEEDS):
        try:
            simulate(seed)
        except AssertionError as error:
            raise AssertionError(
                f"seed {seed}: {error}; again: python -m tests.unit.simulation --first {seed}"
            ) from error


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        # Deleted with the stream's acknowledgement, as outboxes often are.
        ("taken_in", lambda stream, consumers: stream.last),
        # One consumer is enough.
        ("taken_in", lambda stream, consumers: max(each.floor for each in consumers)),
        # A stream that came back empty is taken for the old one.
        ("lost", lambda sent, stream: []),
        # Repeats take effect again.
        ("first_of_each", lambda batch, unknown: list(batch)),
    ],
)
def test_a_broken_rule_is_noticed(monkeypatch: pytest.MonkeyPatch, rule: str, broken: Callable[..., Any]) -> None:
    monkeypatch.setattr(delivery, rule, broken)

    with pytest.raises(AssertionError):
        simulate_all(KNOWN_SEEDS)
