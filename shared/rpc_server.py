"""The door: every call passes telemetry, identity, role, deadline and shape here, in this order; errors leave here."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import grpc
import protovalidate
import structlog
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message
from google.rpc import status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health_aio
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status

from plumbline.options.v1 import options_pb2
from shared import access, outbox, rpc_errors, telemetry
from shared.calls import CURRENT, Call
from shared.clock import Clock
from shared.database import Database
from shared.errors import (
    DeadlineTooShort,
    FieldViolation,
    InvalidArgument,
    PermissionDenied,
    Unauthenticated,
)
from shared.identity import Verifier
from shared.letters import Letters

log = structlog.get_logger()

# A larger request is refused before it is read (contract-tools.md 3.2).
MAX_MESSAGE_BYTES = 1024 * 1024
# A refusal that names a hundred rows travels in the trailers.
MAX_METADATA_BYTES = 128 * 1024
DEFAULT_DEADLINE_S = 10.0
# A stream moves whole ledgers and trees.
DEFAULT_STREAM_DEADLINE_S = 120.0
# Kept back so that the caller learns why it was late instead of only that it was (Boulder keeps 20 ms).
_KEPT_BACK_S = 0.05
_TOO_SHORT_S = 0.1
# How long a refused upload is read on.
_DRAIN_S = 2.0
_MAX_VIOLATIONS = 100
_GRACE_S = 5.0


class Malformed(InvalidArgument):
    """The bytes are no message of the method's type."""

    reason = "MALFORMED"


class BadShape(InvalidArgument):
    """The message breaks a rule of the contract (protovalidate); violations name the fields."""

    reason = "BAD_SHAPE"


class TooLate(DeadlineTooShort):
    """The deadline passed while the call was being answered; nothing was changed."""

    reason = "DEADLINE_EXCEEDED"


class ActionMissing(Exception):
    """A method of the contract names no action; the server does not start."""


@dataclass(frozen=True)
class Method:
    """What the door knows of a method from the contract.

    longest_s: of a method that goes on for as long as its caller listens; None for all others.
    """

    full_name: str
    action: str
    mutates: bool
    longest_s: float | None


def methods_of(services: Sequence[ServiceDescriptor]) -> dict[str, Method]:
    """The methods of some services by full name. Raises ActionMissing for the first one without an action."""
    methods = {}
    for service in services:
        for descriptor in service.methods:
            method = _method(service, descriptor)
            methods[method.full_name] = method
    return methods


def _method(service: ServiceDescriptor, descriptor: MethodDescriptor) -> Method:
    options = descriptor.GetOptions()
    action: str = options.Extensions[options_pb2.action]  # type: ignore[index]
    full_name = f"/{service.full_name}/{descriptor.name}"
    if not action:
        raise ActionMissing(f"{full_name} names no action: add (plumbline.options.v1.action)")
    longest_s: int = options.Extensions[options_pb2.longest_s]  # type: ignore[index]
    return Method(
        full_name,
        action,
        mutates=options.idempotency_level != MethodOptions.NO_SIDE_EFFECTS,
        longest_s=float(longest_s) if longest_s else None,
    )


class Door(grpc.aio.ServerInterceptor):
    """Wraps every method of our services; health and reflection pass untouched."""

    def __init__(
        self, *, service: str, methods: dict[str, Method], verifier: Verifier, clock: Clock, database: Database
    ) -> None:
        self._service = service
        self._methods = methods
        self._verifier = verifier
        self._clock = clock
        self._database = database
        self._wrapped: dict[str, grpc.RpcMethodHandler] = {}
        self.running: set[asyncio.Task[Any]] = set()

    async def intercept_service(self, continuation: Any, details: grpc.HandlerCallDetails) -> Any:
        wrapped = self._wrapped.get(details.method)
        if wrapped is not None:
            return wrapped
        handler = await continuation(details)
        method = self._methods.get(details.method)
        if handler is None or method is None:
            return handler
        wrapped = self._wrap(handler, method)
        self._wrapped[details.method] = wrapped
        return wrapped

    def _wrap(self, handler: Any, method: Method) -> grpc.RpcMethodHandler:
        """The same kind of handler with the door around it, and a deserializer that never raises."""
        decode = _tolerant(handler.request_deserializer)
        encode = handler.response_serializer
        if handler.unary_unary:
            return grpc.unary_unary_rpc_method_handler(self._unary(handler.unary_unary, method), decode, encode)
        if handler.stream_unary:
            return grpc.stream_unary_rpc_method_handler(self._upload(handler.stream_unary, method), decode, encode)
        if handler.unary_stream:
            return grpc.unary_stream_rpc_method_handler(self._download(handler.unary_stream, method), decode, encode)
        raise ActionMissing(f"{method.full_name} streams both ways, for which there is no door")

    def _unary(self, behaviour: Callable[..., Awaitable[Message]], method: Method) -> Callable[..., Awaitable[Any]]:
        async def answer(request: Message | None, context: grpc.aio.ServicerContext) -> Any:
            async def within() -> Message:
                _check_shape(request)
                return await behaviour(request, context)

            return await self._pass(method, context, within, request=request, default_s=DEFAULT_DEADLINE_S)

        return answer

    def _upload(self, behaviour: Callable[..., Awaitable[Message]], method: Method) -> Callable[..., Awaitable[Any]]:
        async def answer(requests: AsyncIterator[Message], context: grpc.aio.ServicerContext) -> Any:
            async def within() -> Message:
                try:
                    return await behaviour(_checked(requests), context)
                except Exception:
                    await _drain(requests)
                    raise

            return await self._pass(method, context, within, request=None, default_s=DEFAULT_STREAM_DEADLINE_S)

        return answer

    def _download(
        self, behaviour: Callable[..., AsyncGenerator[Message]], method: Method
    ) -> Callable[..., Awaitable[None]]:
        async def answer(request: Message | None, context: grpc.aio.ServicerContext) -> None:
            async def within() -> None:
                _check_shape(request)
                # Closed at once when the caller leaves, so that what it holds is not held until it is collected.
                async with contextlib.aclosing(behaviour(request, context)) as parts:
                    async for part in parts:
                        await context.write(part)

            default_s = method.longest_s or DEFAULT_STREAM_DEADLINE_S
            await self._pass(method, context, within, request=request, default_s=default_s)

        return answer

    async def _pass(
        self,
        method: Method,
        context: grpc.aio.ServicerContext,
        within: Callable[[], Awaitable[Any]],
        *,
        request: Message | None,
        default_s: float,
    ) -> Any:
        """One call through the door. Each step may refuse; every refusal leaves here, with one line in the log."""
        task = asyncio.current_task()
        assert task is not None
        self.running.add(task)
        started = time.perf_counter()
        metadata = {key: value for key, value in context.invocation_metadata() or () if isinstance(value, str)}
        outcome, call = "OK", None
        try:
            with telemetry.server_span(method.full_name[1:], metadata) as trace:
                try:
                    call = self._admit(method, metadata, request=request, trace=trace)
                    CURRENT.set(call)
                    access.require_role(call)
                    left_s = _time_left(context, default_s, longest_s=method.longest_s or DEFAULT_STREAM_DEADLINE_S)
                    if method.longest_s is not None:
                        CURRENT.set(replace(call, ends=self._clock.now() + timedelta(seconds=left_s)))
                    async with asyncio.timeout(left_s):
                        return await within()
                except asyncio.CancelledError:
                    outcome = "CANCELLED"
                    raise
                except Exception as error:
                    late = TooLate("the answer took too long") if isinstance(error, TimeoutError) else error
                    status, outcome = await self._refusal(late, call)
                    # The only place that aborts; it raises, and nothing of ours runs after it.
                    await context.abort_with_status(rpc_status.to_status(status))
        finally:
            self.running.discard(task)
            log.info(
                "call",
                method=method.full_name,
                outcome=outcome,
                actor=call.identity.subject if call else "",
                tenant=call.identity.tenant if call else "",
                request_id=call.request_id[:64] if call else "",
                trace_id=call.trace_id if call else "",
                ms=round((time.perf_counter() - started) * 1000, 2),
            )

    def _admit(
        self, method: Method, metadata: dict[str, str], *, request: Message | None, trace: telemetry.Trace
    ) -> Call:
        """Who calls, as a Call. Raises Unauthenticated."""
        now = self._clock.now()
        kind, _, token = metadata.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Unauthenticated("send `authorization: Bearer TOKEN`")
        return Call(
            identity=self._verifier.verify(token, now=now),
            service=self._service,
            method=method.full_name,
            action=method.action,
            mutates=method.mutates,
            request_id=getattr(request, "request_id", "") if request is not None else "",
            request_digest=_digest(request) if method.mutates else b"",
            traceparent=trace.traceparent,
            trace_id=trace.trace_id,
            received=now,
        )

    async def _refusal(self, error: Exception, call: Call | None) -> tuple[status_pb2.Status, str]:
        """The status of a refusal and its reason; a denied access is recorded before it is told."""
        status, reason = rpc_errors.to_status(error, service=self._service)
        telemetry.mark_refused(reason)
        if call is not None and isinstance(error, PermissionDenied):
            try:
                # Embargoed: that somebody was refused at a visit would itself tell of the visit (AC-3).
                letters = Letters(resource=error.facts.get("resource", ""), label=outbox.EMBARGOED)
                await outbox.record_refusal(self._database, call, reason=reason, letters=letters)
            except Exception as failure:
                # The refusal must be told whatever happens, and never with another exception's text.
                log.error("refusal_not_recorded", reason=reason, error=type(failure).__name__)
        return status, reason


def _digest(request: Message | None) -> bytes:
    """SHA-256 of a request; of an upload's parts nothing is known yet, so its handler names its own."""
    return b"" if request is None else outbox.digest(request.SerializeToString(deterministic=True))


def _tolerant(deserialize: Callable[[bytes], Message]) -> Callable[[bytes], Message | None]:
    """Undecodable bytes become None, which the door refuses; else gRPC would send Python's exception text."""

    def decode(data: bytes) -> Message | None:
        try:
            return deserialize(data)
        except Exception:
            return None

    return decode


def _check_shape(request: Message | None) -> None:
    """The contract's own rules. Raises Malformed or BadShape."""
    if request is None:
        raise Malformed("the request is not a message of this method's type")
    try:
        violations = protovalidate.collect_violations(request)
    except Exception as error:
        # Some bytes parse as a message but not for the validator (contract-tools.md 3.1).
        raise Malformed("the request cannot be read") from error
    if violations:
        fields = [
            FieldViolation(_field_path(v.proto.field), v.proto.message, v.proto.rule_id)
            for v in violations[:_MAX_VIOLATIONS]
        ]
        first = fields[0]
        raise BadShape(f"{first.field or 'the request'}: {first.description}", violations=fields, field=first.field)


def _field_path(path: Any) -> str:
    """`item.measures[3].goal` from a FieldPath; empty for a rule about the whole message."""
    if path is None:
        return ""
    parts = []
    for element in path.elements:
        subscript = getattr(element, "subscript", None)
        index = getattr(subscript, "value", None) if subscript is not None else None
        parts.append(element.field_name + (f"[{index}]" if index is not None else ""))
    return ".".join(parts)


async def _checked(requests: AsyncIterator[Message]) -> AsyncIterator[Message]:
    async for request in requests:
        _check_shape(request)
        yield request


async def _drain(requests: AsyncIterator[Message]) -> None:
    """Reads on what an upload still sends, for a moment, before it is refused.

    A refusal that meets a caller who is still sending reaches Python callers as INTERNAL now and then
    (grpc/grpc#36066; measured: 3 of 20).
    """
    # Whatever goes wrong here, the refusal itself must be told.
    with contextlib.suppress(Exception):
        async with asyncio.timeout(_DRAIN_S):
            async for _ in requests:
                pass


def _time_left(context: grpc.aio.ServicerContext, default_s: float, *, longest_s: float) -> float:
    """Seconds to answer in. Raises DeadlineTooShort rather than begin what cannot be finished."""
    remaining = context.time_remaining()
    if remaining is None:
        return default_s
    if remaining < _TOO_SHORT_S:
        raise DeadlineTooShort(f"less than {int(_TOO_SHORT_S * 1000)} ms left: allow more time")
    return min(float(remaining) - _KEPT_BACK_S, longest_s)


class Server:
    """One service's gRPC server: health, reflection, the door, and an orderly stop."""

    def __init__(self, *, service: str, door: Door, services: Sequence[ServiceDescriptor]) -> None:
        self._service = service
        self._door = door
        self.server = grpc.aio.server(
            interceptors=[door],
            options=[
                # Two servers on one port would share it without a word (pitfalls.md 3).
                ("grpc.so_reuseport", 0),
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_metadata_size", MAX_METADATA_BYTES),
                ("grpc.keepalive_permit_without_calls", 1),
                ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
            ],
        )
        self._health = health_aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self.server)
        names = [descriptor.full_name for descriptor in services]
        self._names = ["", *names]
        reflection.enable_server_reflection([*names, reflection.SERVICE_NAME, "grpc.health.v1.Health"], self.server)

    async def start(self, listen: str) -> int:
        """Binds and answers, not yet SERVING. Returns the port."""
        await self._set_health(health_pb2.HealthCheckResponse.NOT_SERVING)
        port = self.server.add_insecure_port(listen)
        await self.server.start()
        return int(port)

    async def serving(self) -> None:
        """Says SERVING: database, migrations and bus are ready."""
        await self._set_health(health_pb2.HealthCheckResponse.SERVING)

    async def stop(self) -> None:
        """NOT_SERVING, no new calls, and waits for the running ones, which `server.stop` alone does not."""
        await self._set_health(health_pb2.HealthCheckResponse.NOT_SERVING)
        await self.server.stop(_GRACE_S)
        if self._door.running:
            await asyncio.wait(set(self._door.running), timeout=_GRACE_S)

    async def _set_health(self, status: Any) -> None:
        for name in self._names:
            await self._health.set(name, status)
