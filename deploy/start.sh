#!/bin/sh
# What a container of the image runs: the first word names a service or a job; all else goes to `plumbline`.
set -eu

case "${1:-}" in
    migrations) exec python -m shared.migrations ;;
    streams) exec python -m shared.declare ;;
    directory | plans | inspections | referrals | rollups | audit) exec python -m "services.$1.main" ;;
    console) exec python -m services.console.main ;;
    *) exec python -m services.cli.main "$@" ;;
esac
