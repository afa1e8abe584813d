"""The job that declares the cell's streams: `python -m shared.declare` with PLUMBLINE_NATS_ADMIN_URL, or _FILE.

PLUMBLINE_STREAM_REPLICAS says on how many nodes each stream is kept; the file's own number is for a single server.
"""

from __future__ import annotations

import asyncio
import os
import sys

from shared import bus, config
from shared.errors import Unavailable
from shared.patience import until_it_answers


def main() -> None:
    """Makes the server's streams what the file says; exits 1 with a sentence if it cannot."""
    try:
        url = config.secret(os.environ, "PLUMBLINE_NATS_ADMIN_URL")
        replicas = config.stream_replicas(os.environ, otherwise=1)
    except config.BadConfiguration as error:
        sys.exit(str(error))

    def declare() -> None:
        asyncio.run(bus.declare_streams(url, replicas=replicas))

    try:
        # A cluster refuses for a while: until its nodes have found each other and chosen a leader.
        until_it_answers("the event bus", declare, away=(Unavailable, bus.PublishRefused))
    except (Unavailable, bus.PublishRefused) as error:
        sys.exit(f"the streams could not be declared: {error}")


if __name__ == "__main__":
    main()
