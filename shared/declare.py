"""The job that declares the cell's streams: `python -m shared.declare` with PLUMBLINE_NATS_ADMIN_URL."""

from __future__ import annotations

import asyncio
import os
import sys

from shared import bus
from shared.errors import Unavailable


def main() -> None:
    """Makes the server's streams what the file says; exits 1 with a sentence if it cannot."""
    url = os.environ.get("PLUMBLINE_NATS_ADMIN_URL", "")
    if not url:
        sys.exit("PLUMBLINE_NATS_ADMIN_URL is not set")
    try:
        asyncio.run(bus.declare_streams(url))
    except (Unavailable, bus.PublishRefused) as error:
        sys.exit(f"the streams could not be declared: {error}")


if __name__ == "__main__":
    main()
