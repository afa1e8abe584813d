"""What a transaction will send when it commits: facts, and what the deed was about; knows no SQL and no NATS."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from google.protobuf.message import Message


@dataclass(frozen=True)
class Fact:
    """Something that became true of one entity: its whole state as superiors may know it, never a delta.

    type: `<service>.<name>`. entity: resource name. path: the unit's place in the territorial line.
    """

    type: str
    tenant: str
    entity: str
    version: int
    path: str
    label: int
    effective_time: datetime
    payload: Message
    campaign: str = ""
    placement_version: int = 1
    sector_line: str = ""
    sector_path: str = ""
    schema_version: int = 1


@dataclass
class Letters:
    """What one transaction will send: filled by `outbox.append`, written just before the commit."""

    facts: list[Fact] = field(default_factory=list)
    resource: str = ""
    path: str = ""
    tenant: str = ""
    label: int = 0
