"""What the directory tells the others: where units stand, what campaigns ask, which days are worked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from services.directory import wire
from services.directory.model import PlacedUnit
from shared.letters import Fact

# A fact of 500 units is about 80 kB, well below the bus's limit of 1 MB.
UNITS_PER_FACT = 500


def units_placed(units: Sequence[PlacedUnit], *, tenant: str, path: str, part: str, now: datetime) -> Fact:
    """Some units and where they stand; each carries versions of its own, so the part's own never grows."""
    return Fact(
        type="directory.units_placed",
        tenant=tenant,
        entity=f"tenants/{tenant}/unitParts/{part}",
        version=1,
        path=path,
        label=0,
        effective_time=now,
        payload=wire.units_placed(units),
    )


def campaign_defined(campaign_id: str, definition: str, version: int, *, path: str, now: datetime) -> Fact:
    """A campaign at a version. It binds every tenant and belongs to none."""
    return Fact(
        type="directory.campaign_defined",
        tenant="",
        entity=f"campaigns/{campaign_id}",
        version=version,
        path=path,
        label=0,
        campaign=campaign_id,
        effective_time=now,
        payload=wire.campaign_defined(campaign_id, definition, version),
    )


def calendar_defined(calendar_id: str, definition: str, version: int, *, path: str, now: datetime) -> Fact:
    """A working-day calendar at a version."""
    return Fact(
        type="directory.calendar_defined",
        tenant="",
        entity=f"calendars/{calendar_id}",
        version=version,
        path=path,
        label=0,
        effective_time=now,
        payload=wire.calendar_defined(calendar_id, definition, version),
    )
