"""How a source writes numbers and times, found out before it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Protocol

from lojal.errors import invalid
from lojal.loading.frames import PandasSource
from lojal.loading.numbers import Numbers, code_of, numbers_of
from lojal.loading.times import Order, Times, times_of

ROWS_AHEAD = 1000
"""Rows that are read ahead. Only a column that they do not decide is read to its end."""
TIMES = ("time", "end_time", "effective_time")
NUMBERS = ("amount", "discount", "refund_amount")


class _Rows(Protocol):
    def rows(self, columns: Sequence[str]) -> Any: ...


@dataclass
class Habits:
    """How a source writes what it holds.

    Attributes:
        decimal: The decimal mark the caller named; None to find it out.
        time_format: The format of times the caller named; None to find it out.
        numbers: How numbers are written.
        times: How times are written, by field, where that is not ISO 8601.
        notes: What to tell of them.
    """

    decimal: str | None = None
    time_format: str | None = None
    numbers: Numbers = field(default_factory=Numbers)
    times: dict[str, Times] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def settle(
        self, source: _Rows, columns: Mapping[str, str], *, currency: str | None = None, time_order: Order = ""
    ) -> None:
        """Finds out how the columns of a source are written.

        Args:
            source: The source.
            columns: Which column is taken for which field.
            currency: The code of the currency that all amounts are in; "" where nothing says so, None where rows do.
            time_order: How times are written where the column leaves it open.

        Raises:
            InvalidArgument: If a column contradicts itself, or amounts in several currencies name none.
        """
        amounts = [columns[name] for name in NUMBERS if name in columns]
        self._settle_numbers(source, amounts, currency)
        for name in TIMES:
            if name in columns and self.time_format is None:
                times = self._times(source, columns[name])
                if times.order != "iso":
                    self.times[name] = Times(times.order or time_order)

    def number(self, value: Any, name: str = "amount") -> Any:
        """Returns a number that is text as a plain decimal, and anything else as it is."""
        return self.numbers.plain(value, name) if isinstance(value, str) else value

    def time(self, value: Any, name: str = "time") -> Any:
        """Returns a time that is not written as ISO 8601 as a datetime, and anything else as it is."""
        times = self.times.get(name)
        return value if times is None else times.read(value)

    def _settle_numbers(self, source: _Rows, columns: Sequence[str], currency: str | None) -> None:
        if not columns:
            return
        values = _head(source, columns)
        self.numbers, units = numbers_of(values, self.decimal)
        marked = any(isinstance(value, str) and ("." in value or "," in value) for value in values)
        if marked and not self.numbers.decimal and len(values) >= ROWS_AHEAD:
            self.numbers, units = numbers_of((each for _, row in source.rows(columns) for each in row), self.decimal)
        if currency is not None:
            self._compare(units, currency)

    def _compare(self, units: frozenset[str], currency: str) -> None:
        """Refuses signs of other currencies than amounts are said to be in, and tells of signs that are not read."""
        seen = ", ".join(sorted(units))
        other = next((unit for unit in sorted(units) if code_of(unit) not in ("", currency)), "")
        if other and currency:
            raise invalid(
                "currency_code", f"amounts are in {seen}, and not in {currency}: name their currency in a column"
            )
        if len(units) > 1 and not currency:
            raise invalid("currency_code", f"amounts are in {seen}: give them a column of currency codes")
        if units and not currency:
            self.notes.append(f"amounts are in {seen}, which is not read: pass currency_code, or name it in a column")

    def _times(self, source: _Rows, column: str) -> Times:
        values = _head(source, [column])
        times = times_of(values)
        if times.order == "" and len(values) >= ROWS_AHEAD:
            return times_of(value for _, (value,) in source.rows([column]))
        return times


def _head(source: _Rows, columns: Sequence[str]) -> list[Any]:
    source = source.head(ROWS_AHEAD) if isinstance(source, PandasSource) else source
    return [value for _, row in islice(source.rows(columns), ROWS_AHEAD) for value in row]
