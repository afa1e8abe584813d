"""How a service reaches PostgreSQL: one pool, one way to open a transaction, always under the caller's scope."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg
import sqlalchemy.exc
import structlog
from sqlalchemy import Executable
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from shared import statements
from shared.calls import Call
from shared.connections import Connections
from shared.errors import Away, InvalidArgument, Unavailable
from shared.letters import Letters
from shared.statements import Write

log = structlog.get_logger()

Result = TypeVar("Result")

# What may stand in a scope setting: ids, paths, subjects. Anything else never reaches SQL text.
_SAFE = re.compile(r"[A-Za-z0-9_:./@-]*")
# A whole deed is tried again at most this often after a deadlock or a serialization failure.
_TRIES = 3

# How long a deed waits for a connection when all are in use.
_NO_CONNECTION_S = 5.0
# Longer than a role's own limit lets any statement take (shared/migrations.py): then the line must be dead.
_NO_ANSWER_S = 70.0

_CONNECTION_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.TimeoutError,
    ConnectionError,
    OSError,
)
# What the driver says of a connection that is going down, and also of one that we use wrongly; the log tells which.
_MAYBE_LOST = (asyncpg.InterfaceError, asyncpg.InternalClientError)


class UnstorableText(InvalidArgument):
    """A text of the request holds a character that the database has no place for."""

    reason = "UNSTORABLE_TEXT"


class _Overtaken(Exception):
    """What a deed went by has been changed by somebody else meanwhile."""


@dataclass(frozen=True, slots=True)
class _Write:
    """A write that waits, and how many rows it must write."""

    statement: Write
    arguments: tuple[object, ...]
    rows: int

    def check(self, written: int) -> None:
        """Raises _Overtaken where it wrote another number of rows."""
        if written != self.rows:
            raise _Overtaken


class Transaction:
    """One open transaction under one call's scope. Only `Database` makes it and only `Database` ends it."""

    def __init__(
        self, connection: AsyncConnection, raw: asyncpg.Connection[Any], call: Call, *, is_repeated: bool
    ) -> None:
        self.call = call
        # Then nothing that is remembered from before may be gone by.
        self.is_repeated = is_repeated
        self.letters = Letters()
        self._connection = connection
        self._raw = raw
        self._writes: list[_Write] = []
        self._after_commit: list[Callable[[], None]] = []

    def write(self, sql: str, *arguments: object, rows: int, then: str = "") -> None:
        """A statement that must write so many rows and returns one for each: it travels with the next one.

        then: another one that goes with it and reads what it returned as `written` (shared.statements).

        Each statement is a round trip, and round trips are a third of what a deed costs (docs/benchmarks.md). Whatever
        is asked after it sees what it wrote, as if it had been run here. Where it writes fewer rows, because what the
        caller went by is so no more, the whole deed is run again.
        """
        self._writes.append(_Write(Write(sql, then), arguments, rows))

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        """Rows of a prepared statement, run on the driver: a Core insert costs 2.4 times the CPU (postgres.md 4)."""
        await self.flush()
        return await self._raw.fetch(sql, *arguments)

    async def fetch_row(self, sql: str, *arguments: object) -> asyncpg.Record | None:
        """The first row, or None."""
        await self.flush()
        return await self._raw.fetchrow(sql, *arguments)

    async def fetch_value(self, sql: str, *arguments: object) -> Any:
        """The first column of the first row, or None."""
        await self.flush()
        return await self._raw.fetchval(sql, *arguments)

    async def fetch_value_with_writes(self, sql: str, result: str, *arguments: object) -> Any:
        """The value of `result`, in one statement with all writes that wait; it sees nothing of what they write.

        sql: begins with `with` and defines what `result` reads (shared.statements).
        """
        writes, self._writes = self._writes, []
        combined = statements.combine(tuple(write.statement for write in writes), sql, result)
        row = await self._raw.fetchrow(combined, *(each for write in writes for each in write.arguments), *arguments)
        assert row is not None
        for write, written in zip(writes, row[1:], strict=True):
            write.check(written)
        return row[0]

    async def rows(self, statement: Executable, parameters: dict[str, object] | None = None) -> Sequence[Row[Any]]:
        """Rows of a Core statement, in the same transaction as the driver's."""
        await self.flush()
        return (await self._connection.execute(statement, parameters or {})).all()

    async def flush(self) -> None:
        """Runs the writes that wait."""
        writes, self._writes = self._writes, []
        for write in writes:
            write.check(len(await self._raw.fetch(statements.alone(write.statement), *write.arguments)))

    def after_commit(self, step: Callable[[], None]) -> None:
        """Adds a step for when the commit has succeeded, such as waking the relay."""
        self._after_commit.append(step)


class Database:
    """A pool under one login role. `transaction` is the only way to a connection, so no scope is ever left unset."""

    def __init__(self, engine: AsyncEngine, connections: Connections) -> None:
        self._engine = engine
        self._connections = connections

    @classmethod
    def open(cls, url: str, *, application: str, pool_size: int = 16) -> Database:
        """A pool for a `postgresql://` url; connects when first asked, inside the running loop."""
        engine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            # BEGIN and COMMIT are ours (see transaction), so SQLAlchemy must not begin on its own.
            isolation_level="AUTOCOMMIT",
            # Which connections live on is decided by `Connections`.
            poolclass=NullPool,
            connect_args={
                "server_settings": {"application_name": application},
                "timeout": 5,
                "command_timeout": _NO_ANSWER_S,
            },
        )
        return cls(engine, Connections(engine, size=pool_size))

    @contextlib.asynccontextmanager
    async def transaction(
        self, call: Call, *, snapshot: bool = False, is_repeated: bool = False
    ) -> AsyncIterator[Transaction]:
        """A transaction that sees and writes only what the call's grant covers (row security, architecture 4).

        snapshot: every statement sees the same moment, for reads in pages that must fit together. is_repeated: a deed's
        first try has failed.
        Commits when the block ends, rolls back when it raises. Raises Away when the database does not answer.
        """
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ;" if snapshot else "BEGIN;"
        try:
            async with self._connected() as (connection, raw):
                transaction = Transaction(connection, raw, call, is_repeated=is_repeated)
                try:
                    await raw.execute(begin + _scope(call))
                    yield transaction
                    await transaction.flush()
                    # A transaction in error "commits" with the tag ROLLBACK and no exception.
                    if await raw.execute("COMMIT") != "COMMIT":
                        raise RuntimeError("the transaction had failed and was rolled back")
                except BaseException as error:
                    alive = await _roll_back(connection, raw)
                    said = _of_driver(error)
                    if not alive and isinstance(said, (*_MAYBE_LOST, sqlalchemy.exc.DBAPIError)):
                        log.warning("connection_lost", error=type(said).__name__, detail=str(said)[:200])
                        raise Away("the database connection was cut: try again") from error
                    if said is not error:
                        raise said from error
                    raise
        except asyncpg.CharacterNotInRepertoireError as error:
            # PostgreSQL's text holds no NUL, whatever the contract lets through.
            raise UnstorableText("a text holds a character that cannot be stored (NUL): remove it") from error
        except _CONNECTION_LOST as error:
            raise Away("the database does not answer: try again") from error
        for done in transaction._after_commit:
            done()

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[AsyncConnection, asyncpg.Connection[Any]]]:
        """A connection of the pool and the driver's own. Raises Away if none is to be had, whatever the reason."""
        try:
            lease = await self._connections.take(wait_s=_NO_CONNECTION_S)
        except (sqlalchemy.exc.DBAPIError, asyncpg.PostgresError, *_CONNECTION_LOST, *_MAYBE_LOST) as error:
            raise Away("the database does not answer: try again") from error
        try:
            yield lease.connection, lease.raw
        finally:
            await self._connections.give_back(lease)

    async def run(
        self, call: Call, deed: Callable[[Transaction], Awaitable[Result]], *, snapshot: bool = False
    ) -> Result:
        """Runs a deed in a transaction of its own; again, whole, where others were in its way."""
        for attempt in range(1, _TRIES + 1):
            try:
                async with self.transaction(call, snapshot=snapshot, is_repeated=attempt > 1) as tx:
                    return await deed(tx)
            except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, _Overtaken) as error:
                if attempt == _TRIES:
                    raise Unavailable("others are changing the same: try again") from error
            except (asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError) as error:
                # The role's own limits on waiting and working (pitfalls.md 5).
                raise Unavailable("the database is too busy with the same: try again") from error
        raise AssertionError("unreachable")

    @contextlib.asynccontextmanager
    async def advisory_lock(self, key: int) -> AsyncIterator[Callable[[], Awaitable[bool]]]:
        """Takes a session advisory lock on a connection of its own while the block runs.

        Gives a question to ask now and again: whether the lock is held. It ends with its connection, which can be cut
        without anybody telling us. Raises Away when the database does not answer.
        """
        try:
            async with self._connected() as (connection, raw):
                taken = bool(await raw.fetchval("select pg_try_advisory_lock($1)", key))

                async def held() -> bool:
                    try:
                        return taken and await raw.fetchval("select 1", timeout=5) == 1
                    except (asyncpg.PostgresError, *_MAYBE_LOST, OSError):
                        return False

                try:
                    yield held
                finally:
                    if await held():
                        await raw.execute(f"select pg_advisory_unlock({int(key)})")
                    else:
                        await connection.invalidate()
        except (*_CONNECTION_LOST, *_MAYBE_LOST) as error:
            raise Away("the database does not answer: try again") from error

    async def close(self) -> None:
        """Closes the pool; open transactions have ended before."""
        await self._connections.close()
        await self._engine.dispose()


def _of_driver(error: BaseException) -> BaseException:
    """What the driver said, where a Core statement has wrapped it: refusals are told apart by the driver's classes."""
    if isinstance(error, sqlalchemy.exc.DBAPIError) and isinstance(error.orig, BaseException):
        cause = error.orig.__cause__
        if isinstance(cause, asyncpg.PostgresError | asyncpg.InterfaceError):
            return cause
    return error


def _scope(call: Call) -> str:
    """The settings that row security reads, local to the transaction; unset slots stay NULL and match nothing."""
    grant = call.identity.grant
    settings = {
        "app.tenant": call.identity.tenant,
        "app.actor": call.identity.subject,
        "app.clearance": str(int(grant.clearance)),
        # '/' marks a set slot, because an unset setting reads as '' later in the same session (pitfalls.md 7). The
        # other slots stay unset and match nothing: whatever a transaction sets ends with it.
        "app.scope_1": "/" + grant.path,
    }
    for name, value in settings.items():
        if not _SAFE.fullmatch(value):
            raise ValueError(f"{name} holds a character that no scope may hold")
    return "SELECT " + ",".join(f"set_config('{name}','{value}',true)" for name, value in settings.items())


async def _roll_back(connection: AsyncConnection, raw: asyncpg.Connection[Any]) -> bool:
    """Ends the transaction even while this task is being cancelled; a connection that cannot is thrown away.

    Returns whether the connection is alive.
    """

    async def end() -> bool:
        try:
            if not raw.is_closed():
                await raw.execute("ROLLBACK", timeout=5)
                return True
        except (asyncpg.PostgresError, *_MAYBE_LOST, OSError, TimeoutError):
            pass
        await connection.invalidate()
        return False

    ending = asyncio.ensure_future(end())
    cancelled: asyncio.CancelledError | None = None
    # A second cancel while we clean up must not hand the connection back in the middle of it (pitfalls.md 5).
    while not ending.done():
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
    return ending.result()
