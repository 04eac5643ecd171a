"""Loading whole columns of a frame: the same purchases as row by row, to the last digit."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy
import pandas
import polars
import pyarrow
import pytest

import lojal
from lojal.loading import by_row, job
from lojal.loading.by_column import read_columns
from lojal.loading.frames import ArrowSource, FrameSource, PandasSource, PolarsSource
from lojal.loading.log import PurchaseLog
from lojal.loading.rows import Reading
from lojal.money import amount_micros

COLUMNS = {name: name for name in ("customer_id", "time", "amount", "transaction_id", "currency_code")}
NOON = datetime(2026, 3, 1, 12, 30, 15, 123456)


def as_rows(log: PurchaseLog) -> list[tuple[Any, ...]]:
    count = len(log.customers)
    currencies = [log.currencies] * count if isinstance(log.currencies, str) else log.currencies
    ids = log.ids or [""] * count
    occurrences = log.occurrences if len(log.occurrences) else [1] * count
    columns = (log.numbers, log.customers, log.times, log.amounts, currencies, ids, occurrences)
    return list(zip(*(list(column) for column in columns), strict=True))


def read_both(source: FrameSource, reading: Reading) -> tuple[list[tuple[Any, ...]], list[Any]]:
    """Reads a frame in both ways, which must agree."""
    columns = {name: name for name in COLUMNS if name in source.columns}
    whole = read_columns(source, columns, reading)
    assert whole is not None
    log, bad = whole
    wrong = [(row, str(error)) for row, error in bad]
    by_rows = PurchaseLog()
    wrong_rows = [(row, str(error)) for row, error in by_row.read_rows(source, columns, reading, by_rows)]
    assert as_rows(log) == as_rows(by_rows)
    assert wrong == wrong_rows
    return as_rows(log), wrong


def rows(count: int, seed: int) -> list[dict[str, Any]]:
    """Purchases of few customers at few times, so that many are equal; some have an id, some rows are bad."""
    chance = random.Random(seed)
    return [
        {
            "customer_id": chance.choice(["c1", "c2", "Žana", None if seed % 2 else "c3"]),
            "time": chance.choice([NOON, NOON + timedelta(microseconds=1), datetime(1969, 12, 31, 23, 59, 59, 999999)]),
            "amount": chance.choice([1.0, 2.5, 0.1, 29.990000000000002, -1.0 if seed % 3 == 0 else 3.0]),
            "transaction_id": chance.choice(["", None, f"t{chance.random()}"]),
            "currency_code": chance.choice(["EUR", "USD"]),
        }
        for _ in range(count)
    ]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("zone", ["UTC", "Europe/Zagreb"])
def test_columns_and_rows_agree(seed: int, zone: str) -> None:
    made = rows(200, seed)
    reading = Reading(ZoneInfo(zone))
    found = [
        read_both(PandasSource(pandas.DataFrame(made)), reading),
        read_both(PolarsSource(polars.DataFrame(made, infer_schema_length=None)), reading),
        read_both(ArrowSource(pyarrow.Table.from_pylist(made)), reading),
    ]
    assert found[0][0] == found[1][0] == found[2][0]
    assert len(found[0][0]) + len(found[0][1]) == 200


def frame(times: Any) -> pandas.DataFrame:
    return pandas.DataFrame({"customer_id": ["c"] * len(times), "time": times, "amount": 1.0})


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_are_exact_to_the_microsecond(unit: str) -> None:
    stamps = numpy.array(["1969-12-31T23:59:58", "2026-03-01T12:00:00", "1901-01-01"], dtype=f"datetime64[{unit}]")
    if unit == "ns":
        stamps += numpy.timedelta64(1999, "ns")
    expected = stamps.astype("datetime64[us]").astype("int64").tolist()
    for column in (pandas.Series(stamps), pandas.Series(stamps).dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")):
        for made in (frame(column), frame(column).convert_dtypes(dtype_backend="pyarrow")):
            taken, _ = read_both(PandasSource(made), Reading(UTC))
            assert [row[2] for row in taken] == expected
    if unit != "s":
        source = PolarsSource(polars.DataFrame({"customer_id": ["c"] * 3, "time": stamps, "amount": [1.0] * 3}))
        assert [row[2] for row in read_both(source, Reading(UTC))[0]] == expected
    arrow = pyarrow.table({"customer_id": ["c"] * 3, "time": pyarrow.array(stamps), "amount": [1.0] * 3})
    log, _ = read_columns(ArrowSource(arrow), {name: name for name in arrow.column_names}, Reading(UTC)) or (None, None)
    assert log is not None
    assert list(log.times) == expected


def test_clocks_are_read_in_the_zone_of_the_file() -> None:
    """Also in the hour that a zone has twice, and in the one it leaves out."""
    times = [datetime(2026, 7, 1), datetime(2026, 10, 25, 2, 30), datetime(2026, 3, 29, 2, 30), None]
    _, wrong = read_both(
        PandasSource(frame(pandas.to_datetime(pandas.Series(times)))), Reading(ZoneInfo("Europe/Rome"))
    )
    assert [row for row, _ in wrong] == [3]
    days = polars.DataFrame({"customer_id": ["c"], "time": [date(2026, 7, 1)], "amount": [1.0]})
    taken, _ = read_both(PolarsSource(days), Reading(ZoneInfo("Europe/Rome")))
    assert taken[0][2] == datetime(2026, 6, 30, 22, tzinfo=UTC).timestamp() * 1e6


def test_times_beyond_every_calendar_stay_out_of_range() -> None:
    far = numpy.array([2**62], dtype="datetime64[s]")
    log, _ = read_columns(PandasSource(frame(pandas.Series(far))), dict(list(COLUMNS.items())[:3]), Reading(UTC)) or (
        0,
        0,
    )
    assert isinstance(log, PurchaseLog)
    assert int(log.times[0]) > datetime(9999, 1, 1, tzinfo=UTC).timestamp() * 1e6


@pytest.mark.parametrize(
    ("value", "micros"),
    [
        (0.0, 0),
        (12.1, 12_100_000),
        (29.990000000000002, 29_990_000),
        (0.1 + 0.2, 300_000),
        (0.0000005, 1),
        (0.00000049, 0),
        (-1e-9, 0),
        (9_007_199_253.0, 9_007_199_253_000_000),
        (4_503_599_627.370497, 4_503_599_627_370_497),
    ],
)
def test_floats_count_to_the_nearest_millionth(value: float, micros: int) -> None:
    assert amount_micros(value) == amount_micros(numpy.float64(value)) == micros
    made = pandas.DataFrame({"customer_id": ["c"], "time": [NOON], "amount": [value]})
    (row,), _ = read_both(PandasSource(made), Reading(UTC))
    assert row[3] == micros


@pytest.mark.parametrize("value", [1e10, float("inf"), -float("inf")])
def test_floats_that_are_not_exact_any_more_are_refused(value: float) -> None:
    made = pandas.DataFrame({"customer_id": ["c"], "time": [NOON], "amount": [value]})
    taken, ((_, told),) = read_both(PandasSource(made), Reading(UTC))
    assert taken == []
    assert "give text or a Decimal" in told


@pytest.mark.parametrize(
    "amounts",
    [
        [Decimal("999999999999.999999"), Decimal("0.000001")],
        ["999999999999.999999", "0.000001"],
        pyarrow.array([Decimal("999999999999.999999"), Decimal("0.000001")], pyarrow.decimal128(18, 6)),
    ],
)
@pytest.mark.parametrize("kind", [PandasSource, PolarsSource, ArrowSource])
def test_decimals_and_text_are_exact(amounts: Any, kind: Callable[[Any], FrameSource]) -> None:
    arrow = pyarrow.table({"customer_id": ["c", "c"], "time": [NOON] * 2, "amount": amounts})
    made = {PandasSource: arrow.to_pandas, PolarsSource: lambda: polars.from_arrow(arrow)}.get(kind, lambda: arrow)()
    taken, _ = read_both(kind(made), Reading(UTC))
    assert [row[3] for row in taken] == [999_999_999_999_999_999, 1]


def test_short_floats_are_read_as_they_print() -> None:
    short = numpy.array([29.99, 12345.67, numpy.nan], dtype="float32")
    arrow = pyarrow.table(
        {"customer_id": ["c"] * 3, "time": [NOON] * 3, "amount": pyarrow.array(short, from_pandas=True)}
    )
    for source in (
        PandasSource(frame([NOON] * 3).assign(amount=short)),
        PolarsSource(polars.from_arrow(arrow)),
        ArrowSource(arrow),
    ):
        log, bad = read_columns(source, dict(list(COLUMNS.items())[:3]), Reading(UTC)) or (None, None)
        assert log is not None
        assert bad is not None
        assert list(log.amounts) == [29_990_000, 12_345_670_000]
        assert [row for row, _ in bad] == [2]


def test_mixed_columns_are_read_row_by_row(client: Any, server: Any) -> None:
    made = frame([NOON, NOON]).assign(amount=[True, 1.0], time=[pandas.Timestamp(NOON), "2026-03-01"])
    with pytest.raises(lojal.InvalidArgument, match="True is not an amount"):
        client.transactions.load(made, progress=False)


def test_many_long_ids_are_cut_into_smaller_chunks(client: Any, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "MAX_CHUNK_BYTES", 1000)
    made = pandas.DataFrame({"customer_id": [f"{i:0100}" for i in range(100)], "time": NOON, "amount": 1})
    assert client.transactions.load(made, progress=False).recorded == 100
    assert max(len(request.columns.customer_ids) for request in server.received) <= 1000
    assert len(server.received) == 16


def test_currencies_travel_in_chunks_of_their_own(client: Any, server: Any) -> None:
    made = frame([NOON] * 6).assign(currency=["EUR", "USD", "EUR", "HRK", "USD", "EUR"])
    assert client.transactions.load(made, chunk_rows=4, progress=False).recorded == 6
    sent = [(request.columns.currency_code, len(request.columns.times)) for request in server.received]
    assert sent == [("EUR", 2), ("USD", 1), ("HRK", 1), ("USD", 1), ("EUR", 1)]
    occurrences = [list(request.columns.occurrences) for request in server.received]
    assert occurrences == [[1, 2], [], [], [2], [3]]


def test_import_positions(client: Any, server: Any) -> None:
    assert client.transactions.import_position("orders.csv") == 7
