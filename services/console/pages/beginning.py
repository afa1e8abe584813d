"""Where everybody begins: to the page where their work lies, another language, another grant."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from services.console import navigation
from services.console.door import Page, Turn


async def begin(turn: Turn) -> Response:
    """To the page where this person's work lies."""
    return RedirectResponse(navigation.home(turn.viewer), status_code=303)


async def act_as(turn: Turn) -> Response:
    """From now on under another of one's own grants; directory says whether it is."""
    form = await turn.form()
    viewer = await turn.house.sessions.viewer(turn.secret, grant=str(form.get("grant", "")))
    return turn.go(navigation.home(viewer) if viewer is not None else "/sign-in?expired=1")


PAGES = (
    Page("/", begin),
    Page("/act-as", act_as, methods=("POST",)),
)
