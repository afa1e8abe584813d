"""How a refusal goes on the wire: the only place that turns exceptions into gRPC statuses."""

from __future__ import annotations

import structlog
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2

from shared.errors import Code, DomainError, FieldViolation

log = structlog.get_logger()

_BACK_PRESSURE = (Code.RESOURCE_EXHAUSTED, Code.UNAVAILABLE)


def to_status(error: Exception, *, service: str) -> tuple[status_pb2.Status, str]:
    """The status for an exception, and its reason. What is no refusal becomes INTERNAL with a fixed text."""
    if isinstance(error, DomainError):
        return _refusal(error, service=service), error.reason
    # Never the exception's own text to a client: it may hold a password (pitfalls.md 2).
    log.error("internal_error", error=type(error).__name__, exc_info=error)
    return _status(code_pb2.INTERNAL, "internal error", reason="INTERNAL", service=service), "INTERNAL"


def _refusal(error: DomainError, *, service: str) -> status_pb2.Status:
    status = _status(
        code_pb2.Code.Value(error.code.value), error.message, reason=error.reason, service=service, facts=error.facts
    )
    if error.violations:
        _add(status, _bad_request(error.violations))
    if error.code in _BACK_PRESSURE:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromMilliseconds(500)
        _add(status, retry)
    return status


def _status(
    code: int, message: str, *, reason: str, service: str, facts: dict[str, str] | None = None
) -> status_pb2.Status:
    status = status_pb2.Status(code=code, message=message)
    _add(status, error_details_pb2.ErrorInfo(reason=reason, domain=f"{service}.plumbline", metadata=facts or {}))
    return status


def _bad_request(violations: tuple[FieldViolation, ...]) -> error_details_pb2.BadRequest:
    return error_details_pb2.BadRequest(
        field_violations=[
            error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.description, reason=v.reason)
            for v in violations
        ]
    )


def _add(
    status: status_pb2.Status,
    detail: error_details_pb2.ErrorInfo | error_details_pb2.BadRequest | error_details_pb2.RetryInfo,
) -> None:
    packed = any_pb2.Any()
    packed.Pack(detail)
    status.details.append(packed)
