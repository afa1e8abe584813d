"""What a clerk of a county writes stands on the open table of the province and of the nation."""

from __future__ import annotations

import time

from plumbline.plans.v1 import plans_pb2_grpc
from plumbline.rollups.v1 import rollups_pb2, rollups_pb2_grpc
from shared import rpc_client
from tests.integration.ledger import a_problem
from tests.integration.watcher import Watcher
from tests.integration.world import World

CHANGED = {"problems_total": 1, "problems_open": 1}


async def test_a_problem_put_on_a_countys_ledger_comes_to_those_who_watch_above(world: World) -> None:
    county = world.unit("130201")
    plans = plans_pb2_grpc.PlanServiceStub(world.channel("plans"))
    clerk = world.token("unit_clerk", "130201")
    async with _watched(world, "0") as nation, _watched(world, "13") as province:
        tables = (nation, province)
        before = [_figures(table) for table in tables]

        await rpc_client.call(plans.CreateProblem, a_problem(unit=county.id), token=clerk)
        committed = time.monotonic()
        for table, had in zip(tables, before, strict=True):
            await table.until(lambda t=table, had=had: _figures(t) != had, "the figures change")
            print(f"{table.total.code}: {(time.monotonic() - committed) * 1000:.0f} ms after the commit")

        for table, row, had in zip(tables, ("13", "1302"), before, strict=True):
            assert _grown(had, _figures(table)) == {("", m): n for m, n in CHANGED.items()} | {
                (row, m): n for m, n in CHANGED.items()
            }


def _watched(world: World, code: str) -> Watcher:
    """Somebody who watches a unit and those directly below, under that unit's own grant."""
    stub = rollups_pb2_grpc.RollupServiceStub(world.channel("rollups"))
    request = rollups_pb2.WatchTableRequest(unit_code=code)
    return Watcher(stub, request, token=world.token("analyst", code), deadline_s=60)


def _figures(table: Watcher) -> dict[tuple[str, str], int]:
    """Every figure that a watcher has, by row (empty for the total) and metric."""
    return {(code, metric): table.figure(metric, code) for code in ("", *table.rows) for metric in table.metrics}


def _grown(before: dict[tuple[str, str], int], after: dict[tuple[str, str], int]) -> dict[tuple[str, str], int]:
    return {key: after[key] - value for key, value in before.items() if after[key] != value}
