"""The data folder: what it keeps, how it is protected, who may use it."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.cli.credentials import TOKEN_LIFETIME, keep_credentials, keep_signing_key, refresh_tokens
from services.cli.folder import StackFolder, write_atomically
from services.cli.ready import Ready, announce, withdraw
from services.cli.refusals import StackRefused
from shared.errors import Unauthenticated
from shared.identity import Verifier

NOW = datetime(2026, 11, 24, tzinfo=UTC)
# Certainly nobody's: above the highest number that Linux gives.
DEAD = 2**22 + 1


@pytest.fixture
def folder(tmp_path: Path) -> StackFolder:
    """A data folder that exists."""
    made = StackFolder(tmp_path / "data")
    made.create()
    return made


def counted() -> Callable[[], str]:
    numbers = itertools.count(1)
    return lambda: f"secret-{next(numbers)}"


def test_passwords_are_made_once_and_kept_from_others(folder: StackFolder) -> None:
    first = keep_credentials(folder.secrets, roles=("plans",), users=("admin",), new_secret=counted())
    second = keep_credentials(folder.secrets, roles=("plans",), users=("admin",), new_secret=counted())

    assert (first.superuser, first.database, first.bus) == (second.superuser, second.database, second.bus)
    assert (first.were_made, second.were_made) == (True, False)
    assert folder.secrets.stat().st_mode & 0o777 == 0o600


def test_a_new_service_gets_a_password_and_the_others_keep_theirs(folder: StackFolder) -> None:
    first = keep_credentials(folder.secrets, roles=("plans",), users=("plans",))
    second = keep_credentials(folder.secrets, roles=("plans", "audit"), users=("plans",))

    assert second.database["plans"] == first.database["plans"]
    assert second.database["audit"] not in ("", first.database["plans"])


def test_the_tokens_of_a_stack_verify_with_its_public_key_until_they_expire(folder: StackFolder) -> None:
    key = keep_signing_key(folder)
    admin = refresh_tokens(folder, key, services=("plans",), now=NOW)

    verifier = Verifier(folder.jwks.read_text())
    assert verifier.verify(admin, now=NOW).grant.role == "administrator-dev"
    service = verifier.verify(folder.token("plans").read_text(), now=NOW)
    assert (service.subject, service.grant.role, service.grant.clearance) == ("service:plans", "service", 3)
    console = verifier.verify(folder.token("console").read_text(), now=NOW)
    assert (console.subject, console.grant.role) == ("service:console", "console")
    with pytest.raises(Unauthenticated):
        verifier.verify(admin, now=NOW + TOKEN_LIFETIME + timedelta(minutes=1))


def test_private_files_are_for_their_owner_only(folder: StackFolder) -> None:
    refresh_tokens(folder, keep_signing_key(folder), services=("plans",), now=NOW)

    for file in (folder.signing_key, folder.admin_token, folder.token("plans")):
        assert file.stat().st_mode & 0o777 == 0o600
    assert "d" not in json.loads(folder.jwks.read_text())["keys"][0]


def test_the_signing_key_stays_the_same(folder: StackFolder) -> None:
    assert keep_signing_key(folder) == keep_signing_key(folder)


async def test_a_folder_in_use_is_refused_at_once_naming_the_process(folder: StackFolder) -> None:
    async with folder.locked():
        with pytest.raises(StackRefused) as refused:
            async with StackFolder(folder.root).locked():
                pass

    assert refused.value.key == "folder_in_use"
    assert refused.value.facts["pid"] == str(os.getpid())


async def test_a_folder_held_by_orphans_is_waited_for_and_then_refused(folder: StackFolder) -> None:
    async with folder.locked():
        folder.lock.write_text(f"{DEAD}\n")
        with pytest.raises(StackRefused) as refused:
            async with StackFolder(folder.root).locked(patience_s=0.1):
                pass

    assert refused.value.key == "folder_held_by_orphans"


async def test_a_folder_can_be_taken_again_after_it_was_let_go(folder: StackFolder) -> None:
    async with folder.locked():
        assert folder.holder() == os.getpid()

    assert folder.holder() is None
    async with folder.locked():
        pass


def test_a_folder_that_cannot_be_made_is_refused_with_the_cause(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StackRefused) as refused:
        StackFolder(tmp_path / "file" / "data").create()

    assert refused.value.key == "folder_unwritable"


def test_remembered_ports_survive_a_start_without_their_part_and_a_broken_note(folder: StackFolder) -> None:
    folder.remember_ports({"plans": 1, "nats": 2})
    folder.remember_ports({"nats": 3})
    assert folder.remembered_ports() == {"plans": 1, "nats": 3}

    folder.ports.write_text("{")
    assert folder.remembered_ports() == {}


def test_a_file_is_replaced_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")

    with pytest.raises(UnicodeEncodeError):
        write_atomically(file, "\ud800", mode=0o600)

    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_the_ready_file_says_where_everything_is_and_can_be_withdrawn_twice(tmp_path: Path) -> None:
    file = tmp_path / "run" / "ready.json"
    ready = Ready(
        grpc={"plans": "127.0.0.1:1"}, nats="nats://n", postgres="postgresql://p", admin_token_file=Path("/t")
    )

    announce(file, ready)

    assert json.loads(file.read_text()) == {
        "console": None,
        "grpc": {"plans": "127.0.0.1:1"},
        "nats": "nats://n",
        "postgres": "postgresql://p",
        "admin_token_file": "/t",
    }
    withdraw(file)
    withdraw(file)
    assert not file.exists()
