"""Handing a finding over: who sees what, once, and what leaves the service."""

from __future__ import annotations

import uuid
from typing import Any

import asyncpg
import pytest

from plumbline.audit.v1 import audit_pb2, audit_pb2_grpc
from plumbline.referrals.v1 import referrals_pb2, referrals_pb2_grpc
from shared import rpc_client
from shared.errors import Code
from tests.integration.ledger import request_id
from tests.integration.refused import refused
from tests.integration.visits import Seen, a_finding
from tests.integration.world import World


@pytest.fixture
def stub(world: World) -> referrals_pb2_grpc.ReferralServiceStub:
    return referrals_pb2_grpc.ReferralServiceStub(world.channel("referrals"))


@pytest.fixture
def officer(world: World) -> str:
    return world.token("discipline_officer", clearance=3, subject="officer:1")


async def ask(method: Any, request: Any, token: str) -> Any:
    return await rpc_client.call(method, request, token=token, deadline_s=10)


def handing_over(seen: Seen, **changes: Any) -> referrals_pb2.CreateReferralRequest:
    fields = {
        "request_id": request_id(),
        "finding": seen.finding.name,
        "receiver": "discipline_commission",
        "summary": "拟移交核查",
        "policy_basis": "《党政机关厉行节约反对浪费条例》",
    }
    return referrals_pb2.CreateReferralRequest(**{**fields, **changes})


def code_of(world: World, unit_id: str) -> str:
    return next(code for code in world.codes if world.unit(code).id == unit_id)


def accepting(referral: referrals_pb2.Referral) -> referrals_pb2.AcceptReferralRequest:
    return referrals_pb2.AcceptReferralRequest(name=referral.name, request_id=request_id())


def returning(referral: referrals_pb2.Referral) -> referrals_pb2.ReturnReferralRequest:
    return referrals_pb2.ReturnReferralRequest(name=referral.name, request_id=request_id(), reason="要素不全")


def somewhere_else(world: World, unit_id: str) -> str:
    """The code of a province in which a unit does not lie."""
    return next(code for code in ("11", "12") if not code_of(world, unit_id).startswith(code))


async def refer(world: World, stub: Any, **changes: Any) -> tuple[Seen, referrals_pb2.Referral]:
    seen = await a_finding(world)
    return seen, await ask(stub.CreateReferral, handing_over(seen, **changes), seen.inspector)


async def test_a_returned_finding_may_be_handed_over_again_and_no_other(world: World, stub: Any, officer: str) -> None:
    seen, referral = await refer(world, stub)
    twice = await refused(ask(stub.CreateReferral, handing_over(seen), seen.inspector))

    returned = await ask(
        stub.ReturnReferral,
        referrals_pb2.ReturnReferralRequest(
            name=referral.name, request_id=request_id(), etag=referral.etag, reason="要素不全"
        ),
        officer,
    )
    again = await ask(stub.CreateReferral, handing_over(seen), seen.inspector)

    assert twice.remote_reason == "ALREADY_REFERRED"
    assert (returned.state, returned.return_reason) == (referrals_pb2.REFERRAL_STATE_RETURNED, "要素不全")
    assert again.name != referral.name


async def test_an_outcome_needs_acceptance_first(world: World, stub: Any, officer: str) -> None:
    _, referral = await refer(world, stub)

    def conclude() -> Any:
        request = referrals_pb2.RecordOutcomeRequest(
            name=referral.name, request_id=request_id(), outcome=referrals_pb2.OUTCOME_SANCTIONED, remark="党纪处分"
        )
        return ask(stub.RecordOutcome, request, officer)

    early = await refused(conclude())
    accept = referrals_pb2.AcceptReferralRequest(name=referral.name, request_id=request_id(), etag=referral.etag)
    await ask(stub.AcceptReferral, accept, officer)
    concluded = await conclude()

    read = await ask(stub.GetReferral, referrals_pb2.GetReferralRequest(name=referral.name), officer)
    late = await refused(ask(stub.AcceptReferral, accepting(referral), officer))

    assert (early.remote_reason, early.facts["allowed"]) == ("WRONG_STATE", "ACCEPTED")
    assert (concluded.state, concluded.outcome, concluded.outcome_remark) == (
        referrals_pb2.REFERRAL_STATE_CONCLUDED,
        referrals_pb2.OUTCOME_SANCTIONED,
        "党纪处分",
    )
    assert concluded.HasField("accept_time")
    assert concluded.HasField("close_time")
    assert read == concluded
    assert (late.remote_reason, late.facts["state"], late.facts["allowed"]) == ("WRONG_STATE", "CONCLUDED", "SENT")


async def test_what_somebody_else_changed_is_stale(world: World, stub: Any, officer: str) -> None:
    _, referral = await refer(world, stub)
    accept = referrals_pb2.AcceptReferralRequest(name=referral.name, request_id=request_id(), etag='"7"')

    assert (await refused(ask(stub.AcceptReferral, accept, officer))).remote_reason == "STALE"


async def test_a_finding_that_is_not_there_or_not_yours_is_unknown(world: World, stub: Any) -> None:
    seen = await a_finding(world)
    made_up = seen.finding.name[:-1] + ("0" if seen.finding.name[-1] != "0" else "1")

    stranger = world.token("supervision_inspector", somewhere_else(world, seen.finding.unit), clearance=3)

    absent = await refused(ask(stub.CreateReferral, handing_over(seen, finding=made_up), seen.inspector))
    hidden = await refused(ask(stub.CreateReferral, handing_over(seen), stranger))

    assert (absent.remote_reason, absent.violations[0].field) == ("UNKNOWN_FINDING", "finding")
    assert (hidden.remote_reason, str(hidden)) == (
        "UNKNOWN_FINDING",
        str(absent).replace(made_up, seen.finding.name),
    )


async def test_neither_the_unit_concerned_nor_a_lower_clearance_sees_a_referral(world: World, stub: Any) -> None:
    """ME-4, AC-4: the person concerned is not told, superiors get counts."""
    seen, referral = await refer(world, stub)
    strangers = [
        world.token("discipline_officer", code_of(world, seen.finding.unit), clearance=3),
        world.token("discipline_officer", clearance=2),
        world.token("discipline_officer", clearance=1),
    ]

    lists = [
        await ask(stub.ListReferrals, referrals_pb2.ListReferralsRequest(unit=seen.finding.unit), token)
        for token in strangers
    ]
    errors = [
        await refused(ask(stub.GetReferral, referrals_pb2.GetReferralRequest(name=referral.name), token))
        for token in strangers
    ]

    assert [list(answer.referrals) for answer in lists] == [[], [], []]
    assert {error.remote_code for error in errors} <= {Code.NOT_FOUND, Code.PERMISSION_DENIED}


async def test_the_unit_concerned_learns_no_more_of_a_referral_than_of_one_that_is_not_there(
    world: World, stub: Any
) -> None:
    seen, referral = await refer(world, stub)
    insider = world.token("discipline_officer", code_of(world, seen.finding.unit), clearance=3)
    made_up = referral.name[:-1] + ("0" if referral.name[-1] != "0" else "1")

    there, not_there = [
        await refused(ask(stub.GetReferral, referrals_pb2.GetReferralRequest(name=name), insider))
        for name in (referral.name, made_up)
    ]
    accept = referrals_pb2.AcceptReferralRequest(name=referral.name, request_id=request_id())
    taken = await refused(ask(stub.AcceptReferral, accept, insider))

    assert (there.remote_reason, there.facts.keys()) == (not_there.remote_reason, not_there.facts.keys())
    assert str(there).replace(referral.name, "") == str(not_there).replace(made_up, "")
    assert taken.remote_code is Code.PERMISSION_DENIED


async def test_nobody_refers_a_finding_about_their_own_unit(world: World, stub: Any) -> None:
    """ME-4."""
    seen = await a_finding(world)
    insider = world.token("supervision_inspector", code_of(world, seen.finding.unit), clearance=3)

    error = await refused(ask(stub.CreateReferral, handing_over(seen), insider))

    assert (error.remote_reason, error.facts["policy"]) == ("PERMISSION_DENIED", "recusal")


async def test_a_referrer_without_the_clearance_is_refused(world: World, stub: Any) -> None:
    seen = await a_finding(world)
    token = world.token("supervision_inspector", clearance=2, subject="inspector:0")

    error = await refused(ask(stub.CreateReferral, handing_over(seen), token))

    assert (error.remote_reason, error.facts["policy"]) == ("PERMISSION_DENIED", "clearance")


async def test_a_list_shows_a_referral_to_whoever_may_read_it(world: World, stub: Any, officer: str) -> None:
    """Without this the empty lists of those who may not would prove nothing."""
    seen, referral = await refer(world, stub)
    request = referrals_pb2.ListReferralsRequest(unit=seen.finding.unit, page_size=1)
    listed: list[referrals_pb2.Referral] = []
    while True:
        answer = await ask(stub.ListReferrals, request, officer)
        listed += answer.referrals
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token

    assert referral in listed
    order = [(each.path, each.name.rsplit("/", 1)[1]) for each in listed]
    assert order == sorted(set(order))


async def test_what_waits_for_the_receiver_is_listed_alone_and_the_oldest_first(
    world: World, stub: Any, officer: str
) -> None:
    """Page by page, so that no filter is lost on the way and no row stands twice."""
    seen, first = await refer(world, stub)
    await ask(stub.ReturnReferral, returning(first), officer)
    second = await ask(stub.CreateReferral, handing_over(seen), seen.inspector)
    _, third = await refer(world, stub)
    nation = world.unit("0").id

    async def listed(state: referrals_pb2.ReferralState) -> list[referrals_pb2.Referral]:
        request = referrals_pb2.ListReferralsRequest(
            unit=nation, state=state, order=referrals_pb2.REFERRAL_ORDER_CREATE_TIME, page_size=1
        )
        rows: list[referrals_pb2.Referral] = []
        while True:
            answer = await ask(stub.ListReferrals, request, officer)
            rows += answer.referrals
            if not answer.next_page_token:
                return rows
            request.page_token = answer.next_page_token

    waiting, returned = (
        await listed(referrals_pb2.REFERRAL_STATE_SENT),
        await listed(referrals_pb2.REFERRAL_STATE_RETURNED),
    )

    assert [row.name for row in waiting if row.name in (first.name, second.name, third.name)] == [
        second.name,
        third.name,
    ]
    assert first.name in [row.name for row in returned]
    assert {row.state for row in waiting} == {referrals_pb2.REFERRAL_STATE_SENT}
    assert {row.state for row in returned} == {referrals_pb2.REFERRAL_STATE_RETURNED}
    for rows in (waiting, returned):
        times = [row.create_time.ToNanoseconds() for row in rows]
        assert times == sorted(times)
        assert len({row.name for row in rows}) == len(rows)


async def test_a_page_token_is_not_good_for_another_state(world: World, stub: Any, officer: str) -> None:
    await refer(world, stub)
    await refer(world, stub)
    request = referrals_pb2.ListReferralsRequest(
        unit=world.unit("0").id, state=referrals_pb2.REFERRAL_STATE_SENT, page_size=1
    )
    request.page_token = (await ask(stub.ListReferrals, request, officer)).next_page_token
    request.state = referrals_pb2.REFERRAL_STATE_ACCEPTED

    error = await refused(ask(stub.ListReferrals, request, officer))

    assert error.remote_reason == "BAD_PAGE_TOKEN"


@pytest.mark.parametrize("how", ["GetReferral", "ListReferrals"])
async def test_reading_a_sealed_record_is_itself_an_entry(world: World, stub: Any, how: str) -> None:
    """AC-6; and the entry is as sealed as what was read."""
    seen, referral = await refer(world, stub)
    subject = f"officer:{uuid.uuid4().hex}"
    reader = world.token("discipline_officer", clearance=3, subject=subject)
    questions = {
        "GetReferral": referrals_pb2.GetReferralRequest(name=referral.name),
        "ListReferrals": referrals_pb2.ListReferralsRequest(unit=seen.finding.unit, page_size=200),
    }
    await ask(getattr(stub, how), questions[how], reader)
    audit = audit_pb2_grpc.AuditServiceStub(world.channel("audit"))
    request = audit_pb2.ListEntriesRequest(
        parent="/".join(referral.name.split("/")[:2]), resource=referral.name, actor=subject
    )

    async def is_logged() -> bool:
        answer = await ask(audit.ListEntries, request, world.token("auditor", clearance=3))
        return [(entry.action, entry.outcome) for entry in answer.entries] == [("referrals.read", "OK")]

    await world.eventually(is_logged)
    uncleared = await ask(audit.ListEntries, request, world.token("auditor", clearance=2))
    assert list(uncleared.entries) == []


async def test_no_word_of_a_referral_leaves_the_service(world: World, stub: Any, officer: str) -> None:
    """AC-4: facts and records carry state; a canary in every free text shows up nowhere outside of the service."""
    canary = f"canary{uuid.uuid4().hex}"
    seen, referral = await refer(world, stub, summary=canary, policy_basis=canary)
    give_back = referrals_pb2.ReturnReferralRequest(name=referral.name, request_id=request_id(), reason=canary)
    await ask(stub.ReturnReferral, give_back, officer)
    again = await ask(stub.CreateReferral, handing_over(seen, summary=canary, policy_basis=canary), seen.inspector)
    await ask(stub.AcceptReferral, accepting(again), officer)
    conclude = referrals_pb2.RecordOutcomeRequest(
        name=again.name, request_id=request_id(), outcome=referrals_pb2.OUTCOME_EDUCATED, remark=canary
    )
    await ask(stub.RecordOutcome, conclude, officer)
    audit = audit_pb2_grpc.AuditServiceStub(world.channel("audit"))
    request = audit_pb2.ListEntriesRequest(parent="/".join(again.name.split("/")[:2]), resource=again.name)

    async def all_is_logged() -> bool:
        answer = await ask(audit.ListEntries, request, world.token("auditor", clearance=3))
        kinds = [entry.kind for entry in answer.entries]
        return (kinds.count(audit_pb2.ENTRY_KIND_DEED), kinds.count(audit_pb2.ENTRY_KIND_FACT)) == (3, 3)

    await world.eventually(all_is_logged)
    connection = await asyncpg.connect(world.stack.postgres_dsn)
    try:
        records = await connection.fetch(
            "select record from audit.entries where position($1 in record) > 0", canary.encode()
        )
        # A fact's record is the very bytes that went over the stream.
        told = await connection.fetch(
            "select record from audit.entries where kind = 'FACT' and resource = any($1::text[])",
            [referral.name, again.name],
        )
    finally:
        await connection.close()
    logs = [path for path in world.stack.folder.logs.glob("*.log") if canary in path.read_text()]

    assert (records, logs) == ([], [])
    assert len(told) == 5
    # That what is told can be found in these bytes at all shows in what may be told.
    assert all(b"discipline_commission" in row["record"] for row in told)
    assert not any(seen.finding.name.encode() in row["record"] for row in told)
    assert not any(seen.finding.title.encode() in row["record"] for row in told)
