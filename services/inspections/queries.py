"""What people may ask of draws, visits and findings; changes nothing. What row security hides does not exist here."""

from __future__ import annotations

from services.inspections import store
from services.inspections.model import Draw, Finding, SeenVisit, Visit, WantedVisits
from shared import access, placements
from shared.database import Transaction
from shared.names import Name
from shared.pages import Page


async def get_draw(tx: Transaction, name: Name) -> Draw:
    """A draw with what is needed to recompute it. Raises NotFound or PermissionDenied."""
    draw = await store.find_draw(tx, name)
    if draw is None:
        raise await placements.absent(tx, name)
    access.require(tx.call, path=draw.path, label=draw.label)
    return draw


async def list_draws(tx: Transaction, tenant: str, *, page: Page) -> list[Draw]:
    """One more than a page of a tenant's draws, newest first; those that the caller may not see are not there."""
    return await store.newest_draws(tx, tenant, page=page)


async def get_visit(tx: Transaction, name: Name) -> SeenVisit:
    """A visit. Raises NotFound or PermissionDenied, for a planned one that is hidden as for none (AC-3)."""
    seen = await store.find_visit(tx, name)
    if seen is None:
        raise await placements.absent(tx, name)
    access.require(tx.call, path=seen.visit.path, label=seen.visit.label)
    return seen


async def list_visits(tx: Transaction, unit_id: str, wanted: WantedVisits, *, page: Page) -> list[SeenVisit]:
    """One more than a page of the wanted visits to a unit and those below it. Raises UnknownUnit."""
    unit = await placements.find(tx, unit_id)
    access.require(tx.call, path=unit.path)
    return await store.visits_below(tx, unit.path, wanted, page=page)


async def get_finding(tx: Transaction, name: Name) -> Finding:
    """A finding. Raises NotFound or PermissionDenied."""
    finding = await store.find_finding(tx, name)
    if finding is None:
        raise await placements.absent(tx, name)
    access.require(tx.call, path=finding.path, label=finding.label)
    return finding


async def list_findings(tx: Transaction, unit_id: str, *, visit: Name | None, page: Page) -> list[Finding]:
    """One more than a page of the findings at a unit and those below it, or of one visit's. Raises UnknownUnit."""
    unit = await placements.find(tx, unit_id)
    access.require(tx.call, path=unit.path)
    return await store.findings_below(tx, unit.path, visit=visit, after=page.after, limit=page.size + 1)


async def told_visits(tx: Transaction, path: str, *, after: tuple[str, ...] | None, limit: int) -> list[Visit]:
    """Visits that facts have gone out for, by (path, tenant, id); planned ones are never among them (AC-3)."""
    access.require(tx.call, path=path)
    return await store.told_visits_below(tx, path, after=after, limit=limit)


async def told_findings(tx: Transaction, path: str, *, after: tuple[str, ...] | None, limit: int) -> list[Finding]:
    """Findings, by (path, tenant, id)."""
    access.require(tx.call, path=path)
    return await store.findings_below(tx, path, after=after, limit=limit)
