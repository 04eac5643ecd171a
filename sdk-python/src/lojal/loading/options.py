"""The arguments that every `load` has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from lojal.errors import invalid
from lojal.loading.columns import Column, Field, choose
from lojal.loading.job import Build, LoadJob
from lojal.loading.rows import Reading
from lojal.loading.sources import open_source


@dataclass(frozen=True)
class LoadOptions:
    """What to load and how; see `Transactions.load` for what each means."""

    source: Any
    time_format: str | None
    time_zone: str
    delimiter: str
    skip_invalid: bool
    progress: bool
    chunk_rows: int

    def reading(self, currency_code: str = "") -> Reading:
        """Returns how to read values.

        Raises:
            InvalidArgument: If there is no such time zone.
        """
        try:
            zone = ZoneInfo(self.time_zone)
        except (ValueError, OSError, LookupError):
            raise invalid("time_zone", f"{self.time_zone!r} is not an IANA time zone, such as Europe/Zagreb") from None
        return Reading(zone, self.time_format, currency_code)

    def job(
        self,
        name: str,
        fields: Sequence[Field],
        chosen: Mapping[str, Column],
        builder: Callable[[], Build],
        *,
        others: Callable[[Sequence[str]], Mapping[str, str]] | None = None,
    ) -> LoadJob:
        """Opens the source, finds its columns and checks all its rows.

        Args:
            name: The field of ImportRequest that takes the rows.
            fields: The fields of a record.
            chosen: The columns the caller named.
            builder: Makes a function that turns the values of a row into a message.
            others: Returns further columns to read, by field, from those that are not taken yet.
        """
        source = open_source(self.source, delimiter=self.delimiter)
        # without rows there is nothing to name columns by, and nothing to load
        columns = choose(fields, source.columns, chosen) if source.columns else {}
        if others is not None:
            columns |= others([column for column in source.columns if column not in columns.values()])
        return LoadJob(name, source, columns, builder, self.skip_invalid, self.chunk_rows, self.progress).check()
