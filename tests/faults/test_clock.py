"""Clocks are two hours off: tokens fail closed, order and figures do not depend on the time of day."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest

from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from plumbline.rollups.v1 import rollups_pb2, rollups_pb2_grpc
from services.cli.credentials import ADMIN_ROLE, FULL_CLEARANCE
from services.cli.folder import StackFolder
from services.cli.stack import Stack
from shared import rpc_client
from tests.faults.clients import Clients
from tests.faults.conftest import Broken, broken_world
from tests.faults.invariants import assert_whole

WRONG = {
    "plans": "tests.faults.skewed.plans_two_hours_ahead",
    "rollups": "tests.faults.skewed.rollups_two_hours_behind",
    "audit": "tests.faults.skewed.audit_two_hours_behind",
}


def older_token(stack: Stack) -> None:
    """The administrator signed in three hours ago for half a day: good by every one of these clocks."""
    stack.admin_token = stack.mint(
        subject="admin:1",
        tenant="",
        role=ADMIN_ROLE,
        path="",
        clearance=FULL_CLEARANCE,
        now=datetime.now(UTC) - timedelta(hours=3),
        lifetime=timedelta(hours=12),
    )


@pytest.fixture
async def skewed() -> AsyncIterator[Broken]:
    """A world in which plans is two hours ahead of the others, rollups and audit two hours behind."""
    root = Path(tempfile.mkdtemp(prefix="plumbline-clock-"))
    async with broken_world(root, before_planting=older_token, stand_ins=WRONG) as world:
        yield world
    StackFolder(root).remove()


async def test_clocks_two_hours_off(skewed: Broken) -> None:
    clients = Clients(skewed)

    async with clients.busy():
        await clients.until(30)
        await skewed.killed("plans")
        await clients.until(10)

    await assert_whole(skewed, clients)
    # A token of an hour is over by the one clock and not yet valid by the other: both doors stay shut.
    fresh = skewed.token("campaign_office", "11")
    unit = skewed.unit("11").id
    plans = plans_pb2_grpc.PlanServiceStub(skewed.channel("plans"))
    rollups = rollups_pb2_grpc.RollupServiceStub(skewed.channel("rollups"))
    for method, request in (
        (plans.ListProblems, plans_pb2.ListProblemsRequest(unit=unit)),
        (rollups.GetTable, rollups_pb2.GetTableRequest(unit=unit)),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await method(request, timeout=5, metadata=rpc_client.metadata(fresh))
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
