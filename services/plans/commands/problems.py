"""What may be done to one problem: progress, done, verification from outside, taking it off the ledger."""

from __future__ import annotations

from datetime import date, datetime

from services.plans import events, model
from services.plans.deadlines import lights_on
from services.plans.history import StepDeed
from services.plans.model import Light, Lights, Problem, ProblemState
from services.plans.store import problems as store
from shared import access, outbox, placements, versions
from shared.calendar import WorkingCalendar
from shared.calendar_copies import CalendarCopies
from shared.campaign_copies import CampaignCopies
from shared.campaigns import Campaign
from shared.clock import day_in
from shared.database import Transaction
from shared.names import Name


class Rules:
    """What the campaign and the calendar say about a problem's clock."""

    def __init__(self, campaigns: CampaignCopies, calendars: CalendarCopies) -> None:
        self._campaigns = campaigns
        self._calendars = calendars

    async def lights(self, tx: Transaction, problem: Problem, *, now: datetime) -> Lights:
        """The lights of today for a problem's campaign."""
        campaign = await self._campaigns.find(tx, problem.campaign)
        calendar = await self._calendars.find(tx)
        return lights_on(day_in(campaign.zone, now), calendar=calendar, yellow_days=campaign.days.yellow_light)


async def report_progress(
    tx: Transaction, name: Name, *, etag: str, percent_done: int, remark: str, rules: Rules, now: datetime
) -> Problem:
    """The unit says how far it is."""
    problem = await _load(tx, name, etag=etag)
    lights = await rules.lights(tx, problem, now=now)
    changed = model.report_progress(problem, percent_done=percent_done, remark=remark, lights=lights, now=now)
    return await _save(tx, changed, StepDeed.PROGRESS_REPORTED, before=problem)


async def report_done(tx: Transaction, name: Name, *, etag: str, remark: str, rules: Rules, now: datetime) -> Problem:
    """The unit says it is done."""
    problem = await _load(tx, name, etag=etag)
    lights = await rules.lights(tx, problem, now=now)
    changed = model.report_done(problem, remark=remark, lights=lights, now=now)
    return await _save(tx, changed, StepDeed.DONE_REPORTED, before=problem)


async def verify(
    tx: Transaction, name: Name, *, etag: str, confirmed: bool, remark: str, rules: Rules, now: datetime
) -> Problem:
    """Somebody outside the unit confirms it or sends it back (RC-4 a)."""
    problem = await _load(tx, name, etag=etag)
    _require_outside(tx, problem)
    lights = await rules.lights(tx, problem, now=now)
    if confirmed:
        verifier = tx.call.identity.subject
        changed = model.confirm(problem, verifier=verifier, remark=remark, lights=lights, now=now)
        return await _save(tx, changed, StepDeed.CONFIRMED, before=problem)
    changed = model.send_back(problem, remark=remark, lights=lights, now=now)
    return await _save(tx, changed, StepDeed.SENT_BACK, before=problem)


async def deregister(tx: Transaction, name: Name, *, etag: str, rules: Rules, now: datetime) -> Problem:
    """Takes it off the ledger, through its gates and from outside the unit."""
    problem = await _load(tx, name, etag=etag)
    _require_outside(tx, problem)
    lights = await rules.lights(tx, problem, now=now)
    changed = model.deregister(problem, lights=lights, now=now)
    return await _save(tx, changed, StepDeed.DEREGISTERED, before=problem)


async def relight(tx: Transaction, *, campaign: Campaign, calendar: WorkingCalendar, limit: int, now: datetime) -> int:
    """Changes the lights of a campaign that a new day changes, at most `limit` problems. Returns how many."""
    today = day_in(campaign.zone, now)
    lights = lights_on(today, calendar=calendar, yellow_days=campaign.days.yellow_light)
    due: dict[Light, list[date]] = {light: [] for light in Light}
    for due_date in await store.clocked_dates(tx, campaign=campaign.id):
        due[lights(due_date, ProblemState.OPEN)].append(due_date)
    found = await store.problems_to_relight(
        tx, campaign=campaign.id, yellow=due[Light.YELLOW], red=due[Light.RED], limit=limit
    )
    for problem in found:
        changed = model.relit(problem, lights=lights, now=now)
        if changed is not None:
            await store.save_problem(tx, changed, StepDeed.RELIT, before=problem, by=None)
            outbox.append(tx, events.problem_changed(changed))
    return len(found)


async def _load(tx: Transaction, name: Name, *, etag: str) -> Problem:
    problem = await store.problem(tx, name, for_update=True)
    if problem is None:
        raise await placements.absent(tx, name)
    access.require(tx.call, path=problem.path, label=problem.label)
    versions.check(etag, version=problem.version, name=problem.name)
    return problem


async def _save(tx: Transaction, changed: Problem, deed: StepDeed, *, before: Problem) -> Problem:
    await store.save_problem(tx, changed, deed, before=before, by=tx.call.identity)
    outbox.append(tx, events.problem_changed(changed))
    return changed


def _require_outside(tx: Transaction, problem: Problem) -> None:
    """The caller's grant must begin above the unit: whoever acts for the unit does not judge it."""
    if tx.call.identity.grant.path.startswith(problem.path):
        raise model.VerifierInsideUnit(
            "somebody of the unit itself may not confirm its problem; ask the superior or an inspector (RC-4 a)",
            resource=problem.name,
            policy="RC-4a",
        )
