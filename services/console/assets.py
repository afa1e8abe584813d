"""What `make console` built for the browser: names and addresses, from the manifest; serves no file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "static"


class NotBuilt(Exception):
    """The front end has not been built."""


@dataclass(frozen=True)
class Assets:
    """Each asset's address by the name of its source."""

    addresses: dict[str, str]

    def address(self, source: str) -> str:
        """Where the browser gets it. Raises KeyError for a source that is not built."""
        return self.addresses[source]


def read(folder: Path = FOLDER) -> Assets:
    """The assets that were built. Raises NotBuilt."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise NotBuilt("the console's front end is not built: run `make console`") from error
    return Assets({source: f"/static/{name}" for source, name in manifest.items()})
