"""Dataclasses as flat rows, and flat rows as the data frames of others."""

from __future__ import annotations

import dataclasses
import datetime
import difflib
import typing
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lojal.errors import MissingPackage, invalid
from lojal.money import Money
from lojal.results.common import Estimate
from lojal.results.reading import field_types

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

ESTIMATE_COLUMNS = ("value", "ci_low", "ci_high", "n", "standard_error")
Columns = Sequence[str] | None
"""Which columns to have, in which order; None for all."""


class Frames:
    """Something with rows that other libraries take: pandas, polars, and whatever reads Arrow."""

    def _columnar(self) -> tuple[Any, Sequence[Any]]:
        """Returns what each row is, and the rows."""
        raise NotImplementedError

    def to_pandas(self, *, columns: Columns = None, exact_money: bool = False) -> pandas.DataFrame:
        """Returns the rows as a data frame, one column a field.

        A nested field becomes one column a part: money `net_spend` and `net_spend_currency_code`, an estimate `clv`,
        `clv_ci_low`, `clv_ci_high`, `clv_n` and `clv_standard_error`. Which columns there are depends on the kind of
        answer alone, never on its rows; attributes are the exception, each name seen is a column.

        Args:
            columns: Only these, in this order. Default: all.
            exact_money: Keep amounts as Decimal. By default they are floats, which plot and sum faster.

        Raises:
            MissingPackage: Without pandas: `pip install "lojal[pandas]"`.
            InvalidArgument: If there is no such column.
        """
        kind, rows = self._columnar()
        data = _data(kind, rows, columns, exact_money=exact_money)
        frame: pandas.DataFrame = pandas_module().DataFrame(data, columns=list(data))
        # a column without a single value would be one of objects, and say nothing of what could be in it
        bare = [name for name, values in data.items() if all(value is None for value in values)]
        types: dict[type, Any] = {float: "float64", datetime.datetime: "datetime64[us, UTC]"}
        # whole numbers that are missing are floats in pandas
        types |= {int: "float64"} if rows else {int: "int64", bool: "bool", str: "str"}
        types |= {Decimal: "object" if exact_money else "float64"}
        known = _known(kind, {str: None, **types})
        return frame.astype({name: known[name] for name in bare if known.get(name) is not None})

    def to_polars(self, *, columns: Columns = None, exact_money: bool = False) -> polars.DataFrame:
        """Returns the rows as a polars data frame, with the columns of `to_pandas` and their types, even without rows.

        Args:
            columns: Only these, in this order. Default: all.
            exact_money: Keep amounts as Decimal. By default they are floats.

        Raises:
            MissingPackage: Without polars: `pip install "lojal[polars]"`.
            InvalidArgument: If there is no such column.
        """
        try:
            import polars
        except ImportError:
            raise MissingPackage("these data frames need polars", "polars") from None
        types = {
            bool: polars.Boolean,
            int: polars.Int64,
            float: polars.Float64,
            Decimal: polars.Decimal(38, 6) if exact_money else polars.Float64,
            datetime.datetime: polars.Datetime("us", "UTC"),
            datetime.date: polars.Date,
            str: polars.String,
        }
        kind, rows = self._columnar()
        data = _data(kind, rows, columns, exact_money=exact_money)
        known = _known(kind, types)
        return polars.DataFrame(data, schema={name: known.get(name) for name in data}, infer_schema_length=None)

    def to_arrow(self, *, columns: Columns = None, exact_money: bool = False) -> pyarrow.Table:
        """Returns the rows as an Arrow table, with the columns of `to_pandas` and their types, even without rows.

        Args:
            columns: Only these, in this order. Default: all.
            exact_money: Keep amounts as decimals with six places. By default they are floats.

        Raises:
            MissingPackage: Without pyarrow: `pip install "lojal[arrow]"`.
            InvalidArgument: If there is no such column.
        """
        try:
            import pyarrow
        except ImportError:
            raise MissingPackage("Arrow tables need pyarrow", "arrow") from None
        types = {
            bool: pyarrow.bool_(),
            int: pyarrow.int64(),
            float: pyarrow.float64(),
            Decimal: pyarrow.decimal128(38, 6) if exact_money else pyarrow.float64(),
            datetime.datetime: pyarrow.timestamp("us", "UTC"),
            datetime.date: pyarrow.date32(),
            str: pyarrow.string(),
        }
        kind, rows = self._columnar()
        data = _data(kind, rows, columns, exact_money=exact_money)
        known = _known(kind, types)
        return pyarrow.table({name: pyarrow.array(values, known.get(name)) for name, values in data.items()})

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Hands the rows to whatever reads Arrow, such as pandas and DuckDB; needs pyarrow.

        polars looks first whether it is given a sequence, as tables are, so for tables there is `to_polars()`. Altair
        takes no streams, but what `to_arrow()` returns.
        """
        return self.to_arrow().__arrow_c_stream__(requested_schema)


def _known(kind: Any, types: Mapping[type, Any]) -> dict[str, Any]:
    """Returns another library's types of the columns that a dataclass always has."""
    return {
        name: types[str] if isinstance(kept, type) and issubclass(kept, str) else types.get(kept)
        for name, kept in column_types(kind).items()
    }


def _data(kind: Any, rows: Sequence[Any], chosen: Columns, *, exact_money: bool) -> dict[str, list[Any]]:
    """Returns dataclasses by column."""
    records = [record(kind, row) for row in rows]
    names: dict[str, None] = dict.fromkeys(columns(kind))
    for each in records:
        names.update(dict.fromkeys(each))
    data = {name: [each.get(name) for each in records] for name in _chosen(chosen, list(names))}
    if not exact_money:
        for name, values in data.items():
            data[name] = [float(value) if isinstance(value, Decimal) else value for value in values]
    return data


def _chosen(chosen: Columns, names: Sequence[str]) -> Sequence[str]:
    """Returns the columns to have, each of which has to be there."""
    if chosen is None:
        return names
    if isinstance(chosen, str):  # which is a sequence of letters, too
        raise invalid("columns", f'{chosen!r} is not a list: give one, such as ["{chosen}"]')
    for name in chosen:
        if name not in names:
            near = difflib.get_close_matches(str(name), names, n=3, cutoff=0.5)
            near = near or [each for each in names if str(name) in each][:3]
            instead = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names)}"
            raise invalid("columns", f"there is no column {name!r}: {instead}")
    return chosen


def pandas_module() -> Any:
    """Returns pandas.

    Raises:
        MissingPackage: Without it.
    """
    try:
        import pandas
    except ImportError:
        raise MissingPackage("data frames need pandas", "pandas") from None
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
    origin = typing.get_origin(hint)
    return origin not in (Mapping, tuple) and not (isinstance(origin, type) and issubclass(origin, Frames))


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
