"""Who is looking: remembered while their token serves, asked for again before it ends, forgotten when it is over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from plumbline.directory.v1 import sign_in_pb2
from services.console import clients, session
from services.console.session import RENEW_BEFORE, Sessions
from shared import dates
from shared.clock import FakeClock
from shared.errors import Code
from shared.rpc_client import RemoteFailure, RemoteRefusal

NOON = datetime(2014, 9, 5, 4, tzinfo=UTC)
TOKEN, IDLE, LONGEST = timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=12)
GRANTS = ("tenants/0/grants/clerk", "tenants/0/grants/office")


class Directory:
    """Answers as directory does, and counts how often it was asked. refuses: what it says from now on instead."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.asked: list[sign_in_pb2.RenewTokenRequest] = []
        self.ended: list[str] = []
        self.refuses: Exception | None = None
        self.idle = IDLE

    async def RenewToken(self, request: sign_in_pb2.RenewTokenRequest) -> sign_in_pb2.RenewTokenResponse:  # noqa: N802
        self.asked.append(request)
        if self.refuses is not None:
            raise self.refuses
        now = self._clock.now()
        return sign_in_pb2.RenewTokenResponse(
            token=f"token {len(self.asked)}",
            token_expire_time=dates.timestamp(now + TOKEN),
            idle_expire_time=dates.timestamp(now + self.idle),
            absolute_expire_time=dates.timestamp(NOON + LONGEST),
            grant=request.grant or GRANTS[0],
            grants=[sign_in_pb2.HeldGrant(name=name, role="unit_clerk") for name in GRANTS],
        )

    async def SignOut(self, request: sign_in_pb2.SignOutRequest) -> sign_in_pb2.SignOutResponse:  # noqa: N802
        self.ended.append(request.session)
        return sign_in_pb2.SignOutResponse()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def directory(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Directory:
    async def call(method: Callable[[Any], Awaitable[Any]], request: Any, *, token: str) -> Any:
        assert token == "the console's own"
        return await method(request)

    monkeypatch.setattr(clients, "call", call)
    return Directory(clock)


@pytest.fixture
def sessions(directory: Directory, clock: FakeClock) -> Sessions:
    services: Any = SimpleNamespace(sign_in=directory)
    return Sessions(services, service_token="the console's own", clock=clock)


def refusal(reason: str) -> RemoteRefusal:
    return RemoteRefusal(code=Code.UNAUTHENTICATED, reason=reason, message="", facts={}, violations=[])


SECRET = "secret"


async def token_of(sessions: Sessions, secret: str = SECRET, **asked: Any) -> str:
    viewer = await sessions.viewer(secret, **asked)
    assert viewer is not None
    return viewer.token


async def test_a_token_serves_for_many_pages(sessions: Sessions, directory: Directory, clock: FakeClock) -> None:
    first = await token_of(sessions)
    clock.advance(TOKEN - RENEW_BEFORE - timedelta(seconds=1))

    assert await token_of(sessions) == first
    assert len(directory.asked) == 1


async def test_a_token_is_renewed_before_it_ends(sessions: Sessions, directory: Directory, clock: FakeClock) -> None:
    first = await token_of(sessions)
    clock.advance(TOKEN - RENEW_BEFORE)

    assert await token_of(sessions) != first
    assert len(directory.asked) == 2


async def test_nobody_outlives_their_session_by_a_token(
    sessions: Sessions, directory: Directory, clock: FakeClock
) -> None:
    directory.idle = timedelta(minutes=1)
    await token_of(sessions)
    clock.advance(directory.idle)
    directory.refuses = refusal("SESSION_EXPIRED")

    assert await sessions.viewer("secret") is None


async def test_each_browser_is_its_own(sessions: Sessions) -> None:
    assert await token_of(sessions, "one") != await token_of(sessions, "another")


@pytest.mark.parametrize("reason", sorted(session.ENDED))
async def test_whose_session_is_over_is_forgotten(
    sessions: Sessions, directory: Directory, clock: FakeClock, reason: str
) -> None:
    await token_of(sessions)
    clock.advance(TOKEN)
    directory.refuses = refusal(reason)

    assert await sessions.viewer("secret") is None
    assert await sessions.viewer("secret") is None
    assert len(directory.asked) == 3


async def test_whoever_holds_no_grant_is_told_so_and_not_sent_to_sign_in(
    sessions: Sessions, directory: Directory
) -> None:
    directory.refuses = refusal("NO_GRANT")

    with pytest.raises(RemoteRefusal):
        await sessions.viewer("secret")


async def test_a_directory_that_is_away_signs_nobody_out(
    sessions: Sessions, directory: Directory, clock: FakeClock
) -> None:
    await token_of(sessions)
    clock.advance(TOKEN)
    directory.refuses = RemoteFailure("UNAVAILABLE", "away")

    with pytest.raises(RemoteFailure):
        await sessions.viewer("secret")


async def test_another_grant_is_asked_for_at_once_and_stays(sessions: Sessions, directory: Directory) -> None:
    await token_of(sessions)
    viewer = await sessions.viewer("secret", grant=GRANTS[1])
    again = await sessions.viewer("secret")

    assert viewer is not None
    assert viewer.grant.name == GRANTS[1]
    assert again == viewer
    assert [request.grant for request in directory.asked] == ["", GRANTS[1]]


async def test_an_open_page_says_that_nobody_may_be_there(sessions: Sessions, directory: Directory) -> None:
    await token_of(sessions, passive=True)

    assert [request.passive for request in directory.asked] == [True]


async def test_who_signs_out_is_forgotten_here_too(sessions: Sessions, directory: Directory) -> None:
    await token_of(sessions)
    await sessions.end("secret")
    directory.refuses = refusal("SESSION_ENDED")

    assert directory.ended == ["secret"]
    assert await sessions.viewer("secret") is None


async def test_memory_is_bounded_and_who_was_away_longest_is_asked_for_again(
    sessions: Sessions, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "REMEMBERED", 2)
    for secret in ("a", "b", "a", "c"):
        await token_of(sessions, secret)
    asked = len(directory.asked)

    await token_of(sessions, "a")
    assert len(directory.asked) == asked
    await token_of(sessions, "b")
    assert len(directory.asked) == asked + 1
