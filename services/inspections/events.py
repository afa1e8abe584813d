"""What inspections tells the others: that a visit is no secret any more, and what it found; decides nothing."""

from __future__ import annotations

from plumbline.inspections.v1 import events_pb2
from services.inspections import wire
from services.inspections.model import Finding, Visit
from shared.letters import Fact

VISIT_CHANGED = "inspections.visit_changed"
FINDING_RAISED = "inspections.finding_raised"


def visit_changed(visit: Visit) -> Fact:
    """The visit's state as superiors may know it. Raises ValueError for a planned one, of which nothing is told."""
    # The newest instant that the visit itself carries, so that a rebuild says the same as the first telling.
    changed = visit.close_time or visit.check_in_time
    if changed is None:
        raise ValueError(f"{visit.name} is planned, and nothing is told of a planned visit (AC-3)")
    return Fact(
        type=VISIT_CHANGED,
        tenant=visit.tenant,
        entity=visit.name,
        version=visit.version,
        path=visit.path,
        label=visit.label,
        effective_time=changed,
        campaign=visit.campaign,
        payload=events_pb2.VisitChanged(
            unit=visit.unit, kind=wire.visit_kind(visit.kind), state=wire.visit_state(visit.state)
        ),
    )


def finding_raised(finding: Finding) -> Fact:
    """The finding, without its detail, which stays with those who may read it here."""
    return Fact(
        type=FINDING_RAISED,
        tenant=finding.tenant,
        entity=finding.name,
        version=finding.version,
        path=finding.path,
        label=finding.label,
        effective_time=finding.create_time,
        campaign=finding.campaign,
        payload=events_pb2.FindingRaised(
            unit=finding.unit,
            visit=finding.visit,
            wind=finding.wind,
            severity=wire.severity(finding.severity),
            title=finding.title,
        ),
    )
