from plumbline.inspections.v1 import inspections_pb2 as _inspections_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class VisitChanged(_message.Message):
    __slots__ = ("unit", "kind", "state")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    unit: str
    kind: _inspections_pb2.VisitKind
    state: _inspections_pb2.VisitState
    def __init__(self, unit: _Optional[str] = ..., kind: _Optional[_Union[_inspections_pb2.VisitKind, str]] = ..., state: _Optional[_Union[_inspections_pb2.VisitState, str]] = ...) -> None: ...

class FindingRaised(_message.Message):
    __slots__ = ("unit", "visit", "wind", "severity", "title")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    VISIT_FIELD_NUMBER: _ClassVar[int]
    WIND_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    unit: str
    visit: str
    wind: str
    severity: _inspections_pb2.Severity
    title: str
    def __init__(self, unit: _Optional[str] = ..., visit: _Optional[str] = ..., wind: _Optional[str] = ..., severity: _Optional[_Union[_inspections_pb2.Severity, str]] = ..., title: _Optional[str] = ...) -> None: ...
