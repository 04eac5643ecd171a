from google.protobuf import timestamp_pb2 as _timestamp_pb2
from lojal.v1 import common_pb2 as _common_pb2
from lojal.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CustomerOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CUSTOMER_ORDER_UNSPECIFIED: _ClassVar[CustomerOrder]
    CUSTOMER_ORDER_RECORDED: _ClassVar[CustomerOrder]
    CUSTOMER_ORDER_ID: _ClassVar[CustomerOrder]
    CUSTOMER_ORDER_LAST_TRANSACTION: _ClassVar[CustomerOrder]
    CUSTOMER_ORDER_NET_SPEND: _ClassVar[CustomerOrder]

class TimelineKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIMELINE_KIND_UNSPECIFIED: _ClassVar[TimelineKind]
    TIMELINE_KIND_TRANSACTION: _ClassVar[TimelineKind]
    TIMELINE_KIND_REFUND: _ClassVar[TimelineKind]
    TIMELINE_KIND_SURVEY_RESPONSE: _ClassVar[TimelineKind]
    TIMELINE_KIND_ATTRIBUTES: _ClassVar[TimelineKind]
    TIMELINE_KIND_VOID: _ClassVar[TimelineKind]
    TIMELINE_KIND_INTERACTION: _ClassVar[TimelineKind]
    TIMELINE_KIND_COST: _ClassVar[TimelineKind]

class TimelineOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TIMELINE_ORDER_UNSPECIFIED: _ClassVar[TimelineOrder]
    TIMELINE_ORDER_NEWEST: _ClassVar[TimelineOrder]
    TIMELINE_ORDER_OLDEST: _ClassVar[TimelineOrder]

class FactType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    FACT_TYPE_UNSPECIFIED: _ClassVar[FactType]
    FACT_TYPE_TEXT: _ClassVar[FactType]
    FACT_TYPE_INTEGER: _ClassVar[FactType]
    FACT_TYPE_NUMBER: _ClassVar[FactType]
    FACT_TYPE_BOOLEAN: _ClassVar[FactType]
    FACT_TYPE_INSTANT: _ClassVar[FactType]
CUSTOMER_ORDER_UNSPECIFIED: CustomerOrder
CUSTOMER_ORDER_RECORDED: CustomerOrder
CUSTOMER_ORDER_ID: CustomerOrder
CUSTOMER_ORDER_LAST_TRANSACTION: CustomerOrder
CUSTOMER_ORDER_NET_SPEND: CustomerOrder
TIMELINE_KIND_UNSPECIFIED: TimelineKind
TIMELINE_KIND_TRANSACTION: TimelineKind
TIMELINE_KIND_REFUND: TimelineKind
TIMELINE_KIND_SURVEY_RESPONSE: TimelineKind
TIMELINE_KIND_ATTRIBUTES: TimelineKind
TIMELINE_KIND_VOID: TimelineKind
TIMELINE_KIND_INTERACTION: TimelineKind
TIMELINE_KIND_COST: TimelineKind
TIMELINE_ORDER_UNSPECIFIED: TimelineOrder
TIMELINE_ORDER_NEWEST: TimelineOrder
TIMELINE_ORDER_OLDEST: TimelineOrder
FACT_TYPE_UNSPECIFIED: FactType
FACT_TYPE_TEXT: FactType
FACT_TYPE_INTEGER: FactType
FACT_TYPE_NUMBER: FactType
FACT_TYPE_BOOLEAN: FactType
FACT_TYPE_INSTANT: FactType

class CustomerUpsert(_message.Message):
    __slots__ = ("customer_id", "attributes", "effective_time", "acquisition_source", "referred_by")
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    EFFECTIVE_TIME_FIELD_NUMBER: _ClassVar[int]
    ACQUISITION_SOURCE_FIELD_NUMBER: _ClassVar[int]
    REFERRED_BY_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    attributes: _containers.ScalarMap[str, str]
    effective_time: _timestamp_pb2.Timestamp
    acquisition_source: str
    referred_by: str
    def __init__(self, customer_id: _Optional[str] = ..., attributes: _Optional[_Mapping[str, str]] = ..., effective_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., acquisition_source: _Optional[str] = ..., referred_by: _Optional[str] = ...) -> None: ...

class Customer(_message.Message):
    __slots__ = ("customer_id", "attributes", "first_transaction_time", "last_transaction_time", "transaction_count", "purchase_day_count", "gross_spend", "net_spend", "refund_count", "survey_response_count", "last_nps_score", "interaction_count", "cost")
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    FIRST_TRANSACTION_TIME_FIELD_NUMBER: _ClassVar[int]
    LAST_TRANSACTION_TIME_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_COUNT_FIELD_NUMBER: _ClassVar[int]
    PURCHASE_DAY_COUNT_FIELD_NUMBER: _ClassVar[int]
    GROSS_SPEND_FIELD_NUMBER: _ClassVar[int]
    NET_SPEND_FIELD_NUMBER: _ClassVar[int]
    REFUND_COUNT_FIELD_NUMBER: _ClassVar[int]
    SURVEY_RESPONSE_COUNT_FIELD_NUMBER: _ClassVar[int]
    LAST_NPS_SCORE_FIELD_NUMBER: _ClassVar[int]
    INTERACTION_COUNT_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    attributes: _containers.ScalarMap[str, str]
    first_transaction_time: _timestamp_pb2.Timestamp
    last_transaction_time: _timestamp_pb2.Timestamp
    transaction_count: int
    purchase_day_count: int
    gross_spend: _common_pb2.Money
    net_spend: _common_pb2.Money
    refund_count: int
    survey_response_count: int
    last_nps_score: int
    interaction_count: int
    cost: _common_pb2.Money
    def __init__(self, customer_id: _Optional[str] = ..., attributes: _Optional[_Mapping[str, str]] = ..., first_transaction_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., last_transaction_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., transaction_count: _Optional[int] = ..., purchase_day_count: _Optional[int] = ..., gross_spend: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., net_spend: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., refund_count: _Optional[int] = ..., survey_response_count: _Optional[int] = ..., last_nps_score: _Optional[int] = ..., interaction_count: _Optional[int] = ..., cost: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class UpsertCustomersRequest(_message.Message):
    __slots__ = ("customers", "skip_invalid")
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    SKIP_INVALID_FIELD_NUMBER: _ClassVar[int]
    customers: _containers.RepeatedCompositeFieldContainer[CustomerUpsert]
    skip_invalid: bool
    def __init__(self, customers: _Optional[_Iterable[_Union[CustomerUpsert, _Mapping]]] = ..., skip_invalid: bool = ...) -> None: ...

class UpsertCustomersResponse(_message.Message):
    __slots__ = ("result",)
    RESULT_FIELD_NUMBER: _ClassVar[int]
    result: _common_pb2.WriteResult
    def __init__(self, result: _Optional[_Union[_common_pb2.WriteResult, _Mapping]] = ...) -> None: ...

class GetCustomerRequest(_message.Message):
    __slots__ = ("customer_id", "as_of", "known_at")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    def __init__(self, customer_id: _Optional[str] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetCustomerResponse(_message.Message):
    __slots__ = ("customer", "provenance")
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    customer: Customer
    provenance: _common_pb2.Provenance
    def __init__(self, customer: _Optional[_Union[Customer, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class ListCustomersRequest(_message.Message):
    __slots__ = ("page_size", "page_token", "as_of", "known_at", "filter", "order")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    filter: str
    order: CustomerOrder
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., filter: _Optional[str] = ..., order: _Optional[_Union[CustomerOrder, str]] = ...) -> None: ...

class ListCustomersResponse(_message.Message):
    __slots__ = ("customers", "next_page_token", "provenance")
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    customers: _containers.RepeatedCompositeFieldContainer[Customer]
    next_page_token: str
    provenance: _common_pb2.Provenance
    def __init__(self, customers: _Optional[_Iterable[_Union[Customer, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class GetTimelineRequest(_message.Message):
    __slots__ = ("customer_id", "as_of", "window", "page_size", "page_token", "known_at", "kinds", "order")
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    as_of: _timestamp_pb2.Timestamp
    window: str
    page_size: int
    page_token: str
    known_at: _timestamp_pb2.Timestamp
    kinds: _containers.RepeatedScalarFieldContainer[TimelineKind]
    order: TimelineOrder
    def __init__(self, customer_id: _Optional[str] = ..., as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., window: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., kinds: _Optional[_Iterable[_Union[TimelineKind, str]]] = ..., order: _Optional[_Union[TimelineOrder, str]] = ...) -> None: ...

class GetTimelineResponse(_message.Message):
    __slots__ = ("events", "next_page_token", "provenance")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[TimelineEvent]
    next_page_token: str
    provenance: _common_pb2.Provenance
    def __init__(self, events: _Optional[_Iterable[_Union[TimelineEvent, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class ExportCustomerRequest(_message.Message):
    __slots__ = ("customer_id",)
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    def __init__(self, customer_id: _Optional[str] = ...) -> None: ...

class ExportCustomerResponse(_message.Message):
    __slots__ = ("customer", "provenance", "events")
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    customer: Customer
    provenance: _common_pb2.Provenance
    events: _containers.RepeatedCompositeFieldContainer[TimelineEvent]
    def __init__(self, customer: _Optional[_Union[Customer, _Mapping]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ..., events: _Optional[_Iterable[_Union[TimelineEvent, _Mapping]]] = ...) -> None: ...

class EraseCustomerRequest(_message.Message):
    __slots__ = ("customer_id",)
    CUSTOMER_ID_FIELD_NUMBER: _ClassVar[int]
    customer_id: str
    def __init__(self, customer_id: _Optional[str] = ...) -> None: ...

class EraseCustomerResponse(_message.Message):
    __slots__ = ("receipt",)
    RECEIPT_FIELD_NUMBER: _ClassVar[int]
    receipt: ErasureReceipt
    def __init__(self, receipt: _Optional[_Union[ErasureReceipt, _Mapping]] = ...) -> None: ...

class ErasureReceipt(_message.Message):
    __slots__ = ("receipt_id", "erased_time", "revision", "transactions", "refunds", "survey_responses", "attribute_records", "voids", "interactions", "costs", "references")
    RECEIPT_ID_FIELD_NUMBER: _ClassVar[int]
    ERASED_TIME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    REFUNDS_FIELD_NUMBER: _ClassVar[int]
    SURVEY_RESPONSES_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTE_RECORDS_FIELD_NUMBER: _ClassVar[int]
    VOIDS_FIELD_NUMBER: _ClassVar[int]
    INTERACTIONS_FIELD_NUMBER: _ClassVar[int]
    COSTS_FIELD_NUMBER: _ClassVar[int]
    REFERENCES_FIELD_NUMBER: _ClassVar[int]
    receipt_id: str
    erased_time: _timestamp_pb2.Timestamp
    revision: int
    transactions: int
    refunds: int
    survey_responses: int
    attribute_records: int
    voids: int
    interactions: int
    costs: int
    references: int
    def __init__(self, receipt_id: _Optional[str] = ..., erased_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[int] = ..., transactions: _Optional[int] = ..., refunds: _Optional[int] = ..., survey_responses: _Optional[int] = ..., attribute_records: _Optional[int] = ..., voids: _Optional[int] = ..., interactions: _Optional[int] = ..., costs: _Optional[int] = ..., references: _Optional[int] = ...) -> None: ...

class TimelineEvent(_message.Message):
    __slots__ = ("time", "recorded_time", "transaction", "refund", "survey_response", "attributes", "void", "interaction", "cost")
    TIME_FIELD_NUMBER: _ClassVar[int]
    RECORDED_TIME_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    REFUND_FIELD_NUMBER: _ClassVar[int]
    SURVEY_RESPONSE_FIELD_NUMBER: _ClassVar[int]
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    VOID_FIELD_NUMBER: _ClassVar[int]
    INTERACTION_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    time: _timestamp_pb2.Timestamp
    recorded_time: _timestamp_pb2.Timestamp
    transaction: TransactionEvent
    refund: RefundEvent
    survey_response: SurveyResponseEvent
    attributes: AttributesEvent
    void: VoidEvent
    interaction: InteractionEvent
    cost: CostEvent
    def __init__(self, time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., recorded_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., transaction: _Optional[_Union[TransactionEvent, _Mapping]] = ..., refund: _Optional[_Union[RefundEvent, _Mapping]] = ..., survey_response: _Optional[_Union[SurveyResponseEvent, _Mapping]] = ..., attributes: _Optional[_Union[AttributesEvent, _Mapping]] = ..., void: _Optional[_Union[VoidEvent, _Mapping]] = ..., interaction: _Optional[_Union[InteractionEvent, _Mapping]] = ..., cost: _Optional[_Union[CostEvent, _Mapping]] = ...) -> None: ...

class TransactionEvent(_message.Message):
    __slots__ = ("transaction_id", "amount", "converted_amount", "discount")
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    transaction_id: str
    amount: _common_pb2.Money
    converted_amount: _common_pb2.Money
    discount: _common_pb2.Money
    def __init__(self, transaction_id: _Optional[str] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., converted_amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., discount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class RefundEvent(_message.Message):
    __slots__ = ("refund_id", "transaction_id", "amount")
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    refund_id: str
    transaction_id: str
    amount: _common_pb2.Money
    def __init__(self, refund_id: _Optional[str] = ..., transaction_id: _Optional[str] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class SurveyResponseEvent(_message.Message):
    __slots__ = ("response_id", "score", "survey_id", "channel", "comment", "metric", "kind", "disposition", "scale_min", "scale_max", "lower_is_better", "topics", "weight")
    RESPONSE_ID_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    SURVEY_ID_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    COMMENT_FIELD_NUMBER: _ClassVar[int]
    METRIC_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    DISPOSITION_FIELD_NUMBER: _ClassVar[int]
    SCALE_MIN_FIELD_NUMBER: _ClassVar[int]
    SCALE_MAX_FIELD_NUMBER: _ClassVar[int]
    LOWER_IS_BETTER_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    WEIGHT_FIELD_NUMBER: _ClassVar[int]
    response_id: str
    score: int
    survey_id: str
    channel: str
    comment: str
    metric: _common_pb2.SurveyMetric
    kind: _common_pb2.SurveyKind
    disposition: _common_pb2.SurveyDisposition
    scale_min: int
    scale_max: int
    lower_is_better: bool
    topics: _containers.RepeatedScalarFieldContainer[str]
    weight: float
    def __init__(self, response_id: _Optional[str] = ..., score: _Optional[int] = ..., survey_id: _Optional[str] = ..., channel: _Optional[str] = ..., comment: _Optional[str] = ..., metric: _Optional[_Union[_common_pb2.SurveyMetric, str]] = ..., kind: _Optional[_Union[_common_pb2.SurveyKind, str]] = ..., disposition: _Optional[_Union[_common_pb2.SurveyDisposition, str]] = ..., scale_min: _Optional[int] = ..., scale_max: _Optional[int] = ..., lower_is_better: bool = ..., topics: _Optional[_Iterable[str]] = ..., weight: _Optional[float] = ...) -> None: ...

class InteractionEvent(_message.Message):
    __slots__ = ("interaction_id", "kind", "name", "channel", "status", "topics", "case_id")
    INTERACTION_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TOPICS_FIELD_NUMBER: _ClassVar[int]
    CASE_ID_FIELD_NUMBER: _ClassVar[int]
    interaction_id: str
    kind: _common_pb2.InteractionKind
    name: str
    channel: str
    status: str
    topics: _containers.RepeatedScalarFieldContainer[str]
    case_id: str
    def __init__(self, interaction_id: _Optional[str] = ..., kind: _Optional[_Union[_common_pb2.InteractionKind, str]] = ..., name: _Optional[str] = ..., channel: _Optional[str] = ..., status: _Optional[str] = ..., topics: _Optional[_Iterable[str]] = ..., case_id: _Optional[str] = ...) -> None: ...

class CostEvent(_message.Message):
    __slots__ = ("cost_id", "kind", "end_time", "amount", "converted_amount")
    COST_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_FIELD_NUMBER: _ClassVar[int]
    CONVERTED_AMOUNT_FIELD_NUMBER: _ClassVar[int]
    cost_id: str
    kind: _common_pb2.CostKind
    end_time: _timestamp_pb2.Timestamp
    amount: _common_pb2.Money
    converted_amount: _common_pb2.Money
    def __init__(self, cost_id: _Optional[str] = ..., kind: _Optional[_Union[_common_pb2.CostKind, str]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ..., converted_amount: _Optional[_Union[_common_pb2.Money, _Mapping]] = ...) -> None: ...

class VoidEvent(_message.Message):
    __slots__ = ("transaction_id", "reason", "never_happened")
    TRANSACTION_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    NEVER_HAPPENED_FIELD_NUMBER: _ClassVar[int]
    transaction_id: str
    reason: str
    never_happened: bool
    def __init__(self, transaction_id: _Optional[str] = ..., reason: _Optional[str] = ..., never_happened: bool = ...) -> None: ...

class AttributesEvent(_message.Message):
    __slots__ = ("attributes",)
    class AttributesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ATTRIBUTES_FIELD_NUMBER: _ClassVar[int]
    attributes: _containers.ScalarMap[str, str]
    def __init__(self, attributes: _Optional[_Mapping[str, str]] = ...) -> None: ...

class ListFactsRequest(_message.Message):
    __slots__ = ("as_of", "known_at")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ListFactsResponse(_message.Message):
    __slots__ = ("facts", "provenance")
    FACTS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    facts: _containers.RepeatedCompositeFieldContainer[CustomerFact]
    provenance: _common_pb2.Provenance
    def __init__(self, facts: _Optional[_Iterable[_Union[CustomerFact, _Mapping]]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ...) -> None: ...

class CustomerFact(_message.Message):
    __slots__ = ("name", "type", "is_attribute", "makes_groups", "description", "customers", "values", "reads_as", "is_function")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    IS_ATTRIBUTE_FIELD_NUMBER: _ClassVar[int]
    MAKES_GROUPS_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    READS_AS_FIELD_NUMBER: _ClassVar[int]
    IS_FUNCTION_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: FactType
    is_attribute: bool
    makes_groups: bool
    description: str
    customers: int
    values: _containers.RepeatedCompositeFieldContainer[FactValueCount]
    reads_as: FactType
    is_function: bool
    def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[FactType, str]] = ..., is_attribute: bool = ..., makes_groups: bool = ..., description: _Optional[str] = ..., customers: _Optional[int] = ..., values: _Optional[_Iterable[_Union[FactValueCount, _Mapping]]] = ..., reads_as: _Optional[_Union[FactType, str]] = ..., is_function: bool = ...) -> None: ...

class FactValueCount(_message.Message):
    __slots__ = ("value", "customers")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    value: str
    customers: int
    def __init__(self, value: _Optional[str] = ..., customers: _Optional[int] = ...) -> None: ...
