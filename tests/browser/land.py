"""A small country in which every page has something to show, and the people who look at them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from plumbline.facts.v1 import facts_pb2, facts_pb2_grpc
from plumbline.inspections.v1 import inspections_pb2, inspections_pb2_grpc
from plumbline.plans.v1 import plans_pb2
from plumbline.referrals.v1 import referrals_pb2, referrals_pb2_grpc
from services.cli.accounts import Account
from services.cli.stack import Stack
from shared.bus import Bus, Outgoing
from shared.rpc_client import RemoteRefusal
from tests.integration.directory.asking import a_grant, ask
from tests.integration.directory.signing_in import Reception
from tests.integration.ledger import a_plan, day, request_id, today
from tests.integration.plans.desk import CITY, COUNTY, Desk, on_ledger
from tests.integration.world import CAMPAIGN

HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script><div hx-get="/x" hx-trigger="load">'


@dataclass(repr=False)
class Land:
    """What there is, by what it is for in a test."""

    reception: Reception
    accounts: dict[str, Account] = field(default_factory=dict)
    problems: dict[str, plans_pb2.Problem] = field(default_factory=dict)
    plans: dict[str, plans_pb2.Plan] = field(default_factory=dict)
    visits: dict[str, str] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    draw: str = ""
    referrals: dict[str, referrals_pb2.Referral] = field(default_factory=dict)
    parked: str = ""

    @property
    def stack(self) -> Stack:
        return self.reception.stack

    @property
    def address(self) -> str:
        """Where the console is."""
        assert self.stack.console_url is not None
        return self.stack.console_url

    @property
    def clerk(self) -> Desk:
        """The county's clerk, past the console."""
        return Desk(self.reception, self._token("unit_clerk", COUNTY, "clerk"))

    @property
    def office(self) -> Desk:
        """The campaign office of the city above the county."""
        return Desk(self.reception, self._token("campaign_office", CITY, "office"))

    def _token(self, role: str, code: str, user_name: str, clearance: int = 1) -> str:
        """What the services would be shown for somebody who is signed in."""
        return self.reception.token(role, code, clearance=clearance, subject=self.subject(user_name))

    def subject(self, user_name: str) -> str:
        """By which name somebody acts: the last part of directory's for them."""
        return self.accounts[user_name].person.rsplit("/", 1)[-1]

    async def settle(self) -> None:
        """Enters people and does a little of everything."""
        await self._enter_people()
        await self._write_ledger()
        await self._lodge_plans()
        await self._inspect()
        await self._park()

    async def _enter_people(self) -> None:
        for user_name, code, role, clearance in (
            ("analyst", "0", "analyst", 1),
            ("office", CITY, "campaign_office", 1),
            ("clerk", COUNTY, "unit_clerk", 1),
            ("inspector", "0", "supervision_inspector", 3),
            ("discipline", "0", "discipline_officer", 3),
            ("auditor", "0", "auditor", 3),
            ("custodian", "0", "draw_custodian", 2),
            ("administrator", "0", "administrator", 3),
            # Holds a second grant, so that there is something to change to.
            ("deputy", COUNTY, "unit_clerk", 1),
        ):
            self.accounts[user_name] = await self.reception.an_account(user_name, code, role=role, clearance=clearance)
        second = a_grant(self.reception, self.accounts["deputy"].person, CITY, role="campaign_office")
        await ask(self.reception.directory.CreateGrant, second, self.reception.admin)

    async def _write_ledger(self) -> None:
        """A problem in each state, one of them late, one nearly, one whose title is an attack."""
        clerk, office = self.clerk, self.office
        steps: Mapping[str, tuple[tuple[str, Desk, dict[str, Any]], ...]] = {
            "open": (),
            "in_progress": (("ReportProgress", clerk, {"percent_done": 40, "remark": "已清理文件三十份"}),),
            "done": (("ReportDone", clerk, {"remark": "已整改到位，请核验"}),),
            "verified": (
                ("ReportDone", clerk, {"remark": "已整改到位，请核验"}),
                ("VerifyProblem", office, {"verdict": plans_pb2.VERDICT_CONFIRMED, "remark": "现场核验属实"}),
            ),
            "closed": (
                ("ReportDone", clerk, {"remark": "已整改到位，请核验"}),
                ("VerifyProblem", office, {"verdict": plans_pb2.VERDICT_CONFIRMED, "remark": "现场核验属实"}),
                ("DeregisterProblem", office, {}),
            ),
        }
        for state, deeds in steps.items():
            problem = await on_ledger(self.reception, clerk, title=f"会议过多，文件过长（{state}）")
            for method, desk, fields in deeds:
                problem = await desk.do(method, problem, **fields)
            self.problems[state] = problem
        late, soon = day(today() - timedelta(days=3)), day(today() + timedelta(days=1))
        self.problems["overdue"] = await on_ledger(self.reception, clerk, title="公务接待超标准", due_date=late)
        self.problems["soon"] = await on_ledger(self.reception, clerk, title="办事窗口推诿", due_date=soon)
        self.problems["hostile"] = await on_ledger(self.reception, clerk, title=HOSTILE)

    async def _lodge_plans(self) -> None:
        """A plan in each state at the county's clerk and the city's office."""
        clerk, office, unit = self.clerk, self.office, self.reception.unit(COUNTY).id
        self.plans["draft"] = await clerk("CreatePlan", a_plan(unit, title="作风建设整改方案"))
        for state in ("lodged", "returned", "registered"):
            plan = await clerk("CreatePlan", a_plan(unit, title=f"领导班子整改方案（{state}）"))
            plan = await clerk.do("LodgePlan", plan)
            if state == "returned":
                plan = await office.do("ReturnPlan", plan, reason="措施不具体，请补充完成时限")
            if state == "registered":
                plan = await office.do("RegisterPlan", plan)
            self.plans[state] = plan

    async def _inspect(self) -> None:
        """One draw over counties: a visit closed with findings, one under way, the others still secret; referrals."""
        stub = inspections_pb2_grpc.InspectionServiceStub(self.reception.channel("inspections"))
        me = self.subject("inspector")
        drawn = await self._once_known(
            stub.RunDraw,
            inspections_pb2.RunDrawRequest(
                request_id=request_id(),
                campaign=CAMPAIGN,
                scope_unit=self.reception.unit("0").id,
                stratum_level="province",
                frame_level="county",
                per_stratum=1,
                reserve_per_stratum=1,
                inspectors_per_visit=2,
                seed_hex=hashlib.sha256(b"browser").hexdigest(),
                inspectors=[inspections_pb2.Inspector(subject=subject) for subject in (me, "inspector:1")],
            ),
            self._token("draw_custodian", "0", "custodian", 2),
        )
        self.draw = drawn.name
        inspector = self._token("supervision_inspector", "0", "inspector", 3)
        closed, under_way, planned = [place.visit for place in drawn.drawn if not place.reserve]
        self.visits = {"closed": closed, "under_way": under_way, "planned": planned}
        for visit in (closed, under_way):
            request = inspections_pb2.CheckInVisitRequest(name=visit, request_id=request_id())
            await ask(stub.CheckInVisit, request, inspector)
        seen = [
            await ask(
                stub.RaiseFinding,
                inspections_pb2.RaiseFindingRequest(
                    visit=closed,
                    request_id=request_id(),
                    title=title,
                    detail="现场查看、查阅资料并与干部群众谈话后记录",
                    wind="extravagance",
                    severity=severity,
                ),
                inspector,
            )
            for title, severity in (
                ("超标准接待", inspections_pb2.SEVERITY_GRAVE),
                ("公车私用", inspections_pb2.SEVERITY_SERIOUS),
                ("违规发放津贴", inspections_pb2.SEVERITY_GRAVE),
                ("办公用房超标", inspections_pb2.SEVERITY_MINOR),
                (HOSTILE, inspections_pb2.SEVERITY_MINOR),
            )
        ]
        await ask(stub.CloseVisit, inspections_pb2.CloseVisitRequest(name=closed, request_id=request_id()), inspector)
        self.findings = [finding.name for finding in seen]
        await self._refer(inspector)

    async def _refer(self, inspector: str) -> None:
        """A referral in each state; the last finding is not handed over."""
        stub = referrals_pb2_grpc.ReferralServiceStub(self.reception.channel("referrals"))
        officer = self._token("discipline_officer", "0", "discipline", 3)
        for state, finding in zip(("sent", "accepted", "returned", "concluded"), self.findings, strict=False):
            referral = await self._once_known(
                stub.CreateReferral,
                referrals_pb2.CreateReferralRequest(
                    request_id=request_id(),
                    finding=finding,
                    receiver="discipline_commission",
                    summary="督查发现，拟移交核查",
                    policy_basis="《党政机关厉行节约反对浪费条例》",
                ),
                inspector,
            )
            deeds: list[tuple[Any, Any]] = []
            if state in ("accepted", "concluded"):
                deeds.append((stub.AcceptReferral, referrals_pb2.AcceptReferralRequest()))
            if state == "returned":
                deeds.append((stub.ReturnReferral, referrals_pb2.ReturnReferralRequest(reason="要素不全，请补充证据")))
            if state == "concluded":
                educated = referrals_pb2.OUTCOME_EDUCATED
                deeds.append(
                    (stub.RecordOutcome, referrals_pb2.RecordOutcomeRequest(outcome=educated, remark="已谈话提醒"))
                )
            for method, request in deeds:
                request.name, request.request_id = referral.name, request_id()
                referral = await ask(method, request, officer)
            self.referrals[state] = referral

    async def _park(self) -> None:
        """A message that is no fact: every service puts it aside."""
        bus = await Bus.connect(self.stack.nats_url("admin"), name="test")
        try:
            await bus.publish([Outgoing("up.territorial.directory.units_placed._.poison", "poison-1", "", b"\xff\xff")])
        finally:
            await bus.close()
        stub = facts_pb2_grpc.ParkedFactServiceStub(self.reception.channel("plans"))
        self.parked = "parkedFacts/poison-1"

        async def is_parked() -> bool:
            answer = await ask(stub.ListParkedFacts, facts_pb2.ListParkedFactsRequest(), self.reception.admin)
            return any(fact.name == self.parked for fact in answer.parked_facts)

        await self.reception.eventually(is_parked)

    async def _once_known(self, method: Any, request: Any, token: str) -> Any:
        """A deed about something that another service is told of by facts, once they have come."""
        done: list[Any] = []

        async def deed_is_done() -> bool:
            try:
                done.append(await ask(method, request, token))
            except RemoteRefusal as refusal:
                if refusal.remote_reason.startswith("UNKNOWN_"):
                    return False
                raise
            return True

        await self.reception.eventually(deed_is_done)
        return done[0]
