from google.protobuf import timestamp_pb2 as _timestamp_pb2
from lojal.v1 import common_pb2 as _common_pb2
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

class TimeUnit(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIME_UNIT_UNSPECIFIED: _ClassVar[TimeUnit]
    TIME_UNIT_DAY: _ClassVar[TimeUnit]
    TIME_UNIT_WEEK: _ClassVar[TimeUnit]

class PredictionOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PREDICTION_ORDER_UNSPECIFIED: _ClassVar[PredictionOrder]
    PREDICTION_ORDER_CLV: _ClassVar[PredictionOrder]
    PREDICTION_ORDER_ALIVE_PROBABILITY: _ClassVar[PredictionOrder]
MODEL_KIND_UNSPECIFIED: ModelKind
MODEL_KIND_BG_NBD: ModelKind
MODEL_KIND_MBG_NBD: ModelKind
TIME_UNIT_UNSPECIFIED: TimeUnit
TIME_UNIT_DAY: TimeUnit
TIME_UNIT_WEEK: TimeUnit
PREDICTION_ORDER_UNSPECIFIED: PredictionOrder
PREDICTION_ORDER_CLV: PredictionOrder
PREDICTION_ORDER_ALIVE_PROBABILITY: PredictionOrder

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
    __slots__ = ("model_id", "kind", "time_unit", "fit_time", "calibration_start", "calibration_end", "revision", "is_default", "is_automatic", "parameters", "log_likelihood", "customers", "repeat_customers", "patterns", "iterations", "termination", "value_parameters", "value_log_likelihood", "warnings", "calibration_histogram")
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
    model_id: str
    kind: ModelKind
    time_unit: TimeUnit
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
    def __init__(self, model_id: _Optional[str] = ..., kind: _Optional[_Union[ModelKind, str]] = ..., time_unit: _Optional[_Union[TimeUnit, str]] = ..., fit_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., calibration_start: _Optional[str] = ..., calibration_end: _Optional[str] = ..., revision: _Optional[int] = ..., is_default: bool = ..., is_automatic: bool = ..., parameters: _Optional[_Iterable[_Union[Parameter, _Mapping]]] = ..., log_likelihood: _Optional[float] = ..., customers: _Optional[int] = ..., repeat_customers: _Optional[int] = ..., patterns: _Optional[int] = ..., iterations: _Optional[int] = ..., termination: _Optional[str] = ..., value_parameters: _Optional[_Iterable[_Union[Parameter, _Mapping]]] = ..., value_log_likelihood: _Optional[float] = ..., warnings: _Optional[_Iterable[str]] = ..., calibration_histogram: _Optional[_Iterable[_Union[HistogramBin, _Mapping]]] = ...) -> None: ...

class FitModelRequest(_message.Message):
    __slots__ = ("kind", "calibration_end", "time_unit", "request_id")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CALIBRATION_END_FIELD_NUMBER: _ClassVar[int]
    TIME_UNIT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    kind: ModelKind
    calibration_end: str
    time_unit: TimeUnit
    request_id: str
    def __init__(self, kind: _Optional[_Union[ModelKind, str]] = ..., calibration_end: _Optional[str] = ..., time_unit: _Optional[_Union[TimeUnit, str]] = ..., request_id: _Optional[str] = ...) -> None: ...

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

class Prediction(_message.Message):
    __slots__ = ("customer_id", "alive_probability", "expected_purchases", "expected_value", "clv", "frequency", "recency_days", "age_days", "mean_value")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    ALIVE_PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_PURCHASES_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_VALUE_FIELD_NUMBER: _ClassVar[int]
    CLV_FIELD_NUMBER: _ClassVar[int]
    FREQUENCY_FIELD_NUMBER: _ClassVar[int]
    RECENCY_DAYS_FIELD_NUMBER: _ClassVar[int]
    AGE_DAYS_FIELD_NUMBER: _ClassVar[int]
    MEAN_VALUE_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    alive_probability: _common_pb2.Estimate
    expected_purchases: _common_pb2.Estimate
    expected_value: _common_pb2.Estimate
    clv: _common_pb2.Estimate
    frequency: int
    recency_days: int
    age_days: int
    mean_value: float
    def __init__(self, customer_id: _Optional[str] = ..., alive_probability: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., expected_purchases: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., expected_value: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., clv: _Optional[_Union[_common_pb2.Estimate, _Mapping]] = ..., frequency: _Optional[int] = ..., recency_days: _Optional[int] = ..., age_days: _Optional[int] = ..., mean_value: _Optional[float] = ...) -> None: ...

class PredictCustomerRequest(_message.Message):
    __slots__ = ("customer_id", "horizon", "as_of", "model_id", "yearly_discount_rate", "known_at")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    YEARLY_DISCOUNT_RATE_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    horizon: str
    as_of: _timestamp_pb2.Timestamp
    model_id: str
    yearly_discount_rate: float
    known_at: _timestamp_pb2.Timestamp
    def __init__(self, customer_id: _Optional[str] = ..., horizon: _Optional[str] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., model_id: _Optional[str] = ..., yearly_discount_rate: _Optional[float] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PredictCustomerResponse(_message.Message):
    __slots__ = ("prediction", "model_id", "provenance")
    PREDICTION_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    prediction: Prediction
    model_id: str
    provenance: _common_pb2.Provenance
    def __init__(self, prediction: _Optional[_Union[Prediction, _Mapping]] = ..., model_id: _Optional[str] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class PredictCustomersRequest(_message.Message):
    __slots__ = ("horizon", "as_of", "model_id", "yearly_discount_rate", "order", "limit", "known_at")
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    YEARLY_DISCOUNT_RATE_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    horizon: str
    as_of: _timestamp_pb2.Timestamp
    model_id: str
    yearly_discount_rate: float
    order: PredictionOrder
    limit: int
    known_at: _timestamp_pb2.Timestamp
    def __init__(self, horizon: _Optional[str] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., model_id: _Optional[str] = ..., yearly_discount_rate: _Optional[float] = ..., order: _Optional[_Union[PredictionOrder, str]] = ..., limit: _Optional[int] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PredictCustomersResponse(_message.Message):
    __slots__ = ("predictions", "model_id", "provenance")
    PREDICTIONS_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    predictions: _containers.RepeatedCompositeFieldContainer[Prediction]
    model_id: str
    provenance: _common_pb2.Provenance
    def __init__(self, predictions: _Optional[_Iterable[_Union[Prediction, _Mapping]]] = ..., model_id: _Optional[str] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...
