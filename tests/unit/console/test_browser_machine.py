"""A machine without a browser says what it leaves out; it never passes in silence."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.browser import machine


def test_with_a_browser_and_fonts_nothing_is_left_out() -> None:
    assert machine.not_tested(browser=lambda: "/usr/bin/chromium", fonts=lambda: True) is None


@pytest.mark.parametrize(
    ("browser", "fonts", "said"),
    [
        (None, True, "lacks Chromium; run"),
        ("/usr/bin/chromium", False, "lacks Chinese fonts"),
        (None, False, "lacks Chromium and Chinese fonts"),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(browser: str | None, fonts: bool, said: str) -> None:
    line = machine.not_tested(browser=lambda: browser, fonts=lambda: fonts)

    assert line is not None
    assert said in line
    assert "run `make browser-setup`" in line
    assert "\n" not in line


def test_a_browser_that_is_named_and_not_there_is_not_replaced_by_another() -> None:
    assert machine.chromium({"PLUMBLINE_CHROMIUM": "/nowhere/chromium"}) is None


def test_the_summary_of_a_run_without_a_browser_says_it_once_and_aloud() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/browser/test_sign_in.py", "-p", "no:cacheprovider", "--color=no"],
        cwd=machine.PROJECT,
        env={**os.environ, "PLUMBLINE_CHROMIUM": "/nowhere/chromium"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert run.returncode == 0
    assert [line for line in run.stdout.splitlines() if line.startswith("THE CONSOLE WAS NOT TESTED IN A BROWSER")]
    assert "passed" not in run.stdout.splitlines()[-1]
