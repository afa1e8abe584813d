"""The logs: everything is in them, in order, and whoever rewrites one is found."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from plumbline.audit.v1 import audit_pb2, audit_pb2_grpc
from plumbline.plans.v1 import plans_pb2, plans_pb2_grpc
from shared import rpc_client
from shared.errors import Code
from tests.integration.ledger import a_problem
from tests.integration.refused import refused
from tests.integration.visits import a_finding
from tests.integration.world import World

# Stands for a log's last sequence, which nobody knows before the log is there.
THE_LAST = 1_000_000


@pytest.fixture
def stub(world: World) -> audit_pb2_grpc.AuditServiceStub:
    return audit_pb2_grpc.AuditServiceStub(world.channel("audit"))


@pytest.fixture
async def superuser(world: World) -> AsyncIterator[asyncpg.Connection[Any]]:
    """Somebody who has the database password and no scruples."""
    connection = await asyncpg.connect(world.stack.postgres_dsn)
    yield connection
    await connection.close()


async def ask(method: Any, request: Any, token: str) -> Any:
    return await rpc_client.call(method, request, token=token, deadline_s=10)


async def entries(world: World, stub: Any, tenant: str, token: str = "", **filters: str) -> list[audit_pb2.Entry]:
    """All entries of a tenant's log that match, newest first."""
    request = audit_pb2.ListEntriesRequest(parent=f"tenants/{tenant}", page_size=200, **filters)
    found: list[audit_pb2.Entry] = []
    while True:
        answer = await ask(stub.ListEntries, request, token or world.admin)
        found += answer.entries
        if not answer.next_page_token:
            return found
        request.page_token = answer.next_page_token


async def write(world: World, code: str, count: int = 1) -> list[plans_pb2.Problem]:
    plans = plans_pb2_grpc.PlanServiceStub(world.channel("plans"))
    unit = world.unit(code).id
    return list(
        await asyncio.gather(*(ask(plans.CreateProblem, a_problem(unit=unit), world.admin) for _ in range(count)))
    )


async def until_logged(world: World, stub: Any, problems: list[plans_pb2.Problem]) -> None:
    tenant = problems[0].name.split("/")[1]
    names = {problem.name for problem in problems}

    async def logged() -> bool:
        found = await entries(world, stub, tenant)
        deeds = {entry.resource for entry in found if entry.kind == audit_pb2.ENTRY_KIND_DEED}
        facts = {entry.resource for entry in found if entry.kind == audit_pb2.ENTRY_KIND_FACT}
        return names <= deeds and names <= facts

    await world.eventually(logged)


async def verify(world: World, stub: Any, tenant: str) -> audit_pb2.VerifyLogResponse:
    request = audit_pb2.VerifyLogRequest(parent=f"tenants/{tenant}")
    answer: audit_pb2.VerifyLogResponse = await ask(stub.VerifyLog, request, world.admin)
    return answer


async def rewrite(
    superuser: asyncpg.Connection[Any], tenant: str, tamper: str
) -> tuple[list[asyncpg.Record], asyncpg.Record]:
    """Tampers with a log while nobody appends to it. Returns the entries and the head that were there."""
    async with superuser.transaction():
        head = await superuser.fetchrow("select * from audit.heads where tenant_id = $1 for update", tenant)
        kept = await superuser.fetch("select * from audit.entries where tenant_id = $1 order by sequence", tenant)
        await superuser.execute(tamper.replace("$1", f"'{tenant}'"))
    assert head is not None
    return kept, head


async def put_back(superuser: asyncpg.Connection[Any], kept: list[asyncpg.Record], head: asyncpg.Record) -> None:
    """Makes a log again what it was, while nobody appends to it."""
    async with superuser.transaction():
        await superuser.execute(
            """
            insert into audit.heads (tenant_id, size, chain_hash) values ($1, $2, $3)
            on conflict (tenant_id) do update set size = excluded.size, chain_hash = excluded.chain_hash
            """,
            head["tenant_id"],
            head["size"],
            head["chain_hash"],
        )
        await superuser.execute("delete from audit.entries where tenant_id = $1", head["tenant_id"])
        await superuser.copy_records_to_table(
            "entries", schema_name="audit", records=[tuple(row.values()) for row in kept]
        )


async def test_a_deed_and_its_fact_are_entries_that_share_request_and_trace(world: World, stub: Any) -> None:
    (problem,) = await write(world, "110101")
    await until_logged(world, stub, [problem])

    found = await entries(world, stub, world.unit("11").tenant, resource=problem.name)

    assert {(entry.kind, entry.action) for entry in found} == {
        (audit_pb2.ENTRY_KIND_DEED, "plans.record_problem"),
        (audit_pb2.ENTRY_KIND_FACT, "plans.problem_changed"),
    }
    assert len({entry.request_id for entry in found}) == 1
    assert len({entry.trace_id for entry in found}) == 1


async def test_a_denied_access_is_an_entry(world: World, stub: Any) -> None:
    clerk = world.token("unit_clerk", "120101", subject="person:curious")
    plans = plans_pb2_grpc.PlanServiceStub(world.channel("plans"))
    name = f"tenants/{world.unit('11').tenant}/problems/00000000-0000-4000-8000-000000000000"
    await refused(ask(plans.GetProblem, plans_pb2.GetProblemRequest(name=name), clerk))

    async def logged() -> bool:
        found = await entries(world, stub, world.unit("12").tenant, actor="person:curious")
        return [(entry.kind, entry.outcome, entry.resource) for entry in found] == [
            (audit_pb2.ENTRY_KIND_REFUSAL, "PERMISSION_DENIED", name)
        ]

    await world.eventually(logged)


@pytest.mark.parametrize("sent", ["a\x00b", "y" * 1_048_400], ids=["NUL", "a megabyte"])
async def test_a_denied_access_is_an_entry_whatever_its_request_id_holds(world: World, stub: Any, sent: str) -> None:
    """The role is asked before the shape; the record of that must neither fail to be stored nor stop the relay."""
    subject = f"person:sly{len(sent)}"
    clerk = world.token("unit_clerk", "130102", subject=subject)
    plans = plans_pb2_grpc.PlanServiceStub(world.channel("plans"))
    await refused(ask(plans.DeregisterProblem, plans_pb2.DeregisterProblemRequest(request_id=sent), clerk))
    (problem,) = await write(world, "130102")

    await until_logged(world, stub, [problem])

    found = await entries(world, stub, world.unit("13").tenant, actor=subject)
    assert [(entry.kind, len(entry.request_id) <= 64) for entry in found] == [(audit_pb2.ENTRY_KIND_REFUSAL, True)]


async def test_a_log_is_read_newest_first_and_each_entry_once(world: World, stub: Any) -> None:
    tenant = world.unit("11").tenant
    problems = await write(world, "110102", 4)
    await until_logged(world, stub, problems)
    request = audit_pb2.ListEntriesRequest(parent=f"tenants/{tenant}", actor="administrator", page_size=3)
    first = await ask(stub.ListEntries, request, world.admin)
    request.page_token = first.next_page_token
    second = await ask(stub.ListEntries, request, world.admin)

    numbers = [entry.sequence for answer in (first, second) for entry in answer.entries]

    assert len(numbers) == 6
    assert numbers == sorted(set(numbers), reverse=True)
    assert {entry.actor for answer in (first, second) for entry in answer.entries} == {"administrator"}


async def test_a_log_can_be_asked_for_one_trace(world: World, stub: Any) -> None:
    (problem,) = await write(world, "110201")
    await until_logged(world, stub, [problem])
    tenant = world.unit("11").tenant
    (of_problem, *_) = await entries(world, stub, tenant, resource=problem.name)

    found = await entries(world, stub, tenant, trace_id=of_problem.trace_id)

    assert {entry.trace_id for entry in found} == {of_problem.trace_id}
    assert problem.name in {entry.resource for entry in found}


async def test_a_draw_is_logged_where_only_the_cleared_see_it(world: World, stub: Any) -> None:
    """AC-3: that a draw took place must not tell a target that somebody may come."""
    draw = (await a_finding(world, title="密级", scope="0")).draw
    tenant = draw.name.split("/")[1]

    async def logged() -> bool:
        return bool(await entries(world, stub, tenant, world.token("auditor", clearance=3), resource=draw.name))

    await world.eventually(logged)
    assert await entries(world, stub, tenant, world.token("auditor", clearance=1), resource=draw.name) == []


async def test_a_provinces_auditor_reads_its_own_log_and_no_other(world: World, stub: Any) -> None:
    auditor = world.token("auditor", "11", clearance=3)
    (problem,) = await write(world, "110101")
    await until_logged(world, stub, [problem])

    own = await entries(world, stub, world.unit("11").tenant, auditor)
    request = audit_pb2.ListEntriesRequest(parent=f"tenants/{world.unit('12').tenant}")
    other = await refused(ask(stub.ListEntries, request, auditor))
    county = world.token("auditor", "110101", clearance=3)
    below = await refused(
        ask(stub.ListEntries, audit_pb2.ListEntriesRequest(parent=f"tenants/{world.unit('11').tenant}"), county)
    )

    assert own
    assert {other.remote_code, below.remote_code} == {Code.PERMISSION_DENIED}


async def test_logs_have_no_gaps_though_two_consumers_append(world: World, stub: Any) -> None:
    problems = await write(world, "130101", 60)
    await until_logged(world, stub, problems)
    tenant = world.unit("13").tenant

    numbers = sorted(entry.sequence for entry in await entries(world, stub, tenant))
    head = await ask(stub.GetLogHead, audit_pb2.GetLogHeadRequest(name=f"tenants/{tenant}/logHead"), world.admin)
    checked = await verify(world, stub, tenant)

    assert numbers == list(range(1, len(numbers) + 1))
    assert (checked.entries, checked.first_bad_sequence) == (head.size, 0)


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        ("update audit.entries set record = record || 'x'::bytea where tenant_id = $1 and sequence = 3", 3),
        ("update audit.entries set leaf_hash = sha256('x') where tenant_id = $1 and sequence = 4", 4),
        ("delete from audit.entries where tenant_id = $1 and sequence = 2", 2),
        ("update audit.entries set actor = 'person:innocent' where tenant_id = $1 and sequence = 3", 3),
        ("update audit.entries set outcome = 'REFUSED' where tenant_id = $1 and sequence = 5", 5),
        ("update audit.entries set label = 3 where tenant_id = $1 and sequence = 2", 2),
        ("update audit.entries set path = 'elsewhere/' where tenant_id = $1 and sequence = 4", 4),
        ("update audit.heads set size = size - 1 where tenant_id = $1", THE_LAST),
        ("update audit.heads set size = -1 where tenant_id = $1", 1),
        ("delete from audit.heads where tenant_id = $1", 1),
        ("update audit.heads set chain_hash = sha256('x') where tenant_id = $1", THE_LAST + 1),
        (
            "delete from audit.entries e using audit.heads h "
            "where e.tenant_id = $1 and h.tenant_id = $1 and sequence = h.size",
            THE_LAST,
        ),
        (
            "with cut as (delete from audit.entries e using audit.heads h where e.tenant_id = $1 "
            "and h.tenant_id = $1 and sequence = h.size) "
            "update audit.heads set size = size - 1 where tenant_id = $1",
            THE_LAST,
        ),
    ],
    ids=[
        "a changed record",
        "a changed leaf",
        "an entry taken out",
        "a deed put down to another",
        "a deed made a refusal",
        "an entry hidden by its label",
        "an entry moved out of sight",
        "the head set back",
        "the head set below nothing",
        "the head taken away",
        "the head's hash changed",
        "the tail cut off",
        "the tail cut off and the head set back",
    ],
)
async def test_whoever_rewrites_a_log_with_the_database_password_is_found(
    world: World, stub: Any, superuser: asyncpg.Connection[Any], tamper: str, named: int
) -> None:
    tenant = world.unit("12").tenant
    problems = await write(world, "120101", 6)
    await until_logged(world, stub, problems)
    assert (await verify(world, stub, tenant)).first_bad_sequence == 0

    kept, head = await rewrite(superuser, tenant, tamper)
    try:
        found = await verify(world, stub, tenant)
    finally:
        await put_back(superuser, kept, head)

    bad = named if named < THE_LAST else head["size"] + named - THE_LAST
    assert (found.entries, found.first_bad_sequence) == (bad - 1, bad)
    assert (await verify(world, stub, tenant)).first_bad_sequence == 0


@pytest.mark.parametrize("role", ["audit", "audit_system"])
@pytest.mark.parametrize(
    "deed",
    [
        "update audit.entries set actor = 'x'",
        "delete from audit.entries",
        "truncate audit.entries",
        "delete from audit.heads",
        "alter table audit.entries disable row level security",
    ],
)
async def test_not_even_the_service_can_change_or_delete_an_entry(world: World, role: str, deed: str) -> None:
    connection = await asyncpg.connect(world.stack.database_url(role))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(deed)
    finally:
        await connection.close()
