"""The pictures of the README: the situation of the whole country, as the demonstration leaves it."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.async_api import async_playwright, expect

from services.cli import accounts
from services.cli.stack import Stack, StackOptions
from tests.browser import machine
from tests.browser.reader import Reader

SIZE = (1366, 900)
# `make picture` names the folder of the README's pictures; otherwise they lie with the other photographs.
FOLDER_VARIABLE = "PLUMBLINE_PICTURES"


async def take(folder: Path) -> None:
    """Photographs the national situation in both languages; says aloud where there is no browser. folder: of a demo."""
    if machine.not_tested() is not None:
        print(machine.not_tested())
        return
    into = Path(os.environ.get(FOLDER_VARIABLE, machine.PHOTOS))
    async with (
        Stack.start(StackOptions(folder=folder, console=True)) as stack,
        async_playwright() as playwright,
    ):
        (analyst,) = (each for each in accounts.read(stack.folder).accounts if each.user_name == "analyst")
        assert stack.console_url is not None
        browser = await playwright.chromium.launch(executable_path=machine.chromium(), args=machine.flags())
        context = await browser.new_context(viewport={"width": SIZE[0], "height": SIZE[1]})
        reader = await Reader.sit_down(context, stack.console_url)
        await reader.open("/sign-in?next=/situation")
        await reader.sign_in(analyst)
        for language in ("zh", "en"):
            await reader.speak(language)
            await reader.open("/situation")
            await expect(reader.page.locator('#live-state[data-state="live"]')).to_be_visible()
            await expect(reader.page.locator("#treemap canvas")).to_be_visible()
            zhejiang = reader.page.locator("tr", has_text="浙江省").locator("[data-twist]")
            await zhejiang.click()
            await expect(reader.page.locator("tr", has_text="杭州市")).to_be_visible()
            await reader.page.evaluate("window.scrollTo(0, 0)")
            await reader.photograph(into / f"situation-{language}.png", whole=False)
        assert reader.troubles == []
        await browser.close()
