"""Which figures there are and where each stands in a wide row; the only file that knows a slot's number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

# Grows with every change of what a figure means; shown beside each table.
CATALOGUE_VERSION = 1
# A wide row has this many places, so that a new figure needs no DDL (architecture.md 6).
SLOTS = 64
# The levels below the nation whose units take part in the built-in campaign. Which levels take part is the campaign's
# own data; they stand here as a constant because a contribution has to follow from its fact alone: a definition that
# arrived later would change figures that no fact has changed, and no recount could reproduce them.
PARTICIPATING_LEVELS = frozenset({"province", "city", "county"})


class Slot(IntEnum):
    """Places in a wide row. A number is never given to another figure: rows that were folded before would lie."""

    UNITS = 0
    PARTICIPATING_UNITS = 1
    REPORTED_UNITS = 2
    REPORTED_UNITS_OVER_ALL = 3
    PLANS_LODGED = 4
    PLANS_RETURNED_NOW = 5
    PLANS_REGISTERED = 6
    PLAN_LODGINGS = 7
    PLAN_RETURNS = 8
    PROBLEMS_TOTAL = 9
    PROBLEMS_OPEN = 10
    PROBLEMS_IN_PROGRESS = 11
    PROBLEMS_DONE = 12
    PROBLEMS_VERIFIED = 13
    PROBLEMS_CLOSED = 14
    PROBLEMS_OVERDUE = 15
    PROBLEMS_YELLOW = 16
    VISITS = 17
    VISITS_CLOSED = 18
    FINDINGS = 19
    FINDINGS_SERIOUS = 20
    REFERRALS = 21
    REFERRALS_ACCEPTED = 22
    REFERRALS_RETURNED = 23
    REFERRALS_CONCLUDED = 24


@dataclass(frozen=True)
class Metric:
    """A figure: where it stands, and what it is called.

    slot_over_all: where it stands when all campaigns are asked for together, if the campaigns' figures do not add up:
    a unit that lodged in two campaigns is still one unit. counts_units: true for figures that are there without
    anybody having reported anything.
    """

    id: str
    slot: Slot
    label_zh: str
    label_en: str
    slot_over_all: Slot | None = None
    counts_units: bool = False


# In the order of the columns.
METRICS = (
    Metric("units", Slot.UNITS, "单位数", "Units", counts_units=True),
    Metric("participating_units", Slot.PARTICIPATING_UNITS, "参加单位数", "Units taking part", counts_units=True),
    Metric(
        "reported_units",
        Slot.REPORTED_UNITS,
        "已报备单位数",
        "Units that have lodged",
        slot_over_all=Slot.REPORTED_UNITS_OVER_ALL,
    ),
    Metric("plans_lodged", Slot.PLANS_LODGED, "报备待核方案数", "Plans lodged, not yet checked"),
    Metric("plans_returned_now", Slot.PLANS_RETURNED_NOW, "退回补正中方案数", "Plans sent back, not yet lodged again"),
    Metric("plans_registered", Slot.PLANS_REGISTERED, "已登记方案数", "Plans registered"),
    Metric("plan_lodgings", Slot.PLAN_LODGINGS, "报备次数", "Lodgings"),
    Metric("plan_returns", Slot.PLAN_RETURNS, "退回次数", "Returns"),
    Metric("problems_total", Slot.PROBLEMS_TOTAL, "问题总数", "Problems"),
    Metric("problems_open", Slot.PROBLEMS_OPEN, "已列入问题数", "Problems on the ledger, not begun"),
    Metric("problems_in_progress", Slot.PROBLEMS_IN_PROGRESS, "整改中问题数", "Problems being put right"),
    Metric("problems_done", Slot.PROBLEMS_DONE, "已报完成问题数", "Problems reported done"),
    Metric("problems_verified", Slot.PROBLEMS_VERIFIED, "已核验问题数", "Problems verified"),
    Metric("problems_closed", Slot.PROBLEMS_CLOSED, "已销号问题数", "Problems taken off the ledger"),
    Metric("problems_overdue", Slot.PROBLEMS_OVERDUE, "逾期（红灯）问题数", "Problems overdue (red light)"),
    Metric("problems_yellow", Slot.PROBLEMS_YELLOW, "临期（黄灯）问题数", "Problems nearly due (yellow light)"),
    Metric("visits", Slot.VISITS, "已开展检查次数", "Visits made"),
    Metric("visits_closed", Slot.VISITS_CLOSED, "已结束检查次数", "Visits closed"),
    Metric("findings", Slot.FINDINGS, "发现问题数", "Findings"),
    Metric("findings_serious", Slot.FINDINGS_SERIOUS, "严重及以上发现数", "Findings serious or grave"),
    Metric("referrals", Slot.REFERRALS, "移交线索数", "Referrals"),
    Metric("referrals_accepted", Slot.REFERRALS_ACCEPTED, "已受理线索数", "Referrals accepted"),
    Metric("referrals_returned", Slot.REFERRALS_RETURNED, "已退回线索数", "Referrals sent back"),
    Metric("referrals_concluded", Slot.REFERRALS_CONCLUDED, "已办结线索数", "Referrals concluded"),
)

# Places that hold something; the others stay zero until a figure is given them.
USED_SLOTS = tuple(int(slot) for slot in Slot)

_ID_OF_SLOT: Mapping[int, str] = {
    **{int(metric.slot): metric.id for metric in METRICS},
    **{int(metric.slot_over_all): f"{metric.id}_over_all" for metric in METRICS if metric.slot_over_all is not None},
}


def metric_id(slot: int) -> str:
    """What the figure in a slot is called; a slot that the catalogue does not know is named by its number."""
    return _ID_OF_SLOT.get(slot, f"slot_{slot}")


def slot_of(metric: Metric, *, over_all_campaigns: bool) -> int:
    """Where a figure stands in a sum over the rows of one campaign, or of all of them."""
    if over_all_campaigns and metric.slot_over_all is not None:
        return int(metric.slot_over_all)
    return int(metric.slot)
