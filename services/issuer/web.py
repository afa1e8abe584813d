"""The issuer's addresses: unpack, ask, answer; the only file that knows HTTP."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

import jinja2
import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from services.issuer import authorization, tokens
from services.issuer.attempts import Attempts
from services.issuer.authorization import Asked, Granted, Once, Refused, UnknownClient
from services.issuer.people import People
from services.issuer.settings import IssuerSettings
from services.issuer.tokens import Signer
from services.issuer.words import WORDS, wanted
from shared.clock import Clock
from shared.words import Language

log = structlog.get_logger()

TEMPLATES = Path(__file__).with_name("templates")
# Each check takes 32 MiB and a tenth of a second.
_CHECKS_AT_ONCE = 2
_NOT_KEPT = {"cache-control": "no-store", "pragma": "no-cache"}


def build(settings: IssuerSettings, *, clock: Clock) -> Starlette:
    """The issuer as an ASGI application."""
    issuer = Issuer(settings, clock=clock)
    return Starlette(
        routes=[
            Route("/healthz", issuer.healthy),
            Route("/.well-known/openid-configuration", issuer.discovery),
            Route("/jwks", issuer.jwks),
            Route("/authorize", issuer.ask, methods=["GET"]),
            Route("/authorize", issuer.sign_in, methods=["POST"]),
            Route("/token", issuer.token, methods=["POST"]),
            Route("/end_session", issuer.end_session, methods=["GET", "POST"]),
            Route("/page.css", issuer.style),
        ]
    )


class Issuer:
    """Answers browsers and the console."""

    def __init__(self, settings: IssuerSettings, *, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._people = People(settings.people)
        self._signer = Signer(settings.key, issuer=settings.issuer, client_id=settings.client_id)
        self._attempts = Attempts()
        self._forms: Once[Asked] = Once(authorization.FORM_LIFETIME)
        self._codes: Once[Granted] = Once(authorization.CODE_LIFETIME)
        self._checks = asyncio.Semaphore(_CHECKS_AT_ONCE)
        loader = jinja2.FileSystemLoader(TEMPLATES)
        self._page = jinja2.Environment(loader=loader, autoescape=True).get_template("page.html")
        self._style = (TEMPLATES / "page.css").read_text(encoding="utf-8")

    async def healthy(self, _: Request) -> Response:
        return PlainTextResponse("ok")

    async def style(self, _: Request) -> Response:
        return Response(self._style, media_type="text/css", headers={"x-content-type-options": "nosniff"})

    async def discovery(self, _: Request) -> Response:
        """OpenID Connect Discovery 1.0, section 3."""
        issuer = self._settings.issuer
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/jwks",
                "end_session_endpoint": f"{issuer}/end_session",
                "scopes_supported": ["openid", "profile"],
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
                "prompt_values_supported": ["login"],
                "ui_locales_supported": ["zh-CN", "en"],
                "authorization_response_iss_parameter_supported": True,
                "claims_supported": ["sub", "name", "preferred_username", "auth_time"],
            }
        )

    async def jwks(self, _: Request) -> Response:
        return JSONResponse(self._signer.public_keys())

    async def ask(self, request: Request) -> Response:
        """Shows the form to somebody whom the console has sent."""
        query = dict(request.query_params)
        try:
            authorization.check_client(query, client_id=self._settings.client_id, back_to=self._settings.back_to)
        except UnknownClient as error:
            log.warning("unknown_client", why=str(error))
            return self._draw(request, problem="unknown_client", status=400)
        try:
            asked = authorization.read(query)
        except Refused as refused:
            return self._send_back({"error": refused.error, "error_description": refused.description}, query)
        return self._draw_form(request, self._forms.keep(asked, now=self._clock.now()), asked=asked)

    async def sign_in(self, request: Request) -> Response:
        """Checks a password, and sends whoever has it back to the console with a code."""
        now = self._clock.now()
        if not self._is_from_our_page(request):
            return self._draw(request, problem="foreign_form", status=403)
        sent = await _form(request)
        form, user_name = sent.get("form", ""), sent.get("user_name", "")[:100]
        asked = self._forms.look(form, now=now)
        if asked is None:
            return self._draw(request, problem="form_over", status=400)
        if not self._attempts.may_try(user_name, now=now):
            log.warning("wrong_too_often")
            return self._draw_form(request, form, asked=asked, user_name=user_name, problem="too_often", status=429)
        # Counted before it is checked, so that many at once do not get more tries than one after the other.
        self._attempts.was_wrong(user_name, now=now)
        async with self._checks:
            who = await asyncio.to_thread(self._people.check, user_name, sent.get("password", "")[:200])
        if who is None:
            log.warning("wrong_password")
            return self._draw_form(request, form, asked=asked, user_name=user_name, problem="wrong", status=401)
        self._attempts.was_right(user_name)
        if self._forms.take(form, now=now) is None:
            return self._draw(request, problem="form_over", status=400)
        code = self._codes.keep(Granted(asked=asked, who=who, auth_time=now), now=now)
        log.info("signed_in", subject=who.subject)
        return self._send_back({"code": code}, {"state": asked.state})

    async def token(self, request: Request) -> Response:
        """Gives the console an ID token for a code, once (RFC 6749, 4.1.3)."""
        now, sent = self._clock.now(), await _form(request)
        if not self._is_client(request, sent):
            return _refuse("invalid_client", status=401, headers={"www-authenticate": 'Basic realm="issuer"'})
        if sent.get("grant_type") != "authorization_code":
            return _refuse("unsupported_grant_type")
        granted = self._codes.take(sent.get("code", ""), now=now)
        if (
            granted is None
            or sent.get("redirect_uri") != granted.asked.redirect_uri
            or not authorization.proves(sent.get("code_verifier", ""), granted.asked.challenge)
        ):
            log.warning("code_refused")
            return _refuse("invalid_grant")
        return JSONResponse(
            {
                # The standard wants one; there is nothing here that it opens.
                "access_token": secrets.token_urlsafe(),
                "token_type": "Bearer",
                "expires_in": int(tokens.LIFETIME.total_seconds()),
                "id_token": self._signer.id_token(granted, now=now),
                "scope": "openid",
            },
            headers=_NOT_KEPT,
        )

    async def end_session(self, request: Request) -> Response:
        """Nobody stays signed in here, so there is only somebody to send on (OpenID Connect RP-Initiated Logout)."""
        asked = await _form(request) if request.method == "POST" else dict(request.query_params)
        back = asked.get("post_logout_redirect_uri", "")
        if back in self._settings.back_after_sign_out and asked.get("client_id", self._settings.client_id) == (
            self._settings.client_id
        ):
            state = f"?{urlencode({'state': asked['state']})}" if asked.get("state") else ""
            return RedirectResponse(f"{back}{state}", status_code=303)
        return self._draw(request, told="signed_out")

    def _is_from_our_page(self, request: Request) -> bool:
        """By what the browser says of a form and no script can change; else anybody could sign a browser in as them."""
        site = request.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        return request.headers.get("origin") == self._settings.issuer

    def _is_client(self, request: Request, sent: Mapping[str, str]) -> bool:
        """Whether the console's secret was sent, as its login or in the form."""
        client, secret = _basic(request) or (sent.get("client_id", ""), sent.get("client_secret", ""))
        right = hmac.compare_digest(secret.encode(), self._settings.client_secret.encode())
        return right and client == self._settings.client_id

    def _send_back(self, told: Mapping[str, str], query: Mapping[str, str]) -> Response:
        state = {"state": query["state"]} if query.get("state") else {}
        # With the issuer's name, so that an answer of one is not taken for another's (RFC 9207).
        answer = urlencode({**told, **state, "iss": self._settings.issuer})
        return RedirectResponse(f"{self._settings.back_to}?{answer}", status_code=303, headers=_NOT_KEPT)

    def _draw_form(
        self, request: Request, form: str, *, asked: Asked, user_name: str = "", problem: str = "", status: int = 200
    ) -> Response:
        facts = {"form": form, "user_name": user_name, "problem": problem}
        return self._draw(request, ui_locales=asked.ui_locales, status=status, **facts)

    def _draw(self, request: Request, *, ui_locales: str = "", status: int = 200, **facts: Any) -> Response:
        language = wanted(ui_locales, request.headers.get("accept-language", ""))
        content = self._page.render(
            say=lambda key: WORDS[key].in_(language),
            html_lang="zh-CN" if language is Language.ZH else "en",
            console_url=self._settings.console_url,
            **facts,
        )
        return HTMLResponse(content, status_code=status, headers={**_NOT_KEPT, **self._policy()})

    def _policy(self) -> dict[str, str]:
        return {
            "content-security-policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
            # A form's answer leads back to the console, and browsers hold a form to where it leads.
            f"form-action 'self' {self._settings.console_url}",
            "x-content-type-options": "nosniff",
            "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin",
        }


async def _form(request: Request) -> dict[str, str]:
    sent = await request.form(max_files=0, max_fields=20)
    return {key: value for key, value in sent.items() if isinstance(value, str)}


def _basic(request: Request) -> tuple[str, str] | None:
    """The login of HTTP Basic, each half percent-encoded (RFC 6749, 2.3.1)."""
    kind, _, coded = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        client, _, secret = base64.b64decode(coded, validate=True).decode().partition(":")
    except (ValueError, binascii.Error):
        return ("", "")
    return unquote(client), unquote(secret)


def _refuse(error: str, *, status: int = 400, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": error}, status_code=status, headers={**_NOT_KEPT, **(headers or {})})
