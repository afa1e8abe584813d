"""The passwords, the signing key and the tokens of a stack or a deployment, made once and kept; knows no server."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.cli.folder import StackFolder, write_atomically
from shared.identity import mint, new_signing_key, public_jwks

# Refreshed at each start; long enough that a stack left running over a holiday still answers.
TOKEN_LIFETIME = timedelta(days=30)
# Of a token that somebody acts with for a while.
HOUR = timedelta(hours=1)
# All labels: the person who runs the stack on this machine, and the services themselves.
FULL_CLEARANCE = 3
ADMIN_ROLE = "administrator-dev"
SERVICE_ROLE = "service"
# The console is no service: it acts for people under their own tokens, and in its own name only signs them in.
CONSOLE = "console"
OWNER = "owner"
BUS_ADMIN, BUS_WATCH, BUS_SYSTEM = "admin", "watch", "system"
SECRET_BYTES = 24
PRIVATE = 0o600


@dataclass(frozen=True)
class Credentials:
    """Passwords by what they open. were_made: there was none before, so whatever they should open is new too."""

    superuser: str
    database: Mapping[str, str]
    bus: Mapping[str, str]
    were_made: bool


@dataclass(frozen=True)
class Signer:
    """Makes people's tokens with the private key of a stack or a deployment, as long as there is no sign-in."""

    private_key: str

    def mint(
        self,
        *,
        subject: str,
        tenant: str,
        role: str,
        path: str,
        clearance: int,
        line: str = "territorial",
        now: datetime | None = None,
        lifetime: timedelta = HOUR,
    ) -> str:
        """A token that the services accept, valid from now unless told otherwise."""
        return mint(
            self.private_key,
            subject=subject,
            tenant=tenant,
            role=role,
            path=path,
            clearance=clearance,
            line=line,
            now=now or datetime.now(UTC),
            lifetime=lifetime,
        )


def new_password() -> str:
    """A password of hexadecimal digits, which needs quoting nowhere: not in a URL, not in SQL, not in a conf file."""
    return secrets.token_hex(SECRET_BYTES)


def database_roles(services: Iterable[str]) -> tuple[str, ...]:
    """Every login role of the database: two a service, and the owner of the tables."""
    return (OWNER, *(role for service in services for role in (service, f"{service}_system")))


def bus_users(services: Iterable[str]) -> tuple[str, ...]:
    """Every user of the bus."""
    return (BUS_ADMIN, BUS_WATCH, BUS_SYSTEM, *services)


def keep_credentials(
    file: Path, *, roles: Iterable[str], users: Iterable[str], new_secret: Callable[[], str] = new_password
) -> Credentials:
    """The passwords in the file; those that are missing are made and added."""
    kept = _read(file)
    superuser = kept.get("superuser", {}).get("postgres") or new_secret()
    database = {role: kept.get("database", {}).get(role) or new_secret() for role in roles}
    bus = {user: kept.get("bus", {}).get(user) or new_secret() for user in users}
    fresh = {
        "superuser": {"postgres": superuser},
        "database": {**kept.get("database", {}), **database},
        "bus": {**kept.get("bus", {}), **bus},
    }
    if fresh != kept:
        write_atomically(file, json.dumps(fresh, indent=2) + "\n", mode=PRIVATE)
    return Credentials(superuser=superuser, database=database, bus=bus, were_made=not kept)


def keep_signing_key(folder: StackFolder) -> str:
    """The private key that this stack signs tokens with, made at the first start; its public part lies beside it."""
    if not folder.signing_key.exists():
        write_atomically(folder.signing_key, new_signing_key(), mode=PRIVATE)
    private = folder.signing_key.read_text()
    write_atomically(folder.jwks, public_jwks(private), mode=0o644)
    return private


def refresh_tokens(
    folder: StackFolder,
    private_key: str,
    *,
    services: Iterable[str],
    now: datetime,
    lifetime: timedelta = TOKEN_LIFETIME,
) -> str:
    """Write the administrator's token, the console's and one a service; returns the administrator's."""
    for program, role in (*((service, SERVICE_ROLE) for service in services), (CONSOLE, CONSOLE)):
        token = _program_token(private_key, program=program, role=role, now=now, lifetime=lifetime)
        write_atomically(folder.token(program), token, mode=PRIVATE)
    admin = mint(
        private_key,
        subject="administrator",
        tenant="",
        role=ADMIN_ROLE,
        path="",
        clearance=FULL_CLEARANCE,
        now=now,
        lifetime=lifetime,
    )
    write_atomically(folder.admin_token, admin, mode=PRIVATE)
    return admin


def _program_token(private_key: str, *, program: str, role: str, now: datetime, lifetime: timedelta) -> str:
    return mint(
        private_key,
        subject=f"service:{program}",
        tenant="",
        role=role,
        path="",
        clearance=FULL_CLEARANCE,
        now=now,
        lifetime=lifetime,
    )


def _read(file: Path) -> dict[str, dict[str, str]]:
    try:
        kept: dict[str, dict[str, str]] = json.loads(file.read_text())
    except FileNotFoundError:
        return {}
    return kept
