"""Whom a process runs as when we are root, and what that account can reach; starts nothing and changes nothing."""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

# In this order; initdb looks its own user up, so an account without a passwd entry will not do.
ACCOUNTS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A user without root's rights and without further groups."""

    name: str
    uid: int
    gid: int


def account_to_drop_to(
    euid: int, *, lookup: Callable[[str], pwd.struct_passwd] = pwd.getpwnam, names: Iterable[str] = ACCOUNTS
) -> Account | None:
    """Whom PostgreSQL runs as: None (ourselves) unless we are root. Raises LookupError if root finds no account."""
    if euid != 0:
        return None
    for name in names:
        try:
            entry = lookup(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise LookupError("no account without root's rights")


def can_enter(folder: Path, account: Account) -> bool:
    """Whether the account can reach a folder: it may pass through it and through every folder above."""
    real = folder.resolve()
    return all(_allows(step.stat(), account, stat.S_IXOTH) for step in (real, *real.parents))


def can_run(program: Path, account: Account) -> bool:
    """Whether the account can read and run a program, and pass through every folder above."""
    real = program.resolve()
    return can_enter(real.parent, account) and _allows(real.stat(), account, stat.S_IXOTH | stat.S_IROTH)


def running_as_root() -> bool:
    """Whether this process has root's rights."""
    return os.geteuid() == 0


def _allows(state: os.stat_result, account: Account, wanted: int) -> bool:
    """wanted: bits as for others; the class that counts is the first that fits, as in the kernel. ACLs are not read."""
    if state.st_uid == account.uid:
        wanted <<= 6
    elif state.st_gid == account.gid:
        wanted <<= 3
    return state.st_mode & wanted == wanted
