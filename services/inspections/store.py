"""Rows in, model out, and back: the statements of draws, visits and findings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Integer, Select, Table, Text, bindparam, func, select, tuple_

from services.inspections import tables
from services.inspections.model import (
    Commitments,
    Draw,
    DrawnPlace,
    DrawnRows,
    DrawOrder,
    Finding,
    SeenVisit,
    Severity,
    Visit,
    VisitKind,
    VisitState,
    WantedVisits,
)
from shared.database import Transaction
from shared.errors import Stale
from shared.names import Name
from shared.pages import Page

_VISIT_COLUMNS = ", ".join(column.name for column in tables.visits.columns)
_FINDING_COLUMNS = ", ".join(column.name for column in tables.findings.columns)
_DRAW_COLUMNS = ", ".join(column.name for column in tables.draws.columns)
_PLACE_COLUMNS = ", ".join(column.name for column in tables.draw_places.columns)

_LOCK_VISIT = f"select {_VISIT_COLUMNS} from inspections.visits where tenant_id = $1 and id = $2 for update"
_COUNT_FINDINGS = "select count(*) from inspections.findings where visit_tenant = $1 and visit_id = $2"
_UPDATE_VISIT = """
    update inspections.visits set state = $4, label = $5, check_in_time = $6, close_time = $7, version = $8
    where tenant_id = $1 and id = $2 and version = $3
    returning version
"""
_INSERT_DRAW = f"""
    insert into inspections.draws ({_DRAW_COLUMNS})
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
"""
# As one JSON text, because PostgreSQL's unnest would flatten an array of the teams' arrays.
_INSERT_PLACES = f"""
    insert into inspections.draw_places ({_PLACE_COLUMNS})
    select {_PLACE_COLUMNS} from jsonb_populate_recordset(null::inspections.draw_places, $1::text::jsonb)
"""
_INSERT_VISITS = f"""
    insert into inspections.visits ({_VISIT_COLUMNS})
    select {_VISIT_COLUMNS} from jsonb_populate_recordset(null::inspections.visits, $1::text::jsonb)
"""
_INSERT_FINDING = f"""
    insert into inspections.findings ({_FINDING_COLUMNS})
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
"""


def _by_name(statement: Select[Any], table: Table) -> Select[Any]:
    return statement.where(
        table.c.tenant_id == bindparam("tenant", type_=Text), table.c.id == bindparam("id", type_=Text)
    )


def _below(statement: Select[Any], table: Table) -> Select[Any]:
    """Rows of a subtree by (path, tenant, id) after a key; their tenants are the superiors', so none is named."""
    key = tuple_(table.c.path, table.c.tenant_id, table.c.id)
    after = tuple_(*(bindparam(name, type_=Text) for name in ("after_path", "after_tenant", "after_id")))
    return (
        statement.where(
            table.c.path >= bindparam("low", type_=Text), table.c.path < bindparam("high", type_=Text), key > after
        )
        .order_by(table.c.path, table.c.tenant_id, table.c.id)
        .limit(bindparam("rows", type_=Integer))
    )


_VISIT_FINDINGS = (
    select(func.count())
    .select_from(tables.findings)
    .where(
        tables.findings.c.visit_tenant == tables.visits.c.tenant_id, tables.findings.c.visit_id == tables.visits.c.id
    )
    .scalar_subquery()
)
_SEEN_VISITS = select(*tables.visits.columns, _VISIT_FINDINGS.label("findings"))
_VISIT_BY_NAME = _by_name(_SEEN_VISITS, tables.visits)
_VISITS_BELOW = _below(_SEEN_VISITS, tables.visits)
# AC-3: what was told of a visit begins with its check-in.
_TOLD_VISITS_BELOW = _below(
    select(*tables.visits.columns).where(tables.visits.c.state != VisitState.PLANNED.value), tables.visits
)
_FINDING_BY_NAME = _by_name(select(*tables.findings.columns), tables.findings)
_FINDINGS_BELOW = _below(select(*tables.findings.columns), tables.findings)

_DRAW_BY_NAME = _by_name(select(*tables.draws.columns), tables.draws)
# Without the rows to recompute from, which are megabytes.
_ROW_COLUMNS = frozenset({"frame_rows", "inspector_rows", "exclusion_rows"})
_NEWEST_DRAWS = (
    select(*(column for column in tables.draws.columns if column.name not in _ROW_COLUMNS))
    .where(
        tables.draws.c.tenant_id == bindparam("tenant", type_=Text),
        tuple_(tables.draws.c.create_time, tables.draws.c.id)
        < tuple_(bindparam("before_time", type_=tables.draws.c.create_time.type), bindparam("before_id", type_=Text)),
    )
    .order_by(tables.draws.c.create_time.desc(), tables.draws.c.id.desc())
    .limit(bindparam("rows", type_=Integer))
)
_PLACES_OF_DRAWS = (
    select(*tables.draw_places.columns)
    .where(
        tables.draw_places.c.tenant_id == bindparam("tenant", type_=Text),
        tables.draw_places.c.draw_id.in_(bindparam("draws", expanding=True, type_=Text)),
    )
    .order_by(tables.draw_places.c.stratum, tables.draw_places.c.rank)
)
_BEFORE_ALL = ("", "", "")
_AFTER_ALL = (datetime.max.replace(tzinfo=UTC).isoformat(), "")


async def lock_visit(tx: Transaction, name: Name) -> Visit | None:
    """The visit, held until the transaction ends."""
    row = await tx.fetch_row(_LOCK_VISIT, name.tenant, name.id)
    return None if row is None else _visit(dict(row))


async def count_findings(tx: Transaction, visit: Visit) -> int:
    """How many findings a visit has brought."""
    return int(await tx.fetch_value(_COUNT_FINDINGS, visit.tenant, visit.id))


async def save_visit(tx: Transaction, visit: Visit) -> None:
    """Writes a changed visit over the version before it. Raises Stale."""
    saved = await tx.fetch_value(
        _UPDATE_VISIT,
        visit.tenant,
        visit.id,
        visit.version - 1,
        visit.state.value,
        visit.label,
        visit.check_in_time,
        visit.close_time,
        visit.version,
    )
    if saved is None:
        raise Stale(f"{visit.name} was changed meanwhile: read it again and redo", resource=visit.name)


async def find_visit(tx: Transaction, name: Name) -> SeenVisit | None:
    """The visit, if the caller may see it."""
    rows = await tx.rows(_VISIT_BY_NAME, {"tenant": name.tenant, "id": name.id})
    return _seen_visit(rows[0]._mapping) if rows else None


async def visits_below(tx: Transaction, path: str, wanted: WantedVisits, *, page: Page) -> list[SeenVisit]:
    """One more than a page of the wanted visits to a unit and those below it."""
    statement, visits = _VISITS_BELOW, tables.visits.c
    if wanted.state is not None:
        statement = statement.where(visits.state == wanted.state.value)
    if wanted.inspector:
        # No index of inspectors: row security lets none be used before its own conditions, and the path's narrows.
        statement = statement.where(visits.inspectors.contains([wanted.inspector]))
    if wanted.draw is not None:
        # A draw's visits are its tenant's.
        statement = statement.where(visits.tenant_id == wanted.draw.tenant, visits.draw_id == wanted.draw.id)
    rows = await tx.rows(statement, _range(path, page.after, page.size + 1))
    return [_seen_visit(row._mapping) for row in rows]


async def told_visits_below(tx: Transaction, path: str, *, after: tuple[str, ...] | None, limit: int) -> list[Visit]:
    """Visits that are no secret any more, by key: those that facts have gone out for."""
    return [_visit(row._mapping) for row in await tx.rows(_TOLD_VISITS_BELOW, _range(path, after, limit))]


async def insert_finding(tx: Transaction, finding: Finding) -> None:
    """Writes a new finding."""
    await tx.fetch(
        _INSERT_FINDING,
        finding.tenant,
        finding.id,
        finding.visit_tenant,
        finding.visit_id,
        finding.campaign,
        finding.unit,
        finding.path,
        finding.title,
        finding.detail,
        finding.wind,
        finding.severity.value,
        finding.create_time,
        finding.version,
        finding.label,
    )


async def find_finding(tx: Transaction, name: Name) -> Finding | None:
    """The finding, if the caller may see it."""
    rows = await tx.rows(_FINDING_BY_NAME, {"tenant": name.tenant, "id": name.id})
    return _finding(rows[0]._mapping) if rows else None


async def findings_below(
    tx: Transaction, path: str, *, visit: Name | None = None, after: tuple[str, ...] | None, limit: int
) -> list[Finding]:
    """Findings at a unit and those below it, by key. visit: only what this one saw."""
    statement, findings = _FINDINGS_BELOW, tables.findings.c
    if visit is not None:
        statement = statement.where(findings.visit_tenant == visit.tenant, findings.visit_id == visit.id)
    return [_finding(row._mapping) for row in await tx.rows(statement, _range(path, after, limit))]


async def insert_draw(tx: Transaction, draw: Draw, visits: Sequence[Visit]) -> None:
    """Writes a draw with its whole result and the visits that it plans."""
    order, commitments, rows = draw.order, draw.commitments, draw.rows or DrawnRows()
    await tx.fetch(
        _INSERT_DRAW,
        draw.tenant,
        draw.id,
        order.campaign,
        order.scope_unit,
        draw.path,
        order.stratum_level,
        order.frame_level,
        order.per_stratum,
        order.reserve_per_stratum,
        order.inspectors_per_visit,
        order.seed_hex,
        commitments.frame_root,
        commitments.frame_size,
        commitments.inspectors_root,
        commitments.inspectors_size,
        draw.load_cap,
        draw.create_time,
        draw.version,
        draw.label,
        list(rows.frame),
        list(rows.inspectors),
        list(rows.exclusions),
    )
    await tx.fetch(_INSERT_PLACES, _json(_place_row(draw, place) for place in draw.places))
    await tx.fetch(_INSERT_VISITS, _json(_visit_row(visit) for visit in visits))


async def find_draw(tx: Transaction, name: Name) -> Draw | None:
    """The draw with the rows to recompute it from, if the caller may see it."""
    rows = await tx.rows(_DRAW_BY_NAME, {"tenant": name.tenant, "id": name.id})
    if not rows:
        return None
    places = await _places_of(tx, name.tenant, [name.id])
    row = rows[0]._mapping
    opened = DrawnRows(tuple(row["frame_rows"]), tuple(row["inspector_rows"]), tuple(row["exclusion_rows"]))
    return _draw(row, places[name.id], rows=opened)


async def newest_draws(tx: Transaction, tenant: str, *, page: Page) -> list[Draw]:
    """One more than a page of a tenant's draws that the caller may see, newest first."""
    before_time, before_id = page.after or _AFTER_ALL
    parameters = {
        "tenant": tenant,
        "before_time": datetime.fromisoformat(before_time),
        "before_id": before_id,
        "rows": page.size + 1,
    }
    rows = [row._mapping for row in await tx.rows(_NEWEST_DRAWS, parameters)]
    places = await _places_of(tx, tenant, [row["id"] for row in rows])
    return [_draw(row, places[row["id"]], rows=None) for row in rows]


async def _places_of(tx: Transaction, tenant: str, draw_ids: Sequence[str]) -> dict[str, list[DrawnPlace]]:
    places: dict[str, list[DrawnPlace]] = {draw_id: [] for draw_id in draw_ids}
    for row in await tx.rows(_PLACES_OF_DRAWS, {"tenant": tenant, "draws": list(draw_ids)}):
        places[row._mapping["draw_id"]].append(_place(row._mapping))
    return places


def _range(path: str, after: tuple[str, ...] | None, limit: int) -> dict[str, object]:
    after_path, after_tenant, after_id = after or _BEFORE_ALL
    return {
        "low": path,
        "high": path + "~",
        "after_path": after_path,
        "after_tenant": after_tenant,
        "after_id": after_id,
        "rows": limit,
    }


def _json(rows: Iterable[Mapping[str, object]]) -> str:
    return json.dumps(list(rows), ensure_ascii=False)


def _place_row(draw: Draw, place: DrawnPlace) -> dict[str, object]:
    return {
        "tenant_id": draw.tenant,
        "draw_id": draw.id,
        "stratum": place.stratum,
        "rank": place.rank,
        "unit_id": place.unit,
        "unit_code": place.unit_code,
        "unit_name": place.unit_name,
        "unit_path": place.path,
        "reserve": place.reserve,
        "inspectors": place.inspectors,
        "visit_id": place.visit_id,
        "path": draw.path,
        "version": draw.version,
        "label": draw.label,
    }


def _visit_row(visit: Visit) -> dict[str, object]:
    """A planned visit, which has no times yet."""
    return {
        "tenant_id": visit.tenant,
        "id": visit.id,
        "campaign": visit.campaign,
        "draw_id": visit.draw_id,
        "unit_id": visit.unit,
        "path": visit.path,
        "sender_path": visit.sender_path,
        "kind": visit.kind.value,
        "state": visit.state.value,
        "inspectors": visit.inspectors,
        "version": visit.version,
        "label": visit.label,
    }


def _seen_visit(row: Mapping[Any, Any]) -> SeenVisit:
    return SeenVisit(_visit(row), row["findings"])


def _visit(row: Mapping[Any, Any]) -> Visit:
    return Visit(
        id=row["id"],
        tenant=row["tenant_id"],
        campaign=row["campaign"],
        draw_id=row["draw_id"],
        unit=row["unit_id"],
        path=row["path"],
        sender_path=row["sender_path"],
        kind=VisitKind(row["kind"]),
        state=VisitState(row["state"]),
        inspectors=tuple(row["inspectors"]),
        check_in_time=row["check_in_time"],
        close_time=row["close_time"],
        version=row["version"],
        label=row["label"],
    )


def _finding(row: Mapping[Any, Any]) -> Finding:
    return Finding(
        id=row["id"],
        tenant=row["tenant_id"],
        visit_tenant=row["visit_tenant"],
        visit_id=row["visit_id"],
        campaign=row["campaign"],
        unit=row["unit_id"],
        path=row["path"],
        title=row["title"],
        detail=row["detail"],
        wind=row["wind"],
        severity=Severity(row["severity"]),
        create_time=row["create_time"],
        version=row["version"],
        label=row["label"],
    )


def _place(row: Mapping[Any, Any]) -> DrawnPlace:
    return DrawnPlace(
        stratum=row["stratum"],
        rank=row["rank"],
        unit=row["unit_id"],
        unit_code=row["unit_code"],
        unit_name=row["unit_name"],
        path=row["unit_path"],
        reserve=row["reserve"],
        inspectors=tuple(row["inspectors"]),
        visit_id=row["visit_id"],
    )


def _draw(row: Mapping[Any, Any], places: Sequence[DrawnPlace], *, rows: DrawnRows | None) -> Draw:
    return Draw(
        id=row["id"],
        tenant=row["tenant_id"],
        path=row["path"],
        order=DrawOrder(
            campaign=row["campaign"],
            scope_unit=row["scope_unit"],
            stratum_level=row["stratum_level"],
            frame_level=row["frame_level"],
            per_stratum=row["per_stratum"],
            reserve_per_stratum=row["reserve_per_stratum"],
            inspectors_per_visit=row["inspectors_per_visit"],
            seed_hex=row["seed_hex"],
        ),
        commitments=Commitments(row["frame_root"], row["frame_size"], row["inspectors_root"], row["inspectors_size"]),
        load_cap=row["load_cap"],
        create_time=row["create_time"],
        places=tuple(places),
        rows=rows,
        version=row["version"],
        label=row["label"],
    )
