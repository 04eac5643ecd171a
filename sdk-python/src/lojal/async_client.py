"""The awaited client."""

from __future__ import annotations

import asyncio
from functools import partial
from types import TracebackType
from typing import Any, Self

from lojal.async_runner import AsyncRunner
from lojal.call import seconds
from lojal.calls.awaited.admin import AsyncAdmin
from lojal.calls.awaited.clv import AsyncClv
from lojal.calls.awaited.costs import AsyncCosts
from lojal.calls.awaited.customers import AsyncCustomers
from lojal.calls.awaited.exports import AsyncExports
from lojal.calls.awaited.interactions import AsyncInteractions
from lojal.calls.awaited.loyalty import AsyncLoyaltyScores
from lojal.calls.awaited.nps import AsyncNps
from lojal.calls.awaited.refunds import AsyncRefunds
from lojal.calls.awaited.retention import AsyncRetentions
from lojal.calls.awaited.segments import AsyncSegments
from lojal.calls.awaited.surveys import AsyncSurveys
from lojal.calls.awaited.transactions import AsyncTransactions
from lojal.calls.awaited.workspaces import AsyncWorkspaces
from lojal.channel import Stubs, compression_of, metadata_for, open_aio_channel
from lojal.client import DEFAULT_TARGET, DEFAULT_TIMEOUT
from lojal.credentials import AsyncApiKeySource, Credentials, Metadata, Pem, credentials_for
from lojal.retry import RetryPolicy, policy_of


class _AioChannel:
    """A channel that several clients may share.

    An aio channel belongs to the event loop it was opened in, so it is opened by the first call, and anew when the
    client is used in another loop.
    """

    def __init__(self, target: str, credentials: Credentials, compression: str | None) -> None:
        self.target = target
        self.credentials = credentials
        self._compression = compression_of(compression)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._channel: Any = None
        self._stubs: Stubs | None = None

    def stubs(self) -> Stubs:
        loop = asyncio.get_running_loop()
        if self._stubs is None or self._loop is not loop:
            self._loop = loop
            self._channel = open_aio_channel(self.target, self.credentials, self._compression)
            self._stubs = Stubs(self._channel)
        return self._stubs

    async def close(self) -> None:
        if self._channel is not None and self._loop is asyncio.get_running_loop():
            for load in list(self._stubs._loads if self._stubs else ()):
                load.cancel()
            await self._channel.close()
        self._channel = self._stubs = self._loop = None


class AsyncClient:
    """A Lojal server, seen from one workspace, with awaited calls; `Client` is the same without await.

    It may be made outside an event loop. Listings are read with `async for`.

    Args:
        target: Where the server is: "host:port" or "http://host:port", or "https://host:port" for TLS.
        workspace: The workspace (tenant, brand, market) of all calls.
        timeout: Seconds after which a call fails, all its retries together; None for no limit. Streams (`load`, `fit`
            and `predict`) have none, and neither have `clv.backtest`, `clv.compare`, `loyalty.validate` and
            `loyalty.warning_quality`.
        retry: How often and how patiently to retry; see `RetryPolicy`.
        api_key: An API key, as `lojal key create` printed it, or a token of an identity provider. Or a function that
            returns one, awaited or not, which is asked at each call and should remember what it has, for tokens that
            expire. Default: the environment variable LOJAL_API_KEY, if set.
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
        async with lojal.AsyncClient("localhost:50051") as client:
            await client.transactions.load("orders.csv")
            print(await client.segments.summary())
        ```
    """

    def __init__(
        self,
        target: str = DEFAULT_TARGET,
        *,
        workspace: str = "default",
        timeout: float | None = DEFAULT_TIMEOUT,
        retry: RetryPolicy | None = None,
        api_key: AsyncApiKeySource | None = None,
        ca: Pem | None = None,
        cert: Pem | None = None,
        key: Pem | None = None,
        plaintext_key: bool = False,
        compression: str | None = None,
    ) -> None:
        # what makes no sense is refused here rather than at the first call
        credentials = credentials_for(target, api_key=api_key, ca=ca, cert=cert, key=key, plaintext_key=plaintext_key)
        self._set_up(_AioChannel(target, credentials, compression), workspace, timeout, policy_of(retry))

    def _set_up(self, channel: _AioChannel, workspace: str, timeout: float | None, retry: RetryPolicy) -> None:
        metadata_for(workspace)  # refuses what is no name
        self._channel = channel
        self.workspace = workspace
        self._timeout = timeout = seconds(timeout)
        self._retry = retry
        runner = AsyncRunner(channel.stubs, partial(channel.credentials.metadata_awaited, workspace), timeout, retry)
        self.transactions = AsyncTransactions(runner)
        self.refunds = AsyncRefunds(runner)
        self.surveys = AsyncSurveys(runner)
        self.interactions = AsyncInteractions(runner)
        self.costs = AsyncCosts(runner)
        self.customers = AsyncCustomers(runner)
        self.export = AsyncExports(runner)
        self.loyalty = AsyncLoyaltyScores(runner)
        self.segments = AsyncSegments(runner)
        self.clv = AsyncClv(runner)
        self.nps = AsyncNps(runner)
        self.retention = AsyncRetentions(runner)
        self.workspaces = AsyncWorkspaces(runner)
        self.admin = AsyncAdmin(runner)

    def with_options(self, *, workspace: str | None = None, timeout: float | None = None) -> AsyncClient:
        """Returns a client of another workspace or with another timeout, over the same connection.

        Args:
            workspace: Another workspace. None keeps this one.
            timeout: Another timeout, in seconds. None keeps this one.
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
        """The metadata of a call: it names the workspace, and holds the API key, so do not print it.

        Raises:
            TypeError: If the API key is given by a function that is awaited.
        """
        return self._channel.credentials.metadata(self.workspace)

    async def close(self) -> None:
        """Closes the connection. A later call opens it again."""
        await self._channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._channel.target!r}, workspace={self.workspace!r})"
