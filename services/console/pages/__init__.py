"""The pages, one file a screen, and the list of them all."""

from __future__ import annotations

from services.console.door import Page
from services.console.pages import (
    beginning,
    desk,
    draw_form,
    draws,
    lodgings,
    parked,
    plan_form,
    plans,
    problem_form,
    problems,
    refer,
    referrals,
    situation,
    visits,
)

PAGES: tuple[Page, ...] = (
    *beginning.PAGES,
    *desk.PAGES,
    *draw_form.PAGES,
    *draws.PAGES,
    *lodgings.PAGES,
    *parked.PAGES,
    *plan_form.PAGES,
    *plans.PAGES,
    *problem_form.PAGES,
    *problems.PAGES,
    *refer.PAGES,
    *referrals.PAGES,
    *situation.PAGES,
    *visits.PAGES,
)
