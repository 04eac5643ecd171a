"""The arguments that every `load` has: their names, defaults and meaning, once."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypeAlias, TypedDict
from zoneinfo import ZoneInfo

from lojal.errors import invalid
from lojal.loading.ahead import comes_back
from lojal.loading.columns import Column, Field, choose, unread
from lojal.loading.habits import Habits
from lojal.loading.job import Build, LoadJob, MessageJob, Tally
from lojal.loading.purchases import PurchaseJob
from lojal.loading.rows import Reading
from lojal.loading.sources import Source, open_source
from lojal.sensible import sensible, shown

Prepare: TypeAlias = Callable[[], LoadJob]
"""Reads and checks a source; what a `load` comes to before anything is sent."""


class LoadSettings(TypedDict, total=False):
    """What every `load` takes beside its columns; `LoadOptions` has the defaults."""

    time_format: str | None
    time_zone: str
    decimal: str | None
    delimiter: str | None
    encoding: str | None
    skip_invalid: bool
    progress: bool
    chunk_rows: int | None
    timeout: float | None


@dataclass(frozen=True)
class LoadOptions:
    """What to load and how."""

    source: Any
    _: dataclasses.KW_ONLY
    time_format: str | None = None
    time_zone: str = "UTC"
    decimal: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    skip_invalid: bool = False
    progress: bool = True
    chunk_rows: int | None = None
    timeout: float | None = None

    def __post_init__(self) -> None:
        """Refuses settings that are none."""
        for name in ("time_format", "time_zone", "decimal", "delimiter", "encoding"):
            value = getattr(self, name)
            if value is not None and not isinstance(value, str):
                raise invalid(name, f"{shown(value)} is not text")
        for name in ("skip_invalid", "progress"):
            with sensible(name, value := getattr(self, name), "True or False"):
                if operator.index(value) not in (0, 1):
                    raise ValueError
        if self.chunk_rows is not None and (isinstance(self.chunk_rows, bool) or not isinstance(self.chunk_rows, int)):
            raise invalid("chunk_rows", f"{shown(self.chunk_rows)} is not a whole number of rows")

    def reading(self, currency_code: str = "") -> Reading:
        """Returns how to read values.

        Raises:
            InvalidArgument: If there is no such time zone.
        """
        try:
            zone = ZoneInfo(self.time_zone)
        except (TypeError, ValueError, OSError, LookupError):
            raise invalid("time_zone", f"{self.time_zone!r} is not an IANA time zone, such as Europe/Zagreb") from None
        with sensible("currency_code", currency_code, "the code of a currency, such as EUR"):
            currency = currency_code.upper()
            currency.encode()
        return Reading(zone, self.time_format, currency, one_address=True, habits=self.habits)

    @cached_property
    def habits(self) -> Habits:
        """How the source writes numbers and times, once it was looked at."""
        return Habits(self.decimal, self.time_format)

    def lenient(self) -> LoadOptions:
        """Returns the same for a look that refuses nothing and may read twice."""
        source = list(self.source) if isinstance(self.source, Iterator) else self.source
        return dataclasses.replace(self, source=source, skip_invalid=True, progress=False)

    def open(self) -> Source:
        """Opens the source."""
        return open_source(self.source, delimiter=self.delimiter, encoding=self.encoding)

    def columns(self, source: Source, fields: Sequence[Field], chosen: Mapping[str, Column]) -> dict[str, str]:
        """Returns which column of a source is taken for which field."""
        if not source.columns:  # without rows there is nothing to name columns by, and nothing to load
            return {}
        found = choose(fields, source.columns, chosen, partial(comes_back, source))
        for name, column in found.items():
            if source.columns.count(column) > 1:
                raise invalid(name, f"several columns are called {column!r}: give each a name of its own")
        return found

    def common(self, source: Source, columns: dict[str, str]) -> dict[str, Any]:
        """Returns what every job has."""
        return {
            "source": source,
            "columns": columns,
            "skip_invalid": self.skip_invalid,
            "chunk_rows": self.chunk_rows,
            "progress": self.progress,
            "timeout": self.timeout,
            "notes": (*getattr(source, "notes", ()), *self.habits.notes),
        }

    def messages(
        self,
        name: str,
        fields: Sequence[Field],
        chosen: Mapping[str, Column],
        builder: Callable[[], Build],
        *,
        others: Callable[[Sequence[str]], Mapping[str, str]] | None = None,
        source: Source | None = None,
        tally: Tally | None = None,
    ) -> LoadJob:
        """Opens a source that is sent as messages, finds its columns and checks all its rows.

        Args:
            name: The field of ImportRequest that takes the rows.
            fields: The fields of a record.
            chosen: The columns the caller named.
            builder: Makes a function that turns the values of a row into a message.
            others: Returns further columns to read, by field, from those that are not taken yet.
            source: The source, if it is open.
            tally: What counts the good rows.
        """
        source = self.open() if source is None else source
        columns = self.columns(source, fields, chosen)
        if others is not None:
            columns |= others([column for column in source.columns if column not in columns.values()])
        self.habits.settle(source, columns)
        return MessageJob(name=name, builder=builder, tally=tally, **self.common(source, columns)).check()

    def purchases(
        self, fields: Sequence[Field], chosen: Mapping[str, Column], reading: Reading, source: Source | None = None
    ) -> LoadJob:
        """Opens a source of purchases, if it is not open, finds its columns and checks all its rows."""
        source = self.open() if source is None else source
        columns = self.columns(source, fields, chosen)
        self.habits.settle(source, columns, currency=None if "currency_code" in columns else reading.currency_code)
        common = self.common(source, columns)
        common["notes"] += unread(source.columns)
        return PurchaseJob(name="transactions", reading=reading, **common).check()
