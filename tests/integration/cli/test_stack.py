"""The embedded stack as a whole: it starts, goes on where it was, refuses a second, survives faults, leaves nothing."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from pathlib import Path

import asyncpg
import nats as nats_client
import pytest
from nats.aio.client import Client as NatsClient
from nats.errors import Error as NatsError
from nats.js.api import DeliverPolicy
from nats.js.client import JetStreamContext

from services.cli.folder import StackFolder
from services.cli.nats import BIN_VARIABLE as NATS_BIN
from services.cli.postgres import DSN_VARIABLE
from services.cli.refusals import PartFailed, StackRefused
from services.cli.service_processes import CONTRACTS, PROJECT
from services.cli.stack import Stack, StackOptions

SERVICE = "audit"
STAND_IN = {SERVICE: "tests.integration.cli.stand_in"}
DEADLINE_S = 20.0
# A refused request is not answered, so this is how long each refusal takes.
REFUSED_AFTER_S = 0.5
BARE_STACK = Path(__file__).with_name("bare_stack.py")


@pytest.fixture
def data_folder() -> Iterator[Path]:
    """A fresh data folder below /tmp, where the account of PostgreSQL can go as well, unlike pytest's own."""
    root = Path(tempfile.mkdtemp(prefix="plumbline-test-"))
    yield root
    StackFolder(root).remove()


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[Stack]:
    """A stack with one stand-in service that the tests of this file share; they leave it running."""
    root = Path(tempfile.mkdtemp(prefix="plumbline-test-"))
    options = StackOptions(folder=root, services=(SERVICE,), stand_ins=STAND_IN)
    async with Stack.start(options) as stack:
        yield stack
    StackFolder(root).remove()


async def eventually(condition: Callable[[], Awaitable[bool]]) -> None:
    """Waits for a condition, at most until the deadline."""
    async with asyncio.timeout(DEADLINE_S):
        while not await condition():  # noqa: ASYNC110 - what is awaited happens in other processes
            await asyncio.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not yet reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


BareStack = Callable[[Path, Path], subprocess.Popen[bytes]]


@pytest.fixture
def bare_stack(tmp_path: Path) -> Iterator[BareStack]:
    """Starts a stack in a process of its own, which is killed if the test leaves it running."""
    started: list[subprocess.Popen[bytes]] = []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(PROJECT), str(CONTRACTS)))}

    def start(folder: Path, ready_file: Path) -> subprocess.Popen[bytes]:
        command = (sys.executable, str(BARE_STACK), str(folder), str(ready_file))
        with (tmp_path / "said").open("wb") as said:
            started.append(subprocess.Popen(command, env=environment, cwd=PROJECT, stdout=said, stderr=said))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


async def until_ready(process: subprocess.Popen[bytes], ready_file: Path) -> dict[str, object]:
    """What the ready file says, once it is there; fails at once if the stack ends before."""

    async def is_written() -> bool:
        assert process.poll() is None, said_beside(ready_file)
        return is_there(ready_file)

    await eventually(is_written)
    return read_json(ready_file)


def is_there(file: Path) -> bool:
    return file.exists()


def read_json(file: Path) -> dict[str, object]:
    """One JSON object from a file."""
    read: dict[str, object] = json.loads(file.read_text())
    return read


def said_beside(file: Path) -> str:
    """What a stack in a process of its own has said."""
    return file.with_name("said").read_text()


async def test_every_part_is_ready_when_the_stack_is(running: Stack) -> None:
    connection = await asyncpg.connect(running.postgres_dsn)
    try:
        version = await connection.fetchval("select current_setting('server_version_num')::int")
        durable = await connection.fetchval("select current_setting('fsync') || current_setting('synchronous_commit')")
        locale = await connection.fetchrow(
            "select datlocprovider::text as provider, datlocale as locale from pg_database"
            " where datname = current_database()"
        )
    finally:
        await connection.close()

    assert version >= 180000
    assert durable == "onon"
    assert locale is not None
    assert tuple(locale) == ("b", "C.UTF-8")
    assert await running.is_serving(SERVICE)


async def test_a_service_role_may_connect_and_is_no_superuser(running: Stack) -> None:
    connection = await asyncpg.connect(running.database_url("plans"))
    try:
        rights = await connection.fetchrow(
            "select rolsuper, rolbypassrls, rolcreatedb from pg_roles where rolname = current_user"
        )
    finally:
        await connection.close()

    assert rights is not None
    assert tuple(rights) == (False, False, False)


async def test_nobody_enters_the_database_without_a_password(running: Stack) -> None:
    port = running.postgres_dsn.rpartition(":")[2].split("/")[0]

    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(f"postgresql://postgres:wrong@127.0.0.1:{port}/plumbline")


class User:
    """One user of the bus, and what the server told it that it may not do: the call itself only times out."""

    def __init__(self) -> None:
        self.client = NatsClient()
        self._violations: list[str] = []

    @classmethod
    @contextlib.asynccontextmanager
    async def of(cls, stack: Stack, name: str) -> AsyncIterator[User]:
        user = cls()
        await user.client.connect(stack.nats_url(name), error_cb=user.note)
        try:
            yield user
        finally:
            await user.client.close()

    @property
    def stream(self) -> JetStreamContext:
        return self.client.jetstream(timeout=REFUSED_AFTER_S)

    async def note(self, error: Exception) -> None:
        self._violations.append(str(error))

    async def is_refused(self, deed: Coroutine[object, object, object]) -> bool:
        """Whether the deed fails because the user is not permitted to do it."""
        before = len(self._violations)
        with pytest.raises((NatsError, TimeoutError)):
            await deed
        return any("permissions violation" in said for said in self._violations[before:])


async def test_a_service_publishes_under_its_own_name_only(running: Stack) -> None:
    async with User.of(running, "plans") as plans:
        stored = await plans.stream.publish("up.territorial.plans.lodged.a.b", b"mine")

        assert stored.stream == "UP"
        assert await plans.is_refused(plans.stream.publish("up.territorial.audit.lodged.a.b", b"forged"))
        assert await plans.is_refused(plans.stream.publish("audit.directory.a", b"forged"))


async def test_a_service_cannot_change_streams_or_consumers(running: Stack) -> None:
    async with User.of(running, "plans") as plans:
        assert await plans.is_refused(plans.stream.delete_stream("UP"))
        assert await plans.is_refused(plans.stream.purge_stream("UP"))
        assert await plans.is_refused(plans.stream.delete_consumer("UP", "rollups"))
        assert await plans.is_refused(plans.stream.add_consumer("UP", name="rollups", filter_subject="up.none.>"))


async def test_a_service_pulls_from_its_own_consumer_and_from_no_other(running: Stack) -> None:
    async with User.of(running, "directory") as directory, User.of(running, "plans") as plans:
        await directory.stream.publish("up.territorial.directory.unit_named.a.b", b"fact")
        own = await plans.stream.pull_subscribe_bind(consumer="plans", stream="UP")
        (message,) = await own.fetch(1, timeout=5)
        await message.ack_sync(timeout=5)
        foreign = await plans.stream.pull_subscribe_bind(consumer="rollups", stream="UP")

        assert message.data == b"fact"
        assert await plans.is_refused(foreign.fetch(1, timeout=REFUSED_AFTER_S))


async def test_the_watching_user_sees_facts_and_cannot_make_any(running: Stack) -> None:
    async with User.of(running, "plans") as plans, User.of(running, "watch") as watch:
        seen = await watch.stream.subscribe(
            "up.*.plans.>", stream="UP", ordered_consumer=True, deliver_policy=DeliverPolicy.NEW
        )
        await plans.stream.publish("up.territorial.plans.watched.a.b", b"fact")
        message = await seen.next_msg(timeout=5)

        assert message.subject == "up.territorial.plans.watched.a.b"
        assert await watch.is_refused(watch.stream.publish("up.territorial.plans.lodged.a.b", b"forged"))
        assert await watch.is_refused(watch.stream.subscribe("audit.>", stream="AUDIT", ordered_consumer=True))


async def test_nobody_reaches_the_bus_without_a_password(running: Stack) -> None:
    place = running.nats_url("plans").rpartition("@")[2]
    stranger = User()

    try:
        with pytest.raises(NatsError):
            await stranger.client.connect(f"nats://plans:wrong@{place}", allow_reconnect=False, error_cb=stranger.note)
    finally:
        await stranger.client.close()


async def test_a_killed_service_comes_back(running: Stack) -> None:
    before = running.pid(SERVICE)

    running.kill(SERVICE)

    async def is_back() -> bool:
        return running.pid(SERVICE) != before and await running.is_serving(SERVICE)

    await eventually(is_back)


async def test_a_killed_database_comes_back_with_what_was_committed(running: Stack) -> None:
    connection = await asyncpg.connect(running.postgres_dsn)
    await connection.execute("create table if not exists public.kept (word text)")
    await connection.execute("insert into public.kept values ('kept')")
    before = running.pid("postgres")

    running.kill("postgres")

    async def is_back() -> bool:
        if running.pid("postgres") == before:
            return False
        try:
            fresh = await asyncpg.connect(running.postgres_dsn)
        except (OSError, asyncpg.PostgresError):
            return False
        try:
            return bool(await fresh.fetchval("select word from public.kept") == "kept")
        finally:
            await fresh.close()

    await eventually(is_back)
    connection.terminate()


async def test_a_second_starter_is_refused_with_the_folder_and_the_process(running: Stack) -> None:
    options = StackOptions(folder=running.folder.root, services=())

    with pytest.raises(StackRefused) as refused:
        async with Stack.start(options):
            pass

    assert refused.value.key == "folder_in_use"
    assert refused.value.facts == {"folder": str(running.folder.root), "pid": str(os.getpid())}


async def test_an_external_database_and_bus_are_used_as_they_are(running: Stack, data_folder: Path) -> None:
    maintenance = running.postgres_dsn.replace("/plumbline", "/postgres")
    environment = {DSN_VARIABLE: maintenance, "PLUMBLINE_NATS_URL": running.nats_url("admin")}
    options = StackOptions(folder=data_folder, services=(), environment=environment)

    async with Stack.start(options) as stack:
        connection = await asyncpg.connect(stack.postgres_dsn)
        await connection.close()

    assert stack.postgres_dsn == running.postgres_dsn
    assert stack.nats_url("plans") == running.nats_url("admin")
    assert not (data_folder / "postgres").exists()
    # The passwords of the shared server's roles are now the other stack's: give them back.
    await restore_passwords(running)


async def test_a_second_start_goes_on_with_what_was_there(data_folder: Path) -> None:
    options = StackOptions(folder=data_folder, services=(SERVICE,), stand_ins=STAND_IN)
    async with Stack.start(options) as first:
        connection = await asyncpg.connect(first.postgres_dsn)
        await connection.execute("create table public.kept as select 'kept' as word")
        await connection.close()
        client = await nats_client.connect(first.nats_url("plans"))
        await client.jetstream().publish("up.territorial.plans.lodged.a.b", b"kept")
        await client.close()

    async with Stack.start(options) as second:
        connection = await asyncpg.connect(second.postgres_dsn)
        word = await connection.fetchval("select word from public.kept")
        await connection.close()
        client = await nats_client.connect(second.nats_url("admin"))
        state = (await client.jetstream().stream_info("UP")).state
        await client.close()

    assert (word, state.messages) == ("kept", 1)
    assert (second.addresses, second.postgres_dsn) == (first.addresses, first.postgres_dsn)
    assert second.folder.jwks.read_text() == first.folder.jwks.read_text()


async def test_a_part_that_does_not_start_is_named_with_its_last_lines(data_folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "nats-server"
    program.write_text("#!/bin/sh\necho 'I will not' >&2\nexit 7\n")
    program.chmod(0o755)
    options = StackOptions(folder=data_folder, services=(), environment={**os.environ, NATS_BIN: str(program)})

    with pytest.raises(PartFailed) as failed:
        async with Stack.start(options):
            pass

    assert (failed.value.part, failed.value.facts["code"]) == ("nats", "7")
    assert failed.value.last_lines == ("I will not",)
    assert not (data_folder / "postgres" / "postmaster.pid").exists()


async def test_a_service_that_does_not_start_is_named_with_its_last_lines(data_folder: Path) -> None:
    environment = {**os.environ, "STAND_IN_FAULT": "no tables here"}
    options = StackOptions(folder=data_folder, services=(SERVICE,), stand_ins=STAND_IN, environment=environment)

    with pytest.raises(PartFailed) as failed:
        async with Stack.start(options):
            pass

    assert failed.value.part == SERVICE
    assert failed.value.last_lines == ("stand-in: no tables here",)


async def test_a_half_made_database_is_made_anew(data_folder: Path) -> None:
    half = data_folder / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")

    async with Stack.start(StackOptions(folder=data_folder, services=())) as stack:
        connection = await asyncpg.connect(stack.postgres_dsn)
        await connection.close()

    assert not half.exists()


async def test_a_stale_note_with_the_number_of_another_program_does_not_hinder(data_folder: Path) -> None:
    options = StackOptions(folder=data_folder, services=())
    async with Stack.start(options):
        pass
    note = data_folder / "postgres" / "postmaster.pid"
    note.write_text(f"{os.getpid()}\n{note.parent}\n0\n0\n\n\n0 0\nready\n")
    shutil.chown(note, note.parent.stat().st_uid, note.parent.stat().st_gid)

    async with Stack.start(options) as stack:
        connection = await asyncpg.connect(stack.postgres_dsn)
        await connection.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_stops_everything_in_order(
    bare_stack: BareStack, data_folder: Path, tmp_path: Path, number: signal.Signals
) -> None:
    ready_file = tmp_path / "ready.json"
    process = bare_stack(data_folder, ready_file)
    ready = await until_ready(process, ready_file)
    children = children_of(process.pid)

    process.send_signal(number)
    code = await asyncio.to_thread(process.wait, DEADLINE_S)

    assert set(ready) == {"console", "grpc", "nats", "postgres", "admin_token_file"}
    assert (code, len(children)) == (0, 3)
    assert not ready_file.exists()
    assert not any(is_alive(child) for child in children)
    assert "database system is shut down" in (data_folder / "logs" / "postgres.log").read_text()


async def test_a_signal_during_the_start_stops_everything(
    bare_stack: BareStack, data_folder: Path, tmp_path: Path
) -> None:
    process = bare_stack(data_folder, tmp_path / "ready.json")

    async def has_begun() -> bool:
        return is_there(data_folder / "logs" / "initdb.log")

    await eventually(has_begun)
    children = children_of(process.pid)
    process.send_signal(signal.SIGINT)
    code = await asyncio.to_thread(process.wait, DEADLINE_S)

    assert code == 0
    assert not any(is_alive(child) for child in children)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent has ended")
async def test_a_killed_stack_leaves_no_child_and_starts_again_at_once(
    bare_stack: BareStack, data_folder: Path, tmp_path: Path
) -> None:
    ready_file = tmp_path / "ready.json"
    process = bare_stack(data_folder, ready_file)
    await until_ready(process, ready_file)
    children = children_of(process.pid)

    process.kill()
    await asyncio.to_thread(process.wait)
    async with Stack.start(StackOptions(folder=data_folder, services=())) as stack:
        connection = await asyncpg.connect(stack.postgres_dsn)
        await connection.close()

    assert len(children) == 3
    assert not any(is_alive(child) for child in children)


async def test_the_whole_start_is_quick(data_folder: Path) -> None:
    began = time.monotonic()

    async with Stack.start(StackOptions(folder=data_folder, services=(SERVICE,), stand_ins=STAND_IN)):
        took_s = time.monotonic() - began

    assert took_s < 15


async def restore_passwords(stack: Stack) -> None:
    connection = await asyncpg.connect(stack.postgres_dsn)
    try:
        for role, password in stack.credentials.database.items():
            if await connection.fetchval("select 1 from pg_roles where rolname = $1", role):
                await connection.execute(f"alter role {role} password '{password}'")
    finally:
        await connection.close()
