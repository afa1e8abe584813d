"""Behind the proxy as it is deployed: TLS, HTTP/2, cookies for TLS only, figures unbuffered, and how sessions end."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import httpx
import pytest
from playwright.async_api import Browser, expect

from services.cli.accounts import Account
from services.cli.stack import Stack
from services.cli.web import CONSOLE
from tests.browser.conftest import a_stack
from tests.browser.machine import PROJECT
from tests.browser.reader import Reader
from tests.integration.directory.signing_in import Reception
from tests.integration.plans.desk import COUNTY, Desk, on_ledger

CADDY = Path(sys.executable).with_name("caddy")
CADDYFILE = PROJECT / "deploy" / "caddy" / "Caddyfile"


@dataclass(repr=False)
class House:
    """A stack of its own, because its console is restarted here. address: the proxy's."""

    reception: Reception
    clerk: Account
    address: str

    @property
    def stack(self) -> Stack:
        return self.reception.stack

    async def answers(self) -> bool:
        """Whether the console answers through the proxy."""
        async with httpx.AsyncClient(verify=False, trust_env=False) as client:  # noqa: S501 - its own authority
            try:
                return (await client.get(f"{self.address}/healthz")).status_code == 200
            except httpx.TransportError:
                return False

    async def restart_console(self) -> None:
        """Kills it, and waits for the next one."""
        before = self.stack.pid(CONSOLE)
        self.stack.kill(CONSOLE)

        async def is_back() -> bool:
            return self.stack.pid(CONSOLE) != before and await self.answers()

        await self.reception.eventually(is_back)

    async def age_sessions(self) -> None:
        """All sessions as if nobody had been there for a day."""
        database = await asyncpg.connect(self.stack.postgres_dsn)
        try:
            await database.execute("update directory.sessions set last_use_time = last_use_time - interval '1 day'")
        finally:
            await database.close()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    address = f"https://localhost:{free_port()}"
    folder = tmp_path_factory.mktemp("caddy")
    async with a_stack(console_url=address) as reception:
        environment = {
            **os.environ,
            "PLUMBLINE_SITE": address,
            "PLUMBLINE_CONSOLE": reception.stack.console_address.removeprefix("http://"),
            "PLUMBLINE_HTTP_PORT": str(free_port()),
            "XDG_DATA_HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder),
        }
        command = (str(CADDY), "run", "--adapter", "caddyfile", "--config", str(CADDYFILE))
        with (folder / "log").open("wb") as log:
            caddy = await asyncio.create_subprocess_exec(*command, env=environment, stdout=log, stderr=log)
        try:
            clerk = await reception.an_account("clerk", COUNTY, role="unit_clerk")
            made = House(reception, clerk, address)
            await reception.eventually(made.answers)
            yield made
        finally:
            caddy.terminate()
            await caddy.wait()


@pytest.fixture
async def reader(house: House, browser: Browser) -> AsyncIterator[Reader]:
    """Somebody who is not signed in, at a browser that takes the proxy's authority."""
    context = await browser.new_context(ignore_https_errors=True)
    seated = await Reader.sit_down(context, house.address)
    yield seated
    await context.close()
    assert seated.troubles == []


async def test_the_sign_in_is_over_tls_and_http_2_and_its_cookie_for_tls_only(house: House, reader: Reader) -> None:
    answer = await reader.open("/situation")
    await reader.sign_in(house.clerk)

    assert reader.path == "/situation"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert await reader.page.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol") == "h2"
    (cookie,) = [each for each in await reader.page.context.cookies() if "session" in each["name"]]
    assert (cookie["name"], cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (
        "__Host-session",
        True,
        True,
        "Lax",
        "/",
    )


async def test_figures_of_an_open_page_travel_as_they_come(house: House, reader: Reader) -> None:
    await reader.open("/situation")
    await reader.sign_in(house.clerk)
    await expect(reader.page.locator("#live-state")).to_have_class("pl-state pl-state-green")
    total = reader.page.locator("[data-total=problems_total]")
    before = int(await total.inner_text())

    await on_ledger(house.reception, Desk(house.reception, house.reception.token("unit_clerk", COUNTY)))

    await expect(total).to_have_text(str(before + 1))


async def test_a_console_that_is_started_again_signs_nobody_out(house: House, reader: Reader) -> None:
    await reader.open("/desk")
    await reader.sign_in(house.clerk)

    await reader.look_away()
    await house.restart_console()
    await reader.open("/desk")

    assert reader.path == "/desk"


async def test_whose_session_is_over_is_told_so_and_comes_back_to_where_they_were(house: House, reader: Reader) -> None:
    await reader.open("/desk?below=1")
    await reader.sign_in(house.clerk)

    await reader.look_away()
    await house.age_sessions()
    # Which remembers for minutes who was signed in.
    await house.restart_console()
    await reader.open("/desk?below=1")

    assert reader.path.startswith("/sign-in?")
    await expect(reader.page.get_by_role("status")).to_contain_text("会话已到时限")
    assert [each["name"] for each in await reader.page.context.cookies() if "session" in each["name"]] == []
    await reader.sign_in(house.clerk)
    assert reader.path == "/desk?below=1"
