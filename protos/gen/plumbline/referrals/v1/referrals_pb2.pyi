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

class ReferralState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFERRAL_STATE_UNSPECIFIED: _ClassVar[ReferralState]
    REFERRAL_STATE_SENT: _ClassVar[ReferralState]
    REFERRAL_STATE_ACCEPTED: _ClassVar[ReferralState]
    REFERRAL_STATE_RETURNED: _ClassVar[ReferralState]
    REFERRAL_STATE_CONCLUDED: _ClassVar[ReferralState]

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_UNFOUNDED: _ClassVar[Outcome]
    OUTCOME_EDUCATED: _ClassVar[Outcome]
    OUTCOME_ADJUSTED: _ClassVar[Outcome]
    OUTCOME_SANCTIONED: _ClassVar[Outcome]

class ReferralOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REFERRAL_ORDER_UNSPECIFIED: _ClassVar[ReferralOrder]
    REFERRAL_ORDER_CREATE_TIME: _ClassVar[ReferralOrder]
REFERRAL_STATE_UNSPECIFIED: ReferralState
REFERRAL_STATE_SENT: ReferralState
REFERRAL_STATE_ACCEPTED: ReferralState
REFERRAL_STATE_RETURNED: ReferralState
REFERRAL_STATE_CONCLUDED: ReferralState
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_UNFOUNDED: Outcome
OUTCOME_EDUCATED: Outcome
OUTCOME_ADJUSTED: Outcome
OUTCOME_SANCTIONED: Outcome
REFERRAL_ORDER_UNSPECIFIED: ReferralOrder
REFERRAL_ORDER_CREATE_TIME: ReferralOrder

class Referral(_message.Message):
    __slots__ = ("name", "etag", "campaign", "finding", "unit", "path", "receiver", "summary", "policy_basis", "state", "return_reason", "outcome", "outcome_remark", "create_time", "accept_time", "close_time")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    RECEIVER_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    POLICY_BASIS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    RETURN_REASON_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_REMARK_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_TIME_FIELD_NUMBER: _ClassVar[int]
    CLOSE_TIME_FIELD_NUMBER: _ClassVar[int]
    name: str
    etag: str
    campaign: str
    finding: str
    unit: str
    path: str
    receiver: str
    summary: str
    policy_basis: str
    state: ReferralState
    return_reason: str
    outcome: Outcome
    outcome_remark: str
    create_time: _timestamp_pb2.Timestamp
    accept_time: _timestamp_pb2.Timestamp
    close_time: _timestamp_pb2.Timestamp
    def __init__(self, name: _Optional[str] = ..., etag: _Optional[str] = ..., campaign: _Optional[str] = ..., finding: _Optional[str] = ..., unit: _Optional[str] = ..., path: _Optional[str] = ..., receiver: _Optional[str] = ..., summary: _Optional[str] = ..., policy_basis: _Optional[str] = ..., state: _Optional[_Union[ReferralState, str]] = ..., return_reason: _Optional[str] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., outcome_remark: _Optional[str] = ..., create_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., accept_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., close_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CreateReferralRequest(_message.Message):
    __slots__ = ("request_id", "finding", "receiver", "summary", "policy_basis")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    FINDING_FIELD_NUMBER: _ClassVar[int]
    RECEIVER_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    POLICY_BASIS_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    finding: str
    receiver: str
    summary: str
    policy_basis: str
    def __init__(self, request_id: _Optional[str] = ..., finding: _Optional[str] = ..., receiver: _Optional[str] = ..., summary: _Optional[str] = ..., policy_basis: _Optional[str] = ...) -> None: ...

class GetReferralRequest(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class ListReferralsRequest(_message.Message):
    __slots__ = ("unit", "page_size", "page_token", "state", "order")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    unit: str
    page_size: int
    page_token: str
    state: ReferralState
    order: ReferralOrder
    def __init__(self, unit: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., state: _Optional[_Union[ReferralState, str]] = ..., order: _Optional[_Union[ReferralOrder, str]] = ...) -> None: ...

class ListReferralsResponse(_message.Message):
    __slots__ = ("referrals", "next_page_token")
    REFERRALS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    referrals: _containers.RepeatedCompositeFieldContainer[Referral]
    next_page_token: str
    def __init__(self, referrals: _Optional[_Iterable[_Union[Referral, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class AcceptReferralRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class ReturnReferralRequest(_message.Message):
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

class RecordOutcomeRequest(_message.Message):
    __slots__ = ("name", "request_id", "etag", "outcome", "remark")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    REMARK_FIELD_NUMBER: _ClassVar[int]
    name: str
    request_id: str
    etag: str
    outcome: Outcome
    remark: str
    def __init__(self, name: _Optional[str] = ..., request_id: _Optional[str] = ..., etag: _Optional[str] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., remark: _Optional[str] = ...) -> None: ...
