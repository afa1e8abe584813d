"""One browser and one country for all tests in a real browser; without a browser they are left out aloud."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, async_playwright
from playwright.async_api import Error as PlaywrightError

from services.cli.folder import StackFolder
from services.cli.stack import Stack, StackOptions
from services.console import assets
from tests import complaints
from tests.browser import machine
from tests.browser.land import Land
from tests.browser.reader import DESKTOP, Reader
from tests.integration.directory.signing_in import Reception

HERE = Path(__file__).parent
NOT_TESTED = machine.not_tested()
_FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leaves these tests out where there is no browser; the summary says so."""
    if NOT_TESTED is not None:
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.skip(reason=NOT_TESTED))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was left out is never left out silently; and what the pages weigh, for whoever adds to them."""
    if NOT_TESTED is not None:
        terminalreporter.write_line(NOT_TESTED, red=True, bold=True)
    elif (assets.FOLDER / "manifest.json").exists():
        weights = ", ".join(f"{source} {weight / 1000:.1f} kB" for source, weight in machine.weights().items())
        terminalreporter.write_line(f"The console's files, compressed: {weights}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    """A failed test tells what the services complained of; its pages are photographed when it gives them back."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
        complaints.tell(item, report)
    return report


@contextlib.asynccontextmanager
async def a_stack(**options: Any) -> AsyncIterator[Reception]:
    """All services, the console and its issuer, with a planted country."""
    root = Path(tempfile.mkdtemp(prefix="plumbline-browser-"))
    async with Stack.start(StackOptions(folder=root, console=True, **options)) as stack:
        assert stack.sign_in is not None
        reception = Reception(stack, stack.sign_in.issuer)
        await reception.plant()
        yield reception
        await reception.close()
    StackFolder(root).remove()


@pytest.fixture(scope="session")
async def land() -> AsyncIterator[Land]:
    """A country in which every page has something to show. Tests add to it and take nothing away."""
    async with a_stack() as reception:
        made = Land(reception)
        await made.settle()
        yield made


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the whole run."""
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=machine.chromium(), args=machine.flags())
        yield started
        await started.close()


@pytest.fixture(scope="session")
def signed_in(land: Land, browser: Browser) -> Callable[[str], Awaitable[Any]]:
    """The cookies of somebody who signed in by the form; each person does so once."""
    kept: dict[str, Any] = {}

    async def cookies_of(user_name: str) -> Any:
        if user_name not in kept:
            context = await browser.new_context()
            reader = await Reader.sit_down(context, land.address)
            await reader.open("/sign-in")
            await reader.sign_in(land.accounts[user_name])
            kept[user_name] = await context.storage_state()
            await context.close()
        return kept[user_name]

    return cookies_of


Opens = Callable[..., Awaitable[Reader]]


@pytest.fixture
async def sit(
    request: pytest.FixtureRequest, land: Land, browser: Browser, signed_in: Callable[[str], Awaitable[Any]]
) -> AsyncIterator[Opens]:
    """Seats somebody at a browser of their own: `await sit("clerk", language="en", size=PHONE)`; "" is a stranger.

    In the end nothing may have been amiss in any of them.
    """
    seated: list[Reader] = []

    async def seat(user_name: str, *, language: str = "zh", size: tuple[int, int] = DESKTOP) -> Reader:
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            storage_state=await signed_in(user_name) if user_name else None,
        )
        reader = await Reader.sit_down(context, land.address)
        await reader.speak(language)
        seated.append(reader)
        return reader

    yield seat
    failed = request.node.stash.get(_FAILED, False)
    for number, reader in enumerate(seated):
        if failed:
            name = re.sub(r"[^\w-]+", "-", request.node.name)
            file = machine.FAILURES / f"{name}-{number}.png"
            # A page that hangs has no picture, and the failure is another.
            with contextlib.suppress(PlaywrightError):
                await reader.photograph(file)
            print(f"{reader.page.url} photographed: {file}", *reader.troubles, sep="\n")
        await reader.page.context.close()
    troubles = [trouble for reader in seated for trouble in reader.troubles]
    assert failed or not troubles, troubles
