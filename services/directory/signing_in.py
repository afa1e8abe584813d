"""What the console may do for people: open, use and end their sessions; and who may give them a login."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.directory import session as sessions
from services.directory import session_store, store
from services.directory.model import Person, check_readable
from services.directory.session import HeldGrant, Limits, Login, NoGrants, Session, UnknownLogin
from shared import access, outbox, placements
from shared.database import Transaction
from shared.names import Name

# So that somebody who comes back after lunch is told that the session has expired and not that there never was one.
ENDED_KEPT = timedelta(days=1)


@dataclass(frozen=True)
class SignedIn:
    """A session in use: whose it is and what they may act as now."""

    session: Session
    person: Person
    held: list[HeldGrant]


async def set_login(tx: Transaction, person_name: Name, login: Login) -> Person:
    """Says by which login a person signs in. Raises LoginTaken."""
    check_readable(login.issuer, field="issuer")
    check_readable(login.subject, field="subject")
    person = await store.person(tx, tenant_id=person_name.tenant, id_=person_name.id)
    if person is None:
        raise await placements.absent(tx, person_name)
    access.require(tx.call, path=person.path, label=1)
    await session_store.set_login(tx, person, login)
    outbox.about(tx, resource=person.name, path=person.path, tenant=person.tenant, label=1)
    return person


async def open_session(tx: Transaction, login: Login, *, digest: bytes, now: datetime) -> SignedIn:
    """Opens a session for the person whose login it is. digest: of its secret. Raises UnknownLogin or NoGrants."""
    person = await session_store.person_of(tx, login)
    if person is None:
        raise UnknownLogin("nobody here has this login: an administrator enters it", issuer=login.issuer)
    held = await session_store.held(tx, person)
    if not held:
        raise NoGrants("no grant holds for this person now: an administrator gives one", resource=person.name)
    session = Session(
        digest=digest,
        opened_by=tx.call.identity.subject,
        tenant=person.tenant,
        person=person.id,
        path=person.path,
        login=login,
        grant=None,
        start_time=now,
        last_use_time=now,
    )
    await session_store.add(tx, session)
    outbox.about(tx, resource=person.name, path=person.path, tenant=person.tenant, label=1)
    return SignedIn(session, person, held)


async def use_session(
    tx: Transaction, digest: bytes, *, wanted: str, passive: bool = False, limits: Limits, now: datetime
) -> tuple[SignedIn, HeldGrant]:
    """The session with its idle time begun anew, and the grant to act under. wanted: the grant's name, or empty.

    passive: nobody did anything, so the idle time goes on.

    Raises SessionEnded, SessionExpired, GrantRevoked or NoGrants.
    """
    found = await session_store.session(tx, digest)
    session = sessions.use(found[0] if found else None, passive=passive, limits=limits, now=now)
    assert found is not None
    person = found[1]
    held = await session_store.held(tx, person)
    grant = sessions.choose(held, wanted=wanted, last=session.grant)
    used = replace(session, grant=grant.id)
    session_store.save_used(tx, used)
    return SignedIn(used, person, held), grant


async def end_session(tx: Transaction, digest: bytes, *, now: datetime) -> None:
    """Ends a session at once; one that has ended or never was is no fault."""
    ended = await session_store.end(tx, digest, now=now)
    if ended is not None:
        tenant, person, path = ended
        outbox.about(tx, resource=f"tenants/{tenant}/people/{person}", path=path, tenant=tenant, label=1)


async def forget_sessions(tx: Transaction, *, limits: Limits, now: datetime, limit: int) -> int:
    """Deletes sessions that have ended or expired a while ago. Returns how many, at most limit."""
    before = now - ENDED_KEPT
    return await session_store.forget(
        tx,
        ended_before=before,
        used_before=before - limits.idle,
        started_before=before - limits.longest,
        limit=limit,
    )
