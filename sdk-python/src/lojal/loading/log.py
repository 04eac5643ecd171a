"""A log of purchases as columns: how it is held between the check and the sending, and how it is cut into chunks."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from lojal.loading import job
from lojal.loading.job import Chunk


@dataclass
class PurchaseLog:
    """Good rows of a source, a value a row in each column.

    Attributes:
        numbers: Where each row is in the source.
        customers: Who bought.
        times: Microseconds since 1970.
        amounts: Millionths of the currency's unit.
        currencies: The currency of each row, or the one of all.
        ids: The id of each row, "" for one without; empty when none has one.
        occurrences: Which one of its equals each row is, from 1; 0 for one with an id; empty when all are the first.
        discounts: Millionths taken off the price of each, 0 for nothing; empty when none has a discount.
        customer_count: How many customers there are; None where that was not counted yet.
    """

    numbers: Any = field(default_factory=lambda: array("q"))
    customers: list[str] = field(default_factory=list)
    times: Any = field(default_factory=lambda: array("q"))
    amounts: Any = field(default_factory=lambda: array("q"))
    currencies: list[str] | str = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    occurrences: Any = field(default_factory=lambda: array("q"))
    discounts: Any = field(default_factory=lambda: array("q"))
    customer_count: int | None = None

    def chunks(self, rows_each: int) -> Iterator[Chunk]:
        """Cuts the log into chunks within the server's limits of rows and bytes, each of one currency."""
        for start in range(0, len(self.customers), rows_each):
            window = range(start, min(start + rows_each, len(self.customers)))
            if isinstance(self.currencies, str):
                yield from self._cut(window, self.currencies)
                continue
            by_currency: dict[str, list[int]] = {}
            for row in window:
                by_currency.setdefault(self.currencies[row], []).append(row)
            for currency, rows in by_currency.items():
                yield from self._cut(window if len(by_currency) == 1 else rows, currency)

    def _cut(self, rows: Sequence[int], currency: str) -> Iterator[Chunk]:
        customers = "\n".join(_pick(self.customers, rows))
        ids = _pick(self.ids, rows) if self.ids else []
        ids_text = "\n".join(ids) if any(ids) else ""
        if len(rows) > 1 and len(customers.encode()) + len(ids_text.encode()) > job.MAX_CHUNK_BYTES:
            yield from self._cut(rows[: len(rows) // 2], currency)
            yield from self._cut(rows[len(rows) // 2 :], currency)
            return
        occurrences = _pick(self.occurrences, rows) if len(self.occurrences) else []
        discounts = _pick(self.discounts, rows) if len(self.discounts) else []
        columns = {
            "customer_ids": customers,
            "times": _pick(self.times, rows),
            "amounts": _pick(self.amounts, rows),
            "currency_code": currency,
            "transaction_ids": ids_text,
            "occurrences": occurrences if max(occurrences, default=1) > 1 else [],
            "discounts": discounts if any(discounts) else [],
        }
        yield Chunk("columns", columns, _pick(self.numbers, rows))


def _pick(column: Any, rows: Sequence[int]) -> Any:
    """Returns some values of a column as plain ones, which protobuf takes several times as fast as numpy's."""
    picked = column[rows.start : rows.stop] if isinstance(rows, range) else [column[row] for row in rows]
    return picked.tolist() if hasattr(picked, "tolist") else picked
