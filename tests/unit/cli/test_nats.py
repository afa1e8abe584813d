"""How the configuration of the bus is filled in."""

from __future__ import annotations

import re
import stat
from pathlib import Path

import pytest

from services.cli import nats
from services.cli.credentials import bus_users
from services.cli.refusals import StackRefused
from services.cli.stack import TEMPLATE
from shared.config import SERVICES


def rendered() -> str:
    return nats.render(
        TEMPLATE.read_text(),
        port=4222,
        monitor_port=8222,
        store=Path("/store"),
        passwords={user: f"password-of-{user}" for user in bus_users(SERVICES)},
        services=SERVICES,
    )


def test_every_user_is_in_the_configuration_with_its_own_password() -> None:
    pairs = re.findall(r'user: "(\w+)", password: "([\w-]+)"', rendered())

    assert dict(pairs) == {user: f"password-of-{user}" for user in bus_users(SERVICES)}
    assert len(pairs) == len(bus_users(SERVICES))


def test_a_service_may_publish_facts_under_its_own_name_and_no_other() -> None:
    lines = rendered().splitlines()
    start = next(number for number, line in enumerate(lines) if 'user: "plans"' in line)
    subjects = re.findall(r'"((?:up|audit)\.[^"]+)"', "\n".join(lines[start : start + 4]))

    assert subjects == ["up.*.plans.>", "audit.plans.>"]


def test_acknowledged_facts_are_synced_and_nothing_is_left_to_fill_in() -> None:
    text = rendered()

    assert "sync_interval: always" in text
    assert '"$JS.API.INFO"' in text
    assert "$$" not in text
    assert not re.search(r"\$(?!JS\b)", text)


def test_a_named_program_comes_first_and_must_be_runnable(tmp_path: Path) -> None:
    program = tmp_path / "nats-server"
    program.touch()
    with pytest.raises(StackRefused) as refused:
        nats.find_server({nats.BIN_VARIABLE: str(program)})
    assert refused.value.key == "nats_bin_wrong"

    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    assert nats.find_server({nats.BIN_VARIABLE: str(program)}) == program


def test_an_external_server_has_one_url_for_all() -> None:
    assert nats.external_url({}) is None
    assert nats.external_url({nats.URL_VARIABLE: "nats://hub:4222"}) == "nats://hub:4222"
