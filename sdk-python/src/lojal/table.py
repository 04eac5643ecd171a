"""Rows of an answer that print as a table and turn into a data frame."""

from __future__ import annotations

import datetime
import html
import typing
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Generic, Self, TypeVar, overload

from lojal.data_frames import Frames, column_types, columns, pandas_module, record
from lojal.results.common import Provenance
from lojal.results.reading import FromWire, read

Row = TypeVar("Row")

SHOWN_ROWS = 20
WIDEST = 200
"""Letters of a line up to which everything is printed; of wider tables first standard errors are left out, then n."""
__all__ = ["Table", "as_text", "column_types", "columns", "record"]


class Table(Frames, FromWire, Sequence[Row], Generic[Row]):
    """The rows of an answer: a sequence of frozen dataclasses, one a row.

    Attributes:
        provenance: Where the answer comes from, None for answers without.
    """

    provenance: Provenance | None
    shown_columns: ClassVar[tuple[str, ...]] = ()
    """The columns to print of a table that has many more; all of them when empty."""

    def __init__(self, kind: type[Row], rows: Iterable[Row], provenance: Provenance | None = None) -> None:
        self._kind = kind
        self._rows = tuple(rows)
        self.provenance = provenance

    @classmethod
    def from_wire(cls, message: Any) -> Self:
        """Reads an answer with one list of rows."""
        return cls._read(message)

    @classmethod
    def _read(cls, message: Any, **instead: Any) -> Self:
        """Reads an answer with one list of rows, some attributes of which are given."""
        table = cls.of_answer(cls.row_kind(), message)
        vars(table).update(read(cls, message, **instead))
        return table

    @classmethod
    def row_kind(cls) -> type[Any]:
        """Returns what the rows of a class of tables are."""
        bases = [base for each in cls.__mro__ for base in vars(each).get("__orig_bases__", ())]
        kind: type[Any] = next(typing.get_args(base)[0] for base in bases if typing.get_origin(base) is Table)
        return kind

    @classmethod
    def of_answer(cls, kind: type[Any], message: Any) -> Self:
        """Reads the rows of an answer with one list of them, such as a page."""
        name = next(each.name for each in message.DESCRIPTOR.fields if each.message_type and each.default_value == [])
        return cls.of_rows(kind, getattr(message, name), message)

    @classmethod
    def of_rows(cls, kind: type[Any], messages: Iterable[Any], answer: Any) -> Self:
        """Reads rows that are a part of an answer, with where the answer comes from."""
        known = "provenance" in answer.DESCRIPTOR.fields_by_name
        provenance = Provenance.from_wire(answer.provenance) if known else None
        table = cls.__new__(cls)
        Table.__init__(table, kind, [kind.from_wire(each) for each in messages], provenance)
        return table

    def with_rows(self, rows: Iterable[Row]) -> Table[Row]:
        """Returns a table with everything of this one but its rows."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._rows = tuple(rows)
        return other

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Table[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Table[Row]:
        return self.with_rows(self._rows[index]) if isinstance(index, slice) else self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and self._rows == other._rows

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = [record(self._kind, row) for row in self._rows[:SHOWN_ROWS]]
        if self.shown_columns:
            shown = [{name: each.get(name) for name in self.shown_columns} for each in shown]
        text = as_text(shown, len(self._rows))
        for unneeded in ("_standard_error", "_n"):
            if max(map(len, text.splitlines())) > WIDEST and not self.shown_columns:
                shown = [{name: value for name, value in each.items() if not name.endswith(unneeded)} for each in shown]
                text = as_text(shown, len(self._rows))
        return "\n".join([text, *(f"warning: {each}" for each in self._warnings())])

    def _repr_html_(self) -> str | None:
        try:
            frame = self.to_pandas()
        except ImportError:
            return None
        names = self.shown_columns or frame.columns
        filled = [name for name in names if len(frame) == 0 or (frame[name].notna() & (frame[name] != "")).any()]
        with pandas_module().option_context("display.max_rows", 60, "display.min_rows", SHOWN_ROWS):
            table: str = frame[filled]._repr_html_()  # type: ignore[operator]
        return table + "".join(f"<p>Warning: {html.escape(each)}</p>" for each in self._warnings())

    def _warnings(self) -> tuple[str, ...]:
        return self.provenance.warnings if self.provenance is not None else ()

    def _columnar(self) -> tuple[Any, Sequence[Any]]:
        return self._kind, self._rows


def as_text(records: Sequence[Mapping[str, Any]], total: int) -> str:
    """Returns flat rows as aligned text, without the columns that are empty in all of them.

    Example:
        >>> print(as_text([{"segment": "at_risk", "customers": 12, "share": None}], total=1))
        segment  customers
        at_risk         12
    """
    names: dict[str, None] = {}
    for each in records:
        names.update({name: None for name, value in each.items() if value is not None and value != ""})
    if not names:
        return f"({total} rows)"
    lines = [list(names), *([_cell(each.get(name)) for name in names] for each in records)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(names))]
    right = [any(isinstance(each.get(name), int | float | Decimal) for each in records) for name in names]
    text = [
        "  ".join(
            cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    ]
    if total > len(records):
        text.append(f"... {total} rows in all")
    return "\n".join(text)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:.1f}"
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    if hasattr(value, "isoformat"):
        return str(value.isoformat(sep=" ", timespec="seconds")).removesuffix("+00:00").removesuffix(" 00:00:00")
    return str(value)
