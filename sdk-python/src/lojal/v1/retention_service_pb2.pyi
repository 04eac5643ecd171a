from google.protobuf import timestamp_pb2 as _timestamp_pb2
from lojal.v1 import common_pb2 as _common_pb2
from lojal.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CohortMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COHORT_MODE_UNSPECIFIED: _ClassVar[CohortMode]
    COHORT_MODE_ON: _ClassVar[CohortMode]
    COHORT_MODE_ON_OR_AFTER: _ClassVar[CohortMode]
    COHORT_MODE_ON_OR_BEFORE: _ClassVar[CohortMode]
    COHORT_MODE_BRACKET: _ClassVar[CohortMode]
    COHORT_MODE_STREAK: _ClassVar[CohortMode]

class CohortAlignment(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COHORT_ALIGNMENT_UNSPECIFIED: _ClassVar[CohortAlignment]
    COHORT_ALIGNMENT_CALENDAR: _ClassVar[CohortAlignment]
    COHORT_ALIGNMENT_ROLLING: _ClassVar[CohortAlignment]

class RevenueComparison(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVENUE_COMPARISON_UNSPECIFIED: _ClassVar[RevenueComparison]
    REVENUE_COMPARISON_PREVIOUS: _ClassVar[RevenueComparison]
    REVENUE_COMPARISON_YEAR_EARLIER: _ClassVar[RevenueComparison]
COHORT_MODE_UNSPECIFIED: CohortMode
COHORT_MODE_ON: CohortMode
COHORT_MODE_ON_OR_AFTER: CohortMode
COHORT_MODE_ON_OR_BEFORE: CohortMode
COHORT_MODE_BRACKET: CohortMode
COHORT_MODE_STREAK: CohortMode
COHORT_ALIGNMENT_UNSPECIFIED: CohortAlignment
COHORT_ALIGNMENT_CALENDAR: CohortAlignment
COHORT_ALIGNMENT_ROLLING: CohortAlignment
REVENUE_COMPARISON_UNSPECIFIED: RevenueComparison
REVENUE_COMPARISON_PREVIOUS: RevenueComparison
REVENUE_COMPARISON_YEAR_EARLIER: RevenueComparison

class GetRetentionRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "activity_window", "interval", "facts_as_of")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_WINDOW_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    FACTS_AS_OF_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    activity_window: str
    interval: _common_pb2.CalendarInterval
    facts_as_of: _common_pb2.FactsAsOf
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., activity_window: _Optional[str] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ..., facts_as_of: _Optional[_Union[_common_pb2.FactsAsOf, str]] = ...) -> None: ...

class RetentionRow(_message.Message):
    __slots__ = ("group", "period", "customers_at_start", "customers_at_end", "new_customers", "lost_customers", "reactivated_customers", "retained_customers", "headcount_retention_rate", "set_retention_rate", "reactivation_rate", "churn_rate", "insufficient_history")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_AT_START_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_AT_END_FIELD_NUMBER: _ClassVar[int]
    NEW_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    LOST_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    REACTIVATED_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    RETAINED_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    HEADCOUNT_RETENTION_RATE_FIELD_NUMBER: _ClassVar[int]
    SET_RETENTION_RATE_FIELD_NUMBER: _ClassVar[int]
    REACTIVATION_RATE_FIELD_NUMBER: _ClassVar[int]
    CHURN_RATE_FIELD_NUMBER: _ClassVar[int]
    INSUFFICIENT_HISTORY_FIELD_NUMBER: _ClassVar[int]
    group: str
    period: _common_pb2.SeriesPeriod
    customers_at_start: int
    customers_at_end: int
    new_customers: int
    lost_customers: int
    reactivated_customers: int
    retained_customers: int
    headcount_retention_rate: _common_pb2.Estimate
    set_retention_rate: _common_pb2.Estimate
    reactivation_rate: _common_pb2.Estimate
    churn_rate: _common_pb2.Estimate
    insufficient_history: bool
    def __init__(self, group: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ..., customers_at_start: _Optional[int] = ..., customers_at_end: _Optional[int] = ..., new_customers: _Optional[int] = ..., lost_customers: _Optional[int] = ..., reactivated_customers: _Optional[int] = ..., retained_customers: _Optional[int] = ..., headcount_retention_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., set_retention_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., reactivation_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., churn_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., insufficient_history: bool = ...) -> None: ...

class GetRetentionResponse(_message.Message):
    __slots__ = ("whole", "rows", "activity_window", "provenance")
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_WINDOW_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    whole: RetentionRow
    rows: _containers.RepeatedCompositeFieldContainer[RetentionRow]
    activity_window: str
    provenance: _common_pb2.Provenance
    def __init__(self, whole: _Optional[_Union[RetentionRow, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[RetentionRow, _Mapping]]] = ..., activity_window: _Optional[str] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class SuggestActivityWindowRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "threshold", "steps")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    threshold: float
    steps: int
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., threshold: _Optional[float] = ..., steps: _Optional[int] = ...) -> None: ...

class ActivityWindowSuggestion(_message.Message):
    __slots__ = ("group", "days", "activity_window", "returns", "open", "at_risk")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_WINDOW_FIELD_NUMBER: _ClassVar[int]
    RETURNS_FIELD_NUMBER: _ClassVar[int]
    OPEN_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_FIELD_NUMBER: _ClassVar[int]
    group: str
    days: int
    activity_window: str
    returns: int
    open: int
    at_risk: int
    def __init__(self, group: _Optional[str] = ..., days: _Optional[int] = ..., activity_window: _Optional[str] = ..., returns: _Optional[int] = ..., open: _Optional[int] = ..., at_risk: _Optional[int] = ...) -> None: ...

class ReturnRow(_message.Message):
    __slots__ = ("group", "silence_days", "at_risk", "returns", "still_silent_probability", "return_probability")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    SILENCE_DAYS_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_FIELD_NUMBER: _ClassVar[int]
    RETURNS_FIELD_NUMBER: _ClassVar[int]
    STILL_SILENT_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    RETURN_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    group: str
    silence_days: int
    at_risk: int
    returns: int
    still_silent_probability: _common_pb2.Estimate
    return_probability: float
    def __init__(self, group: _Optional[str] = ..., silence_days: _Optional[int] = ..., at_risk: _Optional[int] = ..., returns: _Optional[int] = ..., still_silent_probability: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., return_probability: _Optional[float] = ...) -> None: ...

class SuggestActivityWindowResponse(_message.Message):
    __slots__ = ("whole", "groups", "curve", "threshold", "provenance")
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    CURVE_FIELD_NUMBER: _ClassVar[int]
    THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    whole: ActivityWindowSuggestion
    groups: _containers.RepeatedCompositeFieldContainer[ActivityWindowSuggestion]
    curve: _containers.RepeatedCompositeFieldContainer[ReturnRow]
    threshold: float
    provenance: _common_pb2.Provenance
    def __init__(self, whole: _Optional[_Union[ActivityWindowSuggestion, _Mapping]] = ..., groups: _Optional[_Iterable[_Union[ActivityWindowSuggestion, _Mapping]]] = ..., curve: _Optional[_Iterable[_Union[ReturnRow, _Mapping]]] = ..., threshold: _Optional[float] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class CohortBracket(_message.Message):
    __slots__ = ("first_age", "last_age")
    FIRST_AGE_FIELD_NUMBER: _ClassVar[int]
    LAST_AGE_FIELD_NUMBER: _ClassVar[int]
    first_age: int
    last_age: int
    def __init__(self, first_age: _Optional[int] = ..., last_age: _Optional[int] = ...) -> None: ...

class GetCohortsRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "cohort_attribute", "interval", "mode", "brackets", "alignment", "last_age", "nps_kind", "facts_as_of", "limit")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    COHORT_ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    BRACKETS_FIELD_NUMBER: _ClassVar[int]
    ALIGNMENT_FIELD_NUMBER: _ClassVar[int]
    LAST_AGE_FIELD_NUMBER: _ClassVar[int]
    NPS_KIND_FIELD_NUMBER: _ClassVar[int]
    FACTS_AS_OF_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    cohort_attribute: str
    interval: _common_pb2.CalendarInterval
    mode: CohortMode
    brackets: _containers.RepeatedCompositeFieldContainer[CohortBracket]
    alignment: CohortAlignment
    last_age: int
    nps_kind: _common_pb2.SurveyKind
    facts_as_of: _common_pb2.FactsAsOf
    limit: int
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., cohort_attribute: _Optional[str] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ..., mode: _Optional[_Union[CohortMode, str]] = ..., brackets: _Optional[_Iterable[_Union[CohortBracket, _Mapping]]] = ..., alignment: _Optional[_Union[CohortAlignment, str]] = ..., last_age: _Optional[int] = ..., nps_kind: _Optional[_Union[_common_pb2.SurveyKind, str]] = ..., facts_as_of: _Optional[_Union[_common_pb2.FactsAsOf, str]] = ..., limit: _Optional[int] = ...) -> None: ...

class CohortRow(_message.Message):
    __slots__ = ("group", "cohort", "period", "customers", "age", "last_age", "active_customers", "mature_customers", "retained_customers", "retention_rate", "complete", "orders", "revenue", "cumulative_revenue_per_customer", "nps", "ratio_to_previous")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    COHORT_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    AGE_FIELD_NUMBER: _ClassVar[int]
    LAST_AGE_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    MATURE_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    RETAINED_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    RETENTION_RATE_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    REVENUE_FIELD_NUMBER: _ClassVar[int]
    CUMULATIVE_REVENUE_PER_CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    NPS_FIELD_NUMBER: _ClassVar[int]
    RATIO_TO_PREVIOUS_FIELD_NUMBER: _ClassVar[int]
    group: str
    cohort: str
    period: _common_pb2.SeriesPeriod
    customers: int
    age: int
    last_age: int
    active_customers: int
    mature_customers: int
    retained_customers: int
    retention_rate: _common_pb2.Estimate
    complete: bool
    orders: int
    revenue: _common_pb2.Money
    cumulative_revenue_per_customer: float
    nps: _common_pb2.Estimate
    ratio_to_previous: float
    def __init__(self, group: _Optional[str] = ..., cohort: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ..., customers: _Optional[int] = ..., age: _Optional[int] = ..., last_age: _Optional[int] = ..., active_customers: _Optional[int] = ..., mature_customers: _Optional[int] = ..., retained_customers: _Optional[int] = ..., retention_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., complete: bool = ..., orders: _Optional[int] = ..., revenue: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., cumulative_revenue_per_customer: _Optional[float] = ..., nps: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., ratio_to_previous: _Optional[float] = ...) -> None: ...

class CohortMean(_message.Message):
    __slots__ = ("group", "age", "last_age", "cohorts", "mature_customers", "retained_customers", "weighted_mean_rate", "simple_mean_rate", "cumulative_revenue_per_customer")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    AGE_FIELD_NUMBER: _ClassVar[int]
    LAST_AGE_FIELD_NUMBER: _ClassVar[int]
    COHORTS_FIELD_NUMBER: _ClassVar[int]
    MATURE_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    RETAINED_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    WEIGHTED_MEAN_RATE_FIELD_NUMBER: _ClassVar[int]
    SIMPLE_MEAN_RATE_FIELD_NUMBER: _ClassVar[int]
    CUMULATIVE_REVENUE_PER_CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    group: str
    age: int
    last_age: int
    cohorts: int
    mature_customers: int
    retained_customers: int
    weighted_mean_rate: _common_pb2.Estimate
    simple_mean_rate: _common_pb2.Estimate
    cumulative_revenue_per_customer: float
    def __init__(self, group: _Optional[str] = ..., age: _Optional[int] = ..., last_age: _Optional[int] = ..., cohorts: _Optional[int] = ..., mature_customers: _Optional[int] = ..., retained_customers: _Optional[int] = ..., weighted_mean_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., simple_mean_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., cumulative_revenue_per_customer: _Optional[float] = ...) -> None: ...

class GetCohortsResponse(_message.Message):
    __slots__ = ("rows", "means", "provenance")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    MEANS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[CohortRow]
    means: _containers.RepeatedCompositeFieldContainer[CohortMean]
    provenance: _common_pb2.Provenance
    def __init__(self, rows: _Optional[_Iterable[_Union[CohortRow, _Mapping]]] = ..., means: _Optional[_Iterable[_Union[CohortMean, _Mapping]]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class GetSurvivalRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "activity_window", "horizon", "step_days", "facts_as_of", "steps")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_WINDOW_FIELD_NUMBER: _ClassVar[int]
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    STEP_DAYS_FIELD_NUMBER: _ClassVar[int]
    FACTS_AS_OF_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    activity_window: str
    horizon: str
    step_days: int
    facts_as_of: _common_pb2.FactsAsOf
    steps: int
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., activity_window: _Optional[str] = ..., horizon: _Optional[str] = ..., step_days: _Optional[int] = ..., facts_as_of: _Optional[_Union[_common_pb2.FactsAsOf, str]] = ..., steps: _Optional[int] = ...) -> None: ...

class SurvivalSummary(_message.Message):
    __slots__ = ("group", "customers", "events", "censored", "median_days", "restricted_mean_days")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    CENSORED_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_DAYS_FIELD_NUMBER: _ClassVar[int]
    RESTRICTED_MEAN_DAYS_FIELD_NUMBER: _ClassVar[int]
    group: str
    customers: int
    events: int
    censored: int
    median_days: _common_pb2.Estimate
    restricted_mean_days: _common_pb2.Estimate
    def __init__(self, group: _Optional[str] = ..., customers: _Optional[int] = ..., events: _Optional[int] = ..., censored: _Optional[int] = ..., median_days: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., restricted_mean_days: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class SurvivalRow(_message.Message):
    __slots__ = ("group", "days", "at_risk", "events", "censored", "survival_probability")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    AT_RISK_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    CENSORED_FIELD_NUMBER: _ClassVar[int]
    SURVIVAL_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    group: str
    days: int
    at_risk: int
    events: int
    censored: int
    survival_probability: _common_pb2.Estimate
    def __init__(self, group: _Optional[str] = ..., days: _Optional[int] = ..., at_risk: _Optional[int] = ..., events: _Optional[int] = ..., censored: _Optional[int] = ..., survival_probability: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class LogRankTest(_message.Message):
    __slots__ = ("chi_square", "degrees_of_freedom", "p_value")
    CHI_SQUARE_FIELD_NUMBER: _ClassVar[int]
    DEGREES_OF_FREEDOM_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    chi_square: float
    degrees_of_freedom: int
    p_value: float
    def __init__(self, chi_square: _Optional[float] = ..., degrees_of_freedom: _Optional[int] = ..., p_value: _Optional[float] = ...) -> None: ...

class GetSurvivalResponse(_message.Message):
    __slots__ = ("whole", "groups", "curve", "log_rank", "activity_window", "horizon_days", "provenance")
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    CURVE_FIELD_NUMBER: _ClassVar[int]
    LOG_RANK_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_WINDOW_FIELD_NUMBER: _ClassVar[int]
    HORIZON_DAYS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    whole: SurvivalSummary
    groups: _containers.RepeatedCompositeFieldContainer[SurvivalSummary]
    curve: _containers.RepeatedCompositeFieldContainer[SurvivalRow]
    log_rank: LogRankTest
    activity_window: str
    horizon_days: float
    provenance: _common_pb2.Provenance
    def __init__(self, whole: _Optional[_Union[SurvivalSummary, _Mapping]] = ..., groups: _Optional[_Iterable[_Union[SurvivalSummary, _Mapping]]] = ..., curve: _Optional[_Iterable[_Union[SurvivalRow, _Mapping]]] = ..., log_rank: _Optional[_Union[LogRankTest, _Mapping]] = ..., activity_window: _Optional[str] = ..., horizon_days: _Optional[float] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class GetLifecycleRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "interval")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    interval: _common_pb2.CalendarInterval
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ...) -> None: ...

class LifecycleRow(_message.Message):
    __slots__ = ("group", "period", "new_customers", "returning_customers", "resurrected_customers", "dormant_customers", "active_customers", "quick_ratio", "complete")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    NEW_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    RETURNING_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    RESURRECTED_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    DORMANT_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    ACTIVE_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    QUICK_RATIO_FIELD_NUMBER: _ClassVar[int]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    group: str
    period: _common_pb2.SeriesPeriod
    new_customers: int
    returning_customers: int
    resurrected_customers: int
    dormant_customers: int
    active_customers: int
    quick_ratio: float
    complete: bool
    def __init__(self, group: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ..., new_customers: _Optional[int] = ..., returning_customers: _Optional[int] = ..., resurrected_customers: _Optional[int] = ..., dormant_customers: _Optional[int] = ..., active_customers: _Optional[int] = ..., quick_ratio: _Optional[float] = ..., complete: bool = ...) -> None: ...

class GetLifecycleResponse(_message.Message):
    __slots__ = ("rows", "provenance")
    ROWS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[LifecycleRow]
    provenance: _common_pb2.Provenance
    def __init__(self, rows: _Optional[_Iterable[_Union[LifecycleRow, _Mapping]]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class GetRevenueRetentionRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "comparison", "source_attribute", "earned_values", "bootstrap_replicates", "bootstrap_seed", "facts_as_of", "interval")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    COMPARISON_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    EARNED_VALUES_FIELD_NUMBER: _ClassVar[int]
    BOOTSTRAP_REPLICATES_FIELD_NUMBER: _ClassVar[int]
    BOOTSTRAP_SEED_FIELD_NUMBER: _ClassVar[int]
    FACTS_AS_OF_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    comparison: RevenueComparison
    source_attribute: str
    earned_values: _containers.RepeatedScalarFieldContainer[str]
    bootstrap_replicates: int
    bootstrap_seed: int
    facts_as_of: _common_pb2.FactsAsOf
    interval: _common_pb2.CalendarInterval
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., comparison: _Optional[_Union[RevenueComparison, str]] = ..., source_attribute: _Optional[str] = ..., earned_values: _Optional[_Iterable[str]] = ..., bootstrap_replicates: _Optional[int] = ..., bootstrap_seed: _Optional[int] = ..., facts_as_of: _Optional[_Union[_common_pb2.FactsAsOf, str]] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ...) -> None: ...

class RevenueRetentionRow(_message.Message):
    __slots__ = ("group", "base_customers", "lost_customers", "prior_revenue", "total_revenue", "base_revenue", "expansion", "contraction", "churned_revenue", "gross_revenue_retention", "net_revenue_retention", "revenue_churn_rate", "logo_churn_rate", "new_customers", "new_customers_of_unknown_source", "earned_new_revenue", "bought_new_revenue", "unknown_new_revenue", "reactivated_customers", "reactivated_revenue", "total_growth_rate", "earned_growth_rate", "earned_growth_rate_low", "earned_growth_rate_high", "earned_growth_ratio", "period", "prior_period")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    BASE_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    LOST_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    PRIOR_REVENUE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_REVENUE_FIELD_NUMBER: _ClassVar[int]
    BASE_REVENUE_FIELD_NUMBER: _ClassVar[int]
    EXPANSION_FIELD_NUMBER: _ClassVar[int]
    CONTRACTION_FIELD_NUMBER: _ClassVar[int]
    CHURNED_REVENUE_FIELD_NUMBER: _ClassVar[int]
    GROSS_REVENUE_RETENTION_FIELD_NUMBER: _ClassVar[int]
    NET_REVENUE_RETENTION_FIELD_NUMBER: _ClassVar[int]
    REVENUE_CHURN_RATE_FIELD_NUMBER: _ClassVar[int]
    LOGO_CHURN_RATE_FIELD_NUMBER: _ClassVar[int]
    NEW_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    NEW_CUSTOMERS_OF_UNKNOWN_SOURCE_FIELD_NUMBER: _ClassVar[int]
    EARNED_NEW_REVENUE_FIELD_NUMBER: _ClassVar[int]
    BOUGHT_NEW_REVENUE_FIELD_NUMBER: _ClassVar[int]
    UNKNOWN_NEW_REVENUE_FIELD_NUMBER: _ClassVar[int]
    REACTIVATED_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    REACTIVATED_REVENUE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_GROWTH_RATE_FIELD_NUMBER: _ClassVar[int]
    EARNED_GROWTH_RATE_FIELD_NUMBER: _ClassVar[int]
    EARNED_GROWTH_RATE_LOW_FIELD_NUMBER: _ClassVar[int]
    EARNED_GROWTH_RATE_HIGH_FIELD_NUMBER: _ClassVar[int]
    EARNED_GROWTH_RATIO_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    PRIOR_PERIOD_FIELD_NUMBER: _ClassVar[int]
    group: str
    base_customers: int
    lost_customers: int
    prior_revenue: _common_pb2.Money
    total_revenue: _common_pb2.Money
    base_revenue: _common_pb2.Money
    expansion: _common_pb2.Money
    contraction: _common_pb2.Money
    churned_revenue: _common_pb2.Money
    gross_revenue_retention: _common_pb2.Estimate
    net_revenue_retention: _common_pb2.Estimate
    revenue_churn_rate: _common_pb2.Estimate
    logo_churn_rate: _common_pb2.Estimate
    new_customers: int
    new_customers_of_unknown_source: int
    earned_new_revenue: _common_pb2.Money
    bought_new_revenue: _common_pb2.Money
    unknown_new_revenue: _common_pb2.Money
    reactivated_customers: int
    reactivated_revenue: _common_pb2.Money
    total_growth_rate: float
    earned_growth_rate: float
    earned_growth_rate_low: float
    earned_growth_rate_high: float
    earned_growth_ratio: float
    period: _common_pb2.SeriesPeriod
    prior_period: _common_pb2.SeriesPeriod
    def __init__(self, group: _Optional[str] = ..., base_customers: _Optional[int] = ..., lost_customers: _Optional[int] = ..., prior_revenue: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., total_revenue: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., base_revenue: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., expansion: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., contraction: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., churned_revenue: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., gross_revenue_retention: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., net_revenue_retention: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., revenue_churn_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., logo_churn_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., new_customers: _Optional[int] = ..., new_customers_of_unknown_source: _Optional[int] = ..., earned_new_revenue: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., bought_new_revenue: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., unknown_new_revenue: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., reactivated_customers: _Optional[int] = ..., reactivated_revenue: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., total_growth_rate: _Optional[float] = ..., earned_growth_rate: _Optional[float] = ..., earned_growth_rate_low: _Optional[float] = ..., earned_growth_rate_high: _Optional[float] = ..., earned_growth_ratio: _Optional[float] = ..., period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ..., prior_period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ...) -> None: ...

class GetRevenueRetentionResponse(_message.Message):
    __slots__ = ("whole", "rows", "prior_period", "current_period", "bootstrap_replicates", "bootstrap_seed", "provenance")
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    PRIOR_PERIOD_FIELD_NUMBER: _ClassVar[int]
    CURRENT_PERIOD_FIELD_NUMBER: _ClassVar[int]
    BOOTSTRAP_REPLICATES_FIELD_NUMBER: _ClassVar[int]
    BOOTSTRAP_SEED_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    whole: RevenueRetentionRow
    rows: _containers.RepeatedCompositeFieldContainer[RevenueRetentionRow]
    prior_period: _common_pb2.SeriesPeriod
    current_period: _common_pb2.SeriesPeriod
    bootstrap_replicates: int
    bootstrap_seed: int
    provenance: _common_pb2.Provenance
    def __init__(self, whole: _Optional[_Union[RevenueRetentionRow, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[RevenueRetentionRow, _Mapping]]] = ..., prior_period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ..., current_period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ..., bootstrap_replicates: _Optional[int] = ..., bootstrap_seed: _Optional[int] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class GetRevenueConcentrationRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "interval", "top_fraction", "bootstrap_replicates", "bootstrap_seed")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    TOP_FRACTION_FIELD_NUMBER: _ClassVar[int]
    BOOTSTRAP_REPLICATES_FIELD_NUMBER: _ClassVar[int]
    BOOTSTRAP_SEED_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    interval: _common_pb2.CalendarInterval
    top_fraction: float
    bootstrap_replicates: int
    bootstrap_seed: int
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ..., top_fraction: _Optional[float] = ..., bootstrap_replicates: _Optional[int] = ..., bootstrap_seed: _Optional[int] = ...) -> None: ...

class RevenueConcentrationRow(_message.Message):
    __slots__ = ("group", "period", "customers", "revenue", "gini", "top_share")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    REVENUE_FIELD_NUMBER: _ClassVar[int]
    GINI_FIELD_NUMBER: _ClassVar[int]
    TOP_SHARE_FIELD_NUMBER: _ClassVar[int]
    group: str
    period: _common_pb2.SeriesPeriod
    customers: int
    revenue: _common_pb2.Money
    gini: _common_pb2.Estimate
    top_share: _common_pb2.Estimate
    def __init__(self, group: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ..., customers: _Optional[int] = ..., revenue: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., gini: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., top_share: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class GetRevenueConcentrationResponse(_message.Message):
    __slots__ = ("whole", "rows", "top_fraction", "bootstrap_replicates", "bootstrap_seed", "provenance")
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    TOP_FRACTION_FIELD_NUMBER: _ClassVar[int]
    BOOTSTRAP_REPLICATES_FIELD_NUMBER: _ClassVar[int]
    BOOTSTRAP_SEED_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    whole: RevenueConcentrationRow
    rows: _containers.RepeatedCompositeFieldContainer[RevenueConcentrationRow]
    top_fraction: float
    bootstrap_replicates: int
    bootstrap_seed: int
    provenance: _common_pb2.Provenance
    def __init__(self, whole: _Optional[_Union[RevenueConcentrationRow, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[RevenueConcentrationRow, _Mapping]]] = ..., top_fraction: _Optional[float] = ..., bootstrap_replicates: _Optional[int] = ..., bootstrap_seed: _Optional[int] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class GetCostsRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "group_by", "interval")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    group_by: str
    interval: _common_pb2.CalendarInterval
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., group_by: _Optional[str] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ...) -> None: ...

class CostsRow(_message.Message):
    __slots__ = ("group", "period", "total", "kinds", "new_customers", "acquisition_cost_per_new_customer")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    NEW_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    ACQUISITION_COST_PER_NEW_CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    group: str
    period: _common_pb2.SeriesPeriod
    total: _common_pb2.Money
    kinds: _containers.RepeatedCompositeFieldContainer[CostOfKind]
    new_customers: int
    acquisition_cost_per_new_customer: _common_pb2.Money
    def __init__(self, group: _Optional[str] = ..., period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ..., total: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., kinds: _Optional[_Iterable[_Union[CostOfKind, _Mapping]]] = ..., new_customers: _Optional[int] = ..., acquisition_cost_per_new_customer: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class CostOfKind(_message.Message):
    __slots__ = ("kind", "amount")
    KIND_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    kind: _common_pb2.CostKind
    amount: _common_pb2.Money
    def __init__(self, kind: _Optional[_Union[_common_pb2.CostKind, str]] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class GetCostsResponse(_message.Message):
    __slots__ = ("whole", "rows", "provenance")
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    whole: CostsRow
    rows: _containers.RepeatedCompositeFieldContainer[CostsRow]
    provenance: _common_pb2.Provenance
    def __init__(self, whole: _Optional[_Union[CostsRow, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[CostsRow, _Mapping]]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class GetPurchaseStatsRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "within_days", "referral_attribute", "interval")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    WITHIN_DAYS_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    within_days: int
    referral_attribute: str
    interval: _common_pb2.CalendarInterval
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., within_days: _Optional[int] = ..., referral_attribute: _Optional[str] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ...) -> None: ...

class PurchaseStats(_message.Message):
    __slots__ = ("group", "purchasers", "orders", "revenue", "zero_value_orders", "purchase_frequency", "average_order_value", "median_order_value", "trimmed_mean_order_value", "repeat_rate_lifetime", "repeat_rate_in_window", "repeat_rate_within_days", "second_order_probability", "gap_days_mean", "gap_days_median", "gap_days_p90", "gap_days_median_adjusted", "gap_days_p90_adjusted", "repeat_revenue_share", "new_customers", "referral_rate", "advocates", "advocate_rate", "referred_customer_revenue", "other_customer_revenue", "referred_revenue_ratio", "discount_order_share", "discount_revenue_share", "discount_dependent_customers", "discounts", "period")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PURCHASERS_FIELD_NUMBER: _ClassVar[int]
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    REVENUE_FIELD_NUMBER: _ClassVar[int]
    ZERO_VALUE_ORDERS_FIELD_NUMBER: _ClassVar[int]
    PURCHASE_FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    AVERAGE_ORDER_VALUE_FIELD_NUMBER: _ClassVar[int]
    MEDIAN_ORDER_VALUE_FIELD_NUMBER: _ClassVar[int]
    TRIMMED_MEAN_ORDER_VALUE_FIELD_NUMBER: _ClassVar[int]
    REPEAT_RATE_LIFETIME_FIELD_NUMBER: _ClassVar[int]
    REPEAT_RATE_IN_WINDOW_FIELD_NUMBER: _ClassVar[int]
    REPEAT_RATE_WITHIN_DAYS_FIELD_NUMBER: _ClassVar[int]
    SECOND_ORDER_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    GAP_DAYS_MEAN_FIELD_NUMBER: _ClassVar[int]
    GAP_DAYS_MEDIAN_FIELD_NUMBER: _ClassVar[int]
    GAP_DAYS_P90_FIELD_NUMBER: _ClassVar[int]
    GAP_DAYS_MEDIAN_ADJUSTED_FIELD_NUMBER: _ClassVar[int]
    GAP_DAYS_P90_ADJUSTED_FIELD_NUMBER: _ClassVar[int]
    REPEAT_REVENUE_SHARE_FIELD_NUMBER: _ClassVar[int]
    NEW_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_RATE_FIELD_NUMBER: _ClassVar[int]
    ADVOCATES_FIELD_NUMBER: _ClassVar[int]
    ADVOCATE_RATE_FIELD_NUMBER: _ClassVar[int]
    REFERRED_CUSTOMER_REVENUE_FIELD_NUMBER: _ClassVar[int]
    OTHER_CUSTOMER_REVENUE_FIELD_NUMBER: _ClassVar[int]
    REFERRED_REVENUE_RATIO_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_ORDER_SHARE_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_REVENUE_SHARE_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_DEPENDENT_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    DISCOUNTS_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    group: str
    purchasers: int
    orders: int
    revenue: _common_pb2.Money
    zero_value_orders: int
    purchase_frequency: _common_pb2.Estimate
    average_order_value: _common_pb2.Estimate
    median_order_value: _common_pb2.Estimate
    trimmed_mean_order_value: _common_pb2.Estimate
    repeat_rate_lifetime: _common_pb2.Estimate
    repeat_rate_in_window: _common_pb2.Estimate
    repeat_rate_within_days: _common_pb2.Estimate
    second_order_probability: _common_pb2.Estimate
    gap_days_mean: _common_pb2.Estimate
    gap_days_median: float
    gap_days_p90: float
    gap_days_median_adjusted: _common_pb2.Estimate
    gap_days_p90_adjusted: _common_pb2.Estimate
    repeat_revenue_share: float
    new_customers: int
    referral_rate: _common_pb2.Estimate
    advocates: int
    advocate_rate: _common_pb2.Estimate
    referred_customer_revenue: _common_pb2.Estimate
    other_customer_revenue: _common_pb2.Estimate
    referred_revenue_ratio: _common_pb2.Estimate
    discount_order_share: _common_pb2.Estimate
    discount_revenue_share: _common_pb2.Estimate
    discount_dependent_customers: _common_pb2.Estimate
    discounts: _common_pb2.Money
    period: _common_pb2.SeriesPeriod
    def __init__(self, group: _Optional[str] = ..., purchasers: _Optional[int] = ..., orders: _Optional[int] = ..., revenue: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., zero_value_orders: _Optional[int] = ..., purchase_frequency: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., average_order_value: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., median_order_value: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., trimmed_mean_order_value: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., repeat_rate_lifetime: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., repeat_rate_in_window: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., repeat_rate_within_days: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., second_order_probability: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., gap_days_mean: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., gap_days_median: _Optional[float] = ..., gap_days_p90: _Optional[float] = ..., gap_days_median_adjusted: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., gap_days_p90_adjusted: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., repeat_revenue_share: _Optional[float] = ..., new_customers: _Optional[int] = ..., referral_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., advocates: _Optional[int] = ..., advocate_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., referred_customer_revenue: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., other_customer_revenue: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., referred_revenue_ratio: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., discount_order_share: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., discount_revenue_share: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., discount_dependent_customers: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., discounts: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ...) -> None: ...

class GetPurchaseStatsResponse(_message.Message):
    __slots__ = ("whole", "rows", "provenance")
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    whole: PurchaseStats
    rows: _containers.RepeatedCompositeFieldContainer[PurchaseStats]
    provenance: _common_pb2.Provenance
    def __init__(self, whole: _Optional[_Union[PurchaseStats, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[PurchaseStats, _Mapping]]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class ProjectRetentionRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "window", "filter", "group_by", "confidence", "survivors", "interval", "activity_window", "periods_ahead", "discount_rate", "facts_as_of")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    SURVIVORS_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    ACTIVITY_WINDOW_FIELD_NUMBER: _ClassVar[int]
    PERIODS_AHEAD_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_RATE_FIELD_NUMBER: _ClassVar[int]
    FACTS_AS_OF_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    window: str
    filter: str
    group_by: str
    confidence: float
    survivors: _containers.RepeatedScalarFieldContainer[int]
    interval: _common_pb2.CalendarInterval
    activity_window: str
    periods_ahead: int
    discount_rate: float
    facts_as_of: _common_pb2.FactsAsOf
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., survivors: _Optional[_Iterable[int]] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ..., activity_window: _Optional[str] = ..., periods_ahead: _Optional[int] = ..., discount_rate: _Optional[float] = ..., facts_as_of: _Optional[_Union[_common_pb2.FactsAsOf, str]] = ...) -> None: ...

class RetentionModel(_message.Message):
    __slots__ = ("group", "alpha", "beta", "log_likelihood", "customers", "lost_customers", "observed_periods", "warnings", "discounted_lifetime", "warning_codes")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    ALPHA_FIELD_NUMBER: _ClassVar[int]
    BETA_FIELD_NUMBER: _ClassVar[int]
    LOG_LIKELIHOOD_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    LOST_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_PERIODS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    DISCOUNTED_LIFETIME_FIELD_NUMBER: _ClassVar[int]
    WARNING_CODES_FIELD_NUMBER: _ClassVar[int]
    group: str
    alpha: _common_pb2.Estimate
    beta: _common_pb2.Estimate
    log_likelihood: float
    customers: int
    lost_customers: int
    observed_periods: int
    warnings: _containers.RepeatedScalarFieldContainer[str]
    discounted_lifetime: _common_pb2.Estimate
    warning_codes: _containers.RepeatedScalarFieldContainer[_common_pb2.WarningCode]
    def __init__(self, group: _Optional[str] = ..., alpha: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., beta: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., log_likelihood: _Optional[float] = ..., customers: _Optional[int] = ..., lost_customers: _Optional[int] = ..., observed_periods: _Optional[int] = ..., warnings: _Optional[_Iterable[str]] = ..., discounted_lifetime: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., warning_codes: _Optional[_Iterable[_Union[_common_pb2.WarningCode, str]]] = ...) -> None: ...

class ProjectedRetentionRow(_message.Message):
    __slots__ = ("group", "period", "observed_at_risk", "observed_stayed", "survival_probability", "retention_rate", "expected_customers", "discounted_residual_lifetime")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_AT_RISK_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_STAYED_FIELD_NUMBER: _ClassVar[int]
    SURVIVAL_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    RETENTION_RATE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    DISCOUNTED_RESIDUAL_LIFETIME_FIELD_NUMBER: _ClassVar[int]
    group: str
    period: int
    observed_at_risk: int
    observed_stayed: int
    survival_probability: _common_pb2.Estimate
    retention_rate: _common_pb2.Estimate
    expected_customers: _common_pb2.Estimate
    discounted_residual_lifetime: _common_pb2.Estimate
    def __init__(self, group: _Optional[str] = ..., period: _Optional[int] = ..., observed_at_risk: _Optional[int] = ..., observed_stayed: _Optional[int] = ..., survival_probability: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., retention_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., expected_customers: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., discounted_residual_lifetime: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class ProjectRetentionResponse(_message.Message):
    __slots__ = ("models", "rows", "provenance")
    MODELS_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    models: _containers.RepeatedCompositeFieldContainer[RetentionModel]
    rows: _containers.RepeatedCompositeFieldContainer[ProjectedRetentionRow]
    provenance: _common_pb2.Provenance
    def __init__(self, models: _Optional[_Iterable[_Union[RetentionModel, _Mapping]]] = ..., rows: _Optional[_Iterable[_Union[ProjectedRetentionRow, _Mapping]]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...
