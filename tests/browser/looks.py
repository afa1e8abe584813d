"""Every page of the console: who opens it, at which address, what they must see there. A new page is a line here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.browser.land import Land
from tests.browser.reader import DESKTOP, PHONE


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
    Look("no-such-page", "", at("/nowhere"), at("去登录"), status=404),
)
