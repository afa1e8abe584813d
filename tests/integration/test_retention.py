"""What only protects against repeats is kept for its time and then forgotten."""

from __future__ import annotations

from datetime import timedelta

import asyncpg

from plumbline.plans.v1 import plans_pb2_grpc
from shared import retention, rpc_client
from shared.calls import system_call
from shared.clock import FakeClock, SystemClock
from shared.database import Database
from tests.integration.ledger import a_problem
from tests.integration.world import World


async def test_an_answer_is_remembered_for_a_day_and_no_longer(world: World) -> None:
    stub = plans_pb2_grpc.PlanServiceStub(world.channel("plans"))
    request = a_problem(unit=world.unit("130202").id)
    await rpc_client.call(stub.CreateProblem, request, token=world.admin)
    database = Database.open(world.stack.database_url("plans_system"), application="test", pool_size=1)
    superuser = await asyncpg.connect(world.stack.postgres_dsn)
    clock = FakeClock(SystemClock().now())

    async def remembered() -> int:
        # Only this test's own: other tests need theirs.
        return int(
            await superuser.fetchval(
                "select count(*) from plans.answers where request_id = $1::uuid", request.request_id
            )
        )

    try:
        # Others' answers are made younger than any day, so that only this one is old when the clock moves.
        async with database.transaction(system_call("plans", action="test", now=clock.now())) as tx:
            await tx.fetch("update plans.answers set answer_time = answer_time + interval '30 days'")
            await tx.fetch(
                "update plans.answers set answer_time = $1 where request_id = $2::uuid", clock.now(), request.request_id
            )
        clock.advance(timedelta(hours=23))
        await database.run(
            system_call("plans", action="test", now=clock.now()), lambda tx: retention.forget(tx, clock=clock)
        )
        after_23_hours = await remembered()
        clock.advance(timedelta(hours=2))
        await database.run(
            system_call("plans", action="test", now=clock.now()), lambda tx: retention.forget(tx, clock=clock)
        )
        after_25_hours = await remembered()
    finally:
        await superuser.close()
        await database.close()

    assert (after_23_hours, after_25_hours) == (1, 0)
