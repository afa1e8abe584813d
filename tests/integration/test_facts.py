"""Facts on the road: poison is parked and stops nobody, traces go all the way, a watcher hears its own subtree."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from plumbline.audit.v1 import audit_pb2, audit_pb2_grpc
from plumbline.directory.v1 import directory_pb2, directory_pb2_grpc
from plumbline.facts.v1 import facts_pb2, facts_pb2_grpc
from plumbline.inspections.v1 import events_pb2, inspections_pb2
from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from services.cli.folder import StackFolder
from services.cli.stack import Stack, StackOptions
from shared import outbox, rpc_client
from shared.bus import Bus, Incoming, Outgoing
from shared.calls import system_call
from shared.clock import SystemClock
from shared.database import Database, Transaction
from shared.dates import timestamp
from shared.letters import Fact
from shared.rpc_client import RemoteRefusal
from tests.integration.ledger import a_problem, request_id
from tests.integration.world import World

SECOND = Path(__file__).parents[1] / "data" / "campaign-second.json"


@pytest.fixture
async def bus(world: World) -> AsyncIterator[Bus]:
    """The bus as its administrator, who may publish anything."""
    connected = await Bus.connect(world.stack.nats_url("admin"), name="test")
    yield connected
    await connected.close()


@pytest.fixture
async def without_rollups() -> AsyncIterator[World]:
    """A world of two services for a finding that no service knows: figures would rightly call it a difference."""
    root = Path(tempfile.mkdtemp(prefix="plumbline-facts-"))
    options = StackOptions(folder=root, services=("directory", "plans"), report=lambda key, **facts: None)
    async with Stack.start(options) as stack:
        made = World(stack)
        await made.plant()
        yield made
        await made.close()
    StackFolder(root).remove()


async def parked(world: World, service: str) -> dict[str, facts_pb2.ParkedFact]:
    stub = facts_pb2_grpc.ParkedFactServiceStub(world.channel(service))
    found: dict[str, facts_pb2.ParkedFact] = {}
    request = facts_pb2.ListParkedFactsRequest(page_size=200)
    while True:
        answer = await rpc_client.call(stub.ListParkedFacts, request, token=world.admin)
        found |= {fact.name: fact for fact in answer.parked_facts}
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


async def redrive(world: World, service: str, name: str) -> facts_pb2.ParkedFact:
    stub = facts_pb2_grpc.ParkedFactServiceStub(world.channel(service))
    request = facts_pb2.RedriveParkedFactRequest(name=name, request_id=request_id())
    fact: facts_pb2.ParkedFact = await rpc_client.call(stub.RedriveParkedFact, request, token=world.admin)
    return fact


async def test_a_message_that_is_no_fact_is_parked_at_once_and_stops_nobody(world: World, bus: Bus) -> None:
    message_id = f"poison-{uuid.uuid4()}"
    subject = "up.territorial.directory.units_placed._.poison"

    await bus.publish([Outgoing(subject, message_id, "", b"\xff\xff not a fact")])

    for service in ("plans", "inspections", "referrals", "rollups", "audit"):

        async def is_parked(service: str = service) -> bool:
            return f"parkedFacts/{message_id}" in await parked(world, service)

        await world.eventually(is_parked)
    with pytest.raises(RemoteRefusal) as caught:
        await redrive(world, "plans", f"parkedFacts/{message_id}")
    assert caught.value.remote_reason == "STILL_FAILING"
    # Others go on: a problem recorded now still reaches its log.
    await assert_logged(world, await record(world, traceparent=""))


async def test_a_fact_that_cannot_be_applied_is_parked_after_its_tries_and_applies_when_driven_again(
    without_rollups: World,
) -> None:
    """ME-1: a finding of a campaign that is not known yet; its problem comes onto the ledger once it is."""
    world = without_rollups
    bus = await Bus.connect(world.stack.nats_url("admin"), name="test")
    unit = world.unit("130201")
    campaign = f"later-{uuid.uuid4().hex[:8]}"
    finding = f"tenants/{world.unit('0').tenant}/findings/{uuid.uuid4()}"
    fact = facts_pb2.Fact(
        fact_id=str(uuid.uuid4()),
        type="inspections.finding_raised",
        schema_version=1,
        tenant=world.unit("0").tenant,
        entity=finding,
        version=1,
        placement_version=1,
        lines=[facts_pb2.Placement(line="territorial", path=unit.path)],
        campaign=campaign,
        effective_time=timestamp(SystemClock().now()),
        recorded_time=timestamp(SystemClock().now()),
        payload=events_pb2.FindingRaised(
            unit=unit.id, wind="formalism", severity=inspections_pb2.SEVERITY_MINOR, title="窗口无人"
        ).SerializeToString(),
    )
    message_id = f"{fact.fact_id}/territorial"
    await bus.publish([Outgoing(outbox.subject(fact, fact.lines[0]), message_id, "", fact.SerializeToString())])

    async def is_parked() -> bool:
        return f"parkedFacts/{message_id}" in await parked(world, "plans")

    await world.eventually(is_parked, timeout_s=60)
    assert (await parked(world, "plans"))[f"parkedFacts/{message_id}"].attempts == 5

    definition = json.loads(SECOND.read_text(encoding="utf-8"))
    definition["id"] = campaign
    directory = directory_pb2_grpc.DirectoryServiceStub(world.channel("directory"))
    await rpc_client.call(
        directory.DefineCampaign,
        directory_pb2.DefineCampaignRequest(request_id=request_id(), definition_json=json.dumps(definition)),
        token=world.admin,
    )

    async def applies() -> bool:
        try:
            await redrive(world, "plans", f"parkedFacts/{message_id}")
        except RemoteRefusal as refusal:
            assert refusal.remote_reason == "STILL_FAILING"
            return False
        return True

    await world.eventually(applies)
    assert f"parkedFacts/{message_id}" not in await parked(world, "plans")
    plans = plans_pb2_grpc.PlanServiceStub(world.channel("plans"))
    answer = await rpc_client.call(
        plans.ListProblems, plans_pb2.ListProblemsRequest(unit=unit.id, page_size=200), token=world.admin
    )
    assert [problem.finding for problem in answer.problems].count(finding) == 1
    await bus.close()


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
