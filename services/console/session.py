"""Who is looking: a browser's cookie becomes a person with a five-minute token; the sessions are directory's.

Nothing is kept here but tokens that can be had again, so a restart of the console signs nobody out (0013).
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from plumbline.directory.v1 import sign_in_pb2
from services.console import clients
from services.console.clients import Services
from shared import dates
from shared.access.roles import ACTIONS_OF_ROLE
from shared.clock import Clock
from shared.rpc_client import RemoteRefusal

# A token is renewed before it ends, so that a page which makes several calls never loses it on the way.
RENEW_BEFORE: Final = timedelta(seconds=45)
# Tokens of so many browsers are remembered; one that was forgotten is asked for again.
REMEMBERED: Final = 20_000

# Directory's refusals that mean: this person has to sign in again.
ENDED: Final = frozenset({"SESSION_EXPIRED", "SESSION_ENDED", "UNAUTHENTICATED"})


@dataclass(frozen=True)
class Viewer:
    """A person who is signed in, and the one grant under which they look."""

    display_name: str
    subject: str
    grant: sign_in_pb2.HeldGrant
    grants: tuple[sign_in_pb2.HeldGrant, ...]
    token: str
    token_expires: datetime
    session_expires: datetime

    @property
    def good_until(self) -> datetime:
        """Until when nobody has to be asked again."""
        return min(self.token_expires - RENEW_BEFORE, self.session_expires)

    @property
    def role(self) -> str:
        return self.grant.role

    def may(self, action: str) -> bool:
        """Whether the role may do this at all: decides what is offered. What is allowed, the services decide."""
        return action in ACTIONS_OF_ROLE.get(self.role, frozenset())


class Sessions:
    """Opens, uses and ends sessions. service_token: the console's own."""

    def __init__(self, services: Services, *, service_token: str, clock: Clock) -> None:
        self._services = services
        self._service_token = service_token
        self._clock = clock
        self._viewers: OrderedDict[bytes, Viewer] = OrderedDict()

    async def open(self, id_token: str) -> str:
        """The secret of a new session, for the cookie. Raises RemoteRefusal or RemoteFailure."""
        request = sign_in_pb2.SignInRequest(request_id=str(uuid4()), id_token=id_token)
        session = await self._ask(self._services.sign_in.SignIn, request)
        return str(session.session)

    async def viewer(self, secret: str, *, grant: str = "", passive: bool = False) -> Viewer | None:
        """Who has this session; None where it is over. grant: the one to act under from now on.

        passive: an open page asks by itself, which does not count as somebody being there.

        Raises RemoteRefusal for a person without grants, or RemoteFailure.
        """
        key = _digest(secret)
        remembered = self._viewers.get(key)
        if remembered is not None and not grant and self._clock.now() < remembered.good_until:
            self._viewers.move_to_end(key)
            return remembered
        request = sign_in_pb2.RenewTokenRequest(session=secret, grant=grant, passive=passive)
        try:
            renewed = await self._ask(self._services.sign_in.RenewToken, request)
        except RemoteRefusal as refusal:
            if refusal.remote_reason not in ENDED:
                raise
            self._viewers.pop(key, None)
            return None
        viewer = _viewer(renewed)
        self._viewers[key] = viewer
        if len(self._viewers) > REMEMBERED:
            self._viewers.popitem(last=False)
        return viewer

    async def end(self, secret: str) -> None:
        """Signs out: the token that is remembered here goes at once. Raises RemoteRefusal or RemoteFailure."""
        self._viewers.pop(_digest(secret), None)
        request = sign_in_pb2.SignOutRequest(request_id=str(uuid4()), session=secret)
        await self._ask(self._services.sign_in.SignOut, request)

    async def _ask(self, method: Callable[..., Any], request: Any) -> Any:
        return await clients.call(method, request, token=self._service_token)


def _viewer(renewed: sign_in_pb2.RenewTokenResponse) -> Viewer:
    return Viewer(
        display_name=renewed.display_name,
        subject=renewed.subject,
        grant=next(grant for grant in renewed.grants if grant.name == renewed.grant),
        grants=tuple(renewed.grants),
        token=renewed.token,
        token_expires=dates.instant(renewed.token_expire_time),
        session_expires=min(dates.instant(renewed.idle_expire_time), dates.instant(renewed.absolute_expire_time)),
    )


def _digest(secret: str) -> bytes:
    """What a session is remembered by; the secret itself stays in the browser."""
    return hashlib.sha256(secret.encode()).digest()
