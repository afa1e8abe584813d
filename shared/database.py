"""How a service reaches PostgreSQL: one pool, one way to open a transaction, always under the caller's scope."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar

import asyncpg
import sqlalchemy.event
import sqlalchemy.exc
import structlog
from sqlalchemy import Executable
from sqlalchemy.engine import Row
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from shared.calls import Call
from shared.errors import Away, InvalidArgument, Unavailable
from shared.letters import Letters

log = structlog.get_logger()

Result = TypeVar("Result")

# What may stand in a scope setting: ids, paths, subjects. Anything else never reaches SQL text.
_SAFE = re.compile(r"[A-Za-z0-9_:./@-]*")
# A whole deed is tried again at most this often after a deadlock or a serialization failure.
_TRIES = 3

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


class Transaction:
    """One open transaction under one call's scope. Only `Database` makes it and only `Database` ends it."""

    def __init__(self, connection: AsyncConnection, raw: asyncpg.Connection[Any], call: Call) -> None:
        self.call = call
        self.letters = Letters()
        self._connection = connection
        self._raw = raw
        self._after_commit: list[Callable[[], None]] = []

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        """Rows of a prepared statement, run on the driver: a Core insert costs 2.4 times the CPU (postgres.md 4)."""
        return await self._raw.fetch(sql, *arguments)

    async def fetch_row(self, sql: str, *arguments: object) -> asyncpg.Record | None:
        """The first row, or None."""
        return await self._raw.fetchrow(sql, *arguments)

    async def fetch_value(self, sql: str, *arguments: object) -> Any:
        """The first column of the first row, or None."""
        return await self._raw.fetchval(sql, *arguments)

    async def rows(self, statement: Executable, parameters: dict[str, object] | None = None) -> Sequence[Row[Any]]:
        """Rows of a Core statement, in the same transaction as the driver's."""
        return (await self._connection.execute(statement, parameters or {})).all()

    def after_commit(self, step: Callable[[], None]) -> None:
        """Adds a step for when the commit has succeeded, such as waking the relay."""
        self._after_commit.append(step)


class Database:
    """A pool under one login role. `transaction` is the only way to a connection, so no scope is ever left unset."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str, *, application: str, pool_size: int = 8) -> Database:
        """A pool for a `postgresql://` url; connects when first asked, inside the running loop."""
        engine = create_async_engine(
            url.replace("postgresql://", "postgresql+asyncpg://", 1),
            # BEGIN and COMMIT are ours (see transaction), so SQLAlchemy must not begin on its own.
            isolation_level="AUTOCOMMIT",
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=5,
            # Plans go stale when a table changes (pitfalls.md 8).
            pool_recycle=1800,
            connect_args={
                "server_settings": {"application_name": application},
                "timeout": 5,
                "command_timeout": _NO_ANSWER_S,
            },
        )
        sqlalchemy.event.listen(engine.sync_engine, "checkout", _refuse_dead)
        return cls(engine)

    @contextlib.asynccontextmanager
    async def transaction(self, call: Call, *, snapshot: bool = False) -> AsyncIterator[Transaction]:
        """A transaction that sees and writes only what the call's grant covers (row security, architecture 4).

        snapshot: every statement sees the same moment, for reads in pages that must fit together.
        Commits when the block ends, rolls back when it raises. Raises Away when the database does not answer.
        """
        begin = "BEGIN ISOLATION LEVEL REPEATABLE READ;" if snapshot else "BEGIN;"
        try:
            async with self._connected() as (connection, raw):
                transaction = Transaction(connection, raw, call)
                try:
                    await raw.execute(begin + _scope(call))
                    yield transaction
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
        async with contextlib.AsyncExitStack() as stack:
            try:
                connection = await stack.enter_async_context(self._engine.connect())
                raw = (await connection.get_raw_connection()).driver_connection
            except (sqlalchemy.exc.DBAPIError, asyncpg.PostgresError, *_CONNECTION_LOST, *_MAYBE_LOST) as error:
                raise Away("the database does not answer: try again") from error
            assert raw is not None
            yield connection, raw

    async def run(self, call: Call, deed: Callable[[Transaction], Awaitable[Result]]) -> Result:
        """Runs a deed in a transaction of its own; again, whole, after a deadlock or a serialization failure."""
        for attempt in range(1, _TRIES + 1):
            try:
                async with self.transaction(call) as tx:
                    return await deed(tx)
            except (asyncpg.SerializationError, asyncpg.DeadlockDetectedError) as error:
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
        await self._engine.dispose()


def _of_driver(error: BaseException) -> BaseException:
    """What the driver said, where a Core statement has wrapped it: refusals are told apart by the driver's classes."""
    if isinstance(error, sqlalchemy.exc.DBAPIError) and isinstance(error.orig, BaseException):
        cause = error.orig.__cause__
        if isinstance(cause, asyncpg.PostgresError | asyncpg.InterfaceError):
            return cause
    return error


def _refuse_dead(adapted: Any, *_: object) -> None:
    """Lets the pool make new connections once one is found dead: they died together, and each would fail a deed."""
    if adapted.driver_connection.is_closed():
        raise sqlalchemy.exc.InvalidatePoolError


def _scope(call: Call) -> str:
    """The settings that row security reads, local to the transaction; unset slots stay NULL and match nothing."""
    grant = call.identity.grant
    settings = {
        "app.tenant": call.identity.tenant,
        "app.actor": call.identity.subject,
        "app.clearance": str(int(grant.clearance)),
        # '/' marks a set slot, because an unset setting reads as '' later in the same session (pitfalls.md 7).
        "app.scope_1": "/" + grant.path,
        "app.scope_2": "",
        "app.scope_3": "",
        "app.scope_4": "",
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
