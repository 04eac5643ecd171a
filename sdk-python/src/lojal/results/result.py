"""An answer that is shown as a table."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar, cast

from lojal.data_frames import Frames
from lojal.results.reading import FromWire
from lojal.table import Table

Row = TypeVar("Row")


def as_row(kind: type[Row], result: Any) -> Row:
    """Returns what a result has of a row, as that row."""
    return kind(**{each.name: getattr(result, each.name) for each in fields(cast(Any, kind))})


def _as_of(result: Any) -> str:
    """Returns as of when an answer is, "" where it does not say."""
    as_of = getattr(getattr(result, "provenance", None), "as_of", None)
    return f"as of {as_of.date()}" if as_of is not None else ""


class Result(Frames, FromWire, Generic[Row]):
    """An answer that has rows, and may have all of it as one."""

    rows: Table[Row]

    def table(self) -> Table[Row]:
        """Returns the rows or, when nothing was split, the whole as one row."""
        whole = self._whole()
        return self.rows if whole is None or len(self.rows) else self.rows.with_rows([whole])

    def _columnar(self) -> tuple[Any, Sequence[Any]]:
        return self.table()._columnar()

    def _whole(self) -> Row | None:
        """Returns all of it as one row, None where an answer has none."""
        whole: Row | None = getattr(self, "whole", None)
        return whole

    def _headline(self) -> str:
        """Returns the number that is asked for first, in words; "" where there is none."""
        return ""

    def __repr__(self) -> str:
        table = self.table()
        head = [text for text in (type(self).__name__, self._headline(), _as_of(self)) if text]
        named = [each.name for each in fields(cast(Any, self)) if len(table) and each.repr]
        more = [name for name in named if isinstance(at := getattr(self, name), Table) and len(at) and at != table]
        lines = [", ".join(head), repr(table), *([f"more in: {', '.join(more)}"] if more else [])]
        return "\n".join(lines)

    def _repr_html_(self) -> str | None:
        table = self.table()._repr_html_()
        headline = self._headline()
        return table if table is None or not headline else f"<p>{html.escape(headline)}</p>{table}"
