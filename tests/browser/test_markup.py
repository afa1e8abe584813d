"""Markup from outside stays inert: it is shown as text, and where it were not, the browser would not run it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.async_api import Route

from tests.browser.conftest import Opens
from tests.browser.land import HOSTILE, Land
from tests.browser.looks import at, page_of, visit

# What would happen if our escaping had a hole, each by another way.
_INJECTED = """
<div hx-get="/by-htmx" hx-trigger="load"></div>
<div hx-get="/by-htmx-with-a-guess" hx-trigger="load" hx-nonce="guess"></div>
<img src="data:," onerror="fetch('/by-handler')">
<script>fetch('/by-script')</script>
<script src="data:text/javascript,fetch('/by-source')"></script>
<iframe srcdoc="<script>parent.fetch('/by-frame')</script>"></iframe>
<form action="https://evil.example/by-form" id="stolen"></form>
<base href="https://evil.example/">
"""


@pytest.mark.parametrize(
    ("user_name", "address"),
    [
        ("clerk", at("/desk")),
        ("clerk", lambda land: page_of(land.problems["hostile"].name)),
        ("inspector", visit("closed")),
        ("inspector", lambda land: f"/referrals/new?finding={land.findings[-1]}"),
    ],
    ids=["desk", "problem", "visit", "referral form"],
)
async def test_what_somebody_wrote_is_shown_as_they_wrote_it(
    land: Land, sit: Opens, user_name: str, address: Callable[[Land], str]
) -> None:
    reader = await sit(user_name)

    await reader.open(address(land))

    assert HOSTILE in await reader.text()
    assert await reader.page.locator('img[src="x"], [hx-get="/x"]').count() == 0
    assert [request for request in reader.requests if request.endswith(("/x", "=x"))] == []
    assert reader.dialogs == []


async def test_markup_that_came_through_would_not_run(sit: Opens) -> None:
    """The second wall, tried by putting markup into the answer. What carries the nonce runs: the walls are not deaf."""
    reader = await sit("clerk")

    async def inject(route: Route) -> None:
        answer = await route.fetch()
        page = await answer.text()
        (nonce,) = set(re.findall(r'<script type="module" nonce="([^"]+)"', page))
        ours = f'<div hx-get="/healthz" hx-trigger="load" hx-nonce="{nonce}"></div>'
        await route.fulfill(response=answer, body=page.replace("</main>", f"{_INJECTED}{ours}</main>"))

    await reader.page.route("**/lodgings/nowhere", inject)
    await reader.page.route("**/desk", inject)
    async with reader.page.expect_request("**/healthz"):
        await reader.page.goto(f"{reader.address}/desk")
    await reader.page.wait_for_load_state("networkidle")

    assert [request for request in reader.requests if "/by-" in request] == []
    assert reader.dialogs == []
    refused = "\n".join(reader.troubles)
    for directive in ("script-src-attr", "script-src-elem", "base-uri"):
        assert f"policy violated: {directive}" in refused
    reader.troubles.clear()


@pytest.mark.parametrize(
    "script",
    [
        "document.body.innerHTML = '<img src=x onerror=alert(1)>'",
        "document.body.insertAdjacentHTML('beforeend', '<b>x</b>')",
        "document.createElement('script').src = 'data:text/javascript,alert(1)'",
        "document.createElement('script').text = 'alert(1)'",
        "document.createElement('iframe').srcdoc = '<b>x</b>'",
        "trustedTypes.createPolicy('another', {createHTML: (text) => text})",
        "trustedTypes.createPolicy('default', {createHTML: (text) => text})",
    ],
)
async def test_a_script_cannot_make_markup_of_a_text(sit: Opens, script: str) -> None:
    """Trusted Types: a mistake in our own scripts stays a mistake."""
    reader = await sit("analyst")
    await reader.open("/situation")

    refused = await reader.page.evaluate(f"() => {{ try {{ {script}; return false }} catch {{ return true }} }}")

    assert refused
    assert await reader.page.locator('img[src="x"]').count() == 0
    assert reader.dialogs == []
    reader.troubles.clear()
