"""Page tokens, resource names, ids and subjects: what is accepted, and what never is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.facts.v1 import facts_pb2
from shared import names, outbox
from shared.calls import Call, system_call
from shared.identity import Grant, Identity
from shared.ids import UNIT_ID, unit_id
from shared.names import BadName
from shared.pages import DEFAULT_SIZE, LARGEST_SIZE, BadPageToken, Pages

CALL = replace(
    system_call("plans", action="plans.read", now=datetime(2026, 11, 24, tzinfo=UTC)),
    identity=Identity("person:1", "0123456789", Grant("unit_clerk", "territorial", "0123456789/", 1)),
    method="/plumbline.plans.v1.PlanService/ListProblems",
)
PAGES = Pages(b"secret")


@given(st.lists(st.text(max_size=30), min_size=1, max_size=3))
def test_a_page_token_gives_back_its_last_key(key: list[str]) -> None:
    token = PAGES.next_token(CALL, query=("a",), last_key=key)

    page = PAGES.read(CALL, query=("a",), page_size=10, page_token=token)

    assert (page.size, page.after) == (10, tuple(key))


@pytest.mark.parametrize(("asked", "given_"), [(0, DEFAULT_SIZE), (7, 7), (100_000, LARGEST_SIZE)])
def test_a_page_has_a_sane_size(asked: int, given_: int) -> None:
    assert PAGES.read(CALL, query=(), page_size=asked, page_token="").size == given_


def other(**grant: object) -> Call:
    return replace(CALL, identity=replace(CALL.identity, grant=replace(CALL.identity.grant, **grant)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "query"),
    [(CALL, ("b",)), (other(path=""), ("a",)), (other(clearance=3), ("a",)), (replace(CALL, method="/x"), ("a",))],
    ids=["another query", "another scope", "another clearance", "another method"],
)
def test_a_page_token_serves_nothing_else(call: Call, query: tuple[str, ...]) -> None:
    token = PAGES.next_token(CALL, query=("a",), last_key=("k",))

    with pytest.raises(BadPageToken):
        PAGES.read(call, query=query, page_size=0, page_token=token)


@given(st.text(max_size=60).filter(bool))
def test_an_invented_page_token_is_refused(token: str) -> None:
    with pytest.raises(BadPageToken):
        PAGES.read(CALL, query=("a",), page_size=0, page_token=token)


@given(st.text(max_size=80))
def test_a_name_is_whole_or_refused(text: str) -> None:
    try:
        name = names.parse(text, collection="plans")
    except BadName as refusal:
        assert refusal.violations[0].field == "name"
    else:
        assert str(name) == text


def test_a_name_of_another_collection_is_refused() -> None:
    with pytest.raises(BadName):
        names.parse("tenants/0123456789/problems/1", collection="plans")


@given(st.binary(min_size=10, max_size=10))
def test_a_unit_id_is_ten_plain_characters(random_bytes: bytes) -> None:
    assert UNIT_ID.fullmatch(unit_id(lambda count: random_bytes[:count]))


def test_a_subject_says_where_the_unit_stands_so_that_a_superior_can_filter_by_its_own_path() -> None:
    fact = facts_pb2.Fact(type="plans.plan_lodged", entity="tenants/0123456789/lodgings/abc")
    place = facts_pb2.Placement(line="territorial", path="0123456789/1123456789/")

    assert outbox.subject(fact, place) == "up.territorial.plans.plan_lodged.0123456789.1123456789.abc"
