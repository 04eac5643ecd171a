"""One load, checked and ready to go: a source, the kind of record it holds, and which column is which field."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import Message

from lojal.errors import FieldViolation, InvalidArgument, invalid, invalid_rows
from lojal.loading.sources import Source
from lojal.results.common import RowError

MAX_CHUNK_ROWS = 10_000
MAX_CHUNK_BYTES = 8 * 1024 * 1024  # half of what the server takes, as the row count may be far off for long comments
MAX_REPORTED = 100

Build = Callable[[dict[str, Any]], Message]


class SourceRefused(InvalidArgument):
    """What is wrong is no single row's fault, so that skipping the row would not help."""


@dataclass(frozen=True)
class Chunk:
    """Some rows as messages, with where each is in the source."""

    messages: list[Message]
    numbers: list[int]


@dataclass
class LoadJob:
    """A checked load.

    Attributes:
        name: The field of ImportRequest that takes the rows, such as "transactions".
        source: Where the rows come from.
        columns: Which column of the source is taken for which field.
        builder: Makes a function that turns the values of a row, by field, into a message. It is called once a pass, as
            the function counts equal rows.
        skip_invalid: Leave bad rows out instead of refusing the source.
        chunk_rows: Most rows of a chunk.
        progress: Whether to show a progress bar.
        row_count: Good rows.
        row_errors: Bad rows, with skip_invalid.
    """

    name: str
    source: Source
    columns: dict[str, str]
    builder: Callable[[], Build]
    skip_invalid: bool = False
    chunk_rows: int = MAX_CHUNK_ROWS
    progress: bool = True
    row_count: int = 0
    row_errors: list[RowError] = field(default_factory=list)

    def check(self) -> LoadJob:
        """Reads the whole source once without sending anything.

        Raises:
            InvalidArgument: If rows are bad and not to be skipped, with the number of each.
        """
        if not 1 <= self.chunk_rows <= MAX_CHUNK_ROWS:
            raise invalid("chunk_rows", f"{self.chunk_rows} is not a number of rows from 1 to {MAX_CHUNK_ROWS}")
        violations: list[FieldViolation] = []
        total = 0
        self.row_count = 0
        for number, result in self._built():
            if not isinstance(result, InvalidArgument):
                self.row_count += 1
                continue
            bad = [FieldViolation(self._described(v.field), v.description, number) for v in result.field_violations]
            if self.skip_invalid:
                self.row_errors += [RowError(number, v.field, result.reason, v.description) for v in bad[:1]]
                continue
            total += len(bad)
            violations += bad[: MAX_REPORTED - len(violations)]
        if total:
            raise invalid_rows(violations, total)
        return self

    def chunks(self) -> Iterator[Chunk]:
        """Reads the source again, in chunks within the server's limits of rows and bytes."""
        chunk, size = Chunk([], []), 0
        for number, result in self._built():
            if isinstance(result, InvalidArgument):
                continue
            length = result.ByteSize()
            if chunk.messages and (len(chunk.messages) >= self.chunk_rows or size + length > MAX_CHUNK_BYTES):
                yield chunk
                chunk, size = Chunk([], []), 0
            chunk.messages.append(result)
            chunk.numbers.append(number)
            size += length
        if chunk.messages:
            yield chunk

    def _built(self) -> Iterator[tuple[int, Message | InvalidArgument]]:
        """Reads the rows as messages, or as what is wrong with them."""
        build = self.builder()
        fields = list(self.columns)
        for number, values in self.source.rows(list(self.columns.values())):
            try:
                yield number, build(dict(zip(fields, values, strict=True)))
            except SourceRefused as error:
                first = error.field_violations[0]
                raise invalid_rows([FieldViolation(first.field, first.description, number)]) from None
            except InvalidArgument as error:
                yield number, error

    def _described(self, name: str) -> str:
        column = self.columns.get(name, name)
        return name if column == name else f"{name} (column {column!r})"

    def progress_options(self) -> dict[str, Any]:
        """Returns when tqdm shows a bar: in notebooks and terminals, never in logs."""
        return {"disable": (False if "ipykernel" in sys.modules else None) if self.progress else True}
