"""Long answers, read page by page while they are looped over."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic

from lojal.data_frames import Columns, Frames
from lojal.table import SHOWN_ROWS, Row, Table

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


def _joined(pages: list[Table[Row]], empty: Table[Row]) -> Table[Row]:
    """Returns all pages as one table, with everything else of the first."""
    return (pages[0] if pages else empty).with_rows(row for page in pages for row in page)


class Listing(Frames, Generic[Row]):
    """A long answer. Looping over it asks for one page after the other; looping again asks anew.

    Nothing is sent before the first row is asked for. All pages describe the same instant and revision.

    Example:
        ```python
        for customer in client.customers.list():
            print(customer.customer_id, customer.net_spend)
        frame = client.customers.list().to_pandas()
        ```
    """

    def __init__(self, pages: Callable[[], Iterator[Table[Row]]], name: str, empty: Table[Row]) -> None:
        self._pages = pages
        self._name = name
        self._empty = empty

    def __iter__(self) -> Iterator[Row]:
        for page in self._pages():
            yield from page

    def pages(self) -> Iterator[Table[Row]]:
        """Returns the pages as tables, each with its provenance."""
        return self._pages()

    def to_list(self) -> Table[Row]:
        """Reads everything and returns it as one table."""
        return _joined(list(self._pages()), self._empty)

    def _columnar(self) -> tuple[Any, Sequence[Any]]:
        return self.to_list()._columnar()

    def __repr__(self) -> str:
        return f"<{self._name}: loop over it, or call to_list() or to_pandas()>"

    def _repr_html_(self) -> str | None:
        page = next(self._pages(), self._empty)
        html = page[:SHOWN_ROWS]._repr_html_()
        if html is None:
            return None
        return f"{html}<p>The first {min(SHOWN_ROWS, len(page))} rows. Use to_list() or to_pandas() for all.</p>"


class AsyncListing(Generic[Row]):
    """A long answer. `async for` asks for one page after the other; looping again asks anew.

    Nothing is sent before the first row is asked for. All pages describe the same instant and revision.

    Example:
        ```python
        async for customer in client.customers.list():
            print(customer.customer_id, customer.net_spend)
        frame = await client.customers.list().to_pandas()
        ```
    """

    def __init__(self, pages: Callable[[], AsyncIterator[Table[Row]]], name: str, empty: Table[Row]) -> None:
        self._pages = pages
        self._name = name
        self._empty = empty

    async def __aiter__(self) -> AsyncIterator[Row]:
        async for page in self._pages():
            for row in page:
                yield row

    def pages(self) -> AsyncIterator[Table[Row]]:
        """Returns the pages as tables, each with its provenance."""
        return self._pages()

    async def to_list(self) -> Table[Row]:
        """Reads everything and returns it as one table."""
        return _joined([page async for page in self._pages()], self._empty)

    async def to_pandas(self, *, columns: Columns = None, exact_money: bool = False) -> pandas.DataFrame:
        """Reads everything and returns it as a data frame; see `Table.to_pandas`."""
        return (await self.to_list()).to_pandas(columns=columns, exact_money=exact_money)

    async def to_polars(self, *, columns: Columns = None, exact_money: bool = False) -> polars.DataFrame:
        """Reads everything and returns it as a polars data frame; see `Table.to_polars`."""
        return (await self.to_list()).to_polars(columns=columns, exact_money=exact_money)

    async def to_arrow(self, *, columns: Columns = None, exact_money: bool = False) -> pyarrow.Table:
        """Reads everything and returns it as an Arrow table; see `Table.to_arrow`."""
        return (await self.to_list()).to_arrow(columns=columns, exact_money=exact_money)

    def __repr__(self) -> str:
        return f"<{self._name}: loop over it with async for, or await to_list() or to_pandas()>"
