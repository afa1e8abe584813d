"""Units, tenants, campaigns, people and grants to protobuf and back."""

from __future__ import annotations

import json
from collections.abc import Sequence

from plumbline.directory.v1 import directory_pb2, events_pb2, sign_in_pb2
from services.directory.model import Grant, Person, PlacedUnit, Tenant
from services.directory.session import HeldGrant, Limits, Session
from shared import versions
from shared.dates import timestamp, timestamp_or_absent
from shared.placements import Unit


def unit_message(unit: Unit) -> directory_pb2.Unit:
    """A unit as its readers get it."""
    return directory_pb2.Unit(
        name=f"units/{unit.id}",
        id=unit.id,
        code=unit.code,
        display_name=unit.display_name,
        level=unit.level,
        tenant=unit.tenant,
        parent_unit=unit.parent,
        path=unit.path,
        kinds=unit.kinds,
    )


def tenant_message(tenant: Tenant) -> directory_pb2.Tenant:
    return directory_pb2.Tenant(name=tenant.name, display_name=tenant.display_name, unit=tenant.id, path=tenant.path)


def campaign_message(campaign_id: str, definition: str, version: int) -> directory_pb2.Campaign:
    """A campaign with its titles taken from the definition, so that a list needs no parser."""
    title = json.loads(definition)["title"]
    return directory_pb2.Campaign(
        name=f"campaigns/{campaign_id}",
        title_zh=title["zh"],
        title_en=title["en"],
        definition_json=definition,
        version=version,
    )


def calendar_message(calendar_id: str, definition: str, version: int) -> directory_pb2.Calendar:
    return directory_pb2.Calendar(name=f"calendars/{calendar_id}", definition_json=definition, version=version)


def person_message(person: Person) -> directory_pb2.Person:
    return directory_pb2.Person(
        name=person.name,
        display_name=person.display_name,
        unit=person.unit,
        post=person.post,
        etag=versions.etag(person.version),
    )


def grant_message(grant: Grant) -> directory_pb2.Grant:
    """A grant; its revoke_time is absent while it holds."""
    return directory_pb2.Grant(
        name=grant.name,
        person=f"tenants/{grant.tenant}/people/{grant.person}",
        role=grant.role,
        line=grant.line,
        unit=grant.unit,
        clearance=grant.clearance,
        revoke_time=timestamp_or_absent(grant.revoke_time),
    )


def session_message(
    session: Session, person: Person, held: Sequence[HeldGrant], *, limits: Limits, secret: str
) -> sign_in_pb2.Session:
    """A session as it is told once, with its secret."""
    return sign_in_pb2.Session(
        session=secret,
        person=person.name,
        display_name=person.display_name,
        subject=person.id,
        grants=[_held_message(grant) for grant in held],
        idle_expire_time=timestamp(session.idle_expiry(limits)),
        absolute_expire_time=timestamp(session.longest_expiry(limits)),
    )


def renewal_message(
    session: Session, person: Person, held: Sequence[HeldGrant], *, limits: Limits
) -> sign_in_pb2.RenewTokenResponse:
    """A session as it is after a renewal; its token is the door's to add."""
    return sign_in_pb2.RenewTokenResponse(
        grants=[_held_message(grant) for grant in held],
        person=person.name,
        display_name=person.display_name,
        subject=person.id,
        idle_expire_time=timestamp(session.idle_expiry(limits)),
        absolute_expire_time=timestamp(session.longest_expiry(limits)),
    )


def _held_message(grant: HeldGrant) -> sign_in_pb2.HeldGrant:
    return sign_in_pb2.HeldGrant(
        name=grant.name,
        role=grant.role,
        line=grant.line,
        unit=grant.unit,
        unit_display_name=grant.unit_name,
        unit_code=grant.unit_code,
        path=grant.path,
        level=grant.level,
        tenant=grant.tenant,
        clearance=grant.clearance,
    )


def units_placed(units: Sequence[PlacedUnit]) -> events_pb2.UnitsPlaced:
    return events_pb2.UnitsPlaced(
        units=[
            events_pb2.PlacedUnit(
                id=unit.id,
                tenant=unit.tenant,
                code=unit.code,
                display_name=unit.display_name,
                level=unit.level,
                parent_unit=unit.parent,
                path=unit.path,
                version=unit.version,
                placement_version=unit.placement_version,
                kinds=unit.kinds,
            )
            for unit in units
        ]
    )


def campaign_defined(campaign_id: str, definition: str, version: int) -> events_pb2.CampaignDefined:
    return events_pb2.CampaignDefined(id=campaign_id, definition_json=definition, version=version)


def calendar_defined(calendar_id: str, definition: str, version: int) -> events_pb2.CalendarDefined:
    return events_pb2.CalendarDefined(id=calendar_id, definition_json=definition, version=version)
