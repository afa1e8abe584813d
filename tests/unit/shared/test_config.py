"""What a process is told: values that hold a password may come from a file, and nothing is guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared import config
from shared.config import BadConfiguration


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Everything that a service needs, with no file for what holds a password."""
    jwks, token = tmp_path / "jwks.json", tmp_path / "token"
    jwks.write_text("{}")
    token.write_text("a.token\n")
    return {
        "PLUMBLINE_LISTEN": "0.0.0.0:50051",
        "PLUMBLINE_DATABASE_URL": "postgresql://plans:pw@db/plumbline",
        "PLUMBLINE_SYSTEM_DATABASE_URL": "postgresql://plans_system:pw@db/plumbline",
        "PLUMBLINE_NATS_URL": "nats://plans:pw@bus:4222",
        "PLUMBLINE_JWKS_FILE": str(jwks),
        "PLUMBLINE_SERVICE_TOKEN_FILE": str(token),
    }


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("PLUMBLINE_DATABASE_URL", "database_url"),
        ("PLUMBLINE_SYSTEM_DATABASE_URL", "system_database_url"),
        ("PLUMBLINE_NATS_URL", "nats_url"),
    ],
)
def test_a_value_that_holds_a_password_may_stand_in_a_file(
    environment: dict[str, str], tmp_path: Path, name: str, field: str
) -> None:
    plainly = getattr(config.read("plans", environment), field)
    (tmp_path / "secret").write_text(f"{environment.pop(name)}\n")
    environment[f"{name}_FILE"] = str(tmp_path / "secret")

    assert getattr(config.read("plans", environment), field) == plainly


def test_a_secret_given_twice_is_refused(environment: dict[str, str], tmp_path: Path) -> None:
    environment["PLUMBLINE_NATS_URL_FILE"] = str(tmp_path / "token")

    with pytest.raises(BadConfiguration, match=r"PLUMBLINE_NATS_URL and PLUMBLINE_NATS_URL_FILE are both set"):
        config.read("plans", environment)


@pytest.mark.parametrize("text", [None, "", " \n"])
def test_a_secret_whose_file_is_missing_or_empty_names_its_variable(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "secret"
    if text is not None:
        file.write_text(text)

    with pytest.raises(BadConfiguration, match="PLUMBLINE_ADMIN_DSN_FILE"):
        config.secret({"PLUMBLINE_ADMIN_DSN_FILE": str(file)}, "PLUMBLINE_ADMIN_DSN")


def test_a_secret_that_is_given_in_no_way_names_its_variable() -> None:
    with pytest.raises(BadConfiguration, match="PLUMBLINE_ADMIN_DSN is not set"):
        config.secret({}, "PLUMBLINE_ADMIN_DSN")


@pytest.mark.parametrize(("text", "count"), [("1", 1), ("3", 3), ("5", 5), ("", 1)])
def test_streams_are_kept_on_an_odd_number_of_nodes(text: str, count: int) -> None:
    assert config.stream_replicas({"PLUMBLINE_STREAM_REPLICAS": text}, otherwise=1) == count


@pytest.mark.parametrize("text", ["2", "0", "-1", "7", "three", "3.0"])
def test_another_number_of_nodes_is_refused(text: str) -> None:
    with pytest.raises(BadConfiguration, match="PLUMBLINE_STREAM_REPLICAS"):
        config.stream_replicas({"PLUMBLINE_STREAM_REPLICAS": text}, otherwise=1)
