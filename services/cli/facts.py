"""What a fact on the bus says, as plain values: its envelope and its payload by type; knows no bus and no terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError, Message

from plumbline.directory.v1 import events_pb2 as directory_events
from plumbline.facts.v1 import facts_pb2
from plumbline.inspections.v1 import events_pb2 as inspections_events
from plumbline.plans.v1 import events_pb2 as plans_events
from plumbline.referrals.v1 import events_pb2 as referrals_events

# What is in the payload of each type of fact; a type that is newer than this program is shown without it.
PAYLOADS: Final[Mapping[str, type[Message]]] = {
    "directory.units_placed": directory_events.UnitsPlaced,
    "directory.campaign_defined": directory_events.CampaignDefined,
    "directory.calendar_defined": directory_events.CalendarDefined,
    "plans.problem_changed": plans_events.ProblemChanged,
    "plans.plan_changed": plans_events.PlanChanged,
    "plans.plan_lodged": plans_events.PlanLodged,
    "plans.plan_returned": plans_events.PlanReturned,
    "inspections.visit_changed": inspections_events.VisitChanged,
    "inspections.finding_raised": inspections_events.FindingRaised,
    "referrals.referral_changed": referrals_events.ReferralChanged,
}


def subject_below(path: str) -> str:
    """The subject of every fact about a unit or those below it. path: the unit's own."""
    return f"up.territorial.*.*.{path.rstrip('/').replace('/', '.')}.>"


def read(data: bytes) -> dict[str, Any] | None:
    """A fact as plain values, or None where it is none."""
    try:
        fact = facts_pb2.Fact.FromString(data)
    except DecodeError:
        return None
    return {
        "time": fact.recorded_time.ToJsonString(),
        "type": fact.type,
        "tenant": fact.tenant,
        "entity": fact.entity,
        "version": int(fact.version),
        "path": next((placement.path for placement in fact.lines if placement.line == "territorial"), ""),
        "label": fact.label,
        "campaign": fact.campaign,
        "payload": _payload(fact),
    }


def _payload(fact: facts_pb2.Fact) -> dict[str, Any] | None:
    message = PAYLOADS.get(fact.type)
    if message is None:
        return None
    try:
        return MessageToDict(message.FromString(fact.payload), preserving_proto_field_name=True)
    except DecodeError:
        return None
