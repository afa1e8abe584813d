"""People are entered where they hold a post, and get and lose grants; nobody gives more than they have."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from plumbline.directory.v1 import directory_pb2
from shared.errors import Code
from tests.integration.directory.asking import a_grant, a_person, ask, pages
from tests.integration.ledger import request_id
from tests.integration.refused import refused
from tests.integration.world import World


def revoking(name: str) -> directory_pb2.RevokeGrantRequest:
    return directory_pb2.RevokeGrantRequest(request_id=request_id(), name=name)


async def test_a_person_is_entered_read_and_listed(world: World, stub: Any) -> None:
    administrator = world.token("administrator", "12")
    request = a_person(world, "120101")

    entered = await ask(stub.CreatePerson, request, administrator)
    read = await ask(stub.GetPerson, directory_pb2.GetPersonRequest(name=entered.name), administrator)
    walked = await pages(
        stub.ListPeople, directory_pb2.ListPeopleRequest(parent=request.parent, page_size=1), administrator
    )

    assert entered.name.startswith(f"{request.parent}/people/")
    assert (entered.display_name, entered.unit, entered.post) == (request.display_name, request.unit, request.post)
    assert read == entered
    assert [person for page in walked for person in page.people].count(entered) == 1


async def test_a_county_lists_the_people_of_its_tenant_that_stand_below_it(world: World, stub: Any) -> None:
    mine = await ask(stub.CreatePerson, a_person(world, "110101001"), world.admin)
    beside = await ask(stub.CreatePerson, a_person(world, "110102"), world.admin)
    request = directory_pb2.ListPeopleRequest(parent=f"tenants/{world.unit('11').tenant}", page_size=1)

    walked = await pages(stub.ListPeople, request, world.token("campaign_office", "110101"))
    seen = [person.name for page in walked for person in page.people]

    assert seen.count(mine.name) == 1
    assert beside.name not in seen


async def test_a_stranger_cannot_tell_which_people_and_grants_there_are(world: World, stub: Any) -> None:
    person = await ask(stub.CreatePerson, a_person(world, "120101"), world.admin)
    grant = await ask(stub.CreateGrant, a_grant(world, person.name, "120101"), world.admin)
    tenant = f"tenants/{world.unit('12').tenant}"
    invented = str(uuid.uuid4())

    for token in (world.token("administrator", "11"), world.token("administrator", "120102")):
        for people, grants in (
            (person.name, grant.name),
            (f"{tenant}/people/{invented}", f"{tenant}/grants/{invented}"),
        ):
            errors = [
                (people, await refused(ask(stub.GetPerson, directory_pb2.GetPersonRequest(name=people), token))),
                (people, await refused(ask(stub.CreateGrant, a_grant(world, people, "120101"), token))),
                (grants, await refused(ask(stub.RevokeGrant, revoking(grants), token))),
            ]
            for name, error in errors:
                assert (error.remote_code, error.message) == (
                    Code.PERMISSION_DENIED,
                    f"the grant does not cover {name}",
                )


async def test_somebody_who_sees_the_whole_tenant_is_told_who_is_not_there(world: World, stub: Any) -> None:
    administrator = world.token("administrator", "12")
    tenant = f"tenants/{world.unit('12').tenant}"
    person, grant = f"{tenant}/people/{uuid.uuid4()}", f"{tenant}/grants/{uuid.uuid4()}"

    errors = [
        await refused(ask(stub.GetPerson, directory_pb2.GetPersonRequest(name=person), administrator)),
        await refused(ask(stub.CreateGrant, a_grant(world, person, "120101"), administrator)),
        await refused(ask(stub.RevokeGrant, revoking(grant), administrator)),
    ]

    assert {error.remote_code for error in errors} == {Code.NOT_FOUND}


async def test_a_person_gets_a_grant_and_loses_it_once(world: World, stub: Any) -> None:
    administrator = world.token("administrator", "11", clearance=2)
    tenant = f"tenants/{world.unit('11').tenant}"
    person = await ask(stub.CreatePerson, a_person(world, "110101"), administrator)
    grant = await ask(stub.CreateGrant, a_grant(world, person.name, "110101"), administrator)

    async def listed() -> directory_pb2.Grant:
        request = directory_pb2.ListGrantsRequest(parent=tenant, page_size=1)
        walked = await pages(stub.ListGrants, request, administrator)
        (found,) = [given for page in walked for given in page.grants if given.name == grant.name]
        return found

    before = await listed()
    revoked = await ask(stub.RevokeGrant, revoking(grant.name), administrator)
    again = await refused(ask(stub.RevokeGrant, revoking(grant.name), administrator))
    after = await listed()

    assert (grant.person, grant.role, grant.line, grant.unit, grant.clearance) == (
        person.name,
        "unit_clerk",
        "territorial",
        world.unit("110101").id,
        1,
    )
    assert before == grant
    assert not grant.HasField("revoke_time")
    assert revoked.HasField("revoke_time")
    assert (again.remote_reason, again.remote_code) == ("WRONG_STATE", Code.FAILED_PRECONDITION)
    assert after == revoked


async def test_a_repeated_revocation_is_answered_as_the_first(world: World, stub: Any) -> None:
    person = await ask(stub.CreatePerson, a_person(world, "110101"), world.admin)
    grant = await ask(stub.CreateGrant, a_grant(world, person.name, "110101"), world.admin)
    request = revoking(grant.name)

    first = await ask(stub.RevokeGrant, request, world.admin)
    repeated = await ask(stub.RevokeGrant, request, world.admin)

    assert repeated == first


@pytest.mark.parametrize("role", ["service", "console", "administrator-dev", "emperor", "unit_clerk\x00"])
async def test_nobody_is_given_a_role_that_nobody_can_hold(world: World, stub: Any, role: str) -> None:
    person = await ask(stub.CreatePerson, a_person(world, "110101"), world.admin)

    error = await refused(ask(stub.CreateGrant, a_grant(world, person.name, "110101", role=role), world.admin))

    assert (error.remote_reason, error.violations[0].field) == ("UNKNOWN_ROLE", "role")


async def test_nobody_gives_a_higher_clearance_than_their_own(world: World, stub: Any) -> None:
    administrator = world.token("administrator", "11", clearance=1)
    person = await ask(stub.CreatePerson, a_person(world, "110101"), administrator)

    errors = [
        await refused(ask(stub.CreateGrant, a_grant(world, person.name, "110101", clearance=clearance), administrator))
        for clearance in (2, 3)
    ]
    as_high = await ask(stub.CreateGrant, a_grant(world, person.name, "110101", clearance=1), administrator)

    assert {(error.remote_code, error.remote_reason) for error in errors} == {
        (Code.PERMISSION_DENIED, "GRANT_TOO_WIDE")
    }
    assert as_high.clearance == 1


@pytest.mark.parametrize("code", ["12", "120101", "0"])
async def test_nobody_gives_a_grant_over_a_unit_that_is_not_theirs(world: World, stub: Any, code: str) -> None:
    administrator = world.token("administrator", "11")
    person = await ask(stub.CreatePerson, a_person(world, "110101"), administrator)

    errors = [
        await refused(ask(stub.CreateGrant, a_grant(world, person.name, "110101", unit=unit), administrator))
        for unit in (world.unit(code).id, "zzzzzzzzzz")
    ]

    assert {error.remote_reason for error in errors} == {"UNKNOWN_UNIT"}
    assert errors[0].message.replace(world.unit(code).id, "X") == errors[1].message.replace("zzzzzzzzzz", "X")


async def test_a_person_belongs_to_the_tenant_of_their_unit(world: World, stub: Any) -> None:
    request = a_person(world, "120101", parent=f"tenants/{world.unit('11').tenant}")

    error = await refused(ask(stub.CreatePerson, request, world.admin))

    assert (error.remote_reason, error.violations[0].field) == ("UNKNOWN_UNIT", "unit")


async def test_nobody_enters_a_person_at_a_unit_that_is_not_theirs(world: World, stub: Any) -> None:
    administrator = world.token("administrator", "11")

    error = await refused(ask(stub.CreatePerson, a_person(world, "120101"), administrator))

    assert error.remote_reason == "UNKNOWN_UNIT"


@pytest.mark.parametrize("role", ["unit_clerk", "campaign_office", "auditor", "discipline_officer"])
async def test_only_an_administrator_enters_people_and_gives_grants(world: World, stub: Any, role: str) -> None:
    person = await ask(stub.CreatePerson, a_person(world, "110101"), world.admin)
    grant = await ask(stub.CreateGrant, a_grant(world, person.name, "110101"), world.admin)
    token = world.token(role, "11")

    errors = [
        await refused(ask(stub.CreatePerson, a_person(world, "110101"), token)),
        await refused(ask(stub.CreateGrant, a_grant(world, person.name, "110101"), token)),
        await refused(ask(stub.RevokeGrant, revoking(grant.name), token)),
    ]

    assert {error.remote_reason for error in errors} == {"PERMISSION_DENIED"}


async def test_a_person_is_entered_once_for_a_request_id(world: World, stub: Any) -> None:
    request = a_person(world, "110101")

    first = await ask(stub.CreatePerson, request, world.admin)
    repeated = await ask(stub.CreatePerson, request, world.admin)
    request.post = "another post"
    reused = await refused(ask(stub.CreatePerson, request, world.admin))

    assert repeated == first
    assert reused.remote_reason == "REQUEST_ID_REUSED"


@pytest.mark.parametrize("field", ["display_name", "post"])
@pytest.mark.parametrize("text", ["   ", "王\u202e强", "王\x00强", "\x00"], ids=["blank", "turned", "NUL", "only NUL"])
async def test_a_person_needs_a_name_and_a_post_that_can_be_read(
    world: World, stub: Any, field: str, text: str
) -> None:
    error = await refused(ask(stub.CreatePerson, a_person(world, "110101", **{field: text}), world.admin))

    assert (error.remote_reason, error.violations[0].field) == ("INVALID_ARGUMENT", field)


async def test_a_name_that_is_none_is_refused_and_not_a_bug(world: World, stub: Any) -> None:
    for name in ("", "\x00", "tenants/x/people/1", f"tenants/{world.unit('11').tenant}/people/\x00"):
        errors = [
            await refused(ask(stub.GetPerson, directory_pb2.GetPersonRequest(name=name), world.admin)),
            await refused(ask(stub.CreateGrant, a_grant(world, name, "110101"), world.admin)),
            await refused(ask(stub.RevokeGrant, revoking(name), world.admin)),
        ]
        assert {error.remote_reason for error in errors} == {"BAD_NAME"}
