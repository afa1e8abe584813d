"""Who sees which unit; campaigns, people, grants and working days."""

from __future__ import annotations

import json
import uuid
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from google.type import date_pb2

from plumbline.directory.v1 import directory_pb2, directory_pb2_grpc
from shared import rpc_client
from shared.errors import Code
from tests.integration.ledger import request_id
from tests.integration.refused import refused
from tests.integration.world import CAMPAIGN, World

SECOND = Path(__file__).parents[2] / "data" / "campaign-second.json"


@pytest.fixture
def stub(world: World) -> directory_pb2_grpc.DirectoryServiceStub:
    return directory_pb2_grpc.DirectoryServiceStub(world.channel("directory"))


async def ask(method: Any, request: Any, token: str) -> Any:
    return await rpc_client.call(method, request, token=token, deadline_s=10)


async def test_a_province_sees_its_subtree_and_nothing_beside_it(world: World, stub: Any) -> None:
    """AC-1, AC-2."""
    token = world.token("campaign_office", "11")
    ids = [world.unit(code).id for code in ("110101001", "11", "12", "0")]

    top = await ask(stub.ListUnits, directory_pb2.ListUnitsRequest(), token)
    batch = await ask(stub.BatchGetUnits, directory_pb2.BatchGetUnitsRequest(ids=ids), token)
    tenants = await ask(stub.ListTenants, directory_pb2.ListTenantsRequest(), token)

    assert [unit.code for unit in top.units] == ["11"]
    assert [unit.code for unit in batch.units] == ["110101001", "11"]
    assert [tenant.unit for tenant in tenants.tenants] == [world.unit("11").id]


async def test_a_stranger_cannot_tell_what_exists_from_what_does_not(world: World, stub: Any) -> None:
    token = world.token("unit_clerk", "110101")
    there, not_there = world.unit("120101").id, "zzzzzzzzzz"

    errors = [
        await refused(ask(stub.GetUnit, directory_pb2.GetUnitRequest(id=id_), token)) for id_ in (there, not_there)
    ]
    children = [
        await refused(ask(stub.ListUnits, directory_pb2.ListUnitsRequest(parent_unit=id_), token))
        for id_ in (there, not_there)
    ]

    assert {error.remote_code for error in (*errors, *children)} == {Code.PERMISSION_DENIED}
    assert errors[0].message.replace(there, "X") == errors[1].message.replace(not_there, "X")
    assert children[0].message.replace(there, "X") == children[1].message.replace(not_there, "X")


async def test_a_stranger_cannot_tell_whose_tenants_and_people_there_are(world: World, stub: Any) -> None:
    token = world.token("administrator", "110101")

    for tenant in (world.unit("12").tenant, "zzzzzzzzzz"):
        name = f"tenants/{tenant}"
        errors = [
            await refused(ask(stub.GetTenant, directory_pb2.GetTenantRequest(name=name), token)),
            await refused(ask(stub.ListPeople, directory_pb2.ListPeopleRequest(parent=name), token)),
            await refused(ask(stub.ListGrants, directory_pb2.ListGrantsRequest(parent=name), token)),
        ]
        assert {error.message for error in errors} == {f"the grant does not cover {name}"}


async def test_a_county_lists_the_people_of_its_tenant_that_stand_below_it(world: World, stub: Any) -> None:
    tenant = f"tenants/{world.unit('11').tenant}"
    mine = await ask(stub.CreatePerson, a_person(world, "110101001"), world.admin)
    beside = await ask(stub.CreatePerson, a_person(world, "110102"), world.admin)

    seen: set[str] = set()
    request = directory_pb2.ListPeopleRequest(parent=tenant, page_size=1)
    while True:
        answer = await ask(stub.ListPeople, request, world.token("campaign_office", "110101"))
        seen |= {person.name for person in answer.people}
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token

    assert mine.name in seen
    assert beside.name not in seen


@pytest.mark.parametrize("code", ["", "0"], ids=["everything", "the whole tree"])
async def test_somebody_who_sees_everything_is_told_what_is_not_there(world: World, stub: Any, code: str) -> None:
    token = world.token("administrator", code) if code else world.admin

    errors = [
        await refused(ask(stub.GetUnit, directory_pb2.GetUnitRequest(code="99"), token)),
        await refused(ask(stub.ListUnits, directory_pb2.ListUnitsRequest(parent_unit="zzzzzzzzzz"), token)),
        await refused(ask(stub.GetTenant, directory_pb2.GetTenantRequest(name="tenants/zzzzzzzzzz"), token)),
    ]

    assert {error.remote_code for error in errors} == {Code.NOT_FOUND}
    assert errors[2].message == "there is no tenants/zzzzzzzzzz"


async def test_pages_walk_all_children_once_in_code_order(world: World, stub: Any) -> None:
    request = directory_pb2.ListUnitsRequest(parent_unit=world.unit("0").id, page_size=1)
    seen: list[str] = []
    while True:
        answer = await ask(stub.ListUnits, request, world.admin)
        seen += [unit.code for unit in answer.units]
        if not answer.next_page_token:
            break
        request.page_token = answer.next_page_token

    assert seen == ["11", "12", "13"]


async def test_a_second_different_campaign_is_data(world: World, stub: Any) -> None:
    definition = json.loads(SECOND.read_text(encoding="utf-8"))
    definition["id"] = f"second-{uuid.uuid4().hex[:8]}"

    async def define(version: int) -> directory_pb2.Campaign:
        text = json.dumps({**definition, "version": version}, ensure_ascii=False)
        request = directory_pb2.DefineCampaignRequest(request_id=request_id(), definition_json=text)
        campaign: directory_pb2.Campaign = await ask(stub.DefineCampaign, request, world.admin)
        return campaign

    first = await define(3)
    newer = await define(4)
    older = await refused(define(4))
    read = await ask(
        stub.GetCampaign, directory_pb2.GetCampaignRequest(name=first.name), world.token("unit_clerk", "110101")
    )

    assert (first.version, newer.version, read.version) == (3, 4, 4)
    assert read.title_zh
    assert older.remote_reason == "VERSION_NOT_NEWER"


async def test_a_bad_campaign_names_every_bad_part(world: World, stub: Any) -> None:
    definition = json.loads(SECOND.read_text(encoding="utf-8"))
    definition["zone"], definition["closing"] = "Nowhere/At all", {}

    request = directory_pb2.DefineCampaignRequest(request_id=request_id(), definition_json=json.dumps(definition))
    error = await refused(ask(stub.DefineCampaign, request, world.admin))

    assert error.remote_reason == "CAMPAIGN_REFUSED"
    assert len(error.violations) >= 2


async def test_the_built_in_campaign_is_there_from_the_start(world: World, stub: Any) -> None:
    answer = await ask(stub.ListCampaigns, directory_pb2.ListCampaignsRequest(page_size=200), world.admin)

    assert f"campaigns/{CAMPAIGN}" in {campaign.name for campaign in answer.campaigns}


async def test_only_somebody_who_holds_everything_defines_a_campaign(world: World, stub: Any) -> None:
    request = directory_pb2.DefineCampaignRequest(request_id=request_id(), definition_json=SECOND.read_text("utf-8"))

    for token in (world.token("campaign_office"), world.token("administrator", "11")):
        assert (await refused(ask(stub.DefineCampaign, request, token))).remote_reason == "PERMISSION_DENIED"


def a_person(world: World, code: str, **changes: Any) -> directory_pb2.CreatePersonRequest:
    unit = world.unit(code)
    fields = {
        "request_id": request_id(),
        "parent": f"tenants/{unit.tenant}",
        "display_name": "某同志",
        "unit": unit.id,
        "post": "办公室负责人",
    }
    return directory_pb2.CreatePersonRequest(**{**fields, **changes})


async def test_a_person_gets_a_grant_and_loses_it_once(world: World, stub: Any) -> None:
    administrator = world.token("administrator", "11", clearance=2)
    person = await ask(stub.CreatePerson, a_person(world, "110101"), administrator)
    grant = await ask(
        stub.CreateGrant,
        directory_pb2.CreateGrantRequest(
            request_id=request_id(), person=person.name, role="unit_clerk", unit=world.unit("110101").id, clearance=1
        ),
        administrator,
    )
    listed = await ask(
        stub.ListGrants, directory_pb2.ListGrantsRequest(parent=f"tenants/{world.unit('11').tenant}"), administrator
    )

    revoked = await ask(
        stub.RevokeGrant, directory_pb2.RevokeGrantRequest(request_id=request_id(), name=grant.name), administrator
    )
    again = await refused(
        ask(stub.RevokeGrant, directory_pb2.RevokeGrantRequest(request_id=request_id(), name=grant.name), administrator)
    )

    assert grant.name in {found.name for found in listed.grants}
    assert revoked.HasField("revoke_time")
    assert again.remote_reason == "WRONG_STATE"


async def test_nobody_gives_a_role_that_is_none_or_more_than_they_have(world: World, stub: Any) -> None:
    administrator = world.token("administrator", "11", clearance=1)
    person = await ask(stub.CreatePerson, a_person(world, "110101"), administrator)

    def give(**changes: Any) -> Any:
        fields = {
            "request_id": request_id(),
            "person": person.name,
            "role": "unit_clerk",
            "unit": world.unit("110101").id,
            "clearance": 1,
        }
        return ask(stub.CreateGrant, directory_pb2.CreateGrantRequest(**{**fields, **changes}), administrator)

    assert (await refused(give(role="service"))).remote_reason == "UNKNOWN_ROLE"
    assert (await refused(give(clearance=3))).remote_reason == "GRANT_TOO_WIDE"
    assert (await refused(give(unit=world.unit("12").id))).remote_reason == "UNKNOWN_UNIT"


async def test_a_person_belongs_to_the_tenant_of_their_unit(world: World, stub: Any) -> None:
    request = a_person(world, "120101", parent=f"tenants/{world.unit('11').tenant}")

    error = await refused(ask(stub.CreatePerson, request, world.admin))

    assert error.remote_reason == "UNKNOWN_UNIT"


async def test_a_person_is_entered_once_for_a_request_id(world: World, stub: Any) -> None:
    request = a_person(world, "110101")

    first = await ask(stub.CreatePerson, request, world.admin)
    repeated = await ask(stub.CreatePerson, request, world.admin)
    request.post = "another post"
    reused = await refused(ask(stub.CreatePerson, request, world.admin))

    assert repeated == first
    assert reused.remote_reason == "REQUEST_ID_REUSED"


@pytest.mark.parametrize("field", ["display_name", "post"])
async def test_a_person_needs_a_name_and_a_post_that_can_be_read(world: World, stub: Any, field: str) -> None:
    for text in ("   ", "王\u202e强"):
        error = await refused(ask(stub.CreatePerson, a_person(world, "110101", **{field: text}), world.admin))

        assert (error.remote_reason, error.violations[0].field) == ("INVALID_ARGUMENT", field)


async def test_a_walk_past_the_end_of_the_calendar_is_refused_and_not_a_bug(world: World, stub: Any) -> None:
    request = directory_pb2.AddWorkingDaysRequest(
        start_date=date_pb2.Date(year=9999, month=12, day=30), working_days=50
    )

    error = await refused(ask(stub.AddWorkingDays, request, world.admin))

    assert error.remote_reason == "BAD_DATE"


async def test_working_days_skip_holidays_and_say_when_they_are_not_known(world: World, stub: Any) -> None:
    def add(start: date, days: int) -> Any:
        request = directory_pb2.AddWorkingDaysRequest(
            start_date=date_pb2.Date(year=start.year, month=start.month, day=start.day), working_days=days
        )
        return ask(stub.AddWorkingDays, request, world.admin)

    # National Day 2026: 1 to 7 October off; Saturday, 10 October, is worked.
    over_holiday = await add(date(2026, 9, 30), 1)
    far = await add(date(2031, 3, 3), 1)

    assert (over_holiday.date.month, over_holiday.date.day, over_holiday.known) == (10, 8, True)
    assert (far.date.day, far.known) == (4, False)
