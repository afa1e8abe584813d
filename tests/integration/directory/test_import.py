"""Planting the tree: all or nothing, once, and the real national tree."""

from __future__ import annotations

import asyncio
import csv
import gzip
import tempfile
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from plumbline.directory.v1 import directory_pb2, directory_pb2_grpc, events_pb2
from plumbline.facts.v1 import facts_pb2
from services.cli.folder import StackFolder
from services.cli.stack import Stack, StackOptions
from shared import rpc_client
from shared.errors import Code
from tests.integration.directory.asking import ask, pages
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


async def rows_kept(stack: Stack) -> int:
    """How many rows of a tree the database holds, seen from above row security."""
    connection = await asyncpg.connect(stack.postgres_dsn)
    try:
        count: int = await connection.fetchval(
            """
            select (select count(*) from directory.lines) + (select count(*) from directory.tenants)
                 + (select count(*) from directory.units) + (select count(*) from directory.edges)
            """
        )
    finally:
        await connection.close()
    return count


async def test_every_bad_row_is_named_by_its_line_and_nothing_is_planted(empty: Stack, stub: Any) -> None:
    rows = [
        b"code,parent,name",
        "11,,北京市".encode(),
        "1101,99,市辖区".encode(),
        "11,,北京市".encode(),
        b"12,,",
        "13,15,河北省".encode(),
        b"14,,a,b",
        "15,13,内蒙古自治区".encode(),
        "16,,山西省".encode("gb18030"),
        "17,,辽\x00宁".encode(),
    ]

    error = await refused(plant(stub, empty.admin_token, [header(), *parts(b"\n".join(rows))]))

    assert (error.remote_code, error.remote_reason) == (Code.INVALID_ARGUMENT, "TREE_REFUSED")
    assert [(violation.field, violation.reason) for violation in error.violations] == [
        ("lines[3].parent", "UNKNOWN_PARENT"),
        ("lines[4].code", "DUPLICATE_CODE"),
        ("lines[5].name", "EMPTY_NAME"),
        ("lines[6].parent", "CYCLE"),
        ("lines[7]", "WRONG_COLUMNS"),
        ("lines[8].parent", "CYCLE"),
        ("lines[9]", "BAD_ENCODING"),
        ("lines[10].name", "UNSEEN_CHARACTERS"),
    ]
    assert error.facts == {"faults": "8", "lines": "8"}
    assert await rows_kept(empty) == 0


async def test_a_hundred_faults_are_named_and_all_are_counted(empty: Stack, stub: Any) -> None:
    rows = "code,parent,name\n" + "".join(f"{number},999999,某地\n" for number in range(1000, 1400))

    error = await refused(plant(stub, empty.admin_token, [header(), *parts(rows.encode())]))

    assert [violation.field for violation in error.violations] == [f"lines[{line}].parent" for line in range(2, 102)]
    assert error.facts == {"faults": "400", "lines": "400"}
    assert await rows_kept(empty) == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x1f\x8b\x08\x00 broken gzip", "BAD_GZIP"),
        (small_tree()[:60], "BAD_GZIP"),
        (NATIONAL.read_bytes()[:-1], "BAD_GZIP"),
        (b"\xff\xfe\x00bad", "BAD_HEADER"),
        (b"", "BAD_HEADER"),
        (b"name,code\n1,2\n", "BAD_HEADER"),
        (b"code,parent,name\n", "NO_ROWS"),
    ],
    ids=["broken gzip", "cut gzip", "a byte short", "bad encoding", "empty", "wrong header", "no rows"],
)
async def test_a_file_that_is_no_tree_is_refused_and_not_a_bug(
    empty: Stack, stub: Any, content: bytes, reason: str
) -> None:
    error = await refused(plant(stub, empty.admin_token, [header(), *parts(content)]))

    assert error.remote_reason == "TREE_REFUSED"
    assert [(violation.field, violation.reason) for violation in error.violations] == [("content", reason)]
    assert await rows_kept(empty) == 0


@pytest.mark.parametrize(
    "messages",
    [
        [],
        parts(small_tree()),
        [*parts(small_tree()), header()],
        [header(), header()],
        [header(), header(), *parts(small_tree())],
        [header(), *parts(small_tree()), header()],
    ],
    ids=["nothing", "none", "late", "two", "two before the file", "another after the file"],
)
async def test_an_upload_without_its_one_header_is_refused(empty: Stack, stub: Any, messages: list[Any]) -> None:
    error = await refused(plant(stub, empty.admin_token, messages))

    assert (error.remote_reason, error.violations[0].field) == ("HEADER_MISSING", "header")
    assert await rows_kept(empty) == 0


async def test_levels_must_be_named_once_and_hold_the_tenants_level(empty: Stack, stub: Any) -> None:
    twice = await refused(plant(stub, empty.admin_token, [header(levels=["a", "a"]), *parts(small_tree())]))
    other = await refused(plant(stub, empty.admin_token, [header(tenant_level="street"), *parts(small_tree())]))

    assert (twice.remote_reason, other.remote_reason) == ("UNKNOWN_LEVEL", "UNKNOWN_LEVEL")


@pytest.mark.parametrize(("code", "name"), [("0 0", " "), ("0\x00", "全\x00国")], ids=["spaces", "NUL"])
async def test_a_root_is_held_to_the_rules_of_a_row(empty: Stack, stub: Any, code: str, name: str) -> None:
    error = await refused(
        plant(stub, empty.admin_token, [header(root_code=code, root_name=name), *parts(small_tree())])
    )

    assert error.remote_reason == "TREE_REFUSED"
    assert [violation.field for violation in error.violations] == ["header.root_code", "header.root_name"]
    assert await rows_kept(empty) == 0


@dataclass(frozen=True)
class Planting:
    """The national tree as it was planted: the upload that won, its answer, and what the one beside it got."""

    messages: list[directory_pb2.ImportUnitsRequest]
    answer: directory_pb2.ImportUnitsResponse
    late: rpc_client.RemoteRefusal


@pytest.fixture(scope="module")
async def national(empty: Stack, stub: Any) -> Planting:
    """Two upload the whole country at once, one of them under an id with which a bad list was refused before."""
    tries = [[header(), *parts(NATIONAL.read_bytes())] for _ in range(2)]
    await refused(plant(stub, empty.admin_token, [tries[0][0], *parts(b"code,parent,name\n11,,\n")]))

    answers = await asyncio.gather(
        *(plant(stub, empty.admin_token, messages) for messages in tries), return_exceptions=True
    )

    ((messages, answer),) = [
        (messages, answer)
        for messages, answer in zip(tries, answers, strict=True)
        if isinstance(answer, directory_pb2.ImportUnitsResponse)
    ]
    (late,) = [answer for answer in answers if isinstance(answer, rpc_client.RemoteRefusal)]
    return Planting(messages, answer, late)


async def test_the_national_tree_is_planted_once_though_two_try_at_once(empty: Stack, national: Planting) -> None:
    answer = national.answer

    assert (answer.units, answer.tenants) == (44_704, 32)
    assert (answer.root.code, answer.root.level, answer.root.tenant) == ("0", "nation", answer.root.id)
    assert (national.late.remote_code, national.late.remote_reason) == (Code.ALREADY_EXISTS, "TREE_EXISTS")
    # One line, and of each unit its row and its edge.
    assert await rows_kept(empty) == 1 + 32 + 2 * 44_704


async def test_a_second_tree_is_refused_and_changes_nothing(empty: Stack, stub: Any, national: Planting) -> None:
    before = await rows_kept(empty)

    error = await refused(plant(stub, empty.admin_token, [header(root_code="x"), *parts(small_tree())]))

    assert (error.remote_code, error.remote_reason) == (Code.ALREADY_EXISTS, "TREE_EXISTS")
    assert await rows_kept(empty) == before


async def test_an_import_is_answered_again_for_its_request_id_and_for_nothing_else(
    empty: Stack, stub: Any, national: Planting
) -> None:
    first = national.messages[0]
    other_header = directory_pb2.ImportUnitsRequest(header=first.header)
    other_header.header.tenant_level = "city"

    again = await plant(stub, empty.admin_token, national.messages)
    # The same file in other pieces is the same deed.
    in_small_pieces = [
        directory_pb2.ImportUnitsRequest(content=message.content[start : start + 70_000])
        for message in national.messages[1:]
        for start in range(0, len(message.content), 70_000)
    ]
    recut = await plant(stub, empty.admin_token, [first, *in_small_pieces])
    reused = [
        await refused(plant(stub, empty.admin_token, [first, *parts(small_tree())])),
        await refused(plant(stub, empty.admin_token, [other_header, *national.messages[1:]])),
    ]

    assert again == national.answer
    assert recut == national.answer
    assert [error.remote_reason for error in reused] == ["REQUEST_ID_REUSED"] * 2


async def test_every_unit_of_the_nation_stands_in_the_state_once(empty: Stack, national: Planting) -> None:
    """What rollups and every service that starts over reads: all units, owners and paths, in path order."""
    token = empty.mint(subject="service:rollups", tenant="", role="service", path="", clearance=3)
    channel = rpc_client.open_channel(empty.addresses["directory"])
    state = directory_pb2_grpc.DirectoryStateServiceStub(channel)

    units: list[events_pb2.PlacedUnit] = []
    async for part in rpc_client.download(
        state.StreamState, facts_pb2.StreamStateRequest(), token=token, deadline_s=60
    ):
        for fact in part.facts:
            if fact.type == "directory.units_placed":
                units += events_pb2.UnitsPlaced.FromString(fact.payload).units
    await channel.close()

    code_of = {unit.id: unit.code for unit in units}
    with gzip.open(NATIONAL, "rt", encoding="utf-8") as file:
        listed = {row["code"]: (row["parent"] or "0", row["name"]) for row in csv.DictReader(file)}
    assert {unit.code: (code_of[unit.parent_unit], unit.display_name) for unit in units if unit.parent_unit} == listed
    assert Counter(unit.level for unit in units) == {
        "nation": 1,
        "province": 31,
        "city": 342,
        "county": 2978,
        "township": 41352,
    }
    paths = [unit.path for unit in units]
    assert len(paths) == len(code_of) == 44_704
    assert paths == sorted(paths)
    # The nation owns itself alone; everything else belongs to its province.
    assert all(unit.tenant == unit.path.split("/")[min(1, unit.path.count("/") - 1)] for unit in units)


async def test_a_list_is_cut_at_fifty_unless_the_caller_says_otherwise(
    empty: Stack, stub: Any, national: Planting
) -> None:
    """AIP-158; 万州区 has 52 townships."""
    county = await ask(stub.GetUnit, directory_pb2.GetUnitRequest(code="500101"), empty.admin_token)

    usual = await pages(stub.ListUnits, directory_pb2.ListUnitsRequest(parent_unit=county.id), empty.admin_token)
    whole = await pages(
        stub.ListUnits, directory_pb2.ListUnitsRequest(parent_unit=county.id, page_size=100_000), empty.admin_token
    )

    codes = [[unit.code for unit in page.units] for page in usual]
    assert [len(page) for page in codes] == [50, 2]
    assert codes[0] + codes[1] == sorted({*codes[0], *codes[1]})
    assert [unit for page in usual for unit in page.units] == list(whole[0].units)
    tenants = await ask(stub.ListTenants, directory_pb2.ListTenantsRequest(page_size=200), empty.admin_token)
    assert len(tenants.tenants) == 32


async def test_nobody_but_somebody_who_holds_everything_plants_a_tree(world: World) -> None:
    stub = directory_pb2_grpc.DirectoryServiceStub(world.channel("directory"))

    for token in (world.token("campaign_office"), world.token("administrator", "11")):
        error = await refused(plant(stub, token, [header(), *parts(small_tree())]))
        assert error.remote_reason == "PERMISSION_DENIED"
