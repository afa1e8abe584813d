"""What people may ask of the directory: changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import date

from services.directory import events, store
from services.directory.model import Grant, Person, Tenant
from shared import access, dates, placements
from shared.calendar_copies import CalendarCopies
from shared.clock import Clock
from shared.database import Transaction
from shared.errors import FieldViolation, NotFound, PermissionDenied
from shared.letters import Fact
from shared.names import Name
from shared.pages import Page
from shared.placements import Unit


async def get_unit(tx: Transaction, *, id_: str, code: str) -> Unit:
    """One unit by id or code. Raises NotFound, or PermissionDenied to somebody who does not see everything."""
    found = await placements.by_ids(tx, [id_]) if id_ else await placements.by_codes(tx, [code])
    unit = found.get(id_ or code)
    if unit is None:
        raise await _absent(tx, f"units/{id_}" if id_ else f"unit with code {code}")
    return unit


async def _absent(tx: Transaction, wanted: str) -> NotFound | PermissionDenied:
    """The refusal for what was not found: only somebody who sees the whole tree is told that it is not there."""
    if tx.call.identity.grant.path and await store.root(tx) is None:
        return PermissionDenied(f"the grant does not cover {wanted}", resource=wanted, policy="scope")
    return NotFound(f"there is no {wanted}", resource=wanted)


async def _require_share_in(tx: Transaction, tenant: str) -> None:
    """The caller sees the tenant, or stands within it. Raises PermissionDenied or NotFound."""
    if tenant not in tx.call.identity.grant.path.split("/") and await store.tenant(tx, tenant) is None:
        raise await _absent(tx, f"tenants/{tenant}")


async def list_units(tx: Transaction, parent: str, *, page: Page) -> tuple[list[Unit], str | None]:
    """The units directly under one in code order, and the last code if more follow; or the top of the scope.

    Raises NotFound, or PermissionDenied to strangers.
    """
    if not parent:
        return await store.top(tx, tx.call.identity.grant.path), None
    unit = await get_unit(tx, id_=parent, code="")
    access.require(tx.call, path=unit.path)
    rows = await store.children(tx, unit.id, page=page)
    shown = rows[: page.size]
    return shown, shown[-1].code if len(rows) > page.size else None


async def batch_get_units(tx: Transaction, ids: Sequence[str]) -> list[Unit]:
    """The units among ids that the caller sees, in the order asked for."""
    found = await placements.by_ids(tx, ids)
    return [found[id_] for id_ in ids if id_ in found]


async def get_tenant(tx: Transaction, tenant_id: str) -> Tenant:
    """One tenant. Raises NotFound, or PermissionDenied to strangers."""
    tenant = await store.tenant(tx, tenant_id)
    if tenant is None:
        raise await _absent(tx, f"tenants/{tenant_id}")
    return tenant


async def list_tenants(tx: Transaction, *, page: Page) -> tuple[list[Tenant], str | None]:
    """Tenants in path order, and the last path if more follow."""
    rows = await store.tenants(tx, page=page)
    shown = rows[: page.size]
    return shown, shown[-1].path if len(rows) > page.size else None


async def get_campaign(tx: Transaction, campaign_id: str) -> tuple[str, str, int]:
    """(id, definition, version); campaigns are open to everybody."""
    found = await store.definition(tx, "campaigns", campaign_id)
    if found is None:
        raise NotFound(f"there is no campaigns/{campaign_id}", resource=f"campaigns/{campaign_id}")
    return found


async def list_campaigns(tx: Transaction, *, page: Page) -> tuple[list[tuple[str, str, int]], str | None]:
    """Campaigns in id order, and the last id if more follow."""
    rows = await store.definitions(tx, "campaigns", page=page)
    shown = rows[: page.size]
    return shown, shown[-1][0] if len(rows) > page.size else None


async def get_calendar(tx: Transaction, calendar_id: str) -> tuple[str, str, int]:
    """(id, definition, version); calendars are open to everybody."""
    found = await store.definition(tx, "calendars", calendar_id)
    if found is None:
        raise NotFound(f"there is no calendars/{calendar_id}", resource=f"calendars/{calendar_id}")
    return found


async def add_working_days(
    tx: Transaction, calendars: CalendarCopies, *, start: date, count: int
) -> tuple[date, str, bool]:
    """The day, the calendar's version, and whether its holidays are known for all years on the way.

    Raises BadDate past the last day that a calendar can name.
    """
    calendar = await calendars.find(tx)
    try:
        end = calendar.add_working_days(start, count)
    except OverflowError as error:
        raise dates.BadDate(
            f"start_date: {count} working days after {start} there is no day of the calendar",
            violations=[FieldViolation("start_date", "is too near the end of the calendar", "date")],
            field="start_date",
        ) from error
    return end, calendar.version, not calendar.unknown_years(start, end)


async def get_person(tx: Transaction, name: Name) -> Person:
    person = await store.person(tx, tenant_id=name.tenant, id_=name.id)
    if person is None:
        raise await placements.absent(tx, name)
    access.require(tx.call, path=person.path, label=1)
    return person


async def list_people(tx: Transaction, tenant: str, *, page: Page) -> tuple[list[Person], tuple[str, str] | None]:
    """People of a tenant that the caller sees, and the last key if more follow. Strangers get PermissionDenied."""
    await _require_share_in(tx, tenant)
    rows = await store.people(tx, tenant, page=page)
    shown = rows[: page.size]
    return shown, (shown[-1].path, shown[-1].id) if len(rows) > page.size else None


async def list_grants(tx: Transaction, tenant: str, *, page: Page) -> tuple[list[Grant], tuple[str, str] | None]:
    """Grants of a tenant that the caller sees, and the last key if more follow. Strangers get PermissionDenied."""
    await _require_share_in(tx, tenant)
    rows = await store.grants(tx, tenant, page=page)
    shown = rows[: page.size]
    return shown, (shown[-1].path, shown[-1].id) if len(rows) > page.size else None


async def state_facts(tx: Transaction, clock: Clock, *, path: str) -> AsyncIterator[list[Fact]]:
    """The facts of the present state: units in path order, campaigns, calendars."""
    now = clock.now()
    root = await store.root(tx)
    root_path = root[1] if root else ""
    after: str | None = None
    number = 0
    while root is not None:
        units = await store.units_below(tx, path=path, after=after, limit=events.UNITS_PER_FACT)
        if not units:
            break
        after = units[-1].path
        number += 1
        yield [events.units_placed(units, tenant=root[0], path=root_path, part=f"state-{number}", now=now)]
    everything = Page(1_000, None)
    for id_, definition, version in await store.definitions(tx, "campaigns", page=everything):
        yield [events.campaign_defined(id_, definition, version, path=root_path, now=now)]
    for id_, definition, version in await store.definitions(tx, "calendars", page=everything):
        yield [events.calendar_defined(id_, definition, version, path=root_path, now=now)]
