"""How a service of ours is started as a process; knows no service's inside."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from services.cli.folder import StackFolder
from services.cli.processes import Child, Launch, StopStep
from services.cli.supervisor import Part
from shared.health import is_serving

# The repository, or wherever the packages were installed: services are started there, contracts are found there.
PROJECT = Path(__file__).resolve().parents[2]
CONTRACTS = PROJECT / "protos" / "gen"
# A service drains its calls for some seconds on SIGTERM (pitfalls.md 3).
STOP = (StopStep(signal.SIGTERM, 15),)
# Of the caller's environment, what a service may be told; the rest of PLUMBLINE_* is the stack's to say.
PASSED_ON = (
    "PLUMBLINE_LOG_LEVEL",
    "PLUMBLINE_TRACE_RATIO",
    "PLUMBLINE_SESSION_IDLE_S",
    "PLUMBLINE_SESSION_LONGEST_S",
)


@dataclass(frozen=True)
class Surroundings:
    """What one service is told: where it listens and where the others are. more: what it alone is told."""

    listen: str
    database_url: str
    system_database_url: str
    nats_url: str
    addresses: Mapping[str, str]
    more: Mapping[str, str] = field(default_factory=dict)


def part(
    service: str,
    surroundings: Surroundings,
    *,
    module: str,
    folder: StackFolder,
    caller: Mapping[str, str],
    kept_open: tuple[int, ...],
) -> Part:
    """A service as a part of the stack. module: run with `-m`; caller: the stack's own environment."""
    launch = Launch(
        name=service,
        command=(sys.executable, "-m", module),
        environment=_environment(service, surroundings, folder=folder, caller=caller),
        folder=PROJECT,
        log=folder.log(service),
        stop=STOP,
        # A service keeps nothing of its own, so that an abrupt end loses nothing, and it cannot fail to end.
        death_signal=signal.SIGKILL,
        kept_open=kept_open,
    )

    async def is_ready(_: Child) -> bool:
        return await is_serving(surroundings.listen)

    return Part(name=service, launch=launch, is_ready=is_ready)


def _environment(
    service: str, surroundings: Surroundings, *, folder: StackFolder, caller: Mapping[str, str]
) -> dict[str, str]:
    kept = {name: value for name, value in caller.items() if not name.startswith("PLUMBLINE_") or name in PASSED_ON}
    import_path = [str(PROJECT), str(CONTRACTS), *filter(None, [caller.get("PYTHONPATH", "")])]
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(import_path),
        "PLUMBLINE_LISTEN": surroundings.listen,
        "PLUMBLINE_DATABASE_URL": surroundings.database_url,
        "PLUMBLINE_SYSTEM_DATABASE_URL": surroundings.system_database_url,
        "PLUMBLINE_NATS_URL": surroundings.nats_url,
        "PLUMBLINE_JWKS_FILE": str(folder.jwks),
        "PLUMBLINE_SERVICE_TOKEN_FILE": str(folder.token(service)),
        "PLUMBLINE_ADDRESSES": json.dumps(dict(surroundings.addresses)),
        **surroundings.more,
    }
