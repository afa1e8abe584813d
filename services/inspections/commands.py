"""What people may do: hold a draw, check in at a unit, write down what is found, close; knows no message, no SQL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from services.inspections import draws, events, model, store
from services.inspections.model import EMBARGOED, Draw, DrawOrder, Finding, Observation, SeenVisit, Unit, Visit
from shared import access, outbox, placements, versions
from shared.campaign_copies import CampaignCopies
from shared.database import Transaction
from shared.errors import FieldViolation
from shared.names import Name
from shared.placements import UnknownUnit

# Runs the embedded stack alone and is on nobody's team; no other role acts on a visit without having been sent.
_UNSENT_ROLE = "administrator-dev"


async def run_draw(
    tx: Transaction, order: DrawOrder, *, campaigns: CampaignCopies, now: datetime, new_id: Callable[[], str]
) -> Draw:
    """Holds a draw and plans its visits; all of it is embargoed and nothing is told (AC-3).

    Raises UnknownUnit, UnknownCampaign, EmptyFrame, DrawTooLarge and what the lottery refuses.
    """
    scope = await placements.find(tx, order.scope_unit, field="scope_unit")
    access.require(tx.call, path=scope.path, label=EMBARGOED)
    await campaigns.find(tx, order.campaign)
    await _refuse_unknown_bars(tx, order)
    frame = draws.lay_out(
        order, units=await _frame_units(tx, order, scope=scope), strata=await _strata(tx, order, scope=scope)
    )
    # In another thread, because a large draw computes for seconds and this process answers other calls meanwhile.
    outcome = await asyncio.to_thread(draws.hold, order, frame=frame)
    tenant = tx.call.identity.tenant or scope.tenant
    draw = outcome.draw(order, path=scope.path, tenant=tenant, now=now, new_id=new_id)
    await store.insert_draw(tx, draw, model.planned_visits(draw))
    outbox.about(tx, resource=draw.name, path=draw.path, tenant=draw.tenant, label=draw.label)
    return draw


async def _frame_units(tx: Transaction, order: DrawOrder, *, scope: placements.Unit) -> list[Unit]:
    """The units of the frame's level strictly below the scope."""
    found = await placements.at_level(tx, path=scope.path, level=order.frame_level)
    return [Unit(unit.id, unit.code, unit.display_name, unit.path) for unit in found if unit.id != scope.id]


async def _strata(tx: Transaction, order: DrawOrder, *, scope: placements.Unit) -> set[str]:
    """The units of the stratum's level below the scope; where the scope lies inside one stratum, that one."""
    below = await placements.at_level(tx, path=scope.path, level=order.stratum_level)
    above = await placements.by_ids(tx, model.ids_along(scope.path))
    return {unit.id for unit in (*below, *above.values()) if unit.level == order.stratum_level}


async def _refuse_unknown_bars(tx: Transaction, order: DrawOrder) -> None:
    """A mistyped bar would bar nobody. Who sees only a part of the tree is not told what exists elsewhere."""
    if not await placements.children(tx, ""):
        return
    named = {unit_id for candidate in order.inspectors for unit_id in candidate.barred_units}
    unknown = named - (await placements.by_ids(tx, sorted(named))).keys()
    if unknown:
        first = min(unknown)
        raise UnknownUnit(
            f"inspectors: there is no unit {first} to bar anybody from, nor {len(unknown) - 1} others",
            violations=[
                FieldViolation(f"inspectors[{index}].barred_units", "names no unit", "unit")
                for index, candidate in enumerate(order.inspectors)
                if candidate.barred_units & unknown
            ],
            unit=first,
            others=len(unknown) - 1,
        )


async def check_in_visit(tx: Transaction, name: Name, *, etag: str, now: datetime) -> SeenVisit:
    """Ends the embargo at the door and tells of the visit (AC-3). Raises NotAssigned, Stale and WrongState."""
    visit = await _visit_to_act_on(tx, name)
    versions.check(etag, version=visit.version, name=visit.name)
    return await _save(tx, model.check_in(visit, now=now))


async def close_visit(tx: Transaction, name: Name, *, etag: str, now: datetime) -> SeenVisit:
    """Ends a visit. Raises NotAssigned, Stale and WrongState."""
    visit = await _visit_to_act_on(tx, name)
    versions.check(etag, version=visit.version, name=visit.name)
    return await _save(tx, model.close(visit, now=now))


async def raise_finding(
    tx: Transaction,
    visit_name: Name,
    observation: Observation,
    *,
    campaigns: CampaignCopies,
    now: datetime,
    finding_id: str,
) -> Finding:
    """Writes down what a visit saw; the unit's ledger takes it from the fact (ME-1).

    Raises NotAssigned, WrongState and UnknownTerm.
    """
    # The visit stays locked, so that nothing is found after it was closed. Its version does not grow: the number of
    # findings is no part of what is told of a visit, and a version that nobody was told of would look like a lost fact.
    visit = await _visit_to_act_on(tx, visit_name)
    campaign = await campaigns.find(tx, visit.campaign)
    finding = model.raise_finding(
        visit,
        observation,
        winds=[wind.code for wind in campaign.winds],
        finding_id=finding_id,
        tenant=tx.call.identity.tenant or visit.tenant,
        now=now,
    )
    await store.insert_finding(tx, finding)
    outbox.append(tx, events.finding_raised(finding))
    return finding


async def _visit_to_act_on(tx: Transaction, name: Name) -> Visit:
    """The visit, locked, which the caller was sent to. Raises as for an absent one while it is hidden from them."""
    visit = await store.lock_visit(tx, name)
    if visit is None:
        raise await placements.absent(tx, name)
    access.require(tx.call, path=visit.path, label=visit.label)
    if tx.call.identity.grant.role != _UNSENT_ROLE:
        model.check_assigned(visit, tx.call.identity.subject)
    return visit


async def _save(tx: Transaction, visit: Visit) -> SeenVisit:
    await store.save_visit(tx, visit)
    outbox.append(tx, events.visit_changed(visit))
    return SeenVisit(visit, await store.count_findings(tx, visit))
