"""Everything known of a customer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Unpack

from lojal.calls import Call, documented_as
from lojal.errors import invalid
from lojal.groups import AsyncGroup, Group
from lojal.groups.loads import awaited, blocking
from lojal.instants import Instant, to_timestamp
from lojal.listing import AsyncListing, Listing
from lojal.loading import columns, rows
from lojal.loading.columns import Column
from lojal.loading.options import LoadOptions, LoadSettings, Prepare
from lojal.records import CustomerUpsert
from lojal.results.common import WriteResult
from lojal.results.customers import (
    Customer,
    CustomerExport,
    CustomerProfile,
    ErasureReceipt,
    Timeline,
    TimelineEvent,
)
from lojal.results.facts import CustomerFacts
from lojal.table import Table
from lojal.v1 import customer_service_pb2 as pb

FIELDS = (dataclasses.replace(columns.CUSTOMER_ID, one_a_row=True), columns.Field("effective_time", (), required=False))


def _upsert(customers: Iterable[CustomerUpsert | Mapping[str, Any]], skip_invalid: bool) -> Call[WriteResult]:
    built = rows.messages(customers, rows.Customers(rows.Reading()), "customers")
    request = pb.UpsertCustomersRequest(skip_invalid=skip_invalid)
    request.customers.extend(built)  # type: ignore[arg-type]
    return Call("customers", "UpsertCustomers", request, WriteResult.from_wire)


def _load(
    source: Any,
    *,
    customer_id: Column = None,
    attributes: Sequence[str] | None = None,
    effective_time: Column = None,
    **settings: Unpack[LoadSettings],
) -> Prepare:
    """Records a whole table of customers, one a row. Loading it twice changes nothing.

    Args:
        source: As in `Transactions.load`.
        customer_id: Column of the customer. None guesses: customer_id, customer, user_id..., and then the
            e-mail address or id, whichever there is; with both, name the one by which purchases name customers.
        attributes: Columns to record as attributes, named in lower case with underscores. None means all others. An
            empty cell leaves the attribute as it is.
        effective_time: Column from when on the values hold. None: they hold for all times.
        **settings: See `LoadSettings`.

    Raises:
        InvalidArgument: If rows are bad, with the `row` of each.
    """

    def others(free: Sequence[str]) -> Mapping[str, str]:
        for name in attributes or ():
            if name not in free:
                raise invalid("attributes", f"there is no column {name!r} left: they are {', '.join(map(repr, free))}")
        return {name: name for name in (free if attributes is None else attributes)}

    chosen = {"customer_id": customer_id, "effective_time": effective_time}
    options = LoadOptions(source, **settings)
    reading = options.reading()
    return lambda: options.messages("customers", FIELDS, chosen, lambda: rows.CustomerRows(reading), others=others)


def _get(customer_id: str, as_of: Instant | None, known_at: Instant | None) -> Call[CustomerProfile]:
    request = pb.GetCustomerRequest(
        customer_id=customer_id, as_of=to_timestamp(as_of, "as_of"), known_at=to_timestamp(known_at, "known_at")
    )
    return Call("customers", "GetCustomer", request, CustomerProfile.from_wire)


def _list(as_of: Instant | None, known_at: Instant | None, filter: str, page_size: int) -> Call[Table[Customer]]:
    request = pb.ListCustomersRequest(
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        filter=filter,
        page_size=page_size,
    )
    return Call("customers", "ListCustomers", request, partial(Table.of_answer, Customer))


def _facts(as_of: Instant | None, known_at: Instant | None) -> Call[CustomerFacts]:
    request = pb.ListFactsRequest(as_of=to_timestamp(as_of, "as_of"), known_at=to_timestamp(known_at, "known_at"))
    return Call("customers", "ListFacts", request, CustomerFacts.from_wire)


def _timeline(
    customer_id: str, as_of: Instant | None, known_at: Instant | None, window: str, page_size: int
) -> Call[Table[TimelineEvent]]:
    request = pb.GetTimelineRequest(
        customer_id=customer_id,
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
        page_size=page_size,
    )
    return Call("customers", "GetTimeline", request, Timeline.from_wire)


def _export(customer_id: str) -> Call[pb.ExportCustomerResponse]:
    return Call("customers", "ExportCustomer", pb.ExportCustomerRequest(customer_id=customer_id), lambda part: part)


def _erase(customer_id: str) -> Call[ErasureReceipt]:
    request = pb.EraseCustomerRequest(customer_id=customer_id)
    return Call("customers", "EraseCustomer", request, ErasureReceipt.from_wire)


class Customers(Group):
    """Records facts about customers, and tells everything known of them."""

    def upsert(
        self, customers: Iterable[CustomerUpsert | Mapping[str, Any]], *, skip_invalid: bool = False
    ) -> WriteResult:
        """Records up to 10,000 customers and what is known of them. Customers with transactions need no upsert.

        Args:
            customers: `CustomerUpsert`s, or dicts with the same names. An empty value takes a fact away; facts not
                named stay as they are.
            skip_invalid: Record the good rows and list the bad ones, instead of refusing all for one bad row.

        Raises:
            InvalidArgument: If a row is bad; `field_violations` names each.

        Example:
            ```python
            client.customers.upsert([{"customer_id": "c42", "attributes": {"market": "hr"}}])
            ```
        """
        return self._runner.unary(_upsert(customers, skip_invalid))

    load = blocking(_load)

    def get(
        self, customer_id: str, *, as_of: Instant | None = None, known_at: Instant | None = None
    ) -> CustomerProfile:
        """Returns one customer with totals as of an instant.

        Args:
            customer_id: Who.
            as_of: Describe the customer as of this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.

        Raises:
            NotFound: If there is no record of the customer before that instant.
        """
        return self._runner.unary(_get(customer_id, as_of, known_at))

    def list(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        filter: str = "",
        page_size: int = 1000,
    ) -> Listing[Customer]:
        """Lists customers in the order they were first recorded, a page at a time.

        Args:
            as_of: Describe customers as of this instant; those without any record before it are not listed.
                Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            filter: Only customers who match this condition in CEL, such as `market == "hr" && orders >= 3`. See
                `facts()` for what there is. Default: all.
            page_size: Customers a page, 1 to 1,000.

        Raises:
            InvalidArgument: If the page size is out of range.
        """
        call = _list(as_of, known_at, filter, page_size)
        return Listing(lambda: self._runner.pages(call), "customers", Table(Customer, ()))

    def facts(self, *, as_of: Instant | None = None, known_at: Instant | None = None) -> CustomerFacts:
        """Describes what `filter` and `group_by` can name: facts that are computed, and the attributes customers have.

        Args:
            as_of: Attributes as of this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.

        Example:
            ```python
            client.customers.facts().to_pandas()
            ```
        """
        return self._runner.unary(_facts(as_of, known_at))

    def timeline(
        self,
        customer_id: str,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        page_size: int = 1000,
    ) -> Listing[TimelineEvent]:
        """Lists what happened to one customer, newest first, a page at a time.

        Args:
            customer_id: Who.
            as_of: Only what happened before this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            window: Only what happened in this window: "90d", "12w", "12mo", "2026-Q1", "2026-03",
                "2026-01-01/2026-04-01" or "all". Default "all".
            page_size: Events a page, 1 to 1,000.

        Raises:
            NotFound: If there is no record of the customer before that instant.
        """
        call = _timeline(customer_id, as_of, known_at, window, page_size)
        return Listing(lambda: self._runner.pages(call), "timeline", Timeline(()))

    def export(self, customer_id: str) -> CustomerExport:
        """Returns everything known of one customer, for handing it over: the profile and every record. No deadline.

        Args:
            customer_id: Who.

        Raises:
            NotFound: If there is no record of the customer.

        Example:
            ```python
            client.customers.export("c42").events.to_pandas().to_csv("c42.csv")
            ```
        """
        return CustomerExport.of_parts(list(self._runner.stream(_export(customer_id))))

    def erase(self, customer_id: str) -> ErasureReceipt:
        """Forgets one customer, at every instant, those of the past too. There is no way back but a backup.

        Erasing once more changes nothing and counts zero. Take the customer out of the logs you load, too: rows that
        are loaded again are recorded again.

        Args:
            customer_id: Who.
        """
        return self._runner.unary(_erase(customer_id))


class AsyncCustomers(AsyncGroup):
    """Records facts about customers, and tells everything known of them."""

    @documented_as(Customers.upsert)
    async def upsert(
        self, customers: Iterable[CustomerUpsert | Mapping[str, Any]], *, skip_invalid: bool = False
    ) -> WriteResult:
        return await self._runner.unary(_upsert(customers, skip_invalid))

    load = awaited(_load)

    @documented_as(Customers.get)
    async def get(
        self, customer_id: str, *, as_of: Instant | None = None, known_at: Instant | None = None
    ) -> CustomerProfile:
        return await self._runner.unary(_get(customer_id, as_of, known_at))

    @documented_as(Customers.list)
    def list(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        filter: str = "",
        page_size: int = 1000,
    ) -> AsyncListing[Customer]:
        call = _list(as_of, known_at, filter, page_size)
        return AsyncListing(lambda: self._runner.pages(call), "customers", Table(Customer, ()))

    @documented_as(Customers.facts)
    async def facts(self, *, as_of: Instant | None = None, known_at: Instant | None = None) -> CustomerFacts:
        return await self._runner.unary(_facts(as_of, known_at))

    @documented_as(Customers.timeline)
    def timeline(
        self,
        customer_id: str,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        page_size: int = 1000,
    ) -> AsyncListing[TimelineEvent]:
        call = _timeline(customer_id, as_of, known_at, window, page_size)
        return AsyncListing(lambda: self._runner.pages(call), "timeline", Timeline(()))

    @documented_as(Customers.export)
    async def export(self, customer_id: str) -> CustomerExport:
        return CustomerExport.of_parts([part async for part in self._runner.stream(_export(customer_id))])

    @documented_as(Customers.erase)
    async def erase(self, customer_id: str) -> ErasureReceipt:
        return await self._runner.unary(_erase(customer_id))
