"""Coming in, changing hats and languages, and leaving."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Opens
from tests.browser.land import Land
from tests.browser.reader import Reader


async def test_somebody_signs_in_by_the_form_and_is_where_they_wanted_to_be(land: Land, sit: Opens) -> None:
    reader = await sit("")

    await reader.open("/lodgings?tab=registered")
    await reader.sign_in(land.accounts["office"])

    assert reader.path == "/lodgings?tab=registered"
    await expect(reader.page.locator(".pl-menu summary")).to_have_text(land.accounts["office"].display_name)


@pytest.mark.parametrize(
    ("user_name", "home"),
    [
        ("analyst", "/situation"),
        ("office", "/desk"),
        ("clerk", "/desk"),
        ("inspector", "/visits"),
        ("discipline", "/referrals"),
        ("auditor", "/situation"),
        ("custodian", "/draws"),
        ("administrator", "/parked"),
    ],
)
async def test_everybody_begins_where_their_work_lies_and_the_head_leads_nowhere_in_vain(
    sit: Opens, user_name: str, home: str
) -> None:
    reader = await sit(user_name)

    await reader.open("/")

    assert reader.path == home
    entries = await reader.page.locator(".pl-nav a").evaluate_all("links => links.map(link => link.pathname)")
    assert home in entries
    for entry in entries:
        await reader.open(entry)
        assert await reader.page.locator('.pl-nav a[aria-current="page"]').count() == 1


@pytest.mark.parametrize("target", ["//evil.example/", "https://evil.example/", "/%5Cevil.example/"])
async def test_a_sign_in_leads_to_no_other_site(land: Land, sit: Opens, target: str) -> None:
    reader = await sit("")

    await reader.open(f"/sign-in?next={target}")
    await reader.sign_in(land.accounts["clerk"])

    assert reader.page.url.startswith(f"{land.address}/")
    assert [request for request in reader.requests if re.match(r"\w+ https?://evil", request)] == []


async def test_whoever_is_wrong_stays_outside(land: Land, sit: Opens) -> None:
    reader = await sit("")
    await reader.open("/desk")
    await reader.page.locator('a[href^="/sign-in/start"]').click()
    await reader.page.locator("#user_name").fill(land.accounts["clerk"].user_name)
    await reader.page.locator("#password").fill("wrong")
    await reader.page.locator("button[type=submit]").click()
    await expect(reader.page.locator("#problem")).to_be_visible()
    reader.forgive(401)

    await reader.open("/desk")

    assert reader.path == "/sign-in?next=/desk"


async def test_a_return_from_the_issuer_that_nobody_asked_for_is_refused(sit: Opens) -> None:
    """Else somebody could be signed in as somebody else without noticing."""
    reader = await sit("")

    await reader.open("/signed-in?code=stolen&state=made-up", status=400)

    assert "SIGN_IN_FAILED" in await reader.text()


async def test_the_switch_of_the_language_stays_on_the_page(sit: Opens) -> None:
    reader = await sit("office")
    await reader.open("/lodgings?tab=returned")

    await reader.page.get_by_role("link", name="English").click()
    await expect(reader.page.locator("html")).to_have_attribute("lang", "en")
    there = reader.path
    await reader.page.get_by_role("link", name="中文").click()
    await expect(reader.page.locator("html")).to_have_attribute("lang", "zh-CN")

    assert there == reader.path == "/lodgings?tab=returned"


async def test_somebody_with_two_grants_acts_under_one_at_a_time(sit: Opens) -> None:
    """Which of them is the first is directory's to say; each shows what is its own."""
    reader = await sit("deputy")
    role = reader.page.locator(".pl-menu-text strong")
    lodgings = {"单位经办人": 403, "活动办": 200}
    await reader.open("/")
    held = await role.text_content()

    seen = []
    for wanted in sorted(lodgings, key=lambda each: each == held):
        await reader.page.locator(".pl-menu summary").click()
        await reader.page.get_by_role("button", name=f"改以此身份：{wanted}").click()
        await expect(role).to_have_text(wanted)
        await reader.open("/lodgings", status=lodgings[wanted])
        seen.append(await role.text_content())

    assert sorted(seen) == sorted(lodgings)


async def test_who_signed_out_is_out_even_with_the_cookie_kept(land: Land, browser: Browser, sit: Opens) -> None:
    reader = await sit("")
    await reader.open("/desk")
    await reader.sign_in(land.accounts["clerk"])
    kept = await reader.page.context.storage_state()

    await reader.page.locator(".pl-menu summary").click()
    await reader.page.get_by_role("button", name="退出登录").click()
    await reader.page.wait_for_url("**/signed-out")

    await expect(reader.page.get_by_role("status")).to_have_text("已退出登录。")
    assert [each["name"] for each in kept["cookies"] if each["name"] == "session"] == ["session"]
    thief = await browser.new_context(storage_state=kept)
    replayed = await Reader.sit_down(thief, land.address)
    await replayed.open("/desk")
    assert replayed.path.startswith("/sign-in?next=/desk&expired=1")
    await thief.close()
