"""What people may do with referrals: hand a finding over; take it, send it back, conclude it."""

from __future__ import annotations

from datetime import datetime

from services.referrals import events, model, store
from services.referrals.model import FoundFinding, Outcome, Referral, ReferralState
from shared import access, outbox, placements, versions
from shared.database import Transaction
from shared.errors import PermissionDenied
from shared.names import Name


async def refer(
    tx: Transaction,
    finding: FoundFinding,
    *,
    receiver: str,
    summary: str,
    policy_basis: str,
    referral_id: str,
    now: datetime,
) -> Referral:
    """Hands a finding to the competent body; the record belongs to the referring officer's tenant and is sealed.

    Nobody handles a case against their own unit (ME-4). Raises AlreadyReferred.
    """
    access.require(tx.call, path=finding.path, label=model.SEALED)
    if tx.call.identity.grant.path == finding.path:
        raise PermissionDenied(
            "somebody who acts for the unit itself may not refer what was found there: its superior does",
            resource=finding.name,
            policy="recusal",
            action=tx.call.action,
        )
    referral = Referral(
        id=referral_id,
        tenant=tx.call.identity.tenant or finding.tenant,
        campaign=finding.campaign,
        finding=finding.name,
        unit=finding.unit,
        path=finding.path,
        receiver=receiver,
        summary=summary,
        policy_basis=policy_basis,
        state=ReferralState.SENT,
        return_reason="",
        outcome=Outcome.NONE,
        outcome_remark="",
        create_time=now,
        update_time=now,
    )
    await store.add(tx, referral)
    return _told(tx, referral)


async def accept(tx: Transaction, name: Name, *, etag: str, now: datetime) -> Referral:
    """The receiver takes it."""
    return await _save(tx, model.accept(await _load(tx, name, etag=etag), now=now))


async def give_back(tx: Transaction, name: Name, *, etag: str, reason: str, now: datetime) -> Referral:
    """The receiver sends it back with reasons."""
    return await _save(tx, model.give_back(await _load(tx, name, etag=etag), reason=reason, now=now))


async def conclude(tx: Transaction, name: Name, *, etag: str, outcome: Outcome, remark: str, now: datetime) -> Referral:
    """The receiver records what came of it."""
    referral = await _load(tx, name, etag=etag)
    return await _save(tx, model.conclude(referral, outcome=outcome, remark=remark, now=now))


async def _load(tx: Transaction, name: Name, *, etag: str) -> Referral:
    referral = await store.referral(tx, name, for_update=True)
    if referral is None:
        raise await placements.absent(tx, name)
    access.require(tx.call, path=referral.path, label=referral.label)
    versions.check(etag, version=referral.version, name=referral.name)
    return referral


async def _save(tx: Transaction, changed: Referral) -> Referral:
    await store.save(tx, changed)
    return _told(tx, changed)


def _told(tx: Transaction, referral: Referral) -> Referral:
    # Said first, so that the deed's audit entry is sealed like the record and not internal like the count.
    outbox.about(tx, resource=referral.name, path=referral.path, tenant=referral.tenant, label=referral.label)
    outbox.append(tx, events.referral_changed(referral))
    return referral
