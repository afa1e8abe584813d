"""What auditors may ask of the logs: changes nothing."""

from __future__ import annotations

from services.audit import chain, store, wire
from services.audit.model import SYSTEM_TENANT, Entry, Head
from shared import access, placements
from shared.database import Transaction
from shared.names import Name
from shared.pages import Page

# Entries checked at once: some ten milliseconds of hashing and reading, during which nobody else is answered.
_RUN = 1_000


async def _require_whole_tenant(tx: Transaction, tenant: str) -> None:
    """A log is read by those whose scope holds the whole tenant; the system's own, by those who see everything."""
    if tenant == SYSTEM_TENANT:
        access.require(tx.call, path="")
        return
    unit = (await placements.by_ids(tx, [tenant])).get(tenant)
    if unit is None:
        raise await placements.absent(tx, Name(tenant, "entries", "log"))
    access.require(tx.call, path=unit.path)


async def list_entries(
    tx: Transaction, tenant: str, *, page: Page, resource: str, actor: str, trace_id: str
) -> tuple[list[Entry], str | None]:
    """Entries newest first, and the last sequence if more follow."""
    await _require_whole_tenant(tx, tenant)
    before = int(page.after[0]) if page.after else None
    rows = await store.page(
        tx, tenant, before=before, resource=resource, actor=actor, trace_id=trace_id, limit=page.size + 1
    )
    shown = rows[: page.size]
    return shown, str(shown[-1].sequence) if len(rows) > page.size else None


async def get_head(tx: Transaction, tenant: str) -> Head:
    """The head of a tenant's log."""
    await _require_whole_tenant(tx, tenant)
    return await store.head(tx, tenant)


async def require_verifier(tx: Transaction, tenant: str) -> None:
    """Whoever has a log checked must be allowed to read it."""
    await _require_whole_tenant(tx, tenant)


async def verify(tx: Transaction, tenant: str) -> tuple[int, int]:
    """Recomputes a log from its records to its head. Returns (entries, first bad sequence or 0).

    Runs under the service's own role: a chain can only be checked whole, and tells nothing of what it holds.
    """
    head, expected, after = chain.BEGINNING, 1, 0
    while True:
        entries = await store.run(tx, tenant, after=after, limit=_RUN)
        if not entries:
            break
        bad, head, expected = chain.first_bad(
            [(entry.sequence, entry.happening.record, entry.leaf_hash, entry.chain_hash) for entry in entries],
            head=head,
            expected=expected,
        )
        sound = (entry for entry in entries if not bad or entry.sequence < bad)
        rewritten = next((entry.sequence for entry in sound if not wire.says_its_record(entry.happening)), 0)
        if rewritten or bad:
            first = rewritten or bad
            return first - 1, first
        after = entries[-1].sequence
    claimed = await store.head(tx, tenant)
    if (claimed.size, claimed.chain_hash) != (expected - 1, head):
        # Entries were cut off at the end, or the head was set back: what one has and the other lacks comes first.
        # Never below 1, whatever size the head claims: 0 would say that all is well.
        first = max(1, min(claimed.size + 1, expected))
        return first - 1, first
    return expected - 1, 0
