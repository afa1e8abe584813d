"""A problem as it is typed, and what is wrong with it at the field where it was typed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from google.type import date_pb2
from starlette.datastructures import FormData

from plumbline.plans.v1 import plans_pb2
from services.console.pages import problem_form
from services.console.pages.problem_form import Draft

TYPED = {
    "unit": "6jfas15mey",
    "campaign": "mass-line-2013",
    "title": " 会议室长期空置 ",
    "wind": "bureaucratism",
    "source": "comment",
    "subject": str(int(plans_pb2.SUBJECT_INDIVIDUAL)),
    "responsible_leader": "主要负责人",
    "responsible_department": "办公室",
    "responsible_person": "经办人",
    "due_date": "2026-12-03",
    "due_working_days": "",
}


def test_a_form_is_sent_to_the_service_as_it_was_typed() -> None:
    item = problem_form.item_of(problem_form.read(FormData(TYPED)))

    assert item == plans_pb2.LedgerItem(
        unit="6jfas15mey",
        title="会议室长期空置",
        wind="bureaucratism",
        source="comment",
        subject=plans_pb2.SUBJECT_INDIVIDUAL,
        responsible_leader="主要负责人",
        responsible_department="办公室",
        responsible_person="经办人",
        due_date=date_pb2.Date(year=2026, month=12, day=3),
    )


@pytest.mark.parametrize(("typed", "days"), [("30", 30), ("", 0), ("thirty", 0), ("-3", 0), ("99999", 0), ("三", 0)])
def test_working_days_that_are_no_number_are_left_for_the_service_to_miss(typed: str, days: int) -> None:
    assert problem_form.item_of(replace(Draft(), due_working_days=typed)).due_working_days == days


def test_a_day_that_is_none_is_left_for_the_service_to_miss() -> None:
    assert not problem_form.item_of(replace(Draft(), due_date="2026-02-30")).HasField("due_date")


def test_faults_stand_at_the_fields_where_they_were_typed() -> None:
    details = (("item.title", "first"), ("item.title", "second"), ("item.due_working_days", "too many"))

    assert problem_form.faults(details) == {"title": "first", "due_date": "too many"}
