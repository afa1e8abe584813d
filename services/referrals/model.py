"""What a referral is and what may happen to it; knows no SQL, no gRPC, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum

from shared import steps
from shared.errors import AlreadyExists, InvalidArgument

# Content is for the referring officer and the receiving body; superiors get counts (AC-4).
SEALED = 3


class ReferralState(Enum):
    """Where a referral stands."""

    SENT = "SENT"
    ACCEPTED = "ACCEPTED"
    RETURNED = "RETURNED"
    CONCLUDED = "CONCLUDED"


class ReferralDeed(Enum):
    """What the receiving body may do."""

    ACCEPT = "accepted"
    RETURN = "returned"
    CONCLUDE = "concluded"


STEPS: Mapping[tuple[ReferralState, ReferralDeed], ReferralState] = {
    (ReferralState.SENT, ReferralDeed.ACCEPT): ReferralState.ACCEPTED,
    (ReferralState.SENT, ReferralDeed.RETURN): ReferralState.RETURNED,
    (ReferralState.ACCEPTED, ReferralDeed.CONCLUDE): ReferralState.CONCLUDED,
}


class Outcome(Enum):
    """What came of it, by the tiers of ME-4; NONE until it is concluded."""

    NONE = "UNSPECIFIED"
    UNFOUNDED = "UNFOUNDED"
    EDUCATED = "EDUCATED"
    ADJUSTED = "ADJUSTED"
    SANCTIONED = "SANCTIONED"


class UnknownFinding(InvalidArgument):
    """There is no such finding, or the caller may not see it."""

    reason = "UNKNOWN_FINDING"


class AlreadyReferred(AlreadyExists):
    """The finding is with a body already; only a returned one may be handed over again."""

    reason = "ALREADY_REFERRED"


@dataclass(frozen=True)
class FoundFinding:
    """What must be known of a finding to refer it."""

    name: str
    tenant: str
    unit: str
    path: str
    campaign: str


@dataclass(frozen=True)
class Referral:
    """A finding handed to the competent body (线索移交)."""

    id: str
    tenant: str
    campaign: str
    finding: str
    unit: str
    path: str
    receiver: str
    summary: str
    policy_basis: str
    state: ReferralState
    return_reason: str
    outcome: Outcome
    outcome_remark: str
    create_time: datetime
    update_time: datetime
    accept_time: datetime | None = None
    close_time: datetime | None = None
    version: int = 1
    label: int = SEALED

    @property
    def name(self) -> str:
        return f"tenants/{self.tenant}/referrals/{self.id}"


def after(referral: Referral, deed: ReferralDeed) -> ReferralState:
    """The state after a deed. Raises WrongState saying in which state it is possible."""
    return steps.after(STEPS, referral.state, deed, name=referral.name)


def accept(referral: Referral, *, now: datetime) -> Referral:
    """The receiver takes it."""
    state = after(referral, ReferralDeed.ACCEPT)
    return replace(referral, state=state, accept_time=now, update_time=now, version=referral.version + 1)


def give_back(referral: Referral, *, reason: str, now: datetime) -> Referral:
    """The receiver sends it back with reasons (ME-7)."""
    state = after(referral, ReferralDeed.RETURN)
    return replace(
        referral, state=state, return_reason=reason, close_time=now, update_time=now, version=referral.version + 1
    )


def conclude(referral: Referral, *, outcome: Outcome, remark: str, now: datetime) -> Referral:
    """What came of it (办结)."""
    state = after(referral, ReferralDeed.CONCLUDE)
    return replace(
        referral,
        state=state,
        outcome=outcome,
        outcome_remark=remark,
        close_time=now,
        update_time=now,
        version=referral.version + 1,
    )
