"""Logs of purchases: as exports that are known, as lines of orders, or by the names of their columns."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from lojal.errors import invalid
from lojal.loading import columns
from lojal.loading.job import LoadJob
from lojal.loading.options import LoadOptions, Prepare
from lojal.loading.order_job import OrderJob
from lojal.loading.order_plan import OrderPlan, email_first, plan_of_columns, plan_of_shape
from lojal.loading.profiles import recognise
from lojal.loading.rows import Reading
from lojal.loading.sources import Source

NEGATIVE = ("refuse", "refund")
ATTRIBUTES = {
    "time": "time",
    "amount": "amount",
    "transaction_id": "order",
    "currency_code": "currency",
    "discount": "discount",
}
"""What a column that the caller names beside a profile takes the place of."""


def purchase_log(options: LoadOptions, fields: Sequence[columns.Field], arguments: Mapping[str, Any]) -> Prepare:
    """Returns how a log is read and checked.

    Args:
        options: The log, and how to read it.
        fields: The fields of a purchase.
        arguments: Those of `transactions.load`, by name.

    Raises:
        InvalidArgument: If a word is not one.
    """
    if arguments["negative"] not in NEGATIVE:
        raise invalid("negative", f'{arguments["negative"]!r} is neither "refuse" nor "refund"')
    chosen = columns.chosen(fields, {**arguments, "currency_code": arguments["currency"]})
    guesses = email_first(columns.CUSTOMERS, arguments["customer_key"])
    last_resort = "" if arguments["customer_key"] == "email" else columns.CUSTOMER_ID.last_resort
    customer = dataclasses.replace(columns.CUSTOMER_ID, guesses=guesses, last_resort=last_resort)
    fields = [customer if each.name == "customer_id" else each for each in fields]
    reading = options.reading(arguments["currency_code"])

    def prepare() -> LoadJob:
        source = options.open()
        named = any(column is not None for column in chosen.values())
        shape = recognise("orders", source.columns, arguments["profile"], named=named)
        if shape is not None:
            plan = plan_of_shape(shape, source.columns, arguments["customer_key"], arguments["counted_statuses"])
            return _orders(options, source, _with_named(plan, chosen, source.columns), reading)
        if arguments["lines"] or arguments["negative"] == "refund":
            return _orders(options, source, _plan(options, source, fields, chosen, arguments), reading)
        return options.purchases(fields, chosen, reading, source)

    return prepare


def _plan(
    options: LoadOptions,
    source: Source,
    fields: Sequence[columns.Field],
    chosen: Mapping[str, columns.Column],
    arguments: Mapping[str, Any],
) -> OrderPlan:
    """Returns how orders are read by the names of their columns. Of lines, a price counts once for each piece."""
    lines = bool(arguments["lines"])
    by_piece = {"amount": dataclasses.replace(columns.AMOUNT, price_of_one="", guesses=columns.AMOUNT_OF_LINES)}
    found = options.columns(source, [by_piece.get(each.name, each) if lines else each for each in fields], chosen)
    if lines and columns.usual(found["amount"]) in columns.PRICES and chosen["amount"] is None:
        pieces = next((name for name in source.columns if columns.usual(name) in columns.PIECES), None)
        found |= {} if pieces is None else {"pieces": pieces}
    return plan_of_columns(found, lines=lines, refund_negatives=arguments["negative"] == "refund")


def _with_named(plan: OrderPlan, chosen: Mapping[str, columns.Column], there: Sequence[str]) -> OrderPlan:
    changes: dict[str, Any] = {}
    for name, column in chosen.items():
        if isinstance(column, str) and column not in there:
            raise invalid(name, f"there is no column {column!r}: the columns are {columns.listed(there)}")
        if isinstance(column, str) and name == "customer_id":
            changes["customers"] = (column,)
        elif column is not None and name in ATTRIBUTES:
            changes[ATTRIBUTES[name]] = column or ""
    return dataclasses.replace(plan, **changes)


def _orders(options: LoadOptions, source: Source, plan: OrderPlan, reading: Reading) -> LoadJob:
    if plan.time_zone and options.time_zone == "UTC":
        reading = dataclasses.replace(reading, zone=ZoneInfo(plan.time_zone))
    found = plan.columns()
    currency = None if plan.currency else plan.currency_code or reading.currency_code
    options.habits.settle(source, found, currency=currency, time_order=plan.time_order)
    job = OrderJob(
        name="transactions", profile=plan.profile, plan=plan, reading=reading, **options.common(source, found)
    )
    return job.check()
