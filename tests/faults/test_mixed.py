"""A minute of faults at random; the seed is told, and `python -m tests.faults.mixed --seed N` has the same again."""

from __future__ import annotations

import os
import secrets
import tempfile
from itertools import islice
from pathlib import Path

import pytest

from services.cli.folder import StackFolder
from tests.faults import mixed
from tests.faults.conftest import broken_world

SEED = "PLUMBLINE_FAULT_SEED"


def test_a_seed_gives_the_same_faults_again() -> None:
    assert list(islice(mixed.schedule(7), 50)) == list(islice(mixed.schedule(7), 50))
    assert list(islice(mixed.schedule(7), 50)) != list(islice(mixed.schedule(8), 50))


@pytest.mark.timeout(400)
async def test_a_minute_of_faults_at_random() -> None:
    seed = int(os.environ.get(SEED) or secrets.randbelow(1_000_000))
    root = Path(tempfile.mkdtemp(prefix="plumbline-mixed-"))
    # On failure, pytest shows what was said: the seed is in its first line.
    async with broken_world(root) as world:
        await mixed.run(world, seed=seed, seconds=60, say=print)
    StackFolder(root).remove()
