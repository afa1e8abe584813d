"""Whole ledgers by upload."""

from __future__ import annotations

import time
import uuid

from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from shared import rpc_client
from tests.benchmarks import country
from tests.benchmarks.figures import Figure, spread
from tests.benchmarks.ground import Ground

SUBJECT = "ledger import"
# As many as the contract lets a message carry.
_CHUNK = 500
_DEADLINE_S = 110.0


async def ledger_import(ground: Ground) -> list[Figure]:
    """ImportLedger: one upload of a province's ledger over its townships, in messages of 500 rows; all services run.

    The clock runs from the first message to the answer, which comes after the commit of all rows with their facts.
    """
    rows = ground.effort.items // 2
    province, townships = ground.country.largest_province()
    token = ground.token("unit_clerk", province)
    stub = plans_pb2_grpc.PlanServiceStub(ground.channel("plans"))
    rates = []
    for _ in range(ground.effort.rounds):
        items = [country.item(townships[number % len(townships)].id) for number in range(rows)]
        parts = [
            plans_pb2.ImportLedgerRequest(
                header=plans_pb2.ImportLedgerHeader(request_id=str(uuid.uuid4()), campaign=country.CAMPAIGN)
            ),
            *(
                plans_pb2.ImportLedgerRequest(chunk=plans_pb2.LedgerChunk(items=items[start : start + _CHUNK]))
                for start in range(0, rows, _CHUNK)
            ),
        ]
        began = time.perf_counter()
        answer = await rpc_client.upload(stub.ImportLedger, parts, token=token, deadline_s=_DEADLINE_S)
        rates.append(rows / (time.perf_counter() - began))
        assert answer.problems == rows
        await ground.until_quiet()
    rate = spread(rates)
    return [Figure(SUBJECT, f"ImportLedger, {rows:,} rows in one upload", rate.median, "items/s", rate.told)]
