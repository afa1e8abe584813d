"""Everything can be done without a mouse, and one always sees where one is."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Opens
from tests.browser.land import Land
from tests.browser.reader import Reader

MOST_TABS = 120
# Outlines and shadows are both how a focus is shown; the body is where the focus is when it is nowhere.
_SHOWN = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const style = getComputedStyle(at);
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  const box = at.getBoundingClientRect();
  return {
    what: at.outerHTML.slice(0, 120),
    seen: (outlined || style.boxShadow !== 'none') && box.width > 1 && box.height > 1,
  };
}"""


async def tab_to(page: Page, wanted: Locator) -> None:
    """Presses Tab until something has the focus."""
    for _ in range(MOST_TABS):
        await page.keyboard.press("Tab")
        if await wanted.count() and await wanted.first.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"no way by Tab to {wanted}")


async def test_a_clerk_signs_in_and_reports_progress_without_a_mouse(land: Land, sit: Opens) -> None:
    reader, account = await sit(""), land.accounts["clerk"]
    page = reader.page
    await reader.open("/sign-in")

    await tab_to(page, page.locator('a[href^="/sign-in/start"]'))
    await page.keyboard.press("Enter")
    await expect(page.locator("#user_name")).to_be_focused()
    await page.keyboard.type(account.user_name)
    await page.keyboard.press("Tab")
    await page.keyboard.type(account.password)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk")

    await tab_to(page, page.get_by_role("link", name=land.problems["soon"].title))
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/problems/**")
    await report_progress(reader)


async def report_progress(reader: Reader) -> None:
    page = reader.page
    await tab_to(page, page.locator("[name=percent_done]"))
    await page.keyboard.press("Control+a")
    await page.keyboard.type("60")
    await tab_to(page, page.locator("textarea[name=remark]"))
    await page.keyboard.type("窗口已增派人手")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("main [role=status]").first).to_be_focused()


async def test_the_first_stop_leads_past_the_head(sit: Opens) -> None:
    reader = await sit("clerk")
    await reader.open("/desk")

    await reader.page.keyboard.press("Tab")
    await expect(reader.page.locator(".skip-link")).to_be_focused()
    await expect(reader.page.locator(".skip-link")).to_be_in_viewport()
    await reader.page.keyboard.press("Enter")

    await expect(reader.page.locator("#main")).to_be_focused()


@pytest.mark.parametrize(
    ("user_name", "path"), [("", "/sign-in"), ("clerk", "/desk"), ("clerk", "/plans/new"), ("custodian", "/draws/new")]
)
async def test_one_always_sees_where_one_is(sit: Opens, user_name: str, path: str) -> None:
    reader = await sit(user_name)
    await reader.open(path)
    stops = []
    for _ in range(MOST_TABS):
        await reader.page.keyboard.press("Tab")
        stop = await reader.page.evaluate(_SHOWN)
        if stop is None:
            break
        stops.append(stop)

    assert len(stops) >= 2
    assert [stop["what"] for stop in stops if not stop["seen"]] == []


async def test_a_menu_opens_and_shuts_by_keys_and_gives_the_focus_back(sit: Opens) -> None:
    reader = await sit("clerk")
    await reader.open("/desk")
    menu = reader.page.locator(".pl-menu summary")

    await menu.focus()
    await reader.page.keyboard.press("Enter")
    await expect(reader.page.get_by_role("button", name="退出登录")).to_be_visible()
    await reader.page.keyboard.press("Tab")
    await reader.page.keyboard.press("Escape")

    await expect(reader.page.get_by_role("button", name="退出登录")).to_be_hidden()
    await expect(menu).to_be_focused()
