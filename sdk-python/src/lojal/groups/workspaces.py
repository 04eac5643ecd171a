"""Tenants, brands or markets, kept apart: their currency, their time zone, what other money is worth there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import partial
from typing import Any

from lojal.calls import Call, documented_as
from lojal.errors import invalid
from lojal.groups import AsyncGroup, Group
from lojal.listing import AsyncListing, Listing
from lojal.loading import rows
from lojal.records import ExchangeRate
from lojal.results.workspaces import LoadedRate, RatesResult, RefitPolicy, Workspace
from lojal.table import Table
from lojal.v1 import workspace_service_pb2 as pb

Rates = Iterable[ExchangeRate | Mapping[str, Any]]
Policy = RefitPolicy | Mapping[str, Any]
REFIT_FIELDS = tuple(each.name for each in fields(RefitPolicy))


def _workspace(message: Any) -> Workspace:
    return Workspace.from_wire(message.workspace)


def _create(workspace: str, display_name: str, reporting_currency_code: str, time_zone: str) -> Call[Workspace]:
    request = pb.CreateWorkspaceRequest(
        workspace=workspace,
        display_name=display_name,
        reporting_currency_code=reporting_currency_code,
        time_zone=time_zone,
    )
    return Call("workspaces", "CreateWorkspace", request, _workspace)


def _get(workspace: str) -> Call[Workspace]:
    return Call("workspaces", "GetWorkspace", pb.GetWorkspaceRequest(workspace=workspace), _workspace)


def _list(page_size: int) -> Call[Table[Workspace]]:
    request = pb.ListWorkspacesRequest(page_size=page_size)
    return Call("workspaces", "ListWorkspaces", request, partial(Table.of_answer, Workspace))


def _update(
    workspace: str,
    display_name: str | None,
    reporting_currency_code: str | None,
    time_zone: str | None,
    refit_policy: Policy | None,
) -> Call[Workspace]:
    request = pb.UpdateWorkspaceRequest(
        workspace=workspace,
        display_name=display_name,
        reporting_currency_code=reporting_currency_code,
        time_zone=time_zone,
        refit_policy=None if refit_policy is None else _policy(refit_policy).to_wire(),
    )
    return Call("workspaces", "UpdateWorkspace", request, _workspace)


def _policy(policy: Policy) -> RefitPolicy:
    if isinstance(policy, RefitPolicy):
        return policy
    if not isinstance(policy, Mapping):
        raise invalid("refit_policy", f"{policy!r} is none: give a RefitPolicy or a dict")
    for name in policy:
        if name not in REFIT_FIELDS:
            allowed = ", ".join(REFIT_FIELDS)
            raise invalid(f"refit_policy.{name}", f"there is no such field: the fields are {allowed}")
    return RefitPolicy(**policy)


def _delete(workspace: str, confirm: str) -> Call[None]:
    request = pb.DeleteWorkspaceRequest(workspace=workspace, confirm=confirm)
    return Call("workspaces", "DeleteWorkspace", request, lambda _: None)


def _set_exchange_rates(rates: Rates, workspace: str) -> Call[RatesResult]:
    request = pb.SetExchangeRatesRequest(workspace=workspace)
    request.rates.extend(rows.messages(rates, rows.exchange_rate, "rates"))  # type: ignore[arg-type]
    return Call("workspaces", "SetExchangeRates", request, RatesResult.from_wire)


def _exchange_rates(workspace: str, currency_code: str, page_size: int) -> Call[Table[LoadedRate]]:
    request = pb.ListExchangeRatesRequest(workspace=workspace, currency_code=currency_code, page_size=page_size)
    return Call("workspaces", "ListExchangeRates", request, partial(Table.of_answer, LoadedRate))


class Workspaces(Group):
    """Keeps workspaces. An empty name means the workspace of the client."""

    def create(
        self,
        workspace: str = "",
        *,
        display_name: str = "",
        reporting_currency_code: str = "",
        time_zone: str = "",
    ) -> Workspace:
        """Makes a workspace with settings of its own. Making the same again changes nothing.

        A workspace needs no making: recording into a name makes it, with the currency of its first transaction.

        Args:
            workspace: Its name: a-z, 0-9, "_" and "-".
            display_name: Its name for people.
            reporting_currency_code: Currency of answers, such as "EUR". Default: that of the first transaction.
            time_zone: IANA name of the zone in which days are cut, such as "Europe/Zagreb". Default: the server's.

        Raises:
            AlreadyExists: If it is there with records or with other settings.

        Example:
            ```python
            client.workspaces.create("shop-hr", reporting_currency_code="EUR", time_zone="Europe/Zagreb")
            ```
        """
        return self._runner.unary(_create(workspace, display_name, reporting_currency_code, time_zone))

    def get(self, workspace: str = "") -> Workspace:
        """Returns one workspace with its settings and size.

        Raises:
            NotFound: If there is none of that name.
        """
        return self._runner.unary(_get(workspace))

    def list(self, *, page_size: int = 1000) -> Listing[Workspace]:
        """Lists all workspaces with anything in them, by name.

        Args:
            page_size: Workspaces a page, 1 to 1,000.
        """
        call = _list(page_size)
        return Listing(lambda: self._runner.pages(call), "workspaces", Table(Workspace, ()))

    def update(
        self,
        workspace: str = "",
        *,
        display_name: str | None = None,
        reporting_currency_code: str | None = None,
        time_zone: str | None = None,
        refit_policy: Policy | None = None,
    ) -> Workspace:
        """Changes settings; None leaves one as it is.

        Args:
            workspace: Which.
            display_name: Its name for people; "" takes it away.
            reporting_currency_code: Currency of answers. Only while nothing is recorded.
            time_zone: IANA name of the zone in which days are cut, for every question from now on.
            refit_policy: When it fits its default model again by itself: a `RefitPolicy`, or a dict with the same
                names. What is left out takes its default.

        Raises:
            NotFound: If there is none of that name.
            FailedPrecondition: If the currency should change and something is recorded.
            InvalidArgument: If a value is out of range.

        Example:
            ```python
            client.workspaces.update(refit_policy={"growth_ratio": 0.25, "max_age_days": 7})
            ```
        """
        call = _update(workspace, display_name, reporting_currency_code, time_zone, refit_policy)
        return self._runner.unary(call)

    def delete(self, workspace: str, *, confirm: str) -> None:
        """Deletes a workspace with everything in it. There is no way back but a backup.

        Args:
            workspace: Which.
            confirm: The name once more.

        Raises:
            InvalidArgument: If `confirm` is not the name.
            NotFound: If there is none of that name.
        """
        return self._runner.unary(_delete(workspace, confirm))

    def set_exchange_rates(self, rates: Rates, *, workspace: str = "") -> RatesResult:
        """Loads what other money is worth, for records to come. What is recorded keeps what it was converted to.

        Args:
            rates: Up to 10,000 `ExchangeRate`s, or dicts with the same names. A rate holds from its date until the
                next one of that currency. Another rate for a date that has one replaces it.
            workspace: Of which workspace.

        Raises:
            InvalidArgument: If a rate is bad, or the workspace has no reporting currency yet.
            NotFound: If there is no workspace of that name.

        Example:
            ```python
            client.workspaces.set_exchange_rates([{"currency_code": "USD", "date": "2026-03-02", "rate": "0.9215"}])
            ```
        """
        return self._runner.unary(_set_exchange_rates(rates, workspace))

    def exchange_rates(
        self, *, workspace: str = "", currency_code: str = "", page_size: int = 1000
    ) -> Listing[LoadedRate]:
        """Lists the rates that are loaded, by currency, then by date.

        Args:
            workspace: Of which workspace.
            currency_code: Only rates of this currency.
            page_size: Rates a page, 1 to 1,000.
        """
        call = _exchange_rates(workspace, currency_code, page_size)
        return Listing(lambda: self._runner.pages(call), "exchange rates", Table(LoadedRate, ()))


class AsyncWorkspaces(AsyncGroup):
    """Keeps workspaces. An empty name means the workspace of the client."""

    @documented_as(Workspaces.create)
    async def create(
        self,
        workspace: str = "",
        *,
        display_name: str = "",
        reporting_currency_code: str = "",
        time_zone: str = "",
    ) -> Workspace:
        return await self._runner.unary(_create(workspace, display_name, reporting_currency_code, time_zone))

    @documented_as(Workspaces.get)
    async def get(self, workspace: str = "") -> Workspace:
        return await self._runner.unary(_get(workspace))

    @documented_as(Workspaces.list)
    def list(self, *, page_size: int = 1000) -> AsyncListing[Workspace]:
        call = _list(page_size)
        return AsyncListing(lambda: self._runner.pages(call), "workspaces", Table(Workspace, ()))

    @documented_as(Workspaces.update)
    async def update(
        self,
        workspace: str = "",
        *,
        display_name: str | None = None,
        reporting_currency_code: str | None = None,
        time_zone: str | None = None,
        refit_policy: Policy | None = None,
    ) -> Workspace:
        call = _update(workspace, display_name, reporting_currency_code, time_zone, refit_policy)
        return await self._runner.unary(call)

    @documented_as(Workspaces.delete)
    async def delete(self, workspace: str, *, confirm: str) -> None:
        return await self._runner.unary(_delete(workspace, confirm))

    @documented_as(Workspaces.set_exchange_rates)
    async def set_exchange_rates(self, rates: Rates, *, workspace: str = "") -> RatesResult:
        return await self._runner.unary(_set_exchange_rates(rates, workspace))

    @documented_as(Workspaces.exchange_rates)
    def exchange_rates(
        self, *, workspace: str = "", currency_code: str = "", page_size: int = 1000
    ) -> AsyncListing[LoadedRate]:
        call = _exchange_rates(workspace, currency_code, page_size)
        return AsyncListing(lambda: self._runner.pages(call), "exchange rates", Table(LoadedRate, ()))
