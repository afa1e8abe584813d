"""Model to messages and back, names to ids: knows the contract, and no rule."""

from __future__ import annotations

from plumbline.inspections.v1 import inspections_pb2
from services.inspections.model import (
    Candidate,
    Draw,
    DrawnPlace,
    DrawnRows,
    DrawOrder,
    Finding,
    Observation,
    SeenVisit,
    Severity,
    VisitKind,
    VisitState,
    WantedVisits,
)
from shared import names, versions
from shared.dates import timestamp_or_absent
from shared.names import Name


def visit_name(text: str, *, field: str = "name") -> Name:
    """The visit that a field names. Raises BadName."""
    return names.parse(text, collection="visits", field=field)


def finding_name(text: str) -> Name:
    """The finding that `name` names. Raises BadName."""
    return names.parse(text, collection="findings")


def draw_name(text: str, *, field: str = "name") -> Name:
    """The draw that a field names. Raises BadName."""
    return names.parse(text, collection="draws", field=field)


def draw_order(request: inspections_pb2.RunDrawRequest) -> DrawOrder:
    """What is asked of a draw."""
    return DrawOrder(
        campaign=request.campaign,
        scope_unit=request.scope_unit,
        stratum_level=request.stratum_level,
        frame_level=request.frame_level,
        per_stratum=request.per_stratum,
        reserve_per_stratum=request.reserve_per_stratum,
        inspectors_per_visit=request.inspectors_per_visit,
        seed_hex=request.seed_hex,
        inspectors=tuple(Candidate(each.subject, frozenset(each.barred_units)) for each in request.inspectors),
    )


def observation(request: inspections_pb2.RaiseFindingRequest) -> Observation:
    """What the team saw."""
    return Observation(
        title=request.title,
        detail=request.detail,
        wind=request.wind,
        severity=Severity(inspections_pb2.Severity.Name(request.severity).removeprefix("SEVERITY_")),
    )


def wanted_visits(request: inspections_pb2.ListVisitsRequest) -> WantedVisits:
    """Which visits a list is asked for. Raises BadName."""
    name = inspections_pb2.VisitState.Name(request.state).removeprefix("VISIT_STATE_")
    return WantedVisits(
        state=None if name == "UNSPECIFIED" else VisitState(name),
        inspector=request.inspector,
        draw=draw_name(request.draw, field="draw") if request.draw else None,
    )


def draw_message(draw: Draw, *, rows: DrawnRows | None = None) -> inspections_pb2.Draw:
    """A draw. rows: given only where the answer is for recomputing it."""
    opened = rows or DrawnRows()
    return inspections_pb2.Draw(
        name=draw.name,
        campaign=draw.order.campaign,
        scope_unit=draw.order.scope_unit,
        stratum_level=draw.order.stratum_level,
        frame_level=draw.order.frame_level,
        per_stratum=draw.order.per_stratum,
        reserve_per_stratum=draw.order.reserve_per_stratum,
        inspectors_per_visit=draw.order.inspectors_per_visit,
        seed_hex=draw.order.seed_hex,
        frame_root=draw.commitments.frame_root,
        frame_size=draw.commitments.frame_size,
        inspectors_root=draw.commitments.inspectors_root,
        inspectors_size=draw.commitments.inspectors_size,
        load_cap=draw.load_cap,
        drawn=[_drawn_unit(draw, place) for place in draw.places],
        create_time=timestamp_or_absent(draw.create_time),
        frame_rows=opened.frame,
        inspector_rows=opened.inspectors,
        exclusion_rows=opened.exclusions,
    )


def _drawn_unit(draw: Draw, place: DrawnPlace) -> inspections_pb2.DrawnUnit:
    return inspections_pb2.DrawnUnit(
        stratum=place.stratum,
        rank=place.rank,
        unit=place.unit,
        unit_code=place.unit_code,
        unit_name=place.unit_name,
        reserve=place.reserve,
        inspectors=place.inspectors,
        visit=f"tenants/{draw.tenant}/visits/{place.visit_id}" if place.visit_id else "",
    )


def visit_message(seen: SeenVisit) -> inspections_pb2.Visit:
    """A visit as its reader sees it."""
    visit = seen.visit
    return inspections_pb2.Visit(
        name=visit.name,
        etag=versions.etag(visit.version),
        campaign=visit.campaign,
        draw=visit.draw,
        unit=visit.unit,
        path=visit.path,
        kind=visit_kind(visit.kind),
        state=visit_state(visit.state),
        inspectors=visit.inspectors,
        check_in_time=timestamp_or_absent(visit.check_in_time),
        close_time=timestamp_or_absent(visit.close_time),
        findings=seen.findings,
    )


def finding_message(finding: Finding) -> inspections_pb2.Finding:
    """A finding."""
    return inspections_pb2.Finding(
        name=finding.name,
        visit=finding.visit,
        campaign=finding.campaign,
        unit=finding.unit,
        path=finding.path,
        title=finding.title,
        detail=finding.detail,
        wind=finding.wind,
        severity=severity(finding.severity),
        create_time=timestamp_or_absent(finding.create_time),
    )


def visit_kind(kind: VisitKind) -> str:
    """The contract's name of a kind; only there do enum values carry a prefix."""
    return f"VISIT_KIND_{kind.value}"


def visit_state(state: VisitState) -> str:
    """The contract's name of a state."""
    return f"VISIT_STATE_{state.value}"


def severity(grade: Severity) -> str:
    """The contract's name of a severity."""
    return f"SEVERITY_{grade.value}"
