"""Who sits at the desks."""

from __future__ import annotations

import pytest

from tests.integration.plans.desk import CITY, COUNTY, Desk
from tests.integration.world import World


@pytest.fixture
def clerk(world: World) -> Desk:
    return Desk(world, world.token("unit_clerk", COUNTY, subject="clerk:110101"))


@pytest.fixture
def office(world: World) -> Desk:
    """The campaign office of the city above the county."""
    return Desk(world, world.token("campaign_office", CITY, subject="office:1101"))
