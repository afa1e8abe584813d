"""Rows in, model out, and back: the statements of the directory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from services.directory.model import Grant, Line, Person, PlacedUnit, Tenant
from shared.database import Transaction
from shared.errors import Stale
from shared.pages import Page
from shared.placements import Unit

_LINE = "select id, levels from directory.lines where id = $1"
_ADD_LINE = "insert into directory.lines (id, levels) values ($1, $2) on conflict do nothing returning id"
_ADD_TENANTS = """
    insert into directory.tenants (tenant_id, display_name, path)
    select * from unnest($1::text[], $2::text[], $3::text[])
"""
_ADD_UNITS = """
    insert into directory.units
        (tenant_id, unit_id, code, display_name, level, parent_unit, path, kinds, version, placement_version)
    select t, u, c, n, l, p, x, '{}'::text[], 1, 1
    from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
      as row(t, u, c, n, l, p, x)
"""
_ADD_EDGES = """
    insert into directory.edges (line, unit_id, valid_from, valid_to, parent_unit, path)
    select $1, u, $2::date, null, p, x from unnest($3::text[], $4::text[], $5::text[]) as row(u, p, x)
"""
_ROOT = "select unit_id, path from directory.units where parent_unit = '' order by path limit 1"
_UNIT_COLUMNS = "unit_id, tenant_id, code, display_name, level, parent_unit, path, kinds, version, placement_version"
_UNITS_PAGE = f"""
    select {_UNIT_COLUMNS} from directory.units
    where path >= $1 and path < $1 || '~' and ($2::text is null or path > $2)
    order by path limit $3
"""
_CHILDREN_PAGE = f"""
    select {_UNIT_COLUMNS} from directory.units
    where parent_unit = $1 and ($2::text is null or code > $2) order by code limit $3
"""
_TOP = f"select {_UNIT_COLUMNS} from directory.units where path = $1 or ($1 = '' and parent_unit = '') order by code"
_TENANT = "select tenant_id, display_name, path from directory.tenants where tenant_id = $1"
_TENANTS = """
    select tenant_id, display_name, path from directory.tenants
    where $1::text is null or path > $1 order by path limit $2
"""
_SAVE_DEFINITION = """
    insert into directory.{table} as d (id, definition, version) values ($1, $2, $3)
    on conflict (id) do update set definition = excluded.definition, version = excluded.version
    where d.version < excluded.version
    returning version
"""
_DEFINITION = "select id, definition, version from directory.{table} where id = $1"
_DEFINITIONS = """
    select id, definition, version from directory.{table}
    where $1::text is null or id > $1 order by id limit $2
"""
_PERSON_COLUMNS = "tenant_id, id, display_name, unit_id, path, post, version"
_ADD_PERSON = f"""
    insert into directory.people ({_PERSON_COLUMNS}, label) values ($1, $2::uuid, $3, $4, $5, $6, $7, 1)
"""
_PERSON = f"select {_PERSON_COLUMNS} from directory.people where tenant_id = $1 and id = $2::uuid"
_PEOPLE = f"""
    select {_PERSON_COLUMNS} from directory.people
    where tenant_id = $1 and ($2::text is null or (path, id) > ($2, $3::uuid)) order by path, id limit $4
"""
_GRANT_COLUMNS = "tenant_id, id, person_id, role, line, unit_id, path, clearance, revoke_time, version"
_ADD_GRANT = f"""
    insert into directory.grants ({_GRANT_COLUMNS}, label)
    values ($1, $2::uuid, $3::uuid, $4, $5, $6, $7, $8, $9, $10, 1)
"""
_GRANT = f"select {_GRANT_COLUMNS} from directory.grants where tenant_id = $1 and id = $2::uuid"
_GRANTS = f"""
    select {_GRANT_COLUMNS} from directory.grants
    where tenant_id = $1 and ($2::text is null or (path, id) > ($2, $3::uuid)) order by path, id limit $4
"""
_REVOKE = """
    update directory.grants set revoke_time = $4, version = $5
    where tenant_id = $1 and id = $2::uuid and version = $3 returning version
"""
# One process at a time looks whether the built-in definitions are there; the number is the bytes of "built".
_BUILT_IN_LOCK = "select pg_advisory_xact_lock(423861546100)"


async def line(tx: Transaction, line_id: str) -> Line | None:
    row = await tx.fetch_row(_LINE, line_id)
    return None if row is None else Line(id=row["id"], levels=tuple(row["levels"]))


async def add_line(tx: Transaction, new: Line) -> bool:
    """False if the line is there already; of two imports at once, the second waits here and gets False."""
    return await tx.fetch_value(_ADD_LINE, new.id, list(new.levels)) is not None


async def add_tenants(tx: Transaction, tenants: Sequence[Tenant]) -> None:
    await tx.fetch(_ADD_TENANTS, [t.id for t in tenants], [t.display_name for t in tenants], [t.path for t in tenants])


async def add_units(tx: Transaction, units: Sequence[PlacedUnit], *, line_id: str, valid_from: date) -> None:
    """Inserts a whole tree with its edges. Not by COPY, which PostgreSQL refuses under row security."""
    ids, parents, paths = [u.id for u in units], [u.parent for u in units], [u.path for u in units]
    await tx.fetch(
        _ADD_UNITS,
        [u.tenant for u in units],
        ids,
        [u.code for u in units],
        [u.display_name for u in units],
        [u.level for u in units],
        parents,
        paths,
    )
    await tx.fetch(_ADD_EDGES, line_id, valid_from, ids, parents, paths)


async def root(tx: Transaction) -> tuple[str, str] | None:
    """Id and path of the root, once a tree is planted."""
    row = await tx.fetch_row(_ROOT)
    return None if row is None else (row["unit_id"], row["path"])


async def units_below(tx: Transaction, *, path: str, after: str | None, limit: int) -> list[PlacedUnit]:
    """A page of the units below a path, in path order."""
    return [_placed(row) for row in await tx.fetch(_UNITS_PAGE, path, after, limit)]


async def children(tx: Transaction, parent: str, *, page: Page) -> list[Unit]:
    """At most page.size + 1 units directly under one, in code order."""
    rows = await tx.fetch(_CHILDREN_PAGE, parent, page.after[0] if page.after else None, page.size + 1)
    return [_unit(row) for row in rows]


async def top(tx: Transaction, path: str) -> list[Unit]:
    """The unit at the top of a scope; the roots for a scope that holds everything."""
    return [_unit(row) for row in await tx.fetch(_TOP, path)]


async def tenant(tx: Transaction, tenant_id: str) -> Tenant | None:
    row = await tx.fetch_row(_TENANT, tenant_id)
    return None if row is None else _tenant(row)


async def tenants(tx: Transaction, *, page: Page) -> list[Tenant]:
    """At most page.size + 1 tenants, in path order."""
    rows = await tx.fetch(_TENANTS, page.after[0] if page.after else None, page.size + 1)
    return [_tenant(row) for row in rows]


async def save_definition(tx: Transaction, table: str, *, id_: str, definition: str, version: int) -> bool:
    """Saves a campaign's or calendar's definition. False if a version as new is there already."""
    saved = await tx.fetch_value(_SAVE_DEFINITION.format(table=table), id_, definition, version)
    return saved is not None


async def definition(tx: Transaction, table: str, id_: str) -> tuple[str, str, int] | None:
    """(id, definition, version) of a campaign or calendar."""
    row = await tx.fetch_row(_DEFINITION.format(table=table), id_)
    return None if row is None else (row["id"], row["definition"], int(row["version"]))


async def definitions(tx: Transaction, table: str, *, page: Page) -> list[tuple[str, str, int]]:
    """At most page.size + 1 of (id, definition, version), in id order."""
    rows = await tx.fetch(_DEFINITIONS.format(table=table), page.after[0] if page.after else None, page.size + 1)
    return [(row["id"], row["definition"], int(row["version"])) for row in rows]


async def lock_built_in(tx: Transaction) -> None:
    """Waits until no other process is looking after the built-in definitions."""
    await tx.fetch(_BUILT_IN_LOCK)


async def add_person(tx: Transaction, person: Person) -> None:
    await tx.fetch(
        _ADD_PERSON,
        person.tenant,
        person.id,
        person.display_name,
        person.unit,
        person.path,
        person.post,
        person.version,
    )


async def person(tx: Transaction, *, tenant_id: str, id_: str) -> Person | None:
    row = await tx.fetch_row(_PERSON, tenant_id, id_)
    return None if row is None else _person(row)


async def people(tx: Transaction, tenant_id: str, *, page: Page) -> list[Person]:
    """At most page.size + 1 people of a tenant, in (path, id) order."""
    after = page.after or (None, None)
    return [_person(row) for row in await tx.fetch(_PEOPLE, tenant_id, after[0], after[1], page.size + 1)]


async def add_grant(tx: Transaction, grant: Grant) -> None:
    await tx.fetch(
        _ADD_GRANT,
        grant.tenant,
        grant.id,
        grant.person,
        grant.role,
        grant.line,
        grant.unit,
        grant.path,
        grant.clearance,
        grant.revoke_time,
        grant.version,
    )


async def grant(tx: Transaction, *, tenant_id: str, id_: str) -> Grant | None:
    row = await tx.fetch_row(_GRANT + " for update", tenant_id, id_)
    return None if row is None else _grant(row)


async def grants(tx: Transaction, tenant_id: str, *, page: Page) -> list[Grant]:
    """At most page.size + 1 grants of a tenant, in (path, id) order."""
    after = page.after or (None, None)
    return [_grant(row) for row in await tx.fetch(_GRANTS, tenant_id, after[0], after[1], page.size + 1)]


async def save_revoked(tx: Transaction, revoked: Grant) -> None:
    """Saves a grant's end. Raises Stale if somebody else was faster."""
    saved = await tx.fetch_value(
        _REVOKE, revoked.tenant, revoked.id, revoked.version - 1, revoked.revoke_time, revoked.version
    )
    if saved is None:
        raise Stale(f"{revoked.name} was changed meanwhile: read it again and redo", resource=revoked.name)


def _unit(row: Any) -> Unit:
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


def _placed(row: Any) -> PlacedUnit:
    return PlacedUnit(
        id=row["unit_id"],
        tenant=row["tenant_id"],
        code=row["code"],
        display_name=row["display_name"],
        level=row["level"],
        parent=row["parent_unit"],
        path=row["path"],
        kinds=tuple(row["kinds"]),
        version=row["version"],
        placement_version=row["placement_version"],
    )


def _tenant(row: Any) -> Tenant:
    return Tenant(id=row["tenant_id"], display_name=row["display_name"], path=row["path"])


def _person(row: Any) -> Person:
    return Person(
        id=str(row["id"]),
        tenant=row["tenant_id"],
        display_name=row["display_name"],
        unit=row["unit_id"],
        path=row["path"],
        post=row["post"],
        version=row["version"],
    )


def _grant(row: Any) -> Grant:
    return Grant(
        id=str(row["id"]),
        tenant=row["tenant_id"],
        person=str(row["person_id"]),
        role=row["role"],
        line=row["line"],
        unit=row["unit_id"],
        path=row["path"],
        clearance=row["clearance"],
        revoke_time=row["revoke_time"],
        version=row["version"],
    )
