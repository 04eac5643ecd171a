"""One load, checked and ready to go: a source, the kind of record it holds, and which column is which field."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from google.protobuf.message import Message

from lojal.errors import FieldViolation, InvalidArgument, invalid, invalid_rows
from lojal.loading.sources import Source
from lojal.results.common import RowError
from lojal.results.previews import LoadSummary

if TYPE_CHECKING:
    from lojal.loading.order_refunds import OrderRefund

MAX_CHUNK_ROWS = 10_000
MAX_CHUNK_BYTES = 8 * 1024 * 1024  # half of what the server takes, as the row count may be far off for long comments
MAX_REPORTED = 100

Build = Callable[[dict[str, Any]], Message]


@dataclass(frozen=True)
class Chunk:
    """Some rows, with where each is in the source.

    Attributes:
        name: The field of ImportRequest that takes them, such as "refunds".
        fields: What to put into that field.
        numbers: Where each row is in the source.
        refunds: Those that the rows are, of orders that say themselves what was given back.
        skip_invalid: Whether bad rows are left out of this chunk, whatever the load says.
    """

    name: str
    fields: dict[str, Any]
    numbers: Sequence[int]
    refunds: Sequence[OrderRefund] = ()
    skip_invalid: bool = False

    def only(self, places: Sequence[int]) -> Chunk:
        """Returns a chunk of some of its rows, of which no refund is looked up."""
        rows = self.fields["rows"]
        return Chunk(self.name, {"rows": [rows[place] for place in places]}, [self.numbers[place] for place in places])


@dataclass(kw_only=True)
class LoadJob:
    """A checked load.

    Attributes:
        name: What is loaded, such as "transactions".
        source: Where the rows come from.
        columns: Which column of the source is taken for which field.
        skip_invalid: Leave bad rows out instead of refusing the source.
        chunk_rows: Most rows of a chunk; None for as many as the server takes.
        progress: Whether to show a progress bar.
        notes: What to look at: what may change what counts and is not read, and scores that look wrong.
        row_count: Good rows.
        row_errors: Bad rows, with skip_invalid.
        profile: The export that the source was recognised as, "" for none.
        left_out: How many orders or answers do not count, by reason.
        rows_read: Rows read from the source; None for the good and the bad ones.
        taken: Which column of the source is which field, where `columns` are not the source's own.
    """

    max_chunk_rows: ClassVar[int] = MAX_CHUNK_ROWS

    name: str
    source: Source
    columns: dict[str, str]
    skip_invalid: bool = False
    chunk_rows: int | None = None
    progress: bool = True
    timeout: float | None = None
    notes: tuple[str, ...] = ()
    row_count: int = 0
    row_errors: list[RowError] = field(default_factory=list)
    profile: str = ""
    left_out: dict[str, int] = field(default_factory=dict)
    rows_read: int | None = None
    taken: dict[str, str] = field(default_factory=dict)

    @property
    def columns_taken(self) -> dict[str, str]:
        """Which column of the source is which field."""
        return self.taken or self.columns

    @property
    def rows(self) -> int:
        """How many rows the source has."""
        return self.row_count + len(self.row_errors) if self.rows_read is None else self.rows_read

    def summary(self) -> LoadSummary | None:
        """Returns what the good rows come to, None where that is not counted."""
        return None

    def check(self) -> Self:
        """Reads the whole source once without sending anything.

        Raises:
            InvalidArgument: If rows are bad and not to be skipped, with the number of each.
        """
        if self.chunk_rows is not None and not 1 <= self.chunk_rows <= self.max_chunk_rows:
            raise invalid("chunk_rows", f"{self.chunk_rows} is not a number of rows from 1 to {self.max_chunk_rows}")
        violations: list[FieldViolation] = []
        total = 0
        for number, error in self._read():
            bad = [FieldViolation(self.described(v.field), v.description, number) for v in error.field_violations]
            if self.skip_invalid:
                self.row_errors += [
                    RowError(number, v.field, error.reason, v.description, (v.field,))
                    for v in error.field_violations[:1]
                ]
                continue
            total += len(bad)
            violations += bad[: MAX_REPORTED - len(violations)]
        if total:
            raise invalid_rows(violations, total)
        return self

    def chunks(self) -> Iterator[Chunk]:
        """Cuts the source into chunks within the server's limits of rows and bytes."""
        raise NotImplementedError

    def _read(self) -> Iterator[tuple[int, InvalidArgument]]:
        """Reads the source to its end: counts the good rows, and tells what is wrong with each bad one."""
        raise NotImplementedError

    def _rows_each(self) -> int:
        return self.chunk_rows or self.max_chunk_rows

    def field_of(self, chunk: str, name: str) -> str:
        """Returns which field of the source holds a field of a record, by the name of its kind of chunk."""
        return name

    def described(self, name: str) -> str:
        """Returns a field with its column."""
        column = self.columns.get(name, name)
        return name if column == name else f"{name} (column {column!r})"

    def progress_options(self) -> dict[str, Any]:
        """Returns when tqdm shows a bar: in notebooks and terminals, never in logs."""
        return {"disable": (False if "ipykernel" in sys.modules else None) if self.progress else True}


class Tally(Protocol):
    """Counts what good rows come to."""

    def add(self, message: Any) -> None:
        """Counts one."""
        ...

    def summary(self) -> LoadSummary:
        """Returns what they come to."""
        ...


@dataclass(kw_only=True)
class MessageJob(LoadJob):
    """A load that is sent as a message for each row. The source is read twice, so that little is held in memory.

    Attributes:
        builder: Makes a function that turns the values of a row, by field, into a message. It is called once a pass.
        tally: What counts the good rows, if anything does.
    """

    builder: Callable[[], Build]
    tally: Tally | None = None

    def summary(self) -> LoadSummary | None:
        """Returns what the good rows come to."""
        return None if self.tally is None else self.tally.summary()

    def _read(self) -> Iterator[tuple[int, InvalidArgument]]:
        for number, result in self._built():
            if isinstance(result, InvalidArgument):
                yield number, result
            else:
                self.row_count += 1
                if self.tally is not None:
                    self.tally.add(result)

    def chunks(self) -> Iterator[Chunk]:
        """Reads the source again, in chunks."""
        messages: list[Message] = []
        numbers: list[int] = []
        size = 0
        for number, result in self._built():
            if isinstance(result, InvalidArgument):
                continue
            length = result.ByteSize()
            if messages and (len(messages) >= self._rows_each() or size + length > MAX_CHUNK_BYTES):
                yield Chunk(self.name, {"rows": messages}, numbers)
                messages, numbers, size = [], [], 0
            messages.append(result)
            numbers.append(number)
            size += length
        if messages:
            yield Chunk(self.name, {"rows": messages}, numbers)

    def _built(self) -> Iterator[tuple[int, Message | InvalidArgument]]:
        """Reads the rows as messages, or as what is wrong with them."""
        build = self.builder()
        fields = list(self.columns)
        for number, values in self.source.rows(list(self.columns.values())):
            try:
                yield number, build(dict(zip(fields, values, strict=True)))
            except InvalidArgument as error:
                yield number, error
