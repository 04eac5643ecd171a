"""What purchases come to, and what about them looks as if something was misread."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median_low
from typing import Any

from lojal.loading.log import PurchaseLog
from lojal.loading.order_refunds import OrderRefund
from lojal.loading.profiles import table
from lojal.results.previews import LoadSummary

DAY = 86_400_000_000
UNIT = 1_000_000
ENOUGH = 30
"""Of fewer rows it may be chance."""
FAR_DAYS = 365
MEDIAN_OF_CENTS = 1000


def summary_of(log: PurchaseLog, refunds: Sequence[OrderRefund] = ()) -> LoadSummary:
    """Returns what purchases and their refunds come to, each counted once however many rows have its id."""
    log = _each_once(log)
    back: dict[str, int] = defaultdict(int)
    for refund in refunds:
        back[refund.currency] += refund.amount
    days = _days(log)
    return LoadSummary(
        records=len(log.customers),
        customers=len(set(log.customers)) if log.customer_count is None else log.customer_count,
        refunds=len(refunds),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        totals={code: _units(total) for code, total in _totals(log).items()},
        refunded={code: _units(total) for code, total in back.items()},
    )


def doubts_of(log: PurchaseLog, summary: LoadSummary) -> Iterable[str]:
    """Returns what looks as if something was misread."""
    count = len(log.customers)
    if count < ENOUGH:
        return
    if summary.customers == count:
        yield (
            f"each of {count:,} rows is of another customer: see whether the column taken for the customer is the "
            "id of each row"
        )
    if _like_cents(log, summary):
        yield (
            "all amounts are whole and half of them are more than 1,000: if they are cents, divide them by 100 and "
            "load them into another workspace"
        )
    yield from _far_from_the_rest(log)


def _each_once(log: PurchaseLog) -> PurchaseLog:
    """Returns a log without the rows that have the id of one before: the server takes them for the same purchase."""
    if len(set(log.ids)) == len(log.ids):
        return log
    seen: set[str] = set()
    first = []
    for row, key in enumerate(log.ids):
        if not key or key not in seen:
            first.append(row)
            seen.add(key)
    return PurchaseLog(
        customers=[log.customers[row] for row in first],
        times=array("q", (log.times[row] for row in first)),
        amounts=array("q", (log.amounts[row] for row in first)),
        currencies=log.currencies if isinstance(log.currencies, str) else [log.currencies[row] for row in first],
    )


def _totals(log: PurchaseLog) -> dict[str, int]:
    amounts, codes = log.amounts, log.currencies
    if not len(amounts):
        return {}
    if isinstance(codes, str) or codes.count(codes[0]) == len(codes):
        return {codes if isinstance(codes, str) else codes[0]: _sum(amounts)}
    totals: dict[str, int] = defaultdict(int)
    for code, amount in zip(codes, amounts.tolist(), strict=True):
        totals[code] += amount
    return totals


def _sum(amounts: Any) -> int:
    """Returns an exact sum: as one of machine numbers where it fits, which takes a fraction of the time."""
    if hasattr(amounts, "max") and int(amounts.max()) < 2**62 // len(amounts):
        return int(amounts.sum())
    return sum(amounts.tolist())


def _like_cents(log: PurchaseLog, summary: LoadSummary) -> bool:
    if summary.totals.keys() <= set(table()["minor_units"]["0"]):
        return False
    if any(amount % UNIT for amount in log.amounts):
        return False
    return int(median_low(log.amounts)) > MEDIAN_OF_CENTS * UNIT


def _far_from_the_rest(log: PurchaseLog) -> Iterable[str]:
    """Tells of a few rows that lie more than a year, and twice the span of all others, before or after these."""
    days = _days(log)
    gaps = [(after - before, place) for place, (before, after) in enumerate(pairwise(days))]
    if not gaps:
        return
    gap, place = max(gaps)
    for few, rest in ((days[: place + 1], days[place + 1 :]), (days[place + 1 :], days[: place + 1])):
        if gap.days <= max(FAR_DAYS, 2 * (rest[-1] - rest[0]).days) or len(few) >= len(rest):
            continue
        wanted = {(day - date(1970, 1, 1)).days for day in few}
        rows = [number for number, time in zip(log.numbers, log.times, strict=True) if time // DAY in wanted]
        if len(rows) <= max(3, len(log.customers) // 100):
            named = ", ".join(str(int(row)) for row in rows[:3])
            yield (
                f"{len(rows)} rows ({named}{', ...' if len(rows) > 3 else ''}) are of {few[0]}"
                f"{f' to {few[-1]}' if len(few) > 1 else ''}, {gap.days:,} days from all others: see whether "
                "their year is right, as questions end with the latest data"
            )


def _days(log: PurchaseLog) -> list[date]:
    try:
        import numpy

        numbers: Any = numpy.unique(numpy.asarray(log.times, dtype="int64") // DAY).tolist()
    except ImportError:
        numbers = sorted({time // DAY for time in log.times})
    # a day before year 1 or after 9999 is the server's to refuse
    return [date(1970, 1, 1) + timedelta(days=day) for day in numbers if -719_162 <= day <= 2_932_896]


def _units(micros: int) -> Decimal:
    exact = Decimal(micros).scaleb(-6).normalize()
    return exact.quantize(Decimal("0.01")) if exact == exact.quantize(Decimal("0.01")) else exact


class AnswerTally:
    """What answers come to, counted as they are read, each once however many rows have its id."""

    def __init__(self) -> None:
        self._customers: Counter[str] = Counter()
        self._ids: set[str] = set()
        self._first: int | None = None
        self._last: int | None = None
        self._count = 0

    def add(self, message: Any) -> None:
        """Counts one."""
        if message.response_id:
            if message.response_id in self._ids:
                return
            self._ids.add(message.response_id)
        self._count += 1
        self._customers[message.customer_id] += 1
        seconds = message.time.seconds
        self._first = seconds if self._first is None else min(self._first, seconds)
        self._last = seconds if self._last is None else max(self._last, seconds)

    def summary(self) -> LoadSummary:
        """Returns what they come to."""
        days = [
            None if at is None else date(1970, 1, 1) + timedelta(days=at // 86_400) for at in (self._first, self._last)
        ]
        named = len(self._customers) - ("" in self._customers)
        return LoadSummary(self._count, named, self._customers[""], first_day=days[0], last_day=days[1])
