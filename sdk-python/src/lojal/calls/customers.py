"""Everything known of a customer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Unpack

from lojal.call import Call, describe
from lojal.calls.group import Group
from lojal.errors import invalid
from lojal.instants import Instant
from lojal.listing import Listing
from lojal.loading import columns, rows
from lojal.loading.columns import Column
from lojal.loading.options import LoadOptions, LoadSettings
from lojal.records import CustomerUpsert
from lojal.results.common import LoadResult, WriteResult
from lojal.results.customers import (
    Customer,
    CustomerExport,
    CustomerProfile,
    ErasureReceipt,
    Timeline,
    TimelineEvent,
)
from lojal.results.facts import CustomerFacts
from lojal.sensible import listed
from lojal.table import Table
from lojal.words import CustomerOrderWord, TimelineKindWord, TimelineOrderWord

FIELDS = (dataclasses.replace(columns.CUSTOMER_ID, one_a_row=True), columns.Field("effective_time", (), required=False))


def attributes_of(free: Sequence[str], attributes: Sequence[str] | None) -> Mapping[str, str]:
    """Returns which columns become attributes, of those that are not taken yet: the named ones, or all.

    Raises:
        InvalidArgument: If one is not there.
    """
    for name in listed("attributes", attributes or ()):
        if name not in free:
            raise invalid("attributes", f"there is no column {name!r} left: they are {columns.listed(free)}")
    return {name: name for name in (free if attributes is None else attributes)}


class Customers(Group):
    """Records facts about customers, and tells everything known of them."""

    def upsert(
        self,
        customers: Iterable[CustomerUpsert | Mapping[str, Any]],
        *,
        skip_invalid: bool = False,
        timeout: float | None = None,
    ) -> WriteResult:
        """Records up to 10,000 customers and what is known of them. Customers with transactions need no upsert.

        Args:
            customers: `CustomerUpsert`s, or dicts with the same names. An empty value takes a fact away; facts not
                named stay as they are.

        Raises:
            InvalidArgument: If a row is bad; `field_violations` names each.

        Example:
            ```python
            client.customers.upsert([{"customer_id": "c42", "attributes": {"market": "hr"}}])
            ```
        """
        asked = locals() | {"customers": rows.messages(customers, rows.Customers(rows.Reading()), "customers")}
        return self._ask("UpsertCustomers", WriteResult.from_wire, asked)

    def load(
        self,
        source: Any,
        *,
        customer_id: Column = None,
        attributes: Sequence[str] | None = None,
        effective_time: Column = None,
        **settings: Unpack[LoadSettings],
    ) -> LoadResult:
        """Records a whole table of customers, one a row. Loading it twice changes nothing.

        Args:
            source: As in `transactions.load`.
            customer_id: Column of the customer. None guesses: customer_id, customer, user_id..., and then the
                e-mail address or id, whichever there is; with both, name the one by which purchases name customers.
            attributes: Columns to record as attributes, named in lower case with underscores. None means all others. An
                empty cell leaves the attribute as it is.
            effective_time: Column from when on the values hold. None: they hold for all times.

        Raises:
            InvalidArgument: If rows are bad, with the `row` of each.
        """
        chosen = columns.chosen(FIELDS, locals())
        options = LoadOptions(source, **settings)
        build = partial(rows.CustomerRows, options.reading())
        others = partial(attributes_of, attributes=attributes)
        return self._runner.load(lambda: options.messages("customers", FIELDS, chosen, build, others=others))

    def get(
        self,
        customer_id: str,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        timeout: float | None = None,
    ) -> CustomerProfile:
        """Returns one customer with totals as of an instant.

        Raises:
            NotFound: If there is no record of the customer before that instant.
        """
        return self._ask("GetCustomer", CustomerProfile.from_wire, locals())

    def list(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        filter: str = "",
        order_by: CustomerOrderWord | None = None,
        page_size: int = 1000,
        timeout: float | None = None,
    ) -> Listing[Customer]:
        """Lists customers in the order they were first recorded, or in another, a page at a time.

        Args:
            as_of: Customers without any record before it are not listed.
            order_by: "recorded", "id", "last_transaction" for the latest first, or "net_spend" for the highest first.
                In any but the default, "recorded", the server looks at everybody for each page.

        Raises:
            InvalidArgument: If the page size is out of range.
        """
        return self._list("ListCustomers", Customer, locals(), "customers")

    def facts(
        self, *, as_of: Instant | None = None, known_at: Instant | None = None, timeout: float | None = None
    ) -> CustomerFacts:
        """Describes what `filter` and `group_by` can name: facts that are computed, and the attributes customers have.

        Example:
            ```python
            client.customers.facts().to_pandas()
            ```
        """
        return self._ask("ListFacts", CustomerFacts.from_wire, locals())

    def timeline(
        self,
        customer_id: str,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        kinds: Iterable[TimelineKindWord] = (),
        order_by: TimelineOrderWord | None = None,
        page_size: int = 1000,
        timeout: float | None = None,
    ) -> Listing[TimelineEvent]:
        """Lists what happened to one customer, newest first unless asked for the oldest, a page at a time.

        Args:
            window: Only what happened in it. Default "all".
            kinds: Only these kinds: "transaction", "refund", "survey_response", "attributes", "void", "interaction",
                "cost". Default: all.
            order_by: "newest" first, the default, or "oldest", which takes longer where much has happened.

        Raises:
            NotFound: If there is no record of the customer before that instant.
        """
        call: Call[Table[TimelineEvent]] = describe("GetTimeline", Timeline.from_wire, locals())
        return Listing(lambda: self._runner.pages(call), "timeline", Timeline(()))

    def export(self, customer_id: str, *, timeout: float | None = None) -> CustomerExport:
        """Returns everything known of one customer, for handing it over: the profile and every record. No deadline.

        Raises:
            NotFound: If there is no record of the customer.

        Example:
            ```python
            client.customers.export("c42").events.to_pandas().to_csv("c42.csv")
            ```
        """
        call = describe("ExportCustomer", lambda message: message, locals())
        parts: list[Any] = []
        for part in self._runner.stream(call):
            parts.append(part)
        return CustomerExport.of_parts(parts)

    def erase(self, customer_id: str, *, timeout: float | None = None) -> ErasureReceipt:
        """Forgets one customer, at every instant, those of the past too. There is no way back but a backup.

        Erasing once more changes nothing and counts zero. Take the customer out of the logs you load, too: rows that
        are loaded again are recorded again.
        """
        return self._ask("EraseCustomer", ErasureReceipt.from_wire, locals())
