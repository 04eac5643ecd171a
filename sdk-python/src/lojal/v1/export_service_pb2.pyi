from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from lojal.v1 import clv_service_pb2 as _clv_service_pb2
from lojal.v1 import common_pb2 as _common_pb2
from lojal.v1 import customer_service_pb2 as _customer_service_pb2
from lojal.v1 import loyalty_service_pb2 as _loyalty_service_pb2
from lojal.v1 import options_pb2 as _options_pb2
from lojal.v1 import segmentation_service_pb2 as _segmentation_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExportFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPORT_FORMAT_UNSPECIFIED: _ClassVar[ExportFormat]
    EXPORT_FORMAT_ARROW: _ClassVar[ExportFormat]
    EXPORT_FORMAT_ROWS: _ClassVar[ExportFormat]

class ExportColumnType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EXPORT_COLUMN_TYPE_UNSPECIFIED: _ClassVar[ExportColumnType]
    EXPORT_COLUMN_TYPE_TEXT: _ClassVar[ExportColumnType]
    EXPORT_COLUMN_TYPE_INTEGER: _ClassVar[ExportColumnType]
    EXPORT_COLUMN_TYPE_NUMBER: _ClassVar[ExportColumnType]
    EXPORT_COLUMN_TYPE_FLAG: _ClassVar[ExportColumnType]
    EXPORT_COLUMN_TYPE_TIME: _ClassVar[ExportColumnType]
EXPORT_FORMAT_UNSPECIFIED: ExportFormat
EXPORT_FORMAT_ARROW: ExportFormat
EXPORT_FORMAT_ROWS: ExportFormat
EXPORT_COLUMN_TYPE_UNSPECIFIED: ExportColumnType
EXPORT_COLUMN_TYPE_TEXT: ExportColumnType
EXPORT_COLUMN_TYPE_INTEGER: ExportColumnType
EXPORT_COLUMN_TYPE_NUMBER: ExportColumnType
EXPORT_COLUMN_TYPE_FLAG: ExportColumnType
EXPORT_COLUMN_TYPE_TIME: ExportColumnType

class ExportColumn(_message.Message):
    __slots__ = ("name", "type", "description")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: ExportColumnType
    description: str
    def __init__(self, name: _Optional[str] = ..., type: _Optional[_Union[ExportColumnType, str]] = ..., description: _Optional[str] = ...) -> None: ...

class ExportTransactions(_message.Message):
    __slots__ = ("as_of", "known_at", "filter")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    filter: str
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., filter: _Optional[str] = ...) -> None: ...

class ExportResponses(_message.Message):
    __slots__ = ("as_of", "known_at", "filter")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    filter: str
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., filter: _Optional[str] = ...) -> None: ...

class ExportMetrics(_message.Message):
    __slots__ = ("as_of", "known_at", "filter", "window", "group_by", "confidence", "interval", "metrics")
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    KNOWN_AT_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    as_of: _timestamp_pb2.Timestamp
    known_at: _timestamp_pb2.Timestamp
    filter: str
    window: str
    group_by: str
    confidence: float
    interval: _common_pb2.CalendarInterval
    metrics: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, as_of: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., known_at: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., filter: _Optional[str] = ..., window: _Optional[str] = ..., group_by: _Optional[str] = ..., confidence: _Optional[float] = ..., interval: _Optional[_Union[_common_pb2.CalendarInterval, str]] = ..., metrics: _Optional[_Iterable[str]] = ...) -> None: ...

class ExportRequest(_message.Message):
    __slots__ = ("predictions", "segments", "loyalty", "customers", "transactions", "responses", "metrics", "columns", "format", "resume_token")
    PREDICTIONS_FIELD_NUMBER: _ClassVar[int]
    SEGMENTS_FIELD_NUMBER: _ClassVar[int]
    LOYALTY_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    RESPONSES_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    predictions: _clv_service_pb2.PredictCustomersRequest
    segments: _segmentation_service_pb2.ListSegmentMembersRequest
    loyalty: _loyalty_service_pb2.ListLoyaltyRequest
    customers: _customer_service_pb2.ListCustomersRequest
    transactions: ExportTransactions
    responses: ExportResponses
    metrics: ExportMetrics
    columns: _containers.RepeatedScalarFieldContainer[str]
    format: ExportFormat
    resume_token: str
    def __init__(self, predictions: _Optional[_Union[_clv_service_pb2.PredictCustomersRequest, _Mapping]] = ..., segments: _Optional[_Union[_segmentation_service_pb2.ListSegmentMembersRequest, _Mapping]] = ..., loyalty: _Optional[_Union[_loyalty_service_pb2.ListLoyaltyRequest, _Mapping]] = ..., customers: _Optional[_Union[_customer_service_pb2.ListCustomersRequest, _Mapping]] = ..., transactions: _Optional[_Union[ExportTransactions, _Mapping]] = ..., responses: _Optional[_Union[ExportResponses, _Mapping]] = ..., metrics: _Optional[_Union[ExportMetrics, _Mapping]] = ..., columns: _Optional[_Iterable[str]] = ..., format: _Optional[_Union[ExportFormat, str]] = ..., resume_token: _Optional[str] = ...) -> None: ...

class ExportResponse(_message.Message):
    __slots__ = ("columns", "provenance", "arrow", "rows", "rows_so_far", "resume_token")
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    ARROW_FIELD_NUMBER: _ClassVar[int]
    ROWS_FIELD_NUMBER: _ClassVar[int]
    ROWS_SO_FAR_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    columns: _containers.RepeatedCompositeFieldContainer[ExportColumn]
    provenance: _common_pb2.Provenance
    arrow: bytes
    rows: _containers.RepeatedCompositeFieldContainer[_struct_pb2.ListValue]
    rows_so_far: int
    resume_token: str
    def __init__(self, columns: _Optional[_Iterable[_Union[ExportColumn, _Mapping]]] = ..., provenance: _Optional[_Union[_common_pb2.Provenance, _Mapping]] = ..., arrow: _Optional[bytes] = ..., rows: _Optional[_Iterable[_Union[_struct_pb2.ListValue, _Mapping]]] = ..., rows_so_far: _Optional[int] = ..., resume_token: _Optional[str] = ...) -> None: ...
