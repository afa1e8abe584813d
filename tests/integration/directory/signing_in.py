"""A world in which people can sign in, and how its tests do it."""

from __future__ import annotations

import contextlib
import os
import tempfile
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from plumbline.directory.v1 import directory_pb2, directory_pb2_grpc, sign_in_pb2, sign_in_pb2_grpc
from services.cli import accounts
from services.cli.accounts import Account, Wanted
from services.cli.folder import StackFolder
from services.cli.stack import Stack, StackOptions
from tests.integration.directory.asking import a_grant, a_person, ask
from tests.integration.directory.issuer import CLIENT, Issuer
from tests.integration.ledger import request_id
from tests.integration.world import World


class Reception(World):
    """Signs people in as the console does."""

    def __init__(self, stack: Stack, issuer: str) -> None:
        super().__init__(stack)
        self.issuer = issuer
        self.console = stack.folder.token("console").read_text()
        self.stub = sign_in_pb2_grpc.SignInServiceStub(self.channel("directory"))
        self.directory = directory_pb2_grpc.DirectoryServiceStub(self.channel("directory"))

    async def a_person_with_login(self, code: str, *roles: str) -> tuple[directory_pb2.Person, str]:
        """Somebody at a unit who holds the roles there, and the subject by which the issuer knows them."""
        person = await ask(self.directory.CreatePerson, a_person(self, code), self.admin)
        for role in roles:
            await self.give(person, code, role=role)
        subject = f"login-{uuid.uuid4()}"
        await self.set_login(person, subject)
        return person, subject

    async def an_account(self, user_name: str, code: str, *, role: str, clearance: int = 1) -> Account:
        """Somebody at a unit who signs in by the stack's own issuer with a user name and a password."""
        wanted = Wanted(user_name, f"{code}的{role}", role, self.unit(code), clearance)

        async def call(method: Any, request: Any) -> Any:
            return await ask(method, request, self.admin)

        person = await accounts.enter(wanted, directory=self.directory, call=call)
        (account,) = await accounts.open_accounts(
            self.stack.folder, [(wanted, person)], issuer=self.issuer, directory=self.directory, call=call
        )
        return account

    async def give(self, person: directory_pb2.Person, code: str, **changes: Any) -> directory_pb2.Grant:
        grant: directory_pb2.Grant = await ask(
            self.directory.CreateGrant, a_grant(self, person.name, code, **changes), self.admin
        )
        return grant

    async def revoke(self, grant: str) -> None:
        request = directory_pb2.RevokeGrantRequest(request_id=request_id(), name=grant)
        await ask(self.directory.RevokeGrant, request, self.admin)

    async def set_login(self, person: directory_pb2.Person, subject: str, *, token: str = "") -> None:
        request = directory_pb2.SetLoginRequest(
            request_id=request_id(), person=person.name, issuer=self.issuer, subject=subject
        )
        await ask(self.directory.SetLogin, request, token or self.admin)

    async def sign_in(self, id_token: str) -> sign_in_pb2.Session:
        request = sign_in_pb2.SignInRequest(request_id=request_id(), id_token=id_token)
        session: sign_in_pb2.Session = await ask(self.stub.SignIn, request, self.console)
        return session

    async def renew(self, session: str, grant: str = "", *, token: str = "") -> sign_in_pb2.RenewTokenResponse:
        request = sign_in_pb2.RenewTokenRequest(session=session, grant=grant)
        renewed: sign_in_pb2.RenewTokenResponse = await ask(self.stub.RenewToken, request, token or self.console)
        return renewed

    async def sign_out(self, session: str) -> None:
        request = sign_in_pb2.SignOutRequest(request_id=request_id(), session=session)
        await ask(self.stub.SignOut, request, self.console)


@contextlib.asynccontextmanager
async def reception(issuer: str, *services: str) -> AsyncIterator[Reception]:
    """A planted world whose directory trusts an issuer."""
    root = Path(tempfile.mkdtemp(prefix="plumbline-sign-in-"))
    environment = {**os.environ, "PLUMBLINE_OIDC_ISSUER": issuer, "PLUMBLINE_OIDC_CLIENT_ID": CLIENT}
    options = StackOptions(folder=root, services=services, environment=environment)
    async with Stack.start(options) as stack:
        made = Reception(stack, issuer)
        await made.plant()
        yield made
        await made.close()
    StackFolder(root).remove()


@contextlib.contextmanager
def an_issuer() -> Any:
    """An issuer that answers."""
    issuer = Issuer()
    issuer.come()
    try:
        yield issuer
    finally:
        issuer.go()
