"""What tenants, units, people and grants are; knows no SQL, no gRPC, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.documents import has_unseen_characters
from shared.errors import AlreadyExists, FieldViolation, InvalidArgument, PermissionDenied, WrongState


class TreeExists(AlreadyExists):
    """The line has its tree already; units are moved, merged and split one by one, not planted again."""

    reason = "TREE_EXISTS"


class UnknownLevel(InvalidArgument):
    """A level that the line does not have."""

    reason = "UNKNOWN_LEVEL"


class UnknownRole(InvalidArgument):
    """A role that nobody can hold."""

    reason = "UNKNOWN_ROLE"


class GrantTooWide(PermissionDenied):
    """Nobody gives more than they have."""

    reason = "GRANT_TOO_WIDE"


class VersionNotNewer(AlreadyExists):
    """A campaign's definition replaces an older version, never one of the same number."""

    reason = "VERSION_NOT_NEWER"


# As long as the contract lets tenant_level be.
MAX_LEVEL_CHARACTERS = 64


@dataclass(frozen=True)
class Line:
    """A hierarchy and the names of its levels from the root down."""

    id: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Tenant:
    """A body that runs its own supervision: the unit for which it was founded gives it its id."""

    id: str
    display_name: str
    path: str

    @property
    def name(self) -> str:
        return f"tenants/{self.id}"


@dataclass(frozen=True)
class PlacedUnit:
    """A unit with its owner and its place in the territorial line."""

    id: str
    tenant: str
    code: str
    display_name: str
    level: str
    parent: str
    path: str
    kinds: tuple[str, ...] = ()
    version: int = 1
    placement_version: int = 1


@dataclass(frozen=True)
class Person:
    """Somebody who holds a post at a unit."""

    id: str
    tenant: str
    display_name: str
    unit: str
    path: str
    post: str
    version: int = 1

    @property
    def name(self) -> str:
        return f"tenants/{self.tenant}/people/{self.id}"


@dataclass(frozen=True)
class Grant:
    """What a person may act as: a role over a unit and all below it."""

    id: str
    tenant: str
    person: str
    role: str
    line: str
    unit: str
    path: str
    clearance: int
    revoke_time: datetime | None = None
    version: int = 1

    @property
    def name(self) -> str:
        return f"tenants/{self.tenant}/grants/{self.id}"


def check_levels(levels: Sequence[str], *, tenant_level: str) -> None:
    """The line's levels are named once each, and the level of the tenants is one of them. Raises UnknownLevel."""
    if len(set(levels)) != len(levels) or not all(_names_a_level(level) for level in levels):
        raise UnknownLevel(
            f"each level needs a readable name of its own, at most {MAX_LEVEL_CHARACTERS} characters",
            violations=[FieldViolation("header.levels", "each level needs a readable name of its own", "levels")],
        )
    if tenant_level and tenant_level not in levels:
        raise UnknownLevel(
            f"tenant_level {tenant_level} is none of the line's levels: {', '.join(levels)}",
            violations=[FieldViolation("header.tenant_level", "is none of the line's levels", "levels")],
            level=tenant_level,
        )


def _names_a_level(level: str) -> bool:
    return bool(level.strip()) and len(level) <= MAX_LEVEL_CHARACTERS and not has_unseen_characters(level)


def check_readable(text: str, *, field: str) -> None:
    """People can read the text: a mark that turns it round could show another name. Raises InvalidArgument."""
    if not text.strip() or has_unseen_characters(text):
        fault = "must have visible characters, and no control or invisible ones"
        raise InvalidArgument(f"{field} {fault}", violations=[FieldViolation(field, fault, "text")], field=field)


def owners(units: Sequence[tuple[str, str | None, str]], *, tenant_level: str) -> dict[str, str]:
    """Which tenant owns each unit: the nearest unit at or above it that heads one; the root always does.

    units: (id, parent id or None, level), parents first.
    """
    found: dict[str, str] = {}
    for unit_id, parent_id, level in units:
        heads = parent_id is None or level == tenant_level
        found[unit_id] = unit_id if heads else found[parent_id or ""]
    return found


def revoke(grant: Grant, *, now: datetime) -> Grant:
    """Ends a grant. Raises WrongState if it has ended before."""
    if grant.revoke_time is not None:
        raise WrongState("the grant has been revoked already", resource=grant.name, state="REVOKED", allowed="ACTIVE")
    return replace(grant, revoke_time=now, version=grant.version + 1)
