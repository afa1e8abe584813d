"""A password is typed by people and kept so that nobody can read it."""

from __future__ import annotations

import re

from shared import passwords


def test_a_new_password_is_four_groups_of_four_that_nobody_misreads() -> None:
    made = {passwords.new_password() for _ in range(200)}

    assert len(made) == 200
    for password in made:
        assert re.fullmatch(r"([a-z2-9]{4}-){3}[a-z2-9]{4}", password)
        assert not set("01oil") & set(password)


def test_only_the_password_itself_matches_what_is_kept_of_it() -> None:
    kept = passwords.hashed("kx7m-password")

    assert passwords.matches("kx7m-password", kept)
    assert not passwords.matches("kx7m-passworD", kept)
    assert not passwords.matches("", kept)
    assert "kx7m" not in kept


def test_the_same_password_is_kept_differently_each_time() -> None:
    assert passwords.hashed("the same") != passwords.hashed("the same")
