"""A service's own copy of where units stand, kept by directory's facts, so that no call has to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from plumbline.directory.v1 import events_pb2
from plumbline.facts.v1 import facts_pb2
from shared.database import Transaction
from shared.errors import FieldViolation, InvalidArgument, NotFound, PermissionDenied
from shared.names import Name

UNITS_PLACED = "directory.units_placed"

_COLUMNS = "unit_id, tenant_id, code, display_name, level, parent_unit, path, kinds"
_APPLY = """
    insert into {schema}.placements as p
        (unit_id, tenant_id, code, display_name, level, parent_unit, path, kinds, version, placement_version)
    select u.unit_id, u.tenant_id, u.code, u.display_name, u.level, u.parent_unit, u.path,
           string_to_array(u.kinds, ' '), u.version, u.placement_version
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                $9::bigint[], $10::bigint[])
      as u(unit_id, tenant_id, code, display_name, level, parent_unit, path, kinds, version, placement_version)
    on conflict (unit_id) do update set
        tenant_id = excluded.tenant_id, code = excluded.code, display_name = excluded.display_name,
        level = excluded.level, parent_unit = excluded.parent_unit, path = excluded.path, kinds = excluded.kinds,
        version = excluded.version, placement_version = excluded.placement_version
    where (p.version, p.placement_version) < (excluded.version, excluded.placement_version)
"""
_BY_ID = "select " + _COLUMNS + " from {schema}.placements where unit_id = any($1::text[])"
_BY_CODE = "select " + _COLUMNS + " from {schema}.placements where code = any($1::text[])"
_AT_LEVEL = (
    "select " + _COLUMNS + " from {schema}.placements"
    " where path >= $1 and path < $1 || '~' and level = $2 order by code"
)
_CHILDREN = "select " + _COLUMNS + " from {schema}.placements where parent_unit = $1 order by code"
_TENANT_HEAD = "select 1 from {schema}.placements where unit_id = $1"


class UnknownUnit(InvalidArgument):
    """No such unit, or none that the caller may name."""

    reason = "UNKNOWN_UNIT"


@dataclass(frozen=True)
class Unit:
    """A unit as services need it: who owns what it does, and where it stands."""

    id: str
    tenant: str
    code: str
    display_name: str
    level: str
    parent: str
    path: str
    kinds: tuple[str, ...]


async def apply(tx: Transaction, facts: Sequence[facts_pb2.Fact]) -> None:
    """Takes in `directory.units_placed` facts; an older version of a unit changes nothing."""
    newest: dict[str, events_pb2.PlacedUnit] = {}
    for fact in facts:
        for unit in events_pb2.UnitsPlaced.FromString(fact.payload).units:
            known = newest.get(unit.id)
            if known is None or (known.version, known.placement_version) < (unit.version, unit.placement_version):
                newest[unit.id] = unit
    units = [newest[key] for key in sorted(newest)]
    if not units:
        return
    await tx.fetch(
        _APPLY.format(schema=tx.call.service),
        [u.id for u in units],
        [u.tenant for u in units],
        [u.code for u in units],
        [u.display_name for u in units],
        [u.level for u in units],
        [u.parent_unit for u in units],
        [u.path for u in units],
        [" ".join(u.kinds) for u in units],
        [u.version for u in units],
        [u.placement_version for u in units],
    )


async def by_ids(tx: Transaction, ids: Sequence[str]) -> dict[str, Unit]:
    """The units among ids that the caller's scope shows."""
    if not ids:
        return {}
    rows = await tx.fetch(_BY_ID.format(schema=tx.call.service), list(ids))
    return {row["unit_id"]: _unit(row) for row in rows}


async def by_codes(tx: Transaction, codes: Sequence[str]) -> dict[str, Unit]:
    """The units among codes that the caller's scope shows."""
    if not codes:
        return {}
    rows = await tx.fetch(_BY_CODE.format(schema=tx.call.service), list(codes))
    return {row["code"]: _unit(row) for row in rows}


async def at_level(tx: Transaction, *, path: str, level: str) -> list[Unit]:
    """The units of a level below a path, in code order."""
    return [_unit(row) for row in await tx.fetch(_AT_LEVEL.format(schema=tx.call.service), path, level)]


async def children(tx: Transaction, unit_id: str) -> list[Unit]:
    """The units directly under one, in code order."""
    return [_unit(row) for row in await tx.fetch(_CHILDREN.format(schema=tx.call.service), unit_id)]


async def find(tx: Transaction, unit_id: str, *, field: str = "unit") -> Unit:
    """One unit by id. Raises UnknownUnit naming the field."""
    found = (await by_ids(tx, [unit_id])).get(unit_id)
    if found is None:
        raise UnknownUnit(
            f"{field}: there is no unit {unit_id} within your scope",
            violations=[FieldViolation(field, "no such unit within your scope", "unit")],
            unit=unit_id,
        )
    return found


class Remembered:
    """Units by id as they were read before, so that a deed need not ask for them again.

    What is remembered may be old: whoever goes by it writes with a statement that finds the unit where it was (`join`
    the placements on unit, path and tenant), and is run again without memory where it does not.
    """

    _MOST = 10_000

    def __init__(self) -> None:
        self._units: dict[str, Unit] = {}

    async def by_ids(self, tx: Transaction, ids: Sequence[str]) -> dict[str, Unit]:
        """The units among ids that the caller's scope shows."""
        scope = tx.call.identity.grant.path
        known = {} if tx.is_repeated else {id_: self._units[id_] for id_ in ids if id_ in self._units}
        read = await by_ids(tx, [id_ for id_ in ids if id_ not in known])
        if len(self._units) + len(read) > self._MOST:
            self._units.clear()
        self._units |= read
        return {**{id_: unit for id_, unit in known.items() if unit.path.startswith(scope)}, **read}


async def absent(tx: Transaction, name: Name) -> NotFound | PermissionDenied:
    """The refusal for a name that was not found: strangers learn nothing of whether it exists (AIP-211).

    Only somebody whose scope holds the whole tenant is told that it is not there.
    """
    if await tx.fetch_value(_TENANT_HEAD.format(schema=tx.call.service), name.tenant):
        return NotFound(f"there is no {name}", resource=str(name))
    return PermissionDenied(f"the grant does not cover {name}", resource=str(name), policy="scope")


def _unit(row: asyncpg.Record) -> Unit:
    return Unit(
        id=row["unit_id"],
        tenant=row["tenant_id"],
        code=row["code"],
        display_name=row["display_name"],
        level=row["level"],
        parent=row["parent_unit"],
        path=row["path"],
        kinds=tuple(row["kinds"]),
    )
