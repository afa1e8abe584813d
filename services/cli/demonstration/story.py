"""The story of the demonstration, chapter by chapter: every deed goes through a service's door, as a person's would."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from google.type import date_pb2

from plumbline.directory.v1 import directory_pb2
from plumbline.inspections.v1 import inspections_pb2
from plumbline.plans.v1 import plans_pb2
from plumbline.referrals.v1 import referrals_pb2
from services.cli.demonstration.cast import INSPECTOR, WAITING_CITIES, Cast, Stage
from services.cli.demonstration.content import Content, Item
from services.cli.demonstration.country import REPORTING_LEVELS, Country
from services.cli.demonstration.office import Office, request_id, side_by_side
from services.cli.demonstration.telling import Book

CAMPAIGN = "mass-line-2013"
LEDGER_CHUNK = 500

# The unary calls of the whole story stay below 15,000.
RETURNED_SHARE = 0.08
LODGED_AGAIN_SHARE = 0.5
PROGRESSED, DONE, SENT_BACK, CONFIRMED, CLOSED = 1500, 850, 40, 560, 330
INSPECTORS, PER_PROVINCE, RESERVE, PER_VISIT = 93, 2, 1, 2
REFERRED, ACCEPTED, TURNED_DOWN, CONCLUDED = 30, 22, 4, 14
# What is left for those who sign in afterwards: at the clerk's unit, and at the cities of the provincial office.
CLERKS_IN_PROGRESS, CLERKS_DONE, CITIES_DONE = 4, 2, 6
# One of them the inspector's own.
UNMADE_VISITS = 3
# The witnessed drawing of numbers (现场摇号), fixed beforehand; here the digits are part of the script.
DICE = "3141592653589793238462643383279502884197"


class Story:
    """What has happened so far, and how it goes on."""

    def __init__(self, *, office: Office, content: Content, country: Country, book: Book) -> None:
        self._office = office
        self._content = content
        self._country = country
        self._book = book
        self._of_problem: dict[str, directory_pb2.Unit] = {}
        self._full = content.full_counties([unit.code for unit in country.at("county")])
        self.stage = Stage.of(country, self._full)

    async def write_ledgers(self) -> None:
        """Each province's office sends in the ledgers of its units."""
        ledgers: list[tuple[directory_pb2.Unit, list[tuple[directory_pb2.Unit, Item]]]] = []
        for province in self._country.at("province"):
            below = sorted(
                (unit for unit in self._country.units.values() if unit.path.startswith(province.path)),
                key=lambda u: u.code,
            )
            rows = [(unit, item) for unit in below for item in self._content.ledger(full=unit.code in self._full)]
            ledgers.append((province, rows))

        async def send(ledger: tuple[directory_pb2.Unit, list[tuple[directory_pb2.Unit, Item]]]) -> list[str]:
            province, rows = ledger
            header = plans_pb2.ImportLedgerHeader(request_id=request_id(), campaign=CAMPAIGN)
            messages = [plans_pb2.ImportLedgerRequest(header=header)]
            for start in range(0, len(rows), LEDGER_CHUNK):
                items = [_ledger_item(unit, item) for unit, item in rows[start : start + LEDGER_CHUNK]]
                messages.append(plans_pb2.ImportLedgerRequest(chunk=plans_pb2.LedgerChunk(items=items)))
            answer = await self._office.upload(
                self._office.plans.ImportLedger, messages, token=self._office.token("campaign_office", province)
            )
            return list(answer.names)

        with self._book.chapter("ledgers", len(ledgers)) as advance:
            sent = await side_by_side(ledgers, send, done=advance)
        for names, (_, rows) in zip(sent, ledgers, strict=True):
            self._of_problem.update({name: unit for name, (unit, _) in zip(names, rows, strict=True)})

    async def lodge_plans(self) -> None:
        """Every unit drafts and lodges its plan; its superior registers it or sends it back."""
        units = [unit for level in REPORTING_LEVELS for unit in self._country.at(level)]
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

        with self._book.chapter("plans", len(written)) as advance:
            lodged = await side_by_side(written, draft_and_lodge, done=advance)
        waiting = {unit.id for unit in self.stage.cities[:WAITING_CITIES]}
        # The clerk who signs in finds a plan to complete, and the provincial office plans to decide on.
        sent_back = self.stage.county.id
        decisions = [
            (unit, plan, self._content.return_reason() if incomplete or unit.id == sent_back else "")
            for (unit, _, incomplete), plan in zip(written, lodged, strict=True)
            if unit.id not in waiting
        ]

        async def decide(decision: tuple[directory_pb2.Unit, plans_pb2.Plan, str]) -> plans_pb2.Plan | None:
            unit, plan, reason = decision
            if not reason:
                await self._register(unit, plan)
                return None
            request = plans_pb2.ReturnPlanRequest(
                name=plan.name, request_id=request_id(), etag=plan.etag, reason=reason
            )
            returned: plans_pb2.Plan = await self._office.call(
                self._office.plans.ReturnPlan, request, token=self._superior_token(unit)
            )
            return returned

        with self._book.chapter("registered", len(decisions)) as advance:
            decided = await side_by_side(decisions, decide, done=advance)
        again = [
            (unit, plan, self._content.measures())
            for (unit, _, _), plan in zip(decisions, decided, strict=True)
            if plan is not None and unit.id != sent_back and self._content.chance(LODGED_AGAIN_SHARE)
        ]

        async def complete(returned: tuple[directory_pb2.Unit, plans_pb2.Plan, Sequence[Any]]) -> None:
            unit, plan, more = returned
            clerk = self._office.token("unit_clerk", unit)
            request = plans_pb2.UpdatePlanRequest(
                name=plan.name,
                request_id=request_id(),
                etag=plan.etag,
                title=plan.title + "（修订）",
                measures=[*plan.measures, *_measures(more)],
            )
            completed = await self._office.call(self._office.plans.UpdatePlan, request, token=clerk)
            await self._register(unit, await self._lodge(completed, clerk))

        with self._book.chapter("completed", len(again)) as advance:
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
        superior = self._country.units.get(unit.parent_unit, self._country.root)
        return self._office.token("campaign_office", superior)

    async def put_right(self) -> None:
        """Units report progress, some are done; their superiors look, confirm, and take some off the ledger."""
        # By their place in the ledgers, not by their names, which are new in every run.
        in_progress, waiting = self._left_over()
        kept = {*in_progress, *waiting}
        chosen = self._content.sample([name for name in self._of_problem if name not in kept], PROGRESSED)
        moving = [(name, self._content.percent(), self._content.remark()) for name in (*chosen, *in_progress, *waiting)]
        # Nobody looks at those at the end: that is for the provincial office to do.
        done, plans = [*chosen[:DONE], *waiting], self._office.plans

        async def progress(report: tuple[str, int, str]) -> None:
            name, percent, remark = report
            request = plans_pb2.ReportProgressRequest(
                name=name, request_id=request_id(), percent_done=percent, remark=remark
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

        with self._book.chapter("progress", len(moving)) as advance:
            await side_by_side(moving, progress, done=advance)
        with self._book.chapter("done", len(done)) as advance:
            await side_by_side(done, finish, done=advance)
        judged = [(name, number >= SENT_BACK) for number, name in enumerate(done[: SENT_BACK + CONFIRMED])]
        with self._book.chapter("verified", len(judged)) as advance:
            await side_by_side(judged, look, done=advance)
        closing = done[SENT_BACK : SENT_BACK + CLOSED]
        with self._book.chapter("closed", len(closing)) as advance:
            await side_by_side(closing, close, done=advance)

    def _left_over(self) -> tuple[list[str], list[str]]:
        """Problems that those who sign in go on with: in progress, and done but not looked at."""
        clerks = [name for name, unit in self._of_problem.items() if unit.id == self.stage.county.id]
        cities = {unit.id for unit in self.stage.cities}
        of_cities = [name for name, unit in self._of_problem.items() if unit.id in cities]
        done = [*clerks[CLERKS_IN_PROGRESS : CLERKS_IN_PROGRESS + CLERKS_DONE], *of_cities[:CITIES_DONE]]
        return clerks[:CLERKS_IN_PROGRESS], done

    def _clerk_of(self, problem: str) -> str:
        return self._office.token("unit_clerk", self._of_problem[problem])

    async def inspect(self, cast: Cast) -> str:
        """A draw picks counties and inspectors; they visit and find, all but a few. Returns the draw's name."""
        inspector = cast.subject(INSPECTOR)
        subjects = [inspector, *(f"inspector:{number:03d}" for number in range(1, INSPECTORS))]
        provinces = self._country.at("province")
        with self._book.chapter("draw", 1) as advance:
            draw = await self._office.call(
                self._office.inspections.RunDraw,
                inspections_pb2.RunDrawRequest(
                    request_id=request_id(),
                    campaign=CAMPAIGN,
                    scope_unit=self._country.root.id,
                    stratum_level="province",
                    frame_level="county",
                    per_stratum=PER_PROVINCE,
                    reserve_per_stratum=RESERVE,
                    inspectors_per_visit=PER_VISIT,
                    seed_hex=hashlib.sha256(DICE.encode()).hexdigest(),
                    inspectors=[
                        # Nobody inspects at home (异地交叉, ME-8).
                        inspections_pb2.Inspector(subject=subject, barred_units=[provinces[number % len(provinces)].id])
                        for number, subject in enumerate(subjects)
                    ],
                ),
                token=self._office.token("draw_custodian", self._country.root, clearance=2),
            )
            advance()
        unmade = _unmade(draw, inspector)
        drawn = [
            (place, self._content.findings()) for place in draw.drawn if not place.reserve and place.visit not in unmade
        ]
        with self._book.chapter("visits", len(drawn)) as advance:
            found = await side_by_side(drawn, self._visit, done=advance)
        await self._refer([finding for findings in found for finding in findings], sender=inspector)
        return str(draw.name)

    async def _visit(
        self, visit: tuple[inspections_pb2.DrawnUnit, Sequence[tuple[str, str, int]]]
    ) -> list[inspections_pb2.Finding]:
        """One visit from the door to its end, by the first of the two who were drawn for it."""
        place, seen = visit
        inspections = self._office.inspections
        token = self._inspector(place.inspectors[0])
        await self._office.call(
            inspections.CheckInVisit,
            inspections_pb2.CheckInVisitRequest(name=place.visit, request_id=request_id()),
            token=token,
        )
        findings = []
        for title, wind, severity in seen:
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
        return self._office.token("supervision_inspector", self._country.root, subject=subject, clearance=3)

    async def _refer(self, findings: Sequence[inspections_pb2.Finding], *, sender: str) -> None:
        """The gravest findings go to the discipline body, which takes them, sends them back or concludes."""
        gravest = sorted(findings, key=lambda finding: (-finding.severity, finding.name))[:REFERRED]
        referrals = self._office.referrals
        token = self._inspector(sender)
        receiver = self._office.token("discipline_officer", self._country.root, clearance=3)

        async def refer(finding: inspections_pb2.Finding) -> referrals_pb2.Referral:
            request = referrals_pb2.CreateReferralRequest(
                request_id=request_id(),
                finding=finding.name,
                receiver="discipline_inspection",
                summary=f"督查发现：{finding.title}，拟移交核查",
                policy_basis="《党政机关厉行节约反对浪费条例》",
            )
            referral: referrals_pb2.Referral = await self._office.call(referrals.CreateReferral, request, token=token)
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

        with self._book.chapter("referrals", len(gravest)) as advance:
            sent = await side_by_side(gravest, refer, done=advance)
        with self._book.chapter("outcomes", len(sent)) as advance:
            await side_by_side(enumerate(sent), answer, done=advance)


def _unmade(draw: inspections_pb2.Draw, inspector: str) -> set[str]:
    """The drawn visits that are not made yet when the story ends: one of the inspector's, and some of others."""
    chosen = [place for place in draw.drawn if not place.reserve]
    # At the first place that is theirs; where they were drawn twice they have made one.
    own = [place.visit for place in chosen if inspector in place.inspectors][:1]
    others = [place.visit for place in chosen if inspector not in place.inspectors]
    wanted = UNMADE_VISITS - len(own)
    # Far apart, so that no province is without any visit.
    return {*own, *others[:: len(others) // wanted][:wanted]}


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
