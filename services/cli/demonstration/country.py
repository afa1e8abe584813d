"""The country of the demonstration: the national tree, planted through directory's door and read back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from plumbline.directory.v1 import directory_pb2
from plumbline.inspections.v1 import inspections_pb2
from plumbline.plans.v1 import plans_pb2
from services.cli.demonstration.office import Office, request_id, side_by_side
from services.cli.demonstration.telling import Book
from shared.rpc_client import RemoteRefusal

LEVELS = ("nation", "province", "city", "county", "township")
# Units from province to county keep ledgers; townships only stand in the tree.
REPORTING_LEVELS = ("province", "city", "county")
ROOT_CODE, ROOT_NAME = "000000", "全国"
PART_BYTES = 256 * 1024


class Country:
    """The units from the provinces to the counties, by id, and the root above them."""

    def __init__(self, *, office: Office, book: Book, patience: Callable[[], Awaitable[None]]) -> None:
        """patience: waits a moment; called between two looks at whether something has arrived."""
        self._office = office
        self._book = book
        self._patience = patience
        self.units: dict[str, directory_pb2.Unit] = {}
        self.root = directory_pb2.Unit()

    def at(self, level: str) -> list[directory_pb2.Unit]:
        """Units of a level in code order, so that the same seed tells the same story."""
        return sorted((unit for unit in self.units.values() if unit.level == level), key=lambda unit: unit.code)

    async def plant(self, tree: bytes) -> None:
        """Imports the national tree and waits until the other services know it."""
        parts = [tree[start : start + PART_BYTES] for start in range(0, len(tree), PART_BYTES)]
        header = directory_pb2.ImportUnitsHeader(
            request_id=request_id(),
            root_code=ROOT_CODE,
            root_name=ROOT_NAME,
            levels=LEVELS,
            tenant_level="province",
        )
        with self._book.chapter("tree", len(parts)) as advance:
            messages = [
                directory_pb2.ImportUnitsRequest(header=header),
                *(directory_pb2.ImportUnitsRequest(content=part) for part in parts),
            ]
            planted = await self._office.upload(
                self._office.directory.ImportUnits, _told(messages, advance), token=self._office.admin_token
            )
            self.root = planted.root
        with self._book.chapter("tree_read", 1) as advance:
            await self._read_units()
            await self._until_known(await self._last_planted())
            advance()

    async def _last_planted(self) -> directory_pb2.Unit:
        """The unit in the last part of the tree that travels: who knows it knows all, for parts arrive in order."""
        for county in reversed(self.at("county")):
            townships = await self._children(county)
            if townships:
                return townships[-1]
        return self.root

    async def _read_units(self) -> None:
        """Reads the units from the root to the counties, level by level, as anybody may who sees them."""
        above = [self.root]
        for level in REPORTING_LEVELS:
            found = await side_by_side(above, self._children, done=lambda: None)
            above = [unit for units in found for unit in units]
            self.units.update({unit.id: unit for unit in above if unit.level == level})

    async def _children(self, parent: directory_pb2.Unit) -> list[directory_pb2.Unit]:
        units: list[directory_pb2.Unit] = []
        token = ""
        while True:
            answer = await self._office.call(
                self._office.directory.ListUnits,
                directory_pb2.ListUnitsRequest(parent_unit=parent.id, page_size=200, page_token=token),
                token=self._office.admin_token,
            )
            units.extend(answer.units)
            token = answer.next_page_token
            if not token:
                return units

    async def _until_known(self, unit: directory_pb2.Unit) -> None:
        """Waits until plans and inspections have heard of a unit."""
        plans, visits = self._office.plans.ListProblems, self._office.inspections.ListVisits
        await self._until_answered(plans, plans_pb2.ListProblemsRequest(unit=unit.id, page_size=1))
        await self._until_answered(visits, inspections_pb2.ListVisitsRequest(unit=unit.id, page_size=1))

    async def _until_answered(self, method: Callable[..., Any], request: Any) -> None:
        while True:
            try:
                await self._office.call(method, request, token=self._office.admin_token)
            except RemoteRefusal as refusal:
                if refusal.remote_reason != "UNKNOWN_UNIT":
                    raise
                await self._patience()
            else:
                return


def _told(messages: Sequence[Any], advance: Callable[[], None]) -> Iterator[Any]:
    """The messages, with a step of the progress bar for each part after the header."""
    for number, message in enumerate(messages):
        if number:
            advance()
        yield message
