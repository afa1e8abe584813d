"""The people who can sign in to an embedded stack by its own issuer: user names, passwords, and whose they are.

The issuer is given a file without passwords in it; the one with them is for the owner of the data folder.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from plumbline.directory.v1 import directory_pb2, directory_pb2_grpc
from services.cli.folder import StackFolder, write_atomically
from shared import passwords, rpc_client

# How a call is made: `office.call` or `rpc_client.call`, with a token.
Call = Callable[[Callable[..., Any], Any], Awaitable[Any]]


@dataclass(frozen=True)
class Wanted:
    """Somebody who is to be entered. display_name: also the post, for nobody here is a real person."""

    user_name: str
    display_name: str
    role: str
    unit: directory_pb2.Unit
    clearance: int = 1


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in. subject: the issuer's for them; person: their name in directory."""

    user_name: str
    password: str
    subject: str
    person: str
    display_name: str
    role: str
    unit_code: str
    unit_name: str


@dataclass(frozen=True)
class Kept:
    """What a data folder holds. issuer: by which directory knows the logins."""

    issuer: str
    accounts: tuple[Account, ...]


def read(folder: StackFolder) -> Kept:
    """The accounts of a data folder; none where nobody has been entered."""
    try:
        kept = json.loads(folder.sign_ins.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Kept(issuer="", accounts=())
    return Kept(issuer=kept["issuer"], accounts=tuple(Account(**account) for account in kept["accounts"]))


async def enter(
    wanted: Wanted, *, directory: directory_pb2_grpc.DirectoryServiceStub, call: Call
) -> directory_pb2.Person:
    """A person with one grant, entered through directory's doors."""
    person: directory_pb2.Person = await call(
        directory.CreatePerson,
        directory_pb2.CreatePersonRequest(
            request_id=_request_id(),
            parent=f"tenants/{wanted.unit.tenant}",
            display_name=wanted.display_name,
            unit=wanted.unit.id,
            post=wanted.display_name,
        ),
    )
    await call(
        directory.CreateGrant,
        directory_pb2.CreateGrantRequest(
            request_id=_request_id(),
            person=person.name,
            role=wanted.role,
            unit=wanted.unit.id,
            clearance=wanted.clearance,
        ),
    )
    return person


async def open_accounts(
    folder: StackFolder,
    entered: Sequence[tuple[Wanted, directory_pb2.Person]],
    *,
    issuer: str,
    directory: directory_pb2_grpc.DirectoryServiceStub,
    call: Call,
) -> list[Account]:
    """A user name and a password for each person, known to the issuer and to directory; others' stay."""
    fresh = [
        Account(
            user_name=wanted.user_name,
            password=passwords.new_password(),
            subject=str(uuid.uuid4()),
            person=person.name,
            display_name=person.display_name,
            role=wanted.role,
            unit_code=wanted.unit.code,
            unit_name=wanted.unit.display_name,
        )
        for wanted, person in entered
    ]
    for account in fresh:
        await call(directory.SetLogin, _login(account, issuer))
    replaced = {account.user_name for account in fresh}
    others = [account for account in read(folder).accounts if account.user_name not in replaced]
    _write(folder, Kept(issuer=issuer, accounts=(*others, *fresh)))
    return fresh


async def follow_issuer(folder: StackFolder, *, issuer: str, directory_address: str, token: str) -> None:
    """Tells directory where the issuer is now: its port, and so its name, may be another one than at the last start."""
    kept = read(folder)
    if not kept.accounts or kept.issuer == issuer:
        return
    channel = rpc_client.open_channel(directory_address)
    try:
        directory = directory_pb2_grpc.DirectoryServiceStub(channel)
        for account in kept.accounts:
            await rpc_client.call(directory.SetLogin, _login(account, issuer), token=token, deadline_s=10)
    finally:
        await channel.close()
    _write(folder, Kept(issuer=issuer, accounts=kept.accounts))


def _login(account: Account, issuer: str) -> directory_pb2.SetLoginRequest:
    return directory_pb2.SetLoginRequest(
        request_id=_request_id(), person=account.person, issuer=issuer, subject=account.subject
    )


def _write(folder: StackFolder, kept: Kept) -> None:
    known = _hashes(folder)
    people = [
        {
            "subject": account.subject,
            "user_name": account.user_name,
            "display_name": account.display_name,
            "password": known.get(account.subject) or passwords.hashed(account.password),
        }
        for account in kept.accounts
    ]
    ours = {"issuer": kept.issuer, "accounts": [asdict(account) for account in kept.accounts]}
    # Ours first: an account that the issuer knows and nobody can look up would be of no use.
    for file, content in ((folder.sign_ins, ours), (folder.issuer_people, {"people": people})):
        write_atomically(file, json.dumps(content, ensure_ascii=False, indent=2) + "\n", mode=0o600)


def _hashes(folder: StackFolder) -> dict[str, str]:
    """What is kept of the passwords that the issuer knows already: each takes a tenth of a second to make."""
    try:
        people = json.loads(folder.issuer_people.read_text(encoding="utf-8"))["people"]
    except FileNotFoundError:
        return {}
    return {row["subject"]: row["password"] for row in people}


def _request_id() -> str:
    return str(uuid.uuid4())
