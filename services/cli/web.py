"""How the console and the development issuer are started as processes; knows none of their pages."""

from __future__ import annotations

import json
import os
import secrets
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.cli import http_probe
from services.cli.folder import StackFolder, write_atomically
from services.cli.ports import LOOPBACK
from services.cli.processes import Child, Launch, StopStep
from services.cli.refusals import StackRefused
from services.cli.service_processes import CONTRACTS, PASSED_ON, PROJECT
from services.cli.supervisor import Part
from shared.identity import new_signing_key

ISSUER, CONSOLE = "issuer", "console"
ISSUER_MODULE, CONSOLE_MODULE = "services.issuer.main", "services.console.main"
CLIENT_ID = "plumbline-console"
ISSUER_VARIABLE, CLIENT_ID_VARIABLE = "PLUMBLINE_OIDC_ISSUER", "PLUMBLINE_OIDC_CLIENT_ID"
CLIENT_SECRET_VARIABLE = "PLUMBLINE_OIDC_CLIENT_SECRET_FILE"  # noqa: S105 - the name of a variable
# Open pages are told to come back, and end.
STOP = (StopStep(signal.SIGTERM, 5),)
SECRET_BYTES = 32


@dataclass(frozen=True)
class SignIn:
    """Whose sign-in the stack trusts, and as whom it asks there. is_own: the development issuer, which we start."""

    issuer: str
    client_id: str
    client_secret_file: Path
    is_own: bool

    def of_directory(self, folder: StackFolder) -> dict[str, str]:
        """What directory is told, so that it exchanges the issuer's ID tokens for ours."""
        return {
            "PLUMBLINE_SIGNING_KEY_FILE": str(folder.signing_key),
            ISSUER_VARIABLE: self.issuer,
            CLIENT_ID_VARIABLE: self.client_id,
        }


@dataclass(frozen=True)
class Surroundings:
    """What the console and the issuer are told. caller: the stack's own environment."""

    sign_in: SignIn
    console_url: str
    addresses: Mapping[str, str]
    folder: StackFolder
    caller: Mapping[str, str]
    kept_open: tuple[int, ...]


def sign_in_of(environment: Mapping[str, str], folder: StackFolder, *, own_port: int | None) -> SignIn | None:
    """The issuer that the environment names; else our own on a port; else none. Raises StackRefused.

    own_port: None where no console is started.
    """
    named = environment.get(ISSUER_VARIABLE)
    if named:
        client, secret = environment.get(CLIENT_ID_VARIABLE), environment.get(CLIENT_SECRET_VARIABLE)
        if not client:
            raise StackRefused("issuer_without_client", variable=ISSUER_VARIABLE, needed=CLIENT_ID_VARIABLE)
        # Only the console shows the issuer a secret; directory asks for public keys.
        if own_port is not None and not secret:
            raise StackRefused("issuer_without_client", variable=ISSUER_VARIABLE, needed=CLIENT_SECRET_VARIABLE)
        secret_file = Path(secret) if secret else folder.client_secret
        return SignIn(issuer=named, client_id=client, client_secret_file=secret_file, is_own=False)
    if own_port is None:
        return None
    return SignIn(issuer=url(own_port), client_id=CLIENT_ID, client_secret_file=folder.client_secret, is_own=True)


def url(port: int) -> str:
    """Where a browser on this machine finds a part."""
    return f"http://{LOOPBACK}:{port}"


def keep_secrets(folder: StackFolder) -> None:
    """What the console and the issuer must not lose at a restart; made where it is missing."""
    for file in (folder.client_secret, folder.console_secret):
        if not file.exists():
            write_atomically(file, secrets.token_hex(SECRET_BYTES) + "\n", mode=0o600)
    if not folder.issuer_key.exists():
        write_atomically(folder.issuer_key, new_signing_key(), mode=0o600)


def issuer_part(surroundings: Surroundings, *, port: int) -> Part:
    """The development issuer as a part of the stack."""
    folder = surroundings.folder
    more = {
        "PLUMBLINE_ISSUER_KEY_FILE": str(folder.issuer_key),
        "PLUMBLINE_ISSUER_PEOPLE_FILE": str(folder.issuer_people),
    }
    return _part(ISSUER, surroundings, more, module=ISSUER_MODULE, port=port)


def console_part(surroundings: Surroundings, *, port: int, module: str) -> Part:
    """The console as a part of the stack. module: run with `-m`."""
    folder = surroundings.folder
    more = {
        "PLUMBLINE_ADDRESSES": json.dumps(dict(surroundings.addresses)),
        "PLUMBLINE_SERVICE_TOKEN_FILE": str(folder.token(CONSOLE)),
        "PLUMBLINE_CONSOLE_SECRET_FILE": str(folder.console_secret),
    }
    return _part(CONSOLE, surroundings, more, module=module, port=port)


def _part(name: str, surroundings: Surroundings, more: Mapping[str, str], *, module: str, port: int) -> Part:
    caller, sign_in = surroundings.caller, surroundings.sign_in
    kept = {key: value for key, value in caller.items() if not key.startswith("PLUMBLINE_") or key in PASSED_ON}
    import_path = [str(PROJECT), str(CONTRACTS), *filter(None, [caller.get("PYTHONPATH", "")])]
    launch = Launch(
        name=name,
        command=(sys.executable, "-m", module),
        environment={
            **kept,
            "PYTHONPATH": os.pathsep.join(import_path),
            "PLUMBLINE_LISTEN": f"{LOOPBACK}:{port}",
            "PLUMBLINE_CONSOLE_URL": surroundings.console_url,
            ISSUER_VARIABLE: sign_in.issuer,
            CLIENT_ID_VARIABLE: sign_in.client_id,
            CLIENT_SECRET_VARIABLE: str(sign_in.client_secret_file),
            **more,
        },
        folder=PROJECT,
        log=surroundings.folder.log(name),
        stop=STOP,
        # Neither keeps anything that is not in a file already.
        death_signal=signal.SIGKILL,
        kept_open=surroundings.kept_open,
    )

    async def is_ready(_: Child) -> bool:
        return await http_probe.health(port) == http_probe.WELL

    return Part(name=name, launch=launch, is_ready=is_ready)
