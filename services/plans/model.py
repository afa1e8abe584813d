"""What problems and plans are and what may happen to them; knows no SQL, no gRPC, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum

from shared import steps
from shared.errors import FieldViolation, InvalidArgument, PermissionDenied, WrongState
from shared.identity import Identity


class ProblemState(Enum):
    """Where a problem stands on the ledger."""

    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    DONE = "DONE"
    VERIFIED = "VERIFIED"
    CLOSED = "CLOSED"


class ProblemDeed(Enum):
    """What may be done to a problem."""

    REPORT_PROGRESS = "reported on"
    REPORT_DONE = "reported as done"
    CONFIRM = "confirmed"
    SEND_BACK = "sent back"
    DEREGISTER = "taken off the ledger"


# The whole life of a problem; what is not here is refused.
PROBLEM_STEPS: Mapping[tuple[ProblemState, ProblemDeed], ProblemState] = {
    (ProblemState.OPEN, ProblemDeed.REPORT_PROGRESS): ProblemState.IN_PROGRESS,
    (ProblemState.IN_PROGRESS, ProblemDeed.REPORT_PROGRESS): ProblemState.IN_PROGRESS,
    (ProblemState.OPEN, ProblemDeed.REPORT_DONE): ProblemState.DONE,
    (ProblemState.IN_PROGRESS, ProblemDeed.REPORT_DONE): ProblemState.DONE,
    (ProblemState.DONE, ProblemDeed.CONFIRM): ProblemState.VERIFIED,
    (ProblemState.DONE, ProblemDeed.SEND_BACK): ProblemState.IN_PROGRESS,
    (ProblemState.VERIFIED, ProblemDeed.DEREGISTER): ProblemState.CLOSED,
}


class PlanState(Enum):
    """Where a plan stands between the unit and its superior (LE-2)."""

    DRAFT = "DRAFT"
    LODGED = "LODGED"
    RETURNED = "RETURNED"
    REGISTERED = "REGISTERED"


class PlanDeed(Enum):
    """What may be done to a plan."""

    CHANGE = "changed"
    LODGE = "lodged"
    REGISTER = "registered"
    RETURN = "sent back"


PLAN_STEPS: Mapping[tuple[PlanState, PlanDeed], PlanState] = {
    (PlanState.DRAFT, PlanDeed.CHANGE): PlanState.DRAFT,
    (PlanState.RETURNED, PlanDeed.CHANGE): PlanState.RETURNED,
    (PlanState.DRAFT, PlanDeed.LODGE): PlanState.LODGED,
    (PlanState.RETURNED, PlanDeed.LODGE): PlanState.LODGED,
    (PlanState.LODGED, PlanDeed.REGISTER): PlanState.REGISTERED,
    (PlanState.LODGED, PlanDeed.RETURN): PlanState.RETURNED,
}


class Light(Enum):
    """The light of a deadline (RC-5)."""

    GREEN = "GREEN"
    YELLOW = "YELLOW"
    RED = "RED"


# The light of a deadline in a state, on the day of the deed; made by `deadlines.lights_on`.
Lights = Callable[[date, ProblemState], Light]


class Subject(Enum):
    """Whose problem it is (ME-1)."""

    TEAM = "TEAM"
    INDIVIDUAL = "INDIVIDUAL"


class PlanKind(Enum):
    """The three documents (两方案一计划)."""

    RECTIFICATION = "RECTIFICATION"
    SPECIAL = "SPECIAL"
    RULE_BUILDING = "RULE_BUILDING"


class VerifierInsideUnit(PermissionDenied):
    """Somebody of the unit itself may not confirm that its problem is solved (RC-4 a)."""

    reason = "VERIFIER_INSIDE_UNIT"


class NotSuperior(PermissionDenied):
    """Only the unit with which a plan is lodged registers it or sends it back."""

    reason = "NOT_SUPERIOR"


class GateShut(WrongState):
    """A gate of deregistration is shut (RC-4); the refusal names which."""

    reason = "GATE_SHUT"


class IncompletePlan(InvalidArgument):
    """A plan lacks parts that its lodging needs; all of them are named at once."""

    reason = "INCOMPLETE_PLAN"


@dataclass(frozen=True)
class Problem:
    """What is to be put right, on the ledger of one unit."""

    id: str
    tenant: str
    campaign: str
    unit: str
    path: str
    title: str
    wind: str
    source: str
    subject: Subject
    responsible_leader: str
    responsible_department: str
    responsible_person: str
    due_date: date
    state: ProblemState
    light: Light
    percent_done: int
    remark: str
    verifier: str
    finding: str
    create_time: datetime
    update_time: datetime
    version: int = 1
    label: int = 0

    @property
    def name(self) -> str:
        return f"tenants/{self.tenant}/problems/{self.id}"


@dataclass(frozen=True)
class Measure:
    """One concrete step: who does what by when (整改措施)."""

    goal: str
    responsible_person: str
    due_date: date
    problem: str


@dataclass(frozen=True)
class Plan:
    """One of the three documents with its measures, lodged with the unit directly above."""

    id: str
    tenant: str
    campaign: str
    unit: str
    path: str
    kind: PlanKind
    title: str
    measures: tuple[Measure, ...]
    state: PlanState
    superior_unit: str
    registration_number: str
    return_reason: str
    returns: int
    create_time: datetime
    lodge_time: datetime | None
    register_time: datetime | None
    version: int = 1
    label: int = 0

    @property
    def name(self) -> str:
        return f"tenants/{self.tenant}/plans/{self.id}"


@dataclass(frozen=True)
class LodgingStep:
    """What passed once between a plan's unit and its superior: `LODGED`, `RETURNED` or `REGISTERED`. It never changes.

    A lodging and a return are entities of their own to the others. version: the plan's after the step, 0 where it was
    not kept. reason: of a return. reconstructed: from before actors were kept, so that who did it is not known.
    """

    id: str
    tenant: str
    plan: str
    kind: str
    unit: str
    path: str
    campaign: str
    plan_kind: PlanKind
    time: datetime
    label: int = 0
    version: int = 0
    actor: str = ""
    role: str = ""
    reason: str = ""
    registration_number: str = ""
    reconstructed: bool = False

    @property
    def name(self) -> str:
        return f"tenants/{self.tenant}/lodgings/{self.id}"


def step_of(plan: Plan, *, kind: str, step_id: str, by: Identity, now: datetime) -> LodgingStep:
    """The step that a plan has just taken between the unit and its superior."""
    return LodgingStep(
        id=step_id,
        tenant=plan.tenant,
        plan=plan.name,
        kind=kind,
        unit=plan.unit,
        path=plan.path,
        campaign=plan.campaign,
        plan_kind=plan.kind,
        time=now,
        label=plan.label,
        version=plan.version,
        actor=by.subject,
        role=by.grant.role,
        reason=plan.return_reason if kind == "RETURNED" else "",
        registration_number=plan.registration_number,
    )


def after(problem: Problem, deed: ProblemDeed) -> ProblemState:
    """The state after a deed. Raises WrongState saying in which states it is possible."""
    return steps.after(PROBLEM_STEPS, problem.state, deed, name=problem.name)


def after_plan(plan: Plan, deed: PlanDeed) -> PlanState:
    """The state after a deed. Raises WrongState saying in which states it is possible."""
    return steps.after(PLAN_STEPS, plan.state, deed, name=plan.name)


def report_progress(problem: Problem, *, percent_done: int, remark: str, lights: Lights, now: datetime) -> Problem:
    """The unit says how far it is."""
    return _moved(problem, after(problem, ProblemDeed.REPORT_PROGRESS), lights, now, percent_done, remark)


def report_done(problem: Problem, *, remark: str, lights: Lights, now: datetime) -> Problem:
    """The unit says it is done; nobody has looked yet."""
    return _moved(problem, after(problem, ProblemDeed.REPORT_DONE), lights, now, 100, remark)


def confirm(problem: Problem, *, verifier: str, remark: str, lights: Lights, now: datetime) -> Problem:
    """Somebody outside the unit confirms it."""
    moved = _moved(problem, after(problem, ProblemDeed.CONFIRM), lights, now, 100, remark)
    return replace(moved, verifier=verifier)


def send_back(problem: Problem, *, remark: str, lights: Lights, now: datetime) -> Problem:
    """Somebody outside the unit finds that it is not done."""
    state = after(problem, ProblemDeed.SEND_BACK)
    # What was called done and is not counts from the start of being put right again.
    return _moved(problem, state, lights, now, 0, remark)


def deregister(problem: Problem, *, lights: Lights, now: datetime) -> Problem:
    """Takes it off the ledger. Raises GateShut naming each shut gate (RC-4); gates b to d come with appraisals."""
    if problem.state is not ProblemState.VERIFIED:
        raise GateShut(
            "gate (a) is shut: the problem is not verified by somebody outside the unit",
            gates="a",
            state=problem.state.value,
            resource=problem.name,
        )
    state = after(problem, ProblemDeed.DEREGISTER)
    return _moved(problem, state, lights, now, problem.percent_done, problem.remark)


def _moved(
    problem: Problem,
    state: ProblemState,
    lights: Lights,
    now: datetime,
    percent_done: int,
    remark: str,
) -> Problem:
    return replace(
        problem,
        state=state,
        light=lights(problem.due_date, state),
        percent_done=percent_done,
        remark=remark,
        update_time=now,
        version=problem.version + 1,
    )


def relit(problem: Problem, *, lights: Lights, now: datetime) -> Problem | None:
    """The problem with the light of a new day, or None if it has not changed."""
    light = lights(problem.due_date, problem.state)
    if light is problem.light:
        return None
    return replace(problem, light=light, update_time=now, version=problem.version + 1)


def change_plan(plan: Plan, *, title: str, measures: Sequence[Measure]) -> Plan:
    """Rewrites a plan that is still with the unit."""
    state = after_plan(plan, PlanDeed.CHANGE)
    return replace(plan, state=state, title=title, measures=tuple(measures), version=plan.version + 1)


def lodge(plan: Plan, *, now: datetime) -> Plan:
    """Lodges a plan with the superior. Raises IncompletePlan naming everything that is missing."""
    state = after_plan(plan, PlanDeed.LODGE)
    missing = []
    if not plan.measures:
        missing.append(FieldViolation("measures", "a plan needs at least one measure", "measures"))
    if not plan.superior_unit:
        missing.append(FieldViolation("unit", "the unit has no superior to lodge a plan with", "superior"))
    if missing:
        raise IncompletePlan(
            "the plan is not complete: " + "; ".join(v.description for v in missing),
            violations=missing,
            resource=plan.name,
        )
    return replace(plan, state=state, lodge_time=now, version=plan.version + 1)


def register(plan: Plan, *, registration_number: str, now: datetime) -> Plan:
    """The superior finds it complete and gives it a number; that is no approval (LE-2)."""
    state = after_plan(plan, PlanDeed.REGISTER)
    return replace(
        plan, state=state, registration_number=registration_number, register_time=now, version=plan.version + 1
    )


def send_plan_back(plan: Plan, *, reason: str) -> Plan:
    """The superior sends it back to be completed (退回补正)."""
    state = after_plan(plan, PlanDeed.RETURN)
    return replace(plan, state=state, return_reason=reason, returns=plan.returns + 1, version=plan.version + 1)


def registration_number(*, superior_code: str, year: int, sequence: int) -> str:
    """What a superior writes on a lodged plan: its code, the year, and a running number of its own."""
    return f"{superior_code}-{year}-{sequence:05d}"
