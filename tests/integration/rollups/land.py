"""A land whose facts a test makes up, publishes and keeps as the services' truth; one tree for a whole test file."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from plumbline.directory.v1 import events_pb2 as directory_events
from plumbline.facts.v1 import facts_pb2
from plumbline.plans.v1 import events_pb2 as plan_events
from plumbline.rollups.v1 import rollups_pb2, rollups_pb2_grpc
from services.cli.stack import Stack
from shared import outbox, rpc_client
from shared.bus import Bus, Outgoing
from tests.integration.watcher import Watcher

CAMPAIGN = "mass-line-2013"
LEVELS = ("nation", "province", "city", "county", "township")
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """A unit of the land. tenant: its province's, or the nation's own."""

    id: str
    code: str
    parent: str
    path: str
    level: str
    tenant: str


def small_tree() -> dict[str, Place]:
    """One nation, 2 provinces x 1 city x 2 counties x 2 townships, by code."""
    nation = Place("0000000000", "0", "", "0000000000/", "nation", "0000000000")
    places = {"0": nation}
    for province in ("11", "12"):
        _add(places, nation, province)
        city = _add(places, places[province], f"{province}01")
        for county in ("01", "02"):
            under = _add(places, city, city.code + county)
            for township in ("001", "002"):
                _add(places, under, under.code + township)
    return places


def _add(places: dict[str, Place], above: Place, code: str) -> Place:
    unit = code.rjust(10, "0")
    level = LEVELS[LEVELS.index(above.level) + 1]
    tenant = unit if level == "province" else above.tenant
    places[code] = Place(unit, code, above.id, f"{above.path}{unit}/", level, tenant)
    return places[code]


def placed(places: Iterable[Place], *, version: int = 1) -> facts_pb2.Fact:
    """The fact that units stand where they stand."""
    units = [
        directory_events.PlacedUnit(
            id=place.id,
            tenant=place.tenant,
            code=place.code,
            display_name=f"单位{place.code}",
            level=place.level,
            parent_unit=place.parent,
            path=place.path,
            version=version,
            placement_version=1,
        )
        for place in places
    ]
    root = "0000000000/"
    return fact("directory.units_placed", f"units/{units[0].id}", directory_events.UnitsPlaced(units=units), root)


def problem(
    place: Place, *, number: int, version: int = 1, state: str = "OPEN", light: str = "GREEN"
) -> facts_pb2.Fact:
    """A problem of a unit at a version."""
    payload = plan_events.ProblemChanged(unit=place.id, state=f"PROBLEM_STATE_{state}", light=f"LIGHT_{light}")
    entity = f"tenants/{place.tenant}/problems/{uuid.UUID(int=number)}"
    return fact("plans.problem_changed", entity, payload, place.path, version=version, tenant=place.tenant)


def lodging(place: Place, *, number: int, campaign: str = CAMPAIGN) -> facts_pb2.Fact:
    """One lodging of a unit's plan."""
    payload = plan_events.PlanLodged(plan="", unit=place.id, kind="PLAN_KIND_RECTIFICATION")
    entity = f"tenants/{place.tenant}/lodgings/{uuid.UUID(int=number)}"
    return fact("plans.plan_lodged", entity, payload, place.path, tenant=place.tenant, campaign=campaign)


def fact(
    type_: str,
    entity: str,
    payload: object,
    path: str,
    *,
    version: int = 1,
    tenant: str = "0000000000",
    campaign: str = CAMPAIGN,
) -> facts_pb2.Fact:
    """An envelope around a payload."""
    return facts_pb2.Fact(
        fact_id=str(uuid.uuid4()),
        type=type_,
        schema_version=1,
        tenant=tenant,
        entity=entity,
        version=version,
        placement_version=1,
        lines=[facts_pb2.Placement(line="territorial", path=path)],
        campaign=campaign,
        recorded_time=outbox.timestamp(START + timedelta(seconds=version)),
        payload=payload.SerializeToString(),  # type: ignore[attr-defined]
    )


class Land:
    """What a test does to a running rollups service, and asks of it."""

    def __init__(self, stack: Stack, *, truth: Path) -> None:
        self.stack = stack
        self.places = small_tree()
        self._folder = truth
        self._truth: dict[tuple[str, str], facts_pb2.Fact] = {}
        self._channel = rpc_client.open_channel(stack.addresses["rollups"])
        self._stub = rollups_pb2_grpc.RollupServiceStub(self._channel)

    async def happen(self, *facts: facts_pb2.Fact) -> None:
        """Facts become true, travel, and are waited for."""
        for told in facts:
            self.believe(told)
        await self.publish(*facts)
        await self.arrived()

    def believe(self, told: facts_pb2.Fact) -> None:
        """A fact becomes what its service would say, unless that knows better."""
        key = (told.type, told.entity)
        if key not in self._truth or self._truth[key].version < told.version:
            self._truth[key] = told
        service = told.type.partition(".")[0]
        state = [known for (type_, _), known in self._truth.items() if type_.startswith(f"{service}.")]
        fresh = self._folder / f"{service}.new"
        fresh.write_bytes(facts_pb2.StreamStateResponse(facts=state).SerializeToString())
        fresh.rename(self._folder / service)

    async def publish(self, *facts: facts_pb2.Fact) -> None:
        """Puts facts on the road, one by one, each under a message id of its own."""
        bus = await Bus.connect(self.stack.nats_url("admin"), name="land")
        try:
            for told in facts:
                await bus.publish(
                    [
                        Outgoing(
                            subject=outbox.subject(told, told.lines[0]),
                            message_id=f"{uuid.uuid4()}/territorial",
                            traceparent="",
                            data=told.SerializeToString(),
                        )
                    ]
                )
        finally:
            await bus.close()

    async def arrived(self) -> None:
        """Waits until no fact is on the road."""

        async def none_pending() -> bool:
            return (await self.table()).facts_pending == 0

        await eventually(none_pending)

    async def table(
        self, code: str = "", *, level: str = "", campaign: str = "", scope: str | None = None
    ) -> rollups_pb2.Table:
        """A table, as somebody whose grant begins at the unit with code `scope` gets it; None: at no unit."""
        request = rollups_pb2.GetTableRequest(unit_code=code, level=level, campaign=campaign)
        answer: rollups_pb2.Table = await rpc_client.call(self._stub.GetTable, request, token=self.token(scope))
        return answer

    async def figures(self, code: str = "", *, campaign: str = "") -> dict[str, int]:
        """A unit's own figures by metric, without those that are zero."""
        table = await self.table(code, campaign=campaign)
        values = zip((metric.id for metric in table.metrics), table.total.values, strict=True)
        return {metric: value for metric, value in values if value}

    async def verify(
        self, *, settle_seconds: int = 0, scope: str | None = None, role: str = "analyst"
    ) -> rollups_pb2.VerifyResult:
        """What a verification finds."""
        stages, result = await self.watch_verification(settle_seconds=settle_seconds, scope=scope, role=role)
        assert stages
        return result

    async def watch_verification(
        self, *, settle_seconds: int = 0, scope: str | None = None, role: str = "analyst"
    ) -> tuple[Sequence[str], rollups_pb2.VerifyResult]:
        """The stages that a verification tells, and what it finds."""
        request = rollups_pb2.VerifyRollupsRequest(settle_seconds=settle_seconds)
        stages: list[str] = []
        result = rollups_pb2.VerifyResult()
        async for answer in rpc_client.download(
            self._stub.VerifyRollups, request, token=self.token(scope, role=role), deadline_s=60
        ):
            if answer.HasField("progress"):
                stages.append(answer.progress.stage)
            else:
                result = answer.result
        return stages, result

    def watch(
        self,
        code: str = "",
        *,
        level: str = "",
        scope: str | None = None,
        token: str = "",
        deadline_s: float = 60,
    ) -> Watcher:
        """Somebody who watches a table; used as `async with`."""
        request = rollups_pb2.WatchTableRequest(unit_code=code, level=level)
        return Watcher(self._stub, request, token=token or self.token(scope), deadline_s=deadline_s)

    def token(self, scope: str | None, *, role: str = "analyst", **fields: Any) -> str:
        """A token for everything below a unit; None: for everything."""
        path = "" if scope is None else self.places[scope].path
        return self.stack.mint(
            **{"subject": "person:1", "tenant": "0000000000", "role": role, "path": path, "clearance": 1, **fields}
        )

    @asynccontextmanager
    async def superuser(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection from which nothing is hidden."""
        connection = await asyncpg.connect(self.stack.postgres_dsn)
        try:
            yield connection
        finally:
            await connection.close()

    async def close(self) -> None:
        await self._channel.close()


async def eventually(holds: Callable[[], Awaitable[bool]], *, timeout_s: float = 20.0) -> None:
    """Waits until a condition holds; fails when it does not in time."""
    deadline = time.monotonic() + timeout_s
    while not await holds():
        assert time.monotonic() < deadline, f"{holds.__name__} did not come true in {timeout_s} s"
        await asyncio.sleep(0.02)
