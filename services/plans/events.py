"""What plans tells the others: facts that carry state as superiors may know it, never what was said about persons."""

from __future__ import annotations

from datetime import datetime

from services.plans import wire
from services.plans.model import LodgingStep, Plan, Problem
from shared.letters import Fact


def problem_changed(problem: Problem) -> Fact:
    """The problem's state at its version."""
    return Fact(
        type="plans.problem_changed",
        tenant=problem.tenant,
        entity=problem.name,
        version=problem.version,
        path=problem.path,
        label=problem.label,
        campaign=problem.campaign,
        effective_time=problem.update_time,
        payload=wire.problem_changed(problem),
    )


def plan_changed(plan: Plan, *, now: datetime) -> Fact:
    """The plan's state at its version."""
    return Fact(
        type="plans.plan_changed",
        tenant=plan.tenant,
        entity=plan.name,
        version=plan.version,
        path=plan.path,
        label=plan.label,
        campaign=plan.campaign,
        effective_time=now,
        payload=wire.plan_changed(plan),
    )


def lodging_step(step: LodgingStep) -> Fact:
    """One lodging or one return: an entity of its own, because state alone would lose "lodged, returned, lodged"."""
    lodged = step.kind == "LODGED"
    return Fact(
        type="plans.plan_lodged" if lodged else "plans.plan_returned",
        tenant=step.tenant,
        entity=step.name,
        version=1,
        path=step.path,
        label=step.label,
        campaign=step.campaign,
        effective_time=step.time,
        payload=wire.plan_lodged(step) if lodged else wire.plan_returned(step),
    )
