"""The country that benchmarks run on, the people in it, and the problems they write down: the real national tree."""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import asyncpg
import grpc
from google.type import date_pb2

from plumbline.directory.v1 import directory_pb2, directory_pb2_grpc
from plumbline.facts.v1 import facts_pb2
from plumbline.plans.v1 import plans_pb2
from services.cli.demonstration.country import LEVELS, PART_BYTES, ROOT_CODE, ROOT_NAME
from services.plans import events
from services.plans.model import Light, Problem, ProblemState, Subject
from shared import outbox, rpc_client
from shared.calls import Call

CAMPAIGN = "mass-line-2013"
_UNITS = "select unit_id, tenant_id, code, level, path from plans.placements order by code"


@dataclass(frozen=True)
class Place:
    """A unit and where it stands."""

    id: str
    tenant: str
    code: str
    level: str
    path: str


class Country:
    """All units, by level in code order."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.size = len(places)
        self._by_level: dict[str, list[Place]] = {}
        for place in places:
            self._by_level.setdefault(place.level, []).append(place)

    def at(self, level: str) -> list[Place]:
        """The units of a level."""
        return self._by_level[level]

    @property
    def root(self) -> Place:
        """The nation."""
        return self.at("nation")[0]

    def largest_province(self) -> tuple[Place, list[Place]]:
        """The province with the most townships, and these."""
        below = {
            province: [place for place in self.at("township") if place.path.startswith(province.path)]
            for province in self.at("province")
        }
        return max(below.items(), key=lambda each: len(each[1]))

    def some(self, level: str, count: int) -> list[Place]:
        """So many units of a level from all over the country, always the same ones."""
        return random.Random(count).choices(self.at(level), k=count)


async def plant(channel: grpc.aio.Channel, tree: bytes, *, token: str) -> int:
    """Imports a tree through directory's door. Returns how many units it has."""
    header = directory_pb2.ImportUnitsHeader(
        request_id=str(uuid.uuid4()), root_code=ROOT_CODE, root_name=ROOT_NAME, levels=LEVELS, tenant_level="province"
    )
    parts = [
        directory_pb2.ImportUnitsRequest(header=header),
        *(
            directory_pb2.ImportUnitsRequest(content=tree[start : start + PART_BYTES])
            for start in range(0, len(tree), PART_BYTES)
        ),
    ]
    stub = directory_pb2_grpc.DirectoryServiceStub(channel)
    answer = await rpc_client.upload(stub.ImportUnits, parts, token=token, deadline_s=110)
    return int(answer.units)


async def read(connection: asyncpg.Connection) -> Country:
    """The country as plans knows it."""
    return Country([Place(*row) for row in await connection.fetch(_UNITS)])


def item(unit: str = "", *, unit_code: str = "") -> plans_pb2.LedgerItem:
    """A sound line of a ledger as clerks write them, due in 30 days."""
    due = datetime.now(UTC).date() + timedelta(days=30)
    return plans_pb2.LedgerItem(
        unit=unit,
        unit_code=unit_code,
        title="会议过多，文件过多，基层负担重",
        wind="formalism",
        source="comment",
        subject=plans_pb2.SUBJECT_TEAM,
        responsible_leader="主要负责人",
        responsible_department="办公室",
        responsible_person="经办人",
        due_date=date_pb2.Date(year=due.year, month=due.month, day=due.day),
    )


def create_problem(unit: str) -> plans_pb2.CreateProblemRequest:
    """A request that puts one problem on a unit's ledger."""
    return plans_pb2.CreateProblemRequest(request_id=str(uuid.uuid4()), campaign=CAMPAIGN, item=item(unit))


def problem(place: Place, *, now: datetime, version: int = 1, id_: str = "") -> Problem:
    """A problem as plans keeps it; beyond its first version it is being put right."""
    return Problem(
        id=id_ or str(uuid.uuid4()),
        tenant=place.tenant,
        campaign=CAMPAIGN,
        unit=place.id,
        path=place.path,
        title="会议过多，文件过多，基层负担重",
        wind="formalism",
        source="comment",
        subject=Subject.TEAM,
        responsible_leader="主要负责人",
        responsible_department="办公室",
        responsible_person="经办人",
        due_date=date(now.year + 1, 1, 31),
        state=ProblemState.OPEN if version == 1 else ProblemState.IN_PROGRESS,
        light=Light.GREEN,
        percent_done=0 if version == 1 else 10 * version,
        remark="",
        verifier="",
        finding="",
        create_time=now,
        update_time=now,
        version=version,
    )


def facts(places: Sequence[Place], *, call: Call) -> list[facts_pb2.Fact]:
    """Facts of plans as they travel: in each unit a problem that is new, and later the same one being put right."""
    new = [problem(place, now=call.received) for place in places]
    later = [
        problem(place, now=call.received, version=2, id_=first.id) for place, first in zip(places, new, strict=True)
    ]
    return [outbox.envelope(events.problem_changed(each), call=call) for each in (*new, *later)]


def message_id(fact: facts_pb2.Fact) -> str:
    """By what repeats of a fact are known in its first line."""
    return f"{fact.fact_id}/{fact.lines[0].line}"
