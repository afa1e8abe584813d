from google.type import date_pb2 as _date_pb2
from plumbline.plans.v1 import plans_pb2 as _plans_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ProblemChanged(_message.Message):
    __slots__ = ("unit", "wind", "source", "subject", "due_date", "state", "light", "percent_done")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    WIND_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    DUE_DATE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LIGHT_FIELD_NUMBER: _ClassVar[int]
    PERCENT_DONE_FIELD_NUMBER: _ClassVar[int]
    unit: str
    wind: str
    source: str
    subject: _plans_pb2.Subject
    due_date: _date_pb2.Date
    state: _plans_pb2.ProblemState
    light: _plans_pb2.Light
    percent_done: int
    def __init__(self, unit: _Optional[str] = ..., wind: _Optional[str] = ..., source: _Optional[str] = ..., subject: _Optional[_Union[_plans_pb2.Subject, str]] = ..., due_date: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., state: _Optional[_Union[_plans_pb2.ProblemState, str]] = ..., light: _Optional[_Union[_plans_pb2.Light, str]] = ..., percent_done: _Optional[int] = ...) -> None: ...

class PlanChanged(_message.Message):
    __slots__ = ("unit", "kind", "state", "registration_number", "measures")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REGISTRATION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    unit: str
    kind: _plans_pb2.PlanKind
    state: _plans_pb2.PlanState
    registration_number: str
    measures: int
    def __init__(self, unit: _Optional[str] = ..., kind: _Optional[_Union[_plans_pb2.PlanKind, str]] = ..., state: _Optional[_Union[_plans_pb2.PlanState, str]] = ..., registration_number: _Optional[str] = ..., measures: _Optional[int] = ...) -> None: ...

class PlanLodged(_message.Message):
    __slots__ = ("plan", "unit", "kind")
    PLAN_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    plan: str
    unit: str
    kind: _plans_pb2.PlanKind
    def __init__(self, plan: _Optional[str] = ..., unit: _Optional[str] = ..., kind: _Optional[_Union[_plans_pb2.PlanKind, str]] = ...) -> None: ...

class PlanReturned(_message.Message):
    __slots__ = ("plan", "unit", "kind")
    PLAN_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    plan: str
    unit: str
    kind: _plans_pb2.PlanKind
    def __init__(self, plan: _Optional[str] = ..., unit: _Optional[str] = ..., kind: _Optional[_Union[_plans_pb2.PlanKind, str]] = ...) -> None: ...
