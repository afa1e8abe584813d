"""Who may do what where: one question, asked by every command before it changes or tells anything."""

from __future__ import annotations

from shared.access.roles import ACTIONS_OF_ROLE, GRANTABLE
from shared.calls import Call
from shared.errors import PermissionDenied

__all__ = ["GRANTABLE", "covers", "require", "require_role"]


def require_role(call: Call) -> None:
    """The role may do this at all; asked by the door before anything is read. Raises PermissionDenied."""
    role = call.identity.grant.role
    if call.action not in ACTIONS_OF_ROLE.get(role, frozenset()):
        raise PermissionDenied(
            f"the role {role} may not do {call.action}", policy=f"role:{role}", action=call.action, role=role
        )


def require(call: Call, *, path: str, label: int = 0) -> None:
    """The caller's grant covers this place and this label. Raises PermissionDenied."""
    grant = call.identity.grant
    if not covers(call, path):
        raise PermissionDenied(
            f"the grant does not cover the unit that {call.action} is about", policy="scope", action=call.action
        )
    if label > grant.clearance:
        raise PermissionDenied(
            f"the grant's clearance is too low for {call.action} here", policy="clearance", action=call.action
        )


def covers(call: Call, path: str) -> bool:
    """True where the path lies in the grant's subtree; paths end in "/", so a prefix is never half an id."""
    return path.startswith(call.identity.grant.path)
