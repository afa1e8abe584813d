"""Units as people name them: by code, and their names for ids; asks the directory and remembers nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from plumbline.directory.v1 import directory_pb2
from services.cli.connection import LARGEST_PAGE, Connection
from services.cli.refusals import StackRefused
from shared.rpc_client import RemoteRefusal

# Calls at once while many codes are looked up.
IN_FLIGHT = 16
TENANT_ID_LENGTH = 10


async def by_code(connection: Connection, code: str) -> directory_pb2.Unit:
    """The unit with a code. Raises RemoteRefusal."""
    unit: directory_pb2.Unit = await connection.call(
        connection.directory.GetUnit, directory_pb2.GetUnitRequest(code=code)
    )
    return unit


async def by_codes(connection: Connection, codes: Iterable[str]) -> Mapping[str, directory_pb2.Unit]:
    """The units with some codes; those that are not there, or not yours, are left out."""
    places = asyncio.Semaphore(IN_FLIGHT)

    async def one(code: str) -> tuple[str, directory_pb2.Unit | None]:
        async with places:
            try:
                return code, await by_code(connection, code)
            except RemoteRefusal as refusal:
                if refusal.remote_reason not in ("NOT_FOUND", "PERMISSION_DENIED"):
                    raise
                return code, None

    found = await asyncio.gather(*(one(code) for code in sorted(set(codes))))
    return {code: unit for code, unit in found if unit is not None}


async def names_of(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """The display name of each id in the order given; an id that cannot be seen stands for itself."""
    wanted = list(dict.fromkeys(ids))
    names = {id_: id_ for id_ in wanted}
    for start in range(0, len(wanted), LARGEST_PAGE):
        some = wanted[start : start + LARGEST_PAGE]
        answer = await connection.call(connection.directory.BatchGetUnits, directory_pb2.BatchGetUnitsRequest(ids=some))
        names.update({unit.id: unit.display_name for unit in answer.units})
    return names


async def tenant_of(connection: Connection, code_or_id: str) -> str:
    """The id of a tenant named by its unit's code or by its own id; of the topmost visible unit's for an empty one.

    Raises StackRefused where there is no such tenant.
    """
    if not code_or_id:
        top = await connection.call(connection.directory.ListUnits, directory_pb2.ListUnitsRequest(page_size=1))
        if not top.units:
            raise StackRefused("no_units")
        return str(top.units[0].tenant)
    found = await by_codes(connection, [code_or_id])
    if code_or_id in found:
        return found[code_or_id].tenant
    tenants = await names_of(connection, [code_or_id]) if len(code_or_id) == TENANT_ID_LENGTH else {}
    if tenants.get(code_or_id, code_or_id) == code_or_id:
        raise StackRefused("no_such_tenant", tenant=code_or_id)
    return code_or_id
