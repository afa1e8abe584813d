"""The secrets of a deployment of containers: made once, kept in one folder, as the files that the containers are given.

Knows what each container needs (docker-compose.yml names the same files), and starts nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from services.cli import nats, postgres
from services.cli.credentials import (
    BUS_ADMIN,
    BUS_WATCH,
    Credentials,
    bus_users,
    database_roles,
    keep_credentials,
    keep_signing_key,
    refresh_tokens,
)
from services.cli.folder import StackFolder, write_atomically
from services.cli.refusals import StackRefused
from shared.config import SERVICES
from shared.migrations import DATABASE

TEMPLATE = Path(__file__).resolve().parents[2] / "deploy" / "nats" / "nats-server.conf"
# What containers are given lies apart from what nobody but the administrator may see: the signing key above all.
GIVEN = "given"
# A file is mounted under the name of another user, who must be able to read it; the folder above keeps others out.
READABLE = 0o644
CLIENT_PORT, ROUTE_PORT, MONITOR_PORT = 4222, 6222, 8222
STORE = Path("/var/tmp/jetstream")  # noqa: S108 - a volume is mounted there, see docker-compose.yml
# The name of a node comes from its own environment, so that one file serves all.
NODE_VARIABLE = "PLUMBLINE_NATS_NODE"


@dataclass(frozen=True)
class Servers:
    """Where the containers find the servers: host:port of PostgreSQL, and the names of the nodes of NATS."""

    postgres: str = "postgres:5432"
    nodes: Sequence[str] = ("nats-1", "nats-2", "nats-3")


def write_secrets(root: Path, servers: Servers, *, now: datetime, token_lifetime: timedelta) -> Path:
    """Make what is missing and write every file anew; returns the folder with what containers are given.

    Passwords and the signing key stay what they are; tokens are made anew. Raises StackRefused where it cannot write.
    """
    folder = StackFolder(root)
    given = folder.root / GIVEN
    try:
        folder.root.mkdir(parents=True, exist_ok=True)
        folder.root.chmod(0o700)
        for room in (given, folder.tokens):
            room.mkdir(exist_ok=True)
    except OSError as error:
        raise StackRefused("folder_unwritable", folder=root, cause=error.strerror or error) from error
    users = (*bus_users(SERVICES), nats.ROUTE_USER)
    credentials = keep_credentials(folder.secrets, roles=database_roles(SERVICES), users=users)
    key = keep_signing_key(folder)
    refresh_tokens(folder, key, services=SERVICES, now=now, lifetime=token_lifetime)
    files = {
        "jwks.json": folder.jwks.read_text(encoding="utf-8"),
        **{f"{service}-token": folder.token(service).read_text(encoding="utf-8") for service in SERVICES},
        **_of_database(credentials, servers),
        **_of_bus(credentials, servers),
    }
    for name, text in files.items():
        write_atomically(given / name, text if text.endswith("\n") else f"{text}\n", mode=READABLE)
    return given


def _of_database(credentials: Credentials, servers: Servers) -> Mapping[str, str]:
    def url(user: str, password: str, database: str) -> str:
        return f"postgresql://{quote(user)}:{quote(password)}@{servers.postgres}/{database}"

    roles = {role: credentials.database[role] for service in SERVICES for role in (service, f"{service}_system")}
    return {
        "postgres-password": credentials.superuser,
        "admin-dsn": url(postgres.SUPERUSER, credentials.superuser, postgres.MAINTENANCE_DATABASE),
        "role-passwords.json": json.dumps(roles, indent=2),
        **{f"{service}-database-url": url(service, roles[service], DATABASE) for service in SERVICES},
        **{
            f"{service}-system-database-url": url(f"{service}_system", roles[f"{service}_system"], DATABASE)
            for service in SERVICES
        },
    }


def _of_bus(credentials: Credentials, servers: Servers) -> Mapping[str, str]:
    def url(user: str) -> str:
        login = f"{quote(user)}:{quote(credentials.bus[user])}"
        return ",".join(f"nats://{login}@{node}:{CLIENT_PORT}" for node in servers.nodes)

    configuration = nats.render(
        TEMPLATE.read_text(encoding="utf-8"),
        host="0.0.0.0",  # noqa: S104 - inside a container, on a network without a way out
        port=CLIENT_PORT,
        monitor_port=MONITOR_PORT,
        store=STORE,
        passwords=credentials.bus,
        services=SERVICES,
        server_name=f"${NODE_VARIABLE}",
        cluster=nats.cluster_block(nodes=servers.nodes, port=ROUTE_PORT, password=credentials.bus[nats.ROUTE_USER]),
    )
    return {
        "nats-server.conf": configuration,
        "nats-admin-url": url(BUS_ADMIN),
        "nats-watch-url": url(BUS_WATCH),
        **{f"{service}-nats-url": url(service) for service in SERVICES},
    }
