"""A load of orders: purchases first, then their refunds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from lojal.errors import InvalidArgument
from lojal.loading.job import MAX_CHUNK_ROWS, Chunk, LoadJob
from lojal.loading.log import PurchaseLog
from lojal.loading.order_plan import OrderPlan
from lojal.loading.order_refunds import OrderRefund, name_orders, refunds_of
from lojal.loading.orders import Order, OrderReader
from lojal.loading.purchases import MAX_COLUMN_ROWS
from lojal.loading.rows import Reading
from lojal.loading.summary import doubts_of, summary_of
from lojal.results.previews import LoadSummary

NO_CURRENCY = "amounts name no currency: they are taken to be in the workspace's reporting currency; pass currency_code"
ZONELESS = 'times name no zone and were read in UTC: pass the shop\'s, such as time_zone="Europe/Zagreb"'
NO_TIME_OF_REFUND = "the export does not say when money was given back: refunds count from the time of their order on"


@dataclass(kw_only=True)
class OrderJob(LoadJob):
    """A load of orders, read once.

    Attributes:
        plan: Which column is what.
        reading: How to read values.
        log: The purchases.
        refunds: What was given back of them.
    """

    max_chunk_rows: ClassVar[int] = MAX_COLUMN_ROWS

    plan: OrderPlan
    reading: Reading
    log: PurchaseLog = field(default_factory=PurchaseLog)
    refunds: list[OrderRefund] = field(default_factory=list)

    def _read(self) -> Iterator[tuple[int, InvalidArgument]]:
        reader = OrderReader(self.plan, self.reading)
        yield from reader.read(self.source)
        book = reader.book
        self.rows_read = book.rows
        if self.plan.refund_negatives:
            name_orders(book.orders)
        self.refunds = list(refunds_of(book.orders, book.left_out))
        self._log(order for order in book.orders if order.amount >= 0)
        self.left_out = dict(book.left_out)
        self.row_count = len(self.log.customers) + len(self.refunds)
        self._note(book.capped, reader.zoneless)

    def _log(self, orders: Iterator[Order]) -> None:
        log, currencies = self.log, []
        seen: dict[tuple[str, int, int, str], int] = {}
        for order in orders:
            log.numbers.append(order.number)
            log.customers.append(order.customer)
            log.times.append(order.time)
            log.amounts.append(order.amount)
            currencies.append(order.currency)
            log.ids.append(order.key)
            log.discounts.append(order.discount)
            occurrence = 0
            if not order.key:
                same = (order.customer, order.time, order.amount, order.currency)
                occurrence = seen[same] = seen.get(same, 0) + 1
            log.occurrences.append(occurrence)
        log.currencies = currencies
        if not any(log.ids):
            log.ids = []

    def _note(self, capped: int, zoneless: bool) -> None:
        notes = []
        if self.log.customers and not any(self.log.currencies):
            notes.append(NO_CURRENCY)
        if zoneless and self.plan.profile and not self.plan.time_zone and str(self.reading.zone) == "UTC":
            notes.append(ZONELESS)
        if capped:
            notes.append(f"{capped:,} refunds are larger than their order, and count as all of it")
        if self.plan.refund_amount and not self.plan.refund_time and self.refunds:
            notes.append(NO_TIME_OF_REFUND)
        self.notes = (*self.notes, *notes, *doubts_of(self.log, self.summary()))

    def summary(self) -> LoadSummary:
        """Returns what the orders come to."""
        return summary_of(self.log, self.refunds)

    def chunks(self) -> Iterator[Chunk]:
        """Cuts what was read into chunks."""
        yield from self.log.chunks(self._rows_each())
        each = min(self._rows_each(), MAX_CHUNK_ROWS)
        for start in range(0, len(self.refunds), each):
            part = self.refunds[start : start + each]
            rows = [refund.message() for refund in part]
            yield Chunk("refunds", {"rows": rows}, [refund.number for refund in part], part)

    def field_of(self, chunk: str, name: str) -> str:
        """Returns which field of the source holds a field of a record: a refund stands in the row of its order."""
        if chunk != "refunds":
            return name
        back = "refund_amount" if self.plan.refund_amount else "amount"
        return {"refund_id": back, "amount": back, "time": "refund_time"}.get(name, name)
