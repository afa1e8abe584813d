"""The door for browsers: a request becomes a `Turn` of somebody signed in, and every ending an answer they can read.

A page is a function from a turn to an answer. Who may not see it, who has to sign in again, what a service refused and
what broke is answered here, once.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

import structlog
from google.protobuf.timestamp_pb2 import Timestamp
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from services.console import browser_policy, clients, navigation, refusals
from services.console.calendars import Calendars, WorkingDays
from services.console.campaigns import Campaigns
from services.console.clients import Services
from services.console.config import ConsoleConfig
from services.console.live import Live
from services.console.locales import Language
from services.console.refusals import Told
from services.console.screen import Screen
from services.console.session import Sessions, Viewer
from shared import dates, telemetry
from shared.campaigns import Campaign
from shared.clock import Clock, day_in
from shared.rpc_client import RemoteFailure, RemoteRefusal

log = structlog.get_logger()

LANGUAGE_COOKIE = "language"
# Says after a redirect that the deed was done; shown once.
NOTICE_COOKIE = "notice"
# The largest form is a plan's: 500 measures of four fields, and what goes with every form.
MOST_FORM_FIELDS = 2100


@dataclass(frozen=True)
class House:
    """What all turns share; made once by `application.py`."""

    config: ConsoleConfig
    services: Services
    sessions: Sessions
    campaigns: Campaigns
    live: Live
    calendars: Calendars
    screen: Screen
    clock: Clock

    @property
    def session_cookie(self) -> str:
        """With the prefix that binds it to TLS and to this host, wherever there is TLS."""
        return "__Host-session" if self.config.over_tls else "session"


class BadForm(Exception):
    """A form that was not sent from one of our pages in this session."""


@dataclass
class Turn:
    """One request of somebody signed in, and what the answer needs. Pages get nothing else."""

    house: House
    request: Request
    language: Language
    viewer: Viewer
    secret: str
    _form: FormData | None = field(default=None)

    @property
    def services(self) -> Services:
        return self.house.services

    async def call(self, method: Callable[..., Any], request: Any) -> Any:
        """One call as this person. Raises RemoteRefusal or RemoteFailure, which the door answers if nobody does."""
        return await clients.call(method, request, token=self.viewer.token)

    async def campaign(self, campaign_id: str) -> Campaign:
        """What a campaign asks, with its labels. Raises RemoteRefusal or RemoteFailure."""
        return await self.house.campaigns.find(campaign_id, token=self.viewer.token)

    async def working_days(self) -> WorkingDays:
        """Today, and the calendar to count deadlines by. Raises RemoteRefusal or RemoteFailure."""
        return await self.house.calendars.working_days(token=self.viewer.token)

    def words(self, message: str, **facts: object) -> str:
        """A sentence of the catalogue in this person's language, with its facts."""
        said = self.language.gettext(message)
        return said % facts if facts else said

    def days_since(self, stamp: Timestamp) -> int:
        """How many days ago an instant was, by the calendar of the campaign's zone; 0 is today."""
        zone = self.house.config.zone
        return (day_in(zone, self.house.clock.now()) - day_in(zone, dates.instant(stamp))).days

    async def form(self) -> FormData:
        """What was sent. Raises BadForm."""
        if self._form is None:
            form = await self.request.form(max_files=0, max_fields=MOST_FORM_FIELDS)
            token = str(form.get("form_token", ""))
            if not browser_policy.is_form_token(token, self.house.config.cookie_secret, self.secret):
                raise BadForm
            self._form = form
        return self._form

    def page(
        self, template: str, /, *, status: int = 200, refusal: RemoteRefusal | RemoteFailure | None = None, **facts: Any
    ) -> Response:
        """The page drawn for this person. refusal: why their deed was not done, told on the page that they sent."""
        said = None if refusal is None else refusals.told(refusal, self.language)
        return draw(
            self.house,
            self.request,
            self.language,
            template,
            status=status if said is None else said.status,
            viewer=self.viewer,
            form_token=browser_policy.form_token(self.house.config.cookie_secret, self.secret),
            refusal=said,
            **facts,
        )

    def go(self, path: str, *, notice: str = "") -> Response:
        """On to another page after a deed, which then says the notice once."""
        answer = RedirectResponse(path, status_code=303)
        if notice:
            answer.set_cookie(
                NOTICE_COOKIE,
                quote(notice),
                max_age=60,
                path="/",
                httponly=True,
                samesite="lax",
                secure=self.house.config.over_tls,
            )
        return answer


Handle = Callable[[Turn], Awaitable[Response]]


@dataclass(frozen=True)
class Page:
    """A screen or a deed at an address. action: the permission without which nobody is even asked to look."""

    path: str
    handle: Handle
    action: str = ""
    # Asked for by an open page itself, not by somebody: does not keep a session from growing idle.
    passive: bool = False
    methods: tuple[str, ...] = ("GET",)


def route(page: Page, house: House) -> Route:
    """A page as Starlette takes it."""

    async def answer(request: Request) -> Response:
        with telemetry.request_span(request.method, page.path):
            return await _answer(page, house, request)

    return Route(page.path, answer, methods=list(page.methods))


async def _answer(page: Page, house: House, request: Request) -> Response:
    language = language_of(house, request)
    try:
        changes = request.method not in ("GET", "HEAD")
        if changes and not browser_policy.comes_from_us(request.headers, url=house.config.url):
            return refuse(house, request, language, refusals.of_our_own("FOREIGN_FORM", language, status=403))
        secret = request.cookies.get(house.session_cookie, "")
        viewer = await house.sessions.viewer(secret, passive=page.passive) if secret else None
        if viewer is None:
            return _to_sign_in(house, request, had_one=bool(secret))
        turn = Turn(house=house, request=request, language=language, viewer=viewer, secret=secret)
        if page.action and not viewer.may(page.action):
            told = refusals.of_our_own("PERMISSION_DENIED", language, status=403)
            return refuse(house, request, language, told, viewer=viewer, secret=secret)
        try:
            return await page.handle(turn)
        except BadForm:
            told = refusals.of_our_own("FOREIGN_FORM", language, status=403)
        except (RemoteRefusal, RemoteFailure) as error:
            told = refusals.told(error, language)
            telemetry.mark_refused(told.reason)
        return refuse(house, request, language, told, viewer=viewer, secret=secret)
    except (RemoteRefusal, RemoteFailure) as error:
        return refuse(house, request, language, refusals.told(error, language))
    except Exception as error:
        # Whatever it was, the browser learns only where to look it up.
        log.error("page_failed", path=page.path, error=type(error).__name__, exc_info=error)
        return refuse(house, request, language, refusals.unexpected(language))


def language_of(house: House, request: Request) -> Language:
    """The language that this browser was switched to; Chinese before."""
    return house.screen.language(request.cookies.get(LANGUAGE_COOKIE, ""))


def draw(house: House, request: Request, language: Language, template: str, *, status: int, **facts: Any) -> Response:
    """A page as an answer, with what every template may use."""
    viewer = facts.get("viewer")
    given: dict[str, Any] = {
        "viewer": None,
        "form_token": "",
        "refusal": None,
        "nonce": request.state.nonce,
        "here": str(request.url.path),
        "here_with_query": _with_query(request),
        "entries": navigation.entries(viewer) if viewer is not None else [],
        "notice": unquote(request.cookies.get(NOTICE_COOKIE, "")),
        **facts,
    }
    answer = HTMLResponse(house.screen.draw(template, language, given), status_code=status)
    if NOTICE_COOKIE in request.cookies:
        answer.delete_cookie(NOTICE_COOKIE, path="/", secure=house.config.over_tls, httponly=True)
    return answer


def refuse(
    house: House,
    request: Request,
    language: Language,
    told: Told,
    *,
    viewer: Viewer | None = None,
    secret: str = "",
) -> Response:
    """The page that says why not, what to do, and by which number an administrator finds it."""
    return draw(
        house,
        request,
        language,
        "refused.html",
        status=told.status,
        viewer=viewer,
        form_token=browser_policy.form_token(house.config.cookie_secret, secret) if secret else "",
        told=told,
        trace_id=telemetry.current_trace_id(),
    )


def _to_sign_in(house: House, request: Request, *, had_one: bool) -> Response:
    """To the sign-in, and back to here afterwards. A fragment's page goes there as a whole."""
    target = f"/sign-in?next={quote(_with_query(request) if request.method == 'GET' else '/')}"
    if had_one:
        target += "&expired=1"
    if "text/event-stream" in request.headers.get("accept", ""):
        # A stream that is refused is not tried again; its page says why.
        return Response(status_code=401)
    if request.headers.get("hx-request"):
        return Response(status_code=401, headers={"HX-Redirect": target})
    answer = RedirectResponse(target, status_code=303)
    if had_one:
        answer.delete_cookie(house.session_cookie, path="/", secure=house.config.over_tls, httponly=True)
    return answer


def _with_query(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
