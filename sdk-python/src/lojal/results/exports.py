"""Whole tables in columns: read as they are made, for data frames and files."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lojal.errors import FileMissing, FileUnusable, LojalError, MissingPackage, invalid
from lojal.sensible import path_of

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

FORMATS = (".parquet", ".csv", ".arrow")
FORMULA = r"^([=+\-@\t\r])"
"""How texts begin that a spreadsheet takes for formulas."""


def _arrow() -> Any:
    try:
        import pyarrow
    except ImportError:
        raise MissingPackage("exports need pyarrow", "arrow") from None
    return pyarrow


class _Reader:
    """Turns messages into record batches. Those of an export that went on after a break have no schema of their own."""

    def __init__(self) -> None:
        self._arrow = _arrow()
        self.schema: Any = None

    def read(self, message: Any) -> list[Any]:
        """Returns the batches of a message."""
        ipc = self._arrow.ipc
        source, batches = self._arrow.BufferReader(message.arrow), []
        while source.tell() < len(message.arrow):
            try:
                part = ipc.read_message(source)
            except EOFError:  # the mark that ends a stream
                break
            if part.type == "schema":
                self.schema = ipc.read_schema(part)
            else:
                batches.append(ipc.read_record_batch(part, self.schema))
        return batches


def _suffix(path: str | os.PathLike[str]) -> str:
    suffix = Path(path_of("path", path)).suffix.lower()
    if suffix not in FORMATS:
        raise invalid("path", f"{os.fspath(path)!r} has no format: end it in {', '.join(FORMATS)}")
    return suffix


class _Writer:
    """Writes batches into a file of a name that nobody has, which gets its own name once it is whole."""

    def __init__(self, path: Path, schema: Any) -> None:
        self._path = Path(os.path.realpath(path))
        self._part = self._path.with_name(f".{self._path.name}.{uuid.uuid4().hex}.part")
        self._file = open(self._part, "xb")  # noqa: SIM115 - closed by close and give_up
        self._is_csv = _suffix(path) == ".csv"
        self._writer = _writer_of(self._file, _suffix(path), schema)

    def write(self, batches: list[Any]) -> None:
        for batch in batches:
            self._writer.write_batch(_without_formulas(batch) if self._is_csv else batch)

    def close(self) -> None:
        self._writer.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        os.replace(self._part, self._path)

    def give_up(self) -> None:
        with contextlib.suppress(Exception):  # the disk that made it fail may do so again
            self._writer.close()
        with contextlib.suppress(OSError):
            self._file.close()
        self._part.unlink(missing_ok=True)


def _without_formulas(batch: Any) -> Any:
    """Puts an apostrophe before texts that a spreadsheet would run: ids of customers may be anybody's words."""
    types = _arrow().types
    for place, column in enumerate(batch.columns):
        if types.is_dictionary(column.type):
            column = column.dictionary_decode()
        if types.is_string(column.type) or types.is_large_string(column.type):
            plain = _compute().replace_substring_regex(column, FORMULA, r"'\1")
            batch = batch.set_column(place, batch.schema.field(place).with_type(plain.type), plain)
    return batch


def _compute() -> Any:
    import pyarrow.compute

    return pyarrow.compute


def _writer_of(file: Any, suffix: str, schema: Any) -> Any:
    if suffix == ".parquet":
        import pyarrow.parquet

        return pyarrow.parquet.ParquetWriter(file, schema, compression="zstd")
    if suffix == ".csv":
        import pyarrow.csv

        return pyarrow.csv.CSVWriter(file, schema)
    return _arrow().ipc.new_file(file, schema)


@contextlib.contextmanager
def _saved(path: str | os.PathLike[str]) -> Iterator[Callable[[Any, list[Any]], None]]:
    """Lends what writes the batches of a schema into a file, and says in a sentence what is wrong with it."""
    _suffix(path)
    place = Path(path)
    if place.is_dir():
        raise FileUnusable(f"{place} is a directory: name a file in it")
    writers: list[_Writer] = []

    def write(schema: Any, batches: list[Any]) -> None:
        if not writers:
            writers.append(_Writer(place, schema))
        writers[0].write(batches)

    try:
        yield write
        for writer in writers:
            writer.close()
    except LojalError:
        _give_up(writers)
        raise
    except FileNotFoundError as error:
        _give_up(writers)
        raise FileMissing(f"{place} cannot be written: there is no directory {place.parent}") from error
    except (OSError, ValueError) as error:
        _give_up(writers)
        reason = getattr(error, "strerror", None) or error
        raise FileUnusable(f"{place} cannot be written: {reason}; make room, or choose another place") from error
    except BaseException:
        _give_up(writers)
        raise


def _give_up(writers: list[_Writer]) -> None:
    for writer in writers:
        writer.give_up()


class Export:
    """A table. Nothing is asked for before it is read; reading it again asks anew.

    pandas, polars, DuckDB and whatever else reads Arrow take it by itself: `polars.DataFrame(export)`.

    Example:
        ```python
        client.export.predictions(horizon="12mo", columns=["customer_id", "clv"]).to_pandas()
        client.export.customers().save("customers.parquet")
        ```
    """

    def __init__(self, messages: Callable[[], Iterator[Any]]) -> None:
        self._messages = messages

    def _open(self) -> tuple[_Reader, Iterator[Any]]:
        reader = _Reader()
        messages = self._messages()
        first = reader.read(next(messages))

        def batches() -> Iterator[Any]:
            yield from first
            for message in messages:
                yield from reader.read(message)

        return reader, batches()

    def reader(self) -> pyarrow.RecordBatchReader:
        """Returns the record batches as they come, holding no more than one message of them.

        Raises:
            MissingPackage: Without pyarrow: `pip install "lojal[arrow]"`.
        """
        reader, batches = self._open()
        return _arrow().RecordBatchReader.from_batches(reader.schema, batches)

    def to_arrow(self) -> pyarrow.Table:
        """Reads everything and returns it as a table of Arrow.

        Raises:
            MissingPackage: Without pyarrow: `pip install "lojal[arrow]"`.
        """
        return self.reader().read_all()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self.reader().__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> pandas.DataFrame:
        """Reads everything and returns it as a data frame of pandas."""
        frame: pandas.DataFrame = self.to_arrow().to_pandas()
        return frame

    def to_polars(self) -> polars.DataFrame:
        """Reads everything and returns it as a data frame of polars."""
        try:
            import polars
        except ImportError:
            raise MissingPackage("these data frames need polars", "polars") from None
        return polars.DataFrame(self.to_arrow())

    def save(self, path: str | os.PathLike[str]) -> int:
        """Writes everything into a file, by its ending `.parquet`, `.csv` or `.arrow`, and returns how many rows.

        A file of that name is replaced, and only once the new one is whole. In a `.csv` texts that a spreadsheet would
        run as formulas have an apostrophe before them; the other formats keep them as they are.

        Raises:
            InvalidArgument: If the ending is none of these.
            FileUnusable: If it cannot be written.
            FileMissing: If there is no such directory.
        """
        rows, reader = 0, _Reader()
        with _saved(path) as write:
            for message in self._messages():
                batches = reader.read(message)
                write(reader.schema, batches)
                rows += sum(batch.num_rows for batch in batches)
        return rows

    def __repr__(self) -> str:
        return "<export: to_arrow(), to_pandas(), to_polars() or save(path) it>"


class AsyncExport:
    """A table. Nothing is asked for before it is read; reading it again asks anew.

    Example:
        ```python
        await client.export.predictions(horizon="12mo", columns=["customer_id", "clv"]).to_pandas()
        await client.export.customers().save("customers.parquet")
        ```
    """

    def __init__(self, messages: Callable[[], AsyncIterator[Any]]) -> None:
        self._messages = messages

    async def batches(self) -> AsyncIterator[pyarrow.RecordBatch]:
        """Returns the record batches as they come.

        Raises:
            MissingPackage: Without pyarrow: `pip install "lojal[arrow]"`.
        """
        reader = _Reader()
        async for message in self._messages():
            for batch in reader.read(message):
                yield batch

    async def to_arrow(self) -> pyarrow.Table:
        """Reads everything and returns it as a table of Arrow.

        Raises:
            MissingPackage: Without pyarrow: `pip install "lojal[arrow]"`.
        """
        reader = _Reader()
        batches = [batch async for message in self._messages() for batch in reader.read(message)]
        return _arrow().Table.from_batches(batches, reader.schema)

    async def to_pandas(self) -> pandas.DataFrame:
        """Reads everything and returns it as a data frame of pandas."""
        frame: pandas.DataFrame = (await self.to_arrow()).to_pandas()
        return frame

    async def to_polars(self) -> polars.DataFrame:
        """Reads everything and returns it as a data frame of polars."""
        try:
            import polars
        except ImportError:
            raise MissingPackage("these data frames need polars", "polars") from None
        return polars.DataFrame(await self.to_arrow())

    async def save(self, path: str | os.PathLike[str]) -> int:
        """Writes everything into a file, by its ending `.parquet`, `.csv` or `.arrow`, and returns how many rows.

        A file of that name is replaced, and only once the new one is whole. In a `.csv` texts that a spreadsheet would
        run as formulas have an apostrophe before them; the other formats keep them as they are.

        Raises:
            InvalidArgument: If the ending is none of these.
            FileUnusable: If it cannot be written.
            FileMissing: If there is no such directory.
        """
        rows, reader = 0, _Reader()
        with _saved(path) as write:
            async for message in self._messages():
                batches = reader.read(message)
                write(reader.schema, batches)
                rows += sum(batch.num_rows for batch in batches)
        return rows

    def __repr__(self) -> str:
        return "<export: await to_arrow(), to_pandas(), to_polars() or save(path) of it>"
