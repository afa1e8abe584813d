"""What every answer tells the browser to be careful with."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.browser.land import Land

PAGES = ["/", "/sign-in", "/signed-out", "/nowhere", "/signed-in?code=x&state=y", "/language?to=en", "/healthz"]


@pytest.fixture
async def client(land: Land) -> AsyncIterator[httpx.AsyncClient]:
    """A program, which has no browser's scruples."""
    async with httpx.AsyncClient(base_url=land.address, trust_env=False) as made:
        yield made


def nonce_of(answer: httpx.Response) -> str:
    """The nonce without which no script runs on a page."""
    found = re.search(
        r"script-src 'nonce-([\w-]{20,})' 'strict-dynamic'(;|$)", answer.headers["content-security-policy"]
    )
    assert found is not None, answer.headers["content-security-policy"]
    return found[1]


@pytest.mark.parametrize("path", PAGES)
async def test_every_answer_carries_the_policy_and_is_not_kept(client: httpx.AsyncClient, path: str) -> None:
    first, second = await client.get(path), await client.get(path)

    assert nonce_of(first) != nonce_of(second)
    assert "default-src 'none'" in first.headers["content-security-policy"]
    assert "require-trusted-types-for 'script'" in first.headers["content-security-policy"]
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["cross-origin-opener-policy"] == "same-origin"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_a_method_that_a_page_does_not_know_is_answered_with_the_policy_too(
    client: httpx.AsyncClient, method: str
) -> None:
    answer = await client.request(method, "/sign-in")

    assert answer.status_code == 405
    assert nonce_of(answer)


@pytest.mark.parametrize("path", PAGES)
async def test_no_cookie_can_be_read_by_a_script(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    for cookie in answer.headers.get_list("set-cookie"):
        assert "httponly" in cookie.lower(), cookie
        assert "samesite=lax" in cookie.lower(), cookie


async def test_the_switch_of_the_language_sets_a_cookie(client: httpx.AsyncClient) -> None:
    """Without this the test above could pass for want of cookies."""
    answer = await client.get("/language", params={"to": "en"})

    assert answer.headers["set-cookie"].startswith("language=en;")


async def test_files_named_by_their_content_are_kept_for_good_and_compressed(client: httpx.AsyncClient) -> None:
    page = await client.get("/sign-in")
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text)

    assert len(files) >= 3
    for file in files:
        answer = await client.get(file)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=31536000, immutable")
        assert nonce_of(answer)
        if len(answer.content) > 1024:
            assert answer.headers["content-encoding"] == "gzip"


async def test_the_page_carries_the_nonce_of_its_own_answer(client: httpx.AsyncClient) -> None:
    answer = await client.get("/sign-in")

    assert f'nonce="{nonce_of(answer)}"' in answer.text
    assert re.findall(r"<script(?![^>]*nonce=)", answer.text) == []


async def test_without_tls_nothing_is_promised_of_tls(client: httpx.AsyncClient) -> None:
    """The promise would lock browsers out of every other program on this machine."""
    assert "strict-transport-security" not in (await client.get("/sign-in")).headers


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x()"])
async def test_nobody_is_sent_to_another_site(client: httpx.AsyncClient, target: str) -> None:
    switched = await client.get("/language", params={"to": "en", "next": target})
    asked = await client.get("/sign-in", params={"next": target})

    assert switched.headers["location"] == "/"
    assert 'href="/sign-in/start?next=%2F"' in asked.text or 'href="/sign-in/start?next=/"' in asked.text
