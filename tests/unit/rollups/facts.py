"""Facts as rollups counts them, valid unless a test says otherwise."""

from __future__ import annotations

from services.rollups.model import LodgingFact, Origin, PlanFact, ProblemFact, UnitFact

CAMPAIGN = "mass-line-2013"
PROVINCE, COUNTY = "nation/province/", "nation/province/county/"


def origin(
    entity: str = "tenants/t/problems/1",
    *,
    version: int = 1,
    placement_version: int = 1,
    path: str = COUNTY,
    campaign: str = CAMPAIGN,
) -> Origin:
    return Origin(
        entity=entity,
        tenant="t",
        version=version,
        placement_version=placement_version,
        line="territorial",
        path=path,
        campaign=campaign,
    )


def problem(state: str = "OPEN", light: str = "GREEN", **about: object) -> ProblemFact:
    return ProblemFact(origin(**about), state=state, light=light)  # type: ignore[arg-type]


def plan(state: str, **about: object) -> PlanFact:
    return PlanFact(origin(**about), state=state)  # type: ignore[arg-type]


def lodging(unit: str = "county", **about: object) -> LodgingFact:
    return LodgingFact(origin(**about), unit=unit)  # type: ignore[arg-type]


def unit(level: str = "county", path: str = COUNTY, *, version: int = 1, placement_version: int = 1) -> UnitFact:
    return UnitFact(
        id=path.rstrip("/").rsplit("/", 1)[-1],
        tenant="t",
        level=level,
        line="territorial",
        path=path,
        version=version,
        placement_version=placement_version,
    )
