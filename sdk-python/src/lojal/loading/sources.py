"""Where rows come from. Every source knows its columns and can be read twice: once to check, once to send."""

from __future__ import annotations

import contextlib
import csv
import dataclasses
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from lojal.errors import FileMissing, FileUnusable, invalid
from lojal.loading.frames import ArrowSource, PandasSource, PolarsSource, arrow_table


class Source(Protocol):
    """Rows with named columns."""

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        ...

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Any]]]:
        """Reads some columns of all rows, each row with its number: a line, or a position from 0."""
        ...


def open_source(data: Any, *, delimiter: str = ",") -> Source:
    """Returns the source for what was passed to `load`.

    Raises:
        InvalidArgument: If it is nothing that can be loaded.
    """
    if isinstance(data, str | os.PathLike):
        return CsvSource(os.fspath(data), delimiter)
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
    """A CSV file in UTF-8 with a header. Rows are numbered by line; the header is line 1.

    Blanks around a cell are no part of it, as for lojal import and the JavaScript client.
    """

    def __init__(self, path: str, delimiter: str) -> None:
        self._path = path
        self._delimiter = delimiter
        with _reading(path), open(path, newline="", encoding="utf-8-sig") as file:
            self.columns = [name.strip() for name in next(csv.reader(file, delimiter=delimiter, strict=True), [])]
        if not self.columns:
            raise invalid("source", "the CSV file is empty: its first line must name the columns")

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Any]]]:
        """Reads some columns of all rows; empty lines are passed over."""
        positions = [self.columns.index(name) for name in columns]
        with _reading(self._path), open(self._path, newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, delimiter=self._delimiter, strict=True)
            next(reader)
            line = reader.line_num + 1
            for cells in reader:
                if cells:
                    yield line, [cells[i].strip() if i < len(cells) else "" for i in positions]
                line = reader.line_num + 1


@contextlib.contextmanager
def _reading(path: str) -> Iterator[None]:
    """Says in a sentence what is wrong with a file."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileMissing(f"there is no file {path!r}: the path counts from {os.getcwd()}") from error
    except OSError as error:
        raise FileUnusable(f"{path!r} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError:
        instead = "save it as UTF-8, or load pandas.read_csv(path, encoding=...)"
        raise invalid("source", f"{path!r} is not text in UTF-8: {instead}") from None
    except csv.Error as error:
        raise invalid("source", f"{path!r} is no CSV file as the rest of it has them: {error}") from None


class RecordSource:
    """Dicts, or the dataclasses of `lojal.records`. Rows are numbered from 0; an iterator is read into memory first."""

    def __init__(self, records: Iterable[Any]) -> None:
        self._records = [as_mapping(each) for each in records]
        self.columns = list(dict.fromkeys(str(name) for each in self._records for name in each))

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Any]]]:
        """Reads some columns of all rows; a dict that lacks one has None."""
        return enumerate([each.get(name) for name in columns] for each in self._records)


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
