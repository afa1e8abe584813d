"""What people may do in the directory: plant a tree, define campaigns, enter people, give and take back grants."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime

from services.directory import events, model, store, tree
from services.directory.model import Grant, Line, Person, PlacedUnit, Tenant
from services.directory.tree import PlantedUnit, RootUnit
from shared import access, outbox, placements
from shared.calendar import parse_calendar
from shared.calls import Call
from shared.campaigns import parse_campaign
from shared.database import Transaction
from shared.errors import FieldViolation
from shared.names import Name

TERRITORIAL = "territorial"


async def grow_tree(
    call: Call,
    content: bytes,
    *,
    root_code: str,
    root_name: str,
    levels: Sequence[str],
    tenant_level: str,
    new_unit_id: Callable[[], str],
) -> list[PlantedUnit]:
    """The units of a list, parents first, before any transaction is open: reading a whole country takes a while.

    It is read in a thread, so that others are answered meanwhile. Raises TreeRefused naming every bad row,
    UnknownLevel.
    """
    # Asked here too, so that nobody keeps the service busy with a file that they may not import.
    access.require(call, path="")
    model.check_levels(levels, tenant_level=tenant_level)
    tree.check_root(root_code, root_name)

    def grow() -> list[PlantedUnit]:
        rows = tree.parse_units(content, root_code=root_code, levels=levels)
        root = RootUnit(code=root_code, name=root_name, id=new_unit_id())
        return tree.plant(rows, root=root, levels=levels, new_id=new_unit_id)

    return await asyncio.to_thread(grow)


async def plant_tree(
    tx: Transaction,
    planted: Sequence[PlantedUnit],
    *,
    levels: Sequence[str],
    tenant_level: str,
    new_id: Callable[[], str],
    today: date,
    now: datetime,
) -> tuple[list[PlacedUnit], list[Tenant]]:
    """Plants a whole tree, all or nothing: units, their places, the tenants founded for some, and the facts.

    planted: as grow_tree gave them for these levels. Raises TreeExists.
    """
    # Only somebody whose grant covers everything may say what everything is.
    access.require(tx.call, path="")
    if not await store.add_line(tx, Line(id=TERRITORIAL, levels=tuple(levels))):
        raise model.TreeExists(
            "the territorial line has its tree already; import into an empty system", line=TERRITORIAL
        )
    owners = model.owners([(unit.id, unit.parent_id, unit.level) for unit in planted], tenant_level=tenant_level)
    units = [
        PlacedUnit(
            id=unit.id,
            tenant=owners[unit.id],
            code=unit.code,
            display_name=unit.name,
            level=unit.level,
            parent=unit.parent_id or "",
            path=unit.path,
        )
        for unit in planted
    ]
    tenants = [
        Tenant(id=unit.id, display_name=unit.display_name, path=unit.path) for unit in units if unit.id == unit.tenant
    ]
    await store.add_tenants(tx, tenants)
    await store.add_units(tx, units, line_id=TERRITORIAL, valid_from=today)
    root = units[0]
    for start in range(0, len(units), events.UNITS_PER_FACT):
        part = units[start : start + events.UNITS_PER_FACT]
        outbox.append(tx, events.units_placed(part, tenant=root.tenant, path=root.path, part=new_id(), now=now))
    return units, tenants


async def define_campaign(tx: Transaction, definition: str, *, now: datetime) -> tuple[str, str, int]:
    """Defines a campaign or a newer version of one. Raises CampaignRefused naming every bad part, VersionNotNewer."""
    access.require(tx.call, path="")
    campaign = parse_campaign(definition)
    if not await store.save_definition(
        tx, "campaigns", id_=campaign.id, definition=definition, version=campaign.version
    ):
        raise model.VersionNotNewer(
            f"campaign {campaign.id} is there with version {campaign.version} or newer: raise the version",
            violations=[FieldViolation("definition_json", "version is not newer", "version")],
            resource=f"campaigns/{campaign.id}",
            version=campaign.version,
        )
    root = await store.root(tx)
    path = root[1] if root else ""
    outbox.append(tx, events.campaign_defined(campaign.id, definition, campaign.version, path=path, now=now))
    return campaign.id, definition, campaign.version


async def keep_built_in(tx: Transaction, *, campaigns: Sequence[str], calendars: Sequence[str], now: datetime) -> None:
    """Makes the built-in campaigns and calendars known if they are not, or if the shipped ones are newer.

    A calendar's own version is a text, so the stored number grows whenever the text has changed.
    """
    await store.lock_built_in(tx)
    root = await store.root(tx)
    path = root[1] if root else ""
    for definition in campaigns:
        campaign = parse_campaign(definition)
        if await store.save_definition(
            tx, "campaigns", id_=campaign.id, definition=definition, version=campaign.version
        ):
            outbox.append(tx, events.campaign_defined(campaign.id, definition, campaign.version, path=path, now=now))
    for definition in calendars:
        calendar = parse_calendar(definition)
        known = await store.definition(tx, "calendars", calendar.id)
        if known is not None and json.loads(known[1]) == json.loads(definition):
            continue
        version = known[2] + 1 if known else 1
        await store.save_definition(tx, "calendars", id_=calendar.id, definition=definition, version=version)
        outbox.append(tx, events.calendar_defined(calendar.id, definition, version, path=path, now=now))


async def enter_person(
    tx: Transaction, *, tenant: str, display_name: str, unit_id: str, post: str, person_id: str
) -> Person:
    """Enters a person with the post held at a unit of the tenant. Raises UnknownUnit, InvalidArgument."""
    model.check_readable(display_name, field="display_name")
    model.check_readable(post, field="post")
    unit = await placements.find(tx, unit_id)
    access.require(tx.call, path=unit.path, label=1)
    if unit.tenant != tenant:
        raise placements.UnknownUnit(
            f"unit {unit_id} does not belong to tenants/{tenant}",
            violations=[FieldViolation("unit", "does not belong to this tenant", "unit")],
            unit=unit_id,
        )
    person = Person(id=person_id, tenant=tenant, display_name=display_name, unit=unit.id, path=unit.path, post=post)
    await store.add_person(tx, person)
    outbox.about(tx, resource=person.name, path=person.path, tenant=person.tenant, label=1)
    return person


async def give(tx: Transaction, person_name: Name, *, role: str, unit_id: str, clearance: int, grant_id: str) -> Grant:
    """Gives a person a role over a unit; nobody gives more than they have.

    Raises UnknownRole, UnknownUnit, GrantTooWide.
    """
    if role not in access.GRANTABLE:
        raise model.UnknownRole(
            f"{role} is no role; the roles are {', '.join(access.GRANTABLE)}",
            violations=[FieldViolation("role", "is no role", "role")],
            role=role,
        )
    person = await store.person(tx, tenant_id=person_name.tenant, id_=person_name.id)
    if person is None:
        raise await placements.absent(tx, person_name)
    unit = await placements.find(tx, unit_id)
    access.require(tx.call, path=unit.path, label=1)
    if clearance > tx.call.identity.grant.clearance:
        raise model.GrantTooWide(
            f"clearance {clearance} is above your own", resource=person.name, policy="grant", clearance=clearance
        )
    grant = Grant(
        id=grant_id,
        tenant=person.tenant,
        person=person.id,
        role=role,
        line=TERRITORIAL,
        unit=unit.id,
        path=unit.path,
        clearance=clearance,
    )
    await store.add_grant(tx, grant)
    outbox.about(tx, resource=grant.name, path=grant.path, tenant=grant.tenant, label=1)
    return grant


async def revoke(tx: Transaction, name: Name, *, now: datetime) -> Grant:
    """Ends a grant; it stays readable."""
    grant = await store.grant(tx, tenant_id=name.tenant, id_=name.id)
    if grant is None:
        raise await placements.absent(tx, name)
    access.require(tx.call, path=grant.path, label=1)
    revoked = model.revoke(grant, now=now)
    await store.save_revoked(tx, revoked)
    outbox.about(tx, resource=grant.name, path=grant.path, tenant=grant.tenant, label=1)
    return revoked
