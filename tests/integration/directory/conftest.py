"""The directory of the small country."""

from __future__ import annotations

import pytest

from plumbline.directory.v1 import directory_pb2_grpc
from tests.integration.world import World


@pytest.fixture
def stub(world: World) -> directory_pb2_grpc.DirectoryServiceStub:
    """The directory that the other services of the small country heard of its units from."""
    return directory_pb2_grpc.DirectoryServiceStub(world.channel("directory"))
