"""Planting the tree: all or nothing, once, and the real national tree."""

from __future__ import annotations

import asyncio
import tempfile
import uuid
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from plumbline.directory.v1 import directory_pb2, directory_pb2_grpc
from services.cli.folder import StackFolder
from services.cli.stack import Stack, StackOptions
from shared import rpc_client
from shared.errors import Code
from tests.integration.refused import refused
from tests.integration.world import LEVELS, World, small_tree

NATIONAL = Path(__file__).parents[3] / "deploy" / "data" / "cn-divisions.csv.gz"


@pytest.fixture(scope="module")
async def empty() -> AsyncIterator[Stack]:
    """A directory in which nothing has been planted."""
    root = Path(tempfile.mkdtemp(prefix="plumbline-import-"))
    options = StackOptions(folder=root, services=("directory",), report=lambda key, **facts: None)
    async with Stack.start(options) as stack:
        yield stack
    StackFolder(root).remove()


@pytest.fixture(scope="module")
async def stub(empty: Stack) -> AsyncIterator[directory_pb2_grpc.DirectoryServiceStub]:
    channel = rpc_client.open_channel(empty.addresses["directory"])
    yield directory_pb2_grpc.DirectoryServiceStub(channel)
    await channel.close()


def header(**changes: Any) -> directory_pb2.ImportUnitsRequest:
    fields: dict[str, Any] = {
        "request_id": str(uuid.uuid4()),
        "root_code": "0",
        "root_name": "全国",
        "levels": LEVELS,
        "tenant_level": "province",
    }
    return directory_pb2.ImportUnitsRequest(header=directory_pb2.ImportUnitsHeader(**{**fields, **changes}))


def parts(content: bytes) -> list[directory_pb2.ImportUnitsRequest]:
    size = 200_000
    return [
        directory_pb2.ImportUnitsRequest(content=content[start : start + size])
        for start in range(0, len(content), size)
    ]


async def plant(stub: Any, token: str, messages: Sequence[Any]) -> directory_pb2.ImportUnitsResponse:
    answer: directory_pb2.ImportUnitsResponse = await rpc_client.upload(
        stub.ImportUnits, list(messages), token=token, deadline_s=60
    )
    return answer


async def roots(stub: Any, token: str) -> int:
    answer = await rpc_client.call(stub.ListUnits, directory_pb2.ListUnitsRequest(), token=token)
    return len(answer.units)


async def test_every_bad_row_is_named_by_its_line_and_nothing_is_planted(empty: Stack, stub: Any) -> None:
    rows = "code,parent,name\n11,,北京市\n1101,99,市辖区\n11,,北京市\n12,,\n13,13,河北省\n14,,a,b\n"

    error = await refused(plant(stub, empty.admin_token, [header(), *parts(rows.encode())]))

    assert error.remote_reason == "TREE_REFUSED"
    assert {violation.field.split(".")[0] for violation in error.violations} == {
        "lines[3]",
        "lines[4]",
        "lines[5]",
        "lines[6]",
        "lines[7]",
    }
    assert await roots(stub, empty.admin_token) == 0


async def test_a_hundred_faults_are_named_and_all_are_counted(empty: Stack, stub: Any) -> None:
    rows = "code,parent,name\n" + "".join(f"{number},999999,某地\n" for number in range(1000, 1400))

    error = await refused(plant(stub, empty.admin_token, [header(), *parts(rows.encode())]))

    assert (len(error.violations), error.facts["faults"]) == (100, "400")


@pytest.mark.parametrize(
    "content",
    [b"\x1f\x8b\x08\x00 broken gzip", small_tree()[:60], b"\xff\xfe\x00bad", b"", b"name,code\n1,2\n"],
    ids=["broken gzip", "cut gzip", "bad encoding", "empty", "wrong header"],
)
async def test_a_file_that_is_no_tree_is_refused_and_not_a_bug(empty: Stack, stub: Any, content: bytes) -> None:
    error = await refused(plant(stub, empty.admin_token, [header(), *parts(content)]))

    assert error.remote_code is Code.INVALID_ARGUMENT
    assert await roots(stub, empty.admin_token) == 0


@pytest.mark.parametrize("messages", [[], parts(small_tree()), [header(), header()]], ids=["nothing", "none", "two"])
async def test_an_upload_without_its_one_header_is_refused(empty: Stack, stub: Any, messages: list[Any]) -> None:
    error = await refused(plant(stub, empty.admin_token, messages))

    assert error.remote_reason == "HEADER_MISSING"


async def test_levels_must_be_named_once_and_hold_the_tenants_level(empty: Stack, stub: Any) -> None:
    twice = await refused(plant(stub, empty.admin_token, [header(levels=["a", "a"]), *parts(small_tree())]))
    other = await refused(plant(stub, empty.admin_token, [header(tenant_level="street"), *parts(small_tree())]))

    assert (twice.remote_reason, other.remote_reason) == ("UNKNOWN_LEVEL", "UNKNOWN_LEVEL")


async def test_a_root_is_held_to_the_rules_of_a_row(empty: Stack, stub: Any) -> None:
    error = await refused(
        plant(stub, empty.admin_token, [header(root_code="0 0", root_name=" "), *parts(small_tree())])
    )

    assert error.remote_reason == "TREE_REFUSED"
    assert [violation.field for violation in error.violations] == ["header.root_code", "header.root_name"]
    assert await roots(stub, empty.admin_token) == 0


async def test_the_national_tree_is_planted_once_though_two_try_at_once(empty: Stack, stub: Any) -> None:
    tries = [[header(), *parts(NATIONAL.read_bytes())] for _ in range(2)]

    answers = await asyncio.gather(
        *(plant(stub, empty.admin_token, messages) for messages in tries), return_exceptions=True
    )
    messages, planted = next(
        (messages, answer)
        for messages, answer in zip(tries, answers, strict=True)
        if isinstance(answer, directory_pb2.ImportUnitsResponse)
    )
    (late,) = [answer for answer in answers if isinstance(answer, rpc_client.RemoteRefusal)]
    again = await plant(stub, empty.admin_token, messages)
    second = await refused(plant(stub, empty.admin_token, [header(), *parts(small_tree())]))
    reused = await refused(plant(stub, empty.admin_token, [messages[0], *parts(small_tree())]))

    assert (planted.units, planted.tenants, planted.root.level) == (44_704, 32, "nation")
    assert again == planted
    assert (late.remote_reason, second.remote_reason) == ("TREE_EXISTS", "TREE_EXISTS")
    assert reused.remote_reason == "REQUEST_ID_REUSED"


async def test_nobody_but_somebody_who_holds_everything_plants_a_tree(world: World) -> None:
    stub = directory_pb2_grpc.DirectoryServiceStub(world.channel("directory"))

    for token in (world.token("campaign_office"), world.token("administrator", "11")):
        error = await refused(plant(stub, token, [header(), *parts(small_tree())]))
        assert error.remote_reason == "PERMISSION_DENIED"
