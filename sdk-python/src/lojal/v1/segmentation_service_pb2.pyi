from google.protobuf import timestamp_pb2 as _timestamp_pb2
from lojal.v1 import common_pb2 as _common_pb2
from lojal.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Segment(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SEGMENT_UNSPECIFIED: _ClassVar[Segment]
    SEGMENT_CHAMPIONS: _ClassVar[Segment]
    SEGMENT_LOYAL: _ClassVar[Segment]
    SEGMENT_POTENTIAL_LOYALIST: _ClassVar[Segment]
    SEGMENT_NEW: _ClassVar[Segment]
    SEGMENT_PROMISING: _ClassVar[Segment]
    SEGMENT_NEED_ATTENTION: _ClassVar[Segment]
    SEGMENT_ABOUT_TO_SLEEP: _ClassVar[Segment]
    SEGMENT_AT_RISK: _ClassVar[Segment]
    SEGMENT_CANT_LOSE_THEM: _ClassVar[Segment]
    SEGMENT_HIBERNATING: _ClassVar[Segment]
    SEGMENT_LOST: _ClassVar[Segment]

class CutpointBasis(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CUTPOINT_BASIS_UNSPECIFIED: _ClassVar[CutpointBasis]
    CUTPOINT_BASIS_QUINTILES: _ClassVar[CutpointBasis]
    CUTPOINT_BASIS_FIXED: _ClassVar[CutpointBasis]
SEGMENT_UNSPECIFIED: Segment
SEGMENT_CHAMPIONS: Segment
SEGMENT_LOYAL: Segment
SEGMENT_POTENTIAL_LOYALIST: Segment
SEGMENT_NEW: Segment
SEGMENT_PROMISING: Segment
SEGMENT_NEED_ATTENTION: Segment
SEGMENT_ABOUT_TO_SLEEP: Segment
SEGMENT_AT_RISK: Segment
SEGMENT_CANT_LOSE_THEM: Segment
SEGMENT_HIBERNATING: Segment
SEGMENT_LOST: Segment
CUTPOINT_BASIS_UNSPECIFIED: CutpointBasis
CUTPOINT_BASIS_QUINTILES: CutpointBasis
CUTPOINT_BASIS_FIXED: CutpointBasis

class RfmScores(_message.Message):
    __slots__ = ("recency", "frequency", "monetary")
    RECENCY_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    MONETARY_FIELD_NUMBER: _ClassVar[int]
    recency: int
    frequency: int
    monetary: int
    def __init__(self, recency: _Optional[int] = ..., frequency: _Optional[int] = ..., monetary: _Optional[int] = ...) -> None: ...

class RfmValues(_message.Message):
    __slots__ = ("recency_days", "frequency", "monetary")
    RECENCY_DAYS_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    MONETARY_FIELD_NUMBER: _ClassVar[int]
    recency_days: int
    frequency: int
    monetary: _common_pb2.Money
    def __init__(self, recency_days: _Optional[int] = ..., frequency: _Optional[int] = ..., monetary: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class RfmPopulation(_message.Message):
    __slots__ = ("as_of", "revision", "buyers", "customers", "basis")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    BUYERS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    revision: int
    buyers: int
    customers: int
    basis: CutpointBasis
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[int] = ..., buyers: _Optional[int] = ..., customers: _Optional[int] = ..., basis: _Optional[_Union[CutpointBasis, str]] = ...) -> None: ...

class SegmentMember(_message.Message):
    __slots__ = ("customer_id", "segment", "scores", "values")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    segment: Segment
    scores: RfmScores
    values: RfmValues
    def __init__(self, customer_id: _Optional[str] = ..., segment: _Optional[_Union[Segment, str]] = ..., scores: _Optional[_Union[RfmScores, _Mapping]] = ..., values: _Optional[_Union[RfmValues, _Mapping]] = ...) -> None: ...

class GetCustomerSegmentRequest(_message.Message):
    __slots__ = ("customer_id", "as_of", "window", "known_at")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    as_of: _timestamp_pb2.Timestamp
    window: str
    known_at: _timestamp_pb2.Timestamp
    def __init__(self, customer_id: _Optional[str] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetCustomerSegmentResponse(_message.Message):
    __slots__ = ("member", "population", "provenance")
    MEMBER_FIELD_NUMBER: _ClassVar[int]
    POPULATION_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    member: SegmentMember
    population: RfmPopulation
    provenance: _common_pb2.Provenance
    def __init__(self, member: _Optional[_Union[SegmentMember, _Mapping]] = ..., population: _Optional[_Union[RfmPopulation, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class SummarizeSegmentsRequest(_message.Message):
    __slots__ = ("as_of", "window", "known_at", "filter", "group_by", "interval", "series_window")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    SERIES_WINDOW_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    window: str
    known_at: _timestamp_pb2.Timestamp
    filter: str
    group_by: str
    interval: _common_pb2.CalendarInterval
    series_window: str
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ..., series_window: _Optional[str] = ...) -> None: ...

class SegmentSummary(_message.Message):
    __slots__ = ("segment", "name", "customers", "customer_share", "monetary", "monetary_share", "mean_recency_days", "mean_frequency", "mean_monetary", "group", "period")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_SHARE_FIELD_NUMBER: _ClassVar[int]
    MONETARY_FIELD_NUMBER: _ClassVar[int]
    MONETARY_SHARE_FIELD_NUMBER: _ClassVar[int]
    MEAN_RECENCY_DAYS_FIELD_NUMBER: _ClassVar[int]
    MEAN_FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    MEAN_MONETARY_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    segment: Segment
    name: str
    customers: int
    customer_share: float
    monetary: _common_pb2.Money
    monetary_share: float
    mean_recency_days: float
    mean_frequency: float
    mean_monetary: float
    group: str
    period: _common_pb2.SeriesPeriod
    def __init__(self, segment: _Optional[_Union[Segment, str]] = ..., name: _Optional[str] = ..., customers: _Optional[int] = ..., customer_share: _Optional[float] = ..., monetary: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., monetary_share: _Optional[float] = ..., mean_recency_days: _Optional[float] = ..., mean_frequency: _Optional[float] = ..., mean_monetary: _Optional[float] = ..., group: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ...) -> None: ...

class SummarizeSegmentsResponse(_message.Message):
    __slots__ = ("segments", "population", "monetary", "provenance", "rows")
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    POPULATION_FIELD_NUMBER: _ClassVar[int]
    MONETARY_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    segments: _containers.RepeatedCompositeFieldContainer[SegmentSummary]
    population: RfmPopulation
    monetary: _common_pb2.Money
    provenance: _common_pb2.Provenance
    rows: _containers.RepeatedCompositeFieldContainer[SegmentSummary]
    def __init__(self, segments: _Optional[_Iterable[_Union[SegmentSummary, _Mapping]]] = ..., population: _Optional[_Union[RfmPopulation, _Mapping]] = ..., monetary: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[SegmentSummary, _Mapping]]] = ...) -> None: ...

class ListSegmentMembersRequest(_message.Message):
    __slots__ = ("segment", "as_of", "window", "page_size", "page_token", "known_at", "filter")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    segment: Segment
    as_of: _timestamp_pb2.Timestamp
    window: str
    page_size: int
    page_token: str
    known_at: _timestamp_pb2.Timestamp
    filter: str
    def __init__(self, segment: _Optional[_Union[Segment, str]] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., filter: _Optional[str] = ...) -> None: ...

class ListSegmentMembersResponse(_message.Message):
    __slots__ = ("members", "next_page_token", "provenance")
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    members: _containers.RepeatedCompositeFieldContainer[SegmentMember]
    next_page_token: str
    provenance: _common_pb2.Provenance
    def __init__(self, members: _Optional[_Iterable[_Union[SegmentMember, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class GetSegmentTransitionsRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "from_as_of", "facts_as_of")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    FROM_AS_OF_FIELD_NUMBER: _ClassVar[int]
    FACTS_AS_OF_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    from_as_of: _timestamp_pb2.Timestamp
    facts_as_of: _common_pb2.FactsAsOf
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., from_as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., facts_as_of: _Optional[_Union[_common_pb2.FactsAsOf, str]] = ...) -> None: ...

class SegmentTransition(_message.Message):
    __slots__ = ("group", "from_segment", "to_segment", "customers", "share", "share_of_from", "moved_by_behaviour", "moved_by_thresholds", "moved_by_both")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    FROM_SEGMENT_FIELD_NUMBER: _ClassVar[int]
    TO_SEGMENT_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    SHARE_OF_FROM_FIELD_NUMBER: _ClassVar[int]
    MOVED_BY_BEHAVIOUR_FIELD_NUMBER: _ClassVar[int]
    MOVED_BY_THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
    MOVED_BY_BOTH_FIELD_NUMBER: _ClassVar[int]
    group: str
    from_segment: Segment
    to_segment: Segment
    customers: int
    share: _common_pb2.Estimate
    share_of_from: _common_pb2.Estimate
    moved_by_behaviour: int
    moved_by_thresholds: int
    moved_by_both: int
    def __init__(self, group: _Optional[str] = ..., from_segment: _Optional[_Union[Segment, str]] = ..., to_segment: _Optional[_Union[Segment, str]] = ..., customers: _Optional[int] = ..., share: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., share_of_from: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., moved_by_behaviour: _Optional[int] = ..., moved_by_thresholds: _Optional[int] = ..., moved_by_both: _Optional[int] = ...) -> None: ...

class SegmentMixTest(_message.Message):
    __slots__ = ("group", "customers", "moved", "chi_square", "degrees_of_freedom", "p_value")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    CHI_SQUARE_FIELD_NUMBER: _ClassVar[int]
    DEGREES_OF_FREEDOM_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    group: str
    customers: int
    moved: int
    chi_square: float
    degrees_of_freedom: int
    p_value: float
    def __init__(self, group: _Optional[str] = ..., customers: _Optional[int] = ..., moved: _Optional[int] = ..., chi_square: _Optional[float] = ..., degrees_of_freedom: _Optional[int] = ..., p_value: _Optional[float] = ...) -> None: ...

class GetSegmentTransitionsResponse(_message.Message):
    __slots__ = ("transitions", "rows", "mix_test", "group_mix_tests", "from_population", "to_population", "provenance")
    TRANSITIONS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    MIX_TEST_FIELD_NUMBER: _ClassVar[int]
    GROUP_MIX_TESTS_FIELD_NUMBER: _ClassVar[int]
    FROM_POPULATION_FIELD_NUMBER: _ClassVar[int]
    TO_POPULATION_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    transitions: _containers.RepeatedCompositeFieldContainer[SegmentTransition]
    rows: _containers.RepeatedCompositeFieldContainer[SegmentTransition]
    mix_test: SegmentMixTest
    group_mix_tests: _containers.RepeatedCompositeFieldContainer[SegmentMixTest]
    from_population: RfmPopulation
    to_population: RfmPopulation
    provenance: _common_pb2.Provenance
    def __init__(self, transitions: _Optional[_Iterable[_Union[SegmentTransition, _Mapping]]] = ..., rows: _Optional[_Iterable[_Union[SegmentTransition, _Mapping]]] = ..., mix_test: _Optional[_Union[SegmentMixTest, _Mapping]] = ..., group_mix_tests: _Optional[_Iterable[_Union[SegmentMixTest, _Mapping]]] = ..., from_population: _Optional[_Union[RfmPopulation, _Mapping]] = ..., to_population: _Optional[_Union[RfmPopulation, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class GetRfmSchemeRequest(_message.Message):
    __slots__ = ("as_of", "window", "known_at")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    window: str
    known_at: _timestamp_pb2.Timestamp
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RfmCell(_message.Message):
    __slots__ = ("recency", "frequency", "segment")
    RECENCY_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    recency: int
    frequency: int
    segment: Segment
    def __init__(self, recency: _Optional[int] = ..., frequency: _Optional[int] = ..., segment: _Optional[_Union[Segment, str]] = ...) -> None: ...

class RfmThreshold(_message.Message):
    __slots__ = ("score", "recency_days_max", "frequency_min", "monetary_min")
    SCORE_FIELD_NUMBER: _ClassVar[int]
    RECENCY_DAYS_MAX_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_MIN_FIELD_NUMBER: _ClassVar[int]
    MONETARY_MIN_FIELD_NUMBER: _ClassVar[int]
    score: int
    recency_days_max: int
    frequency_min: int
    monetary_min: _common_pb2.Money
    def __init__(self, score: _Optional[int] = ..., recency_days_max: _Optional[int] = ..., frequency_min: _Optional[int] = ..., monetary_min: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class SegmentDescription(_message.Message):
    __slots__ = ("segment", "name", "description")
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    segment: Segment
    name: str
    description: str
    def __init__(self, segment: _Optional[_Union[Segment, str]] = ..., name: _Optional[str] = ..., description: _Optional[str] = ...) -> None: ...

class GetRfmSchemeResponse(_message.Message):
    __slots__ = ("definition", "window", "cells", "thresholds", "segments", "population", "provenance")
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    CELLS_FIELD_NUMBER: _ClassVar[int]
    THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    POPULATION_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    definition: str
    window: str
    cells: _containers.RepeatedCompositeFieldContainer[RfmCell]
    thresholds: _containers.RepeatedCompositeFieldContainer[RfmThreshold]
    segments: _containers.RepeatedCompositeFieldContainer[SegmentDescription]
    population: RfmPopulation
    provenance: _common_pb2.Provenance
    def __init__(self, definition: _Optional[str] = ..., window: _Optional[str] = ..., cells: _Optional[_Iterable[_Union[RfmCell, _Mapping]]] = ..., thresholds: _Optional[_Iterable[_Union[RfmThreshold, _Mapping]]] = ..., segments: _Optional[_Iterable[_Union[SegmentDescription, _Mapping]]] = ..., population: _Optional[_Union[RfmPopulation, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...
