"""Problems and plans to protobuf and back; enum values lose the contract's prefix here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TypeVar

from plumbline.plans.v1 import events_pb2, plans_pb2
from services.plans.history import ProblemStep
from services.plans.model import (
    Light,
    LodgingStep,
    Measure,
    Plan,
    PlanKind,
    PlanState,
    Problem,
    ProblemState,
    Subject,
)
from shared import versions
from shared.dates import date_message, day, timestamp, timestamp_or_absent

State = TypeVar("State", bound=Enum)


def problem_message(problem: Problem) -> plans_pb2.Problem:
    """A problem as its readers get it."""
    return plans_pb2.Problem(
        name=problem.name,
        etag=versions.etag(problem.version),
        campaign=problem.campaign,
        unit=problem.unit,
        path=problem.path,
        title=problem.title,
        wind=problem.wind,
        source=problem.source,
        subject=f"SUBJECT_{problem.subject.value}",
        responsible_leader=problem.responsible_leader,
        responsible_department=problem.responsible_department,
        responsible_person=problem.responsible_person,
        due_date=date_message(problem.due_date),
        state=f"PROBLEM_STATE_{problem.state.value}",
        light=f"LIGHT_{problem.light.value}",
        percent_done=problem.percent_done,
        remark=problem.remark,
        create_time=timestamp(problem.create_time),
        update_time=timestamp(problem.update_time),
        verifier=problem.verifier,
        finding=problem.finding,
    )


def problem_step(step: ProblemStep) -> plans_pb2.ProblemStep:
    """A step of a problem's history as its readers get it."""
    before = "UNSPECIFIED" if step.state_before is None else step.state_before.value
    return plans_pb2.ProblemStep(
        version=step.version,
        deed=f"PROBLEM_DEED_{step.deed.value}",
        actor=step.actor,
        role=step.role,
        state_before=f"PROBLEM_STATE_{before}",
        state_after=f"PROBLEM_STATE_{step.state_after.value}",
        percent_done=step.percent_done,
        remark=step.remark,
        due_date=date_message(step.due_date),
        light=f"LIGHT_{'UNSPECIFIED' if step.light is None else step.light.value}",
        step_time=timestamp(step.time),
        reconstructed=step.reconstructed,
    )


def problem_count(state: ProblemState, light: Light, problems: int) -> plans_pb2.ProblemCount:
    return plans_pb2.ProblemCount(state=f"PROBLEM_STATE_{state.value}", light=f"LIGHT_{light.value}", problems=problems)


def plan_message(plan: Plan) -> plans_pb2.Plan:
    """A plan as its readers get it; times that have not come are absent."""
    return plans_pb2.Plan(
        name=plan.name,
        etag=versions.etag(plan.version),
        campaign=plan.campaign,
        unit=plan.unit,
        path=plan.path,
        kind=f"PLAN_KIND_{plan.kind.value}",
        title=plan.title,
        measures=[
            plans_pb2.Measure(
                goal=measure.goal,
                responsible_person=measure.responsible_person,
                due_date=date_message(measure.due_date),
                problem=measure.problem,
            )
            for measure in plan.measures
        ],
        state=f"PLAN_STATE_{plan.state.value}",
        superior_unit=plan.superior_unit,
        registration_number=plan.registration_number,
        return_reason=plan.return_reason,
        returns=plan.returns,
        create_time=timestamp(plan.create_time),
        lodge_time=timestamp_or_absent(plan.lodge_time),
        register_time=timestamp_or_absent(plan.register_time),
    )


def plan_step(step: LodgingStep) -> plans_pb2.PlanStep:
    """A step of a plan's way through its superior as its readers get it."""
    return plans_pb2.PlanStep(
        deed=f"PLAN_DEED_{step.kind}",
        actor=step.actor,
        role=step.role,
        step_time=timestamp(step.time),
        reason=step.reason,
        registration_number=step.registration_number,
        reconstructed=step.reconstructed,
    )


def problem_changed(problem: Problem) -> events_pb2.ProblemChanged:
    """What superiors may know of a problem: no title, no names."""
    return events_pb2.ProblemChanged(
        unit=problem.unit,
        wind=problem.wind,
        source=problem.source,
        subject=f"SUBJECT_{problem.subject.value}",
        due_date=date_message(problem.due_date),
        state=f"PROBLEM_STATE_{problem.state.value}",
        light=f"LIGHT_{problem.light.value}",
        percent_done=problem.percent_done,
    )


def plan_changed(plan: Plan) -> events_pb2.PlanChanged:
    """What superiors may know of a plan."""
    return events_pb2.PlanChanged(
        unit=plan.unit,
        kind=f"PLAN_KIND_{plan.kind.value}",
        state=f"PLAN_STATE_{plan.state.value}",
        registration_number=plan.registration_number,
        measures=len(plan.measures),
    )


def plan_lodged(step: LodgingStep) -> events_pb2.PlanLodged:
    return events_pb2.PlanLodged(plan=step.plan, unit=step.unit, kind=f"PLAN_KIND_{step.plan_kind.value}")


def plan_returned(step: LodgingStep) -> events_pb2.PlanReturned:
    return events_pb2.PlanReturned(plan=step.plan, unit=step.unit, kind=f"PLAN_KIND_{step.plan_kind.value}")


def measures(messages: Sequence[plans_pb2.Measure], *, field: str = "measures") -> tuple[Measure, ...]:
    """The measures of a request. Raises BadDate naming the one whose date is none."""
    return tuple(
        Measure(
            goal=message.goal,
            responsible_person=message.responsible_person,
            due_date=day(message.due_date, field=f"{field}[{number}].due_date"),
            problem=message.problem,
        )
        for number, message in enumerate(messages)
    )


def plan_kind(value: plans_pb2.PlanKind) -> PlanKind:
    return PlanKind(plans_pb2.PlanKind.Name(value).removeprefix("PLAN_KIND_"))


def subject(value: plans_pb2.Subject) -> Subject:
    """Whose problem it is; a ledger that does not say means the team's."""
    return Subject.INDIVIDUAL if value == plans_pb2.SUBJECT_INDIVIDUAL else Subject.TEAM


def problem_state_filter(value: plans_pb2.ProblemState) -> str:
    """The state to list by; empty for all."""
    return "" if value == 0 else ProblemState(plans_pb2.ProblemState.Name(value).removeprefix("PROBLEM_STATE_")).value


def plan_state_filter(value: plans_pb2.PlanState) -> str:
    """The state to list by; empty for all."""
    return "" if value == 0 else PlanState(plans_pb2.PlanState.Name(value).removeprefix("PLAN_STATE_")).value


def light_filter(value: plans_pb2.Light) -> str:
    """The light to list by; empty for all."""
    return "" if value == 0 else Light(plans_pb2.Light.Name(value).removeprefix("LIGHT_")).value


def problem_order(value: plans_pb2.ProblemOrder) -> str:
    """What to list by; empty for the usual order."""
    return "" if value == 0 else plans_pb2.ProblemOrder.Name(value).removeprefix("PROBLEM_ORDER_")


def plan_order(value: plans_pb2.PlanOrder) -> str:
    """What to list by; empty for the usual order."""
    return "" if value == 0 else plans_pb2.PlanOrder.Name(value).removeprefix("PLAN_ORDER_")
