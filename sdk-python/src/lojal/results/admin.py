"""How the server is doing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from lojal.enums import Scope
from lojal.results.reading import FromWire


@dataclass(frozen=True)
class Limit(FromWire):
    """The most of something that a caller can send, and its unit, such as "rows" or "bytes"."""

    maximum: int
    unit: str


@dataclass(frozen=True)
class WorkspaceInfo(FromWire):
    """The size and settings of a workspace.

    Attributes:
        workspace: Its name.
        revision: Revision of the last write.
        reporting_currency_code: Currency in which answers are given.
        time_zone: IANA name of the zone in which days are cut.
        customers: Customers with any record.
        transactions: Transactions recorded.
        refunds: Refunds recorded.
        survey_responses: Survey answers, invitations and the like recorded.
        first_event_time: The earliest event; None when empty.
        last_event_time: The latest event; None when empty.
        default_as_of: What an unset as_of means right now.
        voids: Voids recorded.
        interactions: Interactions recorded.
        costs: Costs recorded.
    """

    workspace: str
    revision: int
    reporting_currency_code: str
    time_zone: str
    customers: int
    transactions: int
    refunds: int
    survey_responses: int
    first_event_time: datetime | None
    last_event_time: datetime | None
    default_as_of: datetime | None
    voids: int = 0
    interactions: int = 0
    costs: int = 0


@dataclass(frozen=True)
class ServerInfo(FromWire):
    """Version, state and limits of the server, and the size of the workspace.

    Attributes:
        version: Version of the server, such as "0.1.0".
        start_time: When this server started.
        now: Now, by the server's clock.
        writable: Whether writes are taken.
        limits: Every limit on what a caller can send, by name, such as "rows_per_request".
        workspace: The workspace of the call.
    """

    version: str
    start_time: datetime | None
    now: datetime | None
    writable: bool
    limits: Mapping[str, Limit]
    workspace: WorkspaceInfo


@dataclass(frozen=True)
class Quota(FromWire):
    """What may be used at most; 0 is no limit.

    Attributes:
        calls_per_second: Calls a second, in the mean; as many may come at once.
        heavy_calls: Calls under way that look at everybody or fit models.
        rows_per_day: Rows sent to be recorded in a day of UTC.
    """

    calls_per_second: int
    heavy_calls: int
    rows_per_day: int


@dataclass(frozen=True)
class ApiKey(FromWire):
    """What is known of an API key. The key itself is not.

    Attributes:
        key_id: Its id, which is the part of the key between the underscores. No secret.
        name: What it is for.
        scopes: What it may be used for.
        workspaces: The workspaces it may be used for; empty for all.
        create_time: When it was made.
        expire_time: From when on it is refused; None for never.
        revoke_time: When it was revoked; None when it was not.
        quota: What may be used with it; None for as much as the server's configuration allows each key.
    """

    _part = "api_key"

    key_id: str
    name: str
    scopes: tuple[Scope, ...]
    workspaces: tuple[str, ...]
    create_time: datetime | None
    expire_time: datetime | None
    revoke_time: datetime | None
    quota: Quota | None = None


@dataclass(frozen=True)
class CreatedApiKey(FromWire):
    """A new API key. Keep the secret like a password: it is told only once, and printing this does not show it.

    Attributes:
        secret: The key.
        api_key: What is kept of it.
    """

    secret: str = field(repr=False)
    api_key: ApiKey
