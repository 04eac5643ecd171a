from google.protobuf import timestamp_pb2 as _timestamp_pb2
from lojal.v1 import common_pb2 as _common_pb2
from lojal.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ModelKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MODEL_KIND_UNSPECIFIED: _ClassVar[ModelKind]
    MODEL_KIND_BG_NBD: _ClassVar[ModelKind]
    MODEL_KIND_MBG_NBD: _ClassVar[ModelKind]
    MODEL_KIND_PARETO_NBD: _ClassVar[ModelKind]
    MODEL_KIND_BG_CNBD_K: _ClassVar[ModelKind]
    MODEL_KIND_MBG_CNBD_K: _ClassVar[ModelKind]
    MODEL_KIND_BG_BB: _ClassVar[ModelKind]
    MODEL_KIND_NBD: _ClassVar[ModelKind]

class IntervalMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    INTERVAL_METHOD_UNSPECIFIED: _ClassVar[IntervalMethod]
    INTERVAL_METHOD_DELTA: _ClassVar[IntervalMethod]
    INTERVAL_METHOD_BOOTSTRAP: _ClassVar[IntervalMethod]

class PredictionBasis(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PREDICTION_BASIS_UNSPECIFIED: _ClassVar[PredictionBasis]
    PREDICTION_BASIS_INDIVIDUAL: _ClassVar[PredictionBasis]
    PREDICTION_BASIS_SEGMENT: _ClassVar[PredictionBasis]
    PREDICTION_BASIS_POPULATION: _ClassVar[PredictionBasis]
    PREDICTION_BASIS_PRIOR: _ClassVar[PredictionBasis]

class Habit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    HABIT_UNSPECIFIED: _ClassVar[Habit]
    HABIT_REPEAT_PURCHASES: _ClassVar[Habit]
    HABIT_DAYS_FIRST_TO_LAST: _ClassVar[Habit]
    HABIT_DAYS_FOLLOWED: _ClassVar[Habit]
    HABIT_DAYS_SILENT: _ClassVar[Habit]
    HABIT_MEAN_GAP_DAYS: _ClassVar[Habit]
    HABIT_SILENCE_OVER_MEAN_GAP: _ClassVar[Habit]
    HABIT_LAST_GAP_OVER_MEAN_GAP: _ClassVar[Habit]
    HABIT_SILENCE_OVER_LONGEST_GAP: _ClassVar[Habit]
    HABIT_GAP_VARIATION: _ClassVar[Habit]
    HABIT_PURCHASES_LAST_28_DAYS: _ClassVar[Habit]
    HABIT_PURCHASES_LAST_91_DAYS: _ClassVar[Habit]
    HABIT_PURCHASES_LAST_182_DAYS: _ClassVar[Habit]
    HABIT_PURCHASES_SAME_SEASON_LAST_YEAR: _ClassVar[Habit]
    HABIT_PURCHASES_TREND: _ClassVar[Habit]
    HABIT_ALIVE_PROBABILITY: _ClassVar[Habit]
    HABIT_LAST_NPS_SCORE: _ClassVar[Habit]
    HABIT_DAYS_SINCE_NPS_ANSWER: _ClassVar[Habit]
    HABIT_CASES_LAST_91_DAYS: _ClassVar[Habit]
    HABIT_MEAN_SPEND: _ClassVar[Habit]
    HABIT_LAST_SPEND_OVER_MEAN: _ClassVar[Habit]
    HABIT_SPEND_TREND: _ClassVar[Habit]
    HABIT_DISCOUNT_SHARE: _ClassVar[Habit]
    HABIT_LAST_DISCOUNT_SHARE: _ClassVar[Habit]
    HABIT_REFUNDED_SHARE: _ClassVar[Habit]
    HABIT_LAST_CSAT: _ClassVar[Habit]
    HABIT_DAYS_SINCE_CSAT_ANSWER: _ClassVar[Habit]
    HABIT_LAST_CES: _ClassVar[Habit]
    HABIT_DAYS_SINCE_CES_ANSWER: _ClassVar[Habit]

class ModelTimeUnit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    MODEL_TIME_UNIT_UNSPECIFIED: _ClassVar[ModelTimeUnit]
    MODEL_TIME_UNIT_DAY: _ClassVar[ModelTimeUnit]
    MODEL_TIME_UNIT_WEEK: _ClassVar[ModelTimeUnit]
    MODEL_TIME_UNIT_MONTH: _ClassVar[ModelTimeUnit]
    MODEL_TIME_UNIT_YEAR: _ClassVar[ModelTimeUnit]

class ChurnRisk(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CHURN_RISK_UNSPECIFIED: _ClassVar[ChurnRisk]
    CHURN_RISK_LOW: _ClassVar[ChurnRisk]
    CHURN_RISK_MEDIUM: _ClassVar[ChurnRisk]
    CHURN_RISK_HIGH: _ClassVar[ChurnRisk]

class PredictionOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PREDICTION_ORDER_UNSPECIFIED: _ClassVar[PredictionOrder]
    PREDICTION_ORDER_CLV: _ClassVar[PredictionOrder]
    PREDICTION_ORDER_ALIVE_PROBABILITY: _ClassVar[PredictionOrder]
    PREDICTION_ORDER_VALUE_AT_RISK: _ClassVar[PredictionOrder]
MODEL_KIND_UNSPECIFIED: ModelKind
MODEL_KIND_BG_NBD: ModelKind
MODEL_KIND_MBG_NBD: ModelKind
MODEL_KIND_PARETO_NBD: ModelKind
MODEL_KIND_BG_CNBD_K: ModelKind
MODEL_KIND_MBG_CNBD_K: ModelKind
MODEL_KIND_BG_BB: ModelKind
MODEL_KIND_NBD: ModelKind
INTERVAL_METHOD_UNSPECIFIED: IntervalMethod
INTERVAL_METHOD_DELTA: IntervalMethod
INTERVAL_METHOD_BOOTSTRAP: IntervalMethod
PREDICTION_BASIS_UNSPECIFIED: PredictionBasis
PREDICTION_BASIS_INDIVIDUAL: PredictionBasis
PREDICTION_BASIS_SEGMENT: PredictionBasis
PREDICTION_BASIS_POPULATION: PredictionBasis
PREDICTION_BASIS_PRIOR: PredictionBasis
HABIT_UNSPECIFIED: Habit
HABIT_REPEAT_PURCHASES: Habit
HABIT_DAYS_FIRST_TO_LAST: Habit
HABIT_DAYS_FOLLOWED: Habit
HABIT_DAYS_SILENT: Habit
HABIT_MEAN_GAP_DAYS: Habit
HABIT_SILENCE_OVER_MEAN_GAP: Habit
HABIT_LAST_GAP_OVER_MEAN_GAP: Habit
HABIT_SILENCE_OVER_LONGEST_GAP: Habit
HABIT_GAP_VARIATION: Habit
HABIT_PURCHASES_LAST_28_DAYS: Habit
HABIT_PURCHASES_LAST_91_DAYS: Habit
HABIT_PURCHASES_LAST_182_DAYS: Habit
HABIT_PURCHASES_SAME_SEASON_LAST_YEAR: Habit
HABIT_PURCHASES_TREND: Habit
HABIT_ALIVE_PROBABILITY: Habit
HABIT_LAST_NPS_SCORE: Habit
HABIT_DAYS_SINCE_NPS_ANSWER: Habit
HABIT_CASES_LAST_91_DAYS: Habit
HABIT_MEAN_SPEND: Habit
HABIT_LAST_SPEND_OVER_MEAN: Habit
HABIT_SPEND_TREND: Habit
HABIT_DISCOUNT_SHARE: Habit
HABIT_LAST_DISCOUNT_SHARE: Habit
HABIT_REFUNDED_SHARE: Habit
HABIT_LAST_CSAT: Habit
HABIT_DAYS_SINCE_CSAT_ANSWER: Habit
HABIT_LAST_CES: Habit
HABIT_DAYS_SINCE_CES_ANSWER: Habit
MODEL_TIME_UNIT_UNSPECIFIED: ModelTimeUnit
MODEL_TIME_UNIT_DAY: ModelTimeUnit
MODEL_TIME_UNIT_WEEK: ModelTimeUnit
MODEL_TIME_UNIT_MONTH: ModelTimeUnit
MODEL_TIME_UNIT_YEAR: ModelTimeUnit
CHURN_RISK_UNSPECIFIED: ChurnRisk
CHURN_RISK_LOW: ChurnRisk
CHURN_RISK_MEDIUM: ChurnRisk
CHURN_RISK_HIGH: ChurnRisk
PREDICTION_ORDER_UNSPECIFIED: PredictionOrder
PREDICTION_ORDER_CLV: PredictionOrder
PREDICTION_ORDER_ALIVE_PROBABILITY: PredictionOrder
PREDICTION_ORDER_VALUE_AT_RISK: PredictionOrder

class BasisShares(_message.Message):
    __slots__ = ("individual", "segment", "population", "prior")
    INDIVIDUAL_FIELD_NUMBER: _ClassVar[int]
    SEGMENT_FIELD_NUMBER: _ClassVar[int]
    POPULATION_FIELD_NUMBER: _ClassVar[int]
    PRIOR_FIELD_NUMBER: _ClassVar[int]
    individual: float
    segment: float
    population: float
    prior: float
    def __init__(self, individual: _Optional[float] = ..., segment: _Optional[float] = ..., population: _Optional[float] = ..., prior: _Optional[float] = ...) -> None: ...

class Parameter(_message.Message):
    __slots__ = ("name", "estimate")
    NAME_FIELD_NUMBER: _ClassVar[int]
    ESTIMATE_FIELD_NUMBER: _ClassVar[int]
    name: str
    estimate: _common_pb2.Estimate
    def __init__(self, name: _Optional[str] = ..., estimate: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class HistogramBin(_message.Message):
    __slots__ = ("frequency", "actual", "expected")
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    frequency: int
    actual: int
    expected: float
    def __init__(self, frequency: _Optional[int] = ..., actual: _Optional[int] = ..., expected: _Optional[float] = ...) -> None: ...

class Model(_message.Message):
    __slots__ = ("model_id", "kind", "time_unit", "fit_time", "calibration_start", "calibration_end", "revision", "is_default", "is_automatic", "parameters", "log_likelihood", "customers", "repeat_customers", "patterns", "iterations", "termination", "value_parameters", "value_log_likelihood", "warnings", "calibration_histogram", "chi_square", "chi_square_degrees_of_freedom", "correlations", "is_identified", "fit_reason", "regularity", "bootstrap_replicates", "covariates", "covariates_test", "backtest_bias", "frequency_value_correlation", "warning_codes", "members", "earlier_backtest_biases", "recalibration", "prior_share", "mean_basis_shares", "half_individual_days", "learner", "own_pace", "pace", "range_correction", "group_error")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TIME_UNIT_FIELD_NUMBER: _ClassVar[int]
    FIT_TIME_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_START_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_END_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    IS_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    IS_AUTOMATIC_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    LOG_LIKELIHOOD_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    REPEAT_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    PATTERNS_FIELD_NUMBER: _ClassVar[int]
    ITERATIONS_FIELD_NUMBER: _ClassVar[int]
    TERMINATION_FIELD_NUMBER: _ClassVar[int]
    VALUE_PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    VALUE_LOG_LIKELIHOOD_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_HISTOGRAM_FIELD_NUMBER: _ClassVar[int]
    CHI_SQUARE_FIELD_NUMBER: _ClassVar[int]
    CHI_SQUARE_DEGREES_OF_FREEDOM_FIELD_NUMBER: _ClassVar[int]
    CORRELATIONS_FIELD_NUMBER: _ClassVar[int]
    IS_IDENTIFIED_FIELD_NUMBER: _ClassVar[int]
    FIT_REASON_FIELD_NUMBER: _ClassVar[int]
    REGULARITY_FIELD_NUMBER: _ClassVar[int]
    BOOTSTRAP_REPLICATES_FIELD_NUMBER: _ClassVar[int]
    COVARIATES_FIELD_NUMBER: _ClassVar[int]
    COVARIATES_TEST_FIELD_NUMBER: _ClassVar[int]
    BACKTEST_BIAS_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_VALUE_CORRELATION_FIELD_NUMBER: _ClassVar[int]
    WARNING_CODES_FIELD_NUMBER: _ClassVar[int]
    MEMBERS_FIELD_NUMBER: _ClassVar[int]
    EARLIER_BACKTEST_BIASES_FIELD_NUMBER: _ClassVar[int]
    RECALIBRATION_FIELD_NUMBER: _ClassVar[int]
    PRIOR_SHARE_FIELD_NUMBER: _ClassVar[int]
    MEAN_BASIS_SHARES_FIELD_NUMBER: _ClassVar[int]
    HALF_INDIVIDUAL_DAYS_FIELD_NUMBER: _ClassVar[int]
    LEARNER_FIELD_NUMBER: _ClassVar[int]
    OWN_PACE_FIELD_NUMBER: _ClassVar[int]
    PACE_FIELD_NUMBER: _ClassVar[int]
    RANGE_CORRECTION_FIELD_NUMBER: _ClassVar[int]
    GROUP_ERROR_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    kind: ModelKind
    time_unit: ModelTimeUnit
    fit_time: _timestamp_pb2.Timestamp
    calibration_start: str
    calibration_end: str
    revision: int
    is_default: bool
    is_automatic: bool
    parameters: _containers.RepeatedCompositeFieldContainer[Parameter]
    log_likelihood: float
    customers: int
    repeat_customers: int
    patterns: int
    iterations: int
    termination: str
    value_parameters: _containers.RepeatedCompositeFieldContainer[Parameter]
    value_log_likelihood: float
    warnings: _containers.RepeatedScalarFieldContainer[str]
    calibration_histogram: _containers.RepeatedCompositeFieldContainer[HistogramBin]
    chi_square: float
    chi_square_degrees_of_freedom: int
    correlations: _containers.RepeatedCompositeFieldContainer[ParameterCorrelation]
    is_identified: bool
    fit_reason: str
    regularity: int
    bootstrap_replicates: int
    covariates: _containers.RepeatedScalarFieldContainer[str]
    covariates_test: LikelihoodRatioTest
    backtest_bias: float
    frequency_value_correlation: float
    warning_codes: _containers.RepeatedScalarFieldContainer[_common_pb2.WarningCode]
    members: _containers.RepeatedCompositeFieldContainer[MixtureMember]
    earlier_backtest_biases: _containers.RepeatedScalarFieldContainer[float]
    recalibration: float
    prior_share: float
    mean_basis_shares: BasisShares
    half_individual_days: float
    learner: Learner
    own_pace: OwnPace
    pace: Pace
    range_correction: RangeCorrection
    group_error: float
    def __init__(self, model_id: _Optional[str] = ..., kind: _Optional[_Union[ModelKind, str]] = ..., time_unit: _Optional[_Union[ModelTimeUnit, str]] = ..., fit_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., calibration_start: _Optional[str] = ..., calibration_end: _Optional[str] = ..., revision: _Optional[int] = ..., is_default: bool = ..., is_automatic: bool = ..., parameters: _Optional[_Iterable[_Union[Parameter, _Mapping]]] = ..., log_likelihood: _Optional[float] = ..., customers: _Optional[int] = ..., repeat_customers: _Optional[int] = ..., patterns: _Optional[int] = ..., iterations: _Optional[int] = ..., termination: _Optional[str] = ..., value_parameters: _Optional[_Iterable[_Union[Parameter, _Mapping]]] = ..., value_log_likelihood: _Optional[float] = ..., warnings: _Optional[_Iterable[str]] = ..., calibration_histogram: _Optional[_Iterable[_Union[HistogramBin, _Mapping]]] = ..., chi_square: _Optional[float] = ..., chi_square_degrees_of_freedom: _Optional[int] = ..., correlations: _Optional[_Iterable[_Union[ParameterCorrelation, _Mapping]]] = ..., is_identified: bool = ..., fit_reason: _Optional[str] = ..., regularity: _Optional[int] = ..., bootstrap_replicates: _Optional[int] = ..., covariates: _Optional[_Iterable[str]] = ..., covariates_test: _Optional[_Union[LikelihoodRatioTest, _Mapping]] = ..., backtest_bias: _Optional[float] = ..., frequency_value_correlation: _Optional[float] = ..., warning_codes: _Optional[_Iterable[_Union[_common_pb2.WarningCode, str]]] = ..., members: _Optional[_Iterable[_Union[MixtureMember, _Mapping]]] = ..., earlier_backtest_biases: _Optional[_Iterable[float]] = ..., recalibration: _Optional[float] = ..., prior_share: _Optional[float] = ..., mean_basis_shares: _Optional[_Union[BasisShares, _Mapping]] = ..., half_individual_days: _Optional[float] = ..., learner: _Optional[_Union[Learner, _Mapping]] = ..., own_pace: _Optional[_Union[OwnPace, _Mapping]] = ..., pace: _Optional[_Union[Pace, _Mapping]] = ..., range_correction: _Optional[_Union[RangeCorrection, _Mapping]] = ..., group_error: _Optional[float] = ...) -> None: ...

class RangeCorrection(_message.Message):
    __slots__ = ("beyond_80", "beyond_95", "uncorrected_share_80", "uncorrected_share_95", "share_80", "share_95")
    BEYOND_80_FIELD_NUMBER: _ClassVar[int]
    BEYOND_95_FIELD_NUMBER: _ClassVar[int]
    UNCORRECTED_SHARE_80_FIELD_NUMBER: _ClassVar[int]
    UNCORRECTED_SHARE_95_FIELD_NUMBER: _ClassVar[int]
    SHARE_80_FIELD_NUMBER: _ClassVar[int]
    SHARE_95_FIELD_NUMBER: _ClassVar[int]
    beyond_80: float
    beyond_95: float
    uncorrected_share_80: _common_pb2.Estimate
    uncorrected_share_95: _common_pb2.Estimate
    share_80: _common_pb2.Estimate
    share_95: _common_pb2.Estimate
    def __init__(self, beyond_80: _Optional[float] = ..., beyond_95: _Optional[float] = ..., uncorrected_share_80: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., uncorrected_share_95: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., share_80: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., share_95: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class Pace(_message.Message):
    __slots__ = ("drift", "season")
    DRIFT_FIELD_NUMBER: _ClassVar[int]
    SEASON_FIELD_NUMBER: _ClassVar[int]
    drift: Drift
    season: Season
    def __init__(self, drift: _Optional[_Union[Drift, _Mapping]] = ..., season: _Optional[_Union[Season, _Mapping]] = ...) -> None: ...

class Drift(_message.Message):
    __slots__ = ("yearly_factor", "weight", "log_score_gain")
    YEARLY_FACTOR_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    LOG_SCORE_GAIN_FIELD_NUMBER: _ClassVar[int]
    yearly_factor: float
    weight: _common_pb2.Estimate
    log_score_gain: _common_pb2.Estimate
    def __init__(self, yearly_factor: _Optional[float] = ..., weight: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., log_score_gain: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class Season(_message.Message):
    __slots__ = ("monthly_factors", "weight")
    MONTHLY_FACTORS_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    monthly_factors: _containers.RepeatedScalarFieldContainer[float]
    weight: _common_pb2.Estimate
    def __init__(self, monthly_factors: _Optional[_Iterable[float]] = ..., weight: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class Learner(_message.Message):
    __slots__ = ("weight", "log_score_gain", "habits")
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    LOG_SCORE_GAIN_FIELD_NUMBER: _ClassVar[int]
    HABITS_FIELD_NUMBER: _ClassVar[int]
    weight: _common_pb2.Estimate
    log_score_gain: _common_pb2.Estimate
    habits: _containers.RepeatedCompositeFieldContainer[HabitImportance]
    def __init__(self, weight: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., log_score_gain: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., habits: _Optional[_Iterable[_Union[HabitImportance, _Mapping]]] = ...) -> None: ...

class HabitImportance(_message.Message):
    __slots__ = ("habit", "mean_log_odds")
    HABIT_FIELD_NUMBER: _ClassVar[int]
    MEAN_LOG_ODDS_FIELD_NUMBER: _ClassVar[int]
    habit: Habit
    mean_log_odds: float
    def __init__(self, habit: _Optional[_Union[Habit, str]] = ..., mean_log_odds: _Optional[float] = ...) -> None: ...

class OwnPace(_message.Message):
    __slots__ = ("weight", "log_score_gain", "habits")
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    LOG_SCORE_GAIN_FIELD_NUMBER: _ClassVar[int]
    HABITS_FIELD_NUMBER: _ClassVar[int]
    weight: _common_pb2.Estimate
    log_score_gain: _common_pb2.Estimate
    habits: _containers.RepeatedCompositeFieldContainer[PaceImportance]
    def __init__(self, weight: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., log_score_gain: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., habits: _Optional[_Iterable[_Union[PaceImportance, _Mapping]]] = ...) -> None: ...

class PaceImportance(_message.Message):
    __slots__ = ("habit", "mean_log_pace")
    HABIT_FIELD_NUMBER: _ClassVar[int]
    MEAN_LOG_PACE_FIELD_NUMBER: _ClassVar[int]
    habit: Habit
    mean_log_pace: float
    def __init__(self, habit: _Optional[_Union[Habit, str]] = ..., mean_log_pace: _Optional[float] = ...) -> None: ...

class MixtureMember(_message.Message):
    __slots__ = ("kind", "weight", "parameters", "log_likelihood", "regularity")
    KIND_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    LOG_LIKELIHOOD_FIELD_NUMBER: _ClassVar[int]
    REGULARITY_FIELD_NUMBER: _ClassVar[int]
    kind: ModelKind
    weight: float
    parameters: _containers.RepeatedCompositeFieldContainer[Parameter]
    log_likelihood: float
    regularity: int
    def __init__(self, kind: _Optional[_Union[ModelKind, str]] = ..., weight: _Optional[float] = ..., parameters: _Optional[_Iterable[_Union[Parameter, _Mapping]]] = ..., log_likelihood: _Optional[float] = ..., regularity: _Optional[int] = ...) -> None: ...

class ParameterCorrelation(_message.Message):
    __slots__ = ("first", "second", "correlation")
    FIRST_FIELD_NUMBER: _ClassVar[int]
    SECOND_FIELD_NUMBER: _ClassVar[int]
    CORRELATION_FIELD_NUMBER: _ClassVar[int]
    first: str
    second: str
    correlation: float
    def __init__(self, first: _Optional[str] = ..., second: _Optional[str] = ..., correlation: _Optional[float] = ...) -> None: ...

class LikelihoodRatioTest(_message.Message):
    __slots__ = ("statistic", "degrees_of_freedom", "p_value")
    STATISTIC_FIELD_NUMBER: _ClassVar[int]
    DEGREES_OF_FREEDOM_FIELD_NUMBER: _ClassVar[int]
    P_VALUE_FIELD_NUMBER: _ClassVar[int]
    statistic: float
    degrees_of_freedom: int
    p_value: float
    def __init__(self, statistic: _Optional[float] = ..., degrees_of_freedom: _Optional[int] = ..., p_value: _Optional[float] = ...) -> None: ...

class FitModelRequest(_message.Message):
    __slots__ = ("kind", "calibration_end", "time_unit", "request_id", "bootstrap_replicates", "covariates", "keep_default")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_END_FIELD_NUMBER: _ClassVar[int]
    TIME_UNIT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    BOOTSTRAP_REPLICATES_FIELD_NUMBER: _ClassVar[int]
    COVARIATES_FIELD_NUMBER: _ClassVar[int]
    KEEP_DEFAULT_FIELD_NUMBER: _ClassVar[int]
    kind: ModelKind
    calibration_end: str
    time_unit: ModelTimeUnit
    request_id: str
    bootstrap_replicates: int
    covariates: _containers.RepeatedScalarFieldContainer[str]
    keep_default: bool
    def __init__(self, kind: _Optional[_Union[ModelKind, str]] = ..., calibration_end: _Optional[str] = ..., time_unit: _Optional[_Union[ModelTimeUnit, str]] = ..., request_id: _Optional[str] = ..., bootstrap_replicates: _Optional[int] = ..., covariates: _Optional[_Iterable[str]] = ..., keep_default: bool = ...) -> None: ...

class FitModelResponse(_message.Message):
    __slots__ = ("progress", "model")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    progress: FitProgress
    model: Model
    def __init__(self, progress: _Optional[_Union[FitProgress, _Mapping]] = ..., model: _Optional[_Union[Model, _Mapping]] = ...) -> None: ...

class FitProgress(_message.Message):
    __slots__ = ("stage", "iterations", "log_likelihood")
    STAGE_FIELD_NUMBER: _ClassVar[int]
    ITERATIONS_FIELD_NUMBER: _ClassVar[int]
    LOG_LIKELIHOOD_FIELD_NUMBER: _ClassVar[int]
    stage: str
    iterations: int
    log_likelihood: float
    def __init__(self, stage: _Optional[str] = ..., iterations: _Optional[int] = ..., log_likelihood: _Optional[float] = ...) -> None: ...

class GetModelRequest(_message.Message):
    __slots__ = ("model_id",)
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    def __init__(self, model_id: _Optional[str] = ...) -> None: ...

class GetModelResponse(_message.Message):
    __slots__ = ("model",)
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: Model
    def __init__(self, model: _Optional[_Union[Model, _Mapping]] = ...) -> None: ...

class ListModelsRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListModelsResponse(_message.Message):
    __slots__ = ("models", "next_page_token")
    MODELS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    models: _containers.RepeatedCompositeFieldContainer[Model]
    next_page_token: str
    def __init__(self, models: _Optional[_Iterable[_Union[Model, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class OutcomeRange(_message.Message):
    __slots__ = ("median", "low_80", "high_80", "low_95", "high_95", "probability_80", "probability_95")
    MEDIAN_FIELD_NUMBER: _ClassVar[int]
    LOW_80_FIELD_NUMBER: _ClassVar[int]
    HIGH_80_FIELD_NUMBER: _ClassVar[int]
    LOW_95_FIELD_NUMBER: _ClassVar[int]
    HIGH_95_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_80_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_95_FIELD_NUMBER: _ClassVar[int]
    median: float
    low_80: float
    high_80: float
    low_95: float
    high_95: float
    probability_80: float
    probability_95: float
    def __init__(self, median: _Optional[float] = ..., low_80: _Optional[float] = ..., high_80: _Optional[float] = ..., low_95: _Optional[float] = ..., high_95: _Optional[float] = ..., probability_80: _Optional[float] = ..., probability_95: _Optional[float] = ...) -> None: ...

class Prediction(_message.Message):
    __slots__ = ("customer_id", "alive_probability", "expected_purchases", "expected_value", "clv", "frequency", "recency_days", "age_days", "mean_value", "basis", "alive_probability_at_horizon", "purchase_probability", "recalibrated_purchases", "recalibrated_clv", "churn_probability", "churn_risk", "purchases_range", "spend_range", "basis_shares", "clv_if_alive", "value_at_risk", "repeat_purchase_days", "days_first_to_last", "days_followed")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    ALIVE_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_PURCHASES_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VALUE_FIELD_NUMBER: _ClassVar[int]
    CLV_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    RECENCY_DAYS_FIELD_NUMBER: _ClassVar[int]
    AGE_DAYS_FIELD_NUMBER: _ClassVar[int]
    MEAN_VALUE_FIELD_NUMBER: _ClassVar[int]
    BASIS_FIELD_NUMBER: _ClassVar[int]
    ALIVE_PROBABILITY_AT_HORIZON_FIELD_NUMBER: _ClassVar[int]
    PURCHASE_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    RECALIBRATED_PURCHASES_FIELD_NUMBER: _ClassVar[int]
    RECALIBRATED_CLV_FIELD_NUMBER: _ClassVar[int]
    CHURN_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    CHURN_RISK_FIELD_NUMBER: _ClassVar[int]
    PURCHASES_RANGE_FIELD_NUMBER: _ClassVar[int]
    SPEND_RANGE_FIELD_NUMBER: _ClassVar[int]
    BASIS_SHARES_FIELD_NUMBER: _ClassVar[int]
    CLV_IF_ALIVE_FIELD_NUMBER: _ClassVar[int]
    VALUE_AT_RISK_FIELD_NUMBER: _ClassVar[int]
    REPEAT_PURCHASE_DAYS_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIRST_TO_LAST_FIELD_NUMBER: _ClassVar[int]
    DAYS_FOLLOWED_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    alive_probability: _common_pb2.Estimate
    expected_purchases: _common_pb2.Estimate
    expected_value: _common_pb2.Estimate
    clv: _common_pb2.Estimate
    frequency: int
    recency_days: int
    age_days: int
    mean_value: float
    basis: PredictionBasis
    alive_probability_at_horizon: _common_pb2.Estimate
    purchase_probability: _common_pb2.Estimate
    recalibrated_purchases: _common_pb2.Estimate
    recalibrated_clv: _common_pb2.Estimate
    churn_probability: _common_pb2.Estimate
    churn_risk: ChurnRisk
    purchases_range: OutcomeRange
    spend_range: OutcomeRange
    basis_shares: BasisShares
    clv_if_alive: _common_pb2.Estimate
    value_at_risk: _common_pb2.Estimate
    repeat_purchase_days: int
    days_first_to_last: int
    days_followed: int
    def __init__(self, customer_id: _Optional[str] = ..., alive_probability: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., expected_purchases: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., expected_value: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., clv: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., frequency: _Optional[int] = ..., recency_days: _Optional[int] = ..., age_days: _Optional[int] = ..., mean_value: _Optional[float] = ..., basis: _Optional[_Union[PredictionBasis, str]] = ..., alive_probability_at_horizon: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., purchase_probability: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., recalibrated_purchases: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., recalibrated_clv: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., churn_probability: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., churn_risk: _Optional[_Union[ChurnRisk, str]] = ..., purchases_range: _Optional[_Union[OutcomeRange, _Mapping]] = ..., spend_range: _Optional[_Union[OutcomeRange, _Mapping]] = ..., basis_shares: _Optional[_Union[BasisShares, _Mapping]] = ..., clv_if_alive: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., value_at_risk: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., repeat_purchase_days: _Optional[int] = ..., days_first_to_last: _Optional[int] = ..., days_followed: _Optional[int] = ...) -> None: ...

class WaitingTime(_message.Message):
    __slots__ = ("days_p10", "days_p50", "days_p90")
    DAYS_P10_FIELD_NUMBER: _ClassVar[int]
    DAYS_P50_FIELD_NUMBER: _ClassVar[int]
    DAYS_P90_FIELD_NUMBER: _ClassVar[int]
    days_p10: float
    days_p50: float
    days_p90: float
    def __init__(self, days_p10: _Optional[float] = ..., days_p50: _Optional[float] = ..., days_p90: _Optional[float] = ...) -> None: ...

class PurchaseProbability(_message.Message):
    __slots__ = ("purchases", "probability")
    PURCHASES_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    purchases: int
    probability: float
    def __init__(self, purchases: _Optional[int] = ..., probability: _Optional[float] = ...) -> None: ...

class AlivePoint(_message.Message):
    __slots__ = ("date", "alive_probability", "purchased")
    DATE_FIELD_NUMBER: _ClassVar[int]
    ALIVE_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    PURCHASED_FIELD_NUMBER: _ClassVar[int]
    date: str
    alive_probability: float
    purchased: bool
    def __init__(self, date: _Optional[str] = ..., alive_probability: _Optional[float] = ..., purchased: bool = ...) -> None: ...

class PredictCustomerRequest(_message.Message):
    __slots__ = ("customer_id", "horizon", "as_of", "model_id", "yearly_discount_rate", "known_at", "new_customer", "interval_method", "with_distribution", "with_alive_history", "wait_for_model")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    YEARLY_DISCOUNT_RATE_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    NEW_CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_METHOD_FIELD_NUMBER: _ClassVar[int]
    WITH_DISTRIBUTION_FIELD_NUMBER: _ClassVar[int]
    WITH_ALIVE_HISTORY_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_MODEL_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    horizon: str
    as_of: _timestamp_pb2.Timestamp
    model_id: str
    yearly_discount_rate: float
    known_at: _timestamp_pb2.Timestamp
    new_customer: bool
    interval_method: IntervalMethod
    with_distribution: bool
    with_alive_history: bool
    wait_for_model: bool
    def __init__(self, customer_id: _Optional[str] = ..., horizon: _Optional[str] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., model_id: _Optional[str] = ..., yearly_discount_rate: _Optional[float] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., new_customer: bool = ..., interval_method: _Optional[_Union[IntervalMethod, str]] = ..., with_distribution: bool = ..., with_alive_history: bool = ..., wait_for_model: bool = ...) -> None: ...

class PredictCustomerResponse(_message.Message):
    __slots__ = ("prediction", "model_id", "provenance", "purchase_probabilities", "next_purchase", "alive_history", "more_purchases_probability", "moved_odds", "moved_pace")
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    PURCHASE_PROBABILITIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PURCHASE_FIELD_NUMBER: _ClassVar[int]
    ALIVE_HISTORY_FIELD_NUMBER: _ClassVar[int]
    MORE_PURCHASES_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    MOVED_ODDS_FIELD_NUMBER: _ClassVar[int]
    MOVED_PACE_FIELD_NUMBER: _ClassVar[int]
    prediction: Prediction
    model_id: str
    provenance: _common_pb2.Provenance
    purchase_probabilities: _containers.RepeatedCompositeFieldContainer[PurchaseProbability]
    next_purchase: WaitingTime
    alive_history: _containers.RepeatedCompositeFieldContainer[AlivePoint]
    more_purchases_probability: float
    moved_odds: MovedOdds
    moved_pace: MovedPace
    def __init__(self, prediction: _Optional[_Union[Prediction, _Mapping]] = ..., model_id: _Optional[str] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ..., purchase_probabilities: _Optional[_Iterable[_Union[PurchaseProbability, _Mapping]]] = ..., next_purchase: _Optional[_Union[WaitingTime, _Mapping]] = ..., alive_history: _Optional[_Iterable[_Union[AlivePoint, _Mapping]]] = ..., more_purchases_probability: _Optional[float] = ..., moved_odds: _Optional[_Union[MovedOdds, _Mapping]] = ..., moved_pace: _Optional[_Union[MovedPace, _Mapping]] = ...) -> None: ...

class MovedOdds(_message.Message):
    __slots__ = ("weight", "alive_probability_by_models", "log_odds_of_everybody", "habits")
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    ALIVE_PROBABILITY_BY_MODELS_FIELD_NUMBER: _ClassVar[int]
    LOG_ODDS_OF_EVERYBODY_FIELD_NUMBER: _ClassVar[int]
    HABITS_FIELD_NUMBER: _ClassVar[int]
    weight: float
    alive_probability_by_models: float
    log_odds_of_everybody: float
    habits: _containers.RepeatedCompositeFieldContainer[HabitEffect]
    def __init__(self, weight: _Optional[float] = ..., alive_probability_by_models: _Optional[float] = ..., log_odds_of_everybody: _Optional[float] = ..., habits: _Optional[_Iterable[_Union[HabitEffect, _Mapping]]] = ...) -> None: ...

class HabitEffect(_message.Message):
    __slots__ = ("habit", "value", "log_odds")
    HABIT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    LOG_ODDS_FIELD_NUMBER: _ClassVar[int]
    habit: Habit
    value: float
    log_odds: float
    def __init__(self, habit: _Optional[_Union[Habit, str]] = ..., value: _Optional[float] = ..., log_odds: _Optional[float] = ...) -> None: ...

class MovedPace(_message.Message):
    __slots__ = ("pace", "weight", "log_pace_of_everybody", "habits")
    PACE_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    LOG_PACE_OF_EVERYBODY_FIELD_NUMBER: _ClassVar[int]
    HABITS_FIELD_NUMBER: _ClassVar[int]
    pace: float
    weight: float
    log_pace_of_everybody: float
    habits: _containers.RepeatedCompositeFieldContainer[PaceEffect]
    def __init__(self, pace: _Optional[float] = ..., weight: _Optional[float] = ..., log_pace_of_everybody: _Optional[float] = ..., habits: _Optional[_Iterable[_Union[PaceEffect, _Mapping]]] = ...) -> None: ...

class PaceEffect(_message.Message):
    __slots__ = ("habit", "value", "log_pace")
    HABIT_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    LOG_PACE_FIELD_NUMBER: _ClassVar[int]
    habit: Habit
    value: float
    log_pace: float
    def __init__(self, habit: _Optional[_Union[Habit, str]] = ..., value: _Optional[float] = ..., log_pace: _Optional[float] = ...) -> None: ...

class PredictCustomersRequest(_message.Message):
    __slots__ = ("horizon", "as_of", "model_id", "yearly_discount_rate", "order", "limit", "known_at", "interval_method", "without_intervals", "with_totals", "filter", "with_ranges", "with_basis_shares", "wait_for_model")
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    YEARLY_DISCOUNT_RATE_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_METHOD_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_INTERVALS_FIELD_NUMBER: _ClassVar[int]
    WITH_TOTALS_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    WITH_RANGES_FIELD_NUMBER: _ClassVar[int]
    WITH_BASIS_SHARES_FIELD_NUMBER: _ClassVar[int]
    WAIT_FOR_MODEL_FIELD_NUMBER: _ClassVar[int]
    horizon: str
    as_of: _timestamp_pb2.Timestamp
    model_id: str
    yearly_discount_rate: float
    order: PredictionOrder
    limit: int
    known_at: _timestamp_pb2.Timestamp
    interval_method: IntervalMethod
    without_intervals: bool
    with_totals: bool
    filter: str
    with_ranges: bool
    with_basis_shares: bool
    wait_for_model: bool
    def __init__(self, horizon: _Optional[str] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., model_id: _Optional[str] = ..., yearly_discount_rate: _Optional[float] = ..., order: _Optional[_Union[PredictionOrder, str]] = ..., limit: _Optional[int] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., interval_method: _Optional[_Union[IntervalMethod, str]] = ..., without_intervals: bool = ..., with_totals: bool = ..., filter: _Optional[str] = ..., with_ranges: bool = ..., with_basis_shares: bool = ..., wait_for_model: bool = ...) -> None: ...

class PredictionTotals(_message.Message):
    __slots__ = ("customers", "alive_customers", "expected_purchases", "clv", "recalibrated_purchases", "recalibrated_clv", "purchases_range", "spend_range", "value_at_risk")
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    ALIVE_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_PURCHASES_FIELD_NUMBER: _ClassVar[int]
    CLV_FIELD_NUMBER: _ClassVar[int]
    RECALIBRATED_PURCHASES_FIELD_NUMBER: _ClassVar[int]
    RECALIBRATED_CLV_FIELD_NUMBER: _ClassVar[int]
    PURCHASES_RANGE_FIELD_NUMBER: _ClassVar[int]
    SPEND_RANGE_FIELD_NUMBER: _ClassVar[int]
    VALUE_AT_RISK_FIELD_NUMBER: _ClassVar[int]
    customers: int
    alive_customers: _common_pb2.Estimate
    expected_purchases: _common_pb2.Estimate
    clv: _common_pb2.Estimate
    recalibrated_purchases: _common_pb2.Estimate
    recalibrated_clv: _common_pb2.Estimate
    purchases_range: OutcomeRange
    spend_range: OutcomeRange
    value_at_risk: _common_pb2.Estimate
    def __init__(self, customers: _Optional[int] = ..., alive_customers: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., expected_purchases: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., clv: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., recalibrated_purchases: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., recalibrated_clv: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., purchases_range: _Optional[_Union[OutcomeRange, _Mapping]] = ..., spend_range: _Optional[_Union[OutcomeRange, _Mapping]] = ..., value_at_risk: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class SummarizePredictionsRequest(_message.Message):
    __slots__ = ("horizon", "as_of", "model_id", "yearly_discount_rate", "group_by", "known_at", "interval_method", "filter", "with_ranges")
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    YEARLY_DISCOUNT_RATE_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_METHOD_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    WITH_RANGES_FIELD_NUMBER: _ClassVar[int]
    horizon: str
    as_of: _timestamp_pb2.Timestamp
    model_id: str
    yearly_discount_rate: float
    group_by: str
    known_at: _timestamp_pb2.Timestamp
    interval_method: IntervalMethod
    filter: str
    with_ranges: bool
    def __init__(self, horizon: _Optional[str] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., model_id: _Optional[str] = ..., yearly_discount_rate: _Optional[float] = ..., group_by: _Optional[str] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., interval_method: _Optional[_Union[IntervalMethod, str]] = ..., filter: _Optional[str] = ..., with_ranges: bool = ...) -> None: ...

class PredictionSummary(_message.Message):
    __slots__ = ("group", "customers", "alive_customers", "expected_purchases", "clv", "value_at_risk", "recalibrated_purchases", "recalibrated_clv", "purchases_range", "spend_range")
    GROUP_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    ALIVE_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_PURCHASES_FIELD_NUMBER: _ClassVar[int]
    CLV_FIELD_NUMBER: _ClassVar[int]
    VALUE_AT_RISK_FIELD_NUMBER: _ClassVar[int]
    RECALIBRATED_PURCHASES_FIELD_NUMBER: _ClassVar[int]
    RECALIBRATED_CLV_FIELD_NUMBER: _ClassVar[int]
    PURCHASES_RANGE_FIELD_NUMBER: _ClassVar[int]
    SPEND_RANGE_FIELD_NUMBER: _ClassVar[int]
    group: str
    customers: int
    alive_customers: _common_pb2.Estimate
    expected_purchases: _common_pb2.Estimate
    clv: _common_pb2.Estimate
    value_at_risk: _common_pb2.Estimate
    recalibrated_purchases: _common_pb2.Estimate
    recalibrated_clv: _common_pb2.Estimate
    purchases_range: OutcomeRange
    spend_range: OutcomeRange
    def __init__(self, group: _Optional[str] = ..., customers: _Optional[int] = ..., alive_customers: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., expected_purchases: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., clv: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., value_at_risk: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., recalibrated_purchases: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., recalibrated_clv: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., purchases_range: _Optional[_Union[OutcomeRange, _Mapping]] = ..., spend_range: _Optional[_Union[OutcomeRange, _Mapping]] = ...) -> None: ...

class SummarizePredictionsResponse(_message.Message):
    __slots__ = ("whole", "rows", "model_id", "provenance")
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    whole: PredictionSummary
    rows: _containers.RepeatedCompositeFieldContainer[PredictionSummary]
    model_id: str
    provenance: _common_pb2.Provenance
    def __init__(self, whole: _Optional[_Union[PredictionSummary, _Mapping]] = ..., rows: _Optional[_Iterable[_Union[PredictionSummary, _Mapping]]] = ..., model_id: _Optional[str] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class PredictCustomersResponse(_message.Message):
    __slots__ = ("predictions", "model_id", "provenance", "totals")
    PREDICTIONS_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    TOTALS_FIELD_NUMBER: _ClassVar[int]
    predictions: _containers.RepeatedCompositeFieldContainer[Prediction]
    model_id: str
    provenance: _common_pb2.Provenance
    totals: PredictionTotals
    def __init__(self, predictions: _Optional[_Iterable[_Union[Prediction, _Mapping]]] = ..., model_id: _Optional[str] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ..., totals: _Optional[_Union[PredictionTotals, _Mapping]] = ...) -> None: ...

class PredictSummariesRequest(_message.Message):
    __slots__ = ("frequency", "recency_days", "age_days", "mean_value", "customer_ids", "kind", "time_unit", "model_id", "horizon", "yearly_discount_rate", "without_intervals")
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    RECENCY_DAYS_FIELD_NUMBER: _ClassVar[int]
    AGE_DAYS_FIELD_NUMBER: _ClassVar[int]
    MEAN_VALUE_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_IDS_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    TIME_UNIT_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    YEARLY_DISCOUNT_RATE_FIELD_NUMBER: _ClassVar[int]
    WITHOUT_INTERVALS_FIELD_NUMBER: _ClassVar[int]
    frequency: _containers.RepeatedScalarFieldContainer[int]
    recency_days: _containers.RepeatedScalarFieldContainer[int]
    age_days: _containers.RepeatedScalarFieldContainer[int]
    mean_value: _containers.RepeatedScalarFieldContainer[float]
    customer_ids: _containers.RepeatedScalarFieldContainer[str]
    kind: ModelKind
    time_unit: ModelTimeUnit
    model_id: str
    horizon: str
    yearly_discount_rate: float
    without_intervals: bool
    def __init__(self, frequency: _Optional[_Iterable[int]] = ..., recency_days: _Optional[_Iterable[int]] = ..., age_days: _Optional[_Iterable[int]] = ..., mean_value: _Optional[_Iterable[float]] = ..., customer_ids: _Optional[_Iterable[str]] = ..., kind: _Optional[_Union[ModelKind, str]] = ..., time_unit: _Optional[_Union[ModelTimeUnit, str]] = ..., model_id: _Optional[str] = ..., horizon: _Optional[str] = ..., yearly_discount_rate: _Optional[float] = ..., without_intervals: bool = ...) -> None: ...

class PredictSummariesResponse(_message.Message):
    __slots__ = ("predictions", "model", "provenance")
    PREDICTIONS_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    predictions: _containers.RepeatedCompositeFieldContainer[Prediction]
    model: Model
    provenance: _common_pb2.Provenance
    def __init__(self, predictions: _Optional[_Iterable[_Union[Prediction, _Mapping]]] = ..., model: _Optional[_Union[Model, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class ForecastDecile(_message.Message):
    __slots__ = ("decile", "customers", "expected", "actual")
    DECILE_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FIELD_NUMBER: _ClassVar[int]
    decile: int
    customers: int
    expected: float
    actual: float
    def __init__(self, decile: _Optional[int] = ..., customers: _Optional[int] = ..., expected: _Optional[float] = ..., actual: _Optional[float] = ...) -> None: ...

class ForecastAccuracy(_message.Message):
    __slots__ = ("mean_absolute_error", "root_mean_squared_error", "mean_squared_log_error", "correlation", "rank_correlation", "expected_total", "actual_total", "total_error_ratio", "top_decile_capture", "top_fifth_capture", "deciles", "estimates")
    MEAN_ABSOLUTE_ERROR_FIELD_NUMBER: _ClassVar[int]
    ROOT_MEAN_SQUARED_ERROR_FIELD_NUMBER: _ClassVar[int]
    MEAN_SQUARED_LOG_ERROR_FIELD_NUMBER: _ClassVar[int]
    CORRELATION_FIELD_NUMBER: _ClassVar[int]
    RANK_CORRELATION_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_TOTAL_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_TOTAL_FIELD_NUMBER: _ClassVar[int]
    TOTAL_ERROR_RATIO_FIELD_NUMBER: _ClassVar[int]
    TOP_DECILE_CAPTURE_FIELD_NUMBER: _ClassVar[int]
    TOP_FIFTH_CAPTURE_FIELD_NUMBER: _ClassVar[int]
    DECILES_FIELD_NUMBER: _ClassVar[int]
    ESTIMATES_FIELD_NUMBER: _ClassVar[int]
    mean_absolute_error: float
    root_mean_squared_error: float
    mean_squared_log_error: float
    correlation: float
    rank_correlation: float
    expected_total: float
    actual_total: float
    total_error_ratio: float
    top_decile_capture: float
    top_fifth_capture: float
    deciles: _containers.RepeatedCompositeFieldContainer[ForecastDecile]
    estimates: ForecastAccuracyEstimates
    def __init__(self, mean_absolute_error: _Optional[float] = ..., root_mean_squared_error: _Optional[float] = ..., mean_squared_log_error: _Optional[float] = ..., correlation: _Optional[float] = ..., rank_correlation: _Optional[float] = ..., expected_total: _Optional[float] = ..., actual_total: _Optional[float] = ..., total_error_ratio: _Optional[float] = ..., top_decile_capture: _Optional[float] = ..., top_fifth_capture: _Optional[float] = ..., deciles: _Optional[_Iterable[_Union[ForecastDecile, _Mapping]]] = ..., estimates: _Optional[_Union[ForecastAccuracyEstimates, _Mapping]] = ...) -> None: ...

class ForecastAccuracyEstimates(_message.Message):
    __slots__ = ("mean_absolute_error", "root_mean_squared_error", "mean_squared_log_error", "correlation", "rank_correlation", "total_error_ratio", "top_decile_capture", "top_fifth_capture", "calibration_slope")
    MEAN_ABSOLUTE_ERROR_FIELD_NUMBER: _ClassVar[int]
    ROOT_MEAN_SQUARED_ERROR_FIELD_NUMBER: _ClassVar[int]
    MEAN_SQUARED_LOG_ERROR_FIELD_NUMBER: _ClassVar[int]
    CORRELATION_FIELD_NUMBER: _ClassVar[int]
    RANK_CORRELATION_FIELD_NUMBER: _ClassVar[int]
    TOTAL_ERROR_RATIO_FIELD_NUMBER: _ClassVar[int]
    TOP_DECILE_CAPTURE_FIELD_NUMBER: _ClassVar[int]
    TOP_FIFTH_CAPTURE_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_SLOPE_FIELD_NUMBER: _ClassVar[int]
    mean_absolute_error: _common_pb2.Estimate
    root_mean_squared_error: _common_pb2.Estimate
    mean_squared_log_error: _common_pb2.Estimate
    correlation: _common_pb2.Estimate
    rank_correlation: _common_pb2.Estimate
    total_error_ratio: _common_pb2.Estimate
    top_decile_capture: _common_pb2.Estimate
    top_fifth_capture: _common_pb2.Estimate
    calibration_slope: _common_pb2.Estimate
    def __init__(self, mean_absolute_error: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., root_mean_squared_error: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., mean_squared_log_error: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., correlation: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., rank_correlation: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., total_error_ratio: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., top_decile_capture: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., top_fifth_capture: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., calibration_slope: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class ForecastScores(_message.Message):
    __slots__ = ("log_score", "continuous_ranked_probability_score", "brier_score", "log_loss", "area_under_curve", "calibration_slope", "deciles")
    LOG_SCORE_FIELD_NUMBER: _ClassVar[int]
    CONTINUOUS_RANKED_PROBABILITY_SCORE_FIELD_NUMBER: _ClassVar[int]
    BRIER_SCORE_FIELD_NUMBER: _ClassVar[int]
    LOG_LOSS_FIELD_NUMBER: _ClassVar[int]
    AREA_UNDER_CURVE_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_SLOPE_FIELD_NUMBER: _ClassVar[int]
    DECILES_FIELD_NUMBER: _ClassVar[int]
    log_score: _common_pb2.Estimate
    continuous_ranked_probability_score: _common_pb2.Estimate
    brier_score: _common_pb2.Estimate
    log_loss: _common_pb2.Estimate
    area_under_curve: _common_pb2.Estimate
    calibration_slope: _common_pb2.Estimate
    deciles: _containers.RepeatedCompositeFieldContainer[ForecastDecile]
    def __init__(self, log_score: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., continuous_ranked_probability_score: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., brier_score: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., log_loss: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., area_under_curve: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., calibration_slope: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., deciles: _Optional[_Iterable[_Union[ForecastDecile, _Mapping]]] = ...) -> None: ...

class BacktestResult(_message.Message):
    __slots__ = ("forecaster", "kind", "parameters", "log_likelihood", "purchases", "spend", "tracking_error_ratio", "tracking_mean_error_ratio", "problem", "warnings", "warning_codes", "scores")
    FORECASTER_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    LOG_LIKELIHOOD_FIELD_NUMBER: _ClassVar[int]
    PURCHASES_FIELD_NUMBER: _ClassVar[int]
    SPEND_FIELD_NUMBER: _ClassVar[int]
    TRACKING_ERROR_RATIO_FIELD_NUMBER: _ClassVar[int]
    TRACKING_MEAN_ERROR_RATIO_FIELD_NUMBER: _ClassVar[int]
    PROBLEM_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    WARNING_CODES_FIELD_NUMBER: _ClassVar[int]
    SCORES_FIELD_NUMBER: _ClassVar[int]
    forecaster: str
    kind: ModelKind
    parameters: _containers.RepeatedCompositeFieldContainer[Parameter]
    log_likelihood: float
    purchases: ForecastAccuracy
    spend: ForecastAccuracy
    tracking_error_ratio: float
    tracking_mean_error_ratio: float
    problem: str
    warnings: _containers.RepeatedScalarFieldContainer[str]
    warning_codes: _containers.RepeatedScalarFieldContainer[_common_pb2.WarningCode]
    scores: ForecastScores
    def __init__(self, forecaster: _Optional[str] = ..., kind: _Optional[_Union[ModelKind, str]] = ..., parameters: _Optional[_Iterable[_Union[Parameter, _Mapping]]] = ..., log_likelihood: _Optional[float] = ..., purchases: _Optional[_Union[ForecastAccuracy, _Mapping]] = ..., spend: _Optional[_Union[ForecastAccuracy, _Mapping]] = ..., tracking_error_ratio: _Optional[float] = ..., tracking_mean_error_ratio: _Optional[float] = ..., problem: _Optional[str] = ..., warnings: _Optional[_Iterable[str]] = ..., warning_codes: _Optional[_Iterable[_Union[_common_pb2.WarningCode, str]]] = ..., scores: _Optional[_Union[ForecastScores, _Mapping]] = ...) -> None: ...

class BacktestRequest(_message.Message):
    __slots__ = ("kind", "calibration_end", "holdout_end", "time_unit")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_END_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_END_FIELD_NUMBER: _ClassVar[int]
    TIME_UNIT_FIELD_NUMBER: _ClassVar[int]
    kind: ModelKind
    calibration_end: str
    holdout_end: str
    time_unit: ModelTimeUnit
    def __init__(self, kind: _Optional[_Union[ModelKind, str]] = ..., calibration_end: _Optional[str] = ..., holdout_end: _Optional[str] = ..., time_unit: _Optional[_Union[ModelTimeUnit, str]] = ...) -> None: ...

class BacktestResponse(_message.Message):
    __slots__ = ("result", "naive", "calibration_end", "holdout_end", "customers", "provenance")
    RESULT_FIELD_NUMBER: _ClassVar[int]
    NAIVE_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_END_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_END_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    result: BacktestResult
    naive: _containers.RepeatedCompositeFieldContainer[BacktestResult]
    calibration_end: str
    holdout_end: str
    customers: int
    provenance: _common_pb2.Provenance
    def __init__(self, result: _Optional[_Union[BacktestResult, _Mapping]] = ..., naive: _Optional[_Iterable[_Union[BacktestResult, _Mapping]]] = ..., calibration_end: _Optional[str] = ..., holdout_end: _Optional[str] = ..., customers: _Optional[int] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class CompareModelsRequest(_message.Message):
    __slots__ = ("kinds", "calibration_end", "holdout_end", "time_unit")
    KINDS_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_END_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_END_FIELD_NUMBER: _ClassVar[int]
    TIME_UNIT_FIELD_NUMBER: _ClassVar[int]
    kinds: _containers.RepeatedScalarFieldContainer[ModelKind]
    calibration_end: str
    holdout_end: str
    time_unit: ModelTimeUnit
    def __init__(self, kinds: _Optional[_Iterable[_Union[ModelKind, str]]] = ..., calibration_end: _Optional[str] = ..., holdout_end: _Optional[str] = ..., time_unit: _Optional[_Union[ModelTimeUnit, str]] = ...) -> None: ...

class CompareModelsResponse(_message.Message):
    __slots__ = ("results", "best_kind", "reason", "calibration_end", "holdout_end", "customers", "provenance", "landmarks", "standings", "mixture", "learner", "own_pace")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    BEST_KIND_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_END_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_END_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    LANDMARKS_FIELD_NUMBER: _ClassVar[int]
    STANDINGS_FIELD_NUMBER: _ClassVar[int]
    MIXTURE_FIELD_NUMBER: _ClassVar[int]
    LEARNER_FIELD_NUMBER: _ClassVar[int]
    OWN_PACE_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BacktestResult]
    best_kind: ModelKind
    reason: str
    calibration_end: str
    holdout_end: str
    customers: int
    provenance: _common_pb2.Provenance
    landmarks: _containers.RepeatedCompositeFieldContainer[ForecastLandmark]
    standings: _containers.RepeatedCompositeFieldContainer[ModelStanding]
    mixture: MixtureStanding
    learner: LearnerStanding
    own_pace: LearnerStanding
    def __init__(self, results: _Optional[_Iterable[_Union[BacktestResult, _Mapping]]] = ..., best_kind: _Optional[_Union[ModelKind, str]] = ..., reason: _Optional[str] = ..., calibration_end: _Optional[str] = ..., holdout_end: _Optional[str] = ..., customers: _Optional[int] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ..., landmarks: _Optional[_Iterable[_Union[ForecastLandmark, _Mapping]]] = ..., standings: _Optional[_Iterable[_Union[ModelStanding, _Mapping]]] = ..., mixture: _Optional[_Union[MixtureStanding, _Mapping]] = ..., learner: _Optional[_Union[LearnerStanding, _Mapping]] = ..., own_pace: _Optional[_Union[LearnerStanding, _Mapping]] = ...) -> None: ...

class LearnerStanding(_message.Message):
    __slots__ = ("weight", "log_score_gain")
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    LOG_SCORE_GAIN_FIELD_NUMBER: _ClassVar[int]
    weight: _common_pb2.Estimate
    log_score_gain: _common_pb2.Estimate
    def __init__(self, weight: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., log_score_gain: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class MixtureStanding(_message.Message):
    __slots__ = ("log_score", "log_score_gain")
    LOG_SCORE_FIELD_NUMBER: _ClassVar[int]
    LOG_SCORE_GAIN_FIELD_NUMBER: _ClassVar[int]
    log_score: _common_pb2.Estimate
    log_score_gain: _common_pb2.Estimate
    def __init__(self, log_score: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., log_score_gain: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class ForecastLandmark(_message.Message):
    __slots__ = ("calibration_end", "holdout_end", "customers", "purchases")
    CALIBRATION_END_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_END_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    PURCHASES_FIELD_NUMBER: _ClassVar[int]
    calibration_end: str
    holdout_end: str
    customers: int
    purchases: int
    def __init__(self, calibration_end: _Optional[str] = ..., holdout_end: _Optional[str] = ..., customers: _Optional[int] = ..., purchases: _Optional[int] = ...) -> None: ...

class ModelStanding(_message.Message):
    __slots__ = ("kind", "log_score", "log_score_behind", "weight")
    KIND_FIELD_NUMBER: _ClassVar[int]
    LOG_SCORE_FIELD_NUMBER: _ClassVar[int]
    LOG_SCORE_BEHIND_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    kind: ModelKind
    log_score: _common_pb2.Estimate
    log_score_behind: _common_pb2.Estimate
    weight: _common_pb2.Estimate
    def __init__(self, kind: _Optional[_Union[ModelKind, str]] = ..., log_score: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., log_score_behind: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., weight: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ...) -> None: ...

class GetTrackingRequest(_message.Message):
    __slots__ = ("model_id", "until", "period")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    until: str
    period: ModelTimeUnit
    def __init__(self, model_id: _Optional[str] = ..., until: _Optional[str] = ..., period: _Optional[_Union[ModelTimeUnit, str]] = ...) -> None: ...

class TrackingPoint(_message.Message):
    __slots__ = ("period", "date", "expected_cumulative", "actual_cumulative", "expected", "actual", "is_holdout")
    PERIOD_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_CUMULATIVE_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_CUMULATIVE_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FIELD_NUMBER: _ClassVar[int]
    IS_HOLDOUT_FIELD_NUMBER: _ClassVar[int]
    period: int
    date: str
    expected_cumulative: float
    actual_cumulative: int
    expected: float
    actual: int
    is_holdout: bool
    def __init__(self, period: _Optional[int] = ..., date: _Optional[str] = ..., expected_cumulative: _Optional[float] = ..., actual_cumulative: _Optional[int] = ..., expected: _Optional[float] = ..., actual: _Optional[int] = ..., is_holdout: bool = ...) -> None: ...

class GetTrackingResponse(_message.Message):
    __slots__ = ("points", "model_id", "calibration_end", "holdout_error_ratio", "holdout_mean_error_ratio", "provenance")
    POINTS_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_END_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_ERROR_RATIO_FIELD_NUMBER: _ClassVar[int]
    HOLDOUT_MEAN_ERROR_RATIO_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    points: _containers.RepeatedCompositeFieldContainer[TrackingPoint]
    model_id: str
    calibration_end: str
    holdout_error_ratio: float
    holdout_mean_error_ratio: float
    provenance: _common_pb2.Provenance
    def __init__(self, points: _Optional[_Iterable[_Union[TrackingPoint, _Mapping]]] = ..., model_id: _Optional[str] = ..., calibration_end: _Optional[str] = ..., holdout_error_ratio: _Optional[float] = ..., holdout_mean_error_ratio: _Optional[float] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...
