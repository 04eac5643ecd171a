"""The arguments that every `load` has: their names, defaults and meaning, once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias, TypedDict
from zoneinfo import ZoneInfo

from lojal.errors import invalid
from lojal.loading.ahead import comes_back
from lojal.loading.columns import Column, Field, choose, unread
from lojal.loading.job import Build, LoadJob, MessageJob
from lojal.loading.purchases import PurchaseJob
from lojal.loading.rows import Reading
from lojal.loading.sources import open_source

Prepare: TypeAlias = Callable[[], LoadJob]
"""Reads and checks a source; what a `load` comes to before anything is sent."""


class LoadSettings(TypedDict, total=False):
    """What every `load` takes beside its columns; `LoadOptions` has the defaults."""

    time_format: str | None
    time_zone: str
    delimiter: str
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
    delimiter: str = ","
    skip_invalid: bool = False
    progress: bool = True
    chunk_rows: int | None = None
    timeout: float | None = None

    def reading(self, currency_code: str = "") -> Reading:
        """Returns how to read values.

        Raises:
            InvalidArgument: If there is no such time zone.
        """
        try:
            zone = ZoneInfo(self.time_zone)
        except (ValueError, OSError, LookupError):
            raise invalid("time_zone", f"{self.time_zone!r} is not an IANA time zone, such as Europe/Zagreb") from None
        return Reading(zone, self.time_format, currency_code, one_address=True)

    def messages(
        self,
        name: str,
        fields: Sequence[Field],
        chosen: Mapping[str, Column],
        builder: Callable[[], Build],
        *,
        others: Callable[[Sequence[str]], Mapping[str, str]] | None = None,
    ) -> LoadJob:
        """Opens a source that is sent as messages, finds its columns and checks all its rows.

        Args:
            name: The field of ImportRequest that takes the rows.
            fields: The fields of a record.
            chosen: The columns the caller named.
            builder: Makes a function that turns the values of a row into a message.
            others: Returns further columns to read, by field, from those that are not taken yet.
        """
        return MessageJob(name=name, builder=builder, **self._common(fields, chosen, others)).check()

    def purchases(self, fields: Sequence[Field], chosen: Mapping[str, Column], reading: Reading) -> LoadJob:
        """Opens a source of purchases, finds its columns and checks all its rows."""
        common = self._common(fields, chosen)
        notes = unread(common["source"].columns)
        return PurchaseJob(name="transactions", reading=reading, notes=notes, **common).check()

    def _common(
        self,
        fields: Sequence[Field],
        chosen: Mapping[str, Column],
        others: Callable[[Sequence[str]], Mapping[str, str]] | None = None,
    ) -> dict[str, Any]:
        source = open_source(self.source, delimiter=self.delimiter)
        # without rows there is nothing to name columns by, and nothing to load
        columns = choose(fields, source.columns, chosen, partial(comes_back, source)) if source.columns else {}
        if others is not None:
            columns |= others([column for column in source.columns if column not in columns.values()])
        return {
            "source": source,
            "columns": columns,
            "skip_invalid": self.skip_invalid,
            "chunk_rows": self.chunk_rows,
            "progress": self.progress,
            "timeout": self.timeout,
        }
