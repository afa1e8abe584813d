"""What a page says of a refusal or of a service that is away; the words are those of `shared.reasons`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.console.locales import Language
from shared import reasons, words
from shared.errors import Code
from shared.rpc_client import RemoteFailure, RemoteRefusal

# What a browser is told; programs and caches go by it.
_STATUSES: Final[Mapping[Code, int]] = {
    Code.INVALID_ARGUMENT: 400,
    Code.FAILED_PRECONDITION: 409,
    Code.ABORTED: 409,
    Code.ALREADY_EXISTS: 409,
    Code.NOT_FOUND: 404,
    Code.PERMISSION_DENIED: 403,
    Code.UNAUTHENTICATED: 401,
    Code.RESOURCE_EXHAUSTED: 429,
    Code.UNAVAILABLE: 503,
    Code.DEADLINE_EXCEEDED: 504,
}
# A service that is away and one that was too slow are told by the same reasons as their refusals.
_OF_STATUS: Final[Mapping[str, str]] = {"UNAVAILABLE": "UNAVAILABLE", "DEADLINE_EXCEEDED": "DEADLINE_EXCEEDED"}


@dataclass(frozen=True)
class Told:
    """A refusal as a person reads it. details: the service's own words, one for each fault; detail: of the whole."""

    reason: str
    says: str
    todo: str
    detail: str
    details: tuple[tuple[str, str], ...]
    status: int


def told(error: RemoteRefusal | RemoteFailure, language: Language) -> Told:
    """What to say of a refusal, or of a service that did not answer."""
    spoken = words.Language(language.code)
    if isinstance(error, RemoteFailure):
        reason = _OF_STATUS.get(error.status, "INTERNAL")
        return Told(
            reason=reason,
            says=reasons.sentence(reason, spoken, message=""),
            todo=reasons.todo(reason, spoken),
            detail="",
            details=(),
            status=503 if reason != "INTERNAL" else 502,
        )
    reason = error.remote_reason
    return Told(
        reason=reason,
        says=reasons.sentence(reason, spoken, message=str(error)),
        todo=reasons.todo(reason, spoken),
        detail=str(error),
        details=tuple(
            (each.field, reasons.fault(each.reason, spoken, description=each.description)) for each in error.violations
        ),
        status=_STATUSES.get(error.remote_code, 400),
    )


def unexpected(language: Language) -> Told:
    """What to say where the fault is ours: nothing of the exception reaches a browser."""
    spoken = words.Language(language.code)
    return Told(
        reason="INTERNAL",
        says=reasons.sentence("INTERNAL", spoken, message=""),
        todo=reasons.todo("INTERNAL", spoken),
        detail="",
        details=(),
        status=500,
    )


def of_our_own(reason: str, language: Language, *, status: int) -> Told:
    """A refusal that the console itself makes, by its reason."""
    spoken = words.Language(language.code)
    return Told(
        reason=reason,
        says=reasons.sentence(reason, spoken, message=reason),
        todo=reasons.todo(reason, spoken),
        detail="",
        details=(),
        status=status,
    )
