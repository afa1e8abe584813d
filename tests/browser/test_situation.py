"""The situation page as an analyst uses it: live, down to townships, by keyboard, and adding up at every moment."""

from __future__ import annotations

import json
import time
from typing import Any

from playwright.async_api import Locator, expect

from tests.browser.conftest import Opens
from tests.browser.land import Land
from tests.browser.reader import Reader
from tests.integration.plans.desk import COUNTY, on_ledger

# What does not add up on the page: for every opened unit and every column, what it says and what stands below it.
_ODD_SUMS = """() => {
  const body = document.querySelector('[role=treegrid] tbody');
  const number = (row, name) =>
    Number(row.querySelector(`[data-m="${name}"]`).textContent.replace(/[^0-9-]/g, ''));
  const names = [...body.rows[0].querySelectorAll('[data-m]')].map((cell) => cell.dataset.m);
  const odd = [];
  for (const row of body.querySelectorAll('tr[aria-expanded=true]')) {
    const below = [...body.rows].filter((each) => each.dataset.parent === row.dataset.unit);
    for (const name of names) {
      const sum = below.reduce((total, each) => total + number(each, name), 0);
      if (sum !== number(row, name)) odd.push([row.textContent.trim().slice(0, 20), name, number(row, name), sum]);
    }
  }
  return odd;
}"""

# Tells when a cell says something new, by the page's own clock.
_WATCH = """(cell) => {
  window.changedAt = new Promise((resolve) => {
    new MutationObserver(() => resolve(performance.timeOrigin + performance.now()))
      .observe(cell, {childList: true, characterData: true, subtree: true});
  });
}"""


def row(reader: Reader, land: Land, code: str) -> Locator:
    return reader.page.locator(f'tr[data-unit="{land.reception.unit(code).id}"]')


async def cell(reader: Reader, land: Land, code: str, metric: str = "problems_total") -> Locator:
    """The cell of a unit's figure."""
    metrics = (await reader.page.locator("#situation").get_attribute("data-metrics") or "").split(" ")
    return row(reader, land, code).locator(f'[data-m="{metrics.index(metric)}"]')


async def walk_to(wanted: Locator, reader: Reader) -> None:
    """Down, row by row, until the wanted one has the focus."""
    for _ in range(await reader.page.locator("[role=treegrid] tbody tr").count()):
        if await wanted.evaluate("row => row === document.activeElement"):
            return
        await reader.page.keyboard.press("ArrowDown")
    await expect(wanted).to_be_focused()


async def adds_up(reader: Reader) -> None:
    """Every column of every opened unit; tables of several levels are told one after the other, so it is waited for."""
    for _ in range(200):
        odd: list[Any] = await reader.page.evaluate(_ODD_SUMS)
        if not odd:
            return
        await reader.page.evaluate("new Promise(requestAnimationFrame)")
    raise AssertionError(odd)


async def live(reader: Reader) -> None:
    await expect(reader.page.locator('#live-state[data-state="live"]')).to_be_visible()


async def test_a_fact_committed_below_changes_the_figures_on_an_open_page(land: Land, sit: Opens) -> None:
    reader = await sit("analyst")
    await reader.open("/situation")
    await live(reader)
    total = reader.page.locator('[data-total="problems_total"]')
    before = int((await total.inner_text()).replace(",", ""))
    province = int(await (await cell(reader, land, COUNTY[:2])).inner_text())
    await (await total.element_handle()).evaluate(_WATCH)

    await on_ledger(land.reception, land.clerk, title="问题一经报送，上级即见")
    committed = time.time() * 1000

    await expect(total).to_have_text(f"{before + 1:,}")
    await expect(await cell(reader, land, COUNTY[:2])).to_have_text(f"{province + 1:,}")
    changed = await reader.page.evaluate("window.changedAt")
    print(f"from the clerk's answer to the open page: {changed - committed:.0f} ms")
    await adds_up(reader)


async def test_the_tree_opens_down_to_townships_by_keyboard_and_every_column_adds_up(land: Land, sit: Opens) -> None:
    reader = await sit("analyst")
    await reader.open("/situation")
    await live(reader)
    keyboard = reader.page.keyboard

    await row(reader, land, "0").focus()
    await keyboard.press("ArrowDown")
    for depth, code in enumerate((COUNTY[:2], COUNTY[:4], COUNTY), start=2):
        await walk_to(row(reader, land, code), reader)
        await keyboard.press("ArrowRight")
        await expect(row(reader, land, code)).to_have_attribute("aria-expanded", "true")
        await expect(row(reader, land, code)).to_have_attribute("aria-level", str(depth))
        await expect(reader.page.locator(f'tr[aria-level="{depth + 1}"]').first).to_be_visible()

    township = row(reader, land, f"{COUNTY}001")
    await expect(township).to_have_attribute("aria-level", "5")
    assert await township.get_attribute("aria-expanded") is None
    await expect(reader.page.locator("tr[aria-expanded=true]")).to_have_count(4)
    await adds_up(reader)

    # A figure of a row that was opened is as live as the others.
    figure = await cell(reader, land, COUNTY)
    before = int(await figure.inner_text())
    await live(reader)
    await on_ledger(land.reception, land.clerk, title="展开之后仍然实时")
    await expect(figure).to_have_text(f"{before + 1:,}")
    await adds_up(reader)

    await keyboard.press("ArrowLeft")
    await expect(row(reader, land, COUNTY)).to_have_attribute("aria-expanded", "false")
    await expect(township).to_be_hidden()
    await keyboard.press("ArrowLeft")
    await expect(row(reader, land, COUNTY[:4])).to_be_focused()
    await keyboard.press("Home")
    await expect(row(reader, land, "0")).to_be_focused()


async def test_a_row_that_was_opened_once_opens_again_without_asking(land: Land, sit: Opens) -> None:
    reader = await sit("analyst")
    await reader.open("/situation")
    twist = row(reader, land, COUNTY[:2]).locator("[data-twist]")

    for _ in range(3):
        await twist.click()
        await expect(row(reader, land, COUNTY[:4])).to_be_visible()
        await twist.click()
        await expect(row(reader, land, COUNTY[:4])).to_be_hidden()

    assert sum("/situation/rows" in request for request in reader.requests) == 1


async def test_a_province_sees_itself_and_nothing_of_its_neighbours(land: Land, sit: Opens) -> None:
    reader = await sit("office")
    await reader.open("/situation")
    await live(reader)
    text = await reader.text()

    assert land.reception.unit(COUNTY[:4]).display_name in text
    assert land.reception.unit("12").display_name not in text
    foreign = land.reception.unit("12").id
    refused = await reader.page.request.get(f"{land.address}/situation?unit={foreign}")
    assert refused.status == 400
    assert "没有这个单位" in await refused.text()
    stream = await reader.page.evaluate(
        """async (unit) => {
          const stop = new AbortController();
          const answer = await fetch(`/situation/live?unit=${unit}`, {signal: stop.signal});
          const reader = answer.body.getReader();
          const first = await Promise.race([
            reader.read().then((part) => new TextDecoder().decode(part.value)),
            new Promise((resolve) => setTimeout(() => resolve(''), 1500)),
          ]);
          stop.abort();
          return first;
        }""",
        foreign,
    )
    # Refused once and for good, so that nobody can fill the audit log by asking.
    assert json.loads(stream.split("data: ")[1]) == {"unit": foreign, "kind": "refused"}


async def test_the_picture_says_where_its_figures_stand_and_leads_on(land: Land, sit: Opens) -> None:
    reader = await sit("analyst")
    await reader.open("/situation")
    picture = reader.page.locator("#treemap")

    await expect(picture).to_have_attribute("role", "img")
    assert "表" in (await picture.get_attribute("aria-label") or "")
    await expect(picture.locator("canvas")).to_be_visible()
    drawn = json.loads(await picture.get_attribute("data-figures") or "")
    assert [each["name"] for each in drawn["rows"]] == [
        land.reception.unit(code).display_name for code in ("11", "12", "13")
    ]

    await reader.page.locator("#map-colour").select_option("problems_closed/problems_total")
    await picture.click(position={"x": 40, "y": 40})
    await reader.page.wait_for_url("**/situation?unit=*")
    await expect(reader.page.locator("h1")).to_contain_text(land.reception.unit("11").display_name)


async def test_a_page_whose_session_has_ended_says_so_and_keeps_its_last_figures(land: Land, sit: Opens) -> None:
    reader = await sit("")
    await reader.open("/sign-in?next=/situation")
    await reader.sign_in(land.accounts["auditor"])
    await live(reader)
    shown = await reader.page.locator('[data-total="problems_total"]').inner_text()
    await reader.page.locator("#live-state").evaluate(
        """async () => {
          const form = document.querySelector('form[action="/sign-out"]');
          await fetch('/sign-out', {method: 'POST', body: new URLSearchParams(new FormData(form)), redirect: 'manual'});
          document.dispatchEvent(new Event('visibilitychange'));
        }"""
    )

    await expect(reader.page.locator("#live-trouble")).to_be_visible()
    await expect(reader.page.locator('[data-total="problems_total"]')).to_have_text(shown)
    # The browser tells of the stream that was refused.
    reader.troubles = [each for each in reader.troubles if "status of 401" not in each]


async def test_on_paper_there_are_figures_and_no_buttons(land: Land, sit: Opens) -> None:
    reader = await sit("analyst")
    await reader.open("/situation")
    await reader.page.emulate_media(media="print")

    await expect(reader.page.locator(".pl-tree")).to_be_visible()
    for gone in (".pl-head", "[data-print]", "#treemap"):
        await expect(reader.page.locator(gone).first).to_be_hidden()
