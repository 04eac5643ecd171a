"""Reads purchases row by row: CSV files, lists of records, and frames whose values are too mixed for whole columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from lojal.errors import FieldViolation, InvalidArgument, invalid, invalid_rows
from lojal.instants import to_micros
from lojal.loading.log import PurchaseLog
from lojal.loading.rows import (
    LESS_THAN_ZERO_IN_LOAD,
    NO_DISCOUNT,
    ONE_WAY_OF_NAMING,
    Reading,
    Values,
    missing,
    paid,
    to_customer_id,
    to_id,
    to_time,
)
from lojal.loading.sources import Source
from lojal.money import amount_micros

REMEMBERED = 1_000_000

Value = TypeVar("Value")


def read_rows(
    source: Source, columns: dict[str, str], reading: Reading, log: PurchaseLog
) -> Iterator[tuple[int, InvalidArgument]]:
    """Reads a source to its end.

    Args:
        source: Where the rows come from.
        columns: Which column of the source is taken for which field.
        reading: How to read values.
        log: Where the good rows go.

    Returns:
        The bad rows with what is wrong.

    Raises:
        InvalidArgument: If equal rows could not be told from different ones.
    """
    fields = list(columns)
    taker = _Taker(reading, log)
    for number, values in source.rows(list(columns.values())):
        try:
            taker.take(number, dict(zip(fields, values, strict=True)))
        except InvalidArgument as error:
            yield number, error
        if taker.mixed:
            # no single row's fault, so that skipping it would not help
            raise invalid_rows([FieldViolation("currency_code", ONE_WAY_OF_NAMING, number)])
    if not any(log.ids):
        log.ids = []


class _Taker:
    """Takes rows one by one, and counts equal ones that have no id."""

    def __init__(self, reading: Reading, log: PurchaseLog) -> None:
        self._log = log
        self._currencies: list[str] = []
        log.currencies = self._currencies
        self._reading = reading
        self._seen: Counter[tuple[str, int, int, str]] = Counter()
        self._ways: set[bool] = set()
        # the same customers, days and prices come again and again, and reading a text is most of the work
        self._customer = _remembering(lambda text: to_customer_id(text, reading))
        self._time = _remembering(lambda value: to_micros(to_time(value, reading)))
        self._amount = _remembering(lambda value: amount_micros(reading.number(value)))

    def take(self, number: int, values: Values) -> None:
        """Takes a row.

        Raises:
            InvalidArgument: If it is bad.
        """
        customer = self._customer(values.get("customer_id"))
        transaction_id = to_id(values.get("transaction_id"), "transaction_id", required=False)
        time = self._time(values.get("time"))
        given, currency = paid(values, self._reading)
        amount = self._amount(given)
        if amount < 0:
            raise invalid("amount", f"{given} {LESS_THAN_ZERO_IN_LOAD}")
        off = values.get("discount")
        discount = 0 if missing(off) else amount_micros(self._reading.number(off, "discount"), "discount")
        if discount < 0:
            raise invalid("discount", f"{off} {NO_DISCOUNT}")
        occurrence = 0
        if not transaction_id:
            self._ways.add(currency != "")
            key = (customer, time, amount, currency)
            self._seen[key] += 1
            occurrence = self._seen[key]
        log = self._log
        log.numbers.append(number)
        log.customers.append(customer)
        log.times.append(time)
        log.amounts.append(amount)
        self._currencies.append(currency)
        log.ids.append(transaction_id)
        log.occurrences.append(occurrence)
        log.discounts.append(discount)

    @property
    def mixed(self) -> bool:
        """Whether some rows without an id name their currency and some do not."""
        return len(self._ways) > 1


def _remembering(read: Callable[[Any], Value]) -> Callable[[Any], Value]:
    """Remembers what was read of a text, so that it is read once."""
    known: dict[str, Value] = {}

    def remembered(value: Any) -> Value:
        if type(value) is not str:
            return read(value)
        found = known.get(value)
        if found is None:
            found = read(value)
            if len(known) < REMEMBERED:
                known[value] = found
        return found

    return remembered
