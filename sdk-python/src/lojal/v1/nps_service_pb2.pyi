from google.protobuf import timestamp_pb2 as _timestamp_pb2
from lojal.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Interval(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INTERVAL_UNSPECIFIED: _ClassVar[Interval]
    INTERVAL_DAY: _ClassVar[Interval]
    INTERVAL_WEEK: _ClassVar[Interval]
    INTERVAL_MONTH: _ClassVar[Interval]
    INTERVAL_QUARTER: _ClassVar[Interval]
    INTERVAL_YEAR: _ClassVar[Interval]
INTERVAL_UNSPECIFIED: Interval
INTERVAL_DAY: Interval
INTERVAL_WEEK: Interval
INTERVAL_MONTH: Interval
INTERVAL_QUARTER: Interval
INTERVAL_YEAR: Interval

class GetNpsRequest(_message.Message):
    __slots__ = ("as_of", "window", "group_by", "interval", "kind", "survey_id", "confidence", "known_at")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SURVEY_ID_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    window: str
    group_by: str
    interval: Interval
    kind: _common_pb2.SurveyKind
    survey_id: str
    confidence: float
    known_at: _timestamp_pb2.Timestamp
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., group_by: _Optional[str] = ..., interval: _Optional[_Union[Interval, str]] = ..., kind: _Optional[_Union[_common_pb2.SurveyKind, str]] = ..., survey_id: _Optional[str] = ..., confidence: _Optional[float] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class NpsRow(_message.Message):
    __slots__ = ("group", "period", "nps", "promoters", "passives", "detractors")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    NPS_FIELD_NUMBER: _ClassVar[int]
    PROMOTERS_FIELD_NUMBER: _ClassVar[int]
    PASSIVES_FIELD_NUMBER: _ClassVar[int]
    DETRACTORS_FIELD_NUMBER: _ClassVar[int]
    group: str
    period: _common_pb2.Period
    nps: _common_pb2.Estimate
    promoters: int
    passives: int
    detractors: int
    def __init__(self, group: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.Period, _Mapping]] = ..., nps: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., promoters: _Optional[int] = ..., passives: _Optional[int] = ..., detractors: _Optional[int] = ...) -> None: ...

class GetNpsResponse(_message.Message):
    __slots__ = ("nps", "promoters", "passives", "detractors", "score_counts", "rows", "provenance")
    NPS_FIELD_NUMBER: _ClassVar[int]
    PROMOTERS_FIELD_NUMBER: _ClassVar[int]
    PASSIVES_FIELD_NUMBER: _ClassVar[int]
    DETRACTORS_FIELD_NUMBER: _ClassVar[int]
    SCORE_COUNTS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    nps: _common_pb2.Estimate
    promoters: int
    passives: int
    detractors: int
    score_counts: _containers.RepeatedScalarFieldContainer[int]
    rows: _containers.RepeatedCompositeFieldContainer[NpsRow]
    provenance: _common_pb2.Provenance
    def __init__(self, nps: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., promoters: _Optional[int] = ..., passives: _Optional[int] = ..., detractors: _Optional[int] = ..., score_counts: _Optional[_Iterable[int]] = ..., rows: _Optional[_Iterable[_Union[NpsRow, _Mapping]]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...
