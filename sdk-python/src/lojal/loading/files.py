"""Files of text as they come: packed or not, in whatever encoding, with whatever between their cells."""

from __future__ import annotations

import codecs
import contextlib
import csv
import gzip
import io
import os
import re
import stat
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from lojal.errors import FileMissing, FileUnusable, invalid
from lojal.sensible import path_of

BLOCK = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
SAID = re.compile(r"sep=([,;\t|])\r?\n?")
"""A line before the header with which spreadsheets are told what separates cells."""
OF_WINDOWS = "cp1252"
"""What is tried for a file that is not UTF-8: the encoding of Windows in western Europe and America."""
FOREIGN = (
    (b"PK\x03\x04", "a workbook or an archive: save it as CSV, or read it with pandas.read_excel first"),
    (b"PAR1", "a Parquet file: read it with pandas, polars or pyarrow first"),
    (b"%PDF", "a PDF: export the table as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old workbook: save it as CSV, or read it with pandas.read_excel first"),
    (b"SQLite format 3", "a database: read the table with pandas.read_sql first"),
)


@dataclass(frozen=True)
class TextFile:
    """A file of text.

    Attributes:
        path: Where it is.
        encoding: Its encoding.
        packed: Whether it is packed with gzip.
        notes: What to tell of it.
    """

    path: str
    encoding: str
    packed: bool = False
    notes: tuple[str, ...] = ()

    def open(self) -> IO[str]:
        """Opens it for reading text."""
        if self.packed:
            return io.TextIOWrapper(gzip.open(self.path), encoding=self.encoding, newline="")
        return open(self.path, newline="", encoding=self.encoding)


def text_file(path: str, encoding: str | None = None) -> TextFile:
    """Finds out how to read a file.

    Args:
        path: Where it is.
        encoding: Its encoding; None to find it out.

    Raises:
        InvalidArgument: If it is no text, or is written in two encodings.
        FileUnusable: If it is no file on a disk, as it is read more than once: to find out what it is, then its rows.
    """
    mode = os.stat(path_of("source", path)).st_mode
    if stat.S_ISDIR(mode):
        raise FileUnusable(f"{path!r} cannot be read: it is a directory; give a file in it")
    if not stat.S_ISREG(mode):
        raise FileUnusable(
            f"{path!r} cannot be read: it is a pipe or a device; save what comes out of it to a file first"
        )
    with open(path, "rb") as file:
        start = file.read(16)
    packed = start.startswith(b"\x1f\x8b")
    try:
        with _bytes(path, packed) as file:
            start = file.read(BLOCK)
            for mark, what in FOREIGN:
                if start.startswith(mark):
                    raise invalid("source", f"the file is {what}")
            if encoding is not None:
                return TextFile(path, _known(encoding), packed)
            # before UTF-16, whose mark this one begins with
            if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
                raise invalid("encoding", 'the file is UTF-32: save it as UTF-8, or pass encoding="utf-32"')
            if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return TextFile(path, "utf-16", packed, ("the file was read as UTF-16",))
            if b"\0" in start:
                raise invalid("source", "the file is no text: give a CSV file; if it is one, name its encoding")
        if _is_utf8(path, packed):
            return TextFile(path, "utf-8-sig", packed)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise invalid("source", "the file is packed with gzip and cannot be unpacked: get it again") from None
    _require_one_encoding(path, packed)
    return TextFile(
        path,
        OF_WINDOWS,
        packed,
        (
            "the file is not UTF-8 and was read as Windows-1252: if names in it look wrong, pass encoding, such as "
            'encoding="cp1250" for central Europe',
        ),
    )


def delimiter_of(file: TextFile) -> str:
    """Returns what separates the cells of the header: the one of `,` `;` tab `|` that makes most columns of it."""
    with file.open() as text:
        said = SAID.fullmatch(text.readline())
    if said is not None:
        return said[1]
    most = dict.fromkeys(DELIMITERS, 0)
    for each in DELIMITERS:
        with file.open() as text:
            try:
                most[each] = len(next(csv.reader(text, delimiter=each, strict=True), []))
            except csv.Error:
                continue
    return max(DELIMITERS, key=lambda each: most[each])


def csv_reader(text: IO[str], delimiter: str) -> tuple[Any, int]:
    """Returns what reads a file from its header on, and how many lines stand before that."""
    if SAID.fullmatch(text.readline()) is None:
        text.seek(0)
        return csv.reader(text, delimiter=delimiter, strict=True), 0
    return csv.reader(text, delimiter=delimiter, strict=True), 1


@contextlib.contextmanager
def reading(path: str) -> Iterator[None]:
    """Says in a sentence what is wrong with a file."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileMissing(f"there is no file {path!r}: the path counts from {os.getcwd()}") from error
    except OSError as error:
        raise FileUnusable(f"{path!r} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise invalid("encoding", f"{path!r} is not written in {error.encoding}: name its encoding") from None
    except csv.Error as error:
        raise invalid("source", f"{path!r} is no CSV file as the rest of it has them: {error}") from None


def _bytes(path: str, packed: bool) -> IO[bytes]:
    return gzip.open(path) if packed else open(path, "rb")  # type: ignore[return-value]


def _known(encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
    except LookupError:
        raise invalid("encoding", f'{encoding!r} is no encoding: give one such as "utf-8" or "cp1250"') from None
    return "utf-8-sig" if name == "utf-8" else name


def _is_utf8(path: str, packed: bool) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with _bytes(path, packed) as file:
        try:
            while block := file.read(BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _require_one_encoding(path: str, packed: bool) -> None:
    """Refuses a file in which some lines are UTF-8 and some are not, as when two were put together."""
    first_not = 0
    utf8 = False
    with _bytes(path, packed) as file:
        for number, line in enumerate(file, start=1):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                utf8 = True
            except UnicodeDecodeError:
                first_not = first_not or number
                try:
                    line.decode(OF_WINDOWS)
                except UnicodeDecodeError:
                    raise invalid(
                        "source", f"line {number} is neither UTF-8 nor Windows-1252: name the file's encoding"
                    ) from None
            if utf8 and first_not:
                raise invalid(
                    "source",
                    f"line {first_not} is not UTF-8, and others are: save the file in one encoding, or name the one "
                    'to read all of it in, such as encoding="cp1252"',
                )
