"""Loading purchases: read once, whole columns at a time where the source has them, and sent as columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from lojal.errors import InvalidArgument, invalid
from lojal.loading.by_column import read_columns
from lojal.loading.by_row import read_rows
from lojal.loading.frames import FrameSource
from lojal.loading.job import Chunk, LoadJob
from lojal.loading.log import PurchaseLog
from lojal.loading.rows import Reading
from lojal.loading.summary import doubts_of, summary_of
from lojal.results.previews import LoadSummary

MAX_COLUMN_ROWS = 100_000
FIRST_ROWS = 10_000
"""Rows in which lines of orders would be seen, as they stand together."""
LINES_FROM = 0.1
"""More rows than this that share an id are no accident."""
ADD_UP_LINES = (
    "if they are lines of orders, add them up with lines=True; if each is a purchase of its own, pass "
    "transaction_id=False"
)


@dataclass(kw_only=True)
class PurchaseJob(LoadJob):
    """A load of purchases: the source is read once, and sent as columns.

    Attributes:
        reading: How to read values.
        log: What was read.
    """

    max_chunk_rows: ClassVar[int] = MAX_COLUMN_ROWS

    reading: Reading
    log: PurchaseLog = field(default_factory=PurchaseLog)
    _summary: LoadSummary | None = None

    def _read(self) -> Iterator[tuple[int, InvalidArgument]]:
        whole = read_columns(self.source, self.columns, self.reading) if isinstance(self.source, FrameSource) else None
        if whole is None:
            yield from read_rows(self.source, self.columns, self.reading, self.log)
        else:
            self.log, bad = whole
            yield from bad
        self.row_count = len(self.log.customers)
        self.notes = (*self.notes, *doubts_of(self.log, self.summary()))
        self._look_at_lines()

    def _look_at_lines(self) -> None:
        """Tells of rows that look like lines of orders; refuses them where only one line of each would be recorded."""
        ids = self.log.ids
        first = ids[:FIRST_ROWS]
        if not first or not all(first) or len(first) - len(set(first)) <= len(first) * LINES_FROM:
            return
        shared = len(ids) - len(set(ids))
        told = f"{shared:,} of {len(ids):,} rows have the transaction_id of a row before them: {ADD_UP_LINES}"
        same: dict[str, tuple[str, int, int]] = {}
        rows = zip(self.log.customers, self.log.times, self.log.amounts, strict=True)
        differ = any(same.setdefault(key, row) != row for key, row in zip(ids, rows, strict=True))
        if differ and not self.skip_invalid:
            raise invalid("transaction_id", told)
        self.notes = (*self.notes, told)

    def summary(self) -> LoadSummary:
        """Returns what the purchases come to."""
        if self._summary is None:
            self._summary = summary_of(self.log)
        return self._summary

    def chunks(self) -> Iterator[Chunk]:
        """Cuts what was read into chunks."""
        return self.log.chunks(self._rows_each())
