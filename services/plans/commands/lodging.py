"""What may be done to a plan: drafting, lodging with the superior, registering, sending back (LE-2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from services.plans import events, model
from services.plans.model import Measure, Plan, PlanKind, PlanState
from services.plans.store import plans as store
from shared import access, outbox, placements, versions
from shared.campaign_copies import CampaignCopies
from shared.campaigns import Campaign
from shared.clock import day_in
from shared.database import Transaction
from shared.names import Name
from shared.placements import Unit


async def create(
    tx: Transaction,
    *,
    unit_id: str,
    campaign: Campaign,
    kind: PlanKind,
    title: str,
    measures: Sequence[Measure],
    plan_id: str,
    now: datetime,
) -> Plan:
    """Drafts a plan; the superior is the unit directly above. Raises UnknownUnit."""
    unit = await placements.find(tx, unit_id)
    access.require(tx.call, path=unit.path)
    plan = Plan(
        id=plan_id,
        tenant=unit.tenant,
        campaign=campaign.id,
        unit=unit.id,
        path=unit.path,
        kind=kind,
        title=title,
        measures=tuple(measures),
        state=PlanState.DRAFT,
        superior_unit=unit.parent,
        registration_number="",
        return_reason="",
        returns=0,
        create_time=now,
        lodge_time=None,
        register_time=None,
    )
    await store.add_plan(tx, plan)
    outbox.append(tx, events.plan_changed(plan, now=now))
    return plan


async def update(
    tx: Transaction, name: Name, *, etag: str, title: str, measures: Sequence[Measure], now: datetime
) -> Plan:
    """Rewrites a plan that is still, or again, with the unit."""
    plan = await _load(tx, name, etag=etag)
    return await _save(tx, model.change_plan(plan, title=title, measures=measures), now=now)


async def lodge(tx: Transaction, name: Name, *, etag: str, new_id: Callable[[], str], now: datetime) -> Plan:
    """Lodges a plan with the superior."""
    plan = await _load(tx, name, etag=etag)
    lodged = await _save(tx, model.lodge(plan, now=now), now=now)
    step = model.step_of(lodged, kind="LODGED", step_id=new_id(), by=tx.call.identity, now=now)
    await store.add_lodging(tx, step)
    outbox.append(tx, events.lodging_step(step))
    return lodged


async def register(
    tx: Transaction, name: Name, *, etag: str, campaigns: CampaignCopies, new_id: Callable[[], str], now: datetime
) -> Plan:
    """The superior registers it with the next number of its register."""
    plan = await _load(tx, name, etag=etag)
    superior = await _superior(tx, plan)
    # Asked before a number is taken, so that a refused plan leaves no gap.
    model.after_plan(plan, model.PlanDeed.REGISTER)
    campaign = await campaigns.find(tx, plan.campaign)
    year = day_in(campaign.zone, now).year
    sequence = await store.next_number(tx, superior_unit=superior.id, path=superior.path, year=year)
    number = model.registration_number(superior_code=superior.code, year=year, sequence=sequence)
    registered = await _save(tx, model.register(plan, registration_number=number, now=now), now=now)
    step = model.step_of(registered, kind="REGISTERED", step_id=new_id(), by=tx.call.identity, now=now)
    await store.add_lodging(tx, step)
    return registered


async def send_back(
    tx: Transaction, name: Name, *, etag: str, reason: str, new_id: Callable[[], str], now: datetime
) -> Plan:
    """The superior sends it back to be completed."""
    plan = await _load(tx, name, etag=etag)
    await _superior(tx, plan)
    returned = await _save(tx, model.send_plan_back(plan, reason=reason), now=now)
    step = model.step_of(returned, kind="RETURNED", step_id=new_id(), by=tx.call.identity, now=now)
    await store.add_lodging(tx, step)
    outbox.append(tx, events.lodging_step(step))
    return returned


async def _load(tx: Transaction, name: Name, *, etag: str) -> Plan:
    plan = await store.plan(tx, name, for_update=True)
    if plan is None:
        raise await placements.absent(tx, name)
    access.require(tx.call, path=plan.path, label=plan.label)
    versions.check(etag, version=plan.version, name=plan.name)
    return plan


async def _superior(tx: Transaction, plan: Plan) -> Unit:
    """The unit with which the plan is lodged; only somebody who acts for it, or above it, may go on."""
    found = (await placements.by_ids(tx, [plan.superior_unit])).get(plan.superior_unit)
    if found is None or not access.covers(tx.call, found.path):
        raise model.NotSuperior(
            "only the unit with which the plan is lodged may register it or send it back",
            resource=plan.name,
            policy="LE-2",
        )
    return found


async def _save(tx: Transaction, changed: Plan, *, now: datetime) -> Plan:
    await store.save_plan(tx, changed)
    outbox.append(tx, events.plan_changed(changed, now=now))
    return changed
