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

class Table(_message.Message):
    __slots__ = ("metrics", "total", "rows", "as_of_time", "facts_pending", "lag_ms", "catalogue_version", "empty_reason")
    METRICS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    FACTS_PENDING_FIELD_NUMBER: _ClassVar[int]
    LAG_MS_FIELD_NUMBER: _ClassVar[int]
    CATALOGUE_VERSION_FIELD_NUMBER: _ClassVar[int]
    EMPTY_REASON_FIELD_NUMBER: _ClassVar[int]
    metrics: _containers.RepeatedCompositeFieldContainer[Metric]
    total: Row
    rows: _containers.RepeatedCompositeFieldContainer[Row]
    as_of_time: _timestamp_pb2.Timestamp
    facts_pending: int
    lag_ms: int
    catalogue_version: int
    empty_reason: str
    def __init__(self, metrics: _Optional[_Iterable[_Union[Metric, _Mapping]]] = ..., total: _Optional[_Union[Row, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[Row, _Mapping]]] = ..., as_of_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., facts_pending: _Optional[int] = ..., lag_ms: _Optional[int] = ..., catalogue_version: _Optional[int] = ..., empty_reason: _Optional[str] = ...) -> None: ...

class Metric(_message.Message):
    __slots__ = ("id", "label_zh", "label_en")
    ID_FIELD_NUMBER: _ClassVar[int]
    LABEL_ZH_FIELD_NUMBER: _ClassVar[int]
    LABEL_EN_FIELD_NUMBER: _ClassVar[int]
    id: str
    label_zh: str
    label_en: str
    def __init__(self, id: _Optional[str] = ..., label_zh: _Optional[str] = ..., label_en: _Optional[str] = ...) -> None: ...

class Row(_message.Message):
    __slots__ = ("unit", "code", "display_name", "level", "values", "reported_units", "participating_units", "parent_unit", "has_children")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    REPORTED_UNITS_FIELD_NUMBER: _ClassVar[int]
    PARTICIPATING_UNITS_FIELD_NUMBER: _ClassVar[int]
    PARENT_UNIT_FIELD_NUMBER: _ClassVar[int]
    HAS_CHILDREN_FIELD_NUMBER: _ClassVar[int]
    unit: str
    code: str
    display_name: str
    level: str
    values: _containers.RepeatedScalarFieldContainer[int]
    reported_units: int
    participating_units: int
    parent_unit: str
    has_children: bool
    def __init__(self, unit: _Optional[str] = ..., code: _Optional[str] = ..., display_name: _Optional[str] = ..., level: _Optional[str] = ..., values: _Optional[_Iterable[int]] = ..., reported_units: _Optional[int] = ..., participating_units: _Optional[int] = ..., parent_unit: _Optional[str] = ..., has_children: _Optional[bool] = ...) -> None: ...

class GetTableRequest(_message.Message):
    __slots__ = ("unit", "unit_code", "level", "campaign")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    UNIT_CODE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    unit: str
    unit_code: str
    level: str
    campaign: str
    def __init__(self, unit: _Optional[str] = ..., unit_code: _Optional[str] = ..., level: _Optional[str] = ..., campaign: _Optional[str] = ...) -> None: ...

class WatchTableRequest(_message.Message):
    __slots__ = ("unit", "unit_code", "level", "campaign")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    UNIT_CODE_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    unit: str
    unit_code: str
    level: str
    campaign: str
    def __init__(self, unit: _Optional[str] = ..., unit_code: _Optional[str] = ..., level: _Optional[str] = ..., campaign: _Optional[str] = ...) -> None: ...

class WatchTableResponse(_message.Message):
    __slots__ = ("snapshot", "change", "heartbeat")
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    snapshot: Table
    change: TableChange
    heartbeat: TableHeartbeat
    def __init__(self, snapshot: _Optional[_Union[Table, _Mapping]] = ..., change: _Optional[_Union[TableChange, _Mapping]] = ..., heartbeat: _Optional[_Union[TableHeartbeat, _Mapping]] = ...) -> None: ...

class TableChange(_message.Message):
    __slots__ = ("total", "rows", "gone_units", "as_of_time", "facts_pending", "lag_ms", "empty_reason")
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    GONE_UNITS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    FACTS_PENDING_FIELD_NUMBER: _ClassVar[int]
    LAG_MS_FIELD_NUMBER: _ClassVar[int]
    EMPTY_REASON_FIELD_NUMBER: _ClassVar[int]
    total: Row
    rows: _containers.RepeatedCompositeFieldContainer[Row]
    gone_units: _containers.RepeatedScalarFieldContainer[str]
    as_of_time: _timestamp_pb2.Timestamp
    facts_pending: int
    lag_ms: int
    empty_reason: str
    def __init__(self, total: _Optional[_Union[Row, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[Row, _Mapping]]] = ..., gone_units: _Optional[_Iterable[str]] = ..., as_of_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., facts_pending: _Optional[int] = ..., lag_ms: _Optional[int] = ..., empty_reason: _Optional[str] = ...) -> None: ...

class TableHeartbeat(_message.Message):
    __slots__ = ("as_of_time", "facts_pending", "lag_ms")
    AS_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    FACTS_PENDING_FIELD_NUMBER: _ClassVar[int]
    LAG_MS_FIELD_NUMBER: _ClassVar[int]
    as_of_time: _timestamp_pb2.Timestamp
    facts_pending: int
    lag_ms: int
    def __init__(self, as_of_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., facts_pending: _Optional[int] = ..., lag_ms: _Optional[int] = ...) -> None: ...

class VerifyRollupsRequest(_message.Message):
    __slots__ = ("settle_seconds",)
    SETTLE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    settle_seconds: int
    def __init__(self, settle_seconds: _Optional[int] = ...) -> None: ...

class VerifyRollupsResponse(_message.Message):
    __slots__ = ("progress", "result")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    progress: VerifyProgress
    result: VerifyResult
    def __init__(self, progress: _Optional[_Union[VerifyProgress, _Mapping]] = ..., result: _Optional[_Union[VerifyResult, _Mapping]] = ...) -> None: ...

class VerifyProgress(_message.Message):
    __slots__ = ("stage", "facts_read")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    FACTS_READ_FIELD_NUMBER: _ClassVar[int]
    stage: str
    facts_read: int
    def __init__(self, stage: _Optional[str] = ..., facts_read: _Optional[int] = ...) -> None: ...

class VerifyResult(_message.Message):
    __slots__ = ("facts_compared", "contributions_compared", "figures_compared", "difference_count", "differences", "as_of_time")
    FACTS_COMPARED_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTIONS_COMPARED_FIELD_NUMBER: _ClassVar[int]
    FIGURES_COMPARED_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_COUNT_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    AS_OF_TIME_FIELD_NUMBER: _ClassVar[int]
    facts_compared: int
    contributions_compared: int
    figures_compared: int
    difference_count: int
    differences: _containers.RepeatedCompositeFieldContainer[Difference]
    as_of_time: _timestamp_pb2.Timestamp
    def __init__(self, facts_compared: _Optional[int] = ..., contributions_compared: _Optional[int] = ..., figures_compared: _Optional[int] = ..., difference_count: _Optional[int] = ..., differences: _Optional[_Iterable[_Union[Difference, _Mapping]]] = ..., as_of_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Difference(_message.Message):
    __slots__ = ("kind", "subject", "expected", "found")
    KIND_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    FOUND_FIELD_NUMBER: _ClassVar[int]
    kind: str
    subject: str
    expected: str
    found: str
    def __init__(self, kind: _Optional[str] = ..., subject: _Optional[str] = ..., expected: _Optional[str] = ..., found: _Optional[str] = ...) -> None: ...
