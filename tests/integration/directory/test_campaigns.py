"""Campaigns are data: defined by whoever holds everything, read by everybody, replaced by newer versions alone."""

from __future__ import annotations

import asyncio
import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from plumbline.directory.v1 import directory_pb2
from shared.rpc_client import RemoteRefusal
from tests.integration.directory.asking import ask, pages
from tests.integration.ledger import request_id
from tests.integration.refused import refused
from tests.integration.world import CAMPAIGN, World

SECOND = Path(__file__).parents[2] / "data" / "campaign-second.json"


def second(**changes: Any) -> dict[str, Any]:
    """The second campaign under an id of its own, because other tests define it too."""
    definition: dict[str, Any] = json.loads(SECOND.read_text(encoding="utf-8"))
    return {**definition, "id": f"second-{uuid.uuid4().hex[:8]}", **changes}


def defining(definition: dict[str, Any] | str) -> directory_pb2.DefineCampaignRequest:
    text = definition if isinstance(definition, str) else json.dumps(definition, ensure_ascii=False)
    return directory_pb2.DefineCampaignRequest(request_id=request_id(), definition_json=text)


async def test_a_second_different_campaign_is_defined_and_read_by_everybody(world: World, stub: Any) -> None:
    definition = second()

    defined = await ask(stub.DefineCampaign, defining(definition), world.admin)

    for token in (world.token("unit_clerk", "110101"), world.token("auditor", "13"), world.admin):
        read = await ask(stub.GetCampaign, directory_pb2.GetCampaignRequest(name=defined.name), token)
        assert read == defined
    assert (defined.name, defined.version) == (f"campaigns/{definition['id']}", 3)
    assert (defined.title_zh, defined.title_en) == ("清水行动", "Clear water drive")
    assert json.loads(defined.definition_json) == definition


async def test_only_a_newer_version_replaces_a_campaign(world: World, stub: Any) -> None:
    definition = second()
    name = f"campaigns/{definition['id']}"
    await ask(stub.DefineCampaign, defining(definition), world.admin)
    await ask(stub.DefineCampaign, defining({**definition, "version": 4}), world.admin)

    errors = [
        await refused(ask(stub.DefineCampaign, defining({**definition, "version": version}), world.admin))
        for version in (4, 3)
    ]
    read = await ask(stub.GetCampaign, directory_pb2.GetCampaignRequest(name=name), world.admin)

    assert {error.remote_reason for error in errors} == {"VERSION_NOT_NEWER"}
    assert [error.facts["version"] for error in errors] == ["4", "3"]
    assert (read.version, json.loads(read.definition_json)["version"]) == (4, 4)


async def test_of_two_who_define_one_version_at_once_one_is_refused(world: World, stub: Any) -> None:
    definition = second()

    answers = await asyncio.gather(
        *(ask(stub.DefineCampaign, defining(definition), world.admin) for _ in range(2)), return_exceptions=True
    )

    (defined,) = [answer for answer in answers if isinstance(answer, directory_pb2.Campaign)]
    (late,) = [answer for answer in answers if isinstance(answer, RemoteRefusal)]
    assert defined.version == 3
    assert late.remote_reason == "VERSION_NOT_NEWER"


async def test_a_campaign_is_defined_once_for_a_request_id(world: World, stub: Any) -> None:
    definition = second()
    request = defining(definition)

    first = await ask(stub.DefineCampaign, request, world.admin)
    repeated = await ask(stub.DefineCampaign, request, world.admin)
    request.definition_json = json.dumps({**definition, "version": 9})
    reused = await refused(ask(stub.DefineCampaign, request, world.admin))

    assert repeated == first
    assert reused.remote_reason == "REQUEST_ID_REUSED"


async def test_a_bad_campaign_names_every_bad_part_by_its_path(world: World, stub: Any) -> None:
    definition = second(zone="Nowhere/At all", closing={"satisfaction_percent": 101})
    definition["phases"][1]["gates"][0]["batch"] = "nobody"
    definition["days"]["revisits"] = [400, 10]
    del definition["winds"][0]["code"]

    error = await refused(ask(stub.DefineCampaign, defining(definition), world.admin))
    unread = await refused(
        ask(stub.GetCampaign, directory_pb2.GetCampaignRequest(name=f"campaigns/{definition['id']}"), world.admin)
    )

    assert error.remote_reason == "CAMPAIGN_REFUSED"
    assert {violation.field for violation in error.violations} == {
        "zone",
        "closing.satisfaction_percent",
        "closing.minimum_raters",
        "phases[1].gates[0].batch",
        "days.revisits",
        "winds[0].code",
    }
    assert error.facts["faults"] == str(len(error.violations))
    assert unread.remote_reason == "NOT_FOUND"


@pytest.mark.parametrize(
    "text",
    ["{}", "[]", "no JSON", '{"id": "a", "id": "b"}', "[" * 100_000, '{"a": NaN}', '{"a": "\x00"}'],
    ids=["empty", "a list", "text", "a key twice", "too deep", "no number", "NUL"],
)
async def test_a_definition_that_is_no_campaign_is_refused_and_not_a_bug(world: World, stub: Any, text: str) -> None:
    error = await refused(ask(stub.DefineCampaign, defining(text), world.admin))

    assert error.remote_reason == "CAMPAIGN_REFUSED"
    assert error.violations


@pytest.mark.parametrize("character", ["\x00", "\ud800", "\u202e"], ids=["NUL", "half a character", "turning mark"])
async def test_a_title_that_nobody_can_read_is_refused_however_it_is_written(
    world: World, stub: Any, character: str
) -> None:
    definition = second(title={"zh": f"清水{character}行动", "en": "Clear water drive"})

    error = await refused(ask(stub.DefineCampaign, defining(json.dumps(definition)), world.admin))

    assert error.remote_reason == "CAMPAIGN_REFUSED"
    assert [violation.field for violation in error.violations] == ["title.zh"]


async def test_the_built_in_campaign_is_there_from_the_start(world: World, stub: Any) -> None:
    read = await ask(stub.GetCampaign, directory_pb2.GetCampaignRequest(name=f"campaigns/{CAMPAIGN}"), world.admin)

    assert json.loads(read.definition_json)["id"] == CAMPAIGN


async def test_pages_walk_all_campaigns_once_in_order(world: World, stub: Any) -> None:
    mine = {
        (await ask(stub.DefineCampaign, defining(second()), world.admin)).name,
        (await ask(stub.DefineCampaign, defining(second()), world.admin)).name,
    }

    walked = await pages(stub.ListCampaigns, directory_pb2.ListCampaignsRequest(page_size=1), world.admin)
    names = [campaign.name for page in walked for campaign in page.campaigns]

    assert mine | {f"campaigns/{CAMPAIGN}"} <= set(names)
    assert names == sorted(set(names))


async def test_only_somebody_who_holds_everything_defines_a_campaign(world: World, stub: Any) -> None:
    """By the role, whoever they are; by the place, an administrator of a part."""
    definition = second()

    for token in (
        world.token("campaign_office"),
        world.token("unit_clerk", "110101"),
        world.token("auditor"),
        world.token("administrator", "11"),
    ):
        error = await refused(ask(stub.DefineCampaign, defining(definition), token))
        assert error.remote_reason == "PERMISSION_DENIED"
    name = f"campaigns/{definition['id']}"
    unread = await refused(ask(stub.GetCampaign, directory_pb2.GetCampaignRequest(name=name), world.admin))

    assert unread.remote_reason == "NOT_FOUND"
