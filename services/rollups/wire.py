"""Facts of the other services to what is counted, and tables to protobuf; enum values lose their prefix here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from plumbline.directory.v1 import events_pb2 as directory_events
from plumbline.facts.v1 import facts_pb2
from plumbline.inspections.v1 import events_pb2 as inspection_events
from plumbline.inspections.v1 import inspections_pb2
from plumbline.plans.v1 import events_pb2 as plan_events
from plumbline.plans.v1 import plans_pb2
from plumbline.referrals.v1 import events_pb2 as referral_events
from plumbline.referrals.v1 import referrals_pb2
from plumbline.rollups.v1 import rollups_pb2
from services.rollups import catalogue
from services.rollups.changes import Changed, Heartbeat, Snapshot, Told
from services.rollups.model import (
    TERRITORIAL,
    CountedFact,
    FindingFact,
    LodgingFact,
    Origin,
    PlanFact,
    ProblemFact,
    ReferralFact,
    ReturnFact,
    Table,
    TableRow,
    UnitFact,
    VisitFact,
)
from services.rollups.reconciliation import Difference, Outcome
from shared.dates import instant, timestamp, timestamp_or_absent


def _names(enum: Any, prefix: str) -> Mapping[int, str]:
    return {number: name.removeprefix(prefix) for name, number in enum.items()}


# A value that a newer service knows and this one does not is no name, and counts in no column of its own.
_PROBLEM_STATES = _names(plans_pb2.ProblemState, "PROBLEM_STATE_")
_LIGHTS = _names(plans_pb2.Light, "LIGHT_")
_PLAN_STATES = _names(plans_pb2.PlanState, "PLAN_STATE_")
_VISIT_STATES = _names(inspections_pb2.VisitState, "VISIT_STATE_")
_SEVERITIES = _names(inspections_pb2.Severity, "SEVERITY_")
_REFERRAL_STATES = _names(referrals_pb2.ReferralState, "REFERRAL_STATE_")


def counted(fact: facts_pb2.Fact) -> list[CountedFact]:
    """What a fact says that is counted, once for each line that the unit stands in; nothing for other types.

    Raises DecodeError for a payload that is not of its type.
    """
    if fact.type == "directory.units_placed":
        return _units(fact)
    read = _READERS.get(fact.type)
    if read is None:
        return []
    return [read(_origin(fact, placement), fact.payload) for placement in fact.lines]


def recorded_time(fact: facts_pb2.Fact) -> datetime:
    """When the service recorded it."""
    return instant(fact.recorded_time)


def table_message(table: Table, *, facts_pending: int) -> rollups_pb2.Table:
    """A table as its readers get it. facts_pending: -1 while the bus does not answer."""
    slots = _slots(table.campaign)
    recorded = table.progress.recorded_time
    return rollups_pb2.Table(
        metrics=[
            rollups_pb2.Metric(id=metric.id, label_zh=metric.label_zh, label_en=metric.label_en)
            for metric in catalogue.METRICS
        ],
        total=None if table.total is None else _row(table.total, slots, over_all_campaigns=not table.campaign),
        rows=[_row(row, slots, over_all_campaigns=not table.campaign) for row in table.rows],
        as_of_time=timestamp_or_absent(recorded),
        facts_pending=facts_pending,
        lag_ms=table.progress.latency_ms,
        catalogue_version=catalogue.CATALOGUE_VERSION,
        empty_reason=table.empty_reason,
    )


def watched_message(told: Told) -> rollups_pb2.WatchTableResponse:
    """What a watcher of a table is told."""
    match told:
        case Snapshot():
            return rollups_pb2.WatchTableResponse(snapshot=table_message(told.table, facts_pending=told.facts_pending))
        case Changed():
            return rollups_pb2.WatchTableResponse(change=_change(told))
        case Heartbeat():
            return rollups_pb2.WatchTableResponse(
                heartbeat=rollups_pb2.TableHeartbeat(
                    as_of_time=timestamp_or_absent(told.progress.recorded_time),
                    facts_pending=told.facts_pending,
                    lag_ms=told.progress.latency_ms,
                )
            )


def _change(told: Changed) -> rollups_pb2.TableChange:
    over_all = not told.campaign
    slots = _slots(told.campaign)
    change = told.change
    return rollups_pb2.TableChange(
        total=None if change.total is None else _row(change.total, slots, over_all_campaigns=over_all),
        rows=[_row(row, slots, over_all_campaigns=over_all) for row in change.rows],
        gone_units=change.gone,
        as_of_time=timestamp_or_absent(told.progress.recorded_time),
        facts_pending=told.facts_pending,
        lag_ms=told.progress.latency_ms,
        empty_reason=change.empty_reason,
    )


def _slots(campaign: str) -> list[int]:
    """Where the figures of the columns stand, for one campaign or for all of them."""
    return [catalogue.slot_of(metric, over_all_campaigns=not campaign) for metric in catalogue.METRICS]


def progress_message(stage: str, facts_read: int) -> rollups_pb2.VerifyRollupsResponse:
    """How far a verification is."""
    return rollups_pb2.VerifyRollupsResponse(progress=rollups_pb2.VerifyProgress(stage=stage, facts_read=facts_read))


def result_message(outcome: Outcome, *, facts_compared: int, as_of_time: datetime) -> rollups_pb2.VerifyRollupsResponse:
    """What a verification found."""
    return rollups_pb2.VerifyRollupsResponse(
        result=rollups_pb2.VerifyResult(
            facts_compared=facts_compared,
            contributions_compared=outcome.contributions_compared,
            figures_compared=outcome.figures_compared,
            difference_count=outcome.difference_count,
            differences=[_difference(difference) for difference in outcome.differences],
            as_of_time=timestamp(as_of_time),
        )
    )


def _difference(difference: Difference) -> rollups_pb2.Difference:
    return rollups_pb2.Difference(
        kind=difference.kind, subject=difference.subject, expected=difference.expected, found=difference.found
    )


def _row(row: TableRow, slots: Sequence[int], *, over_all_campaigns: bool) -> rollups_pb2.Row:
    reported = catalogue.Slot.REPORTED_UNITS_OVER_ALL if over_all_campaigns else catalogue.Slot.REPORTED_UNITS
    return rollups_pb2.Row(
        unit=row.unit,
        code=row.code,
        display_name=row.display_name,
        level=row.level,
        values=[row.slots[slot] for slot in slots],
        reported_units=row.slots[reported],
        participating_units=row.slots[catalogue.Slot.PARTICIPATING_UNITS],
        parent_unit=row.parent,
        # A unit counts itself and everything below it in every campaign: nothing more has to be looked up.
        has_children=row.slots[catalogue.Slot.UNITS] > 1,
    )


def _units(fact: facts_pb2.Fact) -> list[CountedFact]:
    # A unit's path in the payload is its place in the line of the fact; other lines come with their own facts.
    line = fact.lines[0].line if fact.lines else TERRITORIAL
    return [
        UnitFact(
            id=unit.id,
            tenant=unit.tenant,
            level=unit.level,
            line=line,
            path=unit.path,
            version=unit.version,
            placement_version=unit.placement_version,
        )
        for unit in directory_events.UnitsPlaced.FromString(fact.payload).units
    ]


def _origin(fact: facts_pb2.Fact, placement: facts_pb2.Placement) -> Origin:
    return Origin(
        entity=fact.entity,
        tenant=fact.tenant,
        version=fact.version,
        placement_version=fact.placement_version,
        line=placement.line,
        path=placement.path,
        campaign=fact.campaign,
    )


def _problem(origin: Origin, payload: bytes) -> CountedFact:
    changed = plan_events.ProblemChanged.FromString(payload)
    return ProblemFact(origin, state=_PROBLEM_STATES.get(changed.state, ""), light=_LIGHTS.get(changed.light, ""))


def _plan(origin: Origin, payload: bytes) -> CountedFact:
    return PlanFact(origin, state=_PLAN_STATES.get(plan_events.PlanChanged.FromString(payload).state, ""))


def _lodging(origin: Origin, payload: bytes) -> CountedFact:
    return LodgingFact(origin, unit=plan_events.PlanLodged.FromString(payload).unit)


def _return(origin: Origin, payload: bytes) -> CountedFact:
    plan_events.PlanReturned.FromString(payload)
    return ReturnFact(origin)


def _visit(origin: Origin, payload: bytes) -> CountedFact:
    return VisitFact(origin, state=_VISIT_STATES.get(inspection_events.VisitChanged.FromString(payload).state, ""))


def _finding(origin: Origin, payload: bytes) -> CountedFact:
    raised = inspection_events.FindingRaised.FromString(payload)
    return FindingFact(origin, severity=_SEVERITIES.get(raised.severity, ""))


def _referral(origin: Origin, payload: bytes) -> CountedFact:
    changed = referral_events.ReferralChanged.FromString(payload)
    return ReferralFact(origin, state=_REFERRAL_STATES.get(changed.state, ""))


_READERS: Mapping[str, Callable[[Origin, bytes], CountedFact]] = {
    "plans.problem_changed": _problem,
    "plans.plan_changed": _plan,
    "plans.plan_lodged": _lodging,
    "plans.plan_returned": _return,
    "inspections.visit_changed": _visit,
    "inspections.finding_raised": _finding,
    "referrals.referral_changed": _referral,
}
