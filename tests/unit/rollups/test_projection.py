"""What each fact adds to which figures."""

from __future__ import annotations

import pytest

from services.rollups.catalogue import Slot
from services.rollups.model import Contribution, CountedFact, FindingFact, ReferralFact, ReturnFact, VisitFact
from services.rollups.projection import newest, project
from tests.unit.rollups.facts import CAMPAIGN, COUNTY, lodging, origin, plan, problem, unit


def slots_of(fact: CountedFact) -> set[Slot]:
    """The figures that a fact with a single contribution adds one to."""
    (contribution,) = project(fact)
    assert all(amount == 1 for _, amount in contribution.amounts)
    return {Slot(slot) for slot, _ in contribution.amounts}


@pytest.mark.parametrize(
    ("state", "slot"),
    [
        ("OPEN", Slot.PROBLEMS_OPEN),
        ("IN_PROGRESS", Slot.PROBLEMS_IN_PROGRESS),
        ("DONE", Slot.PROBLEMS_DONE),
        ("VERIFIED", Slot.PROBLEMS_VERIFIED),
        ("CLOSED", Slot.PROBLEMS_CLOSED),
    ],
)
def test_a_problem_counts_once_in_all_and_once_in_its_state(state: str, slot: Slot) -> None:
    assert slots_of(problem(state)) == {Slot.PROBLEMS_TOTAL, slot}


@pytest.mark.parametrize("state", ["OPEN", "IN_PROGRESS", "DONE"])
def test_a_red_light_is_overdue_and_a_yellow_one_nearly_due(state: str) -> None:
    assert Slot.PROBLEMS_OVERDUE in slots_of(problem(state, "RED"))
    assert Slot.PROBLEMS_YELLOW in slots_of(problem(state, "YELLOW"))
    assert slots_of(problem(state, "GREEN")).isdisjoint({Slot.PROBLEMS_OVERDUE, Slot.PROBLEMS_YELLOW})


@pytest.mark.parametrize("state", ["VERIFIED", "CLOSED"])
def test_what_is_confirmed_is_no_longer_overdue(state: str) -> None:
    assert Slot.PROBLEMS_OVERDUE not in slots_of(problem(state, "RED"))


def test_a_state_that_is_not_known_yet_counts_in_all_and_in_no_state() -> None:
    assert slots_of(problem("", "")) == {Slot.PROBLEMS_TOTAL}


@pytest.mark.parametrize(
    ("state", "slots"),
    [
        ("DRAFT", set()),
        ("LODGED", {Slot.PLANS_LODGED}),
        ("RETURNED", {Slot.PLANS_RETURNED_NOW}),
        ("REGISTERED", {Slot.PLANS_REGISTERED}),
    ],
)
def test_a_plan_counts_by_its_state_and_a_draft_not_at_all(state: str, slots: set[Slot]) -> None:
    assert slots_of(plan(state)) == slots


def test_a_draft_has_a_contribution_of_nothing_so_that_versions_are_compared() -> None:
    (contribution,) = project(plan("DRAFT", version=4))

    assert (contribution.amounts, contribution.version) == ((), 4)


def test_a_lodging_counts_as_one_and_its_unit_as_having_reported() -> None:
    flow, in_campaign, over_all = project(lodging("county", entity="tenants/t/lodgings/1"))

    assert (flow.key, flow.amounts) == ("tenants/t/lodgings/1", ((Slot.PLAN_LODGINGS, 1),))
    assert (in_campaign.key, in_campaign.campaign) == (f"reported:county:{CAMPAIGN}", CAMPAIGN)
    assert (over_all.key, over_all.campaign) == ("reported:county", "")
    assert over_all.amounts == ((Slot.REPORTED_UNITS_OVER_ALL, 1),)


def test_a_second_lodging_does_not_make_its_unit_report_twice() -> None:
    first = project(lodging(entity="tenants/t/lodgings/1"))
    second = project(lodging(entity="tenants/t/lodgings/2"))

    assert first[1:] == second[1:]
    assert len(newest([*first, *second])) == 4


def test_a_return_counts_as_a_flow() -> None:
    assert slots_of(ReturnFact(origin())) == {Slot.PLAN_RETURNS}


def test_a_visit_counts_from_check_in() -> None:
    assert slots_of(VisitFact(origin(), state="PLANNED")) == set()
    assert slots_of(VisitFact(origin(), state="CHECKED_IN")) == {Slot.VISITS}
    assert slots_of(VisitFact(origin(), state="CLOSED")) == {Slot.VISITS, Slot.VISITS_CLOSED}


def test_serious_and_grave_findings_are_counted_apart() -> None:
    assert slots_of(FindingFact(origin(), severity="MINOR")) == {Slot.FINDINGS}
    assert slots_of(FindingFact(origin(), severity="SERIOUS")) == {Slot.FINDINGS, Slot.FINDINGS_SERIOUS}
    assert slots_of(FindingFact(origin(), severity="GRAVE")) == {Slot.FINDINGS, Slot.FINDINGS_SERIOUS}


def test_a_referral_counts_in_all_and_by_what_became_of_it() -> None:
    assert slots_of(ReferralFact(origin(), state="SENT")) == {Slot.REFERRALS}
    assert slots_of(ReferralFact(origin(), state="CONCLUDED")) == {Slot.REFERRALS, Slot.REFERRALS_CONCLUDED}


def test_a_unit_takes_part_where_its_level_does() -> None:
    assert slots_of(unit("county")) == {Slot.UNITS, Slot.PARTICIPATING_UNITS}
    assert slots_of(unit("township")) == {Slot.UNITS}
    (contribution,) = project(unit("township"), participating_levels=frozenset({"township"}))
    assert len(contribution.amounts) == 2


def test_a_unit_belongs_to_no_campaign_and_keeps_its_own_versions() -> None:
    (contribution,) = project(unit(version=3, placement_version=2))

    assert (contribution.key, contribution.campaign, contribution.path) == ("unit:county", "", COUNTY)
    assert contribution.order == (3, 2)


def test_of_a_key_the_newest_version_stays_and_of_equal_ones_the_first() -> None:
    def numbered(version: int, placement_version: int, amount: int) -> Contribution:
        return Contribution("key", version, placement_version, "territorial", COUNTY, "", ((0, amount),))

    first, again = numbered(2, 1, 1), numbered(2, 1, 2)
    moved, older = numbered(2, 2, 3), numbered(1, 9, 4)

    assert newest([first, again, older]) == {("territorial", "key"): first}
    assert newest([older, first, moved]) == {("territorial", "key"): moved}
