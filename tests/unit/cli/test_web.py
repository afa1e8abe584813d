"""Whose sign-in a stack trusts."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.cli.folder import StackFolder
from services.cli.refusals import StackRefused
from services.cli.web import sign_in_of

OTHERS = {
    "PLUMBLINE_OIDC_ISSUER": "https://issuer.example",
    "PLUMBLINE_OIDC_CLIENT_ID": "console",
    "PLUMBLINE_OIDC_CLIENT_SECRET_FILE": "/run/secrets/client",
}


@pytest.fixture
def folder(tmp_path: Path) -> StackFolder:
    return StackFolder(tmp_path)


def test_without_a_console_and_without_an_issuer_nobody_signs_in(folder: StackFolder) -> None:
    assert sign_in_of({}, folder, own_port=None) is None


def test_with_a_console_the_stacks_own_issuer_signs_people_in(folder: StackFolder) -> None:
    found = sign_in_of({}, folder, own_port=4000)

    assert found is not None
    assert (found.issuer, found.is_own) == ("http://127.0.0.1:4000", True)
    assert found.of_directory(folder) == {
        "PLUMBLINE_SIGNING_KEY_FILE": str(folder.signing_key),
        "PLUMBLINE_OIDC_ISSUER": "http://127.0.0.1:4000",
        "PLUMBLINE_OIDC_CLIENT_ID": "plumbline-console",
    }


def test_an_issuer_that_the_environment_names_takes_the_place_of_the_stacks_own(folder: StackFolder) -> None:
    found = sign_in_of(OTHERS, folder, own_port=4000)

    assert found is not None
    assert (found.issuer, found.client_id, found.is_own) == ("https://issuer.example", "console", False)
    assert found.client_secret_file == Path("/run/secrets/client")


@pytest.mark.parametrize("missing", ["PLUMBLINE_OIDC_CLIENT_ID", "PLUMBLINE_OIDC_CLIENT_SECRET_FILE"])
def test_an_issuer_is_named_with_everything_that_the_console_needs_there(folder: StackFolder, missing: str) -> None:
    environment = {name: value for name, value in OTHERS.items() if name != missing}

    with pytest.raises(StackRefused) as refused:
        sign_in_of(environment, folder, own_port=4000)

    assert refused.value.facts["needed"] == missing
