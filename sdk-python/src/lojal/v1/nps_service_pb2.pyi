from google.protobuf import timestamp_pb2 as _timestamp_pb2
from lojal.v1 import common_pb2 as _common_pb2
from lojal.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetNpsRequest(_message.Message):
    __slots__ = ("as_of", "window", "group_by", "interval", "kind", "survey_id", "confidence", "known_at", "channel", "topic", "population", "weight_to_base_by", "filter", "counted")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SURVEY_ID_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    POPULATION_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_TO_BASE_BY_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    COUNTED_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    window: str
    group_by: str
    interval: _common_pb2.CalendarInterval
    kind: _common_pb2.SurveyKind
    survey_id: str
    confidence: float
    known_at: _timestamp_pb2.Timestamp
    channel: str
    topic: str
    population: int
    weight_to_base_by: str
    filter: str
    counted: _common_pb2.CountedAnswers
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., group_by: _Optional[str] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ..., kind: _Optional[_Union[_common_pb2.SurveyKind, str]] = ..., survey_id: _Optional[str] = ..., confidence: _Optional[float] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., channel: _Optional[str] = ..., topic: _Optional[str] = ..., population: _Optional[int] = ..., weight_to_base_by: _Optional[str] = ..., filter: _Optional[str] = ..., counted: _Optional[_Union[_common_pb2.CountedAnswers, str]] = ...) -> None: ...

class NpsRow(_message.Message):
    __slots__ = ("group", "period", "nps", "promoters", "passives", "detractors", "customers", "effective_n", "kind")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    NPS_FIELD_NUMBER: _ClassVar[int]
    PROMOTERS_FIELD_NUMBER: _ClassVar[int]
    PASSIVES_FIELD_NUMBER: _ClassVar[int]
    DETRACTORS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_N_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    group: str
    period: _common_pb2.SeriesPeriod
    nps: _common_pb2.Estimate
    promoters: int
    passives: int
    detractors: int
    customers: int
    effective_n: float
    kind: _common_pb2.SurveyKind
    def __init__(self, group: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ..., nps: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., promoters: _Optional[int] = ..., passives: _Optional[int] = ..., detractors: _Optional[int] = ..., customers: _Optional[int] = ..., effective_n: _Optional[float] = ..., kind: _Optional[_Union[_common_pb2.SurveyKind, str]] = ...) -> None: ...

class GetNpsResponse(_message.Message):
    __slots__ = ("nps", "promoters", "passives", "detractors", "score_counts", "rows", "provenance", "nps_of_base", "effective_n", "customers", "kind", "by_kind")
    NPS_FIELD_NUMBER: _ClassVar[int]
    PROMOTERS_FIELD_NUMBER: _ClassVar[int]
    PASSIVES_FIELD_NUMBER: _ClassVar[int]
    DETRACTORS_FIELD_NUMBER: _ClassVar[int]
    SCORE_COUNTS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    NPS_OF_BASE_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_N_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    BY_KIND_FIELD_NUMBER: _ClassVar[int]
    nps: _common_pb2.Estimate
    promoters: int
    passives: int
    detractors: int
    score_counts: _containers.RepeatedScalarFieldContainer[int]
    rows: _containers.RepeatedCompositeFieldContainer[NpsRow]
    provenance: _common_pb2.Provenance
    nps_of_base: _common_pb2.Estimate
    effective_n: float
    customers: int
    kind: _common_pb2.SurveyKind
    by_kind: _containers.RepeatedCompositeFieldContainer[NpsRow]
    def __init__(self, nps: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., promoters: _Optional[int] = ..., passives: _Optional[int] = ..., detractors: _Optional[int] = ..., score_counts: _Optional[_Iterable[int]] = ..., rows: _Optional[_Iterable[_Union[NpsRow, _Mapping]]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ..., nps_of_base: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., effective_n: _Optional[float] = ..., customers: _Optional[int] = ..., kind: _Optional[_Union[_common_pb2.SurveyKind, str]] = ..., by_kind: _Optional[_Iterable[_Union[NpsRow, _Mapping]]] = ...) -> None: ...

class CompareNpsRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "baseline_window", "paired", "kind", "survey_id", "channel", "topic", "counted")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    BASELINE_WINDOW_FIELD_NUMBER: _ClassVar[int]
    PAIRED_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SURVEY_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TOPIC_FIELD_NUMBER: _ClassVar[int]
    COUNTED_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    baseline_window: str
    paired: bool
    kind: _common_pb2.SurveyKind
    survey_id: str
    channel: str
    topic: str
    counted: _common_pb2.CountedAnswers
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., baseline_window: _Optional[str] = ..., paired: bool = ..., kind: _Optional[_Union[_common_pb2.SurveyKind, str]] = ..., survey_id: _Optional[str] = ..., channel: _Optional[str] = ..., topic: _Optional[str] = ..., counted: _Optional[_Union[_common_pb2.CountedAnswers, str]] = ...) -> None: ...

class NpsComparison(_message.Message):
    __slots__ = ("first", "second", "first_nps", "second_nps", "difference", "z", "p_value", "adjusted_p_value")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    FIRST_NPS_FIELD_NUMBER: _ClassVar[int]
    SECOND_NPS_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    Z_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    ADJUSTED_P_VALUE_FIELD_NUMBER: _ClassVar[int]
    first: str
    second: str
    first_nps: _common_pb2.Estimate
    second_nps: _common_pb2.Estimate
    difference: _common_pb2.Estimate
    z: float
    p_value: float
    adjusted_p_value: float
    def __init__(self, first: _Optional[str] = ..., second: _Optional[str] = ..., first_nps: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., second_nps: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., difference: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., z: _Optional[float] = ..., p_value: _Optional[float] = ..., adjusted_p_value: _Optional[float] = ...) -> None: ...

class CompareNpsResponse(_message.Message):
    __slots__ = ("comparisons", "provenance")
    COMPARISONS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    comparisons: _containers.RepeatedCompositeFieldContainer[NpsComparison]
    provenance: _common_pb2.Provenance
    def __init__(self, comparisons: _Optional[_Iterable[_Union[NpsComparison, _Mapping]]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class PlanNpsSampleRequest(_message.Message):
    __slots__ = ("margin", "answers", "difference", "power", "confidence", "population", "variance", "window", "kind")
    MARGIN_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    POWER_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    POPULATION_FIELD_NUMBER: _ClassVar[int]
    VARIANCE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    margin: float
    answers: int
    difference: float
    power: float
    confidence: float
    population: int
    variance: float
    window: str
    kind: _common_pb2.SurveyKind
    def __init__(self, margin: _Optional[float] = ..., answers: _Optional[int] = ..., difference: _Optional[float] = ..., power: _Optional[float] = ..., confidence: _Optional[float] = ..., population: _Optional[int] = ..., variance: _Optional[float] = ..., window: _Optional[str] = ..., kind: _Optional[_Union[_common_pb2.SurveyKind, str]] = ...) -> None: ...

class PlanNpsSampleResponse(_message.Message):
    __slots__ = ("answers", "answers_at_worst", "margin", "answers_to_see_difference", "variance", "response_rate", "provenance")
    ANSWERS_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_AT_WORST_FIELD_NUMBER: _ClassVar[int]
    MARGIN_FIELD_NUMBER: _ClassVar[int]
    ANSWERS_TO_SEE_DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    VARIANCE_FIELD_NUMBER: _ClassVar[int]
    RESPONSE_RATE_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    answers: int
    answers_at_worst: int
    margin: float
    answers_to_see_difference: int
    variance: float
    response_rate: float
    provenance: _common_pb2.Provenance
    def __init__(self, answers: _Optional[int] = ..., answers_at_worst: _Optional[int] = ..., margin: _Optional[float] = ..., answers_to_see_difference: _Optional[int] = ..., variance: _Optional[float] = ..., response_rate: _Optional[float] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...
