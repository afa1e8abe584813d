#!/usr/bin/env bash
# What the browser tests need and no package of Python brings: Debian's Chromium and a Chinese font. Installs what is
# missing, and touches nothing where nothing is.
set -euo pipefail

missing=()
command -v "${PLUMBLINE_CHROMIUM:-chromium}" > /dev/null || missing+=(chromium)
command -v fc-list > /dev/null || missing+=(fontconfig)
[ -n "$(fc-list :lang=zh 2> /dev/null | head -n 1)" ] || missing+=(fonts-noto-cjk)

if [ ${#missing[@]} -eq 0 ]; then
    echo "The browser tests have what they need."
    exit 0
fi
if ! command -v apt-get > /dev/null; then
    echo "browser-setup: there is no apt-get here; install these by the system's own means: ${missing[*]}" >&2
    echo "browser-setup: a Chromium elsewhere is named by PLUMBLINE_CHROMIUM=/path/to/chromium" >&2
    exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo > /dev/null; then
        echo "browser-setup: only root can install: ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi
echo "Installing ${missing[*]} ..."
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
