"""The power goes: what was acknowledged is on the disk. A check of its own shows that the test would notice."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path

from services.cli import http_probe, nats
from services.cli.credentials import BUS_ADMIN, bus_users
from services.cli.folder import StackFolder
from services.cli.ports import choose_ports
from services.cli.stack import STREAMS, TEMPLATE
from shared.bus import Bus, Outgoing, declare_streams
from shared.config import SERVICES
from shared.ids import random_uuid
from tests.faults.clients import Clients
from tests.faults.conftest import Broken, broken_world
from tests.faults.disks import folder_for_disks, power, skip_without_mounts
from tests.faults.invariants import assert_whole

ACKNOWLEDGED = 2_000
ALWAYS = "sync_interval: always"


async def start_server(configuration: str, file: Path, *, monitor_port: int) -> asyncio.subprocess.Process:
    """A nats-server of our own configuration, when it is healthy."""
    file.write_text(configuration, encoding="utf-8")
    server = await asyncio.create_subprocess_exec(
        str(nats.find_server({})), "-c", str(file), stderr=asyncio.subprocess.DEVNULL
    )
    while await http_probe.health(monitor_port) != http_probe.WELL:
        assert server.returncode is None
        await asyncio.sleep(0.02)
    return server


async def kept_by_the_bus(*, template: str) -> int:
    """How many of the acknowledged messages are there after the power has gone."""
    ports = choose_ports(("client", "monitor"), base=None, remembered={}, seed=random.SystemRandom())
    passwords = dict.fromkeys(bus_users(SERVICES), "secret")
    url = nats.url(user=BUS_ADMIN, password="secret", port=ports["client"])
    with folder_for_disks() as folder:
        async with power(folder, megabytes=256) as disk:
            configuration = nats.render(
                template,
                port=ports["client"],
                monitor_port=ports["monitor"],
                store=disk.place / "store",
                passwords=passwords,
                services=SERVICES,
            )
            server = await start_server(configuration, folder / "nats.conf", monitor_port=ports["monitor"])
            await declare_streams(url, STREAMS)
            # The streams themselves are old news by the time the power goes.
            await asyncio.to_thread(os.sync)
            bus = await Bus.connect(url, name="test")
            for _ in range(ACKNOWLEDGED // 500):
                await bus.publish(
                    [Outgoing(f"up.territorial.plans.x.{n}", random_uuid(), "", b"x" * 200) for n in range(500)]
                )
            server.send_signal(signal.SIGSTOP)
            await disk.cut()
            server.kill()
            await server.wait()
            await bus.close()
            await disk.restore()
            server = await start_server(configuration, folder / "nats.conf", monitor_port=ports["monitor"])
            try:
                bus = await Bus.connect(url, name="test")
                kept = (await bus.stream_state("UP")).last
                await bus.close()
            finally:
                server.terminate()
                await server.wait()
    return kept


async def test_what_the_bus_acknowledged_is_on_its_disk() -> None:
    await skip_without_mounts(loop=True)

    assert await kept_by_the_bus(template=TEMPLATE.read_text(encoding="utf-8")) == ACKNOWLEDGED


async def test_the_power_cut_would_show_with_the_servers_own_sync_interval() -> None:
    """The test above must be able to fail: by default the server syncs every two minutes."""
    await skip_without_mounts(loop=True)
    template = TEMPLATE.read_text(encoding="utf-8")
    assert ALWAYS in template

    assert await kept_by_the_bus(template=template.replace(ALWAYS, "")) < ACKNOWLEDGED


async def test_the_power_goes_while_everybody_works() -> None:
    """Database and bus lose power in the same moment; what clients were told is there afterwards, and all agrees."""
    await skip_without_mounts(loop=True)
    with folder_for_disks() as folder:
        async with power(folder, megabytes=2048) as disk:
            root = disk.place / "stack"
            async with broken_world(root) as world:
                before = Clients(world)
                working = [asyncio.create_task(work_on(before)) for _ in range(6)]
                await before.until(60)
                everything = stand_still(world)
                # What was answered by then has arrived; what was not may or may not have been done.
                await asyncio.sleep(0.2)
                for task in working:
                    task.cancel()
                await asyncio.gather(*working, return_exceptions=True)
                await disk.cut()
                for group in everything:
                    os.killpg(group, signal.SIGCONT)
            await disk.restore()
            async with broken_world(root, planted=True) as world:
                after = Clients(world)
                after.titles, after.acknowledged = before.titles, before.acknowledged
                await after.deeds(5)
                await assert_whole(world, after)
            StackFolder(root).remove()


async def work_on(clients: Clients) -> None:
    while True:
        await clients.report(await clients.record())


def stand_still(world: Broken) -> list[int]:
    """Stops every process of the stack where it is. Returns their process groups, the database's first."""
    groups = [os.getpgid(world.stack.pid(part)) for part in ("postgres", "nats", *world.stack.addresses)]
    for group in groups:
        os.killpg(group, signal.SIGSTOP)
    return groups
