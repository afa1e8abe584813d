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


async def list_(
    tx: Transaction, unit_id: str, *, page: Page, state: str, order: str
) -> tuple[list[Referral], tuple[str, ...] | None]:
    """A page of referrals about a unit and those below it, and the key of its last row if there are more."""
    unit = await placements.find(tx, unit_id)
    access.require(tx.call, path=unit.path)
    shown, last = await store.page(tx, path=unit.path, page=page, state=state, order=order)
    await _record(tx, shown)
    return shown, last


async def _record(tx: Transaction, read: list[Referral]) -> None:
    await outbox.record_reads(tx, [(r.name, r.path, r.tenant, r.label) for r in read])


async def state_facts(tx: Transaction, *, path: str) -> AsyncIterator[list[Fact]]:
    """The facts of the present state below a path, in pages; they carry counts' worth and no content."""
    after: tuple[str, ...] | None = None
    while True:
        shown, after = await store.page(tx, path=path, page=Page(_STATE_PAGE, after))
        yield [events.referral_changed(referral) for referral in shown]
        if after is None:
            return
