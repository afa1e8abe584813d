"""What may happen to problems and plans, by their state tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.plans import model
from services.plans.model import (
    GateShut,
    IncompletePlan,
    Light,
    Measure,
    Plan,
    PlanDeed,
    PlanKind,
    PlanState,
    Problem,
    ProblemDeed,
    ProblemState,
    Subject,
)
from shared.errors import WrongState

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DUE = date(2026, 12, 1)


def green(due_date: date, state: ProblemState) -> Light:
    return Light.GREEN


def a_problem(**changes: object) -> Problem:
    problem = Problem(
        id="00000000-0000-4000-8000-000000000001",
        tenant="0123456789",
        campaign="mass-line-2013",
        unit="0123456789",
        path="0123456789/",
        title="文山会海",
        wind="formalism",
        source="comment",
        subject=Subject.TEAM,
        responsible_leader="主要负责人",
        responsible_department="办公室",
        responsible_person="经办人",
        due_date=DUE,
        state=ProblemState.OPEN,
        light=Light.GREEN,
        percent_done=0,
        remark="",
        verifier="",
        finding="",
        create_time=NOW,
        update_time=NOW,
    )
    return replace(problem, **changes)  # type: ignore[arg-type]


def a_plan(**changes: object) -> Plan:
    plan = Plan(
        id="00000000-0000-4000-8000-000000000002",
        tenant="0123456789",
        campaign="mass-line-2013",
        unit="1123456789",
        path="0123456789/1123456789/",
        kind=PlanKind.RECTIFICATION,
        title="整改方案",
        measures=(Measure("压减会议", "办公室负责人", DUE, ""),),
        state=PlanState.DRAFT,
        superior_unit="0123456789",
        registration_number="",
        return_reason="",
        returns=0,
        create_time=NOW,
        lodge_time=None,
        register_time=None,
    )
    return replace(plan, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", list(ProblemState))
@pytest.mark.parametrize("deed", list(ProblemDeed))
def test_a_deed_that_the_table_lacks_is_refused_and_says_when_it_is_possible(
    state: ProblemState, deed: ProblemDeed
) -> None:
    problem = a_problem(state=state)

    if (state, deed) in model.PROBLEM_STEPS:
        assert model.after(problem, deed) is model.PROBLEM_STEPS[state, deed]
        return
    with pytest.raises(WrongState) as caught:
        model.after(problem, deed)
    assert caught.value.facts["state"] == state.value
    assert caught.value.facts["allowed"]


def test_only_what_was_confirmed_from_outside_leaves_the_ledger() -> None:
    """RC-4: gate (a) is named in the refusal."""
    with pytest.raises(GateShut) as caught:
        model.deregister(a_problem(state=ProblemState.DONE), lights=green, now=NOW)

    assert caught.value.facts["gates"] == "a"


def test_what_was_sent_back_counts_from_the_start_again() -> None:
    done = a_problem(state=ProblemState.DONE, percent_done=100)

    back = model.send_back(done, remark="未见成效", lights=green, now=NOW)

    assert (back.state, back.percent_done, back.remark) == (ProblemState.IN_PROGRESS, 0, "未见成效")


def test_a_plan_names_everything_that_its_lodging_lacks_at_once() -> None:
    with pytest.raises(IncompletePlan) as caught:
        model.lodge(a_plan(measures=(), superior_unit=""), now=NOW)

    assert [violation.field for violation in caught.value.violations] == ["measures", "unit"]


def test_a_returned_plan_can_be_changed_and_lodged_again() -> None:
    returned = model.send_plan_back(model.lodge(a_plan(), now=NOW), reason="措施不具体")

    again = model.lodge(model.change_plan(returned, title="整改方案（修订）", measures=returned.measures), now=NOW)

    assert (again.state, again.returns, again.version) == (PlanState.LODGED, 1, 5)


def test_a_registered_plan_never_changes() -> None:
    """RC-6: a new version supersedes it; the registered one stays as it is."""
    registered = model.register(model.lodge(a_plan(), now=NOW), registration_number="11-2026-00001", now=NOW)

    for deed in PlanDeed:
        with pytest.raises(WrongState):
            model.after_plan(registered, deed)


def test_a_new_day_that_changes_no_light_changes_nothing() -> None:
    assert model.relit(a_problem(), lights=green, now=NOW) is None


@given(st.sampled_from(list(ProblemState)), st.sampled_from(list(ProblemDeed)))
def test_every_step_grows_the_version_by_one(state: ProblemState, deed: ProblemDeed) -> None:
    problem = a_problem(state=state, version=7)
    if (state, deed) not in model.PROBLEM_STEPS:
        return

    changed = apply(problem, deed)

    assert changed.version == 8
    assert changed.state is model.PROBLEM_STEPS[state, deed]


def apply(problem: Problem, deed: ProblemDeed) -> Problem:
    if deed is ProblemDeed.REPORT_PROGRESS:
        return model.report_progress(problem, percent_done=50, remark="r", lights=green, now=NOW)
    if deed is ProblemDeed.REPORT_DONE:
        return model.report_done(problem, remark="r", lights=green, now=NOW)
    if deed is ProblemDeed.CONFIRM:
        return model.confirm(problem, verifier="inspector:1", remark="r", lights=green, now=NOW)
    if deed is ProblemDeed.SEND_BACK:
        return model.send_back(problem, remark="r", lights=green, now=NOW)
    return model.deregister(problem, lights=green, now=NOW)


class LifeOfAProblem(RuleBasedStateMachine):
    """Whatever is tried in whatever order, a problem closes only right after a confirmation from outside."""

    def __init__(self) -> None:
        super().__init__()
        self.problem = a_problem()
        self.history: list[ProblemDeed] = []

    @rule(deed=st.sampled_from(list(ProblemDeed)))
    def try_it(self, deed: ProblemDeed) -> None:
        try:
            self.problem = apply(self.problem, deed)
        except WrongState:
            return
        self.history.append(deed)

    @invariant()
    def closing_needs_a_confirmation(self) -> None:
        if self.problem.state is ProblemState.CLOSED:
            assert self.history[-2:] == [ProblemDeed.CONFIRM, ProblemDeed.DEREGISTER]
            assert self.problem.verifier

    @invariant()
    def versions_count_the_deeds(self) -> None:
        assert self.problem.version == 1 + len(self.history)


TestLifeOfAProblem = LifeOfAProblem.TestCase
