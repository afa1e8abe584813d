"""Somebody at a browser: opens pages, signs in by the real form, and notices what the browser complains of."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, ConsoleMessage, Page, Request, Response

from services.cli.accounts import Account
from tests.browser.machine import AXE

WAIT_MS = 10_000
DESKTOP, PHONE, WALL = (1366, 768), (375, 812), (2560, 1440)
# WCAG 2.0 to 2.2, levels A and AA.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

# A violation of the policy is told as an event before anybody could log it.
_TELL_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', (event) => {
  console.error(`policy violated: ${event.effectiveDirective} by ${event.blockedURI} ${event.sample}`);
});
"""


@dataclass
class Reader:
    """One open page. troubles: whatever the browser complained of since it was opened."""

    page: Page
    address: str
    troubles: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    @classmethod
    async def sit_down(cls, context: BrowserContext, address: str) -> Reader:
        """A fresh page of a browser. address: where the console is."""
        page = await context.new_page()
        page.set_default_timeout(WAIT_MS)
        await page.add_init_script(_TELL_VIOLATIONS)
        reader = cls(page, address)
        page.on("console", reader._hear)
        page.on("pageerror", lambda error: reader.troubles.append(f"script failed: {error}"))
        page.on("request", reader._note)
        page.on("dialog", reader._dismiss)
        return reader

    async def open(self, path: str, *, status: int = 200) -> Response:
        """Goes to a page of the console, which must answer with a status."""
        answer = await self.page.goto(f"{self.address}{path}", wait_until="load")
        assert answer is not None
        assert answer.status == status, f"{path} answered {answer.status}: {await self.text()}"
        if status >= 400:
            self.forgive(status)
        return answer

    def forgive(self, status: int) -> None:
        """The browser complains of a page that is itself an error; the test asked for it."""
        self.troubles = [each for each in self.troubles if f"status of {status}" not in each]

    async def sign_in(self, account: Account) -> None:
        """From the button of the console through the issuer's form and back."""
        await self.page.locator('a[href^="/sign-in/start"]').click()
        await self.fill_in(account)

    async def fill_in(self, account: Account) -> None:
        """The issuer's form."""
        await self.page.locator("#user_name").fill(account.user_name)
        await self.page.locator("#password").fill(account.password)
        await self.page.locator("button[type=submit]").click()
        await self.page.wait_for_url(f"{self.address}/**")

    async def speak(self, language: str) -> None:
        """From now on in a language, by the cookie that the switch sets."""
        cookie: Any = {"name": "language", "value": language, "url": self.address}
        await self.page.context.add_cookies([cookie])

    async def look_away(self) -> None:
        """Leaves the console for an empty page, so that nothing is asked of it any more."""
        await self.page.goto("about:blank")

    @property
    def path(self) -> str:
        """Where the page is, without the host."""
        return self.page.url.removeprefix(self.address)

    async def text(self) -> str:
        """What can be read on the page."""
        return await self.page.locator("body").inner_text()

    async def overflow(self) -> int:
        """By how many pixels the page is wider than the window; what scrolls by itself inside is no overflow."""
        wide: int = await self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return wide

    async def barriers(self) -> list[str]:
        """What axe finds: rule, what it is about, and where. It comes in by the debugger, past the page's policy."""
        await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = await self.page.evaluate("rules => axe.run({runOnly: rules})", RULES)
        return [
            f"{violation['id']}: {violation['help']}: {[node['html'][:160] for node in violation['nodes'][:4]]}"
            for violation in found["violations"]
        ]

    async def photograph(self, file: Path, *, whole: bool = True) -> None:
        """A picture of the page."""
        file.parent.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=file, full_page=whole, animations="disabled")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"{message.type}: {message.text}")

    def _note(self, request: Request) -> None:
        self.requests.append(f"{request.method} {request.url.removeprefix(self.address)}")

    async def _dismiss(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        await dialog.dismiss()
