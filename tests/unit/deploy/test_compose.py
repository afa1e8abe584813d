"""What docker-compose.yml promises of every container, read from the file; that it runs, `make compose-check` shows."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.cli.deployment import NODE_VARIABLE, STORE, Servers, write_secrets
from shared import config
from shared.config import SERVICES

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
JOBS = ("migrations", "streams")
NODES = ("nats-1", "nats-2", "nats-3")
# Their images hold one program, which cannot ask itself.
WITHOUT_HEALTH_CHECK = {*JOBS, "collector", "traces"}
# `plumbline` waits ten seconds for calls that are under way (shared/rpc_server.py: twice five).
LONGEST_DRAIN_S = 10


def overlay(name: str) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
    return parsed


def seconds(text: str) -> int:
    found = re.fullmatch(r"(\d+)s", text)
    assert found is not None, text
    return int(found.group(1))


def test_every_service_and_every_server_is_there() -> None:
    plain = {name for name, container in CONTAINERS.items() if "profiles" not in container}

    assert plain == {*SERVICES, *JOBS, *NODES, "postgres"}
    assert CONTAINERS.keys() - plain == {"collector", "traces"}


@pytest.mark.parametrize("name", sorted(CONTAINERS))
def test_a_container_can_do_no_more_than_it_must(name: str) -> None:
    container = CONTAINERS[name]

    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert "cap_add" not in container
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in container
    assert str(container["user"]).partition(":")[0] not in ("", "0", "root")
    assert "/tmp" in container["tmpfs"]  # noqa: S108
    assert "ports" not in container
    assert container.keys().isdisjoint({"network_mode", "pid", "ipc", "devices"})


@pytest.mark.parametrize("name", sorted(CONTAINERS))
def test_a_container_is_asked_whether_it_is_well_unless_it_ends_by_itself(name: str) -> None:
    check = CONTAINERS[name]["healthcheck"]

    if name in WITHOUT_HEALTH_CHECK:
        assert check == {"disable": True}
    else:
        assert check["test"][0] == "CMD"
        assert seconds(check["timeout"]) < seconds(check["interval"])


def test_no_start_order_is_relied_on() -> None:
    assert [name for name, container in CONTAINERS.items() if "depends_on" in container] == []


def test_networks_have_no_way_out_and_servers_stand_in_the_inner_one_only() -> None:
    assert {name: network.get("internal") for name, network in COMPOSE["networks"].items()} == {
        "calls": True,
        "inner": True,
    }
    assert all(CONTAINERS[name]["networks"] == ["inner"] for name in (*NODES, "postgres", *JOBS))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_given_time_to_drain(service: str) -> None:
    assert seconds(CONTAINERS[service]["stop_grace_period"]) > LONGEST_DRAIN_S


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_given_its_own_secrets_and_nobody_elses(service: str) -> None:
    given = {
        secret if isinstance(secret, str) else (secret["source"], secret["target"])
        for secret in CONTAINERS[service]["secrets"]
    }

    assert given == {
        "jwks.json",
        (f"{service}-database-url", "database-url"),
        (f"{service}-system-database-url", "system-database-url"),
        (f"{service}-nats-url", "nats-url"),
        (f"{service}-token", "token"),
    }


@pytest.mark.parametrize("service", SERVICES)
def test_a_services_environment_is_what_its_process_reads(service: str, tmp_path: Path) -> None:
    """The environment as written, with the secrets where the containers find them."""
    given = write_secrets(
        tmp_path / "secrets", Servers(), now=datetime(2026, 11, 24, tzinfo=UTC), token_lifetime=timedelta(days=1)
    )
    mounted = {
        f"/run/secrets/{secret if isinstance(secret, str) else secret['target']}": str(
            given / (secret if isinstance(secret, str) else secret["source"])
        )
        for secret in CONTAINERS[service]["secrets"]
    }
    environment = {
        name: mounted.get(value, re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value))
        for name, value in CONTAINERS[service]["environment"].items()
    }
    settings = config.read(service, environment)

    assert settings.database_url.startswith(f"postgresql://{service}:")
    assert settings.system_database_url.startswith(f"postgresql://{service}_system:")
    assert settings.nats_url.count(f"nats://{service}:") == len(NODES)
    assert settings.addresses.keys() == set(SERVICES)
    assert CONTAINERS[service]["command"] == [service]


def test_every_secret_is_a_file_that_our_command_writes(tmp_path: Path) -> None:
    given = write_secrets(
        tmp_path / "secrets", Servers(), now=datetime(2026, 11, 24, tzinfo=UTC), token_lifetime=timedelta(days=1)
    )
    named = {secret["file"].rpartition("/given/")[2] for secret in COMPOSE["secrets"].values()}
    used = {
        secret if isinstance(secret, str) else secret["source"]
        for container in CONTAINERS.values()
        for secret in container.get("secrets", ())
    }

    assert named <= {file.name for file in given.iterdir()}
    assert used == set(COMPOSE["secrets"])
    assert all(name == secret["file"].rpartition("/")[2] for name, secret in COMPOSE["secrets"].items())


def test_secrets_are_committed_nowhere() -> None:
    assert "deploy/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    assert "deploy/secrets" in (ROOT / ".dockerignore").read_text().splitlines()


@pytest.mark.parametrize("node", NODES)
def test_a_node_knows_its_name_and_keeps_its_store_in_a_volume_of_its_own(node: str) -> None:
    container = CONTAINERS[node]
    volume, _, folder = container["volumes"][0].partition(":")

    assert container["environment"] == {NODE_VARIABLE: node}
    assert volume == node
    assert STORE.is_relative_to(folder)
    assert node in COMPOSE["volumes"]


def test_streams_are_kept_on_all_three_nodes() -> None:
    assert config.stream_replicas(CONTAINERS["streams"]["environment"], otherwise=1) == len(NODES)


def test_the_default_images_are_official_and_bear_what_we_need() -> None:
    images = {name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", container["image"]) for name, container in CONTAINERS.items()}
    major, minor = (int(part) for part in images["nats-1"].removeprefix("nats:").split(".")[:2])

    assert images["postgres"] == "postgres:18"
    # Atomic batches came with 2.12. The plain image holds no wget, which the health check needs.
    assert (major, minor) >= (2, 12)
    assert images["nats-1"].endswith("-alpine")
    assert all(images[service] == "plumbline:latest" for service in (*SERVICES, *JOBS))
    assert not any(image.endswith(":latest") for image in images.values() if not image.startswith("plumbline:"))


@pytest.mark.parametrize("name", ["compose.grpc.yml", "compose.traces.yml"])
def test_what_is_published_when_asked_is_published_on_loopback(name: str) -> None:
    published = overlay(name)["services"]

    assert published.keys() <= CONTAINERS.keys()
    assert all(port.startswith("127.0.0.1:") for container in published.values() for port in container["ports"])
    assert all(container["networks"] == ["published"] for container in published.values())


def test_every_services_door_can_be_published() -> None:
    published = overlay("compose.grpc.yml")["services"]

    assert published.keys() == set(SERVICES)
    assert len({container["ports"][0] for container in published.values()}) == len(SERVICES)


def test_services_find_each_other_under_their_names() -> None:
    addresses = json.loads(CONTAINERS["plans"]["environment"]["PLUMBLINE_ADDRESSES"])

    assert addresses == {service: f"{service}:50051" for service in SERVICES}
