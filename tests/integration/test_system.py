"""The whole line: what a visit finds reaches the ledger, the discipline body, the figures and the audit log."""

from __future__ import annotations

from typing import Any

from plumbline.audit.v1 import audit_pb2, audit_pb2_grpc
from plumbline.referrals.v1 import referrals_pb2, referrals_pb2_grpc
from shared import rpc_client
from tests.integration.figures import differences, figures
from tests.integration.ledger import problems_of, request_id
from tests.integration.visits import a_finding
from tests.integration.world import World


async def call(method: Any, request: Any, token: str) -> Any:
    return await rpc_client.call(method, request, token=token, deadline_s=10)


async def test_a_finding_reaches_the_ledger_the_discipline_body_the_nations_figures_and_the_log(world: World) -> None:
    before = await figures(world, "0")

    finding = (await a_finding(world, title="超标准接待")).finding
    referrals = referrals_pb2_grpc.ReferralServiceStub(world.channel("referrals"))
    referral = await call(
        referrals.CreateReferral,
        referrals_pb2.CreateReferralRequest(
            request_id=request_id(),
            finding=finding.name,
            receiver="discipline_commission",
            summary="拟移交核查",
            policy_basis="《党政机关厉行节约反对浪费条例》",
        ),
        world.token("supervision_inspector", clearance=3, subject="inspector:0"),
    )
    officer = world.token("discipline_officer", clearance=3, subject="officer:1")
    await call(
        referrals.AcceptReferral,
        referrals_pb2.AcceptReferralRequest(name=referral.name, request_id=request_id()),
        officer,
    )
    concluded = await call(
        referrals.RecordOutcome,
        referrals_pb2.RecordOutcomeRequest(
            name=referral.name, request_id=request_id(), outcome=referrals_pb2.OUTCOME_SANCTIONED, remark="党纪处分"
        ),
        officer,
    )

    # ME-1: what a visit found is on the unit's ledger with a deadline.
    code = next(code for code in world.codes if world.unit(code).id == finding.unit)

    async def on_the_ledger() -> bool:
        problems = await problems_of(world, code)
        return any(problem.finding == finding.name and problem.HasField("due_date") for problem in problems)

    await world.eventually(on_the_ledger)

    async def counted() -> bool:
        now = await figures(world, "0")
        return all(
            now[metric] > before[metric]
            for metric in (
                "visits",
                "findings",
                "findings_serious",
                "referrals",
                "referrals_concluded",
                "problems_total",
            )
        )

    await world.eventually(counted)

    audit = audit_pb2_grpc.AuditServiceStub(world.channel("audit"))
    tenant = referral.name.split("/")[1]

    async def logged() -> bool:
        answer = await call(
            audit.ListEntries,
            audit_pb2.ListEntriesRequest(parent=f"tenants/{tenant}", resource=referral.name, page_size=50),
            world.token("auditor", clearance=3),
        )
        found = {(entry.kind, entry.action) for entry in answer.entries}
        return found >= {
            (audit_pb2.ENTRY_KIND_DEED, "referrals.refer"),
            (audit_pb2.ENTRY_KIND_DEED, "referrals.receive"),
            (audit_pb2.ENTRY_KIND_FACT, "referrals.referral_changed"),
        }

    await world.eventually(logged)
    assert concluded.state == referrals_pb2.REFERRAL_STATE_CONCLUDED


async def test_the_figures_equal_a_recount_from_the_services_own_truth(world: World) -> None:
    result = await differences(world)

    assert result.difference_count == 0, list(result.differences)
