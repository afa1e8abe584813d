"""This process's settings, one frozen dataclass."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from shared import config

# Deadlines and times are shown in the campaign's zone (architecture.md 6), not in the browser's.
ZONE = "Asia/Shanghai"


@dataclass(frozen=True)
class ConsoleConfig:
    """How the console is set up; see `deploy/README.md` for the variables.

    url: where browsers reach it, without a slash at the end; it decides whether cookies are for TLS only.
    """

    listen: str
    url: str
    addresses: Mapping[str, str]
    service_token: str
    issuer: str
    client_id: str
    client_secret: str
    cookie_secret: str
    zone: str
    log_level: str
    trace_ratio: float
    otlp_endpoint: str

    @property
    def over_tls(self) -> bool:
        """Whether browsers come by HTTPS."""
        return self.url.startswith("https://")


def read(environment: Mapping[str, str] | None = None) -> ConsoleConfig:
    """The settings of the environment. Raises BadConfiguration naming the variable."""
    source = os.environ if environment is None else environment
    return ConsoleConfig(
        listen=config.needed(source, "PLUMBLINE_LISTEN"),
        url=config.needed(source, "PLUMBLINE_CONSOLE_URL").rstrip("/"),
        addresses=config.addresses(source),
        service_token=config.file(source, "PLUMBLINE_SERVICE_TOKEN_FILE").strip(),
        issuer=config.needed(source, "PLUMBLINE_OIDC_ISSUER").rstrip("/"),
        client_id=config.needed(source, "PLUMBLINE_OIDC_CLIENT_ID"),
        client_secret=config.secret(source, "PLUMBLINE_OIDC_CLIENT_SECRET"),
        cookie_secret=config.secret(source, "PLUMBLINE_CONSOLE_SECRET"),
        zone=source.get("PLUMBLINE_ZONE", ZONE),
        log_level=source.get("PLUMBLINE_LOG_LEVEL", "INFO"),
        trace_ratio=config.trace_ratio(source),
        otlp_endpoint=source.get("OTEL_EXPORTER_OTLP_ENDPOINT", ""),
    )
