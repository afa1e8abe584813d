"""What every service is told from outside: the environment, read once, into one frozen dataclass."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# The services of a deployment, in the order in which a table of them is printed.
SERVICES = ("directory", "plans", "inspections", "referrals", "rollups", "audit")


class BadConfiguration(Exception):
    """The environment lacks something, or holds something unreadable; the process stops with this sentence."""


@dataclass(frozen=True)
class ServiceConfig:
    """How one service process is set up; see `deploy/README.md` for the variables."""

    service: str
    listen: str
    database_url: str
    system_database_url: str
    nats_url: str
    jwks: str
    service_token: str
    addresses: Mapping[str, str]
    log_level: str
    trace_ratio: float
    otlp_endpoint: str


def read(service: str, environment: Mapping[str, str] | None = None) -> ServiceConfig:
    """The configuration of a service. Raises BadConfiguration naming the variable."""
    source = os.environ if environment is None else environment
    return ServiceConfig(
        service=service,
        listen=needed(source, "PLUMBLINE_LISTEN"),
        database_url=secret(source, "PLUMBLINE_DATABASE_URL"),
        system_database_url=secret(source, "PLUMBLINE_SYSTEM_DATABASE_URL"),
        nats_url=secret(source, "PLUMBLINE_NATS_URL"),
        jwks=file(source, "PLUMBLINE_JWKS_FILE"),
        service_token=file(source, "PLUMBLINE_SERVICE_TOKEN_FILE").strip(),
        addresses=addresses(source),
        log_level=source.get("PLUMBLINE_LOG_LEVEL", "INFO"),
        trace_ratio=trace_ratio(source),
        otlp_endpoint=source.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
    )


def secret(source: Mapping[str, str], name: str) -> str:
    """A value that holds a password: the variable itself, or the file that `<name>_FILE` names.

    Whoever may look at a container sees its variables; a file is seen by whoever may open it. Raises BadConfiguration.
    """
    in_file = f"{name}_FILE"
    if not source.get(in_file):
        return needed(source, name)
    if source.get(name):
        raise BadConfiguration(f"{name} and {in_file} are both set: leave one out")
    value = file(source, in_file).strip()
    if not value:
        raise BadConfiguration(f"{in_file} names an empty file")
    return value


def stream_replicas(source: Mapping[str, str], *, otherwise: int) -> int:
    """On how many nodes of the bus each stream is kept: PLUMBLINE_STREAM_REPLICAS. Raises BadConfiguration."""
    name = "PLUMBLINE_STREAM_REPLICAS"
    text = source.get(name, "") or str(otherwise)
    if text not in ("1", "3", "5"):
        raise BadConfiguration(
            f"{name} must be 1, 3 or 5: an even number bears no more failures than the odd one below"
        )
    return int(text)


def needed(source: Mapping[str, str], name: str) -> str:
    """A variable that must be set. Raises BadConfiguration."""
    value = source.get(name, "")
    if not value:
        raise BadConfiguration(f"{name} is not set")
    return value


def file(source: Mapping[str, str], name: str) -> str:
    """The content of the file that a variable names. Raises BadConfiguration."""
    path = Path(needed(source, name))
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadConfiguration(f"{name} names {path}, which cannot be read: {error.strerror}") from error


def addresses(source: Mapping[str, str]) -> dict[str, str]:
    """Where the services are: PLUMBLINE_ADDRESSES. Raises BadConfiguration."""
    try:
        parsed = json.loads(source.get("PLUMBLINE_ADDRESSES", "{}"))
    except json.JSONDecodeError as error:
        raise BadConfiguration("PLUMBLINE_ADDRESSES is not JSON") from error
    if not isinstance(parsed, dict) or not all(isinstance(v, str) for v in parsed.values()):
        raise BadConfiguration("PLUMBLINE_ADDRESSES must map a service to host:port")
    return parsed


def trace_ratio(source: Mapping[str, str]) -> float:
    """Which share of the traces is kept: PLUMBLINE_TRACE_RATIO. Raises BadConfiguration."""
    try:
        ratio = float(source.get("PLUMBLINE_TRACE_RATIO", "0.05"))
    except ValueError as error:
        raise BadConfiguration("PLUMBLINE_TRACE_RATIO must be a number from 0 to 1") from error
    if not 0 <= ratio <= 1:
        raise BadConfiguration("PLUMBLINE_TRACE_RATIO must be a number from 0 to 1")
    return ratio
