"""Spans leave when an endpoint is set, under the caller's trace."""

from __future__ import annotations

import gzip
import os
import tempfile
import threading
import uuid
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from plumbline.plans.v1 import plans_pb2_grpc
from services.cli.folder import StackFolder
from services.cli.stack import Stack, StackOptions
from tests.integration.ledger import a_problem
from tests.integration.world import World


class Collector:
    """A collector that keeps what it is sent: OTLP over HTTP, as a real one takes it."""

    def __init__(self) -> None:
        self.spans: list[tuple[str, Span]] = []
        spans = self.spans

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                request = ExportTraceServiceRequest.FromString(body)
                for resource in request.resource_spans:
                    name = next(a.value.string_value for a in resource.resource.attributes if a.key == "service.name")
                    spans.extend((name, span) for scope in resource.scope_spans for span in scope.spans)
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Says nothing: the test looks at the spans."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
async def traced(collector: Collector) -> AsyncIterator[World]:
    root = Path(tempfile.mkdtemp(prefix="plumbline-traces-"))
    environment = {
        **os.environ,
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint,
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        "PLUMBLINE_TRACE_RATIO": "0",
    }
    options = StackOptions(
        folder=root,
        services=("directory", "plans", "audit"),
        environment=environment,
        report=lambda key, **facts: None,
    )
    async with Stack.start(options) as stack:
        world = World(stack)
        await world.plant()
        yield world
        await world.close()
    StackFolder(root).remove()


async def test_a_sampled_call_leaves_its_server_span_under_the_callers(traced: World, collector: Collector) -> None:
    """Sampling is off for everybody else, so what arrives is this call's."""
    trace_id = uuid.uuid4()
    stub = plans_pb2_grpc.PlanServiceStub(traced.channel("plans"))
    metadata = (
        ("authorization", f"Bearer {traced.admin}"),
        ("traceparent", f"00-{trace_id.hex}-00f067aa0ba902b7-01"),
    )

    await stub.CreateProblem(a_problem(unit=traced.unit("130101").id), timeout=10, metadata=metadata)

    async def arrived() -> bool:
        return any(span.trace_id == trace_id.bytes for _, span in collector.spans)

    await traced.eventually(arrived)
    ((service, span),) = [(name, span) for name, span in collector.spans if span.trace_id == trace_id.bytes]
    assert service == "plumbline-plans"
    assert span.name == "plumbline.plans.v1.PlanService/CreateProblem"
    assert span.kind == Span.SPAN_KIND_SERVER
    assert span.parent_span_id.hex() == "00f067aa0ba902b7"
