"""Data frames and Arrow tables as sources: row by row, or a whole column at once.

numpy is only needed for whole columns, and asked for there; without it frames are read row by row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from lojal.errors import MissingPackage

ARROW_BATCH_ROWS = 10_000
MICROS_A_DAY = 86_400_000_000
MICROS_MAX = 2**63 - 1


class Instants(NamedTuple):
    """A column of timestamps as arrays.

    Attributes:
        micros: Microseconds since 1970, rounded down.
        missing: Where there is none.
        aware: Whether they are instants; if not, they were read from a clock somewhere.
    """

    micros: Any
    missing: Any
    aware: bool


@runtime_checkable
class FrameSource(Protocol):
    """A source that gives whole columns."""

    columns: list[str]

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Any]]]:
        """Reads some columns of all rows, each row with its position from 0."""
        ...

    def values(self, column: str) -> list[Any]:
        """Returns a column as Python values."""
        ...

    def instants(self, column: str) -> Instants | None:
        """Returns a column of dates or timestamps; None when it is no such column."""
        ...

    def floats(self, column: str) -> Any | None:
        """Returns a column of 64-bit floats with NaN where one is missing; None when it is no such column."""
        ...


def with_names(columns: Iterable[str]) -> list[str]:
    """Returns the columns that have a name: nobody can mean one that has none."""
    return [name for name in columns if name.strip()]


class PandasSource:
    """A pandas DataFrame. Rows are numbered as in `iloc`."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self._positions: dict[str, int] = {}
        for position, name in enumerate(frame.columns):
            self._positions.setdefault(str(name), position)
        self.columns = with_names(str(name) for name in frame.columns)

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Any]]]:
        """Reads some columns of all rows."""
        return enumerate(zip(*(self._series(name) for name in columns), strict=True))

    def head(self, count: int) -> PandasSource:
        """Returns the first rows, as reading a column by rows begins with all of it."""
        return PandasSource(self._frame.iloc[:count])

    def values(self, column: str) -> list[Any]:
        """Returns a column as Python values."""
        series = self._series(column)
        if getattr(series.dtype, "kind", "") == "f" and series.dtype.itemsize < 8:
            return _shortest(series.to_numpy(dtype="float32", na_value=float("nan")))
        return list(series.tolist())

    def instants(self, column: str) -> Instants | None:
        """Returns a column of timestamps."""
        import numpy

        series = self._series(column)
        if hasattr(series.dtype, "pyarrow_dtype"):
            return _arrow_instants(series.array.__arrow_array__())
        if getattr(series.dtype, "kind", "") != "M":
            return None
        aware = getattr(series.dtype, "tz", None) is not None
        stamps = (series.dt.tz_convert(None) if aware else series).to_numpy()
        unit = numpy.datetime_data(stamps.dtype)[0]
        return Instants(_to_micros(stamps.astype("int64"), unit), numpy.isnat(stamps), aware)

    def floats(self, column: str) -> Any | None:
        """Returns a column of floats."""
        series = self._series(column)
        if getattr(series.dtype, "kind", "") != "f" or series.dtype.itemsize < 8:
            return None
        return series.to_numpy(dtype="float64", na_value=float("nan"))

    def _series(self, name: str) -> Any:
        return self._frame.iloc[:, self._positions[name]]


class PolarsSource:
    """A polars DataFrame. Rows are numbered from 0."""

    def __init__(self, frame: Any) -> None:
        self._frame = frame
        self.columns = with_names(frame.columns)

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Any]]]:
        """Reads some columns of all rows."""
        return enumerate(self._frame.select(list(columns)).iter_rows())

    def values(self, column: str) -> list[Any]:
        """Returns a column as Python values."""
        series = self._frame[column]
        if str(series.dtype) == "Float32":
            return _shortest(series.fill_null(float("nan")).to_numpy())
        return list(series.to_list())

    def instants(self, column: str) -> Instants | None:
        """Returns a column of dates or timestamps."""
        series = self._frame[column]
        unit = "days" if str(series.dtype) == "Date" else getattr(series.dtype, "time_unit", None)
        if unit is None or str(series.dtype).startswith("Duration"):
            return None
        numbers = series.to_physical().fill_null(0).to_numpy().astype("int64")
        micros = _to_micros(numbers, unit)
        return Instants(micros, series.is_null().to_numpy(), getattr(series.dtype, "time_zone", None) is not None)

    def floats(self, column: str) -> Any | None:
        """Returns a column of floats."""
        series = self._frame[column]
        return series.fill_null(float("nan")).to_numpy() if str(series.dtype) == "Float64" else None


class ArrowSource:
    """An Arrow table, or anything that turns into one. Rows are numbered from 0."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self.columns = with_names(table.column_names)

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Any]]]:
        """Reads some columns of all rows, a batch at a time."""
        number = 0
        for batch in self._table.select(list(columns)).to_batches(max_chunksize=ARROW_BATCH_ROWS):
            for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                yield number, values
                number += 1

    def values(self, column: str) -> list[Any]:
        """Returns a column as Python values."""
        values = self._table.column(column)
        if str(values.type) == "float":
            return _shortest(values.fill_null(float("nan")).to_numpy())
        return list(values.to_pylist())

    def instants(self, column: str) -> Instants | None:
        """Returns a column of dates or timestamps."""
        return _arrow_instants(self._table.column(column))

    def floats(self, column: str) -> Any | None:
        """Returns a column of floats."""
        values = self._table.column(column)
        return values.fill_null(float("nan")).to_numpy() if str(values.type) == "double" else None


def arrow_table(data: Any) -> Any:
    """Returns what another library has as an Arrow table."""
    try:
        import pyarrow
        import pyarrow.interchange
    except ImportError:
        raise MissingPackage(f"loading a {type(data).__name__} needs pyarrow", "arrow") from None
    if isinstance(data, pyarrow.Table):
        return data
    if hasattr(data, "__arrow_c_stream__"):
        return pyarrow.table(data)
    return pyarrow.interchange.from_dataframe(data)


def _arrow_instants(values: Any) -> Instants | None:
    import pyarrow

    kind = values.type
    if pyarrow.types.is_timestamp(kind):
        unit, numbers = kind.unit, values.cast(pyarrow.int64())
    elif pyarrow.types.is_date32(kind):
        unit, numbers = "days", values.cast(pyarrow.int32())
    else:
        return None
    plain = numbers.fill_null(0).to_numpy(zero_copy_only=False).astype("int64")
    missing = values.is_null().to_numpy(zero_copy_only=False)
    return Instants(_to_micros(plain, unit), missing, getattr(kind, "tz", None) is not None)


def _to_micros(numbers: Any, unit: str) -> Any:
    """Returns microseconds, rounded down; what is too large stays out of range, for the server to refuse."""
    if unit == "ns":
        return numbers // 1000
    scale = {"us": 1, "ms": 1000, "s": 1_000_000, "days": MICROS_A_DAY}[unit]
    return numbers.clip(-(MICROS_MAX // scale), MICROS_MAX // scale) * scale


def _shortest(numbers: Any) -> list[Any]:
    """Returns 32-bit floats as people wrote them: 29.99, not the 29.989999771118164 that it is in 64 bits."""
    return [None if text == "nan" else text for text in numbers.astype(str).tolist()]
