"""When a problem is due and which light that shows: working days, pure; knows no clock and no database."""

from __future__ import annotations

from datetime import date

from services.plans.model import Light, Lights, ProblemState
from shared.calendar import WorkingCalendar

# Their clock has stopped: somebody outside the unit has confirmed them.
_STOPPED = (ProblemState.VERIFIED, ProblemState.CLOSED)


def lights_on(today: date, *, calendar: WorkingCalendar, yellow_days: int) -> Lights:
    """The lights of one day: yellow from `yellow_days` working days before the deadline, red after it (RC-5).

    The first yellow day is worked out once for each deadline, because a ledger has thousands of items and few dates.
    """
    yellow_from: dict[date, date] = {}

    def light(due_date: date, state: ProblemState) -> Light:
        if state in _STOPPED:
            return Light.GREEN
        if today > due_date:
            return Light.RED
        if due_date not in yellow_from:
            yellow_from[due_date] = calendar.add_working_days(due_date, -yellow_days)
        return Light.YELLOW if today >= yellow_from[due_date] else Light.GREEN

    return light
