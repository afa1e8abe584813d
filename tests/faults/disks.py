"""Disks of our own to be filled or to lose power: a tmpfs of a fixed size, an ext4 image on a loop device.

Only root may mount; where that is not possible the tests say so aloud and are skipped.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

# A caller's path may lack what only root uses, such as mkfs.
_ENVIRONMENT = {**os.environ, "PATH": os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])}


async def run(*command: str) -> None:
    """Runs a command. Raises AssertionError with what it said if it fails."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=_ENVIRONMENT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, f"{' '.join(command)}: {said.decode(errors='replace')}"


async def why_no_mounts(*, loop: bool) -> str:
    """Why nothing can be mounted here; empty where it can."""
    if os.geteuid() != 0:
        return "only root may mount a disk"
    with tempfile.TemporaryDirectory() as folder:
        try:
            if loop:
                async with power(Path(folder), megabytes=16):
                    pass
            else:
                async with tmpfs(Path(folder) / "disk", megabytes=1):
                    pass
        except (AssertionError, OSError) as error:
            return f"a disk cannot be mounted here ({error})"
    return ""


async def skip_without_mounts(*, loop: bool) -> None:
    """Skips the test, with its reason, where nothing can be mounted."""
    if why := await why_no_mounts(loop=loop):
        pytest.skip(f"NOT TESTED: {why}")


@contextlib.asynccontextmanager
async def tmpfs(place: Path, *, megabytes: int) -> AsyncIterator[Path]:
    """A disk of a fixed size at a place."""
    place.mkdir(parents=True, exist_ok=True)
    await run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "none", str(place))
    try:
        yield place
    finally:
        await run("umount", "-l", str(place))


class Power:
    """A disk that can lose its power: what its file system has not yet given to the disk is gone."""

    def __init__(self, image: Path, place: Path) -> None:
        self._image = image
        self.place = place

    async def restore(self) -> None:
        """Makes the disk what it had really stored when it was cut. Whoever wrote to it must be gone."""
        await run("umount", str(self.place))
        shutil.move(self._copy, self._image)
        await run("mount", "-o", "loop", str(self._image), str(self.place))

    async def cut(self) -> None:
        """Keeps what the disk has really stored by now: the page cache of its file system is not in the image.

        Whoever writes to it must stand still meanwhile (reliability.md 5.2).
        """
        await run("cp", "--sparse=always", str(self._image), str(self._copy))

    @property
    def _copy(self) -> Path:
        return self._image.with_suffix(".cut")


@contextlib.asynccontextmanager
async def power(folder: Path, *, megabytes: int) -> AsyncIterator[Power]:
    """A disk of its own in a folder, on a loop device."""
    image, place = folder / "disk.img", folder / "disk"
    place.mkdir()
    with image.open("wb") as opened:
        opened.truncate(megabytes * 1024 * 1024)
    await run("mkfs.ext4", "-q", str(image))
    await run("mount", "-o", "loop", str(image), str(place))
    place.chmod(0o755)
    try:
        yield Power(image, place)
    finally:
        await run("umount", "-l", str(place))


@contextlib.contextmanager
def folder_for_disks() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    made = Path(tempfile.mkdtemp(prefix="plumbline-disk-"))
    # The account of the database passes through.
    made.chmod(0o711)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
