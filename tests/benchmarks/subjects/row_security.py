"""What row security costs: the same questions under it, and by a role that passes it and says the same aloud."""

from __future__ import annotations

import functools
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from services.cli.postgres import with_login
from services.plans.store import problems as store
from shared.calls import Call, system_call
from shared.database import Database, Transaction
from shared.names import Name
from tests.benchmarks import country
from tests.benchmarks.country import Place
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.ground import Ground, at_work

SUBJECT = "row security"
BYPASS = "benchmarks_bypass"
_ROWS = 20_000
_BLOCK = 100
_COLUMNS = "tenant_id, id, campaign, unit_id, path, title, state, light, due_date, version, label"
_POINT = f"select {_COLUMNS} from plans.problems where tenant_id = $1 and id = $2::uuid"
_PAGE = f"""
    select {_COLUMNS} from plans.problems where path >= $1 and path < $1 || '~' {{more}} order by path, id limit 50
"""
_STATES = "select state, count(*) from plans.problems where path >= $1 and path < $1 || '~' {more} group by state"
# The county of a province with the most problems on its townships' ledgers, and one of them.
_BUSIEST = """
    select u.parent_unit, p.tenant_id, min(p.id::text) as id
    from plans.problems p join plans.placements u on u.unit_id = p.unit_id
    where u.level = 'township' and u.path >= $1 and u.path < $1 || '~'
    group by u.parent_unit, p.tenant_id order by count(*) desc, u.parent_unit limit 1
"""
# What the policy adds, said in the statement.
_SAME_ALOUD = "and path >= '{path}' and path < '{path}' || '~' and label <= 1"

# Asks once. aloud: what the statement has to say where no policy does; empty under row security.
Question = Callable[..., Awaitable[object]]


async def row_security(ground: Ground) -> list[Figure]:
    """plans.problems as the role `plans` sees it under row security, against a BYPASSRLS role with explicit predicates.

    The callers, the settings and the round trips are the same; only the statement's time counts, in blocks of 100 that
    take turns. At least 20,000 problems all over the country; the caller is a clerk of a county with many problems, for
    the count one of the largest province.
    """
    await ground.until_quiet()
    province, _ = ground.country.largest_province()
    with ground.only():
        async with ground.database("plans_system") as system:
            await _fill(ground, system)
        async with ground.connection() as connection:
            await connection.execute("analyze plans.problems")
            row = await connection.fetchrow(_BUSIEST, province.path)
        assert row is not None
        county = next(each for each in ground.country.at("county") if each.id == row["parent_unit"])
        async with ground.database("plans") as under, _passing(ground) as passing:
            figures: list[Figure] = []
            for name, (place, ask) in _questions(
                county, province, Name(row["tenant_id"], "problems", row["id"])
            ).items():
                figures += await _compared(ground, name, place, ask, under=under, passing=passing)
    return figures


def _questions(county: Place, province: Place, problem: Name) -> Mapping[str, tuple[Place, Question]]:
    async def point(tx: Transaction, aloud: str) -> object:
        return await tx.fetch_row(f"{_POINT} {aloud}", problem.tenant, problem.id)

    async def page(tx: Transaction, aloud: str) -> object:
        return await tx.fetch(_PAGE.format(more=aloud), county.path)

    async def states(tx: Transaction, aloud: str) -> object:
        return await tx.fetch(_STATES.format(more=aloud), province.path)

    async def insert(tx: Transaction, aloud: str) -> object:
        problem = country.problem(county, now=datetime.now(UTC))
        return await store.add_unless_known(tx, problem, by=None)

    return {
        "one problem by name": (county, point),
        "a page of 50 in a county": (county, page),
        "states of a province counted": (province, states),
        "one problem inserted": (county, insert),
    }


async def _compared(
    ground: Ground, name: str, place: Place, ask: Question, *, under: Database, passing: Database
) -> list[Figure]:
    aloud = _SAME_ALOUD.format(path=place.path)
    call = at_work("plans", place, role="unit_clerk", action="plans.read")
    times: dict[str, list[float]] = {"on": [], "off": []}
    for number in range(int(2 * ground.effort.seconds) + 1):
        for kind, database, words in (("on", under, ""), ("off", passing, aloud)):
            found = await _block(database, call, functools.partial(ask, aloud=words))
            # The first block of each plans its statements and fills the caches.
            times[kind] += found if number else []
    on, off = percentile(times["on"], 0.5), percentile(times["off"], 0.5)
    return [
        Figure(SUBJECT, f"{name}, off, p50", off, "us"),
        Figure(SUBJECT, f"{name}, on, p50", on, "us", ratio=on / off, ratio_to="off"),
    ]


async def _block(database: Database, call: Call, ask: Callable[[Transaction], Awaitable[object]]) -> list[float]:
    """Microseconds of each statement of one block."""
    times = []
    for _ in range(_BLOCK):
        async with database.transaction(call) as tx:
            began = time.perf_counter()
            await ask(tx)
            times.append((time.perf_counter() - began) * 1e6)
    return times


async def _fill(ground: Ground, database: Database) -> None:
    """Puts problems on ledgers until there are enough to ask about."""
    call = system_call("plans", action="benchmarks.fill", now=datetime.now(UTC))
    async with ground.connection() as connection:
        missing = _ROWS - await connection.fetchval("select count(*) from plans.problems")
    places = ground.country.some("township", max(0, missing))
    for start in range(0, len(places), 1000):
        problems = [country.problem(place, now=call.received) for place in places[start : start + 1000]]
        async with database.transaction(call) as tx:
            store.add_problems(tx, problems, by=None)


@asynccontextmanager
async def _passing(ground: Ground) -> AsyncIterator[Database]:
    """The database as a role with the rights of plans that row security does not hold back."""
    password = secrets.token_hex(16)
    async with ground.connection() as connection:
        await connection.execute(f"create role {BYPASS} login bypassrls password '{password}' in role plans")
        database = Database.open(
            with_login(ground.stack.postgres_dsn, database="plumbline", user=BYPASS, password=password),
            application="benchmarks",
        )
        try:
            yield database
        finally:
            await database.close()
            await connection.execute(f"drop role {BYPASS}")
