from google.protobuf import timestamp_pb2 as _timestamp_pb2
from lojal.v1 import error_reason_pb2 as _error_reason_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class EstimateMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ESTIMATE_METHOD_UNSPECIFIED: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_RATIO: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_WILSON: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_NEWCOMBE: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_ADJUSTED_WALD: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_ADJUSTED_WALD_FINITE: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_WEIGHTED_ADJUSTED_WALD: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_POST_STRATIFIED: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_PAIRED_NORMAL: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_STUDENT_T: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_WELCH_T: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_PAIRED_T: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_MEAN: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_MEAN_OF_RATES: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_TRIMMED_MEAN: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_RATIO_BY_CUSTOMER: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_LOG_DELTA: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_ORDER_STATISTICS: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_KAPLAN_MEIER: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_BOOTSTRAP_EXPANDED_PERCENTILE: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_MAXIMUM_LIKELIHOOD: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_MAXIMUM_A_POSTERIORI: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_PRIOR: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_DELTA_METHOD: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_PARAMETRIC_BOOTSTRAP: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_RECALIBRATED: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_POSTERIOR_MEAN: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_POSTERIOR_SPREAD: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_DE_LONG: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_MIXTURE: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_MIXTURE_SPREAD: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_INFINITESIMAL_JACKKNIFE: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_CLUSTERED_BY_CUSTOMER: _ClassVar[EstimateMethod]
    ESTIMATE_METHOD_RIDGE_LOGISTIC: _ClassVar[EstimateMethod]

class FactsAsOf(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FACTS_AS_OF_UNSPECIFIED: _ClassVar[FactsAsOf]
    FACTS_AS_OF_START: _ClassVar[FactsAsOf]
    FACTS_AS_OF_END: _ClassVar[FactsAsOf]

class WarningCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WARNING_CODE_UNSPECIFIED: _ClassVar[WarningCode]
    WARNING_CODE_AS_OF_LATEST_EVENT: _ClassVar[WarningCode]
    WARNING_CODE_FILTER_UNDECIDED: _ClassVar[WarningCode]
    WARNING_CODE_NO_PURCHASES: _ClassVar[WarningCode]
    WARNING_CODE_NO_ANSWERS: _ClassVar[WarningCode]
    WARNING_CODE_INSUFFICIENT_HISTORY: _ClassVar[WarningCode]
    WARNING_CODE_NOBODY_AT_START: _ClassVar[WarningCode]
    WARNING_CODE_NOBODY_FOLLOWED: _ClassVar[WarningCode]
    WARNING_CODE_PERIOD_NOT_OVER: _ClassVar[WarningCode]
    WARNING_CODE_FEW_OBSERVATIONS: _ClassVar[WarningCode]
    WARNING_CODE_MIXED_SURVEY_KINDS: _ClassVar[WarningCode]
    WARNING_CODE_NO_ADVOCATES: _ClassVar[WarningCode]
    WARNING_CODE_UNKNOWN_SOURCES: _ClassVar[WarningCode]
    WARNING_CODE_NO_RETURNS: _ClassVar[WarningCode]
    WARNING_CODE_THRESHOLD_NOT_REACHED: _ClassVar[WarningCode]
    WARNING_CODE_NO_INTERVALS_OF_GROUPS: _ClassVar[WarningCode]
    WARNING_CODE_GROUP_NOT_PROJECTED: _ClassVar[WarningCode]
    WARNING_CODE_SORTING_EFFECT: _ClassVar[WarningCode]
    WARNING_CODE_FIXED_THRESHOLDS: _ClassVar[WarningCode]
    WARNING_CODE_LIST_CUT: _ClassVar[WarningCode]
    WARNING_CODE_DELIVERIES_ASSUMED: _ClassVar[WarningCode]
    WARNING_CODE_NO_INVITATIONS: _ClassVar[WarningCode]
    WARNING_CODE_WEIGHTS_NOT_USED: _ClassVar[WarningCode]
    WARNING_CODE_ANSWERS_SHARED: _ClassVar[WarningCode]
    WARNING_CODE_WORST_CASE_TAKEN: _ClassVar[WarningCode]
    WARNING_CODE_POPULATION_TOO_SMALL: _ClassVar[WarningCode]
    WARNING_CODE_STRATA_WITHOUT_ANSWERS: _ClassVar[WarningCode]
    WARNING_CODE_ANSWERS_WITHOUT_STRATUM: _ClassVar[WarningCode]
    WARNING_CODE_PRIOR_ONLY: _ClassVar[WarningCode]
    WARNING_CODE_WEAK_BELIEFS: _ClassVar[WarningCode]
    WARNING_CODE_VALUE_FROM_MEAN: _ClassVar[WarningCode]
    WARNING_CODE_NO_VALUE_MODEL: _ClassVar[WarningCode]
    WARNING_CODE_UNSEEN_COVARIATE_VALUE: _ClassVar[WarningCode]
    WARNING_CODE_PARAMETERS_UNCERTAIN: _ClassVar[WarningCode]
    WARNING_CODE_CUSTOMERS_ALIKE: _ClassVar[WarningCode]
    WARNING_CODE_FEW_REPEAT_BUYERS: _ClassVar[WarningCode]
    WARNING_CODE_OUTLIERS_LEFT_OUT: _ClassVar[WarningCode]
    WARNING_CODE_VALUE_GOES_WITH_FREQUENCY: _ClassVar[WarningCode]
    WARNING_CODE_NOBODY_CAME_BACK: _ClassVar[WarningCode]
    WARNING_CODE_WORTHLESS_LEFT_OUT: _ClassVar[WarningCode]
    WARNING_CODE_NO_COSTS: _ClassVar[WarningCode]
    WARNING_CODE_COSTS_WITHOUT_GROUP: _ClassVar[WarningCode]
    WARNING_CODE_FACTS_AFTER_OUTCOME: _ClassVar[WarningCode]
    WARNING_CODE_CUSTOMERS_SHARED: _ClassVar[WarningCode]
    WARNING_CODE_SEVERAL_QUESTIONS: _ClassVar[WarningCode]
    WARNING_CODE_LOW_SCORES_ONLY: _ClassVar[WarningCode]
    WARNING_CODE_UNUSUAL_ACTIVITY_WINDOW: _ClassVar[WarningCode]
    WARNING_CODE_MODEL_PROVISIONAL: _ClassVar[WarningCode]

class ExclusionCode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXCLUSION_CODE_UNSPECIFIED: _ClassVar[ExclusionCode]
    EXCLUSION_CODE_NOT_MATCHING: _ClassVar[ExclusionCode]
    EXCLUSION_CODE_WITHOUT_CUSTOMER: _ClassVar[ExclusionCode]
    EXCLUSION_CODE_UNDECIDED: _ClassVar[ExclusionCode]
    EXCLUSION_CODE_TOO_NEW: _ClassVar[ExclusionCode]
    EXCLUSION_CODE_WITHOUT_PURCHASE: _ClassVar[ExclusionCode]
    EXCLUSION_CODE_UNSOLICITED: _ClassVar[ExclusionCode]

class CalendarInterval(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CALENDAR_INTERVAL_UNSPECIFIED: _ClassVar[CalendarInterval]
    CALENDAR_INTERVAL_DAY: _ClassVar[CalendarInterval]
    CALENDAR_INTERVAL_WEEK: _ClassVar[CalendarInterval]
    CALENDAR_INTERVAL_MONTH: _ClassVar[CalendarInterval]
    CALENDAR_INTERVAL_QUARTER: _ClassVar[CalendarInterval]
    CALENDAR_INTERVAL_YEAR: _ClassVar[CalendarInterval]

class CountedAnswers(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COUNTED_ANSWERS_UNSPECIFIED: _ClassVar[CountedAnswers]
    COUNTED_ANSWERS_ALL: _ClassVar[CountedAnswers]
    COUNTED_ANSWERS_LATEST_PER_CUSTOMER: _ClassVar[CountedAnswers]

class SurveyMetric(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SURVEY_METRIC_UNSPECIFIED: _ClassVar[SurveyMetric]
    SURVEY_METRIC_NPS: _ClassVar[SurveyMetric]
    SURVEY_METRIC_CSAT: _ClassVar[SurveyMetric]
    SURVEY_METRIC_CES1: _ClassVar[SurveyMetric]
    SURVEY_METRIC_CES2: _ClassVar[SurveyMetric]
    SURVEY_METRIC_TRUST: _ClassVar[SurveyMetric]
    SURVEY_METRIC_CUSTOM: _ClassVar[SurveyMetric]

class SurveyDisposition(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SURVEY_DISPOSITION_UNSPECIFIED: _ClassVar[SurveyDisposition]
    SURVEY_DISPOSITION_COMPLETED: _ClassVar[SurveyDisposition]
    SURVEY_DISPOSITION_PARTIAL: _ClassVar[SurveyDisposition]
    SURVEY_DISPOSITION_DISMISSED: _ClassVar[SurveyDisposition]
    SURVEY_DISPOSITION_INVITED: _ClassVar[SurveyDisposition]
    SURVEY_DISPOSITION_DELIVERED: _ClassVar[SurveyDisposition]
    SURVEY_DISPOSITION_BOUNCED: _ClassVar[SurveyDisposition]

class InteractionKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INTERACTION_KIND_UNSPECIFIED: _ClassVar[InteractionKind]
    INTERACTION_KIND_SUPPORT_CASE: _ClassVar[InteractionKind]
    INTERACTION_KIND_VISIT: _ClassVar[InteractionKind]
    INTERACTION_KIND_CAMPAIGN: _ClassVar[InteractionKind]
    INTERACTION_KIND_OTHER: _ClassVar[InteractionKind]

class CostKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    COST_KIND_UNSPECIFIED: _ClassVar[CostKind]
    COST_KIND_ACQUISITION: _ClassVar[CostKind]
    COST_KIND_SERVICE: _ClassVar[CostKind]
    COST_KIND_PROGRAMME: _ClassVar[CostKind]
    COST_KIND_INCENTIVE: _ClassVar[CostKind]
    COST_KIND_OTHER: _ClassVar[CostKind]

class SurveyKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    SURVEY_KIND_UNSPECIFIED: _ClassVar[SurveyKind]
    SURVEY_KIND_RELATIONSHIP: _ClassVar[SurveyKind]
    SURVEY_KIND_TRANSACTIONAL: _ClassVar[SurveyKind]
ESTIMATE_METHOD_UNSPECIFIED: EstimateMethod
ESTIMATE_METHOD_RATIO: EstimateMethod
ESTIMATE_METHOD_WILSON: EstimateMethod
ESTIMATE_METHOD_NEWCOMBE: EstimateMethod
ESTIMATE_METHOD_ADJUSTED_WALD: EstimateMethod
ESTIMATE_METHOD_ADJUSTED_WALD_FINITE: EstimateMethod
ESTIMATE_METHOD_WEIGHTED_ADJUSTED_WALD: EstimateMethod
ESTIMATE_METHOD_POST_STRATIFIED: EstimateMethod
ESTIMATE_METHOD_PAIRED_NORMAL: EstimateMethod
ESTIMATE_METHOD_STUDENT_T: EstimateMethod
ESTIMATE_METHOD_WELCH_T: EstimateMethod
ESTIMATE_METHOD_PAIRED_T: EstimateMethod
ESTIMATE_METHOD_MEAN: EstimateMethod
ESTIMATE_METHOD_MEAN_OF_RATES: EstimateMethod
ESTIMATE_METHOD_TRIMMED_MEAN: EstimateMethod
ESTIMATE_METHOD_RATIO_BY_CUSTOMER: EstimateMethod
ESTIMATE_METHOD_LOG_DELTA: EstimateMethod
ESTIMATE_METHOD_ORDER_STATISTICS: EstimateMethod
ESTIMATE_METHOD_KAPLAN_MEIER: EstimateMethod
ESTIMATE_METHOD_BOOTSTRAP_EXPANDED_PERCENTILE: EstimateMethod
ESTIMATE_METHOD_MAXIMUM_LIKELIHOOD: EstimateMethod
ESTIMATE_METHOD_MAXIMUM_A_POSTERIORI: EstimateMethod
ESTIMATE_METHOD_PRIOR: EstimateMethod
ESTIMATE_METHOD_DELTA_METHOD: EstimateMethod
ESTIMATE_METHOD_PARAMETRIC_BOOTSTRAP: EstimateMethod
ESTIMATE_METHOD_RECALIBRATED: EstimateMethod
ESTIMATE_METHOD_POSTERIOR_MEAN: EstimateMethod
ESTIMATE_METHOD_POSTERIOR_SPREAD: EstimateMethod
ESTIMATE_METHOD_DE_LONG: EstimateMethod
ESTIMATE_METHOD_MIXTURE: EstimateMethod
ESTIMATE_METHOD_MIXTURE_SPREAD: EstimateMethod
ESTIMATE_METHOD_INFINITESIMAL_JACKKNIFE: EstimateMethod
ESTIMATE_METHOD_CLUSTERED_BY_CUSTOMER: EstimateMethod
ESTIMATE_METHOD_RIDGE_LOGISTIC: EstimateMethod
FACTS_AS_OF_UNSPECIFIED: FactsAsOf
FACTS_AS_OF_START: FactsAsOf
FACTS_AS_OF_END: FactsAsOf
WARNING_CODE_UNSPECIFIED: WarningCode
WARNING_CODE_AS_OF_LATEST_EVENT: WarningCode
WARNING_CODE_FILTER_UNDECIDED: WarningCode
WARNING_CODE_NO_PURCHASES: WarningCode
WARNING_CODE_NO_ANSWERS: WarningCode
WARNING_CODE_INSUFFICIENT_HISTORY: WarningCode
WARNING_CODE_NOBODY_AT_START: WarningCode
WARNING_CODE_NOBODY_FOLLOWED: WarningCode
WARNING_CODE_PERIOD_NOT_OVER: WarningCode
WARNING_CODE_FEW_OBSERVATIONS: WarningCode
WARNING_CODE_MIXED_SURVEY_KINDS: WarningCode
WARNING_CODE_NO_ADVOCATES: WarningCode
WARNING_CODE_UNKNOWN_SOURCES: WarningCode
WARNING_CODE_NO_RETURNS: WarningCode
WARNING_CODE_THRESHOLD_NOT_REACHED: WarningCode
WARNING_CODE_NO_INTERVALS_OF_GROUPS: WarningCode
WARNING_CODE_GROUP_NOT_PROJECTED: WarningCode
WARNING_CODE_SORTING_EFFECT: WarningCode
WARNING_CODE_FIXED_THRESHOLDS: WarningCode
WARNING_CODE_LIST_CUT: WarningCode
WARNING_CODE_DELIVERIES_ASSUMED: WarningCode
WARNING_CODE_NO_INVITATIONS: WarningCode
WARNING_CODE_WEIGHTS_NOT_USED: WarningCode
WARNING_CODE_ANSWERS_SHARED: WarningCode
WARNING_CODE_WORST_CASE_TAKEN: WarningCode
WARNING_CODE_POPULATION_TOO_SMALL: WarningCode
WARNING_CODE_STRATA_WITHOUT_ANSWERS: WarningCode
WARNING_CODE_ANSWERS_WITHOUT_STRATUM: WarningCode
WARNING_CODE_PRIOR_ONLY: WarningCode
WARNING_CODE_WEAK_BELIEFS: WarningCode
WARNING_CODE_VALUE_FROM_MEAN: WarningCode
WARNING_CODE_NO_VALUE_MODEL: WarningCode
WARNING_CODE_UNSEEN_COVARIATE_VALUE: WarningCode
WARNING_CODE_PARAMETERS_UNCERTAIN: WarningCode
WARNING_CODE_CUSTOMERS_ALIKE: WarningCode
WARNING_CODE_FEW_REPEAT_BUYERS: WarningCode
WARNING_CODE_OUTLIERS_LEFT_OUT: WarningCode
WARNING_CODE_VALUE_GOES_WITH_FREQUENCY: WarningCode
WARNING_CODE_NOBODY_CAME_BACK: WarningCode
WARNING_CODE_WORTHLESS_LEFT_OUT: WarningCode
WARNING_CODE_NO_COSTS: WarningCode
WARNING_CODE_COSTS_WITHOUT_GROUP: WarningCode
WARNING_CODE_FACTS_AFTER_OUTCOME: WarningCode
WARNING_CODE_CUSTOMERS_SHARED: WarningCode
WARNING_CODE_SEVERAL_QUESTIONS: WarningCode
WARNING_CODE_LOW_SCORES_ONLY: WarningCode
WARNING_CODE_UNUSUAL_ACTIVITY_WINDOW: WarningCode
WARNING_CODE_MODEL_PROVISIONAL: WarningCode
EXCLUSION_CODE_UNSPECIFIED: ExclusionCode
EXCLUSION_CODE_NOT_MATCHING: ExclusionCode
EXCLUSION_CODE_WITHOUT_CUSTOMER: ExclusionCode
EXCLUSION_CODE_UNDECIDED: ExclusionCode
EXCLUSION_CODE_TOO_NEW: ExclusionCode
EXCLUSION_CODE_WITHOUT_PURCHASE: ExclusionCode
EXCLUSION_CODE_UNSOLICITED: ExclusionCode
CALENDAR_INTERVAL_UNSPECIFIED: CalendarInterval
CALENDAR_INTERVAL_DAY: CalendarInterval
CALENDAR_INTERVAL_WEEK: CalendarInterval
CALENDAR_INTERVAL_MONTH: CalendarInterval
CALENDAR_INTERVAL_QUARTER: CalendarInterval
CALENDAR_INTERVAL_YEAR: CalendarInterval
COUNTED_ANSWERS_UNSPECIFIED: CountedAnswers
COUNTED_ANSWERS_ALL: CountedAnswers
COUNTED_ANSWERS_LATEST_PER_CUSTOMER: CountedAnswers
SURVEY_METRIC_UNSPECIFIED: SurveyMetric
SURVEY_METRIC_NPS: SurveyMetric
SURVEY_METRIC_CSAT: SurveyMetric
SURVEY_METRIC_CES1: SurveyMetric
SURVEY_METRIC_CES2: SurveyMetric
SURVEY_METRIC_TRUST: SurveyMetric
SURVEY_METRIC_CUSTOM: SurveyMetric
SURVEY_DISPOSITION_UNSPECIFIED: SurveyDisposition
SURVEY_DISPOSITION_COMPLETED: SurveyDisposition
SURVEY_DISPOSITION_PARTIAL: SurveyDisposition
SURVEY_DISPOSITION_DISMISSED: SurveyDisposition
SURVEY_DISPOSITION_INVITED: SurveyDisposition
SURVEY_DISPOSITION_DELIVERED: SurveyDisposition
SURVEY_DISPOSITION_BOUNCED: SurveyDisposition
INTERACTION_KIND_UNSPECIFIED: InteractionKind
INTERACTION_KIND_SUPPORT_CASE: InteractionKind
INTERACTION_KIND_VISIT: InteractionKind
INTERACTION_KIND_CAMPAIGN: InteractionKind
INTERACTION_KIND_OTHER: InteractionKind
COST_KIND_UNSPECIFIED: CostKind
COST_KIND_ACQUISITION: CostKind
COST_KIND_SERVICE: CostKind
COST_KIND_PROGRAMME: CostKind
COST_KIND_INCENTIVE: CostKind
COST_KIND_OTHER: CostKind
SURVEY_KIND_UNSPECIFIED: SurveyKind
SURVEY_KIND_RELATIONSHIP: SurveyKind
SURVEY_KIND_TRANSACTIONAL: SurveyKind

class Money(_message.Message):
    __slots__ = ("amount", "currency_code")
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_CODE_FIELD_NUMBER: _ClassVar[int]
    amount: str
    currency_code: str
    def __init__(self, amount: _Optional[str] = ..., currency_code: _Optional[str] = ...) -> None: ...

class Estimate(_message.Message):
    __slots__ = ("value", "ci_low", "ci_high", "confidence", "n", "standard_error", "method", "warnings", "warning_codes", "methods", "design_effect")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CI_LOW_FIELD_NUMBER: _ClassVar[int]
    CI_HIGH_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    N_FIELD_NUMBER: _ClassVar[int]
    STANDARD_ERROR_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    WARNING_CODES_FIELD_NUMBER: _ClassVar[int]
    METHODS_FIELD_NUMBER: _ClassVar[int]
    DESIGN_EFFECT_FIELD_NUMBER: _ClassVar[int]
    value: float
    ci_low: float
    ci_high: float
    confidence: float
    n: int
    standard_error: float
    method: str
    warnings: _containers.RepeatedScalarFieldContainer[str]
    warning_codes: _containers.RepeatedScalarFieldContainer[WarningCode]
    methods: _containers.RepeatedScalarFieldContainer[EstimateMethod]
    design_effect: float
    def __init__(self, value: _Optional[float] = ..., ci_low: _Optional[float] = ..., ci_high: _Optional[float] = ..., confidence: _Optional[float] = ..., n: _Optional[int] = ..., standard_error: _Optional[float] = ..., method: _Optional[str] = ..., warnings: _Optional[_Iterable[str]] = ..., warning_codes: _Optional[_Iterable[_Union[WarningCode, str]]] = ..., methods: _Optional[_Iterable[_Union[EstimateMethod, str]]] = ..., design_effect: _Optional[float] = ...) -> None: ...

class Provenance(_message.Message):
    __slots__ = ("as_of", "revision", "definition", "window_start", "window_end", "time_zone", "currency_code", "excluded", "warnings", "known_at", "filter", "warning_codes", "facts_as_of", "workspace")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    WINDOW_START_FIELD_NUMBER: _ClassVar[int]
    WINDOW_END_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_CODE_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    WARNING_CODES_FIELD_NUMBER: _ClassVar[int]
    FACTS_AS_OF_FIELD_NUMBER: _ClassVar[int]
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    revision: int
    definition: str
    window_start: _timestamp_pb2.Timestamp
    window_end: _timestamp_pb2.Timestamp
    time_zone: str
    currency_code: str
    excluded: _containers.RepeatedCompositeFieldContainer[Exclusion]
    warnings: _containers.RepeatedScalarFieldContainer[str]
    known_at: _timestamp_pb2.Timestamp
    filter: str
    warning_codes: _containers.RepeatedScalarFieldContainer[WarningCode]
    facts_as_of: _timestamp_pb2.Timestamp
    workspace: str
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[int] = ..., definition: _Optional[str] = ..., window_start: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window_end: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., time_zone: _Optional[str] = ..., currency_code: _Optional[str] = ..., excluded: _Optional[_Iterable[_Union[Exclusion, _Mapping]]] = ..., warnings: _Optional[_Iterable[str]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., filter: _Optional[str] = ..., warning_codes: _Optional[_Iterable[_Union[WarningCode, str]]] = ..., facts_as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., workspace: _Optional[str] = ...) -> None: ...

class Exclusion(_message.Message):
    __slots__ = ("cause", "count", "code")
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    cause: str
    count: int
    code: ExclusionCode
    def __init__(self, cause: _Optional[str] = ..., count: _Optional[int] = ..., code: _Optional[_Union[ExclusionCode, str]] = ...) -> None: ...

class RowError(_message.Message):
    __slots__ = ("index", "field", "reason", "message", "fields")
    INDEX_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    index: int
    field: str
    reason: _error_reason_pb2.ErrorReason
    message: str
    fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, index: _Optional[int] = ..., field: _Optional[str] = ..., reason: _Optional[_Union[_error_reason_pb2.ErrorReason, str]] = ..., message: _Optional[str] = ..., fields: _Optional[_Iterable[str]] = ...) -> None: ...

class WriteResult(_message.Message):
    __slots__ = ("revision", "recorded", "duplicates", "row_errors")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    RECORDED_FIELD_NUMBER: _ClassVar[int]
    DUPLICATES_FIELD_NUMBER: _ClassVar[int]
    ROW_ERRORS_FIELD_NUMBER: _ClassVar[int]
    revision: int
    recorded: int
    duplicates: int
    row_errors: _containers.RepeatedCompositeFieldContainer[RowError]
    def __init__(self, revision: _Optional[int] = ..., recorded: _Optional[int] = ..., duplicates: _Optional[int] = ..., row_errors: _Optional[_Iterable[_Union[RowError, _Mapping]]] = ...) -> None: ...

class SeriesPeriod(_message.Message):
    __slots__ = ("start", "end", "label", "cut_off")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    CUT_OFF_FIELD_NUMBER: _ClassVar[int]
    start: _timestamp_pb2.Timestamp
    end: _timestamp_pb2.Timestamp
    label: str
    cut_off: bool
    def __init__(self, start: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., label: _Optional[str] = ..., cut_off: bool = ...) -> None: ...
