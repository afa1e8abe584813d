"""Planting a tree with the command line, on a directory that is still empty, and reaching it by its address alone."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.cli.service_processes import PROJECT
from services.cli.stack import Stack, StackOptions
from tests.integration.world import small_tree

PATIENCE_S = 60.0
# The small tree and the root above it: 3 provinces, 6 cities, 12 counties, 24 townships.
UNITS, TENANTS = 46, 4


@pytest.fixture(scope="module")
async def empty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A directory of its own without any unit."""
    options = StackOptions(folder=tmp_path_factory.mktemp("empty"), services=("directory",))
    async with Stack.start(options) as running:
        yield running


@pytest.fixture
def tree(tmp_path: Path) -> str:
    file = tmp_path / "tree.csv.gz"
    file.write_bytes(small_tree())
    return str(file)


async def plumbline(*words: str, folder: Path, **environment: str) -> tuple[int, str, str]:
    """Runs a command to its end: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services.cli.main", "--data", str(folder), *words),
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": f"{PROJECT}:{PROJECT / 'protos' / 'gen'}", **environment},
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), timeout=PATIENCE_S)
    return process.returncode or 0, out.decode(), err.decode()


async def test_a_tree_is_planted_once_and_then_found_by_address_and_token_alone(
    empty: Stack, tree: str, tmp_path: Path
) -> None:
    folder = empty.folder.root
    elsewhere = {
        "PLUMBLINE_ADDRESSES": json.dumps({"directory": empty.addresses["directory"]}),
        "PLUMBLINE_TOKEN": empty.admin_token,
    }

    before = await plumbline("draw", "list", "--lang", "en", folder=folder)
    planted = await plumbline("units", "import", tree, "--json", folder=folder)
    again = await plumbline("units", "import", tree, "--json", folder=folder)
    shown = await plumbline("units", "list", "--parent", "000000", "--json", folder=tmp_path, **elsewhere)
    cut = await plumbline("units", "list", "--limit", "2", "--parent", "000000", "--lang", "en", folder=folder)

    assert before[0] == 1
    assert "plant them with" in before[2]
    answer = json.loads(planted[1])
    assert (planted[0], answer["units"], answer["tenants"], answer["root"]["code"]) == (0, UNITS, TENANTS, "000000")
    assert again[0] == 1
    assert json.loads(again[1])["refused"]["reason"] == "TREE_EXISTS"
    assert [unit["code"] for unit in json.loads(shown[1])] == ["11", "12", "13"]
    assert "raise --limit" in cut[2]


async def test_a_service_that_is_away_is_told_in_words_and_not_as_a_failure_of_the_program(empty: Stack) -> None:
    code, out, err = await plumbline("rollup", "table", "--lang", "en", folder=empty.folder.root)

    assert (code, out) == (1, "")
    assert "does not answer" in err
    assert "Traceback" not in err


async def test_a_service_that_there_is_not_is_named_with_those_that_there_are(empty: Stack) -> None:
    code, _, err = await plumbline(
        "facts", "redrive", "parkedFacts/none", "--service", "nonsense", folder=empty.folder.root
    )

    assert code == 1
    assert "nonsense" in err
    assert "plans" in err
