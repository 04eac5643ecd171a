"""Refunds of orders: those that an order names itself, and those of rows that are less than zero."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from lojal.instants import EPOCH, wire
from lojal.loading.made import made_id
from lojal.loading.orders import Order
from lojal.v1 import common_pb2, ingest_service_pb2

NOTHING_TO_TAKE_FROM = "gives back more than the customer bought before"


@dataclass(frozen=True)
class OrderRefund:
    """A refund, with where it is in the source.

    Attributes:
        number: Where it is.
        whole: Whether it is all that was given back of the order, as an export says it of each.
    """

    number: int
    refund_id: str
    transaction_id: str
    time: int
    amount: int
    currency: str
    customer: str
    whole: bool = False

    def message(self) -> ingest_service_pb2.Refund:
        """Returns it as the contract has it."""
        return ingest_service_pb2.Refund(
            refund_id=self.refund_id,
            transaction_id=self.transaction_id,
            time=wire(EPOCH + timedelta(microseconds=self.time)),
            amount=common_pb2.Money(amount=amount_text(self.amount), currency_code=self.currency),
        )


def amount_text(micros: int) -> str:
    """Returns millionths as a plain decimal.

    Example:
        >>> amount_text(12_500_000), amount_text(100_000_000)
        ('12.5', '100')
    """
    return f"{Decimal(micros).scaleb(-6).normalize():f}"


def name_orders(orders: Iterable[Order]) -> None:
    """Gives each order without an id one made of what it is, so that refunds can name it."""
    seen: Counter[tuple[str, int, int, str]] = Counter()
    for order in orders:
        if not order.key:
            same = (order.customer, order.time, order.amount, order.currency)
            seen[same] += 1
            order.key = made_id(*same, seen[same])


def refunds_of(orders: list[Order], left_out: Counter[str]) -> Iterator[OrderRefund]:
    """Returns the refunds of orders: of what they say was given back, and of those that are less than zero.

    One of the latter is taken from the customer's latest purchases up to its time, as far as they go. What goes beyond
    is counted as left out.
    """
    remaining = {order.key: order.amount - order.refunded for order in orders if order.amount > 0}
    for order in orders:
        if order.amount > 0 and order.refunded > 0:
            name = f"{order.key}/refund"
            at, amount = order.refunded_at, order.refunded
            yield OrderRefund(order.number, name, order.key, at, amount, order.currency, order.customer, whole=True)
    bought: dict[tuple[str, str], list[Order]] = defaultdict(list)
    for order in sorted(orders, key=lambda order: order.time):
        if order.amount > 0:
            bought[order.customer, order.currency].append(order)
    for back in sorted((order for order in orders if order.amount < 0), key=lambda order: order.time):
        purchases = bought[back.customer, back.currency]
        owed, part = -back.amount, 0
        latest = bisect_right(purchases, back.time, key=lambda order: order.time)
        for purchase in reversed(purchases[:latest]):
            taken = min(owed, remaining[purchase.key])
            if taken > 0:
                part += 1
                name = f"{back.key}/refund" + (f"/{part}" if part > 1 else "")
                yield OrderRefund(back.number, name, purchase.key, back.time, taken, back.currency, back.customer)
                remaining[purchase.key] -= taken
                owed -= taken
            if not owed:
                break
        if owed:
            left_out[NOTHING_TO_TAKE_FROM] += 1
