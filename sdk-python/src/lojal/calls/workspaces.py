"""Tenants, brands or markets, kept apart: their currency, their time zone, what other money is worth there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from lojal.calls.group import Group
from lojal.errors import invalid
from lojal.listing import Listing
from lojal.loading import rows
from lojal.records import ExchangeRate
from lojal.results.workspaces import LoadedRate, RatesResult, RefitPolicy, Workspace

Rates = Iterable[ExchangeRate | Mapping[str, Any]]
Policy = RefitPolicy | Mapping[str, Any]
REFIT_FIELDS = tuple(each.name for each in fields(RefitPolicy))


def policy_of(policy: Policy) -> RefitPolicy:
    """Returns a policy that may be given as a dict.

    Raises:
        InvalidArgument: If it is neither, or names a field that there is not.
    """
    if isinstance(policy, RefitPolicy):
        return policy
    if not isinstance(policy, Mapping):
        raise invalid("refit_policy", f"{policy!r} is none: give a RefitPolicy or a dict")
    for name in policy:
        if name not in REFIT_FIELDS:
            allowed = ", ".join(REFIT_FIELDS)
            raise invalid(f"refit_policy.{name}", f"there is no such field: the fields are {allowed}")
    return RefitPolicy(**policy)


class Workspaces(Group):
    """Keeps workspaces. An empty name means the workspace of the client."""

    def create(
        self,
        workspace: str = "",
        *,
        display_name: str = "",
        reporting_currency_code: str = "",
        time_zone: str = "",
        timeout: float | None = None,
    ) -> Workspace:
        """Makes a workspace with settings of its own. Making the same again changes nothing.

        A workspace needs no making: recording into a name makes it, with the currency of its first transaction.

        Args:
            workspace: A name is of a-z, 0-9, "_" and "-".
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
        return self._ask("CreateWorkspace", Workspace.from_wire, locals())

    def get(self, workspace: str = "", *, timeout: float | None = None) -> Workspace:
        """Returns one workspace with its settings and size.

        Raises:
            NotFound: If there is none of that name.
        """
        return self._ask("GetWorkspace", Workspace.from_wire, locals())

    def list(self, *, page_size: int = 1000, timeout: float | None = None) -> Listing[Workspace]:
        """Lists all workspaces with anything in them, by name."""
        return self._list("ListWorkspaces", Workspace, locals(), "workspaces")

    def update(
        self,
        workspace: str = "",
        *,
        display_name: str | None = None,
        reporting_currency_code: str | None = None,
        time_zone: str | None = None,
        refit_policy: Policy | None = None,
        timeout: float | None = None,
    ) -> Workspace:
        """Changes settings; None leaves one as it is.

        Args:
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
        asked = locals() | {"refit_policy": None if refit_policy is None else policy_of(refit_policy).to_wire()}
        return self._ask("UpdateWorkspace", Workspace.from_wire, asked)

    def delete(self, workspace: str, *, confirm: str, timeout: float | None = None) -> None:
        """Deletes a workspace with everything in it. There is no way back but a backup.

        Args:
            confirm: The name once more.

        Raises:
            InvalidArgument: If `confirm` is not the name.
            NotFound: If there is none of that name.
        """
        return self._ask("DeleteWorkspace", lambda _: None, locals())

    def set_exchange_rates(self, rates: Rates, *, workspace: str = "", timeout: float | None = None) -> RatesResult:
        """Loads what other money is worth, for records to come. What is recorded keeps what it was converted to.

        Args:
            rates: Up to 10,000 `ExchangeRate`s, or dicts with the same names. A rate holds from its date until the
                next one of that currency. Another rate for a date that has one replaces it.

        Raises:
            InvalidArgument: If a rate is bad, or the workspace has no reporting currency yet.
            NotFound: If there is no workspace of that name.

        Example:
            ```python
            client.workspaces.set_exchange_rates([{"currency_code": "USD", "date": "2026-03-02", "rate": "0.9215"}])
            ```
        """
        asked = locals() | {"rates": rows.messages(rates, rows.exchange_rate, "rates")}
        return self._ask("SetExchangeRates", RatesResult.from_wire, asked)

    def exchange_rates(
        self, *, workspace: str = "", currency_code: str = "", page_size: int = 1000, timeout: float | None = None
    ) -> Listing[LoadedRate]:
        """Lists the rates that are loaded, by currency, then by date.

        Args:
            currency_code: Only rates of this currency.
        """
        return self._list("ListExchangeRates", LoadedRate, locals(), "exchange rates")
