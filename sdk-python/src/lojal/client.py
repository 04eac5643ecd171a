"""The blocking client."""

from __future__ import annotations

import threading
from functools import partial
from types import TracebackType
from typing import Any, Self

from lojal.call import seconds
from lojal.calls.admin import Admin
from lojal.calls.clv import Clv
from lojal.calls.costs import Costs
from lojal.calls.customers import Customers
from lojal.calls.exports import Exports
from lojal.calls.interactions import Interactions
from lojal.calls.loyalty import LoyaltyScores
from lojal.calls.nps import Nps
from lojal.calls.refunds import Refunds
from lojal.calls.retention import Retentions
from lojal.calls.segments import Segments
from lojal.calls.surveys import Surveys
from lojal.calls.transactions import Transactions
from lojal.calls.workspaces import Workspaces
from lojal.channel import Stubs, compression_of, metadata_for, open_channel
from lojal.credentials import ApiKeySource, Credentials, Metadata, Pem, credentials_for
from lojal.retry import RetryPolicy, policy_of
from lojal.runner import Runner

DEFAULT_TARGET = "localhost:50051"
DEFAULT_TIMEOUT = 10.0


class _Channel:
    """A channel that several clients may share."""

    def __init__(self, target: str, credentials: Credentials, compression: str | None) -> None:
        self.target = target
        self.credentials = credentials
        self._compression = compression_of(compression)
        self._channel: Any = None
        self._stubs: Stubs | None = None
        self._lock = threading.Lock()

    def stubs(self) -> Stubs:
        with self._lock:
            if self._stubs is None:
                self._channel = open_channel(self.target, self.credentials, self._compression)
                self._stubs = Stubs(self._channel)
            return self._stubs

    def close(self) -> None:
        with self._lock:
            if self._channel is not None:
                self._channel.close()
            self._channel = self._stubs = None


class Client:
    """A Lojal server, seen from one workspace. Threads may share it.

    Nothing is sent before the first call. Close it, or use it in a `with` block, to close the connection.

    Args:
        target: Where the server is: "host:port" or "http://host:port", or "https://host:port" for TLS.
        workspace: The workspace (tenant, brand, market) of all calls.
        timeout: Seconds after which a call fails, all its retries together; None for no limit. Streams (`load`, `fit`
            and `predict`) have none, and neither have `clv.backtest`, `clv.compare`, `loyalty.validate` and
            `loyalty.warning_quality`.
        retry: How often and how patiently to retry; see `RetryPolicy`.
        api_key: An API key, as `lojal key create` printed it, or a token of an identity provider. Or a function that
            returns one, which is asked at each call, by several threads at once where they share the client, and should
            remember what it has, for tokens that expire. Default: the environment variable LOJAL_API_KEY, if set.
        ca: The authority that the server's certificate is by: the path of a file in PEM, or its bytes. Default: the
            file that LOJAL_CA names, else those this machine trusts.
        cert: A certificate to show to a server that asks for one, likewise.
        key: Its private key, likewise.
        plaintext_key: Send the API key to another machine without TLS, where everybody on the way can read it.
        compression: "gzip" compresses requests and their answers, for slow networks. Default: none.

    Attributes:
        transactions: What customers bought.
        refunds: What they were given back.
        surveys: What they said: satisfaction, effort, trust, and how many of those who were asked answered.
        interactions: What else they had to do with us: support cases, visits, campaigns.
        costs: What was spent on them.
        customers: Everything known of one.
        export: Whole tables, for data frames and files.
        loyalty: Who is loyal, why, and how far to trust that.
        segments: Who belongs where.
        clv: What they will be worth, and whether they are still there.
        nps: Recommendation.
        retention: Who stays.
        workspaces: Tenants, brands or markets, their currency and time zone.
        admin: How the server is doing.

    Example:
        ```python
        with lojal.Client("localhost:50051") as client:
            client.transactions.load("orders.csv")
            print(client.segments.summary())
        ```
    """

    def __init__(
        self,
        target: str = DEFAULT_TARGET,
        *,
        workspace: str = "default",
        timeout: float | None = DEFAULT_TIMEOUT,
        retry: RetryPolicy | None = None,
        api_key: ApiKeySource | None = None,
        ca: Pem | None = None,
        cert: Pem | None = None,
        key: Pem | None = None,
        plaintext_key: bool = False,
        compression: str | None = None,
    ) -> None:
        # what makes no sense is refused here rather than at the first call
        credentials = credentials_for(target, api_key=api_key, ca=ca, cert=cert, key=key, plaintext_key=plaintext_key)
        self._set_up(_Channel(target, credentials, compression), workspace, timeout, policy_of(retry))

    def _set_up(self, channel: _Channel, workspace: str, timeout: float | None, retry: RetryPolicy) -> None:
        metadata_for(workspace)  # refuses what is no name
        self._channel = channel
        self.workspace = workspace
        self._timeout = timeout = seconds(timeout)
        self._retry = retry
        runner = Runner(channel.stubs, partial(channel.credentials.metadata, workspace), timeout, retry)
        self.transactions = Transactions(runner)
        self.refunds = Refunds(runner)
        self.surveys = Surveys(runner)
        self.interactions = Interactions(runner)
        self.costs = Costs(runner)
        self.customers = Customers(runner)
        self.export = Exports(runner)
        self.loyalty = LoyaltyScores(runner)
        self.segments = Segments(runner)
        self.clv = Clv(runner)
        self.nps = Nps(runner)
        self.retention = Retentions(runner)
        self.workspaces = Workspaces(runner)
        self.admin = Admin(runner)

    def with_options(self, *, workspace: str | None = None, timeout: float | None = None) -> Client:
        """Returns a client of another workspace or with another timeout, over the same connection.

        Args:
            workspace: Another workspace. None keeps this one.
            timeout: Another timeout, in seconds. None keeps this one.

        Example:
            ```python
            client.with_options(timeout=60).segments.summary()
            ```
        """
        other = object.__new__(type(self))
        other._set_up(
            self._channel,
            self.workspace if workspace is None else workspace,
            self._timeout if timeout is None else timeout,
            self._retry,
        )
        return other

    @property
    def stubs(self) -> Stubs:
        """The generated stubs, for what this client does not wrap. Pass `metadata=client.metadata`."""
        return self._channel.stubs()

    @property
    def metadata(self) -> Metadata:
        """The metadata of a call: it names the workspace, and holds the API key, so do not print it."""
        return self._channel.credentials.metadata(self.workspace)

    def close(self) -> None:
        """Closes the connection. A later call opens it again."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._channel.target!r}, workspace={self.workspace!r})"
