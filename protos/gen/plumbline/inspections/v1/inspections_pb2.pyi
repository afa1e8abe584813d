import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from plumbline.facts.v1 import facts_pb2 as _facts_pb2
from plumbline.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class VisitKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VISIT_KIND_UNSPECIFIED: _ClassVar[VisitKind]
    VISIT_KIND_NO_NOTICE: _ClassVar[VisitKind]

class VisitState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VISIT_STATE_UNSPECIFIED: _ClassVar[VisitState]
    VISIT_STATE_PLANNED: _ClassVar[VisitState]
    VISIT_STATE_CHECKED_IN: _ClassVar[VisitState]
    VISIT_STATE_CLOSED: _ClassVar[VisitState]

class Severity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEVERITY_UNSPECIFIED: _ClassVar[Severity]
    SEVERITY_MINOR: _ClassVar[Severity]
    SEVERITY_SERIOUS: _ClassVar[Severity]
    SEVERITY_GRAVE: _ClassVar[Severity]
VISIT_KIND_UNSPECIFIED: VisitKind
VISIT_KIND_NO_NOTICE: VisitKind
VISIT_STATE_UNSPECIFIED: VisitState
VISIT_STATE_PLANNED: VisitState
VISIT_STATE_CHECKED_IN: VisitState
VISIT_STATE_CLOSED: VisitState
SEVERITY_UNSPECIFIED: Severity
SEVERITY_MINOR: Severity
SEVERITY_SERIOUS: Severity
SEVERITY_GRAVE: Severity

class Draw(_message.Message):
    __slots__ = ("name", "campaign", "scope_unit", "stratum_level", "frame_level", "per_stratum", "reserve_per_stratum", "inspectors_per_visit", "seed_hex", "frame_root", "frame_size", "inspectors_root", "inspectors_size", "load_cap", "drawn", "create_time", "frame_rows", "inspector_rows", "exclusion_rows")
    NAME_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    SCOPE_UNIT_FIELD_NUMBER: _ClassVar[int]
    STRATUM_LEVEL_FIELD_NUMBER: _ClassVar[int]
    FRAME_LEVEL_FIELD_NUMBER: _ClassVar[int]
    PER_STRATUM_FIELD_NUMBER: _ClassVar[int]
    RESERVE_PER_STRATUM_FIELD_NUMBER: _ClassVar[int]
    INSPECTORS_PER_VISIT_FIELD_NUMBER: _ClassVar[int]
    SEED_HEX_FIELD_NUMBER: _ClassVar[int]
    FRAME_ROOT_FIELD_NUMBER: _ClassVar[int]
    FRAME_SIZE_FIELD_NUMBER: _ClassVar[int]
    INSPECTORS_ROOT_FIELD_NUMBER: _ClassVar[int]
    INSPECTORS_SIZE_FIELD_NUMBER: _ClassVar[int]
    LOAD_CAP_FIELD_NUMBER: _ClassVar[int]
    DRAWN_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    FRAME_ROWS_FIELD_NUMBER: _ClassVar[int]
    INSPECTOR_ROWS_FIELD_NUMBER: _ClassVar[int]
    EXCLUSION_ROWS_FIELD_NUMBER: _ClassVar[int]
    name: str
    campaign: str
    scope_unit: str
    stratum_level: str
    frame_level: str
    per_stratum: int
    reserve_per_stratum: int
    inspectors_per_visit: int
    seed_hex: str
    frame_root: str
    frame_size: int
    inspectors_root: str
    inspectors_size: int
    load_cap: int
    drawn: _containers.RepeatedCompositeFieldContainer[DrawnUnit]
    create_time: _timestamp_pb2.Timestamp
    frame_rows: _containers.RepeatedScalarFieldContainer[str]
    inspector_rows: _containers.RepeatedScalarFieldContainer[str]
    exclusion_rows: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., campaign: _Optional[str] = ..., scope_unit: _Optional[str] = ..., stratum_level: _Optional[str] = ..., frame_level: _Optional[str] = ..., per_stratum: _Optional[int] = ..., reserve_per_stratum: _Optional[int] = ..., inspectors_per_visit: _Optional[int] = ..., seed_hex: _Optional[str] = ..., frame_root: _Optional[str] = ..., frame_size: _Optional[int] = ..., inspectors_root: _Optional[str] = ..., inspectors_size: _Optional[int] = ..., load_cap: _Optional[int] = ..., drawn: _Optional[_Iterable[_Union[DrawnUnit, _Mapping]]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., frame_rows: _Optional[_Iterable[str]] = ..., inspector_rows: _Optional[_Iterable[str]] = ..., exclusion_rows: _Optional[_Iterable[str]] = ...) -> None: ...

class DrawnUnit(_message.Message):
    __slots__ = ("stratum", "rank", "unit", "unit_code", "unit_name", "reserve", "inspectors", "visit")
    STRATUM_FIELD_NUMBER: _ClassVar[int]
    RANK_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    UNIT_CODE_FIELD_NUMBER: _ClassVar[int]
    UNIT_NAME_FIELD_NUMBER: _ClassVar[int]
    RESERVE_FIELD_NUMBER: _ClassVar[int]
    INSPECTORS_FIELD_NUMBER: _ClassVar[int]
    VISIT_FIELD_NUMBER: _ClassVar[int]
    stratum: str
    rank: int
    unit: str
    unit_code: str
    unit_name: str
    reserve: bool
    inspectors: _containers.RepeatedScalarFieldContainer[str]
    visit: str
    def __init__(self, stratum: _Optional[str] = ..., rank: _Optional[int] = ..., unit: _Optional[str] = ..., unit_code: _Optional[str] = ..., unit_name: _Optional[str] = ..., reserve: _Optional[bool] = ..., inspectors: _Optional[_Iterable[str]] = ..., visit: _Optional[str] = ...) -> None: ...

class Inspector(_message.Message):
    __slots__ = ("subject", "barred_units")
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    BARRED_UNITS_FIELD_NUMBER: _ClassVar[int]
    subject: str
    barred_units: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, subject: _Optional[str] = ..., barred_units: _Optional[_Iterable[str]] = ...) -> None: ...

class Visit(_message.Message):
    __slots__ = ("name", "etag", "campaign", "draw", "unit", "path", "kind", "state", "inspectors", "check_in_time", "close_time", "findings")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    DRAW_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    INSPECTORS_FIELD_NUMBER: _ClassVar[int]
    CHECK_IN_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TIME_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    campaign: str
    draw: str
    unit: str
    path: str
    kind: VisitKind
    state: VisitState
    inspectors: _containers.RepeatedScalarFieldContainer[str]
    check_in_time: _timestamp_pb2.Timestamp
    close_time: _timestamp_pb2.Timestamp
    findings: int
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., campaign: _Optional[str] = ..., draw: _Optional[str] = ..., unit: _Optional[str] = ..., path: _Optional[str] = ..., kind: _Optional[_Union[VisitKind, str]] = ..., state: _Optional[_Union[VisitState, str]] = ..., inspectors: _Optional[_Iterable[str]] = ..., check_in_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., close_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., findings: _Optional[int] = ...) -> None: ...

class Finding(_message.Message):
    __slots__ = ("name", "visit", "campaign", "unit", "path", "title", "detail", "wind", "severity", "create_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VISIT_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    WIND_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    visit: str
    campaign: str
    unit: str
    path: str
    title: str
    detail: str
    wind: str
    severity: Severity
    create_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., visit: _Optional[str] = ..., campaign: _Optional[str] = ..., unit: _Optional[str] = ..., path: _Optional[str] = ..., title: _Optional[str] = ..., detail: _Optional[str] = ..., wind: _Optional[str] = ..., severity: _Optional[_Union[Severity, str]] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RunDrawRequest(_message.Message):
    __slots__ = ("request_id", "campaign", "scope_unit", "stratum_level", "frame_level", "per_stratum", "reserve_per_stratum", "inspectors_per_visit", "seed_hex", "inspectors")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    SCOPE_UNIT_FIELD_NUMBER: _ClassVar[int]
    STRATUM_LEVEL_FIELD_NUMBER: _ClassVar[int]
    FRAME_LEVEL_FIELD_NUMBER: _ClassVar[int]
    PER_STRATUM_FIELD_NUMBER: _ClassVar[int]
    RESERVE_PER_STRATUM_FIELD_NUMBER: _ClassVar[int]
    INSPECTORS_PER_VISIT_FIELD_NUMBER: _ClassVar[int]
    SEED_HEX_FIELD_NUMBER: _ClassVar[int]
    INSPECTORS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    campaign: str
    scope_unit: str
    stratum_level: str
    frame_level: str
    per_stratum: int
    reserve_per_stratum: int
    inspectors_per_visit: int
    seed_hex: str
    inspectors: _containers.RepeatedCompositeFieldContainer[Inspector]
    def __init__(self, request_id: _Optional[str] = ..., campaign: _Optional[str] = ..., scope_unit: _Optional[str] = ..., stratum_level: _Optional[str] = ..., frame_level: _Optional[str] = ..., per_stratum: _Optional[int] = ..., reserve_per_stratum: _Optional[int] = ..., inspectors_per_visit: _Optional[int] = ..., seed_hex: _Optional[str] = ..., inspectors: _Optional[_Iterable[_Union[Inspector, _Mapping]]] = ...) -> None: ...

class GetDrawRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListDrawsRequest(_message.Message):
    __slots__ = ("parent", "page_size", "page_token")
    PARENT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    parent: str
    page_size: int
    page_token: str
    def __init__(self, parent: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDrawsResponse(_message.Message):
    __slots__ = ("draws", "next_page_token")
    DRAWS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    draws: _containers.RepeatedCompositeFieldContainer[Draw]
    next_page_token: str
    def __init__(self, draws: _Optional[_Iterable[_Union[Draw, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class GetVisitRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListVisitsRequest(_message.Message):
    __slots__ = ("unit", "page_size", "page_token", "state", "inspector", "draw")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    INSPECTOR_FIELD_NUMBER: _ClassVar[int]
    DRAW_FIELD_NUMBER: _ClassVar[int]
    unit: str
    page_size: int
    page_token: str
    state: VisitState
    inspector: str
    draw: str
    def __init__(self, unit: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., state: _Optional[_Union[VisitState, str]] = ..., inspector: _Optional[str] = ..., draw: _Optional[str] = ...) -> None: ...

class ListVisitsResponse(_message.Message):
    __slots__ = ("visits", "next_page_token")
    VISITS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    visits: _containers.RepeatedCompositeFieldContainer[Visit]
    next_page_token: str
    def __init__(self, visits: _Optional[_Iterable[_Union[Visit, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CheckInVisitRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class CloseVisitRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class RaiseFindingRequest(_message.Message):
    __slots__ = ("visit", "request_id", "title", "detail", "wind", "severity")
    VISIT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    WIND_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    visit: str
    request_id: str
    title: str
    detail: str
    wind: str
    severity: Severity
    def __init__(self, visit: _Optional[str] = ..., request_id: _Optional[str] = ..., title: _Optional[str] = ..., detail: _Optional[str] = ..., wind: _Optional[str] = ..., severity: _Optional[_Union[Severity, str]] = ...) -> None: ...

class GetFindingRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListFindingsRequest(_message.Message):
    __slots__ = ("unit", "page_size", "page_token", "visit")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    VISIT_FIELD_NUMBER: _ClassVar[int]
    unit: str
    page_size: int
    page_token: str
    visit: str
    def __init__(self, unit: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., visit: _Optional[str] = ...) -> None: ...

class ListFindingsResponse(_message.Message):
    __slots__ = ("findings", "next_page_token")
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    next_page_token: str
    def __init__(self, findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...
