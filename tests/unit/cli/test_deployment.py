"""The secrets of a deployment: made once, complete, and nobody is given more than he needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.cli.deployment import Servers, write_secrets
from services.cli.nats import find_server
from services.cli.refusals import StackRefused
from shared.config import SERVICES
from shared.identity import Unauthenticated, Verifier

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LIFETIME = timedelta(days=90)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "secrets"


def write(root: Path, servers: Servers | None = None, *, now: datetime = NOW) -> dict[str, str]:
    """The files that containers are given, by name."""
    given = write_secrets(root, servers or Servers(), now=now, token_lifetime=LIFETIME)
    return {file.name: file.read_text() for file in given.iterdir()}


def test_passwords_and_the_key_stay_what_they_are_and_tokens_are_made_anew(root: Path) -> None:
    first = write(root)
    key = (root / "signing-key.json").read_text()
    second = write(root, now=NOW + timedelta(days=80))

    assert (root / "signing-key.json").read_text() == key
    assert {name for name in first if first[name] != second[name]} == {f"{service}-token" for service in SERVICES}


def test_the_roles_of_the_migrations_have_the_passwords_of_the_urls(root: Path) -> None:
    files = write(root, Servers(postgres="db.example:6432"))

    for role, password in json.loads(files["role-passwords.json"]).items():
        name = f"{role.removesuffix('_system')}{'-system' if role.endswith('_system') else ''}-database-url"
        assert files[name].strip() == f"postgresql://{role}:{password}@db.example:6432/plumbline"
    assert len(json.loads(files["role-passwords.json"])) == 2 * len(SERVICES)
    assert (
        files["admin-dsn"].strip()
        == f"postgresql://postgres:{files['postgres-password'].strip()}@db.example:6432/postgres"
    )


def test_the_bus_is_named_node_by_node_each_with_the_login(root: Path) -> None:
    files = write(root, Servers(nodes=("a", "b", "c")))
    urls = files["plans-nats-url"].strip().split(",")

    assert [url.rpartition("@")[2] for url in urls] == ["a:4222", "b:4222", "c:4222"]
    assert len({url.rpartition("@")[0] for url in urls}) == 1
    assert urls[0].startswith("nats://plans:")


def test_the_configuration_of_the_nodes_is_one_that_the_server_takes(root: Path) -> None:
    write(root)
    checked = subprocess.run(
        [str(find_server(os.environ)), "-t", "-c", str(root / "given" / "nats-server.conf")],
        env={**os.environ, "PLUMBLINE_NATS_NODE": "nats-1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stderr
    assert "sync_interval: always" in (root / "given" / "nats-server.conf").read_text()


def test_a_services_token_verifies_with_the_given_keys_for_as_long_as_was_said(root: Path) -> None:
    files = write(root)
    token = files["plans-token"].strip()

    assert Verifier(files["jwks.json"]).verify(token, now=NOW).subject == "service:plans"
    with pytest.raises(Unauthenticated):
        Verifier(files["jwks.json"]).verify(token, now=NOW + LIFETIME + timedelta(hours=1))


def test_what_containers_are_given_holds_neither_the_signing_key_nor_the_administrators_token(root: Path) -> None:
    given = "\n".join(write(root).values())

    assert json.loads((root / "signing-key.json").read_text())["d"] not in given
    assert (root / "tokens" / "admin.token").read_text().strip() not in given


def test_others_of_this_machine_are_kept_out_of_the_folder(root: Path) -> None:
    write(root)

    assert root.stat().st_mode & 0o777 == 0o700
    assert (root / "signing-key.json").stat().st_mode & 0o777 == 0o600
    # A container's user is another one, and its files are mounted one by one.
    assert {file.stat().st_mode & 0o777 for file in (root / "given").iterdir()} == {0o644}


def test_a_folder_that_cannot_be_made_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StackRefused, match="folder_unwritable"):
        write(tmp_path / "file" / "secrets")


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "PLUMBLINE_ADDRESSES"),
        ({"PLUMBLINE_ADDRESSES": "{}"}, "plumbline secrets"),
    ],
)
def test_the_demonstration_says_what_it_lacks_to_reach_a_deployment(
    root: Path, environment: dict[str, str], said: str
) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PLUMBLINE_")}
    told = subprocess.run(
        [sys.executable, "-m", "services.cli.main", "--lang", "en", "demo", "--against", str(root)],
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 1
    assert said in told.stderr
