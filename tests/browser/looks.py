"""Every page of the console: who opens it, at which address, what they must see there. A new page is a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from tests.browser.land import HOSTILE, Land
from tests.browser.reader import DESKTOP, PHONE, WALL
from tests.integration.plans.desk import COUNTY


@dataclass(frozen=True)
class Look:
    """One page as somebody opens it. sees: a sentence of the catalogue, or data, that stands on it.

    user_name: "" is somebody who is not signed in. status: of the answer.
    """

    name: str
    user_name: str
    address: Callable[[Land], str]
    sees: Callable[[Land], str]
    status: int = 200
    sizes: tuple[tuple[int, int], ...] = (DESKTOP, PHONE)

    def __str__(self) -> str:
        return self.name


def at(path: str) -> Callable[[Land], str]:
    """The same in every land: an address, or words."""
    return lambda land: path


def plan(state: str) -> Callable[[Land], str]:
    """The address of the plan in a state."""
    return lambda land: page_of(land.plans[state].name)


def problem(state: str) -> Callable[[Land], str]:
    """The address of the problem in a state."""
    return lambda land: page_of(land.problems[state].name)


def visit(state: str, then: str = "") -> Callable[[Land], str]:
    """The address of the visit in a state. then: a page below it."""
    return lambda land: page_of(land.visits[state]) + then


def referral(state: str) -> Callable[[Land], str]:
    """The address of the referral in a state."""
    return lambda land: page_of(land.referrals[state].name)


def page_of(resource: str) -> str:
    """The address of a named thing: `tenants/t/problems/x` is read at `/problems/t/x`."""
    _, tenant, kind, key = resource.split("/")
    return f"/{kind}/{tenant}/{key}"


LOOKS = (
    Look("sign-in", "", at("/sign-in"), at("督查与检查")),
    Look("sign-in-expired", "", at("/sign-in?expired=1"), at("会话已到时限，请重新登录；登录后回到原来的页面。")),
    Look("signed-out", "", at("/signed-out"), at("已退出登录。")),
    Look("lodgings", "office", at("/lodgings"), lambda land: land.plans["lodged"].title),
    Look("plan-lodged", "office", plan("lodged"), lambda land: land.plans["lodged"].title),
    Look("plan-returned", "office", plan("returned"), lambda land: land.plans["returned"].return_reason),
    Look("plan-registered", "office", plan("registered"), lambda land: land.plans["registered"].registration_number),
    Look("lodgings-returned", "office", at("/lodgings?tab=returned"), lambda land: land.plans["returned"].title),
    Look("desk", "clerk", at("/desk"), lambda land: land.problems["overdue"].title),
    Look("desk-office", "office", at("/desk?below=1"), at("下级报告完成，等待核验")),
    Look("desk-nothing", "clerk", at("/desk?state=4&light=3"), at("没有符合条件的问题")),
    Look("unit", "office", lambda land: f"/units/{land.reception.unit(COUNTY).id}", at("该单位的方案")),
    Look("problem-new", "clerk", at("/problems/new"), at("录入问题")),
    Look("problem-open", "clerk", problem("open"), at("提交进展")),
    Look("problem-in-progress", "clerk", problem("in_progress"), lambda land: land.problems["in_progress"].remark),
    Look("problem-overdue", "clerk", problem("overdue"), at("红灯")),
    Look("problem-hostile", "clerk", problem("hostile"), at(HOSTILE)),
    Look("problem-to-verify", "office", problem("done"), at("确认通过")),
    Look("problem-to-deregister", "office", problem("verified"), at("销号")),
    Look("problem-closed", "clerk", problem("closed"), lambda land: land.problems["closed"].title),
    Look("plan-draft", "clerk", plan("draft"), lambda land: land.plans["draft"].title),
    Look("plan-new", "clerk", at("/plans/new"), at("起草方案")),
    Look("plan-edit", "clerk", lambda land: f"{plan('draft')(land)}/edit", at("修改方案")),
    Look("situation", "analyst", at("/situation"), at("各单位对比"), sizes=(DESKTOP, PHONE, WALL)),
    Look("situation-county", "clerk", at("/situation"), lambda land: land.reception.unit(COUNTY).display_name),
    Look("draws", "custodian", at("/draws"), at("随机抽取")),
    Look("draw", "custodian", lambda land: page_of(land.draw), at("怎样自己算一遍")),
    Look("draw-new", "custodian", at("/draws/new"), at("随机抽取")),
    Look("visits-own", "inspector", at("/visits"), at("我的检查")),
    Look("visits-all", "inspector", at("/visits?tab=all"), at("督查检查")),
    Look("visits-none", "inspector", at("/visits?tab=closed"), at("督查检查")),
    Look("visit-planned", "inspector", visit("planned"), at("已到门口，签到")),
    Look("visit-check-in", "inspector", visit("planned", "/check-in"), at("确认签到")),
    Look("visit-under-way", "inspector", visit("under_way"), at("记下一个发现")),
    Look("visit-close", "inspector", visit("under_way", "/close"), at("确认结束")),
    Look("visit-closed", "inspector", visit("closed"), at(HOSTILE)),
    Look(
        "refer",
        "inspector",
        lambda land: f"/referrals/new?finding={quote(land.findings[-1])}",
        at("移交这条线索"),
    ),
    Look("referrals", "discipline", at("/referrals"), at("线索移交")),
    Look("referral-sent", "discipline", referral("sent"), at("待受理")),
    Look("referral-accepted", "discipline", referral("accepted"), at("已受理")),
    Look(
        "referral-returned", "discipline", referral("returned"), lambda land: land.referrals["returned"].return_reason
    ),
    Look("referral-concluded", "discipline", referral("concluded"), at("教育帮助")),
    Look("parked", "administrator", at("/parked"), at("搁置事实")),
    Look("not-allowed", "clerk", at("/parked"), at("回到首页"), status=403),
    Look("no-such-page", "", at("/nowhere"), at("去登录"), status=404),
)
