"""What the doctor says, and with which exit code."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli.checks import Finding, Level, Machine, examine, free_memory_mb, missing_packages
from services.cli.folder import StackFolder
from services.cli.main import build
from services.cli.words import CATALOGUE, Language

CHECKS = {
    *("python", "venv", "packages", "postgres", "nats", "folder", "disk", "memory", "loopback", "terminal", "clock"),
}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """This machine, with an empty data folder and a sound clock."""
    return Machine(
        folder=StackFolder(tmp_path / "data"),
        environment={},
        language=Language.ZH,
        encoding="utf-8",
        now=datetime(2026, 11, 24, tzinfo=UTC),
    )


def finding(machine: Machine, check: str) -> Finding:
    return next(found for found in examine(machine) if found.check == check)


def test_every_check_finds_something_that_can_be_said(machine: Machine) -> None:
    findings = examine(machine)

    assert {found.check for found in findings} == CHECKS
    for found in findings:
        CATALOGUE[found.key].zh.format_map(found.facts)


def test_looking_leaves_nothing_behind(machine: Machine) -> None:
    examine(machine)

    assert not machine.folder.root.exists()


def test_a_clock_of_1970_is_missing_something(machine: Machine) -> None:
    assert finding(replace(machine, now=datetime(1970, 1, 1, tzinfo=UTC)), "clock").level is Level.RED


def test_a_terminal_without_chinese_matters_only_to_who_speaks_it(machine: Machine) -> None:
    ascii_only = replace(machine, encoding="ascii")

    assert finding(ascii_only, "terminal").level is Level.YELLOW
    assert finding(replace(ascii_only, language=Language.EN), "terminal").level is Level.GREEN


def test_programs_that_are_not_there_are_missing(machine: Machine, tmp_path: Path) -> None:
    lost = {"PLUMBLINE_PG_BIN": str(tmp_path), "PLUMBLINE_NATS_BIN": str(tmp_path / "none")}
    findings = {found.check: found for found in examine(replace(machine, environment=lost))}

    assert findings["postgres"].key == "postgres_bin_wrong"
    assert findings["nats"].key == "nats_bin_wrong"


def test_a_package_that_is_not_there_is_named() -> None:
    assert missing_packages(("json", "no_such_package")) == ["no_such_package"]


def test_free_memory_is_what_linux_calls_available(tmp_path: Path) -> None:
    source = tmp_path / "meminfo"
    source.write_text("MemTotal: 4096 kB\nMemAvailable:    2097152 kB\n")

    assert free_memory_mb(source) == 2048
    assert free_memory_mb(tmp_path / "none") is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_command_answers_in_json_and_exits_with_what_it_found(tmp_path: Path, language: str) -> None:
    lost = {"PLUMBLINE_NATS_BIN": str(tmp_path / "none")}

    answer = CliRunner().invoke(build(), ["--lang", language, "doctor", "--data", str(tmp_path), "--json"], env=lost)

    said = json.loads(answer.stdout)
    assert (answer.exit_code, said["can_run"]) == (1, False)
    nats = next(check for check in said["checks"] if check["check"] == "nats")
    assert (nats["level"], nats["reason"]) == ("red", "nats_bin_wrong")


def test_the_command_says_in_plain_words_what_is_missing(tmp_path: Path) -> None:
    lost = {"PLUMBLINE_NATS_BIN": str(tmp_path / "none")}

    answer = CliRunner().invoke(build(), ["doctor", "--data", str(tmp_path), "--lang", "en"], env=lost)

    assert answer.exit_code == 1
    assert "first mend what is marked missing" in answer.stdout
