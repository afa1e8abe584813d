"""The people of an inspection on the shared small country: who draws, who is sent, who is visited and who looks on."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from plumbline.facts.v1 import facts_pb2
from plumbline.inspections.v1 import inspections_pb2, inspections_pb2_grpc
from shared import rpc_client
from shared.bus import Bus
from shared.rpc_client import RemoteRefusal
from tests.integration.world import CAMPAIGN, World

SEED = "11af0849f652016ba187dd400ddc71cd4d0793fa7c57be199b2ac695fbc6de6c"
EMBARGO_CLEARANCE = 2


class Inspections:
    """Calls the inspections service as its people would; each call names its token."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.stub = inspections_pb2_grpc.InspectionServiceStub(world.channel("inspections"))
        self.state = inspections_pb2_grpc.InspectionStateServiceStub(world.channel("inspections"))
        self.custodian = world.token("draw_custodian", "0", clearance=EMBARGO_CLEARANCE, subject="custodian:1")

    async def call(self, method: str, request: Any, *, token: str) -> Any:
        """One call of InspectionService; a draw may take longer than calls between services do."""
        return await rpc_client.call(getattr(self.stub, method), request, token=token, deadline_s=10)

    async def refusal(self, method: str, request: Any, *, token: str) -> RemoteRefusal:
        """The refusal that the call must end in."""
        with pytest.raises(RemoteRefusal) as refused:
            await self.call(method, request, token=token)
        return refused.value

    def order(self, code: str = "11", **changes: Any) -> inspections_pb2.RunDrawRequest:
        """A draw of one county and one reserve in each city below a unit; everything in it can be changed."""
        order: dict[str, Any] = {
            "request_id": str(uuid.uuid4()),
            "campaign": CAMPAIGN,
            "scope_unit": self.world.unit(code).id,
            "stratum_level": "city",
            "frame_level": "county",
            "per_stratum": 1,
            "reserve_per_stratum": 1,
            "inspectors_per_visit": 2,
            "seed_hex": SEED,
            "inspectors": people(4),
        }
        return inspections_pb2.RunDrawRequest(**(order | changes))

    async def draw(self, code: str = "11", **changes: Any) -> inspections_pb2.Draw:
        """A draw that was held."""
        return await self.call("RunDraw", self.order(code, **changes), token=self.custodian)

    async def planned_visit(self, sender: str = "1101") -> inspections_pb2.DrawnUnit:
        """The place of a fresh draw of the sender's in which the county 110101 is visited."""
        draw = await self.draw(sender, per_stratum=2, reserve_per_stratum=0)
        return next(place for place in draw.drawn if place.unit == self.world.unit("110101").id)

    def sent(self, place: inspections_pb2.DrawnUnit) -> str:
        """The token of one of those whom the lottery sent."""
        return self.inspector(place.inspectors[0])

    def inspector(self, subject: str) -> str:
        return self.world.token("supervision_inspector", "0", clearance=EMBARGO_CLEARANCE, subject=subject)

    async def check_in(self, place: inspections_pb2.DrawnUnit, *, token: str = "", etag: str = "") -> Any:
        request = inspections_pb2.CheckInVisitRequest(name=place.visit, request_id=str(uuid.uuid4()), etag=etag)
        return await self.call("CheckInVisit", request, token=token or self.sent(place))

    async def close(self, place: inspections_pb2.DrawnUnit) -> Any:
        request = inspections_pb2.CloseVisitRequest(name=place.visit, request_id=str(uuid.uuid4()))
        return await self.call("CloseVisit", request, token=self.sent(place))

    def observation(
        self, place: inspections_pb2.DrawnUnit, *, wind: str = "formalism"
    ) -> inspections_pb2.RaiseFindingRequest:
        """What the team saw at a unit."""
        return inspections_pb2.RaiseFindingRequest(
            visit=place.visit,
            request_id=str(uuid.uuid4()),
            title="文山会海",
            detail="三天开了九个会",
            wind=wind,
            severity=inspections_pb2.SEVERITY_SERIOUS,
        )


class Listener:
    """What the inspections service tells the others, from when listening began: the newest fact of each entity."""

    def __init__(self, inspections: Inspections) -> None:
        self._inspections = inspections
        self.heard: dict[str, facts_pb2.Fact] = {}

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Listener]:
        """Listens while the block runs."""
        bus = await Bus.connect(self._inspections.world.stack.nats_url("admin"), name="looking on")
        task = asyncio.create_task(self._listen(bus))
        try:
            # The bus does not say when watching has begun, so something is told until it is heard.
            await self._inspections.world.eventually(self._hears_a_fresh_visit)
            yield self
        finally:
            task.cancel()
            await bus.close()

    async def hears(self, entity: str, *, version: int = 1) -> None:
        """Waits until an entity was told of at a version."""

        async def heard() -> bool:
            return entity in self.heard and self.heard[entity].version >= version

        await self._inspections.world.eventually(heard)

    async def _hears_a_fresh_visit(self) -> bool:
        await self._inspections.check_in(await self._inspections.planned_visit())
        return bool(self.heard)

    async def _listen(self, bus: Bus) -> None:
        async for message in bus.watch("UP", subjects=["up.*.inspections.>"]):
            fact = facts_pb2.Fact.FromString(message.data)
            if fact.entity not in self.heard or self.heard[fact.entity].version < fact.version:
                self.heard[fact.entity] = fact


def people(number: int, *, barred: Sequence[str] = ()) -> list[inspections_pb2.Inspector]:
    """Some inspectors, all of them barred from the same units."""
    return [inspections_pb2.Inspector(subject=f"inspector:{n}", barred_units=barred) for n in range(number)]


@pytest.fixture(scope="session")
async def inspections(world: World) -> Inspections:
    """The inspections service once it has heard of the whole country and its campaign."""
    made = Inspections(world)
    every = [world.unit(code) for p in ("11", "12", "13") for code in _codes_below(p)]

    async def knows_all() -> bool:
        asked = [inspections_pb2.ListVisitsRequest(unit=unit.id) for unit in every]
        answers = await asyncio.gather(
            *(made.call("ListVisits", request, token=world.admin) for request in asked), return_exceptions=True
        )
        return not any(isinstance(answer, BaseException) for answer in answers)

    async def knows_the_campaign() -> bool:
        try:
            await made.draw()
        except RemoteRefusal as refusal:
            if refusal.remote_reason == "UNKNOWN_CAMPAIGN":
                return False
            raise
        return True

    await world.eventually(knows_all)
    await world.eventually(knows_the_campaign)
    return made


def _codes_below(province: str) -> list[str]:
    cities = [f"{province}{city}" for city in ("01", "02")]
    counties = [f"{city}{county}" for city in cities for county in ("01", "02")]
    return [province, *cities, *counties, *(f"{county}{t}" for county in counties for t in ("001", "002"))]
