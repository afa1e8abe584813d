"""The only deed of the audit service: appending what happened to the logs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from services.audit import chain, store
from services.audit.model import Entry, Happening, Head
from shared.database import Transaction


async def append(tx: Transaction, happenings: Sequence[Happening]) -> None:
    """Appends each happening once to its tenant's log, without gaps, in the order in which they came."""
    heads = await store.lock_heads(tx, [happening.tenant for happening in happenings])
    fresh: dict[str, list[Happening]] = defaultdict(list)
    for happening in await store.unknown(tx, happenings):
        fresh[happening.tenant].append(happening)
    entries: list[Entry] = []
    moved: list[Head] = []
    for tenant, coming in fresh.items():
        head = heads[tenant]
        links = chain.extend(head.chain_hash, (happening.record for happening in coming))
        for number, (happening, (leaf, chained)) in enumerate(zip(coming, links, strict=True), start=1):
            entries.append(Entry(happening, head.size + number, leaf, chained))
        moved.append(Head(tenant, head.size + len(coming), links[-1][1]))
    if entries:
        await store.append(tx, entries, moved)
