"""How we call a service: a token, a deadline and the trace on every call, and refusals turned back into errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, TypeVar

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from shared import telemetry
from shared.errors import Code, DomainError, FieldViolation
from shared.rpc_server import MAX_METADATA_BYTES

Answer = TypeVar("Answer")

BETWEEN_SERVICES_S = 2.0
_BACK_OFF_S = (0.1, 0.3, 1.0)


class RemoteRefusal(DomainError):
    """A refusal that another service answered, with its own reason, facts and field violations."""

    def __init__(
        self, *, code: Code, reason: str, message: str, facts: dict[str, str], violations: list[FieldViolation]
    ) -> None:
        super().__init__(message, violations=violations, **facts)
        self.remote_code = code
        self.remote_reason = reason


class RemoteFailure(Exception):
    """The call failed without a refusal: the service is away, or has a bug."""

    def __init__(self, status: str, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status


def open_channel(address: str) -> grpc.aio.Channel:
    """A channel to one service; made inside the running loop and closed by whoever opened it."""
    return grpc.aio.insecure_channel(
        address,
        options=[
            ("grpc.max_metadata_size", MAX_METADATA_BYTES),
            ("grpc.max_receive_message_length", 64 * 1024 * 1024),
            ("grpc.enable_retries", 0),
            # A service that is back is found within a second; by default the pause grows to two minutes.
            ("grpc.initial_reconnect_backoff_ms", 100),
            ("grpc.min_reconnect_backoff_ms", 100),
            ("grpc.max_reconnect_backoff_ms", 1000),
        ],
    )


async def call(method: Callable[..., Any], request: Any, *, token: str, deadline_s: float = BETWEEN_SERVICES_S) -> Any:
    """One unary call. UNAVAILABLE alone is tried again, with back-off; a deed's request_id makes that safe.

    Raises RemoteRefusal or RemoteFailure.
    """
    for pause in (*_BACK_OFF_S, None):
        try:
            return await _answer(method(request, timeout=deadline_s, metadata=metadata(token)))
        except RemoteFailure as failure:
            if failure.status != "UNAVAILABLE" or pause is None:
                raise
        except RemoteRefusal as refusal:
            if refusal.remote_code is not Code.UNAVAILABLE or pause is None:
                raise
        await asyncio.sleep(pause)
    raise AssertionError("unreachable")


async def upload(
    method: Callable[..., Any], parts: Iterable[Any] | AsyncIterator[Any], *, token: str, deadline_s: float
) -> Any:
    """One client-streaming call; not tried again here, because the parts may be gone."""
    return await _answer(method(parts, timeout=deadline_s, metadata=metadata(token)))


async def download(method: Callable[..., Any], request: Any, *, token: str, deadline_s: float) -> AsyncIterator[Any]:
    """One server-streaming call."""
    try:
        async for part in method(request, timeout=deadline_s, metadata=metadata(token)):
            yield part
    except grpc.aio.AioRpcError as error:
        raise _translated(error) from error


def metadata(token: str) -> tuple[tuple[str, str], ...]:
    """What goes with every call."""
    return (("authorization", f"Bearer {token}"), *telemetry.outgoing_headers().items())


def bearer_of(context: grpc.aio.ServicerContext) -> str:
    """The token of the call being answered, to ask another service as the same caller."""
    for key, value in context.invocation_metadata() or ():
        if key == "authorization" and isinstance(value, str):
            return value.partition(" ")[2]
    return ""


async def _answer(pending: Awaitable[Answer]) -> Answer:
    try:
        answer = await pending
    except grpc.aio.AioRpcError as error:
        raise _translated(error) from error
    if answer is None:
        # An answer that does not decode comes as None, without an exception (contract-tools.md 3.2).
        raise RemoteFailure("INTERNAL", "the answer could not be read")
    return answer


def _translated(error: grpc.aio.AioRpcError) -> RemoteRefusal | RemoteFailure:
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    info, violations = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details if status is not None else ():
        if detail.Is(info.DESCRIPTOR):
            detail.Unpack(info)
        elif detail.Is(violations.DESCRIPTOR):
            detail.Unpack(violations)
    name = error.code().name
    if not info.reason or name not in Code.__members__:
        return RemoteFailure(name, error.details() or "")
    return RemoteRefusal(
        code=Code[name],
        reason=info.reason,
        message=error.details() or "",
        facts=dict(info.metadata),
        violations=[FieldViolation(v.field, v.description, v.reason) for v in violations.field_violations],
    )
