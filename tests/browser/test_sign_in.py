"""Coming in, changing hats and languages, and leaving."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.conftest import Opens
from tests.browser.land import Land


async def test_somebody_signs_in_by_the_form_and_is_where_they_wanted_to_be(land: Land, sit: Opens) -> None:
    reader = await sit("")

    await reader.open("/lodgings?tab=registered")
    await reader.sign_in(land.accounts["office"])

    assert reader.path == "/lodgings?tab=registered"
    await expect(reader.page.locator(".pl-menu summary")).to_have_text(land.accounts["office"].display_name)
