"""Reads orders of a source: purchases, the refunds of them, and how many were left out for which reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lojal.errors import InvalidArgument, invalid
from lojal.instants import to_micros
from lojal.loading.order_plan import OrderPlan
from lojal.loading.profiles import micros_a_minor_unit
from lojal.loading.rows import (
    LESS_THAN_ZERO_IN_LOAD,
    NO_AMOUNT,
    NO_DISCOUNT,
    Reading,
    Values,
    missing,
    to_currency,
    to_customer_id,
    to_flag,
    to_id,
    to_time,
)
from lojal.loading.sources import Source
from lojal.money import amount_micros

ZONED = re.compile(r"(?:Z|UTC|GMT|[+-]\d\d:?\d\d)\s*$|^\s*\d{9,13}\s*$")
NOBODY = "names nobody"
A_BAD_LINE = "has a line that cannot be read"


@dataclass
class Order:
    """An order as it is read, a line or all at once. Times are in microseconds since 1970, amounts in millionths."""

    number: int
    key: str
    customer: str
    time: int
    currency: str
    amount: int
    discount: int = 0
    refunded: int = 0
    refunded_at: int = 0


@dataclass
class OrderBook:
    """What is read of a source.

    Attributes:
        orders: Those that count, in the order of the source; amounts may be less than zero.
        left_out: How many orders were left out, by reason.
        rows: How many rows were read.
        further_lines: How many rows were further lines of orders.
        capped: How many refunds were larger than their order, and count as all of it.
    """

    orders: list[Order] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    rows: int = 0
    further_lines: int = 0
    capped: int = 0


class OrderReader:
    """Reads rows as orders."""

    def __init__(self, plan: OrderPlan, reading: Reading) -> None:
        self._plan = plan
        self._reading = reading
        self._columns = plan.columns()
        self._places = [name for name in self._columns if name.startswith("customer_id")]
        self._by_key: dict[str, Order | None] = {}
        self._bad: set[str] = set()
        self.book = OrderBook()
        self.zoneless = False
        """Whether a time was read that names no zone."""

    def read(self, source: Source) -> Iterator[tuple[int, InvalidArgument]]:
        """Reads a source to its end, and tells which rows are bad."""
        fields = list(self._columns)
        for number, row in source.rows(list(self._columns.values())):
            self.book.rows += 1
            values = dict(zip(fields, row, strict=True))
            try:
                self._take(number, values)
            except InvalidArgument as error:
                if self._plan.lines == "sum" and not missing(values.get("transaction_id")):
                    self._bad.add(str(values["transaction_id"]))
                yield number, error
        if self._bad:
            good = [order for order in self.book.orders if order.key not in self._bad]
            self.book.left_out[A_BAD_LINE] += len(self.book.orders) - len(good)
            self.book.orders = good
        if not self._plan.refund_negatives:
            wrong = [order for order in self.book.orders if order.amount < 0]
            self.book.orders = [order for order in self.book.orders if order.amount >= 0]
            for order in wrong:
                amount = f"{Decimal(order.amount).scaleb(-6).normalize():f}"
                yield order.number, invalid("amount", f"{amount} {LESS_THAN_ZERO_IN_LOAD}")

    def _take(self, number: int, values: Values) -> None:
        plan, book = self._plan, self.book
        key = to_id(values.get("transaction_id"), "transaction_id", required=False)
        if plan.order and not key:
            if plan.lines and missing(values.get("amount")):
                book.further_lines += 1
                return
            raise invalid("transaction_id", "transaction_id is missing")
        if plan.lines and key in self._by_key:
            book.further_lines += 1
            known = self._by_key[key]
            if plan.lines == "sum" and known is not None:
                self._add_line(known, values)
            return
        if plan.lines:
            self._by_key[key] = None
        reason = self._left_out_as(values)
        customer = "" if reason else self._customer(values)
        if reason or not customer:
            book.left_out[reason or NOBODY] += 1
            return
        order = self._order(number, key, customer, values)
        book.orders.append(order)
        if plan.lines:
            self._by_key[key] = order

    def _left_out_as(self, values: Values) -> str:
        status = self._plan.status
        if status is None:
            return ""
        value = values.get("status")
        reason = status.left_out_as(value)
        captured = values.get("captured")
        if not reason and not missing(captured) and not to_flag(captured, "captured"):
            return "not captured"
        if reason or status.word(value) in status.refunded or self._refunded(values, "") > 0:
            return reason
        # called off and not given back: nothing was paid, or the export is older than the refund
        return "" if missing(values.get("cancelled")) else "cancelled"

    def _customer(self, values: Values) -> str:
        for place in self._places:
            customer = to_customer_id(values.get(place), self._reading, required=False)
            if customer and customer not in self._plan.nobody:
                return customer.removesuffix(".0") if self._plan.float_ids else customer
        return ""

    def _order(self, number: int, key: str, customer: str, values: Values) -> Order:
        code = values.get("currency_code")
        currency = to_currency(code, self._reading) if not missing(code) else self._plan.currency_code
        currency = currency or self._reading.currency_code
        written = values.get("time")
        time = to_micros(to_time(written, self._reading))
        self.zoneless = self.zoneless or (isinstance(written, str) and ZONED.search(written) is None)
        amount = self._amount(values, currency)
        order = Order(number, key, customer, time, currency, amount)
        order.discount = self._discount(values)
        refunded = self._refunded(values, currency)
        status = self._plan.status
        if not refunded and status is not None and status.word(values.get("status")) in status.refunded:
            refunded = amount
        if refunded > amount >= 0:
            self.book.capped += 1
            refunded = amount
        order.refunded = refunded
        at = values.get("refund_time")
        order.refunded_at = max(time, time if missing(at) else to_micros(to_time(at, self._reading)))
        return order

    def _add_line(self, order: Order, values: Values) -> None:
        order.amount += self._amount(values, order.currency)
        order.discount += self._discount(values)

    def _amount(self, values: Values, currency: str) -> int:
        value = values.get("amount")
        if missing(value):
            raise invalid("amount", NO_AMOUNT)
        micros = self._money(value, currency, "amount")
        if not self._plan.pieces:
            return micros
        pieces = Decimal(amount_micros(self._reading.number(values.get("pieces")), "quantity")).scaleb(-6)
        return int((micros * pieces).to_integral_value(ROUND_HALF_UP))

    def _refunded(self, values: Values, currency: str) -> int:
        value = values.get("refund_amount")
        # some write what was given back as less than zero
        return 0 if missing(value) else abs(self._money(value, currency, "refund_amount"))

    def _discount(self, values: Values) -> int:
        value = values.get("discount")
        micros = 0 if missing(value) else amount_micros(self._reading.number(value, "discount"), "discount")
        if micros < 0:
            raise invalid("discount", f"{value} {NO_DISCOUNT}")
        return micros

    def _money(self, value: Any, currency: str, name: str) -> int:
        micros = amount_micros(self._reading.number(value, name), name)
        if not self._plan.minor_units:
            return micros
        if micros % 1_000_000:
            raise invalid(name, f"{value!r} is no whole number of the currency's smallest unit, such as cents")
        return micros // 1_000_000 * micros_a_minor_unit(currency)
