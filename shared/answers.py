"""How a door answers: a deed in one transaction with its facts, its audit record and its remembered answer."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import NoReturn, TypeVar

from google.protobuf.message import Message

from shared import calls, outbox
from shared.calls import Call
from shared.database import Database, Transaction
from shared.errors import AlreadyExists, DomainError, FieldViolation, InvalidArgument

Answer = TypeVar("Answer", bound=Message)


class RequestIdReused(InvalidArgument):
    """The request id was used before, for something else."""

    reason = "REQUEST_ID_REUSED"


class ToldOnce(AlreadyExists):
    """The answer to this request was a secret, which was told once and is kept by nobody."""

    reason = "TOLD_ONCE"


class _TakenRequestId(Exception):
    """Another call with this request id has committed."""


class Answers:
    """What every handler in `rpc.py` answers through; there is no other way to a transaction from a door."""

    def __init__(self, database: Database, *, wake: Callable[[], None]) -> None:
        self._database = database
        self._wake = wake

    async def question(self, ask: Callable[[Transaction], Awaitable[Answer]], *, snapshot: bool = False) -> Answer:
        """Answers from a transaction that changes nothing. snapshot: all of the answer is of one moment."""
        return await self._database.run(calls.current(), ask, snapshot=snapshot)

    async def routine(self, do: Callable[[Transaction], Awaitable[Answer]]) -> Answer:
        """Runs what a program does every few minutes for somebody and what may be repeated at will.

        Neither audited nor remembered: only for what tells an auditor nothing that the deeds before and after it do not
        tell. Everything else is a question or a deed.
        """
        return await self._database.run(calls.current(), do)

    async def deed_told_once(self, do: Callable[[Transaction], Awaitable[Answer]]) -> Answer:
        """Runs a deed whose answer is a secret: that it was answered is remembered, and not what.

        A repeat cannot be given the first answer and must not be given another, so it is refused.
        Raises what the deed raises, RequestIdReused and ToldOnce.
        """
        return await self._run(calls.current(), do, kept=_nothing, again=_told_once)

    async def deed(self, answer_type: type[Answer], do: Callable[[Transaction], Awaitable[Answer]]) -> Answer:
        """Runs a deed once for its request id; a repeat gets the first answer (AIP-155).

        The request id is looked up only when the deed is refused or the id turns out to be taken, so that the
        usual call pays nothing for it. Raises what the deed raises, and RequestIdReused.
        """
        return await self._run(calls.current(), do, kept=_whole, again=answer_type.FromString)

    async def upload(
        self,
        answer_type: type[Answer],
        do: Callable[[Transaction], Awaitable[Answer]],
        *,
        request_id: str,
        content_digest: bytes,
    ) -> Answer:
        """The same for an upload, whose request id and content are known only when its parts have come."""
        call = replace(calls.current(), request_id=request_id, request_digest=content_digest)
        return await self._run(call, do, kept=_whole, again=answer_type.FromString)

    async def _run(
        self,
        call: Call,
        do: Callable[[Transaction], Awaitable[Answer]],
        *,
        kept: Callable[[Message], bytes],
        again: Callable[[bytes], Answer],
    ) -> Answer:
        """kept: what is remembered of an answer; again: what a repeat is answered from it."""
        _check_request_id(call)

        async def run(tx: Transaction) -> Answer:
            answer = await do(tx)
            if not await outbox.write_and_remember(tx, kept(answer)):
                raise _TakenRequestId
            tx.after_commit(self._wake)
            return answer

        try:
            return await self._database.run(call, run)
        except (_TakenRequestId, DomainError):
            remembered = await self._recall(call)
            if remembered is None:
                raise
            return again(remembered)

    async def _recall(self, call: Call) -> bytes | None:
        """The first answer to this request id. Raises RequestIdReused if it answered something else."""
        async with self._database.transaction(call) as tx:
            remembered = await outbox.recall(tx)
        if remembered is None:
            return None
        method, request_digest, answer = remembered
        if method != call.method or request_digest != call.request_digest:
            raise RequestIdReused(
                "this request_id was used before for something else: make a new one",
                violations=[FieldViolation("request_id", "was used before for something else", "reused")],
            )
        return answer


def _whole(answer: Message) -> bytes:
    return answer.SerializeToString()


def _nothing(_: Message) -> bytes:
    return b""


def _told_once(_: bytes) -> NoReturn:
    raise ToldOnce("the answer to this request was told once and is not kept: ask with a new request_id")


def _check_request_id(call: Call) -> None:
    try:
        uuid.UUID(call.request_id)
    except ValueError as error:
        raise InvalidArgument(
            "request_id must be a UUID", violations=[FieldViolation("request_id", "must be a UUID", "uuid")]
        ) from error
