from google.protobuf import timestamp_pb2 as _timestamp_pb2
from lojal.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Workspace(_message.Message):
    __slots__ = ("workspace", "display_name", "reporting_currency_code", "time_zone", "create_time", "revision", "customers", "transactions", "refit_policy")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    REPORTING_CURRENCY_CODE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    TRANSACTIONS_FIELD_NUMBER: _ClassVar[int]
    REFIT_POLICY_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    display_name: str
    reporting_currency_code: str
    time_zone: str
    create_time: _timestamp_pb2.Timestamp
    revision: int
    customers: int
    transactions: int
    refit_policy: RefitPolicy
    def __init__(self, workspace: _Optional[str] = ..., display_name: _Optional[str] = ..., reporting_currency_code: _Optional[str] = ..., time_zone: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., revision: _Optional[int] = ..., customers: _Optional[int] = ..., transactions: _Optional[int] = ..., refit_policy: _Optional[_Union[RefitPolicy, _Mapping]] = ...) -> None: ...

class RefitPolicy(_message.Message):
    __slots__ = ("growth_ratio", "max_age_days", "never")
    GROWTH_RATIO_FIELD_NUMBER: _ClassVar[int]
    MAX_AGE_DAYS_FIELD_NUMBER: _ClassVar[int]
    NEVER_FIELD_NUMBER: _ClassVar[int]
    growth_ratio: float
    max_age_days: int
    never: bool
    def __init__(self, growth_ratio: _Optional[float] = ..., max_age_days: _Optional[int] = ..., never: bool = ...) -> None: ...

class ExchangeRate(_message.Message):
    __slots__ = ("currency_code", "date", "rate")
    CURRENCY_CODE_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    RATE_FIELD_NUMBER: _ClassVar[int]
    currency_code: str
    date: str
    rate: str
    def __init__(self, currency_code: _Optional[str] = ..., date: _Optional[str] = ..., rate: _Optional[str] = ...) -> None: ...

class CreateWorkspaceRequest(_message.Message):
    __slots__ = ("workspace", "display_name", "reporting_currency_code", "time_zone")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    REPORTING_CURRENCY_CODE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    display_name: str
    reporting_currency_code: str
    time_zone: str
    def __init__(self, workspace: _Optional[str] = ..., display_name: _Optional[str] = ..., reporting_currency_code: _Optional[str] = ..., time_zone: _Optional[str] = ...) -> None: ...

class CreateWorkspaceResponse(_message.Message):
    __slots__ = ("workspace",)
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    workspace: Workspace
    def __init__(self, workspace: _Optional[_Union[Workspace, _Mapping]] = ...) -> None: ...

class GetWorkspaceRequest(_message.Message):
    __slots__ = ("workspace",)
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    def __init__(self, workspace: _Optional[str] = ...) -> None: ...

class GetWorkspaceResponse(_message.Message):
    __slots__ = ("workspace",)
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    workspace: Workspace
    def __init__(self, workspace: _Optional[_Union[Workspace, _Mapping]] = ...) -> None: ...

class ListWorkspacesRequest(_message.Message):
    __slots__ = ("page_size", "page_token")
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    page_size: int
    page_token: str
    def __init__(self, page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListWorkspacesResponse(_message.Message):
    __slots__ = ("workspaces", "next_page_token")
    WORKSPACES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    workspaces: _containers.RepeatedCompositeFieldContainer[Workspace]
    next_page_token: str
    def __init__(self, workspaces: _Optional[_Iterable[_Union[Workspace, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class UpdateWorkspaceRequest(_message.Message):
    __slots__ = ("workspace", "display_name", "reporting_currency_code", "time_zone", "refit_policy")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    DISPLAY_NAME_FIELD_NUMBER: _ClassVar[int]
    REPORTING_CURRENCY_CODE_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    REFIT_POLICY_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    display_name: str
    reporting_currency_code: str
    time_zone: str
    refit_policy: RefitPolicy
    def __init__(self, workspace: _Optional[str] = ..., display_name: _Optional[str] = ..., reporting_currency_code: _Optional[str] = ..., time_zone: _Optional[str] = ..., refit_policy: _Optional[_Union[RefitPolicy, _Mapping]] = ...) -> None: ...

class UpdateWorkspaceResponse(_message.Message):
    __slots__ = ("workspace",)
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    workspace: Workspace
    def __init__(self, workspace: _Optional[_Union[Workspace, _Mapping]] = ...) -> None: ...

class DeleteWorkspaceRequest(_message.Message):
    __slots__ = ("workspace", "confirm")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    CONFIRM_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    confirm: str
    def __init__(self, workspace: _Optional[str] = ..., confirm: _Optional[str] = ...) -> None: ...

class DeleteWorkspaceResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetExchangeRatesRequest(_message.Message):
    __slots__ = ("workspace", "rates")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    RATES_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    rates: _containers.RepeatedCompositeFieldContainer[ExchangeRate]
    def __init__(self, workspace: _Optional[str] = ..., rates: _Optional[_Iterable[_Union[ExchangeRate, _Mapping]]] = ...) -> None: ...

class SetExchangeRatesResponse(_message.Message):
    __slots__ = ("set", "unchanged", "reporting_currency_code", "revision")
    SET_FIELD_NUMBER: _ClassVar[int]
    UNCHANGED_FIELD_NUMBER: _ClassVar[int]
    REPORTING_CURRENCY_CODE_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    set: int
    unchanged: int
    reporting_currency_code: str
    revision: int
    def __init__(self, set: _Optional[int] = ..., unchanged: _Optional[int] = ..., reporting_currency_code: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class ListExchangeRatesRequest(_message.Message):
    __slots__ = ("workspace", "currency_code", "page_size", "page_token")
    WORKSPACE_FIELD_NUMBER: _ClassVar[int]
    CURRENCY_CODE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    workspace: str
    currency_code: str
    page_size: int
    page_token: str
    def __init__(self, workspace: _Optional[str] = ..., currency_code: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListExchangeRatesResponse(_message.Message):
    __slots__ = ("rates", "next_page_token", "reporting_currency_code")
    RATES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REPORTING_CURRENCY_CODE_FIELD_NUMBER: _ClassVar[int]
    rates: _containers.RepeatedCompositeFieldContainer[ExchangeRate]
    next_page_token: str
    reporting_currency_code: str
    def __init__(self, rates: _Optional[_Iterable[_Union[ExchangeRate, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., reporting_currency_code: _Optional[str] = ...) -> None: ...
