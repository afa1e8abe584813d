"""Builds the console and runs it: `python -m services.console.main`."""

from __future__ import annotations

import sys

from services.console import application, config
from services.console.assets import NotBuilt
from shared import telemetry, web_process
from shared.clock import SystemClock
from shared.config import BadConfiguration


def main() -> None:
    """Runs until SIGTERM or SIGINT; exits 1 with a sentence where something is missing."""
    try:
        settings = config.read()
        built = application.build(settings, clock=SystemClock())
    except (BadConfiguration, NotBuilt) as error:
        print(f"console: {error}", file=sys.stderr)
        raise SystemExit(1) from error
    telemetry.configure(
        service="console",
        log_level=settings.log_level,
        trace_ratio=settings.trace_ratio,
        otlp_endpoint=settings.otlp_endpoint,
    )
    web_process.run(built, listen=settings.listen)


if __name__ == "__main__":
    main()
