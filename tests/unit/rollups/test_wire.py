"""Facts of other services as rollups reads them."""

from __future__ import annotations

from google.protobuf.message import Message

from plumbline.directory.v1 import events_pb2 as directory_events
from plumbline.facts.v1 import facts_pb2
from plumbline.inspections.v1 import events_pb2 as inspection_events
from plumbline.plans.v1 import events_pb2 as plan_events
from plumbline.referrals.v1 import events_pb2 as referral_events
from services.rollups import wire
from services.rollups.model import FindingFact, LodgingFact, PlanFact, ProblemFact, ReferralFact, UnitFact, VisitFact

PATH = "nation/province/"


def envelope(type_: str, payload: Message, *lines: str) -> facts_pb2.Fact:
    return facts_pb2.Fact(
        type=type_,
        entity="tenants/t/things/1",
        tenant="t",
        version=2,
        placement_version=3,
        campaign="c",
        lines=[facts_pb2.Placement(line=line, path=PATH) for line in lines or ("territorial",)],
        payload=payload.SerializeToString(),
    )


def test_states_lose_their_prefix() -> None:
    problem = envelope(
        "plans.problem_changed", plan_events.ProblemChanged(state="PROBLEM_STATE_IN_PROGRESS", light="LIGHT_RED")
    )
    plan = envelope("plans.plan_changed", plan_events.PlanChanged(state="PLAN_STATE_LODGED"))
    visit = envelope("inspections.visit_changed", inspection_events.VisitChanged(state="VISIT_STATE_CLOSED"))
    finding = envelope("inspections.finding_raised", inspection_events.FindingRaised(severity="SEVERITY_GRAVE"))
    referral = envelope("referrals.referral_changed", referral_events.ReferralChanged(state="REFERRAL_STATE_ACCEPTED"))

    (read,) = wire.counted(problem)
    assert isinstance(read, ProblemFact)
    assert (read.state, read.light) == ("IN_PROGRESS", "RED")
    assert (read.origin.version, read.origin.placement_version, read.origin.path) == (2, 3, PATH)
    for told, kind, said in (
        (plan, PlanFact, "LODGED"),
        (visit, VisitFact, "CLOSED"),
        (referral, ReferralFact, "ACCEPTED"),
    ):
        (other,) = wire.counted(told)
        assert isinstance(other, kind)
        assert other.state == said
    (seen,) = wire.counted(finding)
    assert isinstance(seen, FindingFact)
    assert seen.severity == "GRAVE"


def test_a_lodging_names_its_unit() -> None:
    (read,) = wire.counted(envelope("plans.plan_lodged", plan_events.PlanLodged(unit="u")))

    assert isinstance(read, LodgingFact)
    assert read.unit == "u"


def test_a_fact_counts_in_every_line_in_which_its_unit_stands() -> None:
    read = wire.counted(envelope("plans.plan_lodged", plan_events.PlanLodged(unit="u"), "territorial", "sector"))

    assert [fact.origin.line for fact in read if isinstance(fact, LodgingFact)] == ["territorial", "sector"]


def test_units_come_with_their_own_places_and_versions() -> None:
    units = [
        directory_events.PlacedUnit(id="a", tenant="t", level="county", path="n/a/", version=4, placement_version=5),
        directory_events.PlacedUnit(id="b", tenant="t", level="county", path="n/b/", version=6, placement_version=7),
    ]

    read = wire.counted(envelope("directory.units_placed", directory_events.UnitsPlaced(units=units)))

    assert [(u.id, u.path, u.version, u.placement_version) for u in read if isinstance(u, UnitFact)] == [
        ("a", "n/a/", 4, 5),
        ("b", "n/b/", 6, 7),
    ]


def test_a_value_that_a_newer_service_knows_has_no_name_here() -> None:
    (read,) = wire.counted(envelope("plans.problem_changed", plan_events.ProblemChanged(state=99)))  # type: ignore[arg-type]

    assert isinstance(read, ProblemFact)
    assert read.state == ""


def test_other_facts_are_not_counted() -> None:
    assert wire.counted(envelope("directory.campaign_defined", directory_events.CampaignDefined(id="c"))) == []
