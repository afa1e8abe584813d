"""Visits at the running service: no door tells of a planned one, check-in lifts that, only the team acts."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from plumbline.facts.v1 import facts_pb2
from plumbline.inspections.v1 import events_pb2, inspections_pb2
from shared import rpc_client
from shared.errors import Code
from tests.integration.inspections.conftest import Inspections, Listener
from tests.integration.world import World


async def visits_seen(
    inspections: Inspections, code: str, *, token: str, **wanted: Any
) -> dict[str, inspections_pb2.Visit]:
    """The wanted visits that a reader sees at and below a unit, by name, read in small pages."""
    seen: dict[str, inspections_pb2.Visit] = {}
    page_token = ""
    while True:
        request = inspections_pb2.ListVisitsRequest(
            unit=inspections.world.unit(code).id, page_size=3, page_token=page_token, **wanted
        )
        answer = await inspections.call("ListVisits", request, token=token)
        assert not seen.keys() & {visit.name for visit in answer.visits}
        seen |= {visit.name: visit for visit in answer.visits}
        page_token = answer.next_page_token
        if not page_token:
            return seen


async def told(inspections: Inspections, path: str = "") -> dict[str, facts_pb2.Fact]:
    """The service's state as facts, by entity, as only rollups may ask for it."""
    token = inspections.world.stack.mint(subject="service:rollups", tenant="", role="service", path="", clearance=3)
    request = facts_pb2.StreamStateRequest(path=path)
    parts = rpc_client.download(inspections.state.StreamState, request, token=token, deadline_s=20)
    return {fact.entity: fact async for part in parts for fact in part.facts}


@pytest.mark.parametrize(("role", "code"), [("campaign_office", "110101"), ("campaign_office", "11")])
async def test_no_door_tells_the_target_or_its_superiors_of_a_planned_visit(
    world: World, inspections: Inspections, role: str, code: str
) -> None:
    place = await inspections.planned_visit()
    token = world.token(role, code, clearance=1, subject="clerk:1")
    absent = f"{place.visit.rsplit('/', 1)[0]}/{uuid.uuid4()}"

    hidden = await inspections.refusal("GetVisit", inspections_pb2.GetVisitRequest(name=place.visit), token=token)
    missing = await inspections.refusal("GetVisit", inspections_pb2.GetVisitRequest(name=absent), token=token)

    assert (hidden.remote_code, hidden.remote_reason) == (missing.remote_code, missing.remote_reason)
    assert str(hidden).replace(place.visit, absent) == str(missing)
    assert place.visit not in await visits_seen(inspections, "110101", token=token)
    assert place.visit in await visits_seen(inspections, "110101", token=inspections.custodian)
    findings = await inspections.call(
        "ListFindings", inspections_pb2.ListFindingsRequest(unit=world.unit("110101").id, page_size=200), token=token
    )
    assert place.visit not in [finding.visit for finding in findings.findings]
    assert place.visit not in await told(inspections)


@pytest.mark.parametrize("code", ["11", "1101", "110101"])
async def test_a_superior_below_the_sender_sees_no_planned_visit_whatever_its_clearance(
    world: World, inspections: Inspections, code: str
) -> None:
    """AC-3: the draw was the nation's; a province's own custodian has the clearance for embargoed matter too."""
    place = await inspections.planned_visit("0")
    between = world.token("draw_custodian", code, clearance=3)
    request = inspections_pb2.ListVisitsRequest(unit=world.unit("110101").id, page_size=200)

    hidden = await inspections.refusal("GetVisit", inspections_pb2.GetVisitRequest(name=place.visit), token=between)
    before = await inspections.call("ListVisits", request, token=between)
    await inspections.check_in(place)
    after = await inspections.call("ListVisits", request, token=between)

    assert hidden.remote_code in (Code.PERMISSION_DENIED, Code.NOT_FOUND)
    assert place.visit not in {visit.name for visit in before.visits}
    assert place.visit in {visit.name for visit in after.visits}


async def test_deeds_on_a_planned_visit_are_refused_to_the_uncleared_as_on_none(
    world: World, inspections: Inspections
) -> None:
    place = await inspections.planned_visit()
    token = world.token("supervision_inspector", "110101", clearance=1, subject=place.inspectors[0])
    absent = f"{place.visit.rsplit('/', 1)[0]}/{uuid.uuid4()}"
    reasons = []
    for name in (place.visit, absent):
        deeds = {
            "CheckInVisit": inspections_pb2.CheckInVisitRequest(name=name, request_id=str(uuid.uuid4())),
            "CloseVisit": inspections_pb2.CloseVisitRequest(name=name, request_id=str(uuid.uuid4())),
        }
        refusals = [await inspections.refusal(deed, request, token=token) for deed, request in deeds.items()]
        reasons.append([(refusal.remote_code, refusal.remote_reason) for refusal in refusals])

    assert reasons[0] == reasons[1]


async def test_check_in_lifts_the_embargo(world: World, inspections: Inspections) -> None:
    place = await inspections.planned_visit()
    target = world.token("campaign_office", "110101", clearance=1)

    await inspections.check_in(place)

    visit = await inspections.call("GetVisit", inspections_pb2.GetVisitRequest(name=place.visit), token=target)
    assert visit.state == inspections_pb2.VISIT_STATE_CHECKED_IN
    assert visit.HasField("check_in_time")
    assert place.visit in await visits_seen(inspections, "110101", token=target)


async def test_visits_are_listed_by_their_state(inspections: Inspections) -> None:
    made, waiting = await inspections.planned_visit(), await inspections.planned_visit()
    await inspections.check_in(made)
    reader = inspections.custodian

    planned = await visits_seen(inspections, "1101", token=reader, state=inspections_pb2.VISIT_STATE_PLANNED)
    at_the_unit = await visits_seen(inspections, "1101", token=reader, state=inspections_pb2.VISIT_STATE_CHECKED_IN)
    all_of_them = await visits_seen(inspections, "1101", token=reader)

    assert waiting.visit in planned
    assert made.visit in at_the_unit
    assert {visit.state for visit in planned.values()} == {inspections_pb2.VISIT_STATE_PLANNED}
    assert {visit.state for visit in at_the_unit.values()} == {inspections_pb2.VISIT_STATE_CHECKED_IN}
    assert planned.keys() | at_the_unit.keys() <= all_of_them.keys()


async def test_an_inspector_finds_the_visits_that_they_are_sent_to(inspections: Inspections) -> None:
    place, another = await inspections.planned_visit(), await inspections.planned_visit("11")
    subject = place.inspectors[0]

    own = await visits_seen(inspections, "11", token=inspections.sent(place), inspector=subject)
    everybodys = await visits_seen(inspections, "11", token=inspections.custodian)
    nobodys = await visits_seen(inspections, "11", token=inspections.sent(place), inspector="inspector:elsewhere")

    assert place.visit in own
    assert another.visit in everybodys
    assert own.keys() == {name for name, visit in everybodys.items() if subject in visit.inspectors}
    assert not nobodys


async def test_the_visits_of_a_draw_are_those_that_it_planned(inspections: Inspections) -> None:
    await inspections.planned_visit()
    draw = await inspections.draw("1101", per_stratum=2, reserve_per_stratum=0)

    found = await visits_seen(inspections, "1101", token=inspections.custodian, draw=draw.name)

    assert found.keys() == {place.visit for place in draw.drawn}


async def test_asking_for_planned_visits_or_for_an_inspectors_shows_no_secret(
    world: World, inspections: Inspections
) -> None:
    """AC-3: a filter finds nothing that the whole list hides."""
    place = await inspections.planned_visit()
    target = world.token("campaign_office", "110101", clearance=1)
    planned = inspections_pb2.VISIT_STATE_PLANNED

    assert not await visits_seen(inspections, "110101", token=target, state=planned)
    for subject in place.inspectors:
        assert place.visit not in await visits_seen(inspections, "110101", token=target, inspector=subject)
    assert place.visit in await visits_seen(inspections, "110101", token=inspections.custodian, state=planned)


async def test_a_page_token_of_one_state_is_refused_for_another(inspections: Inspections) -> None:
    for _ in range(2):
        await inspections.planned_visit()
    request = inspections_pb2.ListVisitsRequest(
        unit=inspections.world.unit("1101").id, page_size=1, state=inspections_pb2.VISIT_STATE_PLANNED
    )
    first = await inspections.call("ListVisits", request, token=inspections.custodian)
    request.page_token, request.state = first.next_page_token, inspections_pb2.VISIT_STATE_CLOSED

    refusal = await inspections.refusal("ListVisits", request, token=inspections.custodian)

    assert refusal.remote_reason == "BAD_PAGE_TOKEN"


async def test_siblings_see_nothing_of_a_visit(world: World, inspections: Inspections) -> None:
    place = await inspections.planned_visit()
    sibling = world.token("campaign_office", "110102", clearance=1)
    await inspections.check_in(place)

    refusal = await inspections.refusal("GetVisit", inspections_pb2.GetVisitRequest(name=place.visit), token=sibling)

    assert refusal.remote_code is Code.PERMISSION_DENIED
    assert place.visit not in await visits_seen(inspections, "110102", token=sibling)


async def test_only_those_who_were_drawn_check_in(inspections: Inspections) -> None:
    place = await inspections.planned_visit()
    stranger = inspections.inspector("inspector:elsewhere")
    request = inspections_pb2.CheckInVisitRequest(name=place.visit, request_id=str(uuid.uuid4()))

    refusal = await inspections.refusal("CheckInVisit", request, token=stranger)

    assert (refusal.remote_code, refusal.remote_reason) == (Code.PERMISSION_DENIED, "NOT_ASSIGNED")
    assert not refusal.facts
    assert (await inspections.check_in(place)).state == inspections_pb2.VISIT_STATE_CHECKED_IN


async def test_only_those_who_were_drawn_raise_findings(inspections: Inspections) -> None:
    place = await inspections.planned_visit()
    await inspections.check_in(place)

    refusal = await inspections.refusal(
        "RaiseFinding", inspections.observation(place), token=inspections.inspector("inspector:elsewhere")
    )

    assert refusal.remote_reason == "NOT_ASSIGNED"


async def test_a_finding_needs_a_visit_that_is_under_way(inspections: Inspections) -> None:
    place = await inspections.planned_visit()
    observation = inspections.observation(place)

    early = await inspections.refusal("RaiseFinding", observation, token=inspections.sent(place))
    await inspections.check_in(place)
    await inspections.close(place)
    late = await inspections.refusal("RaiseFinding", observation, token=inspections.sent(place))

    assert (early.remote_reason, early.facts["state"]) == ("WRONG_STATE", "PLANNED")
    assert (late.remote_reason, late.facts["state"]) == ("WRONG_STATE", "CLOSED")


async def test_findings_are_counted_and_leave_the_visits_version_alone(world: World, inspections: Inspections) -> None:
    place = await inspections.planned_visit()
    checked_in = await inspections.check_in(place)
    for _ in range(3):
        await inspections.call("RaiseFinding", inspections.observation(place), token=inspections.sent(place))

    visit = await inspections.call(
        "GetVisit", inspections_pb2.GetVisitRequest(name=place.visit), token=inspections.sent(place)
    )
    closed = await inspections.close(place)

    assert (visit.findings, visit.etag) == (3, checked_in.etag)
    assert (closed.findings, closed.etag) == (3, '"3"')


async def test_a_finding_is_read_by_the_unit_it_is_about(world: World, inspections: Inspections) -> None:
    place = await inspections.planned_visit()
    await inspections.check_in(place)
    raised = await inspections.call("RaiseFinding", inspections.observation(place), token=inspections.sent(place))
    target = world.token("campaign_office", "110101", clearance=1)

    read = await inspections.call("GetFinding", inspections_pb2.GetFindingRequest(name=raised.name), token=target)

    assert read == raised
    assert (read.unit, read.visit) == (world.unit("110101").id, place.visit)


async def test_findings_are_listed_by_the_visit_that_made_them(world: World, inspections: Inspections) -> None:
    names = []
    for _ in range(2):
        place = await inspections.planned_visit()
        await inspections.check_in(place)
        finding = await inspections.call("RaiseFinding", inspections.observation(place), token=inspections.sent(place))
        names.append(finding.name)
    request = inspections_pb2.ListFindingsRequest(unit=world.unit("110101").id, page_size=200, visit=place.visit)

    of_the_visit = await inspections.call("ListFindings", request, token=inspections.sent(place))
    request.visit = ""
    of_the_unit = await inspections.call("ListFindings", request, token=inspections.sent(place))

    assert [each.name for each in of_the_visit.findings] == names[1:]
    assert set(names) <= {each.name for each in of_the_unit.findings}


async def test_a_finding_by_an_unknown_wind_is_refused(inspections: Inspections) -> None:
    place = await inspections.planned_visit()
    await inspections.check_in(place)

    refusal = await inspections.refusal(
        "RaiseFinding", inspections.observation(place, wind="laziness"), token=inspections.sent(place)
    )

    assert (refusal.remote_reason, refusal.violations[0].field) == ("UNKNOWN_TERM", "wind")


async def test_an_old_etag_does_not_check_in(inspections: Inspections) -> None:
    place = await inspections.planned_visit()
    request = inspections_pb2.CheckInVisitRequest(name=place.visit, request_id=str(uuid.uuid4()), etag='"7"')

    refusal = await inspections.refusal("CheckInVisit", request, token=inspections.sent(place))

    assert (refusal.remote_code, refusal.remote_reason) == (Code.ABORTED, "STALE")


async def test_two_who_check_in_at_once_do_it_once(inspections: Inspections) -> None:
    place = await inspections.planned_visit()
    tokens = [inspections.inspector(subject) for subject in place.inspectors]

    answers = await asyncio.gather(
        *(inspections.check_in(place, token=token) for token in tokens), return_exceptions=True
    )

    refused = [answer for answer in answers if isinstance(answer, rpc_client.RemoteRefusal)]
    assert [refusal.remote_reason for refusal in refused] == ["WRONG_STATE"]


async def test_the_state_equals_what_was_told(world: World, inspections: Inspections) -> None:
    async with Listener(inspections).listening() as listener:
        place = await inspections.planned_visit()
        await inspections.check_in(place)
        finding = await inspections.call("RaiseFinding", inspections.observation(place), token=inspections.sent(place))
        await inspections.close(place)
        await listener.hears(finding.name)
        await listener.hears(place.visit, version=3)

    state = await told(inspections, world.unit("110101").path)

    for name in (place.visit, finding.name):
        assert as_told(state[name]) == as_told(listener.heard[name])
    closed = events_pb2.VisitChanged.FromString(state[place.visit].payload)
    assert closed.state == inspections_pb2.VISIT_STATE_CLOSED


def as_told(fact: facts_pb2.Fact) -> tuple[object, ...]:
    """What must not differ between a fact that went out and the state it is rebuilt from."""
    return (
        fact.type,
        fact.tenant,
        fact.entity,
        fact.version,
        fact.placement_version,
        [(line.line, line.path) for line in fact.lines],
        fact.label,
        fact.campaign,
        fact.effective_time,
        fact.payload,
    )
