"""Watching a table of a running service: what its watchers get and do not get, and how it ends."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from services.rollups.changes import Snapshot
from services.rollups.ticker import Ticker
from services.rollups.watches import Question, Watches, WatchesExhausted
from shared.calls import system_call
from shared.clock import SystemClock
from shared.database import Database
from shared.errors import Code
from shared.identity import LEEWAY_S, Grant, Identity
from shared.rpc_client import RemoteRefusal
from tests.integration.rollups.conftest import discovered
from tests.integration.rollups.land import Land, Place, eventually, placed, problem

# The numbers of entities are the tests' own, so that they do not meet those of other files.


@pytest.fixture(scope="module")
async def peopled(land: Land) -> Land:
    """The land with its units in place."""
    await land.happen(placed(land.places.values()))
    return land


async def test_a_watcher_gets_the_table_at_once_and_then_only_the_rows_that_change(peopled: Land) -> None:
    township = peopled.places["110101001"]

    async with peopled.watch("0") as watcher:
        first = watcher.messages[0].snapshot
        before = watcher.figure("problems_total"), watcher.figure("problems_total", "11")
        await peopled.happen(problem(township, number=101))
        await watcher.until(lambda: watcher.figure("problems_total") == before[0] + 1, "the nation counts the problem")
        changed = {row.code for message in watcher.of_kind("change") for row in message.change.rows}

    assert [row.code for row in first.rows] == ["11", "12"]
    assert watcher.figure("problems_total", "11") == before[1] + 1
    assert changed == {"11"}


async def test_what_a_watcher_has_kept_is_the_table_that_a_question_gets(peopled: Land) -> None:
    async with peopled.watch("0", level="county") as watcher:
        for number, code in enumerate(("110101001", "120102002", "110102001"), start=110):
            await peopled.happen(problem(peopled.places[code], number=number))
        await peopled.happen(problem(peopled.places["120102002"], number=111, version=2, state="CLOSED"))
        asked = await peopled.table("0", level="county")
        await watcher.until(lambda: watcher.total == asked.total, "the watcher has the total that a question gets")

    assert list(watcher.rows.values()) == list(asked.rows)


async def test_a_unit_that_comes_new_comes_as_a_row_and_makes_its_parent_one_that_opens(peopled: Land) -> None:
    above = peopled.places["110102002"]
    new = Place("9900000001", "110102002001", above.id, f"{above.path}9900000001/", "village", above.tenant)

    async with peopled.watch("110102") as county, peopled.watch("110102002") as township:
        had_children = county.rows["110102002"].has_children
        await peopled.happen(placed([new]))
        await township.until(lambda: new.code in township.rows, "the new unit has a row")
        await county.until(lambda: county.rows["110102002"].has_children, "its parent can be opened")

    assert not had_children
    assert township.rows[new.code].parent_unit == above.id
    assert not township.rows[new.code].has_children


async def test_a_watcher_of_a_province_never_gets_a_row_of_another(peopled: Land) -> None:
    async with peopled.watch(scope="11", level="county") as own, peopled.watch("0", level="county") as everything:
        before = everything.figure("problems_total", "120101")
        for number, code in enumerate(("120101001", "110101001", "120101002"), start=120):
            await peopled.happen(problem(peopled.places[code], number=number))
        await everything.until(
            lambda: everything.figure("problems_total", "120101") == before + 2, "the other province has changed"
        )
        await own.until(lambda: bool(own.of_kind("change")), "the own province has changed")

    assert own.codes_seen() == {"11", "110101", "110102"}


async def test_somebody_elses_unit_cannot_be_watched(peopled: Land) -> None:
    async with peopled.watch("12", scope="11") as watcher:
        await watcher.until(lambda: watcher.has_ended, "the watch is refused")

    assert not watcher.messages
    assert isinstance(watcher.refusal, RemoteRefusal)
    assert watcher.refusal.remote_reason == "UNKNOWN_UNIT"


async def test_two_who_watch_the_same_get_the_same(peopled: Land) -> None:
    async with peopled.watch("11") as one, peopled.watch("11") as other:
        before = one.figure("problems_total")
        await peopled.happen(problem(peopled.places["110101002"], number=130))
        for watcher in (one, other):
            await watcher.until(lambda w=watcher: w.figure("problems_total") == before + 1, "each sees the change")  # type: ignore[misc]

    assert one.rows == other.rows


async def test_one_who_leaves_takes_nothing_from_those_who_stay(peopled: Land) -> None:
    async with peopled.watch("11") as stays:
        async with peopled.watch("11"):
            before = stays.figure("problems_total")
        await peopled.happen(problem(peopled.places["110101002"], number=131))
        await stays.until(lambda: stays.figure("problems_total") == before + 1, "who stayed sees the change")


async def test_a_watch_ends_well_before_its_deadline(peopled: Land) -> None:
    async with peopled.watch("0", deadline_s=2) as watcher:
        await watcher.until(lambda: watcher.has_ended, "the watch ends")

    assert watcher.messages
    assert watcher.refusal is None


async def test_a_watch_ends_when_its_token_expires(peopled: Land) -> None:
    # Doors allow for clocks that differ, so this token is good for two seconds more.
    expiring = peopled.token("11", lifetime=timedelta(seconds=2 - LEEWAY_S))

    async with peopled.watch("11", token=expiring) as watcher:
        await watcher.until(lambda: watcher.has_ended, "the watch ends")

    assert watcher.messages
    assert isinstance(watcher.refusal, RemoteRefusal)
    assert watcher.refusal.remote_code is Code.UNAUTHENTICATED


async def test_a_watch_of_what_moves_out_of_sight_ends(peopled: Land) -> None:
    before, moved = peopled.places["120102"], "9900000002"
    here = Place(moved, "120102901", before.id, f"{before.path}{moved}/", "township", before.tenant)
    there = Place(moved, "110101901", before.id, f"{peopled.places['110101'].path}{moved}/", "township", "11")
    await peopled.happen(placed([here]))

    async with peopled.watch("120102901", scope="12") as watcher:
        await peopled.happen(placed([there], version=2))
        await watcher.until(lambda: watcher.has_ended, "the watch ends")

    assert isinstance(watcher.refusal, RemoteRefusal)
    assert watcher.refusal.remote_reason == "UNKNOWN_UNIT"


async def test_where_nothing_changes_heartbeats_say_how_fresh_that_is(peopled: Land) -> None:
    async with peopled.watch("11") as watcher:
        await watcher.until(lambda: len(watcher.of_kind("heartbeat")) >= 2, "two heartbeats come")
        asked = await peopled.table("11")

    assert watcher.messages[-1].heartbeat.as_of_time == asked.as_of_time
    assert watcher.messages[-1].heartbeat.facts_pending == 0


async def test_a_hundred_watchers_all_see_a_change(peopled: Land) -> None:
    async with AsyncExitStack() as doors:
        watchers = [await doors.enter_async_context(peopled.watch("0", scope="0")) for _ in range(50)]
        watchers += [
            await doors.enter_async_context(peopled.watch("11", level=level, scope=scope))
            for scope in ("0", "11")
            for level in ("", "county", "township")
            for _ in range(10)
        ]
        before = [watcher.figure("problems_total") for watcher in watchers]
        await peopled.happen(problem(peopled.places["110102001"], number=140))
        for watcher, had in zip(watchers, before, strict=True):
            await watcher.until(lambda w=watcher, had=had: w.figure("problems_total") == had + 1, "all see it")  # type: ignore[misc]

    assert len(watchers) == 110


async def test_beyond_its_bound_a_process_takes_no_more_watches_until_one_ends(peopled: Land) -> None:
    clock = SystemClock()
    question = Question(unit="", unit_code="0", level="", campaign="")
    grant = Grant(role="analyst", line="territorial", path="", clearance=1)
    call = system_call("rollups", action="rollups.read", now=clock.now())
    call = replace(call, identity=Identity("person:1", "0000000000", grant))
    async with AsyncExitStack() as doors:
        database = Database.open(peopled.stack.database_url("rollups"), application="bounded")
        doors.push_async_callback(database.close)
        ticker = Ticker(service="rollups", database=database, clock=clock)
        watches = Watches(database=database, ticker=ticker, pending=_none, clock=clock, most=1)
        doors.push_async_callback(watches.close)

        async with aclosing(watches.watch(call, question)) as only:
            first = await anext(only)
            with pytest.raises(WatchesExhausted):
                await anext(watches.watch(call, question))
        async with aclosing(watches.watch(call, question)) as another:
            after = await anext(another)

    assert isinstance(first, Snapshot)
    assert isinstance(after, Snapshot)


async def test_a_watch_outlives_a_restart_of_the_database(tmp_path: Path) -> None:
    async with discovered(tmp_path) as land:
        await land.happen(placed(land.places.values()))
        async with land.watch("0", deadline_s=120) as watcher:
            killed = land.stack.pid("postgres")
            land.stack.kill("postgres")

            async def is_back() -> bool:
                try:
                    return land.stack.pid("postgres") != killed and (await land.table()).total.code == "0"
                except (RemoteRefusal, KeyError):
                    return False

            await eventually(is_back, timeout_s=60)
            await land.happen(problem(land.places["110101001"], number=1))
            await watcher.until(lambda: watcher.figure("problems_total") == 1, "the change after the restart comes")

            assert watcher.refusal is None


async def test_a_service_that_stops_sends_its_watchers_away(tmp_path: Path) -> None:
    async with discovered(tmp_path) as land:
        await land.happen(placed(land.places.values()))
        async with land.watch("0") as watcher:
            os.kill(land.stack.pid("rollups"), signal.SIGTERM)
            await watcher.until(lambda: watcher.has_ended, "the watch ends")

    assert isinstance(watcher.refusal, RemoteRefusal)
    assert watcher.refusal.remote_code is Code.UNAVAILABLE


async def test_nobody_asks_for_folds_while_nobody_watches(peopled: Land) -> None:
    idle, busy = "ticker-idle", "ticker-busy"
    url = peopled.stack.database_url("rollups_system")
    async with AsyncExitStack() as doors:
        connection = await doors.enter_async_context(peopled.superuser())
        tickers = {}
        for name in (idle, busy):
            database = Database.open(url, application=name)
            doors.push_async_callback(database.close)
            tickers[name] = Ticker(service="rollups", database=database, clock=SystemClock())
            running = asyncio.create_task(tickers[name].run())
            doors.callback(running.cancel)

        async def asked(name: str) -> object:
            return await _last_asked(connection, name)

        with tickers[idle].listening(lambda: None):
            await eventually(lambda: _is_true(asked(idle)))
        doors.enter_context(tickers[busy].listening(lambda: None))
        await _looks(connection, busy, times=2)
        at_rest = await asked(idle)
        await _looks(connection, busy, times=6)

        assert await asked(idle) == at_rest


async def _none() -> int:
    return 0


async def _last_asked(connection: asyncpg.Connection, application: str) -> object:
    """When a pool asked something the last time; None while it has asked nothing."""
    return await connection.fetchval(
        "select max(query_start) from pg_stat_activity where application_name = $1", application
    )


async def _looks(connection: asyncpg.Connection, application: str, *, times: int) -> None:
    """Waits until a ticker has looked so many times more."""
    for _ in range(times):
        before = await _last_asked(connection, application)

        async def again(before: object = before) -> bool:
            return await _last_asked(connection, application) not in (None, before)

        await eventually(again)


async def _is_true(asking: object) -> bool:
    return bool(await asking)  # type: ignore[misc]
