"""Where rows come from. Every source knows its columns and can be read twice: once to check, once to send."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from lojal.errors import FieldViolation, invalid, invalid_rows
from lojal.loading.files import TextFile, csv_reader, delimiter_of, reading, text_file
from lojal.loading.frames import ArrowSource, PandasSource, PolarsSource, arrow_table, with_names

TOO_DEEP = "the JSON is nested too deep to be read: give objects with the values of a row, an object a line"


class Source(Protocol):
    """Rows with named columns."""

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        ...

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Any]]]:
        """Reads some columns of all rows, each row with its number: a line, or a position from 0."""
        ...


def open_source(data: Any, *, delimiter: str | None = None, encoding: str | None = None) -> Source:
    """Returns the source for what was passed to `load`.

    Args:
        data: What was passed.
        delimiter: What separates the cells of a CSV file; None to find it out.
        encoding: The encoding of a file; None to find it out.

    Raises:
        InvalidArgument: If it is nothing that can be loaded.
    """
    if isinstance(data, str | os.PathLike):
        with reading(os.fspath(data)):
            file = text_file(os.fspath(data), encoding)
        with reading(file.path), file.open() as text:
            begins = text.read(1000).lstrip()[:1]
        return JsonSource(file) if begins in ("{", "[") else CsvSource(file, delimiter or delimiter_of(file))
    library = type(data).__module__.partition(".")[0]
    if library == "pandas" and hasattr(data, "columns"):
        return PandasSource(data)
    if library == "polars" and hasattr(data, "collect"):  # LazyFrame
        data = data.collect()
    if library == "polars" and hasattr(data, "iter_rows"):
        return PolarsSource(data)
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__dataframe__"):
        return ArrowSource(arrow_table(data))
    if isinstance(data, Iterable) and not isinstance(data, Mapping | bytes):
        return RecordSource(data)
    raise invalid(
        "source",
        f"{type(data).__name__} cannot be loaded: give a CSV path, a pandas or polars DataFrame, an Arrow table, "
        "or a list of dicts",
    )


class CsvSource:
    """A CSV file with a header. Rows are numbered by line; the header is line 1.

    Blanks around a cell are no part of it, as for lojal import and the JavaScript client. Columns without a name are
    left alone; the header ends with the last that has one, as spreadsheets write empty cells after it.
    """

    def __init__(self, file: TextFile, delimiter: str) -> None:
        self._file = file
        self._delimiter = delimiter
        self.notes = file.notes
        with reading(file.path), file.open() as text:
            reader, _ = csv_reader(text, delimiter)
            header = [name.strip() for name in next(reader, [])]
        if not header:
            raise invalid("source", "the CSV file is empty: its first line must name the columns")
        self.columns = with_names(header)
        if not self.columns:
            raise invalid(
                "source", "the first line of the CSV file names no column: put the names of the columns there"
            )
        self._positions: dict[str, int] = {}
        for position, name in enumerate(header):
            self._positions.setdefault(name, position)
        self._width = max(position for position, name in enumerate(header) if name) + 1

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Any]]]:
        """Reads some columns of all rows; empty lines are passed over.

        Raises:
            InvalidArgument: If a line has more cells than the header, so that nobody knows which is which.
        """
        positions = [self._positions[name] for name in columns]
        width = self._width
        with reading(self._file.path), self._file.open() as text:
            reader, before = csv_reader(text, self._delimiter)
            next(reader)
            line = reader.line_num + 1 + before
            for cells in reader:
                if len(cells) == width:
                    yield line, [cells[i].strip() for i in positions]
                elif cells:
                    if any(cell.strip() for cell in cells[width:]):
                        raise invalid_rows([FieldViolation("source", self._too_many(cells), line)])
                    yield line, [cells[i].strip() if i < len(cells) else "" for i in positions]
                line = reader.line_num + 1 + before

    def _too_many(self, cells: Sequence[str]) -> str:
        return (
            f"there are {len(cells)} cells where the header has {self._width}: put what has a "
            f"{self._delimiter!r} in it into double quotes"
        )


class RecordSource:
    """Dicts, or the dataclasses of `lojal.records`. Rows are numbered from 0; an iterator is read into memory first."""

    def __init__(self, records: Iterable[Any]) -> None:
        self._records = [as_mapping(each) for each in records]
        self.columns = with_names(dict.fromkeys(str(name) for each in self._records for name in each))

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Any]]]:
        """Reads some columns of all rows; a dict that lacks one has None."""
        return enumerate([each.get(name) for name in columns] for each in self._records)


class JsonSource:
    """A file of JSON: an object a line, or a list of them, as APIs give them. Rows are numbered by line or by place.

    What an object has in an object of its own is named with a dot: `billing_details.email`.
    """

    def __init__(self, file: TextFile) -> None:
        self.notes = file.notes
        with reading(file.path), file.open() as text:
            try:
                self._records = _objects(text.read())
            except RecursionError:
                raise invalid("source", TOO_DEEP) from None
        self.columns = with_names(dict.fromkeys(name for _, each in self._records for name in each))

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Any]]]:
        """Reads some columns of all rows; an object that lacks one has None."""
        return ((number, [each.get(name) for name in columns]) for number, each in self._records)


def _objects(text: str) -> list[tuple[int, Mapping[str, Any]]]:
    try:
        whole = json.loads(text, parse_float=Decimal)
    except ValueError:
        return [(number, _flat(_object(line, number))) for number, line in _lines(text)]
    if isinstance(whole, dict):  # a page of an API, or a file of one object
        whole = whole["data"] if isinstance(whole.get("data"), list) else [whole]
    if not isinstance(whole, list) or not all(isinstance(each, dict) for each in whole):
        raise invalid("source", "the JSON holds no objects: give an object a line, or a list of objects")
    return [(place, _flat(each)) for place, each in enumerate(whole)]


def _lines(text: str) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())


def _object(line: str, number: int) -> Mapping[str, Any]:
    try:
        read = json.loads(line, parse_float=Decimal)
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise invalid_rows([FieldViolation("source", "is no JSON object: give an object a line", number)])
    return read


def _flat(record: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            inside = _flat(value, f"{before}{name}.")
            # of an object in full what names it stands for it
            flat |= {f"{before}{name}": inside.pop(f"{before}{name}.id", None), **inside}
        else:
            flat[f"{before}{name}"] = value
    return flat


def as_mapping(record: Any) -> Mapping[str, Any]:
    """Returns a dict or dataclass as a mapping.

    Raises:
        InvalidArgument: If it is neither.
    """
    if isinstance(record, Mapping):
        return record
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return {each.name: getattr(record, each.name) for each in dataclasses.fields(record)}
    raise invalid("source", f"{type(record).__name__} is not a record: give dicts or lojal's own dataclasses")
