"""Putting problems on ledgers: one, a whole ledger at once, or what a visit found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.plans import events
from services.plans.deadlines import lights_on
from services.plans.model import Lights, Problem, ProblemState, Subject
from services.plans.store import problems as store
from shared import access, outbox, placements
from shared.calendar import WorkingCalendar
from shared.campaigns import Campaign
from shared.clock import day_in
from shared.database import Transaction
from shared.errors import FieldViolation, InvalidArgument
from shared.placements import Remembered, Unit

# One answer names this many rows; a ledger with more faults is better mended before it is read on.
MOST_NAMED = 100
SOURCES = ("self_examination", "comment", "meeting", "superior", "finding", "referral", "audit", "sector")
# What a visit found is put right within this many working days unless the superior says otherwise (ME-1).
FINDING_WORKING_DAYS = 30


class BadLedger(InvalidArgument):
    """Rows of a ledger are wrong; each is named with its number, and nothing was recorded."""

    reason = "BAD_LEDGER"


@dataclass(frozen=True)
class LedgerRow:
    """A problem as somebody writes it down; `due_date` or `due_working_days`, not both."""

    unit: str
    unit_code: str
    title: str
    wind: str
    source: str
    subject: Subject
    responsible_leader: str
    responsible_department: str
    responsible_person: str
    due_date: date | None
    due_working_days: int


async def record(
    tx: Transaction,
    rows: Sequence[LedgerRow],
    *,
    known: Remembered,
    campaign: Campaign,
    calendar: WorkingCalendar,
    new_id: Callable[[], str],
    now: datetime,
    field: str,
) -> list[Problem]:
    """Puts rows on their units' ledgers, all or none. Raises BadLedger naming every bad row (`field[n].part`)."""
    units = await _units_of(tx, rows, known)
    today = day_in(campaign.zone, now)
    lights = lights_on(today, calendar=calendar, yellow_days=campaign.days.yellow_light)
    winds = {wind.code for wind in campaign.winds}
    faults: list[FieldViolation] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows):
        where = f"{field}[{number}]" if field == "items" else field
        unit = units.get(row.unit or row.unit_code)
        found = _faults(row, unit, winds=winds, where=where)
        if found or unit is None:
            faults.extend(found)
            continue
        due_date = row.due_date or calendar.add_working_days(today, row.due_working_days)
        problems.append(_problem(row, unit, campaign=campaign, due_date=due_date, lights=lights, id_=new_id(), now=now))
    if faults:
        raise BadLedger(
            f"{len(faults)} faults in the ledger, nothing was recorded; the first: {faults[0].field}: "
            f"{faults[0].description}",
            violations=faults[:MOST_NAMED],
            faults=len(faults),
            rows=len(rows),
        )
    # Permission for every unit before anything is written; units out of scope were never found.
    for path in {problem.path for problem in problems}:
        access.require(tx.call, path=path)
    store.add_problems(tx, problems, by=tx.call.identity)
    outbox.append(tx, *(events.problem_changed(problem) for problem in problems))
    if len(problems) > 1:
        # A whole ledger is logged at the place that holds all of it, not at its first problem.
        outbox.about(
            tx, resource="ledgers/import", path=tx.call.identity.grant.path, tenant=tx.call.identity.tenant, label=0
        )
    return problems


async def _units_of(tx: Transaction, rows: Sequence[LedgerRow], known: Remembered) -> Mapping[str, Unit]:
    by_id = await known.by_ids(tx, sorted({row.unit for row in rows if row.unit}))
    by_code = await placements.by_codes(tx, sorted({row.unit_code for row in rows if not row.unit and row.unit_code}))
    return {**by_id, **by_code}


def _faults(row: LedgerRow, unit: Unit | None, *, winds: set[str], where: str) -> list[FieldViolation]:
    """Everything that is wrong with one row."""
    found = []

    def say(part: str, description: str, reason: str) -> None:
        found.append(FieldViolation(f"{where}.{part}", description, reason))

    if unit is None:
        part = "unit" if row.unit else "unit_code"
        say(part, f"no unit {row.unit or row.unit_code or '(empty)'} within your scope", "unit")
    if not row.title.strip():
        say("title", "must say what the problem is", "title")
    if row.wind not in winds:
        say("wind", f"{row.wind or '(empty)'} is none of the campaign's: {', '.join(sorted(winds))}", "wind")
    if row.source not in SOURCES:
        say("source", f"{row.source or '(empty)'} is none of: {', '.join(SOURCES)}", "source")
    for part in ("responsible_leader", "responsible_department", "responsible_person"):
        if not getattr(row, part).strip():
            say(part, "must be named (RC-3)", "responsible")
    if (row.due_date is None) == (row.due_working_days == 0):
        say("due_date", "give either due_date or due_working_days", "due")
    return found


def _problem(
    row: LedgerRow, unit: Unit, *, campaign: Campaign, due_date: date, lights: Lights, id_: str, now: datetime
) -> Problem:
    return Problem(
        id=id_,
        tenant=unit.tenant,
        campaign=campaign.id,
        unit=unit.id,
        path=unit.path,
        title=row.title.strip(),
        wind=row.wind,
        source=row.source,
        subject=row.subject,
        responsible_leader=row.responsible_leader.strip(),
        responsible_department=row.responsible_department.strip(),
        responsible_person=row.responsible_person.strip(),
        due_date=due_date,
        state=ProblemState.OPEN,
        light=lights(due_date, ProblemState.OPEN),
        percent_done=0,
        remark="",
        verifier="",
        finding="",
        create_time=now,
        update_time=now,
    )


async def record_finding(
    tx: Transaction,
    *,
    finding: str,
    problem_id: str,
    unit: Unit,
    title: str,
    wind: str,
    campaign: Campaign,
    calendar: WorkingCalendar,
    found: datetime,
    label: int,
    now: datetime,
) -> None:
    """Puts what a visit found on the unit's ledger with a deadline (ME-1). The same finding twice is one problem.

    found: when the finding was made. label: the finding's, whose title the problem repeats.
    problem_id: made from the finding's id, so that a fact delivered again makes no second problem.
    """
    due_date = calendar.add_working_days(day_in(campaign.zone, found), FINDING_WORKING_DAYS)
    lights = lights_on(day_in(campaign.zone, now), calendar=calendar, yellow_days=campaign.days.yellow_light)
    problem = Problem(
        id=problem_id,
        tenant=unit.tenant,
        campaign=campaign.id,
        unit=unit.id,
        path=unit.path,
        title=title,
        wind=wind,
        source="finding",
        subject=Subject.TEAM,
        responsible_leader="",
        responsible_department="",
        responsible_person="",
        due_date=due_date,
        state=ProblemState.OPEN,
        light=lights(due_date, ProblemState.OPEN),
        percent_done=0,
        remark="",
        verifier="",
        finding=finding,
        create_time=now,
        update_time=now,
        label=label,
    )
    # Nobody's step here: who raised the finding is told by the visit, to those who may know (AC-3).
    if await store.add_unless_known(tx, problem, by=None):
        outbox.append(tx, events.problem_changed(problem))
