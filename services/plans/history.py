"""What was done to a problem, step by step, by whom and what it came to; pure, knows no clock and no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from services.plans.model import Light, ProblemState


class StepDeed(Enum):
    """What a step of a problem's history tells of."""

    RECORDED = "RECORDED"
    PROGRESS_REPORTED = "PROGRESS_REPORTED"
    DONE_REPORTED = "DONE_REPORTED"
    CONFIRMED = "CONFIRMED"
    SENT_BACK = "SENT_BACK"
    DEREGISTERED = "DEREGISTERED"
    RELIT = "RELIT"
    # Everything between the recording and the day on which steps began to be kept; made by migration 0004 alone.
    CARRIED_OVER = "CARRIED_OVER"


@dataclass(frozen=True)
class ProblemStep:
    """One step of a problem's history; such steps never change.

    actor, role: empty where nobody did it (a new day, a visit's finding) or where it is not known. light: None where it
    is not known. reconstructed: made afterwards, when steps began to be kept, so that who did it is not known.
    """

    tenant: str
    problem_id: str
    version: int
    deed: StepDeed
    actor: str
    role: str
    state_before: ProblemState | None
    state_after: ProblemState
    percent_done: int
    remark: str
    due_date: date
    light: Light | None
    time: datetime
    path: str
    label: int
    reconstructed: bool = False
