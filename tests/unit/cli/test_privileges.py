"""Whom PostgreSQL runs as, and what that account can reach."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from services.cli.privileges import Account, account_to_drop_to, can_enter, can_run

# Nobody's numbers: whatever belongs to whoever runs the tests is somebody else's to it.
STRANGER = Account(name="stranger", uid=54_321, gid=54_321)


def entry(name: str, uid: int) -> pwd.struct_passwd:
    return pwd.struct_passwd((name, "x", uid, uid, "", "/", "/bin/false"))


def test_an_ordinary_user_drops_nothing() -> None:
    assert account_to_drop_to(1000) is None


def test_root_becomes_postgres_if_there_is_one_and_nobody_otherwise() -> None:
    known = {"postgres": entry("postgres", 70), "nobody": entry("nobody", 65_534)}

    assert account_to_drop_to(0, lookup=known.__getitem__) == Account("postgres", 70, 70)
    del known["postgres"]
    assert account_to_drop_to(0, lookup=known.__getitem__) == Account("nobody", 65_534, 65_534)


def test_root_without_any_account_is_told() -> None:
    known: dict[str, pwd.struct_passwd] = {}

    with pytest.raises(LookupError):
        account_to_drop_to(0, lookup=known.__getitem__)


def test_an_account_that_is_root_by_another_name_does_not_count() -> None:
    known = {"postgres": entry("postgres", 0), "nobody": entry("nobody", 65_534)}

    assert account_to_drop_to(0, lookup=known.__getitem__) == Account("nobody", 65_534, 65_534)


def test_a_folder_is_out_of_reach_when_one_above_it_is_closed(tmp_path: Path) -> None:
    inner = tmp_path / "closed" / "open"
    inner.mkdir(parents=True)
    inner.chmod(0o755)
    inner.parent.chmod(0o700)

    assert not can_enter(inner, STRANGER)


def test_the_owners_bits_count_for_the_owner(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir(mode=0o700)
    owner = Account(name="self", uid=os.getuid(), gid=os.getgid())

    assert can_enter(folder, owner)


def test_a_link_is_judged_by_where_it_leads(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(closed)

    assert not can_enter(tmp_path / "link", STRANGER)


def test_a_program_that_others_may_not_read_cannot_be_run(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.touch()
    program.chmod(0o711)

    assert not can_run(program, STRANGER)
