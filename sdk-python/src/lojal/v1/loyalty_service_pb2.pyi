from google.protobuf import timestamp_pb2 as _timestamp_pb2
from lojal.v1 import common_pb2 as _common_pb2
from lojal.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LoyaltyComponent(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOYALTY_COMPONENT_UNSPECIFIED: _ClassVar[LoyaltyComponent]
    LOYALTY_COMPONENT_SATISFACTION: _ClassVar[LoyaltyComponent]
    LOYALTY_COMPONENT_EASE: _ClassVar[LoyaltyComponent]
    LOYALTY_COMPONENT_RECOMMENDATION: _ClassVar[LoyaltyComponent]
    LOYALTY_COMPONENT_TRUST: _ClassVar[LoyaltyComponent]
    LOYALTY_COMPONENT_FULL_PRICE: _ClassVar[LoyaltyComponent]
    LOYALTY_COMPONENT_REFERRAL: _ClassVar[LoyaltyComponent]
    LOYALTY_COMPONENT_REPEAT: _ClassVar[LoyaltyComponent]
    LOYALTY_COMPONENT_VALUE: _ClassVar[LoyaltyComponent]
    LOYALTY_COMPONENT_ENGAGEMENT: _ClassVar[LoyaltyComponent]

class LoyaltyPlace(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOYALTY_PLACE_UNSPECIFIED: _ClassVar[LoyaltyPlace]
    LOYALTY_PLACE_TRUE: _ClassVar[LoyaltyPlace]
    LOYALTY_PLACE_LATENT: _ClassVar[LoyaltyPlace]
    LOYALTY_PLACE_SPURIOUS: _ClassVar[LoyaltyPlace]
    LOYALTY_PLACE_NONE: _ClassVar[LoyaltyPlace]
    LOYALTY_PLACE_UNKNOWN: _ClassVar[LoyaltyPlace]

class LoyaltyOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOYALTY_ORDER_UNSPECIFIED: _ClassVar[LoyaltyOrder]
    LOYALTY_ORDER_HIGHEST: _ClassVar[LoyaltyOrder]
    LOYALTY_ORDER_LOWEST: _ClassVar[LoyaltyOrder]
    LOYALTY_ORDER_VALUE_AT_RISK: _ClassVar[LoyaltyOrder]
    LOYALTY_ORDER_RECORDED: _ClassVar[LoyaltyOrder]

class LoyaltyCut(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOYALTY_CUT_UNSPECIFIED: _ClassVar[LoyaltyCut]
    LOYALTY_CUT_MEDIANS: _ClassVar[LoyaltyCut]
    LOYALTY_CUT_FIFTY: _ClassVar[LoyaltyCut]

class LoyaltyOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOYALTY_OUTCOME_UNSPECIFIED: _ClassVar[LoyaltyOutcome]
    LOYALTY_OUTCOME_REPURCHASE: _ClassVar[LoyaltyOutcome]
    LOYALTY_OUTCOME_CHURN: _ClassVar[LoyaltyOutcome]
    LOYALTY_OUTCOME_REFERRAL: _ClassVar[LoyaltyOutcome]
    LOYALTY_OUTCOME_SPEND: _ClassVar[LoyaltyOutcome]

class LoyaltyPredictor(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LOYALTY_PREDICTOR_UNSPECIFIED: _ClassVar[LoyaltyPredictor]
    LOYALTY_PREDICTOR_SCORE: _ClassVar[LoyaltyPredictor]
    LOYALTY_PREDICTOR_ATTITUDE: _ClassVar[LoyaltyPredictor]
    LOYALTY_PREDICTOR_BEHAVIOUR: _ClassVar[LoyaltyPredictor]
    LOYALTY_PREDICTOR_RECENCY: _ClassVar[LoyaltyPredictor]
    LOYALTY_PREDICTOR_ALIVE_PROBABILITY: _ClassVar[LoyaltyPredictor]
    LOYALTY_PREDICTOR_PURCHASE_PROBABILITY: _ClassVar[LoyaltyPredictor]
    LOYALTY_PREDICTOR_NPS: _ClassVar[LoyaltyPredictor]
    LOYALTY_PREDICTOR_COMPONENT: _ClassVar[LoyaltyPredictor]

class EarlyWarningKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EARLY_WARNING_KIND_UNSPECIFIED: _ClassVar[EarlyWarningKind]
    EARLY_WARNING_KIND_SILENCE: _ClassVar[EarlyWarningKind]
    EARLY_WARNING_KIND_FEWER_ORDERS: _ClassVar[EarlyWarningKind]
    EARLY_WARNING_KIND_LOWER_SPEND: _ClassVar[EarlyWarningKind]
    EARLY_WARNING_KIND_LOWER_NPS: _ClassVar[EarlyWarningKind]
    EARLY_WARNING_KIND_HARD_SERVICE: _ClassVar[EarlyWarningKind]
    EARLY_WARNING_KIND_MORE_REFUNDS: _ClassVar[EarlyWarningKind]
    EARLY_WARNING_KIND_UNANSWERED: _ClassVar[EarlyWarningKind]

class EarlyWarningSeverity(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EARLY_WARNING_SEVERITY_UNSPECIFIED: _ClassVar[EarlyWarningSeverity]
    EARLY_WARNING_SEVERITY_LOW: _ClassVar[EarlyWarningSeverity]
    EARLY_WARNING_SEVERITY_MEDIUM: _ClassVar[EarlyWarningSeverity]
    EARLY_WARNING_SEVERITY_HIGH: _ClassVar[EarlyWarningSeverity]

class EarlyWarningOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EARLY_WARNING_ORDER_UNSPECIFIED: _ClassVar[EarlyWarningOrder]
    EARLY_WARNING_ORDER_VALUE_AT_RISK: _ClassVar[EarlyWarningOrder]
    EARLY_WARNING_ORDER_CHURN_PROBABILITY: _ClassVar[EarlyWarningOrder]
    EARLY_WARNING_ORDER_NEWEST: _ClassVar[EarlyWarningOrder]
LOYALTY_COMPONENT_UNSPECIFIED: LoyaltyComponent
LOYALTY_COMPONENT_SATISFACTION: LoyaltyComponent
LOYALTY_COMPONENT_EASE: LoyaltyComponent
LOYALTY_COMPONENT_RECOMMENDATION: LoyaltyComponent
LOYALTY_COMPONENT_TRUST: LoyaltyComponent
LOYALTY_COMPONENT_FULL_PRICE: LoyaltyComponent
LOYALTY_COMPONENT_REFERRAL: LoyaltyComponent
LOYALTY_COMPONENT_REPEAT: LoyaltyComponent
LOYALTY_COMPONENT_VALUE: LoyaltyComponent
LOYALTY_COMPONENT_ENGAGEMENT: LoyaltyComponent
LOYALTY_PLACE_UNSPECIFIED: LoyaltyPlace
LOYALTY_PLACE_TRUE: LoyaltyPlace
LOYALTY_PLACE_LATENT: LoyaltyPlace
LOYALTY_PLACE_SPURIOUS: LoyaltyPlace
LOYALTY_PLACE_NONE: LoyaltyPlace
LOYALTY_PLACE_UNKNOWN: LoyaltyPlace
LOYALTY_ORDER_UNSPECIFIED: LoyaltyOrder
LOYALTY_ORDER_HIGHEST: LoyaltyOrder
LOYALTY_ORDER_LOWEST: LoyaltyOrder
LOYALTY_ORDER_VALUE_AT_RISK: LoyaltyOrder
LOYALTY_ORDER_RECORDED: LoyaltyOrder
LOYALTY_CUT_UNSPECIFIED: LoyaltyCut
LOYALTY_CUT_MEDIANS: LoyaltyCut
LOYALTY_CUT_FIFTY: LoyaltyCut
LOYALTY_OUTCOME_UNSPECIFIED: LoyaltyOutcome
LOYALTY_OUTCOME_REPURCHASE: LoyaltyOutcome
LOYALTY_OUTCOME_CHURN: LoyaltyOutcome
LOYALTY_OUTCOME_REFERRAL: LoyaltyOutcome
LOYALTY_OUTCOME_SPEND: LoyaltyOutcome
LOYALTY_PREDICTOR_UNSPECIFIED: LoyaltyPredictor
LOYALTY_PREDICTOR_SCORE: LoyaltyPredictor
LOYALTY_PREDICTOR_ATTITUDE: LoyaltyPredictor
LOYALTY_PREDICTOR_BEHAVIOUR: LoyaltyPredictor
LOYALTY_PREDICTOR_RECENCY: LoyaltyPredictor
LOYALTY_PREDICTOR_ALIVE_PROBABILITY: LoyaltyPredictor
LOYALTY_PREDICTOR_PURCHASE_PROBABILITY: LoyaltyPredictor
LOYALTY_PREDICTOR_NPS: LoyaltyPredictor
LOYALTY_PREDICTOR_COMPONENT: LoyaltyPredictor
EARLY_WARNING_KIND_UNSPECIFIED: EarlyWarningKind
EARLY_WARNING_KIND_SILENCE: EarlyWarningKind
EARLY_WARNING_KIND_FEWER_ORDERS: EarlyWarningKind
EARLY_WARNING_KIND_LOWER_SPEND: EarlyWarningKind
EARLY_WARNING_KIND_LOWER_NPS: EarlyWarningKind
EARLY_WARNING_KIND_HARD_SERVICE: EarlyWarningKind
EARLY_WARNING_KIND_MORE_REFUNDS: EarlyWarningKind
EARLY_WARNING_KIND_UNANSWERED: EarlyWarningKind
EARLY_WARNING_SEVERITY_UNSPECIFIED: EarlyWarningSeverity
EARLY_WARNING_SEVERITY_LOW: EarlyWarningSeverity
EARLY_WARNING_SEVERITY_MEDIUM: EarlyWarningSeverity
EARLY_WARNING_SEVERITY_HIGH: EarlyWarningSeverity
EARLY_WARNING_ORDER_UNSPECIFIED: EarlyWarningOrder
EARLY_WARNING_ORDER_VALUE_AT_RISK: EarlyWarningOrder
EARLY_WARNING_ORDER_CHURN_PROBABILITY: EarlyWarningOrder
EARLY_WARNING_ORDER_NEWEST: EarlyWarningOrder

class LoyaltyWeight(_message.Message):
    __slots__ = ("component", "weight")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    component: LoyaltyComponent
    weight: float
    def __init__(self, component: _Optional[_Union[LoyaltyComponent, str]] = ..., weight: _Optional[float] = ...) -> None: ...

class LoyaltyModel(_message.Message):
    __slots__ = ("version", "since", "weights", "half_life_days", "pseudo_answers", "cut")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    HALF_LIFE_DAYS_FIELD_NUMBER: _ClassVar[int]
    PSEUDO_ANSWERS_FIELD_NUMBER: _ClassVar[int]
    CUT_FIELD_NUMBER: _ClassVar[int]
    version: int
    since: _timestamp_pb2.Timestamp
    weights: _containers.RepeatedCompositeFieldContainer[LoyaltyWeight]
    half_life_days: float
    pseudo_answers: float
    cut: LoyaltyCut
    def __init__(self, version: _Optional[int] = ..., since: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., weights: _Optional[_Iterable[_Union[LoyaltyWeight, _Mapping]]] = ..., half_life_days: _Optional[float] = ..., pseudo_answers: _Optional[float] = ..., cut: _Optional[_Union[LoyaltyCut, str]] = ...) -> None: ...

class LoyaltyContribution(_message.Message):
    __slots__ = ("component", "value", "mean", "weight", "points", "evidence", "records", "latest")
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    LATEST_FIELD_NUMBER: _ClassVar[int]
    component: LoyaltyComponent
    value: float
    mean: float
    weight: float
    points: float
    evidence: str
    records: int
    latest: _timestamp_pb2.Timestamp
    def __init__(self, component: _Optional[_Union[LoyaltyComponent, str]] = ..., value: _Optional[float] = ..., mean: _Optional[float] = ..., weight: _Optional[float] = ..., points: _Optional[float] = ..., evidence: _Optional[str] = ..., records: _Optional[int] = ..., latest: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Loyalty(_message.Message):
    __slots__ = ("customer_id", "score", "base", "coverage", "contributions", "attitude", "behaviour", "place", "is_on_the_border", "sentence", "clv_12mo", "value_at_risk")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    BASE_FIELD_NUMBER: _ClassVar[int]
    COVERAGE_FIELD_NUMBER: _ClassVar[int]
    CONTRIBUTIONS_FIELD_NUMBER: _ClassVar[int]
    ATTITUDE_FIELD_NUMBER: _ClassVar[int]
    BEHAVIOUR_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    IS_ON_THE_BORDER_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    CLV_12MO_FIELD_NUMBER: _ClassVar[int]
    VALUE_AT_RISK_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    score: _common_pb2.Estimate
    base: float
    coverage: float
    contributions: _containers.RepeatedCompositeFieldContainer[LoyaltyContribution]
    attitude: _common_pb2.Estimate
    behaviour: _common_pb2.Estimate
    place: LoyaltyPlace
    is_on_the_border: bool
    sentence: str
    clv_12mo: float
    value_at_risk: float
    def __init__(self, customer_id: _Optional[str] = ..., score: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., base: _Optional[float] = ..., coverage: _Optional[float] = ..., contributions: _Optional[_Iterable[_Union[LoyaltyContribution, _Mapping]]] = ..., attitude: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., behaviour: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., place: _Optional[_Union[LoyaltyPlace, str]] = ..., is_on_the_border: bool = ..., sentence: _Optional[str] = ..., clv_12mo: _Optional[float] = ..., value_at_risk: _Optional[float] = ...) -> None: ...

class LoyaltyStandard(_message.Message):
    __slots__ = ("as_of", "revision", "customers", "customers_with_attitude", "attitude_cut", "behaviour_cut", "model")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_WITH_ATTITUDE_FIELD_NUMBER: _ClassVar[int]
    ATTITUDE_CUT_FIELD_NUMBER: _ClassVar[int]
    BEHAVIOUR_CUT_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    revision: int
    customers: int
    customers_with_attitude: int
    attitude_cut: float
    behaviour_cut: float
    model: LoyaltyModel
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[int] = ..., customers: _Optional[int] = ..., customers_with_attitude: _Optional[int] = ..., attitude_cut: _Optional[float] = ..., behaviour_cut: _Optional[float] = ..., model: _Optional[_Union[LoyaltyModel, _Mapping]] = ...) -> None: ...

class GetLoyaltyRequest(_message.Message):
    __slots__ = ("customer_id", "as_of", "known_at", "confidence", "version")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    confidence: float
    version: int
    def __init__(self, customer_id: _Optional[str] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., confidence: _Optional[float] = ..., version: _Optional[int] = ...) -> None: ...

class GetLoyaltyResponse(_message.Message):
    __slots__ = ("loyalty", "standard", "provenance")
    LOYALTY_FIELD_NUMBER: _ClassVar[int]
    STANDARD_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    loyalty: Loyalty
    standard: LoyaltyStandard
    provenance: _common_pb2.Provenance
    def __init__(self, loyalty: _Optional[_Union[Loyalty, _Mapping]] = ..., standard: _Optional[_Union[LoyaltyStandard, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class ListLoyaltyRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "filter", "confidence", "place", "order", "limit", "version", "scores_only")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    SCORES_ONLY_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    filter: str
    confidence: float
    place: LoyaltyPlace
    order: LoyaltyOrder
    limit: int
    version: int
    scores_only: bool
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., filter: _Optional[str] = ..., confidence: _Optional[float] = ..., place: _Optional[_Union[LoyaltyPlace, str]] = ..., order: _Optional[_Union[LoyaltyOrder, str]] = ..., limit: _Optional[int] = ..., version: _Optional[int] = ..., scores_only: bool = ...) -> None: ...

class ListLoyaltyResponse(_message.Message):
    __slots__ = ("loyalties", "standard", "provenance")
    LOYALTIES_FIELD_NUMBER: _ClassVar[int]
    STANDARD_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    loyalties: _containers.RepeatedCompositeFieldContainer[Loyalty]
    standard: LoyaltyStandard
    provenance: _common_pb2.Provenance
    def __init__(self, loyalties: _Optional[_Iterable[_Union[Loyalty, _Mapping]]] = ..., standard: _Optional[_Union[LoyaltyStandard, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class SummarizeLoyaltyRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "filter", "group_by", "confidence", "version", "interval", "window")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    filter: str
    group_by: str
    confidence: float
    version: int
    interval: _common_pb2.CalendarInterval
    window: str
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., filter: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., version: _Optional[int] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ..., window: _Optional[str] = ...) -> None: ...

class LoyaltySummary(_message.Message):
    __slots__ = ("group", "place", "customers", "customer_share", "mean_score", "mean_attitude", "mean_behaviour", "nps", "spend", "clv_12mo", "value_at_risk", "period")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_SHARE_FIELD_NUMBER: _ClassVar[int]
    MEAN_SCORE_FIELD_NUMBER: _ClassVar[int]
    MEAN_ATTITUDE_FIELD_NUMBER: _ClassVar[int]
    MEAN_BEHAVIOUR_FIELD_NUMBER: _ClassVar[int]
    NPS_FIELD_NUMBER: _ClassVar[int]
    SPEND_FIELD_NUMBER: _ClassVar[int]
    CLV_12MO_FIELD_NUMBER: _ClassVar[int]
    VALUE_AT_RISK_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    group: str
    place: LoyaltyPlace
    customers: int
    customer_share: _common_pb2.Estimate
    mean_score: _common_pb2.Estimate
    mean_attitude: _common_pb2.Estimate
    mean_behaviour: _common_pb2.Estimate
    nps: _common_pb2.Estimate
    spend: _common_pb2.Money
    clv_12mo: _common_pb2.Money
    value_at_risk: _common_pb2.Money
    period: _common_pb2.SeriesPeriod
    def __init__(self, group: _Optional[str] = ..., place: _Optional[_Union[LoyaltyPlace, str]] = ..., customers: _Optional[int] = ..., customer_share: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., mean_score: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., mean_attitude: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., mean_behaviour: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., nps: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., spend: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., clv_12mo: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., value_at_risk: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., period: _Optional[_Union[_common_pb2.SeriesPeriod, _Mapping]] = ...) -> None: ...

class SummarizeLoyaltyResponse(_message.Message):
    __slots__ = ("whole", "rows", "standard", "provenance")
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    STANDARD_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    whole: LoyaltySummary
    rows: _containers.RepeatedCompositeFieldContainer[LoyaltySummary]
    standard: LoyaltyStandard
    provenance: _common_pb2.Provenance
    def __init__(self, whole: _Optional[_Union[LoyaltySummary, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[LoyaltySummary, _Mapping]]] = ..., standard: _Optional[_Union[LoyaltyStandard, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class GetLoyaltyModelRequest(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class GetLoyaltyModelResponse(_message.Message):
    __slots__ = ("model",)
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: LoyaltyModel
    def __init__(self, model: _Optional[_Union[LoyaltyModel, _Mapping]] = ...) -> None: ...

class UpdateLoyaltyModelRequest(_message.Message):
    __slots__ = ("weights", "half_life_days", "pseudo_answers", "cut")
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    HALF_LIFE_DAYS_FIELD_NUMBER: _ClassVar[int]
    PSEUDO_ANSWERS_FIELD_NUMBER: _ClassVar[int]
    CUT_FIELD_NUMBER: _ClassVar[int]
    weights: _containers.RepeatedCompositeFieldContainer[LoyaltyWeight]
    half_life_days: float
    pseudo_answers: float
    cut: LoyaltyCut
    def __init__(self, weights: _Optional[_Iterable[_Union[LoyaltyWeight, _Mapping]]] = ..., half_life_days: _Optional[float] = ..., pseudo_answers: _Optional[float] = ..., cut: _Optional[_Union[LoyaltyCut, str]] = ...) -> None: ...

class UpdateLoyaltyModelResponse(_message.Message):
    __slots__ = ("model",)
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: LoyaltyModel
    def __init__(self, model: _Optional[_Union[LoyaltyModel, _Mapping]] = ...) -> None: ...

class LoyaltyValidation(_message.Message):
    __slots__ = ("predictor", "component", "customers", "with_outcome", "auc", "score_gain", "lift_top_tenth", "brier_score", "brier_score_of_constant")
    PREDICTOR_FIELD_NUMBER: _ClassVar[int]
    COMPONENT_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    WITH_OUTCOME_FIELD_NUMBER: _ClassVar[int]
    AUC_FIELD_NUMBER: _ClassVar[int]
    SCORE_GAIN_FIELD_NUMBER: _ClassVar[int]
    LIFT_TOP_TENTH_FIELD_NUMBER: _ClassVar[int]
    BRIER_SCORE_FIELD_NUMBER: _ClassVar[int]
    BRIER_SCORE_OF_CONSTANT_FIELD_NUMBER: _ClassVar[int]
    predictor: LoyaltyPredictor
    component: LoyaltyComponent
    customers: int
    with_outcome: int
    auc: _common_pb2.Estimate
    score_gain: _common_pb2.Estimate
    lift_top_tenth: float
    brier_score: float
    brier_score_of_constant: float
    def __init__(self, predictor: _Optional[_Union[LoyaltyPredictor, str]] = ..., component: _Optional[_Union[LoyaltyComponent, str]] = ..., customers: _Optional[int] = ..., with_outcome: _Optional[int] = ..., auc: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., score_gain: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., lift_top_tenth: _Optional[float] = ..., brier_score: _Optional[float] = ..., brier_score_of_constant: _Optional[float] = ...) -> None: ...

class ValidateScoreRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "filter", "outcome", "horizon", "confidence", "version")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    filter: str
    outcome: LoyaltyOutcome
    horizon: str
    confidence: float
    version: int
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., filter: _Optional[str] = ..., outcome: _Optional[_Union[LoyaltyOutcome, str]] = ..., horizon: _Optional[str] = ..., confidence: _Optional[float] = ..., version: _Optional[int] = ...) -> None: ...

class ValidateScoreResponse(_message.Message):
    __slots__ = ("attitude_adds", "verdict", "odds_ratio_of_attitude", "p_value", "predictors", "scored_at", "until", "customers", "with_outcome", "model", "provenance")
    ATTITUDE_ADDS_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    ODDS_RATIO_OF_ATTITUDE_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    PREDICTORS_FIELD_NUMBER: _ClassVar[int]
    SCORED_AT_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    WITH_OUTCOME_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    attitude_adds: bool
    verdict: str
    odds_ratio_of_attitude: _common_pb2.Estimate
    p_value: float
    predictors: _containers.RepeatedCompositeFieldContainer[LoyaltyValidation]
    scored_at: _timestamp_pb2.Timestamp
    until: _timestamp_pb2.Timestamp
    customers: int
    with_outcome: int
    model: LoyaltyModel
    provenance: _common_pb2.Provenance
    def __init__(self, attitude_adds: bool = ..., verdict: _Optional[str] = ..., odds_ratio_of_attitude: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., p_value: _Optional[float] = ..., predictors: _Optional[_Iterable[_Union[LoyaltyValidation, _Mapping]]] = ..., scored_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., until: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., customers: _Optional[int] = ..., with_outcome: _Optional[int] = ..., model: _Optional[_Union[LoyaltyModel, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class EarlyWarning(_message.Message):
    __slots__ = ("warning_id", "customer_id", "kind", "evidence", "onset", "raised_at", "severity", "churn_probability", "model_churn_probability", "clv_12mo", "value_at_risk", "p_value", "measured_precision", "base_rate", "acknowledged_at", "acknowledgement_note")
    WARNING_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    ONSET_FIELD_NUMBER: _ClassVar[int]
    RAISED_AT_FIELD_NUMBER: _ClassVar[int]
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    CHURN_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    MODEL_CHURN_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    CLV_12MO_FIELD_NUMBER: _ClassVar[int]
    VALUE_AT_RISK_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    MEASURED_PRECISION_FIELD_NUMBER: _ClassVar[int]
    BASE_RATE_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGED_AT_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGEMENT_NOTE_FIELD_NUMBER: _ClassVar[int]
    warning_id: str
    customer_id: str
    kind: EarlyWarningKind
    evidence: str
    onset: _timestamp_pb2.Timestamp
    raised_at: _timestamp_pb2.Timestamp
    severity: EarlyWarningSeverity
    churn_probability: _common_pb2.Estimate
    model_churn_probability: float
    clv_12mo: float
    value_at_risk: float
    p_value: float
    measured_precision: _common_pb2.Estimate
    base_rate: _common_pb2.Estimate
    acknowledged_at: _timestamp_pb2.Timestamp
    acknowledgement_note: str
    def __init__(self, warning_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., kind: _Optional[_Union[EarlyWarningKind, str]] = ..., evidence: _Optional[str] = ..., onset: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., raised_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., severity: _Optional[_Union[EarlyWarningSeverity, str]] = ..., churn_probability: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., model_churn_probability: _Optional[float] = ..., clv_12mo: _Optional[float] = ..., value_at_risk: _Optional[float] = ..., p_value: _Optional[float] = ..., measured_precision: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., base_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., acknowledged_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., acknowledgement_note: _Optional[str] = ...) -> None: ...

class ListEarlyWarningsRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "filter", "confidence", "kinds", "min_value_at_risk", "order", "limit", "horizon", "with_acknowledged")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    MIN_VALUE_AT_RISK_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    WITH_ACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    filter: str
    confidence: float
    kinds: _containers.RepeatedScalarFieldContainer[EarlyWarningKind]
    min_value_at_risk: float
    order: EarlyWarningOrder
    limit: int
    horizon: str
    with_acknowledged: bool
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., filter: _Optional[str] = ..., confidence: _Optional[float] = ..., kinds: _Optional[_Iterable[_Union[EarlyWarningKind, str]]] = ..., min_value_at_risk: _Optional[float] = ..., order: _Optional[_Union[EarlyWarningOrder, str]] = ..., limit: _Optional[int] = ..., horizon: _Optional[str] = ..., with_acknowledged: bool = ...) -> None: ...

class EarlyWarningTotals(_message.Message):
    __slots__ = ("warnings", "customers", "value_at_risk", "by_kind")
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    VALUE_AT_RISK_FIELD_NUMBER: _ClassVar[int]
    BY_KIND_FIELD_NUMBER: _ClassVar[int]
    warnings: int
    customers: int
    value_at_risk: _common_pb2.Money
    by_kind: _containers.RepeatedCompositeFieldContainer[EarlyWarningCount]
    def __init__(self, warnings: _Optional[int] = ..., customers: _Optional[int] = ..., value_at_risk: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., by_kind: _Optional[_Iterable[_Union[EarlyWarningCount, _Mapping]]] = ...) -> None: ...

class EarlyWarningCount(_message.Message):
    __slots__ = ("kind", "warnings")
    KIND_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    kind: EarlyWarningKind
    warnings: int
    def __init__(self, kind: _Optional[_Union[EarlyWarningKind, str]] = ..., warnings: _Optional[int] = ...) -> None: ...

class ListEarlyWarningsResponse(_message.Message):
    __slots__ = ("warnings", "totals", "provenance")
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    warnings: _containers.RepeatedCompositeFieldContainer[EarlyWarning]
    totals: EarlyWarningTotals
    provenance: _common_pb2.Provenance
    def __init__(self, warnings: _Optional[_Iterable[_Union[EarlyWarning, _Mapping]]] = ..., totals: _Optional[_Union[EarlyWarningTotals, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class WatchEarlyWarningsRequest(_message.Message):
    __slots__ = ("filter", "confidence", "kinds", "min_value_at_risk", "horizon", "resume_token")
    FILTER_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    MIN_VALUE_AT_RISK_FIELD_NUMBER: _ClassVar[int]
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    filter: str
    confidence: float
    kinds: _containers.RepeatedScalarFieldContainer[EarlyWarningKind]
    min_value_at_risk: float
    horizon: str
    resume_token: str
    def __init__(self, filter: _Optional[str] = ..., confidence: _Optional[float] = ..., kinds: _Optional[_Iterable[_Union[EarlyWarningKind, str]]] = ..., min_value_at_risk: _Optional[float] = ..., horizon: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchEarlyWarningsResponse(_message.Message):
    __slots__ = ("warnings", "as_of", "resume_token", "provenance")
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    warnings: _containers.RepeatedCompositeFieldContainer[EarlyWarning]
    as_of: _timestamp_pb2.Timestamp
    resume_token: str
    provenance: _common_pb2.Provenance
    def __init__(self, warnings: _Optional[_Iterable[_Union[EarlyWarning, _Mapping]]] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., resume_token: _Optional[str] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class AcknowledgeWarningRequest(_message.Message):
    __slots__ = ("warning_id", "note")
    WARNING_ID_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    warning_id: str
    note: str
    def __init__(self, warning_id: _Optional[str] = ..., note: _Optional[str] = ...) -> None: ...

class AcknowledgeWarningResponse(_message.Message):
    __slots__ = ("acknowledged_at", "note", "was_acknowledged")
    ACKNOWLEDGED_AT_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    WAS_ACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    acknowledged_at: _timestamp_pb2.Timestamp
    note: str
    was_acknowledged: bool
    def __init__(self, acknowledged_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., note: _Optional[str] = ..., was_acknowledged: bool = ...) -> None: ...

class GetWarningQualityRequest(_message.Message):
    __slots__ = ("as_of", "known_at", "confidence", "horizon")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    confidence: float
    horizon: str
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., confidence: _Optional[float] = ..., horizon: _Optional[str] = ...) -> None: ...

class EarlyWarningQuality(_message.Message):
    __slots__ = ("kind", "warnings", "warnings_left", "possible", "possible_left", "measured_precision", "base_rate", "lift", "recall", "likelihood_ratio")
    KIND_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_LEFT_FIELD_NUMBER: _ClassVar[int]
    POSSIBLE_FIELD_NUMBER: _ClassVar[int]
    POSSIBLE_LEFT_FIELD_NUMBER: _ClassVar[int]
    MEASURED_PRECISION_FIELD_NUMBER: _ClassVar[int]
    BASE_RATE_FIELD_NUMBER: _ClassVar[int]
    LIFT_FIELD_NUMBER: _ClassVar[int]
    RECALL_FIELD_NUMBER: _ClassVar[int]
    LIKELIHOOD_RATIO_FIELD_NUMBER: _ClassVar[int]
    kind: EarlyWarningKind
    warnings: int
    warnings_left: int
    possible: int
    possible_left: int
    measured_precision: _common_pb2.Estimate
    base_rate: _common_pb2.Estimate
    lift: float
    recall: float
    likelihood_ratio: _common_pb2.Estimate
    def __init__(self, kind: _Optional[_Union[EarlyWarningKind, str]] = ..., warnings: _Optional[int] = ..., warnings_left: _Optional[int] = ..., possible: _Optional[int] = ..., possible_left: _Optional[int] = ..., measured_precision: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., base_rate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., lift: _Optional[float] = ..., recall: _Optional[float] = ..., likelihood_ratio: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class EarlyWarningCalibration(_message.Message):
    __slots__ = ("customers", "predicted", "observed")
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    PREDICTED_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_FIELD_NUMBER: _ClassVar[int]
    customers: int
    predicted: float
    observed: _common_pb2.Estimate
    def __init__(self, customers: _Optional[int] = ..., predicted: _Optional[float] = ..., observed: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class GetWarningQualityResponse(_message.Message):
    __slots__ = ("kinds", "calibration", "dates", "provenance")
    KINDS_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_FIELD_NUMBER: _ClassVar[int]
    DATES_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    kinds: _containers.RepeatedCompositeFieldContainer[EarlyWarningQuality]
    calibration: _containers.RepeatedCompositeFieldContainer[EarlyWarningCalibration]
    dates: _containers.RepeatedCompositeFieldContainer[_timestamp_pb2.Timestamp]
    provenance: _common_pb2.Provenance
    def __init__(self, kinds: _Optional[_Iterable[_Union[EarlyWarningQuality, _Mapping]]] = ..., calibration: _Optional[_Iterable[_Union[EarlyWarningCalibration, _Mapping]]] = ..., dates: _Optional[_Iterable[_Union[_timestamp_pb2.Timestamp, _Mapping]]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...
