"""Forms do what they say once, for whoever was shown them, and tell what was refused."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from playwright.async_api import expect

from plumbline.plans.v1 import plans_pb2
from tests.browser.conftest import Opens
from tests.browser.land import Land
from tests.browser.looks import page_of
from tests.integration.ledger import a_plan
from tests.integration.plans.desk import COUNTY

OURS = {"sec-fetch-site": "same-origin"}


async def lodged(land: Land, title: str) -> plans_pb2.Plan:
    """A plan that waits for the city's office."""
    plan = await land.clerk("CreatePlan", a_plan(land.reception.unit(COUNTY).id, title=title))
    answer: plans_pb2.Plan = await land.clerk.do("LodgePlan", plan)
    return answer


async def again(land: Land, plan: plans_pb2.Plan) -> plans_pb2.Plan:
    """The plan as it is now."""
    answer: plans_pb2.Plan = await land.office("GetPlan", plans_pb2.GetPlanRequest(name=plan.name))
    return answer


class Sender:
    """A program with somebody's cookies: it sends what no browser would."""

    def __init__(self, client: httpx.AsyncClient, plan: plans_pb2.Plan, fields: dict[str, str]) -> None:
        self._client = client
        self._path = page_of(plan.name)
        self.fields = fields

    async def look(self, path: str) -> httpx.Response:
        return await self._client.get(path)

    async def register(self, *, headers: dict[str, str] | None = None, **changes: str) -> httpx.Response:
        sent = {**self.fields, "deed": "register", **changes}
        return await self._client.post(self._path, data=sent, headers=OURS if headers is None else headers)


@pytest.fixture
async def sender(land: Land, signed_in: Callable[[str], Awaitable[Any]]) -> Any:
    """Makes a sender about a plan, with the fields of the form as the office was shown it."""
    cookies = {each["name"]: each["value"] for each in (await signed_in("office"))["cookies"]}
    async with httpx.AsyncClient(base_url=land.address, cookies=cookies, trust_env=False) as client:

        async def about(plan: plans_pb2.Plan) -> Sender:
            page = (await client.get(page_of(plan.name))).text
            fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
            assert {"form_token", "request_id", "etag"} <= fields.keys()
            return Sender(client, plan, {name: value.replace("&#34;", '"') for name, value in fields.items()})

        yield about


@pytest.mark.parametrize(
    ("headers", "changes"),
    [
        (OURS, {"form_token": ""}),
        (OURS, {"form_token": "0" * 32}),
        ({"sec-fetch-site": "cross-site"}, {}),
        ({"sec-fetch-site": "same-site"}, {}),
        ({"origin": "https://evil.example"}, {}),
        ({}, {}),
    ],
    ids=["no token", "made-up token", "another site", "a neighbour", "another origin", "from nowhere"],
)
async def test_a_form_that_is_not_ours_is_refused_and_changes_nothing(
    land: Land, sender: Any, headers: dict[str, str], changes: dict[str, str]
) -> None:
    plan = await lodged(land, "不该备案的方案")

    answer = await (await sender(plan)).register(headers=headers, **changes)

    assert answer.status_code == 403
    assert "FOREIGN_FORM" in answer.text
    assert await again(land, plan) == plan


async def test_a_form_that_is_sent_twice_is_done_once(land: Land, sender: Any) -> None:
    """Also shows that the forms refused above would have been taken, had they been ours."""
    plan = await lodged(land, "双击备案的方案")
    form = await sender(plan)

    first, second = await form.register(), await form.register()
    steps = await land.office("ListPlanSteps", plans_pb2.ListPlanStepsRequest(name=plan.name))

    assert (first.status_code, second.status_code) == (303, 303)
    assert [step.deed for step in steps.steps].count(plans_pb2.PLAN_DEED_REGISTERED) == 1


async def test_a_button_that_is_pressed_twice_sends_once(land: Land, sit: Opens) -> None:
    plan = await lodged(land, "连按两次的方案")
    reader = await sit("office")
    await reader.open(page_of(plan.name))

    stopped = await reader.page.get_by_role("button", name="齐全，备案").evaluate(
        """button => {
          const stopped = [];
          // After the page's own listener, and in its place afterwards: nothing leaves.
          window.addEventListener('submit', (event) => {
            stopped.push(event.defaultPrevented);
            event.preventDefault();
          });
          button.click();
          button.click();
          return stopped;
        }"""
    )

    assert stopped == [False, True]


async def test_what_somebody_else_did_meanwhile_is_told_and_what_was_typed_is_kept(land: Land, sit: Opens) -> None:
    plan = await lodged(land, "两人同时审核的方案")
    reader = await sit("office")
    await reader.open(page_of(plan.name))
    await reader.page.get_by_label("其他原因或补充说明").fill("请补充附件")
    plan = await land.office.do("ReturnPlan", plan, reason="另一人先退回")
    plan = await land.clerk.do("LodgePlan", plan)

    await reader.page.get_by_role("button", name="退回单位补正").click()
    await expect(reader.page.get_by_role("alert")).to_be_visible()

    await expect(reader.page.get_by_role("alert")).to_be_focused()
    await expect(reader.page.get_by_label("其他原因或补充说明")).to_have_value("请补充附件")
    assert await again(land, plan) == plan
    reader.forgive(409)


async def test_what_is_said_after_a_deed_is_for_no_script(land: Land, sender: Any) -> None:
    """Neither when it is set nor when it is taken away."""
    form = await sender(await lodged(land, "提示不给脚本的方案"))

    done, shown = await form.register(), await form.look("/lodgings")

    for answer in (done, shown):
        (notice,) = [each for each in answer.headers.get_list("set-cookie") if each.startswith("notice=")]
        assert "httponly" in notice.lower()


async def test_a_notice_is_shown_once(land: Land, sit: Opens) -> None:
    plan = await lodged(land, "提示一次的方案")
    reader = await sit("office")
    await reader.open(page_of(plan.name))
    await reader.page.get_by_role("button", name="齐全，备案").click()
    notice = reader.page.get_by_text("已备案：提示一次的方案")
    await expect(notice).to_be_visible()

    await reader.page.reload()

    await expect(notice).to_have_count(0)
