"""Facts on the road: traces go all the way, what is too large stays home, a watcher hears its own subtree."""

from __future__ import annotations

import asyncio
import contextlib
import uuid

import pytest

from plumbline.audit.v1 import audit_pb2, audit_pb2_grpc
from plumbline.facts.v1 import facts_pb2
from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from shared import outbox, rpc_client
from shared.bus import Bus, Incoming
from shared.calls import system_call
from shared.clock import SystemClock
from shared.database import Database, Transaction
from shared.letters import Fact
from tests.integration.ledger import a_problem
from tests.integration.world import World


async def record(world: World, *, traceparent: str) -> plans_pb2.Problem:
    stub = plans_pb2_grpc.PlanServiceStub(world.channel("plans"))
    metadata = [*rpc_client.metadata(world.admin)]
    if traceparent:
        metadata = [pair for pair in metadata if pair[0] != "traceparent"] + [("traceparent", traceparent)]
    problem: plans_pb2.Problem = await stub.CreateProblem(
        a_problem(unit=world.unit("130101").id), timeout=10, metadata=tuple(metadata)
    )
    return problem


async def assert_logged(world: World, problem: plans_pb2.Problem) -> list[audit_pb2.Entry]:
    stub = audit_pb2_grpc.AuditServiceStub(world.channel("audit"))
    parent = "/".join(problem.name.split("/")[:2])
    entries: list[audit_pb2.Entry] = []

    async def both() -> bool:
        answer = await rpc_client.call(
            stub.ListEntries, audit_pb2.ListEntriesRequest(parent=parent, resource=problem.name), token=world.admin
        )
        entries[:] = answer.entries
        return {entry.kind for entry in entries} == {audit_pb2.ENTRY_KIND_DEED, audit_pb2.ENTRY_KIND_FACT}

    await world.eventually(both)
    return entries


async def test_the_callers_trace_goes_through_outbox_and_bus_into_the_log(world: World) -> None:
    trace_id = uuid.uuid4().hex

    problem = await record(world, traceparent=f"00-{trace_id}-00f067aa0ba902b7-01")

    assert {entry.trace_id for entry in await assert_logged(world, problem)} == {trace_id}


async def test_what_the_bus_cannot_carry_is_refused_and_holds_up_nobody(world: World) -> None:
    database = Database.open(world.stack.database_url("plans_system"), application="test", pool_size=1)
    call = system_call("plans", action="test", now=SystemClock().now())

    async def tell(tx: Transaction) -> None:
        large = Fact(
            type="plans.problem_changed",
            tenant=world.unit("13").tenant,
            entity="tenants/0123456789/problems/large",
            version=1,
            path=world.unit("130101").path,
            label=0,
            effective_time=call.received,
            payload=facts_pb2.Fact(payload=b"x" * 1_000_000),
        )
        outbox.append(tx, large)
        await outbox.write(tx)

    try:
        with pytest.raises(outbox.FactTooLarge):
            await database.run(call, tell)
    finally:
        await database.close()
    await assert_logged(world, await record(world, traceparent=""))


async def test_a_watcher_hears_its_own_subtree_and_no_other(world: World) -> None:
    watcher = await Bus.connect(world.stack.nats_url("watch"), name="watcher")
    path = world.unit("13").path.rstrip("/").replace("/", ".")
    heard: list[Incoming] = []

    async def listen() -> None:
        async for message in watcher.watch("UP", subjects=[f"up.territorial.*.*.{path}.>"]):
            heard.append(message)

    task = asyncio.create_task(listen())
    try:

        async def hears_mine() -> bool:
            await record(world, traceparent="")
            return bool(heard)

        await world.eventually(hears_mine)
        stub = plans_pb2_grpc.PlanServiceStub(world.channel("plans"))
        other = await rpc_client.call(stub.CreateProblem, a_problem(unit=world.unit("120101").id), token=world.admin)
        mine = await record(world, traceparent="")

        async def has_mine() -> bool:
            return any(mine.name.encode() in message.data for message in heard)

        await world.eventually(has_mine)
        assert not any(other.name.encode() in message.data for message in heard)
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await watcher.close()
