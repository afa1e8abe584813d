"""Facts and call records to happenings, entries to protobuf."""

from __future__ import annotations

from dataclasses import replace

from google.protobuf.message import DecodeError

from plumbline.audit.v1 import audit_pb2
from plumbline.facts.v1 import facts_pb2
from services.audit.model import SYSTEM_TENANT, Entry, EntryKind, Happening, Head
from shared.dates import instant, timestamp
from shared.inbox import Unreadable


def read_record(data: bytes) -> facts_pb2.CallRecord:
    """The record in some bytes. Raises Unreadable."""
    try:
        record = facts_pb2.CallRecord.FromString(data)
    except DecodeError as error:
        raise Unreadable("not a call record") from error
    if not record.record_id or not record.action:
        raise Unreadable("the record lacks record_id or action")
    return record


def from_record(record: facts_pb2.CallRecord) -> Happening:
    """A call as something to log; what is not OK is a refusal."""
    return Happening(
        id=record.record_id,
        tenant=record.tenant or SYSTEM_TENANT,
        kind=EntryKind.DEED if record.outcome == "OK" else EntryKind.REFUSAL,
        actor=record.actor,
        role=record.role,
        service=record.service,
        action=record.action,
        outcome=record.outcome,
        resource=record.resource,
        path=record.path,
        label=record.label,
        request_id=record.request_id,
        trace_id=record.trace_id,
        time=instant(record.time),
        record=record.SerializeToString(deterministic=True),
    )


def from_fact(fact: facts_pb2.Fact) -> Happening:
    """A fact as something to log."""
    path = next((place.path for place in fact.lines if place.line == "territorial"), "")
    return Happening(
        id=fact.fact_id,
        tenant=fact.tenant or SYSTEM_TENANT,
        kind=EntryKind.FACT,
        actor=fact.actor,
        role="",
        service=fact.type.partition(".")[0],
        action=fact.type,
        outcome="OK",
        resource=fact.entity,
        path=path,
        label=fact.label,
        request_id=fact.request_id,
        trace_id=_trace_id(fact.traceparent),
        time=instant(fact.recorded_time),
        record=fact.SerializeToString(deterministic=True),
    )


def says_its_record(happening: Happening) -> bool:
    """Whether what is shown of an entry is what its record says.

    The chain commits to records alone; auditors read the fields beside them, so somebody who rewrites a field and
    leaves the record would otherwise go unseen. Whoever changes how records are read here changes what verifies.
    """
    try:
        if happening.kind is EntryKind.FACT:
            recorded = from_fact(facts_pb2.Fact.FromString(happening.record))
        else:
            recorded = from_record(facts_pb2.CallRecord.FromString(happening.record))
    except (DecodeError, ValueError, OverflowError):
        return False
    # The stored bytes count: another version of protobuf may write the same message differently.
    return replace(recorded, record=happening.record) == happening


def entry_message(entry: Entry) -> audit_pb2.Entry:
    """An entry as its readers get it; the record itself stays inside."""
    happening = entry.happening
    return audit_pb2.Entry(
        name=entry.name,
        sequence=entry.sequence,
        kind=f"ENTRY_KIND_{happening.kind.value}",
        actor=happening.actor,
        role=happening.role,
        service=happening.service,
        action=happening.action,
        outcome=happening.outcome,
        resource=happening.resource,
        request_id=happening.request_id,
        trace_id=happening.trace_id,
        time=timestamp(happening.time),
        leaf_hash=entry.leaf_hash,
        chain_hash=entry.chain_hash,
        path=happening.path,
    )


def head_message(head: Head) -> audit_pb2.LogHead:
    return audit_pb2.LogHead(name=f"tenants/{head.tenant}/logHead", size=head.size, chain_hash=head.chain_hash)


def _trace_id(traceparent: str) -> str:
    parts = traceparent.split("-")
    return parts[1] if len(parts) == 4 else ""
