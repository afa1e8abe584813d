"""Rows in, model out, and back: the statements about logins, sessions and the grants that a person holds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import asyncpg

from services.directory.model import Person
from services.directory.session import HeldGrant, Login, LoginTaken, Session
from shared.database import Transaction

_SET_LOGIN = """
    insert into directory.logins (issuer, subject, tenant_id, person_id, path, label)
    values ($1, $2, $3, $4::uuid, $5, 1)
    on conflict (tenant_id, person_id, issuer) do update set subject = excluded.subject
"""
_PERSON_COLUMNS = "p.tenant_id, p.id, p.display_name, p.unit_id, p.path, p.post, p.version"
_PERSON = f"""
    select {_PERSON_COLUMNS} from directory.logins l
    join directory.people p on p.tenant_id = l.tenant_id and p.id = l.person_id
    where l.issuer = $1 and l.subject = $2
"""
# In path order, so that the widest comes first.
_HELD = """
    select g.id, g.tenant_id, g.role, g.line, g.unit_id, u.display_name, u.code, u.path, u.level, g.clearance
    from directory.grants g join directory.units u on u.unit_id = g.unit_id
    where g.tenant_id = $1 and g.person_id = $2::uuid and g.revoke_time is null
    order by u.path, g.role, g.id
"""
_ADD = """
    insert into directory.sessions
        (secret_digest, opened_by, tenant_id, person_id, path, issuer, subject, grant_id, start_time, last_use_time)
    values ($1, $2, $3, $4::uuid, $5, $6, $7, $8::uuid, $9, $10)
"""
# A login that has become another person's, or another one, takes its sessions with it.
_SESSION = f"""
    select s.secret_digest, s.opened_by, s.issuer, s.subject, s.grant_id, s.start_time, s.last_use_time, s.end_time,
           s.tenant_id, s.person_id, {_PERSON_COLUMNS}
    from directory.sessions s
    join directory.people p on p.tenant_id = s.tenant_id and p.id = s.person_id
    join directory.logins l on l.issuer = s.issuer and l.subject = s.subject
        and l.tenant_id = s.tenant_id and l.person_id = s.person_id
    where s.secret_digest = $1 for update of s
"""
_USED = """
    update directory.sessions set last_use_time = $2, grant_id = $3::uuid
    where secret_digest = $1 and end_time is null returning 1
"""
_END = """
    update directory.sessions set end_time = $2 where secret_digest = $1 and end_time is null
    returning tenant_id, person_id, path
"""
_FORGET = """
    delete from directory.sessions where secret_digest in (
        select secret_digest from directory.sessions
        where end_time < $1 or last_use_time < $2 or start_time < $3 limit $4
    ) returning 1
"""


async def set_login(tx: Transaction, person: Person, login: Login) -> None:
    """Gives a person a login. Raises LoginTaken where it is another's, who may be out of the caller's sight."""
    try:
        await tx.fetch(_SET_LOGIN, login.issuer, login.subject, person.tenant, person.id, person.path)
    except asyncpg.UniqueViolationError as error:
        raise LoginTaken("this login is another person's: every login is one person's") from error


async def person_of(tx: Transaction, login: Login) -> Person | None:
    """Whose login it is."""
    row = await tx.fetch_row(_PERSON, login.issuer, login.subject)
    return None if row is None else _person(row)


async def held(tx: Transaction, person: Person) -> list[HeldGrant]:
    """The grants that a person holds now, in path order."""
    return [
        HeldGrant(
            id=str(row["id"]),
            tenant=row["tenant_id"],
            role=row["role"],
            line=row["line"],
            unit=row["unit_id"],
            unit_name=row["display_name"],
            unit_code=row["code"],
            path=row["path"],
            level=row["level"],
            clearance=row["clearance"],
        )
        for row in await tx.fetch(_HELD, person.tenant, person.id)
    ]


async def add(tx: Transaction, session: Session) -> None:
    await tx.fetch(
        _ADD,
        session.digest,
        session.opened_by,
        session.tenant,
        session.person,
        session.path,
        session.login.issuer,
        session.login.subject,
        session.grant,
        session.start_time,
        session.last_use_time,
    )


async def session(tx: Transaction, digest: bytes) -> tuple[Session, Person] | None:
    """A session and whose it is, locked until the transaction ends, where the login is still theirs."""
    row = await tx.fetch_row(_SESSION, digest)
    if row is None:
        return None
    person = _person(row)
    found = Session(
        digest=row["secret_digest"],
        opened_by=row["opened_by"],
        tenant=person.tenant,
        person=person.id,
        path=person.path,
        login=Login(issuer=row["issuer"], subject=row["subject"]),
        grant=None if row["grant_id"] is None else str(row["grant_id"]),
        start_time=row["start_time"],
        last_use_time=row["last_use_time"],
        end_time=row["end_time"],
    )
    return found, person


def save_used(tx: Transaction, used: Session) -> None:
    """Saves when a session was used last and under which grant."""
    tx.write(_USED, used.digest, used.last_use_time, used.grant, rows=1)


async def end(tx: Transaction, digest: bytes, *, now: datetime) -> tuple[str, str, str] | None:
    """Ends a session. Returns (tenant, person id, path) of whose it was, or None where there was none to end."""
    row = await tx.fetch_row(_END, digest, now)
    return None if row is None else (row["tenant_id"], str(row["person_id"]), row["path"])


async def forget(
    tx: Transaction, *, ended_before: datetime, used_before: datetime, started_before: datetime, limit: int
) -> int:
    """Deletes at most so many sessions that have ended or expired. Returns how many."""
    return len(await tx.fetch(_FORGET, ended_before, used_before, started_before, limit))


def _person(row: Any) -> Person:
    return Person(
        id=str(row["id"]),
        tenant=row["tenant_id"],
        display_name=row["display_name"],
        unit=row["unit_id"],
        path=row["path"],
        post=row["post"],
        version=row["version"],
    )
