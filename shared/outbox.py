"""How a fact leaves: written in the transaction that made it true, relayed afterwards; also the record of each deed."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from datetime import datetime

from plumbline.facts.v1 import facts_pb2
from shared.calls import Call
from shared.database import Database, Transaction
from shared.dates import timestamp
from shared.errors import TooMuch
from shared.ids import random_uuid
from shared.letters import Fact, Letters

FACT_STREAM = "UP"
RECORD_STREAM = "AUDIT"
TERRITORIAL = "territorial"
# Labels from here on have no road yet: an embargoed fact on the common stream would betray a visit (AC-3).
EMBARGOED = 2
# A UUID has 36 characters; the rest of what calls itself a request id tells an auditor nothing.
_LONGEST_REQUEST_ID = 64

# The bus takes 1 MB with headers. A row that it never takes would hold up every row behind it.
LARGEST_FACT_BYTES = 900_000


class FactTooLarge(TooMuch):
    """What would have to be told is more than the bus carries; the deed is refused and changes nothing."""

    reason = "FACT_TOO_LARGE"


_FILL = """
    insert into {schema}.outbox (stream, subject, message_id, traceparent, payload)
    select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[])
"""
_FILL_AND_REMEMBER = """
    with remembered as (
        insert into {schema}.answers (actor, request_id, method, request_digest, answer, answer_time)
        values ($6, $7::uuid, $8, $9, $10, $11)
        on conflict do nothing
        returning 1
    ), filled as (
        insert into {schema}.outbox (stream, subject, message_id, traceparent, payload)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[])
    )
"""
_REMEMBERED = "select count(*) from remembered"
_RECALL = "select method, request_digest, answer from {schema}.answers where actor = $1 and request_id = $2::uuid"


def append(tx: Transaction, *facts: Fact) -> None:
    """Adds facts to what the transaction sends. The first one names the resource of the deed for the audit log."""
    for fact in facts:
        if fact.label >= EMBARGOED:
            raise ValueError(f"{fact.type} of {fact.entity} is embargoed and must not go on the common stream")
        if not tx.letters.resource:
            about(tx, resource=fact.entity, path=fact.path, tenant=fact.tenant, label=fact.label)
        tx.letters.facts.append(fact)


def about(tx: Transaction, *, resource: str, path: str, tenant: str, label: int) -> None:
    """Names what the deed is about, for the audit log, where no fact does."""
    letters = tx.letters
    letters.resource, letters.path, letters.tenant, letters.label = resource, path, tenant, label


async def write(tx: Transaction) -> None:
    """Writes facts that a consumer or a sweep made true: no caller, no answer to remember."""
    if not tx.letters.facts:
        return
    rows = _fact_rows(tx.call, tx.letters.facts)
    await tx.fetch(_in(tx.call.service, _FILL), *_columns(rows))


@functools.cache
def _in(schema: str, statement: str) -> str:
    """A statement for one schema; remembered, so that its text is made and hashed once."""
    return statement.format(schema=schema)


async def write_and_remember(tx: Transaction, answer: bytes) -> bool:
    """Writes a deed's facts and its audit record and remembers its answer. False if the request id was used before."""
    call = tx.call
    rows = [*_fact_rows(call, tx.letters.facts), _record_row(call, tx.letters, outcome="OK", now=call.received)]
    remembered = await tx.fetch_value_with_writes(
        _in(call.service, _FILL_AND_REMEMBER),
        _REMEMBERED,
        *_columns(rows),
        call.identity.subject,
        call.request_id,
        call.method,
        call.request_digest,
        answer,
        call.received,
    )
    return bool(remembered)


async def record_refusal(database: Database, call: Call, *, reason: str, letters: Letters) -> None:
    """Records a denied access, in a transaction of its own because the call's has been rolled back."""
    row = _record_row(call, letters, outcome=reason, now=call.received)
    async with database.transaction(call) as tx:
        await tx.fetch(_in(call.service, _FILL), *_columns([row]))


async def record_reads(tx: Transaction, read: Sequence[tuple[str, str, str, int]]) -> None:
    """Records that the caller has read sealed records (AC-6), in the transaction that read them.

    read: each record's (resource name, path, tenant, label).
    """
    rows = [
        _record_row(
            tx.call,
            Letters(resource=resource, path=path, tenant=tenant, label=label),
            outcome="OK",
            now=tx.call.received,
        )
        for resource, path, tenant, label in read
    ]
    if rows:
        await tx.fetch(_in(tx.call.service, _FILL), *_columns(rows))


async def recall(tx: Transaction) -> tuple[str, bytes, bytes] | None:
    """The remembered (method, request digest, answer) of the call's request id, if there is one."""
    call = tx.call
    row = await tx.fetch_row(_in(call.service, _RECALL), call.identity.subject, call.request_id)
    return None if row is None else (row["method"], row["request_digest"], row["answer"])


def envelope(fact: Fact, *, call: Call) -> facts_pb2.Fact:
    """The fact as it travels: with its envelope and a fresh id."""
    lines = [facts_pb2.Placement(line=TERRITORIAL, path=fact.path)]
    if fact.sector_path:
        lines.append(facts_pb2.Placement(line=fact.sector_line, path=fact.sector_path))
    return facts_pb2.Fact(
        fact_id=random_uuid(),
        type=fact.type,
        schema_version=fact.schema_version,
        tenant=fact.tenant,
        entity=fact.entity,
        version=fact.version,
        placement_version=fact.placement_version,
        lines=lines,
        label=fact.label,
        campaign=fact.campaign,
        effective_time=timestamp(fact.effective_time),
        recorded_time=timestamp(call.received),
        actor=call.identity.subject,
        request_id=call.request_id,
        traceparent=call.traceparent,
        payload=fact.payload.SerializeToString(),
    )


def subject(fact: facts_pb2.Fact, placement: facts_pb2.Placement) -> str:
    """`up.<line>.<service>.<fact>.<path tokens>.<entity>`: a superior filters by its own path (nats.md 3)."""
    service, _, kind = fact.type.partition(".")
    place = placement.path.rstrip("/").replace("/", ".") or "_"
    entity = fact.entity.rsplit("/", 1)[-1]
    return f"up.{placement.line}.{service}.{kind}.{place}.{entity}"


_Row = tuple[str, str, str, str, bytes]


def _fact_rows(call: Call, facts: Sequence[Fact]) -> list[_Row]:
    rows = []
    for fact in facts:
        message = envelope(fact, call=call)
        data = message.SerializeToString()
        if len(data) > LARGEST_FACT_BYTES:
            raise FactTooLarge(
                f"{fact.entity} takes {len(data)} bytes to tell, the most is {LARGEST_FACT_BYTES}: make it smaller",
                resource=fact.entity,
                limit=LARGEST_FACT_BYTES,
            )
        for placement in message.lines:
            # Never a table's serial number: two services' numbers would collide and one fact be dropped.
            message_id = f"{message.fact_id}/{placement.line}"
            rows.append((FACT_STREAM, subject(message, placement), message_id, call.traceparent, data))
    return rows


def _loggable(request_id: str) -> str:
    """A request id as the log can hold it.

    A call is refused by its role before its shape is checked, so this may be anything: a megabyte would make a record
    that the bus never takes and that holds up every fact behind it; NUL, one that the audit log cannot store.
    """
    return request_id[:_LONGEST_REQUEST_ID].replace("\x00", "\ufffd")


def _record_row(call: Call, letters: Letters, *, outcome: str, now: datetime) -> _Row:
    record = facts_pb2.CallRecord(
        record_id=random_uuid(),
        service=call.service,
        method=call.method,
        action=call.action,
        outcome=outcome,
        actor=call.identity.subject,
        role=call.identity.grant.role,
        # A deed is logged with the tenant that it touches; what touches none, with the actor's own.
        tenant=letters.tenant or call.identity.tenant,
        resource=letters.resource,
        path=letters.path or call.identity.grant.path,
        label=letters.label,
        request_id=_loggable(call.request_id),
        trace_id=call.trace_id,
        time=timestamp(now),
        request_digest=call.request_digest,
    )
    return (
        RECORD_STREAM,
        f"audit.{call.service}.call",
        record.record_id,
        call.traceparent,
        record.SerializeToString(),
    )


def _columns(rows: Sequence[_Row]) -> tuple[list[str], list[str], list[str], list[str], list[bytes]]:
    return (
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        [row[4] for row in rows],
    )


def digest(message: bytes) -> bytes:
    """What the audit log keeps of a request: enough to show what was asked, nothing of what it said."""
    return hashlib.sha256(message).digest()
