"""The pages, one file a screen, and the list of them all."""

from __future__ import annotations

from services.console.door import Page
from services.console.pages import (
    beginning,
    lodgings,
    plan_form,
    plans,
    situation,
    visits,
)

PAGES: tuple[Page, ...] = (
    *beginning.PAGES,
    *lodgings.PAGES,
    *plan_form.PAGES,
    *plans.PAGES,
    *situation.PAGES,
    *visits.PAGES,
)
