"""A login becomes a session and a session tokens; who loses the right to either is stopped at the next renewal."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from joserfc.jwk import ECKey

from plumbline.audit.v1 import audit_pb2, audit_pb2_grpc
from plumbline.directory.v1 import directory_pb2, sign_in_pb2, sign_in_pb2_grpc
from services.audit.model import SYSTEM_TENANT
from services.directory import session as sessions
from services.directory import signing_in
from services.directory.settings import IDLE, LONGEST
from shared.calls import system_call
from shared.clock import SystemClock
from shared.database import Database
from shared.errors import Code
from shared.identity import Verifier
from tests.integration.directory.asking import ask
from tests.integration.directory.issuer import Issuer
from tests.integration.directory.signing_in import Reception, an_issuer, reception
from tests.integration.ledger import request_id
from tests.integration.refused import refused
from tests.integration.world import World


@pytest.fixture(scope="module")
def issuer() -> Any:
    with an_issuer() as answering:
        yield answering


@pytest.fixture(scope="module")
async def desk(issuer: Issuer) -> AsyncIterator[Reception]:
    """A country whose people sign in by that issuer."""
    async with reception(issuer.url, "directory", "audit") as made:
        yield made


@pytest.fixture
async def superuser(desk: Reception) -> AsyncIterator[asyncpg.Connection[Any]]:
    """Whoever has the database password."""
    connection = await asyncpg.connect(desk.stack.postgres_dsn)
    yield connection
    await connection.close()


async def test_who_signs_in_acts_under_the_grant_and_nowhere_else(desk: Reception, issuer: Issuer) -> None:
    person, login = await desk.a_person_with_login("110101", "unit_clerk")

    session = await desk.sign_in(issuer.id_token(login))
    renewed = await desk.renew(session.session)
    mine = await ask(desk.directory.GetUnit, directory_pb2.GetUnitRequest(id=desk.unit("110101").id), renewed.token)
    beside = await refused(
        ask(desk.directory.GetUnit, directory_pb2.GetUnitRequest(id=desk.unit("120101").id), renewed.token)
    )
    identity = Verifier(desk.stack.folder.jwks.read_text()).verify(renewed.token, now=SystemClock().now())

    assert (session.person, session.display_name) == (person.name, person.display_name)
    assert session.subject == person.name.rsplit("/", 1)[-1] == identity.subject
    (held,) = session.grants
    assert (held.role, held.unit, held.unit_display_name, held.level, held.tenant, held.clearance) == (
        "unit_clerk",
        desk.unit("110101").id,
        "县110101",
        "county",
        desk.unit("11").tenant,
        1,
    )
    assert (renewed.grant, list(renewed.grants)) == (held.name, [held])
    assert (identity.tenant, identity.grant.role, identity.grant.path) == (held.tenant, held.role, held.path)
    assert mine.id == desk.unit("110101").id
    assert beside.remote_code is Code.PERMISSION_DENIED


async def test_a_login_signed_with_rsa_signs_in_as_well(desk: Reception, issuer: Issuer) -> None:
    person, login = await desk.a_person_with_login("110101", "unit_clerk")

    session = await desk.sign_in(issuer.id_token(login, alg="RS256"))

    assert session.person == person.name


async def test_a_person_with_two_grants_acts_under_the_one_chosen_until_they_choose_another(
    desk: Reception, issuer: Issuer
) -> None:
    person, login = await desk.a_person_with_login("110101", "unit_clerk")
    wider = await desk.give(person, "11", role="campaign_office")
    session = await desk.sign_in(issuer.id_token(login))

    first = await desk.renew(session.session)
    narrow = session.grants[1].name
    chosen = await desk.renew(session.session, narrow)
    kept = await desk.renew(session.session)

    assert [grant.role for grant in session.grants] == ["campaign_office", "unit_clerk"]
    assert (first.grant, chosen.grant, kept.grant) == (wider.name, narrow, narrow)


async def test_a_revoked_grant_gives_no_further_token(desk: Reception, issuer: Issuer) -> None:
    person, login = await desk.a_person_with_login("110101", "unit_clerk")
    wider = await desk.give(person, "11", role="campaign_office")
    session = await desk.sign_in(issuer.id_token(login))

    await desk.revoke(wider.name)
    error = await refused(desk.renew(session.session, wider.name))
    rest = await desk.renew(session.session)
    await desk.revoke(rest.grant)
    nothing = await refused(desk.renew(session.session))
    again = await refused(desk.sign_in(issuer.id_token(login)))

    assert (error.remote_code, error.remote_reason) == (Code.PERMISSION_DENIED, "GRANT_REVOKED")
    assert [grant.role for grant in rest.grants] == ["unit_clerk"]
    assert (nothing.remote_reason, again.remote_reason) == ("NO_GRANTS", "NO_GRANTS")


async def test_nobody_acts_under_anothers_grant(desk: Reception, issuer: Issuer) -> None:
    other, _ = await desk.a_person_with_login("12")
    theirs = await desk.give(other, "12", role="campaign_office")
    _, login = await desk.a_person_with_login("110101", "unit_clerk")
    session = await desk.sign_in(issuer.id_token(login))

    error = await refused(desk.renew(session.session, theirs.name))

    assert error.remote_reason == "GRANT_REVOKED"


async def test_a_login_that_nobody_has_signs_nobody_in(desk: Reception, issuer: Issuer) -> None:
    error = await refused(desk.sign_in(issuer.id_token("a stranger")))

    assert (error.remote_code, error.remote_reason) == (Code.PERMISSION_DENIED, "UNKNOWN_LOGIN")


FORGERIES: dict[str, Any] = {
    "another key under the issuer's id": lambda issuer, login: issuer.id_token(
        login, key=ECKey.import_key({**a_key().as_dict(private=True), "kid": issuer.key.kid})
    ),
    "a key that the issuer does not have": lambda issuer, login: issuer.id_token(login, key=a_key()),
    "no signature": lambda issuer, login: unsigned(issuer.id_token(login)),
    "the public key taken for a shared secret": lambda issuer, login: with_shared_secret(issuer, login),
    "another client": lambda issuer, login: issuer.id_token(login, aud="another"),
    "several clients of which another asked": lambda issuer, login: issuer.id_token(
        login, aud=["plumbline-console", "another"], azp="another"
    ),
    "another issuer": lambda issuer, login: issuer.id_token(login, iss="https://elsewhere.example"),
    "a time that is over": lambda issuer, login: issuer.id_token(login, exp=1_700_000_000),
    "no end": lambda issuer, login: issuer.id_token(login, exp=None),
    "a time to come": lambda issuer, login: issuer.id_token(login, iat=4_000_000_000, exp=4_000_000_300),
    "nobody": lambda issuer, login: issuer.id_token(""),
    "a claim changed afterwards": lambda issuer, login: changed(issuer.id_token("somebody else"), issuer, login),
    "no token at all": lambda issuer, login: "e30.e30.e30",
}


def a_key() -> ECKey:
    return ECKey.generate_key("P-256", private=True, auto_kid=True)


def unsigned(token: str) -> str:
    payload = token.split(".")[1]
    return f"eyJhbGciOiJub25lIn0.{payload}."


def with_shared_secret(issuer: Issuer, login: str) -> str:
    """By hand: a library that is any good refuses to do it."""
    header = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": issuer.rsa_key.kid}).encode())
    signed = f"{header.rstrip(b'=').decode()}.{issuer.id_token(login).split('.')[1]}"
    signature = hmac.digest(issuer.rsa_key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def changed(token: str, issuer: Issuer, login: str) -> str:
    header, _, signature = token.split(".")
    return f"{header}.{issuer.id_token(login).split('.')[1]}.{signature}"


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
async def test_a_token_that_proves_nothing_signs_nobody_in(desk: Reception, issuer: Issuer, forge: Any) -> None:
    _, login = await desk.a_person_with_login("110101", "unit_clerk")

    error = await refused(desk.sign_in(forge(issuer, login)))

    assert (error.remote_code, error.remote_reason) == (Code.UNAUTHENTICATED, "UNAUTHENTICATED")
    assert (await desk.sign_in(issuer.id_token(login))).session


async def test_unknown_keys_do_not_make_directory_ask_the_issuer_each_time(desk: Reception, issuer: Issuer) -> None:
    _, login = await desk.a_person_with_login("110101", "unit_clerk")
    await desk.sign_in(issuer.id_token(login))
    before = len(issuer.asked)

    for _ in range(20):
        await refused(desk.sign_in(issuer.id_token(login, key=a_key())))

    # Two questions are one look at the keys.
    assert len(issuer.asked) - before <= 2


@pytest.mark.parametrize(
    ("idle", "open_", "reason"),
    [
        (IDLE - timedelta(minutes=1), timedelta(), ""),
        (IDLE + timedelta(minutes=1), timedelta(), "SESSION_EXPIRED"),
        (timedelta(), LONGEST - timedelta(minutes=1), ""),
        (timedelta(), LONGEST + timedelta(minutes=1), "SESSION_EXPIRED"),
    ],
    ids=["not idle for long", "idle for too long", "open for long", "open for too long"],
)
async def test_a_session_lasts_for_its_time(
    desk: Reception,
    issuer: Issuer,
    superuser: asyncpg.Connection[Any],
    idle: timedelta,
    open_: timedelta,
    reason: str,
) -> None:
    _, login = await desk.a_person_with_login("110101", "unit_clerk")
    session = await desk.sign_in(issuer.id_token(login))
    # The past is changed, for nobody waits for half an hour.
    await superuser.execute(
        """
        update directory.sessions
        set last_use_time = last_use_time - $2::interval, start_time = start_time - $3::interval
        where secret_digest = $1
        """,
        sessions.digest(session.session),
        idle,
        open_,
    )

    if reason:
        error = await refused(desk.renew(session.session))
        assert (error.remote_code, error.remote_reason) == (Code.UNAUTHENTICATED, reason)
    else:
        renewed = await desk.renew(session.session)
        assert renewed.token_expire_time.ToDatetime() <= renewed.absolute_expire_time.ToDatetime()


async def test_a_renewal_begins_the_idle_time_anew(
    desk: Reception, issuer: Issuer, superuser: asyncpg.Connection[Any]
) -> None:
    _, login = await desk.a_person_with_login("110101", "unit_clerk")
    session = await desk.sign_in(issuer.id_token(login))
    digest = sessions.digest(session.session)
    for _ in range(3):
        await superuser.execute(
            "update directory.sessions set last_use_time = last_use_time - interval '20 minutes'"
            " where secret_digest = $1",
            digest,
        )
        await desk.renew(session.session)

    renewed = await desk.renew(session.session)

    assert renewed.idle_expire_time.ToDatetime() >= session.idle_expire_time.ToDatetime()
    assert renewed.absolute_expire_time == session.absolute_expire_time


async def test_signing_out_ends_the_session_at_once_and_twice_is_no_fault(desk: Reception, issuer: Issuer) -> None:
    _, login = await desk.a_person_with_login("110101", "unit_clerk")
    session, other = await desk.sign_in(issuer.id_token(login)), await desk.sign_in(issuer.id_token(login))

    await desk.sign_out(session.session)
    await desk.sign_out(session.session)
    await desk.sign_out("no session of ours")
    error = await refused(desk.renew(session.session))

    assert (error.remote_code, error.remote_reason) == (Code.UNAUTHENTICATED, "SESSION_ENDED")
    assert (await desk.renew(other.session)).token


async def test_a_session_serves_only_the_console_that_opened_it(desk: Reception, issuer: Issuer) -> None:
    _, login = await desk.a_person_with_login("110101", "unit_clerk")
    session = await desk.sign_in(issuer.id_token(login))
    another = desk.stack.mint(subject="service:another", tenant="", role="console", path="", clearance=3)

    error = await refused(desk.renew(session.session, token=another))

    assert error.remote_reason == "SESSION_ENDED"
    assert (await desk.renew(session.session)).token


async def test_only_a_console_signs_people_in_and_it_may_do_nothing_else(desk: Reception, issuer: Issuer) -> None:
    person, login = await desk.a_person_with_login("110101", "unit_clerk")
    request = sign_in_pb2.SignInRequest(request_id=request_id(), id_token=issuer.id_token(login))

    errors = [
        await refused(ask(desk.stub.SignIn, request, desk.admin)),
        await refused(ask(desk.stub.SignIn, request, desk.stack.folder.token("rollups").read_text())),
        await refused(ask(desk.directory.GetPerson, directory_pb2.GetPersonRequest(name=person.name), desk.console)),
        await refused(ask(desk.directory.ListTenants, directory_pb2.ListTenantsRequest(), desk.console)),
    ]

    assert {error.remote_reason for error in errors} == {"PERMISSION_DENIED"}


async def test_a_repeated_sign_in_opens_no_second_session_and_tells_no_second_secret(
    desk: Reception, issuer: Issuer, superuser: asyncpg.Connection[Any]
) -> None:
    person, login = await desk.a_person_with_login("110101", "unit_clerk")
    request = sign_in_pb2.SignInRequest(request_id=request_id(), id_token=issuer.id_token(login))

    outcomes = await asyncio.gather(
        *(ask(desk.stub.SignIn, request, desk.console) for _ in range(4)), return_exceptions=True
    )
    opened = await superuser.fetchval(
        "select count(*) from directory.sessions where person_id = $1::uuid", person.name.rsplit("/", 1)[-1]
    )

    told = [outcome for outcome in outcomes if isinstance(outcome, sign_in_pb2.Session)]
    reasons = {outcome.remote_reason for outcome in outcomes if not isinstance(outcome, sign_in_pb2.Session)}
    assert (len(told), reasons, opened) == (1, {"TOLD_ONCE"}, 1)


async def test_a_login_is_one_persons(desk: Reception) -> None:
    _, login = await desk.a_person_with_login("110101", "unit_clerk")
    elsewhere, _ = await desk.a_person_with_login("120101", "unit_clerk")

    # Somebody who does not see whose it is is told no more than that.
    error = await refused(desk.set_login(elsewhere, login, token=desk.token("administrator", "12")))

    assert (error.remote_code, error.remote_reason) == (Code.ALREADY_EXISTS, "LOGIN_TAKEN")


async def test_a_login_taken_from_a_person_takes_its_sessions_with_it(desk: Reception, issuer: Issuer) -> None:
    person, login = await desk.a_person_with_login("110101", "unit_clerk")
    session = await desk.sign_in(issuer.id_token(login))

    await desk.set_login(person, f"{login}-new")
    error = await refused(desk.renew(session.session))
    before = await refused(desk.sign_in(issuer.id_token(login)))

    assert (error.remote_reason, before.remote_reason) == ("SESSION_ENDED", "UNKNOWN_LOGIN")
    assert (await desk.sign_in(issuer.id_token(f"{login}-new"))).person == person.name


@pytest.mark.parametrize("code", ["12", "110102"], ids=["another province", "the unit beside"])
async def test_a_stranger_gives_nobody_a_login(desk: Reception, code: str) -> None:
    person, _ = await desk.a_person_with_login("110101", "unit_clerk")

    error = await refused(desk.set_login(person, "mine", token=desk.token("administrator", code)))

    assert error.remote_code is Code.PERMISSION_DENIED


async def test_the_log_tells_who_signed_in_and_out(desk: Reception, issuer: Issuer) -> None:
    person, login = await desk.a_person_with_login("130101", "unit_clerk")
    session = await desk.sign_in(issuer.id_token(login))
    await desk.renew(session.session)
    await desk.sign_out(session.session)
    audit = audit_pb2_grpc.AuditServiceStub(desk.channel("audit"))
    request = audit_pb2.ListEntriesRequest(
        parent=f"tenants/{desk.unit('13').tenant}", page_size=200, resource=person.name
    )

    async def entries() -> list[audit_pb2.Entry]:
        return list((await ask(audit.ListEntries, request, desk.admin)).entries)

    async def signed_out() -> bool:
        return len([entry for entry in await entries() if entry.action == "directory.sign_in"]) >= 2

    await desk.eventually(signed_out)
    found = [entry for entry in await entries() if entry.action == "directory.sign_in"]

    # Renewals are no entries: a session that is open renews every few minutes, and its deeds are entries of their own.
    assert [(entry.actor, entry.role, entry.outcome) for entry in found] == [("service:console", "console", "OK")] * 2


async def test_the_systems_own_log_tells_that_somebody_was_not_let_in(desk: Reception, issuer: Issuer) -> None:
    """They belong to no tenant, so it stands in none's log."""
    await refused(desk.sign_in(issuer.id_token("a stranger")))
    audit = audit_pb2_grpc.AuditServiceStub(desk.channel("audit"))
    request = audit_pb2.ListEntriesRequest(parent=f"tenants/{SYSTEM_TENANT}", page_size=200, actor="service:console")

    async def is_told() -> bool:
        entries = (await ask(audit.ListEntries, request, desk.admin)).entries
        return "UNKNOWN_LOGIN" in {entry.outcome for entry in entries}

    await desk.eventually(is_told)


async def test_a_session_that_has_ended_or_expired_is_forgotten_after_a_day(
    desk: Reception, issuer: Issuer, superuser: asyncpg.Connection[Any]
) -> None:
    _, login = await desk.a_person_with_login("110101", "unit_clerk")
    opened = [(await desk.sign_in(issuer.id_token(login))).session for _ in range(4)]
    await desk.sign_out(opened[0])
    digests = [sessions.digest(secret) for secret in opened]
    database = Database.open(desk.stack.database_url("directory_system"), application="test", pool_size=1)
    now = SystemClock().now()

    async def move(which: int, column: str, by: timedelta) -> None:
        await superuser.execute(
            f"update directory.sessions set {column} = {column} - $2::interval where secret_digest = $1",
            digests[which],
            by,
        )

    await move(0, "end_time", timedelta(hours=25))
    await move(1, "last_use_time", IDLE + timedelta(hours=25))
    await move(2, "start_time", LONGEST + timedelta(hours=25))
    try:
        await database.run(
            system_call("directory", action="test", now=now),
            lambda tx: signing_in.forget_sessions(tx, limits=sessions.Limits(IDLE, LONGEST), now=now, limit=5_000),
        )
    finally:
        await database.close()
    rows = await superuser.fetch("select secret_digest from directory.sessions where secret_digest = any($1)", digests)

    assert [row["secret_digest"] for row in rows] == [digests[3]]


async def test_a_sessions_secret_is_nowhere_but_with_whoever_was_told(
    desk: Reception, issuer: Issuer, superuser: asyncpg.Connection[Any]
) -> None:
    """A canary: searched for in every row of every table, in the stores of the bus, and in every log."""
    _, login = await desk.a_person_with_login("110101", "unit_clerk")
    id_token = issuer.id_token(login)
    session = await desk.sign_in(id_token)
    await desk.renew(session.session)
    await desk.sign_out(session.session)
    await refused(desk.renew(session.session))

    async def all_told() -> bool:
        return not await superuser.fetchval("select count(*) from directory.outbox where sent_sequence is null")

    await desk.eventually(all_told)
    secrets = [session.session, id_token, id_token.rsplit(".", 1)[1]]

    assert await found_in_tables(superuser, secrets) == []
    assert found_in_files(desk.stack.folder.root, secrets) == []
    # The search would have found one.
    assert await found_in_tables(superuser, [login]) == ["directory.logins", "directory.sessions"]


async def found_in_tables(superuser: asyncpg.Connection[Any], secrets: list[str]) -> list[str]:
    tables = await superuser.fetch(
        "select schemaname || '.' || tablename as name from pg_tables"
        " where schemaname !~ '^(pg_|information_)' order by 1"
    )
    # A bytea's text is its hexadecimal digits.
    wanted = [form for secret in secrets for form in (secret, secret.encode().hex())]
    return [
        table["name"]
        for table in tables
        if await superuser.fetchval(
            f"select count(*) from {table['name']} t, unnest($1::text[]) s where strpos(t::text, s) > 0", wanted
        )
    ]


def found_in_files(root: Path, secrets: list[str]) -> list[str]:
    return [
        str(file.relative_to(root))
        for place in ("logs", "nats")
        for file in (root / place).rglob("*")
        if file.is_file() and any(secret.encode() in file.read_bytes() for secret in secrets)
    ]


async def test_while_the_issuer_is_away_nobody_new_signs_in_and_everybody_else_goes_on(
    desk: Reception, issuer: Issuer
) -> None:
    _, login = await desk.a_person_with_login("110101", "unit_clerk")
    session = await desk.sign_in(issuer.id_token(login))
    dead = desk.stack.pid("directory")
    issuer.go()
    try:
        # One that has the issuer's keys would not notice for a day.
        desk.stack.kill("directory")

        async def is_back() -> bool:
            return desk.stack.pid("directory") != dead and await desk.stack.is_serving("directory")

        await desk.eventually(is_back)
        error = await refused(desk.sign_in(issuer.id_token(login)))
        renewed = await desk.renew(session.session)
    finally:
        issuer.come()

    async def signs_in_again() -> bool:
        return bool((await desk.sign_in(issuer.id_token(login))).session)

    await desk.eventually(signs_in_again)
    assert (error.remote_code, error.remote_reason) == (Code.UNAVAILABLE, "UNAVAILABLE")
    assert renewed.token


async def test_without_an_issuer_named_nobody_signs_in_and_everything_else_works(world: World) -> None:
    stub = sign_in_pb2_grpc.SignInServiceStub(world.channel("directory"))
    console = world.stack.folder.token("console").read_text()

    errors = [
        await refused(ask(stub.SignIn, sign_in_pb2.SignInRequest(request_id=request_id(), id_token="x"), console)),
        await refused(ask(stub.RenewToken, sign_in_pb2.RenewTokenRequest(session="x"), console)),
    ]

    assert {error.remote_reason for error in errors} == {"SIGN_IN_NOT_CONFIGURED"}
    await ask(stub.SignOut, sign_in_pb2.SignOutRequest(request_id=request_id(), session="x"), console)
