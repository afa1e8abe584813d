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

class Session(_message.Message):
    __slots__ = ("session", "person", "display_name", "subject", "grants", "idle_expire_time", "absolute_expire_time")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    IDLE_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    ABSOLUTE_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    session: str
    person: str
    display_name: str
    subject: str
    grants: _containers.RepeatedCompositeFieldContainer[HeldGrant]
    idle_expire_time: _timestamp_pb2.Timestamp
    absolute_expire_time: _timestamp_pb2.Timestamp
    def __init__(self, session: _Optional[str] = ..., person: _Optional[str] = ..., display_name: _Optional[str] = ..., subject: _Optional[str] = ..., grants: _Optional[_Iterable[_Union[HeldGrant, _Mapping]]] = ..., idle_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., absolute_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class HeldGrant(_message.Message):
    __slots__ = ("name", "role", "line", "unit", "unit_display_name", "unit_code", "path", "level", "tenant", "clearance")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ROLE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    UNIT_DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    UNIT_CODE_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    CLEARANCE_FIELD_NUMBER: _ClassVar[int]
    name: str
    role: str
    line: str
    unit: str
    unit_display_name: str
    unit_code: str
    path: str
    level: str
    tenant: str
    clearance: int
    def __init__(self, name: _Optional[str] = ..., role: _Optional[str] = ..., line: _Optional[str] = ..., unit: _Optional[str] = ..., unit_display_name: _Optional[str] = ..., unit_code: _Optional[str] = ..., path: _Optional[str] = ..., level: _Optional[str] = ..., tenant: _Optional[str] = ..., clearance: _Optional[int] = ...) -> None: ...

class SignInRequest(_message.Message):
    __slots__ = ("request_id", "id_token")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    ID_TOKEN_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    id_token: str
    def __init__(self, request_id: _Optional[str] = ..., id_token: _Optional[str] = ...) -> None: ...

class RenewTokenRequest(_message.Message):
    __slots__ = ("session", "grant", "passive")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    GRANT_FIELD_NUMBER: _ClassVar[int]
    PASSIVE_FIELD_NUMBER: _ClassVar[int]
    session: str
    grant: str
    passive: bool
    def __init__(self, session: _Optional[str] = ..., grant: _Optional[str] = ..., passive: _Optional[bool] = ...) -> None: ...

class RenewTokenResponse(_message.Message):
    __slots__ = ("token", "token_expire_time", "grant", "grants", "person", "display_name", "subject", "idle_expire_time", "absolute_expire_time")
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    TOKEN_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    GRANT_FIELD_NUMBER: _ClassVar[int]
    GRANTS_FIELD_NUMBER: _ClassVar[int]
    PERSON_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    IDLE_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    ABSOLUTE_EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    token: str
    token_expire_time: _timestamp_pb2.Timestamp
    grant: str
    grants: _containers.RepeatedCompositeFieldContainer[HeldGrant]
    person: str
    display_name: str
    subject: str
    idle_expire_time: _timestamp_pb2.Timestamp
    absolute_expire_time: _timestamp_pb2.Timestamp
    def __init__(self, token: _Optional[str] = ..., token_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., grant: _Optional[str] = ..., grants: _Optional[_Iterable[_Union[HeldGrant, _Mapping]]] = ..., person: _Optional[str] = ..., display_name: _Optional[str] = ..., subject: _Optional[str] = ..., idle_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., absolute_expire_time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SignOutRequest(_message.Message):
    __slots__ = ("request_id", "session")
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    session: str
    def __init__(self, request_id: _Optional[str] = ..., session: _Optional[str] = ...) -> None: ...

class SignOutResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
