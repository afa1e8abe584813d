"""Puts the console together: pages, static files, sign-in, and the headers that go with every answer."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from authlib.integrations.starlette_client import OAuth
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.console import assets, browser_policy, door, refusals
from services.console.calendars import Calendars
from services.console.campaigns import Campaigns
from services.console.clients import Services
from services.console.config import ConsoleConfig
from services.console.door import House
from services.console.live import Live
from services.console.pages import PAGES, sign_in
from services.console.screen import Screen
from services.console.session import Sessions
from shared.clock import Clock

# Between leaving for the issuer and coming back.
SIGN_IN_S = 600
A_YEAR_S = 31_536_000


def build(config: ConsoleConfig, *, clock: Clock) -> ASGIApp:
    """The application. Raises NotBuilt where the front end is missing."""
    screen = Screen(assets=assets.read(), zone=config.zone)

    @asynccontextmanager
    async def live(application: Starlette) -> AsyncIterator[None]:
        # Channels belong to the loop that runs them, so they are opened here.
        services = Services(config.addresses)
        sessions = Sessions(services, service_token=config.service_token, clock=clock)
        streams = Live(services, clock=clock)
        house = House(
            config=config,
            services=services,
            sessions=sessions,
            campaigns=Campaigns(services, clock=clock),
            live=streams,
            calendars=Calendars(services, clock=clock, zone=config.zone),
            screen=screen,
            clock=clock,
        )
        application.router.routes.extend(_routes(house))
        try:
            yield
        finally:
            await streams.close()
            await services.close()

    return Starlette(
        lifespan=live,
        middleware=[
            Middleware(BrowserPolicy, config=config),
            # Streams of events are not compressed: each would wait for the next.
            Middleware(GZipMiddleware, minimum_size=1024),
            Middleware(
                SessionMiddleware,
                secret_key=config.cookie_secret,
                session_cookie="__Host-sign-in" if config.over_tls else "sign-in",
                max_age=SIGN_IN_S,
                same_site="lax",
                https_only=config.over_tls,
            ),
        ],
    )


def _routes(house: House) -> list[Route | Mount]:
    issuer = OAuth().register(
        "issuer",
        server_metadata_url=f"{house.config.issuer}/.well-known/openid-configuration",
        client_id=house.config.client_id,
        client_secret=house.config.client_secret,
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"},
    )
    return [
        Route("/healthz", _healthy),
        Mount("/static", Static(directory=assets.FOLDER)),
        *sign_in.routes(house, issuer),
        *(door.route(page, house) for page in PAGES),
        Route("/{rest:path}", _nowhere(house)),
    ]


async def _healthy(_: Request) -> Response:
    return PlainTextResponse("ok")


def _nowhere(house: House):  # type: ignore[no-untyped-def]
    async def answer(request: Request) -> Response:
        language = door.language_of(house, request)
        return door.refuse(house, request, language, refusals.of_our_own("NO_SUCH_PAGE", language, status=404))

    return answer


class Static(StaticFiles):
    """Files named by their content, which browsers may keep for good."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A file that the server sends by its path would pass by the compression: 640 kB of styles instead of 90.
        extensions = {key: value for key, value in scope.get("extensions", {}).items() if "pathsend" not in key}
        await super().__call__({**scope, "extensions": extensions}, receive, send)

    def file_response(self, *args: object, **kwargs: object) -> Response:
        answer = super().file_response(*args, **kwargs)  # type: ignore[arg-type]
        answer.headers["cache-control"] = f"public, max-age={A_YEAR_S}, immutable"
        return answer


class BrowserPolicy:
    """A nonce for every request, and the policy on every answer; nothing leaves without it."""

    def __init__(self, application: ASGIApp, *, config: ConsoleConfig) -> None:
        self._application = application
        self._config = config
        parts = urlsplit(config.issuer)
        # Signing out leads on to the issuer.
        self._issuer_origin = f"{parts.scheme}://{parts.netloc}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        nonce = secrets.token_urlsafe(18)
        scope.setdefault("state", {})["nonce"] = nonce
        told = browser_policy.headers(nonce=nonce, form_targets=self._issuer_origin, over_tls=self._config.over_tls)

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in told.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._application(scope, receive, send_with_policy)
