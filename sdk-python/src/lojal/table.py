"""Rows of an answer that print as a table and turn into a data frame."""

from __future__ import annotations

import dataclasses
import datetime
import html
import typing
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, overload

from lojal.money import Money
from lojal.results.common import Estimate, Provenance
from lojal.results.reading import FromWire, field_types, read

if TYPE_CHECKING:
    import pandas
    import polars

Row = TypeVar("Row")

SHOWN_ROWS = 20
ESTIMATE_COLUMNS = ("value", "ci_low", "ci_high", "n", "standard_error")


class Table(FromWire, Sequence[Row], Generic[Row]):
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
        return "\n".join([as_text(shown, len(self._rows)), *(f"warning: {each}" for each in self._warnings())])

    def _repr_html_(self) -> str | None:
        try:
            frame = self.to_pandas()
        except ImportError:
            return None
        names = self.shown_columns or frame.columns
        filled = [name for name in names if len(frame) == 0 or (frame[name].notna() & (frame[name] != "")).any()]
        with _pandas().option_context("display.max_rows", 60, "display.min_rows", SHOWN_ROWS):
            table: str = frame[filled]._repr_html_()  # type: ignore[operator]
        return table + "".join(f"<p>Warning: {html.escape(each)}</p>" for each in self._warnings())

    def _warnings(self) -> tuple[str, ...]:
        return self.provenance.warnings if self.provenance is not None else ()

    def to_pandas(self, *, exact_money: bool = False) -> pandas.DataFrame:
        """Returns the rows as a data frame, one column a field.

        A nested field becomes one column a part: money `net_spend` and `net_spend_currency_code`, an estimate `clv`,
        `clv_ci_low`, `clv_ci_high`, `clv_n` and `clv_standard_error`. Which columns there are depends on the kind of
        answer alone, never on its rows; attributes are the exception, each name seen is a column.

        Args:
            exact_money: Keep amounts as Decimal. By default they are floats, which plot and sum faster.

        Raises:
            ImportError: Without pandas: `pip install "lojal[pandas]"`.
        """
        return frame_of(self._kind, self._rows, exact_money=exact_money)

    def to_polars(self, *, exact_money: bool = False) -> polars.DataFrame:
        """Returns the rows as a polars data frame, with the columns of `to_pandas` and their types, even without rows.

        Args:
            exact_money: Keep amounts as Decimal. By default they are floats.

        Raises:
            ImportError: Without polars: `pip install polars`.
        """
        return polars_frame_of(self._kind, self._rows, exact_money=exact_money)


def frame_of(kind: Any, rows: Sequence[Any], *, exact_money: bool = False) -> pandas.DataFrame:
    """Returns dataclasses as a data frame of pandas."""
    data = _data(kind, rows, exact_money=exact_money)
    frame: pandas.DataFrame = _pandas().DataFrame(data, columns=list(data))
    return frame


def polars_frame_of(kind: Any, rows: Sequence[Any], *, exact_money: bool = False) -> polars.DataFrame:
    """Returns dataclasses as a data frame of polars."""
    try:
        import polars
    except ImportError:
        raise ImportError("these data frames need polars: pip install polars") from None
    types = {
        bool: polars.Boolean,
        int: polars.Int64,
        float: polars.Float64,
        Decimal: polars.Decimal(38, 6) if exact_money else polars.Float64,
        datetime.datetime: polars.Datetime("us", "UTC"),
        datetime.date: polars.Date,
    }
    known = {
        name: polars.String if isinstance(kept, type) and issubclass(kept, str) else types.get(kept)
        for name, kept in column_types(kind).items()
    }
    data = _data(kind, rows, exact_money=exact_money)
    return polars.DataFrame(data, schema={name: known.get(name) for name in data}, infer_schema_length=None)


def _data(kind: Any, rows: Sequence[Any], *, exact_money: bool) -> dict[str, list[Any]]:
    """Returns dataclasses by column."""
    records = [record(kind, row) for row in rows]
    names: dict[str, None] = dict.fromkeys(columns(kind))
    for each in records:
        names.update(dict.fromkeys(each))
    data = {name: [each.get(name) for each in records] for name in names}
    if not exact_money:
        for name, values in data.items():
            data[name] = [float(value) if isinstance(value, Decimal) else value for value in values]
    return data


def _pandas() -> Any:
    try:
        import pandas
    except ImportError:
        raise ImportError('data frames need pandas: pip install "lojal[pandas]"') from None
    return pandas


def columns(kind: Any) -> list[str]:
    """Returns the columns a dataclass always has in a table.

    Example:
        >>> columns(Money)
        ['amount', 'currency_code']
    """
    return list(column_types(kind))


def column_types(kind: Any) -> dict[str, type]:
    """Returns the columns a dataclass always has in a table, with the types of what is in them.

    Example:
        >>> column_types(Money)
        {'amount': <class 'decimal.Decimal'>, 'currency_code': <class 'str'>}
    """
    found: dict[str, type] = {}
    for name, (hint, _) in field_types(kind).items():
        if hint is Money:
            found |= {name: Decimal, f"{name}_currency_code": str}
        elif hint is Estimate:
            found |= {_estimate_column(name, part): int if part == "n" else float for part in ESTIMATE_COLUMNS}
        elif dataclasses.is_dataclass(hint):
            found |= {f"{name}_{inner}": kept for inner, kept in column_types(hint).items()}
        elif _is_cell(hint):
            found[name] = hint
    return found


def _is_cell(hint: Any) -> bool:
    """Tells whether a field fits into one cell; collections are left out of tables."""
    return typing.get_origin(hint) not in (Mapping, tuple, Table)


def record(kind: Any, row: Any) -> dict[str, Any]:
    """Returns a dataclass as one flat row of a table."""
    flat: dict[str, Any] = {}
    for name, (hint, _) in field_types(kind).items():
        value = getattr(row, name)
        if hint is Money:
            flat[name] = None if value is None else value.amount
            flat[f"{name}_currency_code"] = None if value is None else value.currency_code
        elif hint is Estimate:
            for part in ESTIMATE_COLUMNS:
                flat[_estimate_column(name, part)] = None if value is None else getattr(value, part)
        elif dataclasses.is_dataclass(hint):
            parts = dict.fromkeys(columns(hint)) if value is None else record(hint, value)
            flat.update({f"{name}_{key}": part for key, part in parts.items()})
        elif typing.get_origin(hint) is Mapping:
            for key, part in value.items():
                flat[f"{name}_{key}"] = part.value if isinstance(part, Estimate) else part
        elif _is_cell(hint):
            flat[name] = str(value) if isinstance(value, str) else value
    return flat


def _estimate_column(name: str, part: str) -> str:
    return name if part == "value" else f"{name}_{part}"


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
