"""Units by their ids, for pages whose things name a unit by nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from plumbline.directory.v1 import directory_pb2
from services.console.door import Turn

# What directory answers at once.
_AT_ONCE: Final = 200


async def by_id(turn: Turn, ids: Iterable[str]) -> Mapping[str, directory_pb2.Unit]:
    """The units of these ids that this person may see. Raises RemoteRefusal or RemoteFailure."""
    wanted = sorted({each for each in ids if each})
    found: dict[str, directory_pb2.Unit] = {}
    for first in range(0, len(wanted), _AT_ONCE):
        request = directory_pb2.BatchGetUnitsRequest(ids=wanted[first : first + _AT_ONCE])
        answer = await turn.call(turn.services.directory.BatchGetUnits, request)
        found.update({unit.id: unit for unit in answer.units})
    return found
