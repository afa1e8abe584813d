"""Who sees which unit and tenant, how lists are cut into pages, and which days are worked."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from google.type import date_pb2

from plumbline.directory.v1 import directory_pb2
from shared.calendar import parse_calendar
from shared.errors import Code
from tests.integration.directory.asking import ask, pages
from tests.integration.refused import refused
from tests.integration.world import World

NOT_THERE = "zzzzzzzzzz"


async def test_a_province_sees_its_subtree_and_nothing_beside_it(world: World, stub: Any) -> None:
    """AC-1, AC-2."""
    token = world.token("campaign_office", "11")
    ids = [world.unit(code).id for code in ("110101001", "11", "12", "0")]

    top = await ask(stub.ListUnits, directory_pb2.ListUnitsRequest(), token)
    batch = await ask(stub.BatchGetUnits, directory_pb2.BatchGetUnitsRequest(ids=[*ids, NOT_THERE]), token)
    tenants = await ask(stub.ListTenants, directory_pb2.ListTenantsRequest(), token)

    assert [unit.code for unit in top.units] == ["11"]
    assert [unit.code for unit in batch.units] == ["110101001", "11"]
    assert [tenant.unit for tenant in tenants.tenants] == [world.unit("11").id]


async def test_a_province_reads_every_unit_below_it_by_id_by_code_and_from_its_parent(world: World, stub: Any) -> None:
    token = world.token("campaign_office", "11")

    for code in ("11", "1102", "110201", "110201002"):
        unit = world.unit(code)
        assert await ask(stub.GetUnit, directory_pb2.GetUnitRequest(id=unit.id), token) == unit
        assert await ask(stub.GetUnit, directory_pb2.GetUnitRequest(code=code), token) == unit
    below = await ask(stub.ListUnits, directory_pb2.ListUnitsRequest(parent_unit=world.unit("1102").id), token)

    assert list(below.units) == [world.unit("110201"), world.unit("110202")]


def questions(unit_id: str, code: str) -> list[tuple[str, Any, str]]:
    """(method, request, what it asks for) of everything that can be asked about one unit."""
    return [
        ("GetUnit", directory_pb2.GetUnitRequest(id=unit_id), unit_id),
        ("GetUnit", directory_pb2.GetUnitRequest(code=code), code),
        ("ListUnits", directory_pb2.ListUnitsRequest(parent_unit=unit_id), unit_id),
    ]


@pytest.mark.parametrize("code", ["120101", "12", "110102", "1101", "11", "0"])
async def test_a_stranger_cannot_tell_what_exists_from_what_does_not(world: World, stub: Any, code: str) -> None:
    """AC-1: a county learns nothing of another province, of its sibling or of its own superiors."""
    token = world.token("unit_clerk", "110101")

    async def told(unit_id: str, code: str) -> list[tuple[Any, ...]]:
        """Everything that the refusals say, but for the name that was asked for."""
        said = []
        for method, request, wanted in questions(unit_id, code):
            error = await refused(ask(getattr(stub, method), request, token))
            facts = {name: value.replace(wanted, "X") for name, value in error.facts.items()}
            said.append((error.remote_code, error.message.replace(wanted, "X"), facts, error.violations))
        return said

    existing = await told(world.unit(code).id, code)
    missing = await told(NOT_THERE, "99")

    assert {code for code, *_ in existing} == {Code.PERMISSION_DENIED}
    assert existing == missing


async def test_a_stranger_cannot_tell_whose_tenants_there_are(world: World, stub: Any) -> None:
    token = world.token("administrator", "110101")

    for tenant in (world.unit("12").tenant, NOT_THERE):
        name = f"tenants/{tenant}"
        errors = [
            await refused(ask(stub.GetTenant, directory_pb2.GetTenantRequest(name=name), token)),
            await refused(ask(stub.ListPeople, directory_pb2.ListPeopleRequest(parent=name), token)),
            await refused(ask(stub.ListGrants, directory_pb2.ListGrantsRequest(parent=name), token)),
        ]
        assert {(error.remote_code, error.message) for error in errors} == {
            (Code.PERMISSION_DENIED, f"the grant does not cover {name}")
        }


@pytest.mark.parametrize("code", ["", "0"], ids=["everything", "the whole tree"])
async def test_somebody_who_sees_everything_is_told_what_is_not_there(world: World, stub: Any, code: str) -> None:
    token = world.token("administrator", code) if code else world.admin

    errors = [
        await refused(ask(stub.GetUnit, directory_pb2.GetUnitRequest(code="99"), token)),
        await refused(ask(stub.ListUnits, directory_pb2.ListUnitsRequest(parent_unit=NOT_THERE), token)),
        await refused(ask(stub.GetTenant, directory_pb2.GetTenantRequest(name=f"tenants/{NOT_THERE}"), token)),
    ]

    assert {error.remote_code for error in errors} == {Code.NOT_FOUND}
    assert errors[2].message == f"there is no tenants/{NOT_THERE}"


@pytest.mark.parametrize("size", [1, 2, 3, 4])
async def test_pages_walk_all_children_once_in_code_order(world: World, stub: Any, size: int) -> None:
    request = directory_pb2.ListUnitsRequest(parent_unit=world.unit("0").id, page_size=size)

    walked = await pages(stub.ListUnits, request, world.admin)

    assert [unit.code for page in walked for unit in page.units] == ["11", "12", "13"]
    assert [len(page.units) for page in walked] == [[1, 1, 1], [2, 1], [3], [3]][size - 1]


async def test_pages_walk_all_tenants_once(world: World, stub: Any) -> None:
    walked = await pages(stub.ListTenants, directory_pb2.ListTenantsRequest(page_size=1), world.token("auditor"))

    heads = [world.unit(code) for code in ("0", "11", "12", "13")]
    assert [tenant.path for page in walked for tenant in page.tenants] == sorted(unit.path for unit in heads)


async def test_a_page_token_serves_no_other_question_and_no_other_caller(world: World, stub: Any) -> None:
    """Its key would show where rows stand that the other question, or the other caller, does not see."""
    nation, province = world.unit("0").id, world.unit("11").id
    children = directory_pb2.ListUnitsRequest(parent_unit=nation, page_size=1)
    tenants = directory_pb2.ListTenantsRequest(page_size=1)
    of_children = (await ask(stub.ListUnits, children, world.admin)).next_page_token
    of_tenants = (await ask(stub.ListTenants, tenants, world.admin)).next_page_token
    turned = of_children[:4] + ("A" if of_children[4] != "A" else "B") + of_children[5:]

    misuses = [
        (stub.ListUnits, directory_pb2.ListUnitsRequest(parent_unit=province, page_token=of_children), world.admin),
        (stub.ListUnits, directory_pb2.ListUnitsRequest(page_token=of_children), world.admin),
        (stub.ListUnits, directory_pb2.ListUnitsRequest(parent_unit=nation, page_token=turned), world.admin),
        (stub.ListUnits, directory_pb2.ListUnitsRequest(parent_unit=nation, page_token="\x00"), world.admin),
        (stub.ListUnits, directory_pb2.ListUnitsRequest(parent_unit=nation, page_token=of_tenants), world.admin),
        # Neither of these two lists takes an argument, so only the method tells them apart.
        (stub.ListCampaigns, directory_pb2.ListCampaignsRequest(page_token=of_tenants), world.admin),
        (stub.ListTenants, directory_pb2.ListTenantsRequest(page_token=of_tenants), world.token("auditor", "11")),
        (stub.ListTenants, directory_pb2.ListTenantsRequest(page_token=of_tenants), world.token("auditor", "0")),
    ]
    errors = [await refused(ask(method, request, token)) for method, request, token in misuses]

    assert [error.remote_reason for error in errors] == ["BAD_PAGE_TOKEN"] * len(misuses)
    assert {violation.field for error in errors for violation in error.violations} == {"page_token"}


async def test_a_page_may_have_another_size_than_the_one_before(world: World, stub: Any) -> None:
    request = directory_pb2.ListUnitsRequest(parent_unit=world.unit("0").id, page_size=1)

    request.page_token = (await ask(stub.ListUnits, request, world.admin)).next_page_token
    request.page_size = 5
    rest = await ask(stub.ListUnits, request, world.admin)

    assert [unit.code for unit in rest.units] == ["12", "13"]
    assert not rest.next_page_token


@pytest.mark.parametrize("method", ["ListUnits", "ListTenants", "ListCampaigns", "ListPeople", "ListGrants"])
async def test_a_page_of_less_than_nothing_is_refused(world: World, stub: Any, method: str) -> None:
    request = getattr(directory_pb2, f"{method}Request")(page_size=-1)
    if hasattr(request, "parent"):
        request.parent = f"tenants/{world.unit('11').tenant}"

    error = await refused(ask(getattr(stub, method), request, world.admin))

    assert error.remote_reason == "BAD_SHAPE"
    assert [violation.field for violation in error.violations] == ["page_size"]


@pytest.mark.parametrize(
    ("method", "request_"),
    [
        ("GetUnit", directory_pb2.GetUnitRequest(code="11\x00")),
        ("BatchGetUnits", directory_pb2.BatchGetUnitsRequest(ids=["11\x00"])),
    ],
    ids=["a code", "an id"],
)
async def test_a_question_with_a_nul_is_refused_and_not_a_bug(
    world: World, stub: Any, method: str, request_: Any
) -> None:
    error = await refused(ask(getattr(stub, method), request_, world.admin))

    assert (error.remote_code, error.remote_reason) == (Code.INVALID_ARGUMENT, "UNSTORABLE_TEXT")


def days_after(start: date, count: int) -> directory_pb2.AddWorkingDaysRequest:
    day = date_pb2.Date(year=start.year, month=start.month, day=start.day)
    return directory_pb2.AddWorkingDaysRequest(start_date=day, working_days=count)


@pytest.mark.parametrize(
    ("start", "count", "end", "known"),
    [
        # National Day 2026: 1 to 7 October off; Saturday, 10 October, is worked.
        (date(2026, 9, 30), 1, date(2026, 10, 8), True),
        (date(2026, 9, 30), 3, date(2026, 10, 10), True),
        (date(2026, 9, 30), 4, date(2026, 10, 12), True),
        (date(2026, 10, 1), 0, date(2026, 10, 8), True),
        (date(2026, 9, 30), 0, date(2026, 9, 30), True),
        (date(2031, 3, 3), 1, date(2031, 3, 4), False),
        # Thursday, 31 December 2026: the walk ends in a year whose holidays nobody has announced.
        (date(2026, 12, 31), 1, date(2027, 1, 1), False),
    ],
)
async def test_working_days_skip_holidays_and_say_when_they_are_not_known(
    world: World, stub: Any, start: date, count: int, end: date, known: bool
) -> None:
    answer = await ask(stub.AddWorkingDays, days_after(start, count), world.token("unit_clerk", "110101"))

    assert date(answer.date.year, answer.date.month, answer.date.day) == end
    assert answer.known is known
    assert answer.calendar_version.startswith("cn-")


async def test_everybody_reads_the_calendar_by_which_deadlines_are_counted(world: World, stub: Any) -> None:
    request = directory_pb2.GetCalendarRequest(name="calendars/cn")
    token = world.token("unit_clerk", "110101")

    read = await ask(stub.GetCalendar, request, token)
    counted = await ask(stub.AddWorkingDays, days_after(date(2026, 9, 30), 3), token)

    calendar = parse_calendar(read.definition_json)
    assert read.name == "calendars/cn"
    assert (calendar.version, calendar.add_working_days(date(2026, 9, 30), 3)) == (
        counted.calendar_version,
        date(2026, 10, 10),
    )


async def test_a_calendar_that_is_not_there_is_not_found(world: World, stub: Any) -> None:
    error = await refused(ask(stub.GetCalendar, directory_pb2.GetCalendarRequest(name="calendars/none"), world.admin))

    assert error.remote_reason == "NOT_FOUND"


async def test_a_walk_past_the_end_of_the_calendar_is_refused_and_not_a_bug(world: World, stub: Any) -> None:
    error = await refused(ask(stub.AddWorkingDays, days_after(date(9999, 12, 30), 50), world.admin))

    assert error.remote_reason == "BAD_DATE"
