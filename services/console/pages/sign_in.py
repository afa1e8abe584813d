"""Signing in and out: to the issuer and back (OIDC code flow with PKCE), and the switch of the language."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import httpx
import structlog
from authlib.integrations.base_client import OAuthError
from joserfc.errors import JoseError
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from services.console import browser_policy, door, refusals
from services.console.door import LANGUAGE_COOKIE, House
from services.console.locales import LANGUAGES
from shared.rpc_client import RemoteFailure, RemoteRefusal

log = structlog.get_logger()

A_YEAR_S = 31_536_000


def routes(house: House, issuer: Any) -> list[Route]:
    """The addresses that nobody has to be signed in for. issuer: Authlib's client of the identity provider."""
    here = Entrance(house, issuer)
    return [
        Route("/sign-in", here.welcome),
        Route("/sign-in/start", here.start),
        Route("/signed-in", here.come_back),
        Route("/sign-out", here.sign_out, methods=["POST"]),
        Route("/signed-out", here.signed_out),
        Route("/language", here.speak),
    ]


class Entrance:
    """What happens before and after somebody is signed in."""

    def __init__(self, house: House, issuer: Any) -> None:
        self._house = house
        self._issuer = issuer

    async def welcome(self, request: Request) -> Response:
        """What this is and one button; says why one is here again."""
        return self._draw(request, "sign_in.html", expired=bool(request.query_params.get("expired")))

    async def signed_out(self, request: Request) -> Response:
        """That it is done."""
        return self._draw(request, "sign_in.html", signed_out=True)

    async def start(self, request: Request) -> Response:
        """To the issuer, in the language that is spoken here."""
        request.session.clear()
        request.session["next"] = browser_policy.local_path(request.query_params.get("next", "/"))
        spoken = door.language_of(self._house, request).html
        try:
            answer: Response = await self._issuer.authorize_redirect(
                request, f"{self._house.config.url}/signed-in", ui_locales=spoken
            )
        except (httpx.HTTPError, OAuthError, ValueError) as error:
            log.warning("issuer_away", error=type(error).__name__)
            return self._refuse(request, "ISSUER_AWAY", 503)
        return answer

    async def come_back(self, request: Request) -> Response:
        """From the issuer with a code, which becomes an ID token, then a session of directory's, then a cookie."""
        target = browser_policy.local_path(str(request.session.get("next", "/")))
        try:
            tokens = await self._issuer.authorize_access_token(request)
        except httpx.HTTPError as error:
            log.warning("issuer_away", error=type(error).__name__)
            return self._refuse(request, "ISSUER_AWAY", 503)
        except (OAuthError, JoseError, ValueError, KeyError) as error:
            # Among them: a state that is not this browser's, a nonce that is not ours, a code used twice.
            log.warning("sign_in_failed", error=type(error).__name__)
            return self._refuse(request, "SIGN_IN_FAILED", 400)
        request.session.clear()
        language = door.language_of(self._house, request)
        try:
            secret = await self._house.sessions.open(tokens["id_token"])
        except (RemoteRefusal, RemoteFailure) as error:
            return door.refuse(self._house, request, language, refusals.told(error, language))
        answer = RedirectResponse(target, status_code=303)
        answer.set_cookie(
            self._house.session_cookie,
            secret,
            path="/",
            httponly=True,
            samesite="lax",
            secure=self._house.config.over_tls,
        )
        return answer

    async def sign_out(self, request: Request) -> Response:
        """Ends the session at directory, forgets the cookie, and goes on to sign out at the issuer."""
        secret = request.cookies.get(self._house.session_cookie, "")
        form = await request.form(max_files=0, max_fields=10)
        token = str(form.get("form_token", ""))
        ours = browser_policy.comes_from_us(request.headers, url=self._house.config.url)
        if not ours or not browser_policy.is_form_token(token, self._house.config.cookie_secret, secret):
            return self._refuse(request, "FOREIGN_FORM", 403)
        try:
            await self._house.sessions.end(secret)
        except (RemoteRefusal, RemoteFailure) as error:
            # Not signed out there means not signed out: saying otherwise would leave a session behind.
            language = door.language_of(self._house, request)
            return door.refuse(self._house, request, language, refusals.told(error, language))
        answer = RedirectResponse(await self._end_at_issuer(), status_code=303)
        answer.delete_cookie(self._house.session_cookie, path="/", secure=self._house.config.over_tls, httponly=True)
        return answer

    async def _end_at_issuer(self) -> str:
        """Where the issuer ends its own session; our own page where it offers none or does not answer."""
        back = f"{self._house.config.url}/signed-out"
        try:
            metadata = await self._issuer.load_server_metadata()
        except (httpx.HTTPError, ValueError) as error:
            log.warning("issuer_away", error=type(error).__name__)
            return back
        end = metadata.get("end_session_endpoint")
        if not end:
            return back
        query = urlencode({"client_id": self._house.config.client_id, "post_logout_redirect_uri": back})
        return f"{end}?{query}"

    async def speak(self, request: Request) -> Response:
        """From now on in another language, on the page where one was."""
        answer = RedirectResponse(browser_policy.local_path(request.query_params.get("next", "/")), status_code=303)
        chosen = request.query_params.get("to", "")
        if chosen in LANGUAGES:
            answer.set_cookie(
                LANGUAGE_COOKIE,
                chosen,
                max_age=A_YEAR_S,
                path="/",
                httponly=True,
                samesite="lax",
                secure=self._house.config.over_tls,
            )
        return answer

    def _draw(self, request: Request, template: str, **facts: Any) -> Response:
        given = {"expired": False, "signed_out": False, **facts}
        given["next"] = browser_policy.local_path(request.query_params.get("next", "/"))
        language = door.language_of(self._house, request)
        return door.draw(self._house, request, language, template, status=200, **given)

    def _refuse(self, request: Request, reason: str, status: int) -> Response:
        language = door.language_of(self._house, request)
        told = refusals.of_our_own(reason, language, status=status)
        return door.refuse(self._house, request, language, told)
