"""Referrals to protobuf and back; enum values lose the contract's prefix here and nowhere else."""

from __future__ import annotations

from plumbline.inspections.v1 import inspections_pb2
from plumbline.referrals.v1 import events_pb2, referrals_pb2
from services.referrals.model import FoundFinding, Outcome, Referral, ReferralState
from shared import versions
from shared.dates import timestamp, timestamp_or_absent

_STATE = "REFERRAL_STATE_"


def referral_message(referral: Referral) -> referrals_pb2.Referral:
    """A referral as those who may read it get it; times that have not come are absent."""
    return referrals_pb2.Referral(
        name=referral.name,
        etag=versions.etag(referral.version),
        campaign=referral.campaign,
        finding=referral.finding,
        unit=referral.unit,
        path=referral.path,
        receiver=referral.receiver,
        summary=referral.summary,
        policy_basis=referral.policy_basis,
        state=f"{_STATE}{referral.state.value}",
        return_reason=referral.return_reason,
        outcome=f"OUTCOME_{referral.outcome.value}",
        outcome_remark=referral.outcome_remark,
        create_time=timestamp(referral.create_time),
        accept_time=timestamp_or_absent(referral.accept_time),
        close_time=timestamp_or_absent(referral.close_time),
    )


def referral_changed(referral: Referral) -> events_pb2.ReferralChanged:
    """What superiors may know: state and outcome, never what it is about (AC-4)."""
    return events_pb2.ReferralChanged(
        unit=referral.unit,
        receiver=referral.receiver,
        state=f"{_STATE}{referral.state.value}",
        outcome=f"OUTCOME_{referral.outcome.value}",
    )


def found(finding: inspections_pb2.Finding) -> FoundFinding:
    """A finding as inspections answered it."""
    return FoundFinding(
        name=finding.name,
        tenant=finding.name.split("/")[1],
        unit=finding.unit,
        path=finding.path,
        campaign=finding.campaign,
    )


def outcome(value: referrals_pb2.Outcome) -> Outcome:
    return Outcome(referrals_pb2.Outcome.Name(value).removeprefix("OUTCOME_"))


def state_filter(value: referrals_pb2.ReferralState) -> str:
    """The state asked for; empty for all."""
    return "" if value == 0 else ReferralState(referrals_pb2.ReferralState.Name(value).removeprefix(_STATE)).value


def order(value: referrals_pb2.ReferralOrder) -> str:
    """What a list goes by; empty for the paths."""
    return "" if value == 0 else referrals_pb2.ReferralOrder.Name(value).removeprefix("REFERRAL_ORDER_")
