"""Builds the development issuer and runs it: `python -m services.issuer.main`."""

from __future__ import annotations

import sys

from services.issuer import settings, web
from shared import telemetry, web_process
from shared.clock import SystemClock
from shared.config import BadConfiguration


def main() -> None:
    """Runs until SIGTERM or SIGINT; exits 1 with a sentence where something is missing."""
    try:
        told = settings.read()
    except BadConfiguration as error:
        print(f"issuer: {error}", file=sys.stderr)
        raise SystemExit(1) from error
    telemetry.configure(service="issuer", log_level=told.log_level, trace_ratio=0.0, otlp_endpoint="")
    web_process.run(web.build(told, clock=SystemClock()), listen=told.listen)


if __name__ == "__main__":
    main()
