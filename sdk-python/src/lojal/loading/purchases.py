"""Loading purchases: read once, whole columns at a time where the source has them, and sent as columns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from lojal.errors import InvalidArgument
from lojal.loading.by_column import read_columns
from lojal.loading.by_row import read_rows
from lojal.loading.frames import FrameSource
from lojal.loading.job import Chunk, LoadJob
from lojal.loading.log import PurchaseLog
from lojal.loading.rows import Reading

MAX_COLUMN_ROWS = 100_000


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

    def _read(self) -> Iterator[tuple[int, InvalidArgument]]:
        whole = read_columns(self.source, self.columns, self.reading) if isinstance(self.source, FrameSource) else None
        if whole is None:
            yield from read_rows(self.source, self.columns, self.reading, self.log)
        else:
            self.log, bad = whole
            yield from bad
        self.row_count = len(self.log.customers)

    def chunks(self) -> Iterator[Chunk]:
        """Cuts what was read into chunks."""
        return self.log.chunks(self._rows_each())
