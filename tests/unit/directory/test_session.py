"""How long a session lasts and which grant a token is under."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.directory import session as sessions
from services.directory.session import (
    GrantRevoked,
    HeldGrant,
    Limits,
    Login,
    NoGrants,
    Session,
    SessionEnded,
    SessionExpired,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LIMITS = Limits(idle=timedelta(minutes=30), longest=timedelta(hours=10))
TENANT = "aaaaaaaaaa"


def a_session(*, open_for: timedelta = timedelta(), idle_for: timedelta = timedelta()) -> Session:
    return Session(
        digest=sessions.digest("secret"),
        opened_by="service:console",
        tenant=TENANT,
        person="1f1e67ff-1b3f-4f0c-87ac-57bdbbbf614b",
        path=f"{TENANT}/",
        login=Login("https://issuer.example", "someone"),
        grant=None,
        start_time=NOW - open_for,
        last_use_time=NOW - idle_for,
    )


def held(id_: str) -> HeldGrant:
    return HeldGrant(id_, TENANT, "unit_clerk", "territorial", TENANT, "全国", "0", f"{TENANT}/", "nation", 1)


def test_using_a_session_begins_its_idle_time_anew_and_not_its_whole_time() -> None:
    session = a_session(open_for=timedelta(hours=1), idle_for=timedelta(minutes=29))

    used = sessions.use(session, limits=LIMITS, now=NOW)

    assert used.idle_expiry(LIMITS) == NOW + LIMITS.idle
    assert used.longest_expiry(LIMITS) == session.longest_expiry(LIMITS)


@pytest.mark.parametrize(
    "session",
    [
        a_session(idle_for=LIMITS.idle),
        a_session(open_for=LIMITS.longest),
        a_session(open_for=timedelta(days=3), idle_for=timedelta(days=2)),
    ],
    ids=["idle for too long", "open for too long", "both"],
)
def test_a_session_past_its_time_has_expired(session: Session) -> None:
    with pytest.raises(SessionExpired):
        sessions.use(session, limits=LIMITS, now=NOW)


def test_idle_time_never_reaches_past_the_whole_time() -> None:
    session = a_session(open_for=timedelta(hours=9, minutes=50))

    assert session.idle_expiry(LIMITS) == NOW + timedelta(minutes=10)


@pytest.mark.parametrize("session", [None, replace(a_session(), end_time=NOW)], ids=["unknown", "signed out"])
def test_what_has_ended_and_what_never_was_are_the_same(session: Session | None) -> None:
    with pytest.raises(SessionEnded):
        sessions.use(session, limits=LIMITS, now=NOW)


def test_a_clock_that_is_behind_makes_no_session_older() -> None:
    session = a_session()

    used = sessions.use(session, limits=LIMITS, now=NOW - timedelta(seconds=20))

    assert used.last_use_time == session.last_use_time


def test_the_grant_wanted_is_taken_else_the_last_one_else_the_first() -> None:
    grants = [held("a"), held("b"), held("c")]

    assert sessions.choose(grants, wanted=grants[1].name, last="c").id == "b"
    assert sessions.choose(grants, wanted="", last="c").id == "c"
    assert sessions.choose(grants, wanted="", last=None).id == "a"
    assert sessions.choose(grants, wanted="", last="revoked since").id == "a"


def test_a_grant_that_does_not_hold_is_never_replaced_by_another_that_was_not_asked_for() -> None:
    with pytest.raises(GrantRevoked):
        sessions.choose([held("a")], wanted=held("b").name, last="a")


def test_without_any_grant_nobody_acts() -> None:
    with pytest.raises(NoGrants):
        sessions.choose([], wanted="", last="a")


def test_a_secret_is_new_each_time_and_its_digest_tells_nothing_of_it() -> None:
    secrets = {sessions.new_secret() for _ in range(100)}

    assert len(secrets) == 100
    assert {len(secret) for secret in secrets} == {43}
    assert not any(secret.encode() in sessions.digest(secret) for secret in secrets)
