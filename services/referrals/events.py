"""What referrals tells the others: that one is there and how far it is, and nothing of what it says."""

from __future__ import annotations

from services.referrals import wire
from services.referrals.model import Referral
from shared.letters import Fact

# The record is sealed; that there is one is not (AC-4: superiors see counts).
COUNTS_ARE_INTERNAL = 1


def referral_changed(referral: Referral) -> Fact:
    """The referral's state at its version."""
    return Fact(
        type="referrals.referral_changed",
        tenant=referral.tenant,
        entity=referral.name,
        version=referral.version,
        path=referral.path,
        label=COUNTS_ARE_INTERNAL,
        campaign=referral.campaign,
        effective_time=referral.update_time,
        payload=wire.referral_changed(referral),
    )
