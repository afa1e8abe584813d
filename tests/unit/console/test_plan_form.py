"""The form of a plan: its rows, what they lack, and what becomes of them."""

from __future__ import annotations

from datetime import date
from uuid import UUID, uuid4

import pytest
from starlette.datastructures import FormData

from plumbline.plans.v1 import plans_pb2
from services.console.pages import plan_form
from services.console.pages.plan_form import NO_DAY, NO_GOAL, NO_PERSON, Draft, Gap, Row
from shared import dates

WHOLE = Row(goal="修订公务接待办法", person="办公室主任", due="2026-12-31")
BLANK = Row()


def sent(*rows: Row, **fields: str) -> FormData:
    cells = [
        (name, value)
        for row in rows
        for name, value in (("goal", row.goal), ("person", row.person), ("due", row.due), ("problem", row.problem))
    ]
    return FormData([*fields.items(), *cells])


def test_what_was_typed_is_read_back_row_by_row() -> None:
    half = Row(goal="公开三公经费", problem="tenants/t/problems/p")

    draft = plan_form.read(sent(WHOLE, BLANK, half, title=" 方案 ", etag="e", kind="3", campaign="c"), "name")

    assert draft == Draft("name", "e", "c", plans_pb2.PLAN_KIND_RULE_BUILDING, "方案", (WHOLE, BLANK, half))


@pytest.mark.parametrize("kind", ["", "0", "99", "x"])
def test_a_kind_that_there_is_not_reads_as_the_first(kind: str) -> None:
    assert plan_form.read(sent(kind=kind), "").kind == plans_pb2.PLAN_KIND_RECTIFICATION


def test_a_plan_comes_back_from_its_form_as_it_was() -> None:
    measure = plans_pb2.Measure(
        goal="目标", responsible_person="某人", due_date=dates.date_message(date(2027, 1, 5)), problem="p"
    )
    plan = plans_pb2.Plan(name="n", etag="e", kind=plans_pb2.PLAN_KIND_SPECIAL, title="t", measures=[measure])

    draft = plan_form.draft_of(plan)

    assert [plan_form.measure_of(row) for row in draft.rows] == [measure]
    assert (draft.name, draft.etag, draft.kind, draft.title) == ("n", "e", plans_pb2.PLAN_KIND_SPECIAL, "t")


def test_one_row_more_is_a_blank_one_at_the_end() -> None:
    assert plan_form.reshaped(Draft(rows=(WHOLE,)), "add").rows == (WHOLE, BLANK)


def test_a_full_form_grows_no_further() -> None:
    full = Draft(rows=(WHOLE,) * plan_form.MOST_ROWS)

    assert plan_form.reshaped(full, "add") == full


def test_the_row_that_is_dropped_is_the_one_that_was_meant() -> None:
    other = Row(goal="另一条")

    assert plan_form.reshaped(Draft(rows=(WHOLE, other)), "drop:0").rows == (other,)


def test_the_last_row_leaves_a_blank_one_to_write_in() -> None:
    assert plan_form.reshaped(Draft(rows=(WHOLE,)), "drop:0").rows == (BLANK,)


@pytest.mark.parametrize("asked", ["drop:7", "drop:-1", "drop:", "drop:x", "", "nonsense"])
def test_what_cannot_be_done_to_the_rows_changes_nothing(asked: str) -> None:
    draft = Draft(rows=(WHOLE, BLANK))

    assert plan_form.reshaped(draft, asked) == draft


def test_gaps_are_told_by_the_numbers_on_the_page_and_blank_rows_have_none() -> None:
    draft = Draft(rows=(WHOLE, BLANK, Row(person="某人"), Row(goal="目标", person="某人", due="2026-02-30")))

    assert plan_form.gaps_of(draft) == [Gap(3, NO_GOAL), Gap(3, NO_DAY), Gap(4, NO_DAY)]
    assert plan_form.gaps_of(Draft(rows=(Row(goal=" ", person=" ", due=" "),))) == []
    assert plan_form.gaps_of(Draft(rows=(Row(goal="目标", due="2026-02-28"),))) == [Gap(1, NO_PERSON)]


def test_a_lodging_sent_again_with_its_saving_is_the_same_and_no_other() -> None:
    saving = str(uuid4())

    lodging = plan_form.request_of_lodging(saving)

    assert plan_form.request_of_lodging(saving) == lodging
    assert UUID(lodging) != UUID(saving)
    assert plan_form.request_of_lodging(str(uuid4())) != lodging
