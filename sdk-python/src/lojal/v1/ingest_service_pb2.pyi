from google.protobuf import timestamp_pb2 as _timestamp_pb2
from lojal.v1 import common_pb2 as _common_pb2
from lojal.v1 import customer_service_pb2 as _customer_service_pb2
from lojal.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Transaction(_message.Message):
    __slots__ = ("customer_id", "transaction_id", "time", "amount", "occurrence", "discount")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCE_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    transaction_id: str
    time: _timestamp_pb2.Timestamp
    amount: _common_pb2.Money
    occurrence: int
    discount: _common_pb2.Money
    def __init__(self, customer_id: _Optional[str] = ..., transaction_id: _Optional[str] = ..., time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., occurrence: _Optional[int] = ..., discount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class Refund(_message.Message):
    __slots__ = ("refund_id", "transaction_id", "time", "amount")
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    refund_id: str
    transaction_id: str
    time: _timestamp_pb2.Timestamp
    amount: _common_pb2.Money
    def __init__(self, refund_id: _Optional[str] = ..., transaction_id: _Optional[str] = ..., time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class TransactionVoid(_message.Message):
    __slots__ = ("transaction_id", "time", "reason")
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    transaction_id: str
    time: _timestamp_pb2.Timestamp
    reason: str
    def __init__(self, transaction_id: _Optional[str] = ..., time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class SurveyResponse(_message.Message):
    __slots__ = ("response_id", "customer_id", "time", "score", "metric", "kind", "survey_id", "channel", "comment", "scale_min", "scale_max", "disposition", "topics", "weight", "lower_is_better")
    RESPONSE_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SURVEY_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    SCALE_MIN_FIELD_NUMBER: _ClassVar[int]
    SCALE_MAX_FIELD_NUMBER: _ClassVar[int]
    DISPOSITION_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    LOWER_IS_BETTER_FIELD_NUMBER: _ClassVar[int]
    response_id: str
    customer_id: str
    time: _timestamp_pb2.Timestamp
    score: int
    metric: _common_pb2.SurveyMetric
    kind: _common_pb2.SurveyKind
    survey_id: str
    channel: str
    comment: str
    scale_min: int
    scale_max: int
    disposition: _common_pb2.SurveyDisposition
    topics: _containers.RepeatedScalarFieldContainer[str]
    weight: float
    lower_is_better: bool
    def __init__(self, response_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., score: _Optional[int] = ..., metric: _Optional[_Union[_common_pb2.SurveyMetric, str]] = ..., kind: _Optional[_Union[_common_pb2.SurveyKind, str]] = ..., survey_id: _Optional[str] = ..., channel: _Optional[str] = ..., comment: _Optional[str] = ..., scale_min: _Optional[int] = ..., scale_max: _Optional[int] = ..., disposition: _Optional[_Union[_common_pb2.SurveyDisposition, str]] = ..., topics: _Optional[_Iterable[str]] = ..., weight: _Optional[float] = ..., lower_is_better: bool = ...) -> None: ...

class Interaction(_message.Message):
    __slots__ = ("interaction_id", "customer_id", "time", "kind", "name", "channel", "status", "topics", "case_id")
    INTERACTION_ID_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    interaction_id: str
    customer_id: str
    time: _timestamp_pb2.Timestamp
    kind: _common_pb2.InteractionKind
    name: str
    channel: str
    status: str
    topics: _containers.RepeatedScalarFieldContainer[str]
    case_id: str
    def __init__(self, interaction_id: _Optional[str] = ..., customer_id: _Optional[str] = ..., time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., kind: _Optional[_Union[_common_pb2.InteractionKind, str]] = ..., name: _Optional[str] = ..., channel: _Optional[str] = ..., status: _Optional[str] = ..., topics: _Optional[_Iterable[str]] = ..., case_id: _Optional[str] = ...) -> None: ...

class Cost(_message.Message):
    __slots__ = ("cost_id", "kind", "customer_id", "source", "market", "time", "end_time", "amount")
    COST_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    MARKET_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    cost_id: str
    kind: _common_pb2.CostKind
    customer_id: str
    source: str
    market: str
    time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    amount: _common_pb2.Money
    def __init__(self, cost_id: _Optional[str] = ..., kind: _Optional[_Union[_common_pb2.CostKind, str]] = ..., customer_id: _Optional[str] = ..., source: _Optional[str] = ..., market: _Optional[str] = ..., time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class RecordTransactionsRequest(_message.Message):
    __slots__ = ("transactions", "skip_invalid")
    TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    SKIP_INVALID_FIELD_NUMBER: _ClassVar[int]
    transactions: _containers.RepeatedCompositeFieldContainer[Transaction]
    skip_invalid: bool
    def __init__(self, transactions: _Optional[_Iterable[_Union[Transaction, _Mapping]]] = ..., skip_invalid: bool = ...) -> None: ...

class RecordTransactionsResponse(_message.Message):
    __slots__ = ("result",)
    RESULT_FIELD_NUMBER: _ClassVar[int]
    result: _common_pb2.WriteResult
    def __init__(self, result: _Optional[_Union[_common_pb2.WriteResult, _Mapping]] = ...) -> None: ...

class RecordRefundsRequest(_message.Message):
    __slots__ = ("refunds", "skip_invalid")
    REFUNDS_FIELD_NUMBER: _ClassVar[int]
    SKIP_INVALID_FIELD_NUMBER: _ClassVar[int]
    refunds: _containers.RepeatedCompositeFieldContainer[Refund]
    skip_invalid: bool
    def __init__(self, refunds: _Optional[_Iterable[_Union[Refund, _Mapping]]] = ..., skip_invalid: bool = ...) -> None: ...

class RecordRefundsResponse(_message.Message):
    __slots__ = ("result",)
    RESULT_FIELD_NUMBER: _ClassVar[int]
    result: _common_pb2.WriteResult
    def __init__(self, result: _Optional[_Union[_common_pb2.WriteResult, _Mapping]] = ...) -> None: ...

class RecordSurveyResponsesRequest(_message.Message):
    __slots__ = ("survey_responses", "skip_invalid")
    SURVEY_RESPONSES_FIELD_NUMBER: _ClassVar[int]
    SKIP_INVALID_FIELD_NUMBER: _ClassVar[int]
    survey_responses: _containers.RepeatedCompositeFieldContainer[SurveyResponse]
    skip_invalid: bool
    def __init__(self, survey_responses: _Optional[_Iterable[_Union[SurveyResponse, _Mapping]]] = ..., skip_invalid: bool = ...) -> None: ...

class RecordSurveyResponsesResponse(_message.Message):
    __slots__ = ("result",)
    RESULT_FIELD_NUMBER: _ClassVar[int]
    result: _common_pb2.WriteResult
    def __init__(self, result: _Optional[_Union[_common_pb2.WriteResult, _Mapping]] = ...) -> None: ...

class RecordInteractionsRequest(_message.Message):
    __slots__ = ("interactions", "skip_invalid")
    INTERACTIONS_FIELD_NUMBER: _ClassVar[int]
    SKIP_INVALID_FIELD_NUMBER: _ClassVar[int]
    interactions: _containers.RepeatedCompositeFieldContainer[Interaction]
    skip_invalid: bool
    def __init__(self, interactions: _Optional[_Iterable[_Union[Interaction, _Mapping]]] = ..., skip_invalid: bool = ...) -> None: ...

class RecordInteractionsResponse(_message.Message):
    __slots__ = ("result",)
    RESULT_FIELD_NUMBER: _ClassVar[int]
    result: _common_pb2.WriteResult
    def __init__(self, result: _Optional[_Union[_common_pb2.WriteResult, _Mapping]] = ...) -> None: ...

class RecordCostsRequest(_message.Message):
    __slots__ = ("costs", "skip_invalid")
    COSTS_FIELD_NUMBER: _ClassVar[int]
    SKIP_INVALID_FIELD_NUMBER: _ClassVar[int]
    costs: _containers.RepeatedCompositeFieldContainer[Cost]
    skip_invalid: bool
    def __init__(self, costs: _Optional[_Iterable[_Union[Cost, _Mapping]]] = ..., skip_invalid: bool = ...) -> None: ...

class RecordCostsResponse(_message.Message):
    __slots__ = ("result",)
    RESULT_FIELD_NUMBER: _ClassVar[int]
    result: _common_pb2.WriteResult
    def __init__(self, result: _Optional[_Union[_common_pb2.WriteResult, _Mapping]] = ...) -> None: ...

class VoidTransactionsRequest(_message.Message):
    __slots__ = ("voids", "skip_invalid")
    VOIDS_FIELD_NUMBER: _ClassVar[int]
    SKIP_INVALID_FIELD_NUMBER: _ClassVar[int]
    voids: _containers.RepeatedCompositeFieldContainer[TransactionVoid]
    skip_invalid: bool
    def __init__(self, voids: _Optional[_Iterable[_Union[TransactionVoid, _Mapping]]] = ..., skip_invalid: bool = ...) -> None: ...

class VoidTransactionsResponse(_message.Message):
    __slots__ = ("result",)
    RESULT_FIELD_NUMBER: _ClassVar[int]
    result: _common_pb2.WriteResult
    def __init__(self, result: _Optional[_Union[_common_pb2.WriteResult, _Mapping]] = ...) -> None: ...

class TransactionRows(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[Transaction]
    def __init__(self, rows: _Optional[_Iterable[_Union[Transaction, _Mapping]]] = ...) -> None: ...

class TransactionColumns(_message.Message):
    __slots__ = ("customer_ids", "times", "amounts", "currency_code", "transaction_ids", "occurrences", "discounts")
    CUSTOMER_IDS_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    AMOUNTS_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_CODE_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_IDS_FIELD_NUMBER: _ClassVar[int]
    OCCURRENCES_FIELD_NUMBER: _ClassVar[int]
    DISCOUNTS_FIELD_NUMBER: _ClassVar[int]
    customer_ids: str
    times: _containers.RepeatedScalarFieldContainer[int]
    amounts: _containers.RepeatedScalarFieldContainer[int]
    currency_code: str
    transaction_ids: str
    occurrences: _containers.RepeatedScalarFieldContainer[int]
    discounts: _containers.RepeatedScalarFieldContainer[int]
    def __init__(self, customer_ids: _Optional[str] = ..., times: _Optional[_Iterable[int]] = ..., amounts: _Optional[_Iterable[int]] = ..., currency_code: _Optional[str] = ..., transaction_ids: _Optional[str] = ..., occurrences: _Optional[_Iterable[int]] = ..., discounts: _Optional[_Iterable[int]] = ...) -> None: ...

class RefundRows(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[Refund]
    def __init__(self, rows: _Optional[_Iterable[_Union[Refund, _Mapping]]] = ...) -> None: ...

class SurveyResponseRows(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[SurveyResponse]
    def __init__(self, rows: _Optional[_Iterable[_Union[SurveyResponse, _Mapping]]] = ...) -> None: ...

class CustomerRows(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[_customer_service_pb2.CustomerUpsert]
    def __init__(self, rows: _Optional[_Iterable[_Union[_customer_service_pb2.CustomerUpsert, _Mapping]]] = ...) -> None: ...

class InteractionRows(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[Interaction]
    def __init__(self, rows: _Optional[_Iterable[_Union[Interaction, _Mapping]]] = ...) -> None: ...

class CostRows(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[Cost]
    def __init__(self, rows: _Optional[_Iterable[_Union[Cost, _Mapping]]] = ...) -> None: ...

class VoidRows(_message.Message):
    __slots__ = ("rows",)
    ROWS_FIELD_NUMBER: _ClassVar[int]
    rows: _containers.RepeatedCompositeFieldContainer[TransactionVoid]
    def __init__(self, rows: _Optional[_Iterable[_Union[TransactionVoid, _Mapping]]] = ...) -> None: ...

class ImportRequest(_message.Message):
    __slots__ = ("sequence", "skip_invalid", "transactions", "refunds", "survey_responses", "customers", "voids", "columns", "interactions", "costs", "source_id", "source_position")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SKIP_INVALID_FIELD_NUMBER: _ClassVar[int]
    TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    REFUNDS_FIELD_NUMBER: _ClassVar[int]
    SURVEY_RESPONSES_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    VOIDS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    INTERACTIONS_FIELD_NUMBER: _ClassVar[int]
    COSTS_FIELD_NUMBER: _ClassVar[int]
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    SOURCE_POSITION_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    skip_invalid: bool
    transactions: TransactionRows
    refunds: RefundRows
    survey_responses: SurveyResponseRows
    customers: CustomerRows
    voids: VoidRows
    columns: TransactionColumns
    interactions: InteractionRows
    costs: CostRows
    source_id: str
    source_position: int
    def __init__(self, sequence: _Optional[int] = ..., skip_invalid: bool = ..., transactions: _Optional[_Union[TransactionRows, _Mapping]] = ..., refunds: _Optional[_Union[RefundRows, _Mapping]] = ..., survey_responses: _Optional[_Union[SurveyResponseRows, _Mapping]] = ..., customers: _Optional[_Union[CustomerRows, _Mapping]] = ..., voids: _Optional[_Union[VoidRows, _Mapping]] = ..., columns: _Optional[_Union[TransactionColumns, _Mapping]] = ..., interactions: _Optional[_Union[InteractionRows, _Mapping]] = ..., costs: _Optional[_Union[CostRows, _Mapping]] = ..., source_id: _Optional[str] = ..., source_position: _Optional[int] = ...) -> None: ...

class GetImportPositionRequest(_message.Message):
    __slots__ = ("source_id",)
    SOURCE_ID_FIELD_NUMBER: _ClassVar[int]
    source_id: str
    def __init__(self, source_id: _Optional[str] = ...) -> None: ...

class GetImportPositionResponse(_message.Message):
    __slots__ = ("position",)
    POSITION_FIELD_NUMBER: _ClassVar[int]
    position: int
    def __init__(self, position: _Optional[int] = ...) -> None: ...

class ImportResponse(_message.Message):
    __slots__ = ("sequence", "result")
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    result: _common_pb2.WriteResult
    def __init__(self, sequence: _Optional[int] = ..., result: _Optional[_Union[_common_pb2.WriteResult, _Mapping]] = ...) -> None: ...
