"""A stack with its console and its issuer, and somebody who can sign in."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.cli.accounts import Account
from services.cli.folder import StackFolder
from services.cli.stack import Stack, StackOptions
from services.cli.web import CONSOLE
from tests.integration.directory.signing_in import Reception
from tests.integration.issuer.visitor import Visitor


def with_issuer(folder: Path) -> StackOptions:
    """Directory and the issuer, and nothing that needs a front end to have been built."""
    return StackOptions(
        folder=folder,
        services=("directory",),
        console=True,
        stand_ins={CONSOLE: "tests.integration.issuer.console_stand_in"},
    )


@pytest.fixture(scope="package")
async def desk() -> AsyncIterator[Reception]:
    """A planted country whose people sign in by the stack's own issuer."""
    root = Path(tempfile.mkdtemp(prefix="plumbline-issuer-"))
    async with Stack.start(with_issuer(root)) as stack:
        assert stack.sign_in is not None
        made = Reception(stack, stack.sign_in.issuer)
        await made.plant()
        yield made
        await made.close()
    StackFolder(root).remove()


@pytest.fixture(scope="package")
async def clerk(desk: Reception) -> Account:
    """A county's clerk."""
    return await desk.an_account("clerk", "110101", role="unit_clerk")


@pytest.fixture
async def visitor(desk: Reception) -> AsyncIterator[Visitor]:
    async with Visitor(desk.stack) as visitor:
        yield visitor
