"""What visits, findings and draws are and what may happen to them; knows no SQL, no gRPC, no clock and no lottery."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from shared import steps
from shared.errors import FieldViolation, InvalidArgument, PermissionDenied
from shared.names import Name

# Labels as everywhere: what superiors may know, and what nobody below the sender may know (AC-3).
INTERNAL = 1
EMBARGOED = 2
# ME-8: at least two inspectors a visit.
SMALLEST_TEAM = 2


class VisitKind(Enum):
    """How a visit is made."""

    NO_NOTICE = "NO_NOTICE"


class VisitState(Enum):
    """Where a visit stands."""

    PLANNED = "PLANNED"
    CHECKED_IN = "CHECKED_IN"
    CLOSED = "CLOSED"


class VisitDeed(Enum):
    """What may be done to a visit; the value completes "a visit must be ... to be"."""

    CHECK_IN = "checked in"
    RAISE_FINDING = "given a finding"
    CLOSE = "closed"


# The whole life of a visit; what is not here is refused.
VISIT_STEPS: Mapping[tuple[VisitState, VisitDeed], VisitState] = {
    (VisitState.PLANNED, VisitDeed.CHECK_IN): VisitState.CHECKED_IN,
    (VisitState.CHECKED_IN, VisitDeed.RAISE_FINDING): VisitState.CHECKED_IN,
    (VisitState.CHECKED_IN, VisitDeed.CLOSE): VisitState.CLOSED,
}


class Severity(Enum):
    """How grave a finding is."""

    MINOR = "MINOR"
    SERIOUS = "SERIOUS"
    GRAVE = "GRAVE"


class NotAssigned(PermissionDenied):
    """Only those whom the lottery sent act on a visit, or it would not matter whom it sends (ME-8)."""

    reason = "NOT_ASSIGNED"


class UnknownTerm(InvalidArgument):
    """A code that the campaign does not define."""

    reason = "UNKNOWN_TERM"


@dataclass(frozen=True)
class Visit:
    """One visit to one unit. label: embargoed until check-in. It is told to nobody before, so version 1 never travels.

    sender_path: the scope of the draw; until check-in nobody who stands below it sees the visit (AC-3).

    The number of its findings is no part of it: it is counted when asked, and the version does not grow with it.
    """

    id: str
    tenant: str
    campaign: str
    draw_id: str
    unit: str
    path: str
    sender_path: str
    kind: VisitKind
    state: VisitState
    inspectors: tuple[str, ...]
    check_in_time: datetime | None = None
    close_time: datetime | None = None
    version: int = 1
    label: int = EMBARGOED

    @property
    def name(self) -> str:
        return f"tenants/{self.tenant}/visits/{self.id}"

    @property
    def draw(self) -> str:
        return draw_name(self.tenant, self.draw_id)


@dataclass(frozen=True)
class WantedVisits:
    """Which visits a list is to hold; what is None or empty leaves it open. inspector: who is sent."""

    state: VisitState | None = None
    inspector: str = ""
    draw: Name | None = None


@dataclass(frozen=True)
class SeenVisit:
    """A visit as a reader sees it, with how many findings it has brought."""

    visit: Visit
    findings: int


@dataclass(frozen=True)
class Finding:
    """What a visit saw at a unit; it is never changed."""

    id: str
    tenant: str
    visit_tenant: str
    visit_id: str
    campaign: str
    unit: str
    path: str
    title: str
    detail: str
    wind: str
    severity: Severity
    create_time: datetime
    version: int = 1
    label: int = INTERNAL

    @property
    def name(self) -> str:
        return f"tenants/{self.tenant}/findings/{self.id}"

    @property
    def visit(self) -> str:
        return f"tenants/{self.visit_tenant}/visits/{self.visit_id}"


@dataclass(frozen=True)
class Observation:
    """What an inspector writes down: a finding before it has an id and a place."""

    title: str
    detail: str
    wind: str
    severity: Severity


@dataclass(frozen=True)
class Unit:
    """A unit as a draw needs it; path: ids from the root to the unit itself, each followed by "/"."""

    id: str
    code: str
    display_name: str
    path: str


@dataclass(frozen=True)
class Candidate:
    """Somebody who may be sent, and the units where they may not be sent, with everything below them."""

    subject: str
    barred_units: frozenset[str] = frozenset()


@dataclass(frozen=True)
class DrawOrder:
    """What is asked of a draw. seed_hex: 32 bytes in lower-case hex, which nobody chose (draw.md 1.3)."""

    campaign: str
    scope_unit: str
    stratum_level: str
    frame_level: str
    per_stratum: int
    reserve_per_stratum: int
    inspectors_per_visit: int
    seed_hex: str
    inspectors: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class DrawnPlace:
    """One place of a result: the unit with its code and name as they were, and who goes there.

    rank: 0 .. n-1 are visited, then the reserves in the order of their use. visit_id: empty for a reserve.
    """

    stratum: str
    rank: int
    unit: str
    unit_code: str
    unit_name: str
    path: str
    reserve: bool
    inspectors: tuple[str, ...]
    visit_id: str = ""


@dataclass(frozen=True)
class Commitments:
    """The RFC 6962 roots (hex) and sizes of what was drawn from."""

    frame_root: str
    frame_size: int
    inspectors_root: str
    inspectors_size: int


@dataclass(frozen=True)
class DrawnRows:
    """What the lottery ran on, in canonical encoding: enough to recompute it."""

    frame: tuple[str, ...] = ()
    inspectors: tuple[str, ...] = ()
    exclusions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draw:
    """A lottery that was held. path: of the unit that its frame lay under. It is never changed, and stays embargoed.

    order: without the inspectors, who stand in `rows`; rows: None where they were not read.
    """

    id: str
    tenant: str
    path: str
    order: DrawOrder
    commitments: Commitments
    load_cap: int
    create_time: datetime
    places: tuple[DrawnPlace, ...]
    rows: DrawnRows | None = None
    version: int = 1
    label: int = EMBARGOED

    @property
    def name(self) -> str:
        return draw_name(self.tenant, self.id)


def draw_name(tenant: str, draw_id: str) -> str:
    """The resource name of a draw."""
    return f"tenants/{tenant}/draws/{draw_id}"


def ids_along(path: str) -> tuple[str, ...]:
    """The ids of a unit and of all above it, from the root down. Which level one has, only its placement tells."""
    return tuple(part for part in path.split("/") if part)


def planned_visits(draw: Draw) -> list[Visit]:
    """The visits that a draw plans: one for each drawn unit, none for a reserve."""
    return [
        Visit(
            id=place.visit_id,
            tenant=draw.tenant,
            campaign=draw.order.campaign,
            draw_id=draw.id,
            unit=place.unit,
            path=place.path,
            sender_path=draw.path,
            kind=VisitKind.NO_NOTICE,
            state=VisitState.PLANNED,
            inspectors=place.inspectors,
        )
        for place in draw.places
        if not place.reserve
    ]


def after(visit: Visit, deed: VisitDeed) -> VisitState:
    """The state after a deed. Raises WrongState saying in which state it is possible."""
    return steps.after(VISIT_STEPS, visit.state, deed, name=visit.name)


def check_in(visit: Visit, *, now: datetime) -> Visit:
    """The team is at the door: from now on the visit is no secret (AC-3). Raises WrongState."""
    state = after(visit, VisitDeed.CHECK_IN)
    return replace(visit, state=state, label=INTERNAL, check_in_time=now, version=visit.version + 1)


def close(visit: Visit, *, now: datetime) -> Visit:
    """The visit is over. Raises WrongState."""
    return replace(visit, state=after(visit, VisitDeed.CLOSE), close_time=now, version=visit.version + 1)


def raise_finding(
    visit: Visit, observation: Observation, *, winds: Collection[str], finding_id: str, tenant: str, now: datetime
) -> Finding:
    """What the team saw, as a finding about the visited unit.

    winds: the codes that the visit's campaign defines. Raises WrongState and UnknownTerm.
    """
    after(visit, VisitDeed.RAISE_FINDING)
    if observation.wind not in winds:
        raise UnknownTerm(
            f"wind: {observation.wind} is none of campaign {visit.campaign}'s: {', '.join(winds)}",
            violations=[FieldViolation("wind", "is not a wind of the visit's campaign", "term")],
            wind=observation.wind,
            campaign=visit.campaign,
            allowed=",".join(winds),
        )
    return Finding(
        id=finding_id,
        tenant=tenant,
        visit_tenant=visit.tenant,
        visit_id=visit.id,
        campaign=visit.campaign,
        unit=visit.unit,
        path=visit.path,
        title=observation.title,
        detail=observation.detail,
        wind=observation.wind,
        severity=observation.severity,
        create_time=now,
    )


def check_assigned(visit: Visit, subject: str) -> None:
    """The subject is on the visit's team. Raises NotAssigned.

    The refusal names no visit: a denied access goes into the audit log, where an embargoed name must not stand (AC-3).
    """
    if subject not in visit.inspectors:
        raise NotAssigned("only the inspectors of a visit may act on it, and you are not one of them")
