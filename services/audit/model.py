"""What an entry of a tenant's log is; knows no SQL, no gRPC, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

# The log of what belongs to no tenant: the system's own deeds, before and beside all tenants. No unit gets this id.
SYSTEM_TENANT = "0000000000"


class EntryKind(Enum):
    """What an entry records."""

    DEED = "DEED"
    FACT = "FACT"
    REFUSAL = "REFUSAL"


@dataclass(frozen=True)
class Happening:
    """Something to log, before it has a place in a log. record: the canonical bytes that its leaf commits to."""

    id: str
    tenant: str
    kind: EntryKind
    actor: str
    role: str
    service: str
    action: str
    outcome: str
    resource: str
    path: str
    label: int
    request_id: str
    trace_id: str
    time: datetime
    record: bytes


@dataclass(frozen=True)
class Entry:
    """A happening at its place in its tenant's log."""

    happening: Happening
    sequence: int
    leaf_hash: bytes
    chain_hash: bytes

    @property
    def name(self) -> str:
        return f"tenants/{self.happening.tenant}/entries/{self.sequence}"


@dataclass(frozen=True)
class Head:
    """How long a tenant's log is, and the hash that stands for all of it."""

    tenant: str
    size: int
    chain_hash: bytes
