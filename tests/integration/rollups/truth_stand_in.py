"""Takes the place of the services whose facts are counted: says whatever a test has written into a folder."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
from grpc_health.v1 import health, health_pb2_grpc

from plumbline.directory.v1 import directory_pb2_grpc
from plumbline.facts.v1 import facts_pb2
from plumbline.inspections.v1 import inspections_pb2_grpc
from plumbline.plans.v1 import plans_pb2_grpc
from plumbline.referrals.v1 import referrals_pb2_grpc

FOLDER_VARIABLE = "STAND_IN_TRUTH"
CHUNK = 200


class State:
    """Streams the facts in one file that lie below the path asked for."""

    def __init__(self, file: Path) -> None:
        self._file = file

    async def StreamState(  # noqa: N802
        self, request: facts_pb2.StreamStateRequest, context: grpc.aio.ServicerContext
    ) -> AsyncIterator[facts_pb2.StreamStateResponse]:
        if not self._file.exists():
            return
        truth = facts_pb2.StreamStateResponse.FromString(self._file.read_bytes())
        # A fact that places many units lies at the root; what of it is below the path, rollups sees for itself.
        facts = [
            fact
            for fact in truth.facts
            if fact.type == "directory.units_placed" or fact.lines[0].path.startswith(request.path)
        ]
        for start in range(0, len(facts), CHUNK):
            yield facts_pb2.StreamStateResponse(facts=facts[start : start + CHUNK])


async def serve() -> None:
    """Listen where the stack says, until SIGTERM. Each stand-in answers for all four: only one is asked of each."""
    folder = Path(os.environ[FOLDER_VARIABLE])
    server = grpc.aio.server(options=(("grpc.so_reuseport", 0),))
    health_pb2_grpc.add_HealthServicer_to_server(health.aio.HealthServicer(), server)
    directory_pb2_grpc.add_DirectoryStateServiceServicer_to_server(State(folder / "directory"), server)
    plans_pb2_grpc.add_PlanStateServiceServicer_to_server(State(folder / "plans"), server)
    inspections_pb2_grpc.add_InspectionStateServiceServicer_to_server(State(folder / "inspections"), server)
    referrals_pb2_grpc.add_ReferralStateServiceServicer_to_server(State(folder / "referrals"), server)
    server.add_insecure_port(os.environ["PLUMBLINE_LISTEN"])
    await server.start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await server.stop(None)


if __name__ == "__main__":
    asyncio.run(serve())
