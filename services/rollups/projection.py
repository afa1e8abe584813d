"""What each fact adds to which figures, by itself and nothing else; knows no database and no other fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from services.rollups.catalogue import PARTICIPATING_LEVELS, Slot
from services.rollups.model import (
    NO_CAMPAIGN,
    Contribution,
    CountedFact,
    FindingFact,
    LodgingFact,
    Origin,
    PlanFact,
    ProblemFact,
    ReferralFact,
    ReturnFact,
    UnitFact,
    VisitFact,
)

Amounts = tuple[tuple[int, int], ...]

_OF_PROBLEM_STATE: Mapping[str, Slot] = {
    "OPEN": Slot.PROBLEMS_OPEN,
    "IN_PROGRESS": Slot.PROBLEMS_IN_PROGRESS,
    "DONE": Slot.PROBLEMS_DONE,
    "VERIFIED": Slot.PROBLEMS_VERIFIED,
    "CLOSED": Slot.PROBLEMS_CLOSED,
}
# Their clock has stopped, so their light says nothing any more (RC-5).
_STOPPED = frozenset({"VERIFIED", "CLOSED"})
_OF_LIGHT: Mapping[str, Slot] = {"RED": Slot.PROBLEMS_OVERDUE, "YELLOW": Slot.PROBLEMS_YELLOW}
_OF_PLAN_STATE: Mapping[str, Slot] = {
    "LODGED": Slot.PLANS_LODGED,
    "RETURNED": Slot.PLANS_RETURNED_NOW,
    "REGISTERED": Slot.PLANS_REGISTERED,
}
# A visit counts from check-in; before it nobody above is told (AC-3).
_OF_VISIT_STATE: Mapping[str, tuple[Slot, ...]] = {
    "CHECKED_IN": (Slot.VISITS,),
    "CLOSED": (Slot.VISITS, Slot.VISITS_CLOSED),
}
_SERIOUS = frozenset({"SERIOUS", "GRAVE"})
_OF_REFERRAL_STATE: Mapping[str, Slot] = {
    "ACCEPTED": Slot.REFERRALS_ACCEPTED,
    "RETURNED": Slot.REFERRALS_RETURNED,
    "CONCLUDED": Slot.REFERRALS_CONCLUDED,
}
# What is counted once however often it happens: all its contributions are equal, so the first one stands.
_ONCE = 1


def project(fact: CountedFact, *, participating_levels: frozenset[str] = PARTICIPATING_LEVELS) -> list[Contribution]:
    """The contributions of one fact. An entity that counts for nothing now still has one, without amounts, because an
    older version of it may have counted."""
    match fact:
        case ProblemFact():
            return [_of(fact.origin, _problem(fact))]
        case UnitFact():
            return [_unit(fact, takes_part=fact.level in participating_levels)]
        case PlanFact():
            return [_of(fact.origin, _one(_OF_PLAN_STATE.get(fact.state)))]
        case LodgingFact():
            return _lodging(fact)
        case ReturnFact():
            return [_of(fact.origin, _one(Slot.PLAN_RETURNS))]
        case VisitFact():
            return [_of(fact.origin, _one(*_OF_VISIT_STATE.get(fact.state, ())))]
        case FindingFact():
            serious = fact.severity in _SERIOUS
            return [_of(fact.origin, _one(Slot.FINDINGS, Slot.FINDINGS_SERIOUS if serious else None))]
        case ReferralFact():
            return [_of(fact.origin, _one(Slot.REFERRALS, _OF_REFERRAL_STATE.get(fact.state)))]


def newest(contributions: Iterable[Contribution]) -> dict[tuple[str, str], Contribution]:
    """Of each (line, key) the contribution that counts; of equal ones the first."""
    kept: dict[tuple[str, str], Contribution] = {}
    keep_newest(kept, contributions)
    return kept


def keep_newest(kept: dict[tuple[str, str], Contribution], contributions: Iterable[Contribution]) -> None:
    """Adds contributions to those kept so far, where they are the newest of their (line, key)."""
    for contribution in contributions:
        place = (contribution.line, contribution.key)
        known = kept.get(place)
        if known is None or known.order < contribution.order:
            kept[place] = contribution


def _problem(fact: ProblemFact) -> Amounts:
    light = None if fact.state in _STOPPED else _OF_LIGHT.get(fact.light)
    return _one(Slot.PROBLEMS_TOTAL, _OF_PROBLEM_STATE.get(fact.state), light)


def _unit(fact: UnitFact, *, takes_part: bool) -> Contribution:
    return Contribution(
        key=f"unit:{fact.id}",
        version=fact.version,
        placement_version=fact.placement_version,
        line=fact.line,
        path=fact.path,
        campaign=NO_CAMPAIGN,
        amounts=_one(Slot.UNITS, Slot.PARTICIPATING_UNITS if takes_part else None),
        tenant=fact.tenant,
    )


def _lodging(fact: LodgingFact) -> list[Contribution]:
    """The flow, and that the unit has reported: once in the campaign, and once over all campaigns."""
    origin = fact.origin
    return [
        _of(origin, _one(Slot.PLAN_LODGINGS)),
        _reported(origin, f"reported:{fact.unit}:{origin.campaign}", origin.campaign, Slot.REPORTED_UNITS),
        _reported(origin, f"reported:{fact.unit}", NO_CAMPAIGN, Slot.REPORTED_UNITS_OVER_ALL),
    ]


def _reported(origin: Origin, key: str, campaign: str, slot: Slot) -> Contribution:
    return Contribution(
        key=key,
        version=_ONCE,
        placement_version=origin.placement_version,
        line=origin.line,
        path=origin.path,
        campaign=campaign,
        amounts=_one(slot),
        tenant=origin.tenant,
    )


def _of(origin: Origin, amounts: Amounts) -> Contribution:
    return Contribution(
        key=origin.entity,
        version=origin.version,
        placement_version=origin.placement_version,
        line=origin.line,
        path=origin.path,
        campaign=origin.campaign,
        amounts=amounts,
        tenant=origin.tenant,
    )


def _one(*slots: Slot | None) -> Amounts:
    return tuple((int(slot), 1) for slot in slots if slot is not None)
