"""How a ledger comes in at the door: rows of the contract to rows of a ledger, one or a whole stream of them."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from datetime import date

from plumbline.plans.v1 import plans_pb2
from services.plans import wire
from services.plans.commands.ledgers import LedgerRow
from shared import dates
from shared.errors import FieldViolation, InvalidArgument, TooMuch

# A ledger of a whole province with all its counties; beyond it, send it in parts.
LARGEST_LEDGER = 50_000


class LedgerTooLong(TooMuch):
    """More rows than one import takes."""

    reason = "LEDGER_TOO_LONG"


class HeaderMissing(InvalidArgument):
    """An upload starts with its header and has exactly one."""

    reason = "HEADER_MISSING"


def row(item: plans_pb2.LedgerItem, *, where: str) -> LedgerRow:
    """A row of a ledger. where: the field that holds it, for the refusal. Raises BadDate."""
    due_date: date | None = None
    if item.HasField("due_date"):
        due_date = dates.day(item.due_date, field=f"{where}.due_date")
    return LedgerRow(
        unit=item.unit,
        unit_code=item.unit_code,
        title=item.title,
        wind=item.wind,
        source=item.source,
        subject=wire.subject(item.subject),
        responsible_leader=item.responsible_leader,
        responsible_department=item.responsible_department,
        responsible_person=item.responsible_person,
        due_date=due_date,
        due_working_days=item.due_working_days,
    )


async def collect(
    requests: AsyncIterator[plans_pb2.ImportLedgerRequest],
) -> tuple[plans_pb2.ImportLedgerHeader, list[LedgerRow], bytes]:
    """The header, the rows and a digest of an upload. Raises HeaderMissing or LedgerTooLong."""
    header: plans_pb2.ImportLedgerHeader | None = None
    rows: list[LedgerRow] = []
    digest = hashlib.sha256()
    async for request in requests:
        digest.update(request.SerializeToString(deterministic=True))
        if request.HasField("header"):
            if header is not None or rows:
                raise _no_header("comes once, before the rows")
            header = request.header
            continue
        if header is None:
            raise _no_header("must come before the rows")
        rows.extend(row(item, where=f"items[{len(rows) + number}]") for number, item in enumerate(request.chunk.items))
        if len(rows) > LARGEST_LEDGER:
            raise LedgerTooLong(f"more than {LARGEST_LEDGER} rows: send the ledger in parts", limit=LARGEST_LEDGER)
    if header is None or not rows:
        raise _no_header("and at least one row are needed")
    return header, rows, digest.digest()


def _no_header(what: str) -> HeaderMissing:
    return HeaderMissing(f"the header {what}", violations=[FieldViolation("header", what, "header")])
