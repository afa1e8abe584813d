"""What people may ask of referrals; every read of a sealed record is itself recorded (AC-6)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from services.referrals import events, store
from services.referrals.model import Referral
from shared import access, outbox, placements
from shared.database import Transaction
from shared.letters import Fact
from shared.names import Name
from shared.pages import Page

_STATE_PAGE = 1000


async def get(tx: Transaction, name: Name) -> Referral:
    """One referral. Raises NotFound, or PermissionDenied to strangers."""
    referral = await store.referral(tx, name)
    if referral is None:
        raise await placements.absent(tx, name)
    access.require(tx.call, path=referral.path, label=referral.label)
    await _record(tx, [referral])
    return referral


async def list_(tx: Transaction, unit_id: str, *, page: Page) -> tuple[list[Referral], tuple[str, str] | None]:
    """A page of referrals about a unit and those below it, and the key of its last row if there are more."""
    unit = await placements.find(tx, unit_id)
    access.require(tx.call, path=unit.path)
    rows = await store.page(tx, path=unit.path, page=page)
    shown = rows[: page.size]
    await _record(tx, shown)
    return shown, (shown[-1].path, shown[-1].id) if len(rows) > page.size else None


async def _record(tx: Transaction, read: list[Referral]) -> None:
    await outbox.record_reads(tx, [(r.name, r.path, r.tenant, r.label) for r in read])


async def state_facts(tx: Transaction, *, path: str) -> AsyncIterator[list[Fact]]:
    """The facts of the present state below a path, in pages; they carry counts' worth and no content."""
    after: tuple[str, ...] | None = None
    while True:
        rows = await store.page(tx, path=path, page=Page(_STATE_PAGE, after))
        shown = rows[:_STATE_PAGE]
        yield [events.referral_changed(referral) for referral in shown]
        if len(rows) <= _STATE_PAGE:
            return
        after = (shown[-1].path, shown[-1].id)
