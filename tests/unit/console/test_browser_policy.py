"""What keeps other sites out: where a sign-in leads, where forms come from, and what pages tell the browser."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.console import browser_policy

OURS = "https://console.example"
HOSTILE = st.text(alphabet="/\\\t\n\r\v\x00 .:@?#%ae中", max_size=12)


def as_a_browser_reads(target: str) -> str:
    """Where a browser goes: it leaves tabs and line ends out and takes a backslash for a slash (WHATWG URL, 4.4)."""
    read = "".join(character for character in target.strip("".join(map(chr, range(33)))) if character not in "\t\n\r")
    return urljoin(f"{OURS}/sign-in", read.replace("\\", "/"))


@given(st.one_of(HOSTILE, st.text(max_size=30)))
@example("//evil.example")
@example("/\\evil.example")
@example("/\t/evil.example")
@example("https://evil.example")
@example("javascript:alert(1)")
@example("/\x00/evil.example")
def test_no_target_leads_away(target: str) -> None:
    parts = urlsplit(as_a_browser_reads(browser_policy.local_path(target)))

    assert (parts.scheme, parts.netloc) == ("https", "console.example")


@pytest.mark.parametrize("path", ["/", "/desk", "/problems/11/a-b?tab=1&x=%2F%2Fy", "/situation?as_of=2014-05-06#a"])
def test_a_path_of_ours_is_kept_as_it_is(path: str) -> None:
    assert browser_policy.local_path(path) == path


@pytest.mark.parametrize("target", ["", "desk", "//evil.example", "https://evil.example", "/\\evil", "/a\nb", "\t/a"])
def test_whatever_else_is_the_beginning(target: str) -> None:
    assert browser_policy.local_path(target) == "/"


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"sec-fetch-site": "same-origin"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "https://evil.example"}, True),
        ({"sec-fetch-site": "same-site", "origin": OURS}, False),
        ({"sec-fetch-site": "cross-site", "origin": OURS}, False),
        ({"sec-fetch-site": "none", "origin": OURS}, False),
        ({"sec-fetch-site": ""}, False),
        ({"origin": OURS}, True),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"origin": f"{OURS}.evil.example"}, False),
        ({}, False),
    ],
)
def test_a_form_is_ours_by_what_the_browser_says_of_it(headers: dict[str, str], ours: bool) -> None:
    assert browser_policy.comes_from_us(headers, url=OURS) is ours


def test_a_forms_token_is_of_one_session_and_of_one_console() -> None:
    token = browser_policy.form_token("secret", "session")

    assert browser_policy.is_form_token(token, "secret", "session")
    assert not browser_policy.is_form_token(token, "secret", "another session")
    assert not browser_policy.is_form_token(token, "another secret", "session")


@given(st.text(st.characters(codec="utf-8")))
def test_what_is_made_up_is_no_token(made_up: str) -> None:
    assert not browser_policy.is_form_token(made_up, "secret", "session")


def test_a_forms_token_tells_nothing_of_the_session() -> None:
    assert "session" not in browser_policy.form_token("secret", "session")


def policy(**changes: object) -> dict[str, list[str]]:
    given: dict[str, object] = {"nonce": "n", "form_targets": "https://issuer.example", "over_tls": True, **changes}
    told = browser_policy.headers(**given)["content-security-policy"]  # type: ignore[arg-type]
    directives = (directive.split() for directive in told.split(";"))
    return {name: sources for name, *sources in directives}


def test_only_a_script_with_the_nonce_runs_and_nothing_is_evaluated() -> None:
    assert policy()["script-src"] == ["'nonce-n'", "'strict-dynamic'"]
    assert not {"'unsafe-inline'", "'unsafe-eval'", "*"} & {each for sources in policy().values() for each in sources}


def test_what_is_not_named_is_not_loaded_and_markup_is_made_by_our_policies_only() -> None:
    assert policy()["default-src"] == ["'none'"]
    assert policy()["base-uri"] == policy()["frame-ancestors"] == ["'none'"]
    assert policy()["require-trusted-types-for"] == ["'script'"]
    assert "'allow-duplicates'" not in policy()["trusted-types"]


def test_a_form_leads_home_or_to_the_issuer() -> None:
    assert policy()["form-action"] == ["'self'", "https://issuer.example"]
    assert policy(form_targets="")["form-action"] == ["'self'"]


def test_tls_is_promised_where_there_is_tls() -> None:
    over, without = (
        browser_policy.headers(nonce="n", form_targets="", over_tls=over_tls) for over_tls in (True, False)
    )

    assert over["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in without
