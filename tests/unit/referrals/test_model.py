"""What may happen to a referral, by its state table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.referrals import model
from services.referrals.model import STEPS, Outcome, Referral, ReferralDeed, ReferralState
from shared.errors import WrongState

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def a_referral(**changes: object) -> Referral:
    referral = Referral(
        id="00000000-0000-4000-8000-000000000003",
        tenant="0123456789",
        campaign="mass-line-2013",
        finding="tenants/0123456789/findings/00000000-0000-4000-8000-000000000004",
        unit="1123456789",
        path="0123456789/1123456789/",
        receiver="discipline_commission",
        summary="拟移交核查",
        policy_basis="条例",
        state=ReferralState.SENT,
        return_reason="",
        outcome=Outcome.NONE,
        outcome_remark="",
        create_time=NOW,
        update_time=NOW,
    )
    return replace(referral, **changes)  # type: ignore[arg-type]


def do(referral: Referral, deed: ReferralDeed) -> Referral:
    if deed is ReferralDeed.ACCEPT:
        return model.accept(referral, now=NOW)
    if deed is ReferralDeed.RETURN:
        return model.give_back(referral, reason="要素不全", now=NOW)
    return model.conclude(referral, outcome=Outcome.EDUCATED, remark="教育帮助", now=NOW)


@pytest.mark.parametrize("state", list(ReferralState))
@pytest.mark.parametrize("deed", list(ReferralDeed))
def test_a_deed_that_the_table_lacks_is_refused(state: ReferralState, deed: ReferralDeed) -> None:
    referral = a_referral(state=state, version=4)

    if (state, deed) in STEPS:
        changed = do(referral, deed)
        assert (changed.state, changed.version) == (STEPS[state, deed], 5)
        return
    with pytest.raises(WrongState) as caught:
        do(referral, deed)
    allowed = {start.value for start, step in STEPS if step is deed}
    assert set(caught.value.facts["allowed"].split(",")) == allowed
    assert caught.value.facts["state"] == state.value


def test_a_new_referral_is_sealed() -> None:
    """AC-4."""
    assert a_referral().label == model.SEALED


class LifeOfAReferral(RuleBasedStateMachine):
    """Whatever is tried, an outcome comes only after acceptance, and what was returned or concluded is at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.referral = a_referral()
        self.sent = self.referral
        self.history: list[ReferralDeed] = []

    @rule(deed=st.sampled_from(list(ReferralDeed)))
    def try_it(self, deed: ReferralDeed) -> None:
        try:
            self.referral = do(self.referral, deed)
        except WrongState:
            return
        self.history.append(deed)

    @invariant()
    def the_history_is_one_of_four(self) -> None:
        assert self.history in (
            [],
            [ReferralDeed.ACCEPT],
            [ReferralDeed.RETURN],
            [ReferralDeed.ACCEPT, ReferralDeed.CONCLUDE],
        )

    @invariant()
    def an_outcome_means_concluded(self) -> None:
        assert (self.referral.outcome is not Outcome.NONE) == (self.referral.state is ReferralState.CONCLUDED)

    @invariant()
    def each_deed_is_one_version(self) -> None:
        assert self.referral.version == 1 + len(self.history)

    @invariant()
    def reasons_and_times_come_with_their_deeds(self) -> None:
        assert bool(self.referral.return_reason) == (ReferralDeed.RETURN in self.history)
        assert (self.referral.accept_time is not None) == (ReferralDeed.ACCEPT in self.history)
        at_its_end = self.referral.state in (ReferralState.RETURNED, ReferralState.CONCLUDED)
        assert (self.referral.close_time is not None) == at_its_end

    @invariant()
    def what_was_handed_over_stays_as_it_was_and_sealed(self) -> None:
        kept = ("name", "finding", "unit", "path", "receiver", "summary", "policy_basis", "create_time", "label")
        assert [getattr(self.referral, name) for name in kept] == [getattr(self.sent, name) for name in kept]


TestLifeOfAReferral = LifeOfAReferral.TestCase
