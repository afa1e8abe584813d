"""Every page in both languages: whole, within its window, open to everybody, in one language, and photographed."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from starlette.routing import compile_path

from services.console.locales import FOLDER, read_catalogue
from services.console.pages import PAGES
from tests.browser.conftest import Opens
from tests.browser.land import Land
from tests.browser.looks import LOOKS, Look
from tests.browser.machine import PHOTOS
from tests.browser.reader import Reader

ENGLISH = read_catalogue(FOLDER / "en")
HTML_LANGUAGES = {"zh": "zh-CN", "en": "en"}
# A sentence with facts in it, as it would stand on a page that forgot to translate it.
_CHINESE = re.compile("|".join(re.sub(r"%\\\(\w+\\\)s", ".*", re.escape(msgid)) for msgid in ENGLISH))

# Where one is sent on, what an open page asks for by itself, and files.
NO_SCREENS = {"/", "/situation/rows", "/situation/live", "/situation/awake", "/draws/{tenant}/{key}/bundle.json"}

_PIECES = """() => {
  const pieces = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) pieces.push(walker.currentNode.data);
  for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'data-label', 'data-confirm'])
    for (const element of document.querySelectorAll(`[${name}]`)) pieces.push(element.getAttribute(name));
  return pieces.map((piece) => piece.trim()).filter((piece) => piece);
}"""


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("look", LOOKS, ids=str)
async def test_a_page_is_as_it_should_be(look: Look, language: str, land: Land, sit: Opens) -> None:
    reader = await sit(look.user_name, language=language, size=look.sizes[0])
    for size in look.sizes:
        await reader.page.set_viewport_size({"width": size[0], "height": size[1]})
        await reader.open(look.address(land), status=look.status)
        await reader.photograph(PHOTOS / f"{look.name}-{language}-{size[0]}x{size[1]}.png")

        words = look.sees(land)
        assert (ENGLISH.get(words, words) if language == "en" else words) in await reader.text()
        assert await reader.overflow() <= 0, f"wider than the window of {size[0]} pixels"

        if size == look.sizes[0]:
            assert await reader.page.locator("h1").count() == 1
            assert await reader.page.locator("html").get_attribute("lang") == HTML_LANGUAGES[language]
            assert language == "zh" or await untranslated(reader) == []
            # WCAG 2.2, levels A and AA, as far as a program can tell.
            assert await reader.barriers() == []


def test_every_page_is_looked_at(land: Land) -> None:
    """A page that nobody put into the table would never be measured."""
    looked_at = [urlsplit(look.address(land)).path for look in LOOKS if look.status == 200]
    pages = [page for page in PAGES if "GET" in page.methods and page.path not in NO_SCREENS]

    assert [
        page.path for page in pages if not any(compile_path(page.path)[0].fullmatch(path) for path in looked_at)
    ] == []


async def untranslated(reader: Reader) -> list[str]:
    """Sentences of ours that stand on an English page in Chinese; what is data may be Chinese."""
    pieces: list[str] = await reader.page.evaluate(_PIECES)
    return [piece for piece in pieces if _CHINESE.fullmatch(piece)]
