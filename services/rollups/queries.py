"""What people may ask of the figures: changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from services.rollups import catalogue, store
from services.rollups.model import Table, TableRow
from shared import access, placements
from shared.database import Transaction
from shared.errors import FieldViolation, InvalidArgument
from shared.placements import Unit, UnknownUnit

NOTHING_REPORTED = "nothing_reported"
NO_SUCH_LEVEL = "no_such_level"


class UnknownLevel(InvalidArgument):
    """No unit within the caller's scope stands at this level."""

    reason = "UNKNOWN_LEVEL"


async def table(tx: Transaction, *, unit: str, unit_code: str, level: str, campaign: str) -> Table:
    """A unit's figures and those of the units below it at a level, in code order; never ranked (LE-6).

    unit, unit_code: one of them, or neither for the top of the caller's scope. level: empty for the units directly
    below. campaign: empty for all of them together. Raises UnknownUnit or UnknownLevel.
    """
    progress = await store.progress(tx)
    chosen = await _chosen(tx, unit=unit, unit_code=unit_code)
    if chosen is None:
        return Table(total=None, rows=(), campaign=campaign, progress=progress, empty_reason=NOTHING_REPORTED)
    access.require(tx.call, path=chosen.path)
    total = await store.unit_row(tx, chosen.id, campaign=campaign)
    rows = await _below(tx, chosen, level=level, campaign=campaign)
    return Table(
        total=total,
        rows=rows,
        campaign=campaign,
        progress=progress,
        empty_reason=_why_empty(total, rows, campaign=campaign),
    )


async def _chosen(tx: Transaction, *, unit: str, unit_code: str) -> Unit | None:
    """The unit asked for; None where the caller named none and no unit of their scope has arrived yet."""
    if unit:
        return await placements.find(tx, unit)
    if unit_code:
        found = (await placements.by_codes(tx, [unit_code])).get(unit_code)
        if found is None:
            raise UnknownUnit(
                f"unit_code: there is no unit {unit_code} within your scope",
                violations=[FieldViolation("unit_code", "no such unit within your scope", "unit")],
                unit_code=unit_code,
            )
        return found
    top = await store.top_of(tx, tx.call.identity.grant.path)
    return None if top is None else await placements.find(tx, top)


async def _below(tx: Transaction, unit: Unit, *, level: str, campaign: str) -> Sequence[TableRow]:
    if not level:
        return await store.rows_directly_below(tx, unit.id, campaign=campaign)
    rows = await store.rows_at_level(tx, path=unit.path, level=level, campaign=campaign)
    if not rows:
        known = await store.levels(tx)
        if level not in known:
            raise UnknownLevel(
                f"level: no unit within your scope is a {level}; there are {', '.join(known)}",
                violations=[FieldViolation("level", "no unit within your scope stands at this level", "level")],
                level=level,
                levels=", ".join(known),
            )
    return rows


def _why_empty(total: TableRow | None, rows: Sequence[TableRow], *, campaign: str) -> str:
    if not rows:
        return NO_SUCH_LEVEL
    told = (
        catalogue.slot_of(metric, over_all_campaigns=not campaign)
        for metric in catalogue.METRICS
        if not metric.counts_units
    )
    return "" if total is not None and any(total.slots[slot] for slot in told) else NOTHING_REPORTED
