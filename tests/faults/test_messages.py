"""Facts come twice, late and out of order; some cannot be read, or not yet be applied."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncpg
import nats
import pytest
from nats.aio.client import Client
from nats.js.api import DeliverPolicy

from plumbline.directory.v1 import directory_pb2, directory_pb2_grpc
from plumbline.facts.v1 import facts_pb2, facts_pb2_grpc
from shared import rpc_client
from shared.bus import Bus, Outgoing, read_declared
from shared.rpc_client import RemoteRefusal
from tests.faults.clients import Clients
from tests.faults.conftest import Broken
from tests.faults.invariants import assert_whole, until_settled
from tests.integration.ledger import problems_of, request_id
from tests.integration.visits import a_finding

SECOND = Path(__file__).parents[1] / "data" / "campaign-second.json"


@pytest.fixture
async def admin(broken: Broken) -> AsyncIterator[Bus]:
    """The bus as its administrator, who may publish anything."""
    connected = await Bus.connect(broken.stack.nats_url("admin"), name="test")
    yield connected
    await connected.close()


async def all_facts(world: Broken) -> list[Outgoing]:
    """What the facts' stream holds, in its order."""
    client: Client = await nats.connect(world.stack.nats_url("admin"))
    try:
        context = client.jetstream()
        last = (await context.stream_info("UP")).state.last_seq
        subscription = await context.subscribe("up.>", ordered_consumer=True, deliver_policy=DeliverPolicy.ALL)
        found: list[Outgoing] = []
        async for message in subscription.messages:
            headers = message.headers or {}
            found.append(Outgoing(message.subject, headers.get("Nats-Msg-Id", ""), "", message.data))
            if message.metadata.sequence.stream >= last:
                return found
    finally:
        await client.close()
    raise AssertionError("unreachable")


async def test_twice_and_out_of_order(broken: Broken, clients: Clients, admin: Bus) -> None:
    await clients.deeds(10)
    await until_settled(broken)
    facts = await all_facts(broken)
    chance = random.Random(20261124)

    # Under new ids, so that neither the stream nor the inboxes know them again: old versions come after new ones.
    again = [replace(fact, message_id=f"{uuid.uuid4()}/again") for fact in facts * 2]
    chance.shuffle(again)
    for start in range(0, len(again), 200):
        await admin.publish(again[start : start + 200])

    await assert_whole(broken, clients)


async def test_late_and_out_of_order(broken: Broken, clients: Clients, admin: Bus) -> None:
    """Another order than that of the deeds is the first that anybody sees; the relay's own sending comes last."""
    line = broken.line("plans", "nats")
    line.hold_requests()
    database = await asyncpg.connect(broken.stack.postgres_dsn)
    try:
        await clients.deeds(15)
        rows = await database.fetch("select stream, subject, message_id, payload from plans.outbox")
    finally:
        await database.close()
    letters = [Outgoing(row["subject"], row["message_id"], "", row["payload"]) for row in rows if row["stream"] == "UP"]
    assert len(letters) >= 30
    for letter in reversed(letters):
        await admin.publish([letter])
    line.cut()
    line.heal()

    await assert_whole(broken, clients)


async def test_a_whole_stream_again(broken: Broken, clients: Clients, admin: Bus) -> None:
    """Consumers that are made anew begin at the beginning; what was taken in before changes nothing."""
    await clients.deeds(5)
    client = await nats.connect(broken.stack.nats_url("admin"))
    try:
        for consumer in read_declared().consumers:
            await client.jetstream().delete_consumer(consumer["stream"], consumer["durable_name"])
    finally:
        await client.close()
    await admin.declare(read_declared())

    await clients.deeds(5)
    await assert_whole(broken, clients)


async def test_a_message_that_is_no_fact_is_parked_and_stops_nobody(
    broken: Broken, clients: Clients, admin: Bus
) -> None:
    message_id = f"poison-{uuid.uuid4()}"

    await admin.publish([Outgoing("up.territorial.directory.units_placed._.poison", message_id, "", b"\xff\xff")])

    services = ("plans", "inspections", "referrals", "rollups", "audit")
    for service in services:

        async def is_parked(service: str = service) -> bool:
            return f"parkedFacts/{message_id}" in await parked_in(broken, service)

        await broken.eventually(is_parked)
    clients.parked_on_purpose += len(services)
    with pytest.raises(RemoteRefusal) as caught:
        await redrive(broken, "plans", f"parkedFacts/{message_id}")
    assert caught.value.remote_reason == "STILL_FAILING"
    await clients.deeds(5)
    await assert_whole(broken, clients)


async def test_a_fact_that_cannot_be_applied_yet_is_parked_and_applies_when_driven_again(
    broken: Broken, clients: Clients
) -> None:
    """ME-1: plans has lost its copy of the campaign that a finding belongs to."""
    campaign = await define_second_campaign(broken)
    database = await asyncpg.connect(broken.stack.postgres_dsn)
    try:
        row = await database.fetchrow("delete from plans.campaigns where id = $1 returning *", campaign)
        assert row is not None
        # It remembers campaigns for some seconds.
        await broken.killed("plans")
        finding = (await a_finding(broken, campaign=campaign, wind="neglect")).finding
        waiting: dict[str, facts_pb2.ParkedFact] = {}

        async def is_parked() -> bool:
            of_finding = finding.name.rsplit("/", 1)[-1]
            facts = await parked_in(broken, "plans")
            waiting.update({name: fact for name, fact in facts.items() if fact.subject.endswith(of_finding)})
            return bool(waiting)

        await broken.eventually(is_parked, timeout_s=60)
        (name,) = waiting
        assert waiting[name].attempts == 5
        with pytest.raises(RemoteRefusal):
            await redrive(broken, "plans", name)
        await database.execute(
            "insert into plans.campaigns (id, definition, version) values ($1, $2, $3)",
            *(row["id"], row["definition"], row["version"]),
        )
    finally:
        await database.close()

    await redrive(broken, "plans", name)

    code = next(code for code in broken.codes if broken.unit(code).id == finding.unit)
    assert [problem.finding for problem in await problems_of(broken, code)].count(finding.name) == 1
    await assert_whole(broken, clients)


async def define_second_campaign(world: Broken) -> str:
    """Defines another campaign and waits until plans and inspections know it. Returns its id."""
    definition = json.loads(SECOND.read_text(encoding="utf-8"))
    definition["id"] = campaign = f"second-{uuid.uuid4().hex[:8]}"
    stub = directory_pb2_grpc.DirectoryServiceStub(world.channel("directory"))
    request = directory_pb2.DefineCampaignRequest(request_id=request_id(), definition_json=json.dumps(definition))
    await rpc_client.call(stub.DefineCampaign, request, token=world.admin)
    await until_settled(world)
    return campaign


async def parked_in(world: Broken, service: str) -> dict[str, facts_pb2.ParkedFact]:
    """What a service has parked, by name."""
    stub = facts_pb2_grpc.ParkedFactServiceStub(world.channel(service))
    answer = await rpc_client.call(
        stub.ListParkedFacts, facts_pb2.ListParkedFactsRequest(page_size=200), token=world.admin, deadline_s=10
    )
    return {fact.name: fact for fact in answer.parked_facts}


async def redrive(world: Broken, service: str, name: str) -> None:
    """Has a service try a parked fact again. Raises RemoteRefusal if it still fails."""
    stub = facts_pb2_grpc.ParkedFactServiceStub(world.channel(service))
    request = facts_pb2.RedriveParkedFactRequest(name=name, request_id=request_id())
    await rpc_client.call(stub.RedriveParkedFact, request, token=world.admin, deadline_s=10)
