"""The disk of the bus is full: deeds go on, and when there is room again everything arrives."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from services.cli.folder import StackFolder
from tests.faults.clients import Clients
from tests.faults.conftest import broken_world
from tests.faults.disks import folder_for_disks, skip_without_mounts, tmpfs
from tests.faults.invariants import assert_whole
from tests.faults.test_services import unsent

_BLOCK = b"\0" * 65_536


def fill(disk: Path) -> Path:
    """Leaves no room on a disk. Returns the file that takes it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as opened, contextlib.suppress(OSError):
        while True:
            opened.write(_BLOCK)
    return filler


async def test_the_disk_of_the_bus_is_full() -> None:
    await skip_without_mounts(loop=False)
    with folder_for_disks() as folder:
        store = StackFolder(folder / "stack").nats / "store"
        async with tmpfs(store, megabytes=48):
            async with broken_world(folder / "stack") as world:
                clients = Clients(world)
                await clients.deeds(5)
                await assert_whole(world, clients)

                filler = await asyncio.to_thread(fill, store)
                await clients.deeds(60)
                assert await unsent(world) > 0
                filler.unlink()

                await clients.deeds(5)
                await assert_whole(world, clients)
            StackFolder(folder / "stack").remove()
