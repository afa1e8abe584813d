import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from plumbline.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Fact(_message.Message):
    __slots__ = ("fact_id", "type", "schema_version", "tenant", "entity", "version", "placement_version", "lines", "label", "campaign", "effective_time", "recorded_time", "actor", "request_id", "traceparent", "payload")
    FACT_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    ENTITY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PLACEMENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_TIME_FIELD_NUMBER: _ClassVar[int]
    RECORDED_TIME_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TRACEPARENT_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    fact_id: str
    type: str
    schema_version: int
    tenant: str
    entity: str
    version: int
    placement_version: int
    lines: _containers.RepeatedCompositeFieldContainer[Placement]
    label: int
    campaign: str
    effective_time: _timestamp_pb2.Timestamp
    recorded_time: _timestamp_pb2.Timestamp
    actor: str
    request_id: str
    traceparent: str
    payload: bytes
    def __init__(self, fact_id: _Optional[str] = ..., type: _Optional[str] = ..., schema_version: _Optional[int] = ..., tenant: _Optional[str] = ..., entity: _Optional[str] = ..., version: _Optional[int] = ..., placement_version: _Optional[int] = ..., lines: _Optional[_Iterable[_Union[Placement, _Mapping]]] = ..., label: _Optional[int] = ..., campaign: _Optional[str] = ..., effective_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., recorded_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ..., request_id: _Optional[str] = ..., traceparent: _Optional[str] = ..., payload: _Optional[bytes] = ...) -> None: ...

class Placement(_message.Message):
    __slots__ = ("line", "path")
    LINE_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    line: str
    path: str
    def __init__(self, line: _Optional[str] = ..., path: _Optional[str] = ...) -> None: ...

class CallRecord(_message.Message):
    __slots__ = ("record_id", "service", "method", "action", "outcome", "actor", "role", "tenant", "resource", "path", "label", "request_id", "trace_id", "time", "request_digest")
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TRACE_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_DIGEST_FIELD_NUMBER: _ClassVar[int]
    record_id: str
    service: str
    method: str
    action: str
    outcome: str
    actor: str
    role: str
    tenant: str
    resource: str
    path: str
    label: int
    request_id: str
    trace_id: str
    time: _timestamp_pb2.Timestamp
    request_digest: bytes
    def __init__(self, record_id: _Optional[str] = ..., service: _Optional[str] = ..., method: _Optional[str] = ..., action: _Optional[str] = ..., outcome: _Optional[str] = ..., actor: _Optional[str] = ..., role: _Optional[str] = ..., tenant: _Optional[str] = ..., resource: _Optional[str] = ..., path: _Optional[str] = ..., label: _Optional[int] = ..., request_id: _Optional[str] = ..., trace_id: _Optional[str] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., request_digest: _Optional[bytes] = ...) -> None: ...

class ParkedFact(_message.Message):
    __slots__ = ("name", "subject", "type", "reason", "attempts", "park_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    PARK_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    subject: str
    type: str
    reason: str
    attempts: int
    park_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., subject: _Optional[str] = ..., type: _Optional[str] = ..., reason: _Optional[str] = ..., attempts: _Optional[int] = ..., park_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListParkedFactsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListParkedFactsResponse(_message.Message):
    __slots__ = ("parked_facts", "next_page_token")
    PARKED_FACTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parked_facts: _containers.RepeatedCompositeFieldContainer[ParkedFact]
    next_page_token: str
    def __init__(self, parked_facts: _Optional[_Iterable[_Union[ParkedFact, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RedriveParkedFactRequest(_message.Message):
    __slots__ = ("name", "request_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class StreamStateRequest(_message.Message):
    __slots__ = ("path",)
    PATH_FIELD_NUMBER: _ClassVar[int]
    path: str
    def __init__(self, path: _Optional[str] = ...) -> None: ...

class StreamStateResponse(_message.Message):
    __slots__ = ("facts",)
    FACTS_FIELD_NUMBER: _ClassVar[int]
    facts: _containers.RepeatedCompositeFieldContainer[Fact]
    def __init__(self, facts: _Optional[_Iterable[_Union[Fact, _Mapping]]] = ...) -> None: ...
