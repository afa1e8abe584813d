"""Where the running services are found, and what is said where none run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.cli.connection import Connection, Place, find
from services.cli.folder import StackFolder
from services.cli.refusals import StackRefused
from shared.config import SERVICES

PORTS = {name: 4000 + number for number, name in enumerate((*SERVICES, "nats"))}


@pytest.fixture
def folder(tmp_path: Path) -> StackFolder:
    """The files of a stack that has stopped."""
    made = StackFolder(tmp_path / "data")
    made.create()
    made.remember_ports(PORTS)
    made.secrets.write_text(json.dumps({"bus": {"watch": "geheim"}}))
    made.admin_token.write_text("a.token\n")
    return made


def reason(folder: StackFolder, environment: dict[str, str]) -> str:
    with pytest.raises(StackRefused) as refused:
        find(folder, environment)
    return refused.value.key


def test_the_files_of_a_stopped_stack_are_no_running_one(folder: StackFolder) -> None:
    assert reason(folder, {}) == "stack_not_running"


async def test_a_running_stack_is_found_by_its_folder(folder: StackFolder) -> None:
    async with folder.locked():
        place = find(folder, {})

    assert place.addresses["directory"] == "127.0.0.1:4000"
    assert place.token == "a.token"
    assert place.nats_url == f"nats://watch:geheim@127.0.0.1:{PORTS['nats']}"


async def test_another_token_takes_the_administrators_place(folder: StackFolder) -> None:
    async with folder.locked():
        assert find(folder, {"PLUMBLINE_TOKEN": "mine"}).token == "mine"


async def test_a_stack_that_has_not_written_everything_yet_is_not_ready(folder: StackFolder) -> None:
    folder.secrets.unlink()

    async with folder.locked():
        assert reason(folder, {}) == "stack_not_ready"


def test_the_environment_names_a_deployment_elsewhere(folder: StackFolder) -> None:
    environment = {"PLUMBLINE_ADDRESSES": '{"directory": "far:1"}', "PLUMBLINE_TOKEN": "mine"}

    assert find(folder, environment) == Place({"directory": "far:1"}, "mine", None)
    assert find(folder, {**environment, "PLUMBLINE_NATS_URL": "nats://far"}).nats_url == "nats://far"


@pytest.mark.parametrize(
    ("environment", "key"),
    [
        ({"PLUMBLINE_ADDRESSES": "{}"}, "token_missing"),
        ({"PLUMBLINE_ADDRESSES": "far:1", "PLUMBLINE_TOKEN": "mine"}, "addresses_unreadable"),
        ({"PLUMBLINE_ADDRESSES": '["far:1"]', "PLUMBLINE_TOKEN": "mine"}, "addresses_unreadable"),
    ],
)
def test_a_half_named_deployment_is_refused(folder: StackFolder, environment: dict[str, str], key: str) -> None:
    assert reason(folder, environment) == key


async def test_a_service_without_an_address_is_named() -> None:
    async with Connection(Place({}, "t", None)) as connection:
        with pytest.raises(StackRefused, match=r"service_not_named.*plans"):
            _ = connection.plans
        with pytest.raises(StackRefused, match="bus_not_named"):
            await connection.bus()
