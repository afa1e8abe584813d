"""Which plan comes up after a decision."""

from __future__ import annotations

from google.protobuf.timestamp_pb2 import Timestamp

from plumbline.plans.v1 import plans_pb2
from services.console.pages.lodgings import following


def lodged(name: str, *, at: int) -> plans_pb2.Plan:
    return plans_pb2.Plan(name=f"tenants/t/plans/{name}", lodge_time=Timestamp(seconds=at))


OLDEST, MIDDLE, NEWEST = lodged("o", at=1), lodged("m", at=2), lodged("n", at=3)


def test_after_a_decision_the_next_oldest_comes_up() -> None:
    assert following([OLDEST, NEWEST], MIDDLE) == NEWEST


def test_from_the_last_one_the_way_leads_back_to_those_that_were_skipped() -> None:
    assert following([OLDEST, MIDDLE], NEWEST) == OLDEST


def test_of_plans_lodged_at_once_none_is_passed_over() -> None:
    first, second, third = lodged("a", at=5), lodged("b", at=5), lodged("c", at=5)

    assert following([second, third], first) == second
    assert following([third], second) == third


def test_a_plan_that_still_stands_in_the_list_is_not_its_own_next() -> None:
    """The list may be read before the decision shows in it."""
    assert following([MIDDLE], MIDDLE) is None


def test_when_nothing_waits_nothing_comes_up() -> None:
    assert following([], MIDDLE) is None
