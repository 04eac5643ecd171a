"""An answer that is shown as a table."""

from __future__ import annotations

import html
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from lojal.results.reading import FromWire
from lojal.table import Table

if TYPE_CHECKING:
    import pandas
    import polars

Row = TypeVar("Row")


def as_row(kind: type[Row], result: Any) -> Row:
    """Returns what a result has of a row, as that row."""
    return kind(**{each.name: getattr(result, each.name) for each in fields(cast(Any, kind))})


class Result(FromWire, Generic[Row]):
    """An answer that has rows, and may have all of it as one."""

    rows: Table[Row]

    def table(self) -> Table[Row]:
        """Returns the rows or, when nothing was split, the whole as one row."""
        whole = self._whole()
        return self.rows if whole is None or len(self.rows) else self.rows.with_rows([whole])

    def to_pandas(self, *, exact_money: bool = False) -> pandas.DataFrame:
        """Returns `table()` as a data frame; see `Table.to_pandas`."""
        return self.table().to_pandas(exact_money=exact_money)

    def to_polars(self, *, exact_money: bool = False) -> polars.DataFrame:
        """Returns `table()` as a polars data frame; see `Table.to_polars`."""
        return self.table().to_polars(exact_money=exact_money)

    def _whole(self) -> Row | None:
        """Returns all of it as one row, None where an answer has none."""
        whole: Row | None = getattr(self, "whole", None)
        return whole

    def _headline(self) -> str:
        """Returns the number that is asked for first, in words; "" where there is none."""
        return ""

    def _repr_html_(self) -> str | None:
        table = self.table()._repr_html_()
        headline = self._headline()
        return table if table is None or not headline else f"<p>{html.escape(headline)}</p>{table}"
