"""What the door refuses and what it never lets out, on a real gRPC server without a database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
import structlog
from google.protobuf import descriptor_pb2, descriptor_pool
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from plumbline.rollups.v1 import rollups_pb2
from shared import identity, rpc_client
from shared.clock import SystemClock
from shared.database import Database
from shared.errors import Code
from shared.rpc_client import RemoteRefusal
from shared.rpc_server import ActionMissing, Door, Server, methods_of

SERVICE = plans_pb2.DESCRIPTOR.services_by_name["PlanService"]
UNIT = "0123456789"
PROBLEM = f"tenants/{UNIT}/problems/00000000-0000-4000-8000-000000000000"
SECRET = "dsn=postgresql://plans:hunter2@db"
KEY = identity.new_signing_key()


class Misbehaving(plans_pb2_grpc.PlanServiceServicer):
    """A service whose handlers do what handlers must not do."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def GetProblem(self, request: Any, context: Any) -> plans_pb2.Problem:  # noqa: N802
        raise ValueError(SECRET)

    async def GetPlan(self, request: Any, context: Any) -> plans_pb2.Plan:  # noqa: N802
        self.started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        return plans_pb2.Plan()

    async def ListProblems(self, request: Any, context: Any) -> plans_pb2.ListProblemsResponse:  # noqa: N802
        return plans_pb2.ListProblemsResponse(next_page_token="reached")

    async def ImportLedger(self, requests: Any, context: Any) -> plans_pb2.ImportLedgerResponse:  # noqa: N802
        return plans_pb2.ImportLedgerResponse(problems=len([part async for part in requests]))


@dataclass
class Running:
    stub: plans_pb2_grpc.PlanServiceStub
    channel: grpc.aio.Channel
    servicer: Misbehaving
    server: Server
    port: int


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    database = Database.open("postgresql://nobody:nothing@127.0.0.1:1/none", application="test")
    clock = SystemClock()
    verifier = identity.Verifier(identity.public_jwks(KEY))
    door = Door(service="plans", methods=methods_of([SERVICE]), verifier=verifier, clock=clock, database=database)
    server = Server(service="plans", door=door, services=[SERVICE])
    servicer = Misbehaving()
    plans_pb2_grpc.add_PlanServiceServicer_to_server(servicer, server.server)
    port = await server.start("127.0.0.1:0")
    channel = rpc_client.open_channel(f"127.0.0.1:{port}")
    yield Running(plans_pb2_grpc.PlanServiceStub(channel), channel, servicer, server, port)
    await channel.close()
    await server.stop()
    await database.close()


def token(role: str = "unit_clerk", *, lifetime: timedelta = timedelta(minutes=5), key: str = KEY) -> str:
    now = datetime.now(UTC)
    return identity.mint(
        key, subject="person:1", tenant=UNIT, role=role, path="", clearance=1, now=now, lifetime=lifetime
    )


async def refusal(call: Any) -> RemoteRefusal:
    with pytest.raises(RemoteRefusal) as caught:
        await call
    return caught.value


async def test_no_byte_of_an_exception_reaches_the_caller(running: Running) -> None:
    request = plans_pb2.GetProblemRequest(name=PROBLEM)

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.stub.GetProblem(request, metadata=rpc_client.metadata(token()))

    assert caught.value.code() is grpc.StatusCode.INTERNAL
    assert caught.value.details() == "internal error"
    assert SECRET not in repr(caught.value)
    assert "hunter2" not in str(caught.value.trailing_metadata())


async def test_every_refusal_has_exactly_one_error_info(running: Running) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.stub.GetProblem(plans_pb2.GetProblemRequest(name=PROBLEM))

    status = rpc_status.from_call(caught.value)
    infos = [detail for detail in status.details if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR)]
    assert len(infos) == 1
    info = error_details_pb2.ErrorInfo()
    infos[0].Unpack(info)
    assert (info.reason, info.domain) == ("UNAUTHENTICATED", "plans.plumbline")


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "not.a.token",
        "eyJhbGciOiJub25lIn0.e30.",
        token(lifetime=timedelta(minutes=-5)),
        token(key=identity.new_signing_key()),
        "x" * 1_000_000,
    ],
    ids=["empty", "garbage", "alg none", "expired", "foreign key", "a megabyte"],
)
async def test_a_token_that_does_not_verify_is_refused(running: Running, bad: str) -> None:
    with pytest.raises((RemoteRefusal, rpc_client.RemoteFailure)) as caught:
        await rpc_client.call(running.stub.ListProblems, plans_pb2.ListProblemsRequest(unit=UNIT), token=bad)

    if isinstance(caught.value, RemoteRefusal):
        assert caught.value.remote_code is Code.UNAUTHENTICATED
    else:
        # gRPC itself refuses a header of this size before any of our code runs.
        assert caught.value.status in ("RESOURCE_EXHAUSTED", "UNAVAILABLE", "INTERNAL")


async def test_bytes_that_are_no_message_are_refused_as_malformed(running: Running) -> None:
    raw = running.channel.unary_unary("/plumbline.plans.v1.PlanService/ListProblems")

    error = await refusal(rpc_client.call(raw, b"\x0a\xff\xff\xff\xff\xff", token=token()))

    assert (error.remote_code, error.remote_reason) == (Code.INVALID_ARGUMENT, "MALFORMED")


async def test_bytes_that_only_the_validator_cannot_read_are_refused_too(running: Running) -> None:
    raw = running.channel.unary_unary("/plumbline.plans.v1.PlanService/ListProblems")

    # An unknown group: google-protobuf parses it, the validator raises a bare ValueError (contract-tools.md 3.1).
    error = await refusal(rpc_client.call(raw, bytes.fromhex("2b1a010000002c"), token=token()))

    assert error.remote_code is Code.INVALID_ARGUMENT


async def test_a_wrong_shape_names_each_field(running: Running) -> None:
    request = plans_pb2.ListProblemsRequest(unit="NOT A UNIT", page_size=-1)

    error = await refusal(rpc_client.call(running.stub.ListProblems, request, token=token()))

    assert error.remote_reason == "BAD_SHAPE"
    assert {violation.field for violation in error.violations} == {"unit", "page_size"}


async def test_a_wrong_shape_in_the_middle_of_an_upload_is_refused(running: Running) -> None:
    good = plans_pb2.ImportLedgerRequest(
        header=plans_pb2.ImportLedgerHeader(
            request_id="00000000-0000-4000-8000-000000000000", campaign="mass-line-2013"
        )
    )
    bad = plans_pb2.ImportLedgerRequest(chunk=plans_pb2.LedgerChunk())

    error = await refusal(rpc_client.upload(running.stub.ImportLedger, [good, bad], token=token(), deadline_s=5))

    assert error.remote_reason == "BAD_SHAPE"


async def test_a_call_with_too_little_time_is_not_begun(running: Running) -> None:
    request = plans_pb2.GetPlanRequest(name=PROBLEM.replace("problems", "plans"))

    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.stub.GetPlan(request, timeout=0.05, metadata=rpc_client.metadata(token()))

    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert not running.servicer.started.is_set()


async def test_a_caller_that_leaves_cancels_the_handler(running: Running) -> None:
    request = plans_pb2.GetPlanRequest(name=PROBLEM.replace("problems", "plans"))
    call = running.stub.GetPlan(request, timeout=30, metadata=rpc_client.metadata(token()))
    await asyncio.wait_for(running.servicer.started.wait(), timeout=5)

    call.cancel()

    await asyncio.wait_for(running.servicer.cancelled.wait(), timeout=5)


async def test_a_second_server_cannot_share_the_port(running: Running) -> None:
    other = Server(service="plans", door=running.server._door, services=[SERVICE])

    with pytest.raises(RuntimeError):
        await other.start(f"127.0.0.1:{running.port}")


async def test_a_call_leaves_one_line_with_its_outcome_and_nothing_of_its_content(running: Running) -> None:
    with structlog.testing.capture_logs() as lines:
        await rpc_client.call(running.stub.ListProblems, plans_pb2.ListProblemsRequest(unit=UNIT), token=token())
        await refusal(
            rpc_client.call(running.stub.ListProblems, plans_pb2.ListProblemsRequest(unit="WRONG"), token=token())
        )

    calls = [line for line in lines if line["event"] == "call"]
    assert [line["outcome"] for line in calls] == ["OK", "BAD_SHAPE"]
    assert {line["actor"] for line in calls} == {"person:1"}
    assert "WRONG" not in repr(calls)
    assert token() not in repr(calls)


def test_only_what_goes_on_as_long_as_its_caller_listens_may_live_longer_than_other_streams() -> None:
    methods = methods_of([rollups_pb2.DESCRIPTOR.services_by_name["RollupService"]]).values()

    longer = {method.full_name.rpartition("/")[2]: method.longest_s for method in methods if method.longest_s}

    assert longer == {"WatchTable": 290}


def test_a_method_without_an_action_stops_the_server() -> None:
    pool = descriptor_pool.DescriptorPool()
    file = descriptor_pb2.FileDescriptorProto(name="bare.proto", package="bare", syntax="proto3")
    file.message_type.add(name="Nothing")
    service = file.service.add(name="BareService")
    service.method.add(name="Do", input_type=".bare.Nothing", output_type=".bare.Nothing")
    pool.Add(file)

    with pytest.raises(ActionMissing, match=r"/bare\.BareService/Do"):
        methods_of([pool.FindServiceByName("bare.BareService")])
