"""The stack's own issuer signs people in by the standard, and is as strict as one that is not for development."""

from __future__ import annotations

import asyncio
import re
import socket
import tempfile
from pathlib import Path

import pytest

from services.cli import accounts, web
from services.cli.accounts import Account
from services.cli.folder import StackFolder
from services.cli.ports import LOOPBACK
from services.cli.stack import Stack
from services.issuer.attempts import MOST_WRONG
from tests.integration.directory.signing_in import Reception
from tests.integration.issuer.conftest import with_issuer
from tests.integration.issuer.visitor import Visitor, answered


async def test_somebody_with_a_password_signs_in_and_acts_under_their_grant(
    desk: Reception, visitor: Visitor, clerk: Account
) -> None:
    session = await desk.sign_in(await visitor.id_token(clerk.user_name, clerk.password))
    renewed = await desk.renew(session.session)

    assert session.person == clerk.person
    assert [grant.role for grant in renewed.grants] == ["unit_clerk"]


async def test_a_user_name_is_known_in_whichever_case_it_is_typed(visitor: Visitor, clerk: Account) -> None:
    assert await visitor.code(f" {clerk.user_name.upper()} ", clerk.password)


async def test_the_console_is_told_its_state_again_and_who_answers(visitor: Visitor, clerk: Account) -> None:
    answer = await visitor.enter(await visitor.arrive(state="其 state&="), clerk.user_name, clerk.password)

    assert answer.headers["location"].startswith(f"{visitor.back_to}?")
    assert answered(answer)["state"] == "其 state&="
    assert answered(answer)["iss"] == visitor.issuer


@pytest.mark.parametrize(("user_name", "password"), [("clerk", "wrong"), ("nobody", "wrong"), ("clerk", ""), ("", "")])
async def test_whoever_is_wrong_is_told_so_and_no_more(
    visitor: Visitor, clerk: Account, user_name: str, password: str
) -> None:
    answer = await visitor.enter(await visitor.arrive(), user_name, password)

    assert answer.status_code == 401
    assert "The user name or the password is wrong" in answer.text
    assert await visitor.code(clerk.user_name, clerk.password)


async def test_whoever_is_wrong_too_often_waits_even_with_the_right_password(
    desk: Reception, visitor: Visitor, clerk: Account
) -> None:
    victim = await desk.an_account("victim", "110102", role="unit_clerk")
    page = await visitor.arrive()

    wrong = await asyncio.gather(*(visitor.enter(page, victim.user_name, "wrong") for _ in range(MOST_WRONG + 3)))
    right = await visitor.enter(page, victim.user_name, victim.password)

    assert sorted(answer.status_code for answer in wrong) == [401] * MOST_WRONG + [429] * 3
    assert right.status_code == 429
    assert await visitor.code(clerk.user_name, clerk.password)


async def test_a_code_serves_once_and_so_does_a_form(visitor: Visitor, clerk: Account) -> None:
    page = await visitor.arrive()
    code = answered(await visitor.enter(page, clerk.user_name, clerk.password))["code"]

    first, second = await visitor.exchange(code), await visitor.exchange(code)
    again = await visitor.enter(page, clerk.user_name, clerk.password)

    assert first.json()["token_type"] == "Bearer"
    assert first.headers["cache-control"] == "no-store"
    assert (second.status_code, second.json()) == (400, {"error": "invalid_grant"})
    assert again.status_code == 400


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"code_verifier": "x" * 43}, 400, "invalid_grant"),
        ({"code_verifier": ""}, 400, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:1/signed-in"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"auth": ("plumbline-console", "wrong")}, 401, "invalid_client"),
        ({"auth": ("another", "wrong")}, 401, "invalid_client"),
        ({"auth": None}, 401, "invalid_client"),
    ],
)
async def test_a_code_is_nothing_without_what_belongs_to_it(
    visitor: Visitor, clerk: Account, changes: dict[str, object], status: int, error: str
) -> None:
    answer = await visitor.exchange(await visitor.code(clerk.user_name, clerk.password), **changes)

    assert (answer.status_code, answer.json()) == (status, {"error": error})


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "another"},
        {"client_id": None},
        {"redirect_uri": "https://elsewhere.example/signed-in"},
        {"redirect_uri": None},
    ],
)
async def test_a_request_that_may_not_come_from_the_console_is_sent_nowhere(
    visitor: Visitor, changes: dict[str, str | None]
) -> None:
    answer = await visitor.arrive(**changes)

    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "<form" not in answer.text


@pytest.mark.parametrize("suffix", ["/", "?x=1", "/../signed-in", "#a"])
async def test_the_address_to_return_to_is_the_consoles_to_the_letter(visitor: Visitor, suffix: str) -> None:
    answer = await visitor.arrive(redirect_uri=visitor.back_to + suffix)

    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_a_request_of_the_console_that_lacks_something_is_answered_to_the_console(
    visitor: Visitor, changes: dict[str, str | None], error: str
) -> None:
    answer = await visitor.arrive(**changes)

    assert answer.headers["location"].startswith(f"{visitor.back_to}?")
    assert answered(answer)["error"] == error


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_a_form_from_elsewhere_signs_nobody_in(visitor: Visitor, clerk: Account, site: str) -> None:
    """Else a stranger could sign a browser in as the stranger, and read what its user writes."""
    answer = await visitor.enter(await visitor.arrive(), clerk.user_name, clerk.password, site=site)

    assert answer.status_code == 403


async def test_the_page_runs_nothing_and_shows_what_was_typed_as_text(visitor: Visitor) -> None:
    answer = await visitor.enter(await visitor.arrive(), '"><script>alert(1)</script>', "wrong")
    policy = answer.headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "<script" not in answer.text
    assert " style=" not in answer.text


@pytest.mark.parametrize(
    ("ui_locales", "accepted", "language", "word"),
    [
        ("zh-CN", "en", "zh-CN", "密码"),
        ("en", "zh-CN", "en", "Password"),
        (None, "en-GB,zh;q=0.5", "en", "Password"),
        (None, "fr", "zh-CN", "密码"),
    ],
)
async def test_the_page_speaks_the_language_that_is_asked_for(
    visitor: Visitor, ui_locales: str | None, accepted: str, language: str, word: str
) -> None:
    visitor.browser.headers["accept-language"] = accepted

    page = await visitor.arrive(ui_locales=ui_locales)

    assert f'<html lang="{language}">' in page.text
    assert re.search(f"<label[^>]*>{word}</label>", page.text)


async def test_signing_out_leads_back_to_the_console_and_nowhere_else(visitor: Visitor) -> None:
    console = visitor.back_to.removesuffix("/signed-in")

    async def sent_to(back: str) -> str | None:
        asked = {"client_id": visitor.client_id, "post_logout_redirect_uri": back}
        return (await visitor.browser.get("/end_session", params=asked)).headers.get("location")

    assert await sent_to(f"{console}/") == f"{console}/"
    assert await sent_to(f"{console}/signed-out") == f"{console}/signed-out"
    for elsewhere in ("https://elsewhere.example/", f"{console}.elsewhere.example/", f"{console}/deeper", ""):
        assert await sent_to(elsewhere) is None


async def test_no_log_and_no_file_of_the_issuer_holds_a_password(
    desk: Reception, visitor: Visitor, clerk: Account
) -> None:
    await visitor.id_token(clerk.user_name, clerk.password)
    await visitor.enter(await visitor.arrive(), clerk.user_name, "a-wrong-password-typed")
    folder = desk.stack.folder
    seen = [folder.issuer_people, *folder.logs.glob("*.log")]

    assert folder.log("issuer").stat().st_size > 0
    for secret in (clerk.password, "a-wrong-password-typed"):
        assert [file.name for file in seen if secret in file.read_text(errors="replace")] == []
    for file in folder.sign_in.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file.name


async def test_people_sign_in_also_when_the_issuer_has_had_to_take_another_port() -> None:
    """Its URL is its name, by which directory knows the logins."""
    root = Path(tempfile.mkdtemp(prefix="plumbline-issuer-"))
    options = with_issuer(root)
    try:
        async with Stack.start(options) as stack:
            assert stack.sign_in is not None
            before = stack.sign_in.issuer
            desk = Reception(stack, before)
            await desk.plant()
            account = await desk.an_account("clerk", "110101", role="unit_clerk")
            await desk.close()
        with socket.socket() as somebody_else:
            # The last connections to it are still closing.
            somebody_else.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            somebody_else.bind((LOOPBACK, StackFolder(root).remembered_ports()[web.ISSUER]))
            somebody_else.listen()
            async with Stack.start(options) as stack, Visitor(stack) as visitor:
                desk = Reception(stack, visitor.issuer)
                session = await desk.sign_in(await visitor.id_token(account.user_name, account.password))
                await desk.close()
        kept = accounts.read(StackFolder(root))
    finally:
        StackFolder(root).remove()

    assert visitor.issuer != before
    assert session.person == account.person
    assert (kept.issuer, kept.accounts) == (visitor.issuer, (account,))
