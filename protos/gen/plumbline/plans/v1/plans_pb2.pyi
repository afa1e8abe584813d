import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.type import date_pb2 as _date_pb2
from plumbline.facts.v1 import facts_pb2 as _facts_pb2
from plumbline.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ProblemState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROBLEM_STATE_UNSPECIFIED: _ClassVar[ProblemState]
    PROBLEM_STATE_OPEN: _ClassVar[ProblemState]
    PROBLEM_STATE_IN_PROGRESS: _ClassVar[ProblemState]
    PROBLEM_STATE_DONE: _ClassVar[ProblemState]
    PROBLEM_STATE_VERIFIED: _ClassVar[ProblemState]
    PROBLEM_STATE_CLOSED: _ClassVar[ProblemState]

class ProblemDeed(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROBLEM_DEED_UNSPECIFIED: _ClassVar[ProblemDeed]
    PROBLEM_DEED_RECORDED: _ClassVar[ProblemDeed]
    PROBLEM_DEED_PROGRESS_REPORTED: _ClassVar[ProblemDeed]
    PROBLEM_DEED_DONE_REPORTED: _ClassVar[ProblemDeed]
    PROBLEM_DEED_CONFIRMED: _ClassVar[ProblemDeed]
    PROBLEM_DEED_SENT_BACK: _ClassVar[ProblemDeed]
    PROBLEM_DEED_DEREGISTERED: _ClassVar[ProblemDeed]
    PROBLEM_DEED_RELIT: _ClassVar[ProblemDeed]
    PROBLEM_DEED_CARRIED_OVER: _ClassVar[ProblemDeed]

class ProblemOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PROBLEM_ORDER_UNSPECIFIED: _ClassVar[ProblemOrder]
    PROBLEM_ORDER_DUE: _ClassVar[ProblemOrder]

class Light(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIGHT_UNSPECIFIED: _ClassVar[Light]
    LIGHT_GREEN: _ClassVar[Light]
    LIGHT_YELLOW: _ClassVar[Light]
    LIGHT_RED: _ClassVar[Light]

class Subject(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SUBJECT_UNSPECIFIED: _ClassVar[Subject]
    SUBJECT_TEAM: _ClassVar[Subject]
    SUBJECT_INDIVIDUAL: _ClassVar[Subject]

class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERDICT_UNSPECIFIED: _ClassVar[Verdict]
    VERDICT_CONFIRMED: _ClassVar[Verdict]
    VERDICT_SENT_BACK: _ClassVar[Verdict]

class PlanKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLAN_KIND_UNSPECIFIED: _ClassVar[PlanKind]
    PLAN_KIND_RECTIFICATION: _ClassVar[PlanKind]
    PLAN_KIND_SPECIAL: _ClassVar[PlanKind]
    PLAN_KIND_RULE_BUILDING: _ClassVar[PlanKind]

class PlanState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLAN_STATE_UNSPECIFIED: _ClassVar[PlanState]
    PLAN_STATE_DRAFT: _ClassVar[PlanState]
    PLAN_STATE_LODGED: _ClassVar[PlanState]
    PLAN_STATE_RETURNED: _ClassVar[PlanState]
    PLAN_STATE_REGISTERED: _ClassVar[PlanState]

class PlanDeed(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLAN_DEED_UNSPECIFIED: _ClassVar[PlanDeed]
    PLAN_DEED_LODGED: _ClassVar[PlanDeed]
    PLAN_DEED_RETURNED: _ClassVar[PlanDeed]
    PLAN_DEED_REGISTERED: _ClassVar[PlanDeed]

class PlanOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PLAN_ORDER_UNSPECIFIED: _ClassVar[PlanOrder]
    PLAN_ORDER_LODGE_TIME: _ClassVar[PlanOrder]
PROBLEM_STATE_UNSPECIFIED: ProblemState
PROBLEM_STATE_OPEN: ProblemState
PROBLEM_STATE_IN_PROGRESS: ProblemState
PROBLEM_STATE_DONE: ProblemState
PROBLEM_STATE_VERIFIED: ProblemState
PROBLEM_STATE_CLOSED: ProblemState
PROBLEM_DEED_UNSPECIFIED: ProblemDeed
PROBLEM_DEED_RECORDED: ProblemDeed
PROBLEM_DEED_PROGRESS_REPORTED: ProblemDeed
PROBLEM_DEED_DONE_REPORTED: ProblemDeed
PROBLEM_DEED_CONFIRMED: ProblemDeed
PROBLEM_DEED_SENT_BACK: ProblemDeed
PROBLEM_DEED_DEREGISTERED: ProblemDeed
PROBLEM_DEED_RELIT: ProblemDeed
PROBLEM_DEED_CARRIED_OVER: ProblemDeed
PROBLEM_ORDER_UNSPECIFIED: ProblemOrder
PROBLEM_ORDER_DUE: ProblemOrder
LIGHT_UNSPECIFIED: Light
LIGHT_GREEN: Light
LIGHT_YELLOW: Light
LIGHT_RED: Light
SUBJECT_UNSPECIFIED: Subject
SUBJECT_TEAM: Subject
SUBJECT_INDIVIDUAL: Subject
VERDICT_UNSPECIFIED: Verdict
VERDICT_CONFIRMED: Verdict
VERDICT_SENT_BACK: Verdict
PLAN_KIND_UNSPECIFIED: PlanKind
PLAN_KIND_RECTIFICATION: PlanKind
PLAN_KIND_SPECIAL: PlanKind
PLAN_KIND_RULE_BUILDING: PlanKind
PLAN_STATE_UNSPECIFIED: PlanState
PLAN_STATE_DRAFT: PlanState
PLAN_STATE_LODGED: PlanState
PLAN_STATE_RETURNED: PlanState
PLAN_STATE_REGISTERED: PlanState
PLAN_DEED_UNSPECIFIED: PlanDeed
PLAN_DEED_LODGED: PlanDeed
PLAN_DEED_RETURNED: PlanDeed
PLAN_DEED_REGISTERED: PlanDeed
PLAN_ORDER_UNSPECIFIED: PlanOrder
PLAN_ORDER_LODGE_TIME: PlanOrder

class Problem(_message.Message):
    __slots__ = ("name", "etag", "campaign", "unit", "path", "title", "wind", "source", "subject", "responsible_leader", "responsible_department", "responsible_person", "due_date", "state", "light", "percent_done", "remark", "create_time", "update_time", "verifier", "finding")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    WIND_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    RESPONSIBLE_LEADER_FIELD_NUMBER: _ClassVar[int]
    RESPONSIBLE_DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    RESPONSIBLE_PERSON_FIELD_NUMBER: _ClassVar[int]
    DUE_DATE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LIGHT_FIELD_NUMBER: _ClassVar[int]
    PERCENT_DONE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    VERIFIER_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    campaign: str
    unit: str
    path: str
    title: str
    wind: str
    source: str
    subject: Subject
    responsible_leader: str
    responsible_department: str
    responsible_person: str
    due_date: _date_pb2.Date
    state: ProblemState
    light: Light
    percent_done: int
    remark: str
    create_time: _timestamp_pb2.Timestamp
    update_time: _timestamp_pb2.Timestamp
    verifier: str
    finding: str
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., campaign: _Optional[str] = ..., unit: _Optional[str] = ..., path: _Optional[str] = ..., title: _Optional[str] = ..., wind: _Optional[str] = ..., source: _Optional[str] = ..., subject: _Optional[_Union[Subject, str]] = ..., responsible_leader: _Optional[str] = ..., responsible_department: _Optional[str] = ..., responsible_person: _Optional[str] = ..., due_date: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., state: _Optional[_Union[ProblemState, str]] = ..., light: _Optional[_Union[Light, str]] = ..., percent_done: _Optional[int] = ..., remark: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., verifier: _Optional[str] = ..., finding: _Optional[str] = ...) -> None: ...

class Plan(_message.Message):
    __slots__ = ("name", "etag", "campaign", "unit", "path", "kind", "title", "measures", "state", "superior_unit", "registration_number", "return_reason", "create_time", "lodge_time", "register_time", "returns")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SUPERIOR_UNIT_FIELD_NUMBER: _ClassVar[int]
    REGISTRATION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    RETURN_REASON_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    LODGE_TIME_FIELD_NUMBER: _ClassVar[int]
    REGISTER_TIME_FIELD_NUMBER: _ClassVar[int]
    RETURNS_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    campaign: str
    unit: str
    path: str
    kind: PlanKind
    title: str
    measures: _containers.RepeatedCompositeFieldContainer[Measure]
    state: PlanState
    superior_unit: str
    registration_number: str
    return_reason: str
    create_time: _timestamp_pb2.Timestamp
    lodge_time: _timestamp_pb2.Timestamp
    register_time: _timestamp_pb2.Timestamp
    returns: int
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., campaign: _Optional[str] = ..., unit: _Optional[str] = ..., path: _Optional[str] = ..., kind: _Optional[_Union[PlanKind, str]] = ..., title: _Optional[str] = ..., measures: _Optional[_Iterable[_Union[Measure, _Mapping]]] = ..., state: _Optional[_Union[PlanState, str]] = ..., superior_unit: _Optional[str] = ..., registration_number: _Optional[str] = ..., return_reason: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., lodge_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., register_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., returns: _Optional[int] = ...) -> None: ...

class Measure(_message.Message):
    __slots__ = ("goal", "responsible_person", "due_date", "problem")
    GOAL_FIELD_NUMBER: _ClassVar[int]
    RESPONSIBLE_PERSON_FIELD_NUMBER: _ClassVar[int]
    DUE_DATE_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    goal: str
    responsible_person: str
    due_date: _date_pb2.Date
    problem: str
    def __init__(self, goal: _Optional[str] = ..., responsible_person: _Optional[str] = ..., due_date: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., problem: _Optional[str] = ...) -> None: ...

class GetProblemRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListProblemsRequest(_message.Message):
    __slots__ = ("unit", "page_size", "page_token", "state", "light", "wind", "only_unit", "order")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LIGHT_FIELD_NUMBER: _ClassVar[int]
    WIND_FIELD_NUMBER: _ClassVar[int]
    ONLY_UNIT_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    unit: str
    page_size: int
    page_token: str
    state: ProblemState
    light: Light
    wind: str
    only_unit: bool
    order: ProblemOrder
    def __init__(self, unit: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., state: _Optional[_Union[ProblemState, str]] = ..., light: _Optional[_Union[Light, str]] = ..., wind: _Optional[str] = ..., only_unit: _Optional[bool] = ..., order: _Optional[_Union[ProblemOrder, str]] = ...) -> None: ...

class ListProblemsResponse(_message.Message):
    __slots__ = ("problems", "next_page_token")
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    problems: _containers.RepeatedCompositeFieldContainer[Problem]
    next_page_token: str
    def __init__(self, problems: _Optional[_Iterable[_Union[Problem, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class CountProblemsRequest(_message.Message):
    __slots__ = ("unit", "only_unit")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    ONLY_UNIT_FIELD_NUMBER: _ClassVar[int]
    unit: str
    only_unit: bool
    def __init__(self, unit: _Optional[str] = ..., only_unit: _Optional[bool] = ...) -> None: ...

class CountProblemsResponse(_message.Message):
    __slots__ = ("counts",)
    COUNTS_FIELD_NUMBER: _ClassVar[int]
    counts: _containers.RepeatedCompositeFieldContainer[ProblemCount]
    def __init__(self, counts: _Optional[_Iterable[_Union[ProblemCount, _Mapping]]] = ...) -> None: ...

class ProblemCount(_message.Message):
    __slots__ = ("state", "light", "problems")
    STATE_FIELD_NUMBER: _ClassVar[int]
    LIGHT_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    state: ProblemState
    light: Light
    problems: int
    def __init__(self, state: _Optional[_Union[ProblemState, str]] = ..., light: _Optional[_Union[Light, str]] = ..., problems: _Optional[int] = ...) -> None: ...

class ListProblemStepsRequest(_message.Message):
    __slots__ = ("name", "page_size", "page_token")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    page_size: int
    page_token: str
    def __init__(self, name: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListProblemStepsResponse(_message.Message):
    __slots__ = ("steps", "next_page_token")
    STEPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    steps: _containers.RepeatedCompositeFieldContainer[ProblemStep]
    next_page_token: str
    def __init__(self, steps: _Optional[_Iterable[_Union[ProblemStep, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ProblemStep(_message.Message):
    __slots__ = ("version", "deed", "actor", "role", "state_before", "state_after", "percent_done", "remark", "due_date", "light", "step_time", "reconstructed")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DEED_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    STATE_BEFORE_FIELD_NUMBER: _ClassVar[int]
    STATE_AFTER_FIELD_NUMBER: _ClassVar[int]
    PERCENT_DONE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    DUE_DATE_FIELD_NUMBER: _ClassVar[int]
    LIGHT_FIELD_NUMBER: _ClassVar[int]
    STEP_TIME_FIELD_NUMBER: _ClassVar[int]
    RECONSTRUCTED_FIELD_NUMBER: _ClassVar[int]
    version: int
    deed: ProblemDeed
    actor: str
    role: str
    state_before: ProblemState
    state_after: ProblemState
    percent_done: int
    remark: str
    due_date: _date_pb2.Date
    light: Light
    step_time: _timestamp_pb2.Timestamp
    reconstructed: bool
    def __init__(self, version: _Optional[int] = ..., deed: _Optional[_Union[ProblemDeed, str]] = ..., actor: _Optional[str] = ..., role: _Optional[str] = ..., state_before: _Optional[_Union[ProblemState, str]] = ..., state_after: _Optional[_Union[ProblemState, str]] = ..., percent_done: _Optional[int] = ..., remark: _Optional[str] = ..., due_date: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., light: _Optional[_Union[Light, str]] = ..., step_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reconstructed: _Optional[bool] = ...) -> None: ...

class LedgerItem(_message.Message):
    __slots__ = ("unit", "unit_code", "title", "wind", "source", "subject", "responsible_leader", "responsible_department", "responsible_person", "due_date", "due_working_days")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    UNIT_CODE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    WIND_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    RESPONSIBLE_LEADER_FIELD_NUMBER: _ClassVar[int]
    RESPONSIBLE_DEPARTMENT_FIELD_NUMBER: _ClassVar[int]
    RESPONSIBLE_PERSON_FIELD_NUMBER: _ClassVar[int]
    DUE_DATE_FIELD_NUMBER: _ClassVar[int]
    DUE_WORKING_DAYS_FIELD_NUMBER: _ClassVar[int]
    unit: str
    unit_code: str
    title: str
    wind: str
    source: str
    subject: Subject
    responsible_leader: str
    responsible_department: str
    responsible_person: str
    due_date: _date_pb2.Date
    due_working_days: int
    def __init__(self, unit: _Optional[str] = ..., unit_code: _Optional[str] = ..., title: _Optional[str] = ..., wind: _Optional[str] = ..., source: _Optional[str] = ..., subject: _Optional[_Union[Subject, str]] = ..., responsible_leader: _Optional[str] = ..., responsible_department: _Optional[str] = ..., responsible_person: _Optional[str] = ..., due_date: _Optional[_Union[_date_pb2.Date, _Mapping]] = ..., due_working_days: _Optional[int] = ...) -> None: ...

class CreateProblemRequest(_message.Message):
    __slots__ = ("request_id", "campaign", "item")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    ITEM_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    campaign: str
    item: LedgerItem
    def __init__(self, request_id: _Optional[str] = ..., campaign: _Optional[str] = ..., item: _Optional[_Union[LedgerItem, _Mapping]] = ...) -> None: ...

class ImportLedgerRequest(_message.Message):
    __slots__ = ("header", "chunk")
    HEADER_FIELD_NUMBER: _ClassVar[int]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    header: ImportLedgerHeader
    chunk: LedgerChunk
    def __init__(self, header: _Optional[_Union[ImportLedgerHeader, _Mapping]] = ..., chunk: _Optional[_Union[LedgerChunk, _Mapping]] = ...) -> None: ...

class ImportLedgerHeader(_message.Message):
    __slots__ = ("request_id", "campaign")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    campaign: str
    def __init__(self, request_id: _Optional[str] = ..., campaign: _Optional[str] = ...) -> None: ...

class LedgerChunk(_message.Message):
    __slots__ = ("items",)
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    items: _containers.RepeatedCompositeFieldContainer[LedgerItem]
    def __init__(self, items: _Optional[_Iterable[_Union[LedgerItem, _Mapping]]] = ...) -> None: ...

class ImportLedgerResponse(_message.Message):
    __slots__ = ("problems", "units", "names")
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    UNITS_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    problems: int
    units: int
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, problems: _Optional[int] = ..., units: _Optional[int] = ..., names: _Optional[_Iterable[str]] = ...) -> None: ...

class ReportProgressRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag", "percent_done", "remark")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    PERCENT_DONE_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    percent_done: int
    remark: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ..., percent_done: _Optional[int] = ..., remark: _Optional[str] = ...) -> None: ...

class ReportDoneRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag", "remark")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    remark: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ..., remark: _Optional[str] = ...) -> None: ...

class VerifyProblemRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag", "verdict", "remark")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    verdict: Verdict
    remark: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ..., verdict: _Optional[_Union[Verdict, str]] = ..., remark: _Optional[str] = ...) -> None: ...

class DeregisterProblemRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class GetPlanRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListPlansRequest(_message.Message):
    __slots__ = ("unit", "page_size", "page_token", "state", "superior_unit", "only_unit", "order")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    SUPERIOR_UNIT_FIELD_NUMBER: _ClassVar[int]
    ONLY_UNIT_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    unit: str
    page_size: int
    page_token: str
    state: PlanState
    superior_unit: str
    only_unit: bool
    order: PlanOrder
    def __init__(self, unit: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., state: _Optional[_Union[PlanState, str]] = ..., superior_unit: _Optional[str] = ..., only_unit: _Optional[bool] = ..., order: _Optional[_Union[PlanOrder, str]] = ...) -> None: ...

class ListPlansResponse(_message.Message):
    __slots__ = ("plans", "next_page_token")
    PLANS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    plans: _containers.RepeatedCompositeFieldContainer[Plan]
    next_page_token: str
    def __init__(self, plans: _Optional[_Iterable[_Union[Plan, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListPlanStepsRequest(_message.Message):
    __slots__ = ("name", "page_size", "page_token")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    name: str
    page_size: int
    page_token: str
    def __init__(self, name: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListPlanStepsResponse(_message.Message):
    __slots__ = ("steps", "next_page_token")
    STEPS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    steps: _containers.RepeatedCompositeFieldContainer[PlanStep]
    next_page_token: str
    def __init__(self, steps: _Optional[_Iterable[_Union[PlanStep, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PlanStep(_message.Message):
    __slots__ = ("deed", "actor", "role", "step_time", "reason", "registration_number", "reconstructed")
    DEED_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    STEP_TIME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REGISTRATION_NUMBER_FIELD_NUMBER: _ClassVar[int]
    RECONSTRUCTED_FIELD_NUMBER: _ClassVar[int]
    deed: PlanDeed
    actor: str
    role: str
    step_time: _timestamp_pb2.Timestamp
    reason: str
    registration_number: str
    reconstructed: bool
    def __init__(self, deed: _Optional[_Union[PlanDeed, str]] = ..., actor: _Optional[str] = ..., role: _Optional[str] = ..., step_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., registration_number: _Optional[str] = ..., reconstructed: _Optional[bool] = ...) -> None: ...

class CreatePlanRequest(_message.Message):
    __slots__ = ("request_id", "campaign", "unit", "kind", "title", "measures")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    campaign: str
    unit: str
    kind: PlanKind
    title: str
    measures: _containers.RepeatedCompositeFieldContainer[Measure]
    def __init__(self, request_id: _Optional[str] = ..., campaign: _Optional[str] = ..., unit: _Optional[str] = ..., kind: _Optional[_Union[PlanKind, str]] = ..., title: _Optional[str] = ..., measures: _Optional[_Iterable[_Union[Measure, _Mapping]]] = ...) -> None: ...

class UpdatePlanRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag", "title", "measures")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    MEASURES_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    title: str
    measures: _containers.RepeatedCompositeFieldContainer[Measure]
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ..., title: _Optional[str] = ..., measures: _Optional[_Iterable[_Union[Measure, _Mapping]]] = ...) -> None: ...

class LodgePlanRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class RegisterPlanRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class ReturnPlanRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag", "reason")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    reason: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...
