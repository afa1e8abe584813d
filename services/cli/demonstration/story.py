"""The story of the demonstration, chapter by chapter: every deed goes through a service's door, as a person's would."""

from __future__ import annotations

import hashlib
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from datetime import date
from typing import Any

from google.type import date_pb2

from plumbline.directory.v1 import directory_pb2
from plumbline.inspections.v1 import inspections_pb2
from plumbline.plans.v1 import plans_pb2
from plumbline.referrals.v1 import referrals_pb2
from services.cli.demonstration.content import Content, Item
from services.cli.demonstration.office import Office, request_id, side_by_side
from shared.rpc_client import RemoteRefusal

CAMPAIGN = "mass-line-2013"
LEVELS = ("nation", "province", "city", "county", "township")
# Units from province to county keep ledgers; townships only stand in the tree.
REPORTING_LEVELS = ("province", "city", "county")
ROOT_CODE, ROOT_NAME = "000000", "全国"
PART_BYTES = 256 * 1024
LEDGER_CHUNK = 500

# The unary calls of the whole story stay below 15,000.
RETURNED_SHARE = 0.08
LODGED_AGAIN_SHARE = 0.5
PROGRESSED, DONE, SENT_BACK, CONFIRMED, CLOSED = 1500, 850, 40, 560, 330
INSPECTORS, PER_PROVINCE, RESERVE, PER_VISIT = 93, 2, 1, 2
REFERRED, ACCEPTED, TURNED_DOWN, CONCLUDED = 30, 22, 4, 14
# The witnessed drawing of numbers (现场摇号), fixed beforehand; here the digits are part of the script.
DICE = "3141592653589793238462643383279502884197"

# Opens a chapter on the screen: the key of its words and its number of steps; gives what is called after each step.
Telling = Callable[[str, int], AbstractContextManager[Callable[[], None]]]
Wait = Callable[[], AsyncIterator[None]]


class Story:
    """What has happened so far, and how it goes on."""

    def __init__(self, *, office: Office, content: Content, telling: Telling, patience: Callable[[], Any]) -> None:
        """patience: waits a moment; called between two looks at whether something has arrived."""
        self._office = office
        self._content = content
        self._telling = telling
        self._patience = patience
        self._units: dict[str, directory_pb2.Unit] = {}
        self._of_problem: dict[str, directory_pb2.Unit] = {}
        self._root = directory_pb2.Unit()
        self.timings_s: dict[str, float] = {}

    @asynccontextmanager
    async def _chapter(self, key: str, total: int) -> AsyncIterator[Callable[[], None]]:
        began = time.monotonic()
        with self._telling(key, total) as advance:
            yield advance
        self.timings_s[key] = round(time.monotonic() - began, 2)

    async def plant_tree(self, tree: bytes) -> None:
        """Imports the national tree and waits until the other services know it."""
        parts = [tree[start : start + PART_BYTES] for start in range(0, len(tree), PART_BYTES)]
        header = directory_pb2.ImportUnitsHeader(
            request_id=request_id(),
            root_code=ROOT_CODE,
            root_name=ROOT_NAME,
            levels=LEVELS,
            tenant_level="province",
        )
        async with self._chapter("tree", len(parts)) as advance:
            messages = [
                directory_pb2.ImportUnitsRequest(header=header),
                *(directory_pb2.ImportUnitsRequest(content=part) for part in parts),
            ]
            planted = await self._office.upload(
                self._office.directory.ImportUnits, _told(messages, advance), token=self._office.admin_token
            )
            self._root = planted.root
        async with self._chapter("tree_read", 1) as advance:
            await self._read_units()
            await self._until_known(max(self._units.values(), key=lambda unit: unit.path))
            advance()

    async def _read_units(self) -> None:
        """Reads the units from the root to the counties, level by level, as anybody may who sees them."""
        above = [self._root]
        for level in REPORTING_LEVELS:
            found = await side_by_side(above, self._children, done=lambda: None)
            above = [unit for units in found for unit in units]
            self._units.update({unit.id: unit for unit in above if unit.level == level})

    async def _children(self, parent: directory_pb2.Unit) -> list[directory_pb2.Unit]:
        units: list[directory_pb2.Unit] = []
        token = ""
        while True:
            answer = await self._office.call(
                self._office.directory.ListUnits,
                directory_pb2.ListUnitsRequest(parent_unit=parent.id, page_size=200, page_token=token),
                token=self._office.admin_token,
            )
            units.extend(answer.units)
            token = answer.next_page_token
            if not token:
                return units

    async def _until_known(self, unit: directory_pb2.Unit) -> None:
        """Waits until plans and inspections have heard of a unit."""
        plans, visits = self._office.plans.ListProblems, self._office.inspections.ListVisits
        await self._until_answered(plans, plans_pb2.ListProblemsRequest(unit=unit.id, page_size=1))
        await self._until_answered(visits, inspections_pb2.ListVisitsRequest(unit=unit.id, page_size=1))

    async def _until_answered(self, method: Callable[..., Any], request: Any) -> None:
        while True:
            try:
                await self._office.call(method, request, token=self._office.admin_token)
            except RemoteRefusal as refusal:
                if refusal.remote_reason != "UNKNOWN_UNIT":
                    raise
                await self._patience()
            else:
                return

    def _at(self, level: str) -> list[directory_pb2.Unit]:
        """Units of a level in code order, so that the same seed tells the same story."""
        return sorted((unit for unit in self._units.values() if unit.level == level), key=lambda unit: unit.code)

    async def write_ledgers(self) -> None:
        """Each province's office sends in the ledgers of its units."""
        full = self._content.full_counties([unit.code for unit in self._at("county")])
        ledgers: list[tuple[directory_pb2.Unit, list[tuple[directory_pb2.Unit, Item]]]] = []
        for province in self._at("province"):
            below = sorted(
                (unit for unit in self._units.values() if unit.path.startswith(province.path)), key=lambda u: u.code
            )
            rows = [(unit, item) for unit in below for item in self._content.ledger(full=unit.code in full)]
            ledgers.append((province, rows))

        async def send(ledger: tuple[directory_pb2.Unit, list[tuple[directory_pb2.Unit, Item]]]) -> None:
            province, rows = ledger
            header = plans_pb2.ImportLedgerHeader(request_id=request_id(), campaign=CAMPAIGN)
            messages = [plans_pb2.ImportLedgerRequest(header=header)]
            for start in range(0, len(rows), LEDGER_CHUNK):
                items = [_ledger_item(unit, item) for unit, item in rows[start : start + LEDGER_CHUNK]]
                messages.append(plans_pb2.ImportLedgerRequest(chunk=plans_pb2.LedgerChunk(items=items)))
            answer = await self._office.upload(
                self._office.plans.ImportLedger, messages, token=self._office.token("campaign_office", province)
            )
            for name, (unit, _) in zip(answer.names, rows, strict=True):
                self._of_problem[name] = unit

        async with self._chapter("ledgers", len(ledgers)) as advance:
            await side_by_side(ledgers, send, done=advance)

    async def lodge_plans(self) -> None:
        """Every unit drafts and lodges its plan; its superior registers it or sends it back."""
        units = [unit for level in REPORTING_LEVELS for unit in self._at(level)]
        written = [(unit, self._content.measures(), self._content.chance(RETURNED_SHARE)) for unit in units]

        async def draft_and_lodge(draft: tuple[directory_pb2.Unit, Sequence[Any], bool]) -> plans_pb2.Plan:
            unit, measures, _ = draft
            clerk = self._office.token("unit_clerk", unit)
            plan = await self._office.call(
                self._office.plans.CreatePlan,
                plans_pb2.CreatePlanRequest(
                    request_id=request_id(),
                    campaign=CAMPAIGN,
                    unit=unit.id,
                    kind=plans_pb2.PLAN_KIND_RECTIFICATION,
                    title=f"{unit.display_name}领导班子整改方案",
                    measures=_measures(measures),
                ),
                token=clerk,
            )
            return await self._lodge(plan, clerk)

        async with self._chapter("plans", len(written)) as advance:
            lodged = await side_by_side(written, draft_and_lodge, done=advance)
        returned: list[tuple[directory_pb2.Unit, plans_pb2.Plan]] = []

        async def decide(pair: tuple[tuple[directory_pb2.Unit, Sequence[Any], bool], plans_pb2.Plan]) -> None:
            (unit, _, incomplete), plan = pair
            if not incomplete:
                await self._register(unit, plan)
                return
            request = plans_pb2.ReturnPlanRequest(
                name=plan.name, request_id=request_id(), etag=plan.etag, reason=self._content.return_reason()
            )
            sent_back = await self._office.call(
                self._office.plans.ReturnPlan, request, token=self._superior_token(unit)
            )
            returned.append((unit, sent_back))

        async with self._chapter("registered", len(lodged)) as advance:
            await side_by_side(zip(written, lodged, strict=True), decide, done=advance)
        returned.sort(key=lambda pair: pair[0].code)
        again = returned[: int(len(returned) * LODGED_AGAIN_SHARE)]

        async def complete(pair: tuple[directory_pb2.Unit, plans_pb2.Plan]) -> None:
            unit, plan = pair
            clerk = self._office.token("unit_clerk", unit)
            request = plans_pb2.UpdatePlanRequest(
                name=plan.name,
                request_id=request_id(),
                etag=plan.etag,
                title=plan.title + "（修订）",
                measures=[*plan.measures, *_measures(self._content.measures())],
            )
            completed = await self._office.call(self._office.plans.UpdatePlan, request, token=clerk)
            await self._register(unit, await self._lodge(completed, clerk))

        async with self._chapter("completed", len(again)) as advance:
            await side_by_side(again, complete, done=advance)

    async def _lodge(self, plan: plans_pb2.Plan, clerk: str) -> plans_pb2.Plan:
        request = plans_pb2.LodgePlanRequest(name=plan.name, request_id=request_id(), etag=plan.etag)
        lodged: plans_pb2.Plan = await self._office.call(self._office.plans.LodgePlan, request, token=clerk)
        return lodged

    async def _register(self, unit: directory_pb2.Unit, plan: plans_pb2.Plan) -> None:
        request = plans_pb2.RegisterPlanRequest(name=plan.name, request_id=request_id(), etag=plan.etag)
        await self._office.call(self._office.plans.RegisterPlan, request, token=self._superior_token(unit))

    def _superior_token(self, unit: directory_pb2.Unit) -> str:
        """The campaign office of the unit directly above."""
        superior = self._units.get(unit.parent_unit, self._root)
        return self._office.token("campaign_office", superior)

    async def put_right(self) -> None:
        """Units report progress, some are done; their superiors look, confirm, and take some off the ledger."""
        moving = self._content.sample(sorted(self._of_problem), PROGRESSED)
        done, plans = moving[:DONE], self._office.plans

        async def progress(name: str) -> None:
            request = plans_pb2.ReportProgressRequest(
                name=name,
                request_id=request_id(),
                percent_done=self._content.percent(),
                remark=self._content.remark(),
            )
            await self._office.call(plans.ReportProgress, request, token=self._clerk_of(name))

        async def finish(name: str) -> None:
            request = plans_pb2.ReportDoneRequest(name=name, request_id=request_id(), remark="已整改到位，请核验")
            await self._office.call(plans.ReportDone, request, token=self._clerk_of(name))

        async def look(judged: tuple[str, bool]) -> None:
            name, good = judged
            request = plans_pb2.VerifyProblemRequest(
                name=name,
                request_id=request_id(),
                verdict=plans_pb2.VERDICT_CONFIRMED if good else plans_pb2.VERDICT_SENT_BACK,
                remark="现场核验属实" if good else "现场核验未见成效，退回整改",
            )
            await self._office.call(plans.VerifyProblem, request, token=self._superior_token(self._of_problem[name]))

        async def close(name: str) -> None:
            request = plans_pb2.DeregisterProblemRequest(name=name, request_id=request_id())
            token = self._superior_token(self._of_problem[name])
            await self._office.call(plans.DeregisterProblem, request, token=token)

        async with self._chapter("progress", len(moving)) as advance:
            await side_by_side(moving, progress, done=advance)
        async with self._chapter("done", len(done)) as advance:
            await side_by_side(done, finish, done=advance)
        judged = [(name, number >= SENT_BACK) for number, name in enumerate(done[: SENT_BACK + CONFIRMED])]
        async with self._chapter("verified", len(judged)) as advance:
            await side_by_side(judged, look, done=advance)
        closing = done[SENT_BACK : SENT_BACK + CLOSED]
        async with self._chapter("closed", len(closing)) as advance:
            await side_by_side(closing, close, done=advance)

    def _clerk_of(self, problem: str) -> str:
        return self._office.token("unit_clerk", self._of_problem[problem])

    async def inspect(self) -> str:
        """A draw picks counties and inspectors; they visit and find. Returns the draw's name."""
        provinces = self._at("province")
        async with self._chapter("draw", 1) as advance:
            draw = await self._office.call(
                self._office.inspections.RunDraw,
                inspections_pb2.RunDrawRequest(
                    request_id=request_id(),
                    campaign=CAMPAIGN,
                    scope_unit=self._root.id,
                    stratum_level="province",
                    frame_level="county",
                    per_stratum=PER_PROVINCE,
                    reserve_per_stratum=RESERVE,
                    inspectors_per_visit=PER_VISIT,
                    seed_hex=hashlib.sha256(DICE.encode()).hexdigest(),
                    inspectors=[
                        # Nobody inspects at home (异地交叉, ME-8).
                        inspections_pb2.Inspector(
                            subject=f"inspector:{number:03d}", barred_units=[provinces[number % len(provinces)].id]
                        )
                        for number in range(INSPECTORS)
                    ],
                ),
                token=self._office.token("draw_custodian", self._root, clearance=2),
            )
            advance()
        drawn = [place for place in draw.drawn if not place.reserve]
        async with self._chapter("visits", len(drawn)) as advance:
            found = await side_by_side(drawn, self._visit, done=advance)
        await self._refer([finding for findings in found for finding in findings])
        return str(draw.name)

    async def _visit(self, place: inspections_pb2.DrawnUnit) -> list[inspections_pb2.Finding]:
        """One visit from the door to its end, by the first of the two who were drawn for it."""
        inspections = self._office.inspections
        token = self._inspector(place.inspectors[0])
        await self._office.call(
            inspections.CheckInVisit,
            inspections_pb2.CheckInVisitRequest(name=place.visit, request_id=request_id()),
            token=token,
        )
        findings = []
        for title, wind, severity in self._content.findings():
            request = inspections_pb2.RaiseFindingRequest(
                visit=place.visit,
                request_id=request_id(),
                title=title,
                detail="现场查看、查阅资料并与干部群众谈话后记录",
                wind=wind,
                severity=inspections_pb2.Severity.Name(severity),
            )
            findings.append(await self._office.call(inspections.RaiseFinding, request, token=token))
        await self._office.call(
            inspections.CloseVisit,
            inspections_pb2.CloseVisitRequest(name=place.visit, request_id=request_id()),
            token=token,
        )
        return findings

    def _inspector(self, subject: str) -> str:
        return self._office.token("supervision_inspector", self._root, subject=subject, clearance=3)

    async def _refer(self, findings: Sequence[inspections_pb2.Finding]) -> None:
        """The gravest findings go to the discipline body, which takes them, sends them back or concludes."""
        gravest = sorted(findings, key=lambda finding: (-finding.severity, finding.name))[:REFERRED]
        referrals = self._office.referrals
        sender = self._inspector("inspector:000")
        receiver = self._office.token("discipline_officer", self._root, clearance=3)

        async def refer(finding: inspections_pb2.Finding) -> referrals_pb2.Referral:
            request = referrals_pb2.CreateReferralRequest(
                request_id=request_id(),
                finding=finding.name,
                receiver="discipline_commission",
                summary=f"督查发现：{finding.title}，拟移交核查",
                policy_basis="《党政机关厉行节约反对浪费条例》",
            )
            referral: referrals_pb2.Referral = await self._office.call(referrals.CreateReferral, request, token=sender)
            return referral

        async def answer(numbered: tuple[int, referrals_pb2.Referral]) -> None:
            number, referral = numbered
            if number < ACCEPTED:
                accept = referrals_pb2.AcceptReferralRequest(name=referral.name, request_id=request_id())
                await self._office.call(referrals.AcceptReferral, accept, token=receiver)
            elif number < ACCEPTED + TURNED_DOWN:
                give_back = referrals_pb2.ReturnReferralRequest(
                    name=referral.name, request_id=request_id(), reason="线索要素不全，请补充证据后再移交"
                )
                await self._office.call(referrals.ReturnReferral, give_back, token=receiver)
            if number < CONCLUDED:
                outcome = referrals_pb2.OUTCOME_SANCTIONED if number % 3 == 0 else referrals_pb2.OUTCOME_EDUCATED
                conclude = referrals_pb2.RecordOutcomeRequest(
                    name=referral.name, request_id=request_id(), outcome=outcome, remark="已按规定处理"
                )
                await self._office.call(referrals.RecordOutcome, conclude, token=receiver)

        async with self._chapter("referrals", len(gravest)) as advance:
            sent = await side_by_side(gravest, refer, done=advance)
        async with self._chapter("outcomes", len(sent)) as advance:
            await side_by_side(enumerate(sent), answer, done=advance)


def _told(messages: Sequence[Any], advance: Callable[[], None]) -> Iterator[Any]:
    """The messages, with a step of the progress bar for each part after the header."""
    for number, message in enumerate(messages):
        if number:
            advance()
        yield message


def _ledger_item(unit: directory_pb2.Unit, item: Item) -> plans_pb2.LedgerItem:
    return plans_pb2.LedgerItem(
        unit=unit.id,
        title=item.title,
        wind=item.wind,
        source=item.source,
        subject="SUBJECT_INDIVIDUAL" if item.individual else "SUBJECT_TEAM",
        responsible_leader=item.leader,
        responsible_department=item.department,
        responsible_person=item.person,
        due_date=_date(item.due_date),
    )


def _measures(measures: Sequence[tuple[str, str, date]]) -> list[plans_pb2.Measure]:
    return [
        plans_pb2.Measure(goal=goal, responsible_person=person, due_date=_date(due_date))
        for goal, person, due_date in measures
    ]


def _date(day: date) -> date_pb2.Date:
    return date_pb2.Date(year=day.year, month=day.month, day=day.day)


def winds_of(definition: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """Each wind's code with its examples in Chinese, from a campaign's definition."""
    return [(wind["code"], [example["zh"] for example in wind["examples"]]) for wind in definition["winds"]]
