"""A refusal as a person reads it: in their language, with what to do, and nothing of our inside."""

from __future__ import annotations

import pytest

from services.console import refusals
from services.console.locales import language
from shared.errors import Code, FieldViolation
from shared.rpc_client import RemoteFailure, RemoteRefusal

ZH, EN = (language(code, zone="Asia/Shanghai") for code in ("zh", "en"))


def refusal(code: Code = Code.ABORTED, reason: str = "STALE", **changes: object) -> RemoteRefusal:
    given: dict[str, object] = {"message": "etag is of version 3", "facts": {}, "violations": [], **changes}
    return RemoteRefusal(code=code, reason=reason, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("code", Code)
def test_every_kind_of_refusal_is_an_error_that_browsers_know(code: Code) -> None:
    assert 400 <= refusals.told(refusal(code), ZH).status < 600


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (Code.NOT_FOUND, 404),
        (Code.PERMISSION_DENIED, 403),
        (Code.ABORTED, 409),
        (Code.RESOURCE_EXHAUSTED, 429),
        (Code.UNAVAILABLE, 503),
    ],
)
def test_browsers_are_told_what_kind_it_was(code: Code, status: int) -> None:
    assert refusals.told(refusal(code), ZH).status == status


def test_it_says_in_either_language_what_happened_and_what_to_do() -> None:
    zh, en = (refusals.told(refusal(), spoken) for spoken in (ZH, EN))

    assert zh.reason == en.reason == "STALE"
    assert zh.says != en.says
    assert all((zh.says, zh.todo, en.says, en.todo))
    assert en.says.isascii()


def test_each_fault_of_a_form_is_named_with_its_field() -> None:
    broken = refusal(
        Code.INVALID_ARGUMENT, "INVALID_REQUEST", violations=[FieldViolation("item.due_date", "no day", "BAD_DATE")]
    )

    ((field, why),) = refusals.told(broken, ZH).details

    assert field == "item.due_date"
    assert why


@pytest.mark.parametrize(
    ("status", "reason", "answered"),
    [
        ("UNAVAILABLE", "UNAVAILABLE", 503),
        ("DEADLINE_EXCEEDED", "DEADLINE_EXCEEDED", 503),
        ("UNKNOWN", "INTERNAL", 502),
    ],
)
def test_a_service_that_does_not_answer_is_told_without_its_words(status: str, reason: str, answered: int) -> None:
    told = refusals.told(RemoteFailure(status, "password=secret at 10.0.0.1"), EN)

    assert (told.reason, told.status) == (reason, answered)
    assert "secret" not in f"{told.says}{told.todo}{told.detail}"


def test_what_broke_here_is_told_without_what_it_was() -> None:
    told = refusals.unexpected(EN)

    assert (told.reason, told.status, told.detail, told.details) == ("INTERNAL", 500, "", ())
    assert told.todo
