"""What the development issuer is told from outside, one frozen dataclass."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from shared import config
from shared.config import BadConfiguration

_LOOPBACK = ("127.0.0.1:", "[::1]:", "localhost:")


@dataclass(frozen=True)
class IssuerSettings:
    """issuer: the URL by which it is known; key: private JWK; people: the file of those who can sign in.

    client_id, client_secret, console_url: the one program that it signs people in for.
    """

    listen: str
    issuer: str
    key: str
    people: Path
    client_id: str
    client_secret: str
    console_url: str
    log_level: str

    @property
    def back_to(self) -> str:
        """Where a code is sent to, and nowhere else."""
        return f"{self.console_url}/signed-in"

    @property
    def back_after_sign_out(self) -> tuple[str, ...]:
        """Where somebody who signs out may be sent to."""
        return (f"{self.console_url}/", f"{self.console_url}/signed-out")


def read(environment: Mapping[str, str] | None = None) -> IssuerSettings:
    """The settings of the environment. Raises BadConfiguration naming the variable."""
    source = os.environ if environment is None else environment
    listen = config.needed(source, "PLUMBLINE_LISTEN")
    if not listen.startswith(_LOOPBACK):
        raise BadConfiguration(
            "PLUMBLINE_LISTEN must be on loopback: this issuer is for one machine, not for an organisation"
        )
    return IssuerSettings(
        listen=listen,
        issuer=config.needed(source, "PLUMBLINE_OIDC_ISSUER"),
        key=config.secret(source, "PLUMBLINE_ISSUER_KEY"),
        people=Path(config.needed(source, "PLUMBLINE_ISSUER_PEOPLE_FILE")),
        client_id=config.needed(source, "PLUMBLINE_OIDC_CLIENT_ID"),
        client_secret=config.secret(source, "PLUMBLINE_OIDC_CLIENT_SECRET"),
        console_url=config.needed(source, "PLUMBLINE_CONSOLE_URL").rstrip("/"),
        log_level=source.get("PLUMBLINE_LOG_LEVEL", "INFO"),
    )
