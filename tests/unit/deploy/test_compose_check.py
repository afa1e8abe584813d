"""The check in containers says plainly where it cannot be made, and never counts as passed then."""

from __future__ import annotations

import sys

import pytest

from tests.containers import check, machine
from tests.containers.machine import CannotRun


def test_a_machine_without_podman_is_told_what_to_install_and_the_check_is_not_passed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(machine.shutil, "which", lambda *_, **__: None)
    monkeypatch.setattr(sys, "argv", ["check"])

    with pytest.raises(SystemExit) as ended:
        check.main()

    assert ended.value.code == check.CANNOT_RUN == 3
    said = capsys.readouterr()
    assert said.err.startswith("NOT RUN: not installed: podman, runc")
    assert "apt-get install podman runc netavark aardvark-dns debootstrap" in said.err
    assert "PASSED" not in said.out


def test_only_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.shutil, "which", lambda name, **_: None if name == "runc" else f"/usr/bin/{name}")

    with pytest.raises(CannotRun, match=r"not installed: runc\. On Debian"):
        machine.require_machine()


def test_another_system_than_linux_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.sys, "platform", "darwin")

    with pytest.raises(CannotRun, match="needs Linux"):
        machine.require_machine()
