"""Which part of a ledger an address shows."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.datastructures import QueryParams

from plumbline.plans.v1 import plans_pb2
from services.console.pages import desk
from services.console.pages.desk import Filters

RED, DONE = plans_pb2.LIGHT_RED, plans_pb2.PROBLEM_STATE_DONE


def test_an_address_sent_to_a_colleague_shows_them_the_same_part() -> None:
    filters = Filters(base="/desk", only_unit=False, state=DONE, light=RED, wind="formalism")

    # Their own desk would begin with the unit alone.
    read = desk.read(QueryParams(urlsplit(filters.address()).query), base="/desk", only_unit=True)

    assert read == filters


def test_another_filter_begins_at_the_first_page() -> None:
    filters = Filters(base="/units/x", only_unit=True, state=DONE, page="token")

    address = urlsplit(filters.address(light=RED))

    assert address.path == "/units/x"
    assert parse_qs(address.query) == {"below": ["0"], "state": [str(DONE)], "light": [str(RED)]}


@pytest.mark.parametrize("query", ["state=99&light=x&below=9", "", "state=&light=0"])
def test_filters_that_there_are_none_of_are_left_out(query: str) -> None:
    assert desk.read(QueryParams(query), base="/desk", only_unit=True) == Filters(base="/desk", only_unit=True)
