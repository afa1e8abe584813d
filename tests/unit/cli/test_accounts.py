"""Who can sign in to a data folder: kept for its owner, without passwords for the issuer, and listed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from plumbline.directory.v1 import directory_pb2, directory_pb2_grpc
from services.cli import accounts, web
from services.cli.accounts import Account, Wanted
from services.cli.folder import StackFolder
from services.cli.main import build
from services.issuer.people import People
from shared import rpc_client

ISSUER = "http://127.0.0.1:4000"
UNIT = directory_pb2.Unit(id="0123456789", code="330681", display_name="诸暨市", tenant="aaaaaaaaaa")


@pytest.fixture
def folder(tmp_path: Path) -> StackFolder:
    folder = StackFolder(tmp_path / "data")
    folder.create()
    return folder


async def opened(folder: StackFolder, *user_names: str) -> list[Account]:
    """Accounts of people, with a directory that says yes to everything."""
    channel = rpc_client.open_channel("127.0.0.1:1")

    async def yes(_: Any, request: Any) -> Any:
        return request

    entered = [
        (Wanted(name, "经办人", "unit_clerk", UNIT), directory_pb2.Person(name=f"tenants/aaaaaaaaaa/people/{name}"))
        for name in user_names
    ]
    try:
        stub = directory_pb2_grpc.DirectoryServiceStub(channel)
        return await accounts.open_accounts(folder, entered, issuer=ISSUER, directory=stub, call=yes)
    finally:
        await channel.close()


async def test_accounts_are_kept_beside_those_that_were_there(folder: StackFolder) -> None:
    first = await opened(folder, "clerk", "office")
    second = await opened(folder, "office", "auditor")

    kept = accounts.read(folder)
    assert kept.issuer == ISSUER
    assert kept.accounts == (first[0], *second)
    assert first[1].password != second[0].password


async def test_the_issuer_knows_everybody_and_no_password(folder: StackFolder) -> None:
    (clerk, office) = await opened(folder, "clerk", "office")
    people = People(folder.issuer_people)

    known, stranger = people.check("clerk", clerk.password), people.check("clerk", office.password)

    assert known is not None
    assert (known.subject, known.display_name) == (clerk.subject, clerk.display_name)
    assert stranger is None
    assert clerk.password not in folder.issuer_people.read_text()
    for file in (folder.sign_ins, folder.issuer_people):
        assert file.stat().st_mode & 0o777 == 0o600


async def test_the_issuer_sees_who_was_added_while_it_runs(folder: StackFolder) -> None:
    people = People(folder.issuer_people)
    before = people.named("clerk")

    await opened(folder, "clerk")

    assert before is None
    assert people.named("clerk") is not None


def listed(folder: StackFolder, *options: str) -> str:
    answer = CliRunner().invoke(build(), ["--data", str(folder.root), "--lang", "en", "sign-ins", *options])
    assert answer.exit_code == 0, answer.output
    return answer.output


async def test_the_command_lists_who_can_sign_in_where_and_with_which_password(folder: StackFolder) -> None:
    (clerk,) = await opened(folder, "clerk")
    folder.remember_ports({web.CONSOLE: 4001})

    shown = listed(folder)
    told = json.loads(listed(folder, "--json"))

    assert "http://127.0.0.1:4001" in shown
    for word in ("clerk", clerk.password, "Unit clerk", "诸暨市 330681"):
        assert word in shown
    assert told["console"] == "http://127.0.0.1:4001"
    assert [(person["user_name"], person["password"]) for person in told["people"]] == [("clerk", clerk.password)]


def test_a_folder_in_which_nobody_can_sign_in_says_so(folder: StackFolder) -> None:
    assert "Nobody can sign in" in listed(folder)
    assert json.loads(listed(folder, "--json")) == {"console": None, "people": []}
