"""Traces and logs: one server span a call, one consumer span a batch with links, JSON lines with trace ids."""

from __future__ import annotations

import contextlib
import functools
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_PROPAGATOR = TraceContextTextMapPropagator()
# A batch of 500 facts names at most this many of the calls behind it.
_MOST_LINKS = 32


@dataclass(frozen=True)
class Trace:
    """Where we are in a trace: the W3C header to hand on, and the id for logs and audit."""

    traceparent: str
    trace_id: str


def configure(*, service: str, log_level: str, trace_ratio: float, otlp_endpoint: str) -> None:
    """Sets up logs and traces of this process; called once by main."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.add_log_level,
            _add_trace,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[log_level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    provider = TracerProvider(
        resource=Resource.create({"service.name": f"plumbline-{service}"}),
        sampler=ParentBased(TraceIdRatioBased(trace_ratio)),
    )
    if otlp_endpoint:
        endpoint = otlp_endpoint.rstrip("/") + "/v1/traces"
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    trace.set_tracer_provider(provider)


@contextlib.contextmanager
def server_span(name: str, metadata: Mapping[str, str]) -> Iterator[Trace]:
    """The span of one call, under the caller's if it sent one."""
    parent = _PROPAGATOR.extract(metadata)
    with _tracer().start_as_current_span(
        name, context=parent, kind=SpanKind.SERVER, attributes={"rpc.system": "grpc"}, record_exception=False
    ) as span:
        yield _trace_of(span)


@contextlib.contextmanager
def request_span(method: str, route: str) -> Iterator[Trace]:
    """The span of one request of a browser, always a root: browsers do not choose our trace ids.

    route: the page's address with its parts named, never their values.
    """
    attributes = {"http.request.method": method, "http.route": route}
    with _tracer().start_as_current_span(
        f"{method} {route}", context=Context(), kind=SpanKind.SERVER, attributes=attributes, record_exception=False
    ) as span:
        yield _trace_of(span)


@contextlib.contextmanager
def consumer_span(service: str, traceparents: Sequence[str]) -> Iterator[Trace]:
    """The span of one batch of facts: a new root with links, because a replay must not reopen months-old traces."""
    links = []
    for traceparent in dict.fromkeys(t for t in traceparents if t):
        context = trace.get_current_span(_PROPAGATOR.extract({"traceparent": traceparent})).get_span_context()
        if context.is_valid:
            links.append(Link(context))
        if len(links) == _MOST_LINKS:
            break
    attributes: dict[str, str | int] = {
        "messaging.system": "nats",
        "messaging.operation.type": "process",
        "messaging.batch.message_count": len(traceparents),
    }
    with _tracer().start_as_current_span(
        f"{service} process", context=Context(), kind=SpanKind.CONSUMER, links=links, attributes=attributes
    ) as span:
        yield _trace_of(span)


def mark_refused(reason: str) -> None:
    """Marks the current span as ended by a refusal."""
    span = trace.get_current_span()
    span.set_attribute("plumbline.reason", reason)
    span.set_status(Status(StatusCode.ERROR))


def current_trace_id() -> str:
    """The id by which the current call or request is found again; empty outside of any."""
    context = trace.get_current_span().get_span_context()
    return f"{context.trace_id:032x}" if context.is_valid else ""


def outgoing_headers() -> dict[str, str]:
    """The trace headers for a call that we make."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier


@functools.cache
def _tracer() -> trace.Tracer:
    # Made once: a new one for every call was 1.4 % of a write.
    return trace.get_tracer("plumbline")


def _trace_of(span: Span) -> Trace:
    context = span.get_span_context()
    trace_id = f"{context.trace_id:032x}"
    return Trace(traceparent=f"00-{trace_id}-{context.span_id:016x}-{int(context.trace_flags):02x}", trace_id=trace_id)


def _add_trace(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = f"{context.trace_id:032x}"
        event["span_id"] = f"{context.span_id:016x}"
    return event
