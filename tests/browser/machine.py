"""What this machine has for tests in a real browser, and how its Chromium is started; knows no page."""

from __future__ import annotations

import gzip
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from services.console import assets

PROJECT = Path(__file__).resolve().parents[2]
# Pictures of the pages, and of what stood there when a test failed; git ignores them.
PHOTOS = PROJECT / "build" / "photos"
FAILURES = PROJECT / "build" / "failures"
AXE = PROJECT / "services/console/frontend/node_modules/axe-core/axe.min.js"


def chromium(environment: Mapping[str, str] | None = None) -> str | None:
    """The browser that is used: the one that PLUMBLINE_CHROMIUM names, else Debian's."""
    named = (os.environ if environment is None else environment).get("PLUMBLINE_CHROMIUM")
    return shutil.which(named or "chromium")


def has_chinese_fonts() -> bool:
    """Whether Chinese is drawn as characters and not as boxes."""
    program = shutil.which("fc-list")
    if program is None:
        return False
    return bool(subprocess.run([program, ":lang=zh"], capture_output=True, check=False).stdout.strip())


def not_tested(
    *, browser: Callable[[], str | None] = chromium, fonts: Callable[[], bool] = has_chinese_fonts
) -> str | None:
    """The line that says what is not tested on this machine and what to do about it; None where everything is."""
    missing = [] if browser() else ["Chromium"]
    if not fonts():
        missing.append("Chinese fonts (fc-list :lang=zh)")
    if not missing:
        return None
    return (
        f"THE CONSOLE WAS NOT TESTED IN A BROWSER: this machine lacks {' and '.join(missing)}; "
        "run `make browser-setup`. Not tested: every page in both languages, sign-in, forms, keyboard, "
        "accessibility, content security policy, TLS"
    )


def weights() -> dict[str, int]:
    """What a browser fetches once of each file that was built, in bytes after compression."""
    built = assets.read()
    return {
        source: len(gzip.compress((assets.FOLDER / Path(address).name).read_bytes(), compresslevel=6))
        for source, address in built.addresses.items()
    }


def flags() -> list[str]:
    """How Chromium is started: it talks to nobody but us."""
    quiet = [
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    # Chromium refuses to run its sandbox as root.
    return ["--no-sandbox", *quiet] if os.geteuid() == 0 else quiet
