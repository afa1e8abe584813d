from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class UnitsPlaced(_message.Message):
    __slots__ = ("units",)
    UNITS_FIELD_NUMBER: _ClassVar[int]
    units: _containers.RepeatedCompositeFieldContainer[PlacedUnit]
    def __init__(self, units: _Optional[_Iterable[_Union[PlacedUnit, _Mapping]]] = ...) -> None: ...

class PlacedUnit(_message.Message):
    __slots__ = ("id", "tenant", "code", "display_name", "level", "parent_unit", "path", "version", "placement_version", "kinds")
    ID_FIELD_NUMBER: _ClassVar[int]
    TENANT_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    PARENT_UNIT_FIELD_NUMBER: _ClassVar[int]
    PATH_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    PLACEMENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    id: str
    tenant: str
    code: str
    display_name: str
    level: str
    parent_unit: str
    path: str
    version: int
    placement_version: int
    kinds: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., tenant: _Optional[str] = ..., code: _Optional[str] = ..., display_name: _Optional[str] = ..., level: _Optional[str] = ..., parent_unit: _Optional[str] = ..., path: _Optional[str] = ..., version: _Optional[int] = ..., placement_version: _Optional[int] = ..., kinds: _Optional[_Iterable[str]] = ...) -> None: ...

class CampaignDefined(_message.Message):
    __slots__ = ("id", "definition_json", "version")
    ID_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_JSON_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    id: str
    definition_json: str
    version: int
    def __init__(self, id: _Optional[str] = ..., definition_json: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class CalendarDefined(_message.Message):
    __slots__ = ("id", "definition_json", "version")
    ID_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_JSON_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    id: str
    definition_json: str
    version: int
    def __init__(self, id: _Optional[str] = ..., definition_json: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...
