"""The ready file: where a running stack can be reached, for programs that wait for it; knows no process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from services.cli.folder import write_atomically


@dataclass(frozen=True)
class Ready:
    """Everything a program needs to use the stack. console: its URL, or None while there is none."""

    grpc: Mapping[str, str]
    nats: str
    postgres: str
    admin_token_file: Path
    console: str | None = None

    def as_json(self) -> str:
        """One JSON object. It holds passwords: for the owner's eyes."""
        return json.dumps(
            {
                "console": self.console,
                "grpc": dict(self.grpc),
                "nats": self.nats,
                "postgres": self.postgres,
                "admin_token_file": str(self.admin_token_file),
            },
            indent=2,
        )


def announce(file: Path, ready: Ready) -> None:
    """Write the file as a whole: whoever sees it may connect."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, ready.as_json() + "\n", mode=0o600)


def withdraw(file: Path) -> None:
    """Remove the file, before the first part is stopped."""
    file.unlink(missing_ok=True)
