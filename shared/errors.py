"""What a refusal is: one reason a caller can act on, with its facts; knows nothing of gRPC, SQL or NATS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar


class Code(Enum):
    """The kinds of refusal, named as in google.rpc.Code; what each means here is `api.md` rule 22."""

    INVALID_ARGUMENT = "INVALID_ARGUMENT"
    FAILED_PRECONDITION = "FAILED_PRECONDITION"
    ABORTED = "ABORTED"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    NOT_FOUND = "NOT_FOUND"
    PERMISSION_DENIED = "PERMISSION_DENIED"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    RESOURCE_EXHAUSTED = "RESOURCE_EXHAUSTED"
    UNAVAILABLE = "UNAVAILABLE"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"


@dataclass(frozen=True)
class FieldViolation:
    """One field that is wrong: its path in the request, a sentence, and the rule's id where there is one."""

    field: str
    description: str
    reason: str = ""


class DomainError(Exception):
    """A refusal that the caller can act on. Subclasses name the reason; instances carry the facts.

    message: what was wrong and what to do, with values, without secrets. facts: each value that the message names.
    """

    code: ClassVar[Code] = Code.FAILED_PRECONDITION
    reason: ClassVar[str] = "REFUSED"

    def __init__(self, message: str, *, violations: Sequence[FieldViolation] = (), **facts: object) -> None:
        super().__init__(message)
        self.message = message
        self.violations = tuple(violations)
        self.facts = {name: str(value) for name, value in facts.items()}


class InvalidArgument(DomainError):
    """The request is wrong whatever the state is; `violations` name the fields."""

    code = Code.INVALID_ARGUMENT
    reason = "INVALID_ARGUMENT"


class PermissionDenied(DomainError):
    """The actor may not do this here, whether or not the thing exists (AIP-211)."""

    code = Code.PERMISSION_DENIED
    reason = "PERMISSION_DENIED"


class NotFound(DomainError):
    """There is no such thing, said only to somebody who would see it if there were."""

    code = Code.NOT_FOUND
    reason = "NOT_FOUND"


class Stale(DomainError):
    """Somebody else changed the thing since it was read: read it again and redo."""

    code = Code.ABORTED
    reason = "STALE"


class WrongState(DomainError):
    """The thing's state does not allow this deed now."""

    code = Code.FAILED_PRECONDITION
    reason = "WRONG_STATE"


class AlreadyExists(DomainError):
    """Something with this name or key is already there."""

    code = Code.ALREADY_EXISTS
    reason = "ALREADY_EXISTS"


class Unauthenticated(DomainError):
    """No token, or one that does not verify."""

    code = Code.UNAUTHENTICATED
    reason = "UNAUTHENTICATED"


class Unavailable(DomainError):
    """A dependency is away: try again."""

    code = Code.UNAVAILABLE
    reason = "UNAVAILABLE"


class Away(Unavailable):
    """The database or the bus itself does not answer: whatever was asked of it is not at fault."""


class TooMuch(DomainError):
    """More than this door takes at once."""

    code = Code.RESOURCE_EXHAUSTED
    reason = "TOO_MUCH"


class DeadlineTooShort(DomainError):
    """The caller leaves too little time to answer in."""

    code = Code.DEADLINE_EXCEEDED
    reason = "DEADLINE_TOO_SHORT"
