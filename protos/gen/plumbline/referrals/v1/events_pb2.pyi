from plumbline.referrals.v1 import referrals_pb2 as _referrals_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ReferralChanged(_message.Message):
    __slots__ = ("unit", "receiver", "state", "outcome")
    UNIT_FIELD_NUMBER: _ClassVar[int]
    RECEIVER_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    unit: str
    receiver: str
    state: _referrals_pb2.ReferralState
    outcome: _referrals_pb2.Outcome
    def __init__(self, unit: _Optional[str] = ..., receiver: _Optional[str] = ..., state: _Optional[_Union[_referrals_pb2.ReferralState, str]] = ..., outcome: _Optional[_Union[_referrals_pb2.Outcome, str]] = ...) -> None: ...
