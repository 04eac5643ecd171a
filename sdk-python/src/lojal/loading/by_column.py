"""Reads purchases of a data frame whole columns at a time, which takes a fraction of the time of reading rows."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from lojal.errors import FieldViolation, InvalidArgument, invalid, invalid_rows
from lojal.instants import EPOCH, to_micros
from lojal.loading.frames import FrameSource
from lojal.loading.log import PurchaseLog
from lojal.loading.rows import (
    LESS_THAN_ZERO_IN_LOAD,
    NO_AMOUNT,
    ONE_WAY_OF_NAMING,
    Reading,
    missing,
    to_currency,
    to_customer_id,
    to_id,
    to_time,
)
from lojal.money import FLOAT_MAX, TOO_MUCH_FOR_A_FLOAT, amount_micros

# Types whose equal values mean the same, so that each value is read once; of numbers there may be one type only, as
# True equals 1.
SIMPLE = {str, type(None), uuid.UUID, datetime.date}
NUMBERS = {int, float, Decimal, bool}
MISSING = {"NAType", "NaTType"}

Wrong = dict[int, InvalidArgument]


class _NoColumnError(Exception):
    """A column holds what only reading row by row understands."""


def read_columns(
    source: FrameSource, columns: dict[str, str], reading: Reading
) -> tuple[PurchaseLog, Iterator[tuple[int, InvalidArgument]]] | None:
    """Reads a data frame.

    Args:
        source: The frame.
        columns: Which column of the source is taken for which field.
        reading: How to read values.

    Returns:
        The good rows, and the bad ones with what is wrong; None if it has to be read row by row.

    Raises:
        InvalidArgument: If equal rows could not be told from different ones.
    """
    try:
        import numpy
    except ImportError:
        return None
    if not {"customer_id", "time", "amount"} <= columns.keys() or "discount" in columns:
        return None
    wrong: Wrong = {}
    try:
        customers = _each(source.values(columns["customer_id"]), lambda value: to_customer_id(value, reading), wrong)
        ids: list[Any] = []
        if "transaction_id" in columns:
            values = source.values(columns["transaction_id"])
            ids = _each(values, lambda value: to_id(value, "transaction_id", required=False), wrong)
        times = _times(source, columns["time"], reading, wrong)
        amounts = _amounts(source, columns["amount"], reading, wrong)
        currencies: list[Any] | str = reading.currency_code
        if "currency_code" in columns:
            code = reading.currency_code
            values = source.values(columns["currency_code"])
            currencies = _each(values, lambda value: code if missing(value) else to_currency(value, reading), wrong)
    except _NoColumnError:
        return None
    ids = ids if any(ids) else []
    numbers = numpy.arange(len(customers))
    if wrong:
        good = numpy.ones(len(customers), dtype=bool)
        good[list(wrong)] = False
        numbers, times, amounts = numbers[good], times[good], amounts[good]
        kept = numbers.tolist()
        customers = [customers[row] for row in kept]
        ids = [ids[row] for row in kept] if ids else []
        currencies = currencies if isinstance(currencies, str) else [currencies[row] for row in kept]
    _require_one_way_of_naming(ids, currencies, numbers)
    numbered = _numbered(customers)
    occurrences = _occurrences(numbered, times, amounts, currencies, ids)
    log = PurchaseLog(numbers, customers, times, amounts, currencies, ids, occurrences)
    log.customer_count = int(numbered.max(initial=-1)) + 1
    return log, iter(sorted(wrong.items(), key=lambda item: item[0]))


def _each(values: list[Any], read: Callable[[Any], Any], wrong: Wrong) -> list[Any]:
    """Reads every value, equal ones once. A bad one is None, and told unless its row is wrong already."""
    kinds = set(map(type, values))
    plain = {kind for kind in kinds - SIMPLE - NUMBERS if kind.__name__ not in MISSING}
    if plain or len(kinds & NUMBERS) > 1:
        raise _NoColumnError
    known: dict[Any, Any] = {}
    bad: dict[Any, InvalidArgument] = {}
    for value in dict.fromkeys(values):
        try:
            known[value] = read(value)
        except InvalidArgument as error:
            known[value] = None
            bad[value] = error
    if bad:
        for row, value in enumerate(values):
            if value in bad:
                wrong.setdefault(row, bad[value])
    return list(map(known.__getitem__, values))


def _times(source: FrameSource, column: str, reading: Reading, wrong: Wrong) -> Any:
    import numpy

    instants = source.instants(column)
    if instants is None:
        read = _each(source.values(column), lambda value: to_micros(to_time(value, reading)), wrong)
        return numpy.fromiter((time or 0 for time in read), dtype="int64", count=len(read))
    for row in numpy.flatnonzero(instants.missing).tolist():
        wrong.setdefault(row, invalid("time", "time is missing"))
    micros = instants.micros
    zone = reading.zone
    if instants.aware or zone is None or getattr(zone, "key", "") == "UTC":
        return micros
    # of a clock somewhere: each moment is asked for once, as the zone's rules are not numpy's
    different, places = numpy.unique(numpy.where(instants.missing, 0, micros), return_inverse=True)
    local = [_in_zone(micro, zone) for micro in different.tolist()]
    return numpy.array(local, dtype="int64")[places]


def _in_zone(micros: int, zone: datetime.tzinfo) -> int:
    try:
        return to_micros((EPOCH + datetime.timedelta(microseconds=micros)).replace(tzinfo=zone))
    except OverflowError:  # years that no calendar has are the server's to refuse
        return micros


def _amounts(source: FrameSource, column: str, reading: Reading, wrong: Wrong) -> Any:
    import numpy

    floats = source.floats(column)
    if floats is None:
        values = source.values(column)
        read = _each(values, lambda value: _amount(reading.number(value)), wrong)
        amounts = numpy.fromiter((amount or 0 for amount in read), dtype="int64", count=len(read))
        for row in numpy.flatnonzero(amounts < 0).tolist():
            wrong.setdefault(row, invalid("amount", f"{values[row]} {LESS_THAN_ZERO_IN_LOAD}"))
        return amounts
    for row in numpy.flatnonzero(numpy.isnan(floats)).tolist():
        wrong.setdefault(row, invalid("amount", NO_AMOUNT))
    for row in numpy.flatnonzero(numpy.abs(floats) >= FLOAT_MAX).tolist():
        wrong.setdefault(row, invalid("amount", f"{floats[row]} {TOO_MUCH_FOR_A_FLOAT}"))
    # as money.nearest does: of two the one further from zero
    exact = numpy.where(numpy.abs(floats) < FLOAT_MAX, floats, 0.0) * 1e6
    whole = numpy.trunc(exact)
    amounts = (whole + numpy.sign(exact) * (numpy.abs(exact - whole) >= 0.5)).astype("int64")
    for row in numpy.flatnonzero(amounts < 0).tolist():
        wrong.setdefault(row, invalid("amount", f"{floats[row]} {LESS_THAN_ZERO_IN_LOAD}"))
    return amounts


def _amount(value: Any) -> int:
    if missing(value):
        raise invalid("amount", NO_AMOUNT)
    return amount_micros(value)


def _require_one_way_of_naming(ids: list[str], currencies: list[str] | str, numbers: Any) -> None:
    if isinstance(currencies, str) or len({code == "" for code in set(currencies)}) < 2:
        return
    unnamed: bool | None = None
    for place, code in enumerate(currencies):
        if ids and ids[place]:
            continue
        if unnamed is None:
            unnamed = code == ""
        if unnamed != (code == ""):
            raise invalid_rows([FieldViolation("currency_code", ONE_WAY_OF_NAMING, int(numbers[place]))])


def _occurrences(customers: Any, times: Any, amounts: Any, currencies: list[str] | str, ids: list[str]) -> Any:
    """Returns which one of its equals each row is, from 1: 0 for one with an id, nothing when all are the first.

    Hardly any rows are equal, so that those which may be are found by a hash, and only they are compared.
    """
    import numpy

    keys = [customers, times, amounts]
    if not isinstance(currencies, str):
        keys.append(_numbered(currencies))
    counted = numpy.ones(len(customers), dtype="int64")
    if ids:
        counted = numpy.fromiter((not each for each in ids), dtype="int64", count=len(ids))
    rows = numpy.flatnonzero(counted)
    mixed = numpy.zeros(len(rows), dtype="uint64")
    for key in keys:
        mixed ^= key[rows].astype("uint64")
        mixed *= numpy.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> numpy.uint64(29)
    in_order = numpy.sort(mixed)
    twice = in_order[1:][in_order[1:] == in_order[:-1]]
    if len(twice):
        rows = rows[numpy.isin(mixed, twice)]
        rows = rows[numpy.lexsort([key[rows] for key in keys])]  # stable: equal rows stay in the order of the source
        first = numpy.ones(len(rows), dtype=bool)
        first[1:] = numpy.any([key[rows][1:] != key[rows][:-1] for key in keys], axis=0)
        place = numpy.arange(len(rows))
        counted[rows] = place - numpy.maximum.accumulate(numpy.where(first, place, 0)) + 1
    elif not ids:
        return []
    return counted


def _numbered(texts: list[str]) -> Any:
    """Returns a number for each text, the same for equal ones."""
    import numpy

    number_of = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    return numpy.fromiter(map(number_of.__getitem__, texts), dtype="int64", count=len(texts))
