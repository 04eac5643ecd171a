"""Loading: which rows come out of a source, and what happens to them on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import grpc
import numpy
import pandas
import polars
import pyarrow
import pytest
from fake_server import FakeServer, Fault, bad_field, rows_of, unavailable

import lojal
from lojal.calls.transactions import FIELDS
from lojal.loading import columns
from lojal.loading import job as job_module
from lojal.loading.options import LoadOptions
from lojal.loading.session import ImportSession
from lojal.v1 import ingest_service_pb2

ROWS = [
    {"customer_id": "c1", "time": "2026-03-01", "amount": "12.50"},
    {"customer_id": "c2", "time": "2026-03-01T08:00:00Z", "amount": "3"},
    {"customer_id": "c1", "time": "2026-03-01", "amount": "12.5"},
]


def sent(server: FakeServer) -> list[ingest_service_pb2.Transaction]:
    return [row for request in server.received for row in rows_of(request)]


def as_csv(path: Path) -> Path:
    file = path / "orders.csv"
    file.write_text("customer_id,time,amount\n" + "".join(",".join(row.values()) + "\n" for row in ROWS))
    return file


def typed() -> pandas.DataFrame:
    frame = pandas.DataFrame(ROWS)
    frame["time"] = pandas.to_datetime(frame["time"], format="ISO8601", utc=True)
    frame["amount"] = frame["amount"].astype(float)
    return frame


class OnlyArrow:
    """Something of another library that only speaks the Arrow interface."""

    def __init__(self, table: pyarrow.Table) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)


class OnlyInterchange:
    """Something of another library that only speaks the dataframe interchange protocol."""

    def __init__(self, frame: pyarrow.Table) -> None:
        self._frame = frame

    def __dataframe__(self, *args: Any, **kwargs: Any) -> object:
        return self._frame.__dataframe__(*args, **kwargs)


def sources(path: Path) -> dict[str, Any]:
    arrow = pyarrow.Table.from_pylist(ROWS)
    return {
        "csv": as_csv(path),
        "csv as text": str(as_csv(path)),
        "pandas": pandas.DataFrame(ROWS),
        "pandas typed": typed(),
        "pandas arrow": typed().convert_dtypes(dtype_backend="pyarrow"),
        "polars": polars.DataFrame(ROWS),
        "polars lazy": polars.LazyFrame(ROWS),
        "arrow": arrow,
        "arrow interface": OnlyArrow(arrow),
        "interchange": OnlyInterchange(arrow),
        "dicts": ROWS,
        "iterator": iter(ROWS),
        "records": [lojal.Transaction(**row) for row in ROWS],
    }


@pytest.mark.parametrize("name", list(sources(Path("/tmp"))))
def test_every_source_gives_the_same_purchases(name: str, client: Any, server: FakeServer, tmp_path: Path) -> None:
    result = client.transactions.load(sources(tmp_path)[name], progress=False)
    assert (result.rows, result.recorded, result.row_errors) == (3, 3, ())
    assert result.columns["customer_id"] == "customer_id"
    rows = sent(server)
    assert [row.customer_id for row in rows] == ["c1", "c2", "c1"]
    assert [row.time.ToDatetime() for row in rows] == [
        datetime(2026, 3, 1),
        datetime(2026, 3, 1, 8),
        datetime(2026, 3, 1),
    ]
    assert [Decimal(row.amount.amount) for row in rows] == [Decimal("12.5"), 3, Decimal("12.5")]
    assert [row.occurrence for row in rows] == [1, 1, 2]


def test_equal_rows_are_counted_across_chunks(client: Any, server: FakeServer) -> None:
    client.transactions.load([ROWS[0]] * 5, chunk_rows=2, progress=False)
    assert [len(rows_of(request)) for request in server.received] == [2, 2, 1]
    assert [request.sequence for request in server.received] == [1, 2, 3]
    assert [row.occurrence for row in sent(server)] == [1, 2, 3, 4, 5]


def test_what_differs_is_counted_apart(client: Any, server: FakeServer) -> None:
    other = {"customer_id": "c3", "amount": "1", "time": "2026-03-02", "currency": "USD"}
    rows = [ROWS[0], {**ROWS[0], **{"currency": "USD"}}, *({**ROWS[0], key: value} for key, value in other.items())]
    client.transactions.load(rows, currency_code="EUR", progress=False)
    assert [row.occurrence for row in sent(server)] == [1, 1, 1, 1, 1, 2]


def test_rows_with_an_id_are_not_counted(client: Any, server: FakeServer) -> None:
    rows = [{**ROWS[0], "order_id": 17.0}, {**ROWS[0], "order_id": 18.0}]
    client.transactions.load(pandas.DataFrame(rows), progress=False)
    assert [(row.transaction_id, row.occurrence) for row in sent(server)] == [("17", 0), ("18", 0)]
    server.received.clear()
    client.transactions.load(pandas.DataFrame(rows), transaction_id=False, progress=False)
    assert [(row.transaction_id, row.occurrence) for row in sent(server)] == [("", 1), ("", 2)]


def test_a_broken_stream_resumes_at_the_first_unanswered_chunk(client: Any, server: FakeServer) -> None:
    server.import_faults = [(2, unavailable()), (0, unavailable()), (3, unavailable())]
    rows = [{**ROWS[0], "customer_id": f"c{i}"} for i in range(10)]
    result = client.transactions.load(rows, chunk_rows=1, progress=False)
    # a chunk that was answered may still be on its way when the stream breaks; then it is sent again
    assert list(dict.fromkeys(row.customer_id for row in sent(server))) == [f"c{i}" for i in range(10)]
    assert result.recorded == 10
    assert server.workspaces == ["shop"] * 4
    sequences = [request.sequence for request in server.received]
    assert sequences[:2] == [1, 2]
    assert 1 in sequences[2:4]


def test_a_stream_that_keeps_breaking_gives_up(client: Any, server: FakeServer) -> None:
    server.import_faults = [(0, unavailable())] * 10
    with pytest.raises(lojal.Unavailable):
        client.transactions.load(ROWS, progress=False)
    assert len(server.import_faults) == 6


def test_a_stream_that_breaks_often_but_gets_on_does_not_give_up(client: Any, server: FakeServer) -> None:
    server.import_faults = [(1, unavailable())] * 9
    rows = [{**ROWS[0], "customer_id": f"c{i}"} for i in range(10)]
    result = client.transactions.load(rows, chunk_rows=1, progress=False)
    assert result.recorded == 10


def test_a_row_the_server_refuses_is_found_in_the_source(client: Any, server: FakeServer, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("customer_id,date,value\n" + "".join(f"c{i},2026-03-01,1\n" for i in range(10)))
    field = "columns[1].time"
    server.refused = ("c7", lambda sequence: bad_field(field, "is after tomorrow", sequence=str(sequence)))
    with pytest.raises(lojal.InvalidArgument) as error:
        client.transactions.load(file, chunk_rows=3, progress=False)
    assert error.value.field_violations[0].row == 2 + 2 * 3 + 1
    assert "row 9, time (column 'date'): is after tomorrow" in str(error.value)
    assert {row.customer_id for row in sent(server)} == {f"c{i}" for i in range(6)}


def test_an_error_that_names_its_chunk_is_located_in_it() -> None:
    """Also when the answers to the chunks before it were lost."""
    rows = [{**ROWS[0], "customer_id": f"c{i}"} for i in range(6)]
    load = LoadOptions(rows, progress=False, chunk_rows=2)
    job = load.purchases(FIELDS, {}, load.reading())
    for sequence, row in (("1", 1), ("3", 5), ("4", None), ("", 1)):
        session = ImportSession(job, lojal.RetryPolicy())
        session.opened()
        while session.next_request() is not None:
            pass
        violation = lojal.FieldViolation("columns[1].time", "is after tomorrow")
        with pytest.raises(lojal.InvalidArgument) as error:
            session.broke(lojal.InvalidArgument("no", metadata={"sequence": sequence}, field_violations=[violation]))
        assert error.value.field_violations[0].row == row


def test_other_failures_end_the_load(client: Any, server: FakeServer) -> None:
    server.import_faults = [(0, Fault(grpc.StatusCode.DATA_LOSS, "damaged"))]
    with pytest.raises(lojal.DataLoss):
        client.transactions.load(ROWS, progress=False)


def test_bad_rows_are_reported_by_line_before_anything_is_sent(client: Any, server: FakeServer, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text('who,date,paid\nc1,2026-03-01,1\n\n"c\n2",2026-03-01,1\nc3,yesterday,1\nc4,2026-03-01,"1;5"\n,,\n')
    with pytest.raises(lojal.InvalidArgument) as error:
        client.transactions.load(file, customer_id="who", amount="paid", progress=False)
    assert [(each.row, each.field) for each in error.value.field_violations] == [
        (4, "customer_id (column 'who')"),
        (6, "time (column 'date')"),
        (7, "amount (column 'paid')"),
        (8, "customer_id (column 'who')"),
    ]
    assert "row 6, time (column 'date'): 'yesterday' is not ISO 8601" in str(error.value)
    assert server.received == []


def test_bad_rows_may_be_skipped(client: Any, server: FakeServer) -> None:
    rows = [{"customer_id": ""}, ROWS[0], {**ROWS[1], "amount": -1}, ROWS[2]]
    result = client.transactions.load(rows, skip_invalid=True, progress=False)
    assert (result.rows, result.recorded) == (4, 2)
    assert [(each.row, each.field, each.reason) for each in result.row_errors] == [
        (0, "customer_id", "INVALID_FIELD"),
        (2, "amount", "INVALID_FIELD"),
    ]
    assert server.received[0].skip_invalid


@pytest.mark.parametrize("empty", [[], pandas.DataFrame(ROWS)[:0], iter(())])
def test_nothing_to_load(empty: Any, client: Any, server: FakeServer) -> None:
    result = client.transactions.load(empty, progress=False)
    assert (result.rows, result.recorded) == (0, 0)
    assert server.received == []


@pytest.mark.parametrize("nothing", [None, numpy.nan, pandas.NaT, pandas.NA, "", float("nan"), Decimal("nan")])
def test_empty_cells_are_missing(nothing: Any, client: Any) -> None:
    for name in ("customer_id", "time", "amount"):
        with pytest.raises(lojal.InvalidArgument, match=f"{name} is missing"):
            client.transactions.load([{**ROWS[0], name: nothing}], progress=False)


def test_times_without_a_zone_are_read_in_one(client: Any, server: FakeServer) -> None:
    frame = pandas.DataFrame(
        {"customer": [1, 2], "date": pandas.to_datetime(["2026-07-01 12:00", "2026-01-01 00:00"]), "value": 1}
    )
    client.transactions.load(frame, time_zone="Europe/Zagreb", progress=False)
    client.transactions.load(frame, progress=False)
    assert [row.time.ToDatetime() for row in sent(server)] == [
        datetime(2026, 7, 1, 10),
        datetime(2025, 12, 31, 23),
        datetime(2026, 7, 1, 12),
        datetime(2026, 1, 1),
    ]
    with pytest.raises(lojal.InvalidArgument, match="is not an IANA time zone"):
        client.transactions.load(frame, time_zone="Mars/Base", progress=False)


def test_times_in_another_format(client: Any, server: FakeServer) -> None:
    rows = [{"customer": 1, "date": "12/1/2010 8:26", "value": 1}]
    client.transactions.load(rows, time_format="%m/%d/%Y %H:%M", progress=False)
    client.transactions.load([{"customer": 1, "date": 19970101, "value": 1}], time_format="%Y%m%d", progress=False)
    assert [row.time.ToDatetime(UTC) for row in sent(server)] == [
        datetime(2010, 12, 1, 8, 26, tzinfo=UTC),
        datetime(1997, 1, 1, tzinfo=UTC),
    ]


def test_currencies(client: Any, server: FakeServer) -> None:
    rows = [{**ROWS[0], "currency": "EUR"}, {**ROWS[0], "currency": None}, {**ROWS[0], "amount": lojal.Money(1, "HRK")}]
    client.transactions.load(rows, currency_code="USD", progress=False)
    assert [row.amount.currency_code for row in sent(server)] == ["EUR", "USD", "HRK"]


MIXED = [ROWS[0], {**ROWS[0], "currency_code": "EUR"}]


@pytest.mark.parametrize("rows", [MIXED, MIXED[::-1]])
@pytest.mark.parametrize("skip_invalid", [True, False])
def test_rows_that_name_their_currency_or_not_cannot_be_counted_together(
    rows: list[dict[str, str]], skip_invalid: bool, client: Any, server: FakeServer
) -> None:
    with pytest.raises(lojal.InvalidArgument, match="either all name their currency or none does") as error:
        client.transactions.load(rows, skip_invalid=skip_invalid, progress=False)
    assert type(error.value) is lojal.InvalidArgument
    assert [(each.field, each.row) for each in error.value.field_violations] == [("currency_code", 1)]
    with pytest.raises(lojal.InvalidArgument, match=r"transactions\[1\].currency_code: rows without transaction_id"):
        client.transactions.record(rows)
    assert server.received == []
    client.transactions.load(rows, currency_code="EUR", progress=False)
    assert [row.occurrence for row in sent(server)] == [1, 2]
    named = [{**row, "transaction_id": f"t{i}"} for i, row in enumerate(rows)]
    assert client.transactions.load(named, progress=False).recorded == 2


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        ("customer_id,date,value", ("customer_id", "date", "value")),
        ("Customer,Order Date,Total", ("Customer", "Order Date", "Total")),
        ("userId,timestamp,price", ("userId", "timestamp", "price")),
        ("CLIENT_ID,TIME,AMOUNT", ("CLIENT_ID", "TIME", "AMOUNT")),
        ("amount,value,time,date,id,user_id,customer", ("customer", "date", "value")),
    ],
)
def test_columns_are_guessed_by_their_usual_names(header: str, taken: tuple[str, ...]) -> None:
    found = columns.choose(FIELDS, header.split(","), {})
    assert tuple(found.values()) == taken
    for optional in ("transaction_id", "Order ID"):
        for currency in ("currency", "Currency_Code"):
            found = columns.choose(FIELDS, [*header.split(","), optional, currency], {})
            assert tuple(found.values()) == (*taken, optional, currency)


def test_columns_that_are_not_found(client: Any) -> None:
    with pytest.raises(lojal.InvalidArgument, match="name the column to take as time: the columns are 'id', 'value'"):
        client.transactions.load([{"id": 1, "value": 2}], progress=False)
    with pytest.raises(lojal.InvalidArgument, match="there is no column 'when': the columns are"):
        client.transactions.load(ROWS, time="when", progress=False)


@pytest.mark.parametrize("nonsense", [7, {"customer_id": "c1"}, b"x", [1, 2], None])
def test_what_cannot_be_loaded(nonsense: Any, client: Any) -> None:
    with pytest.raises(lojal.InvalidArgument):
        client.transactions.load(nonsense, progress=False)


def test_a_file_that_is_not_there(client: Any) -> None:
    with pytest.raises(FileNotFoundError):
        client.transactions.load("/nowhere/orders.csv", progress=False)
    with pytest.raises(lojal.FileMissing, match=r"there is no file 'orders\.csv': the path counts from /"):
        client.transactions.load("orders.csv", progress=False)


def test_a_file_that_cannot_be_read(client: Any, tmp_path: Path) -> None:
    with pytest.raises(lojal.FileUnusable, match="cannot be read: it is a directory; give a file in it"):
        client.transactions.load(tmp_path, progress=False)
    latin = tmp_path / "latin.csv"
    latin.write_bytes("customer,date,value\nžena,2026-03-01,1\n".encode("iso8859-2"))
    assert "read as Windows-1252" in client.transactions.load(latin, progress=False).notes[0]
    with pytest.raises(lojal.InvalidArgument, match="is not written in ascii: name its encoding"):
        client.transactions.load(latin, encoding="ascii", progress=False)
    open_quote = tmp_path / "quote.csv"
    open_quote.write_text('customer,date,value\n"c1,2026-03-01,1\n')
    with pytest.raises(lojal.InvalidArgument, match="is no CSV file as the rest of it has them"):
        client.transactions.load(open_quote, progress=False)


def test_a_backup_that_cannot_be_written(client: Any, tmp_path: Path) -> None:
    with pytest.raises(lojal.FileUnusable, match="cannot be written: No such file or directory; choose another path"):
        client.admin.backup(tmp_path / "nowhere" / "copy")


def test_chunks_stay_below_the_servers_limits(client: Any, server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(lojal.InvalidArgument, match="1 to 100000"):
        client.transactions.load(ROWS, chunk_rows=100_001, progress=False)
    with pytest.raises(lojal.InvalidArgument, match="1 to 10000"):
        client.surveys.load([], chunk_rows=10_001, progress=False)
    monkeypatch.setattr(job_module, "MAX_CHUNK_BYTES", 5000)
    rows = [{"response_id": i, "time": "2026-03-01", "score": 9, "comment": "x" * 1000} for i in range(20)]
    client.surveys.load(rows, anonymous=True, progress=False)
    assert max(request.ByteSize() for request in server.received) < 5200
    assert sum(len(request.survey_responses.rows) for request in server.received) == 20


def test_survey_answers(client: Any, server: FakeServer) -> None:
    frame = pandas.DataFrame({"id": [1, 2], "user": ["c1", None], "date": ["2026-03-01"] * 2, "nps": [9.0, 3.0]})
    client.surveys.load(frame, kind="transactional", scale_min=0, scale_max=10, progress=False)
    first, second = server.received[0].survey_responses.rows
    assert (first.response_id, first.customer_id, first.score, first.kind, first.scale_max) == ("1", "c1", 9, 2, 10)
    assert (second.customer_id, second.score) == ("", 3)
    for score in (11, -1, 8.5, "good", None):
        with pytest.raises(lojal.InvalidArgument):
            client.surveys.load([{"id": 1, "date": "2026-03-01", "score": score}], anonymous=True, progress=False)


def test_refunds(client: Any, server: FakeServer) -> None:
    row = {"refund_id": "r1", "order_id": "t1", "refund_date": "2026-03-05", "refund_amount": 2.5}
    client.refunds.load([row], progress=False)
    (refund,) = server.received[0].refunds.rows
    assert (refund.refund_id, refund.transaction_id, refund.amount.amount) == ("r1", "t1", "2.5")
    with pytest.raises(lojal.InvalidArgument, match="more than zero"):
        client.refunds.load([{**row, "refund_amount": 0}], progress=False)


def test_customers_from_a_table(client: Any, server: FakeServer) -> None:
    frame = pandas.DataFrame(
        {"Customer ID": [1, 2], "Market": ["hr", None], "Plan Size": [3.0, None], "vip": [True, False]}
    )
    client.customers.load(frame, progress=False)
    first, second = server.received[0].customers.rows
    assert dict(first.attributes) == {"market": "hr", "plan_size": "3", "vip": "true"}
    assert dict(second.attributes) == {"vip": "false"}
    server.received.clear()
    client.customers.load(frame, attributes=["Market"], progress=False)
    assert dict(server.received[0].customers.rows[0].attributes) == {"market": "hr"}
    with pytest.raises(lojal.InvalidArgument, match="there is no column 'colour' left"):
        client.customers.load(frame, attributes=["colour"], progress=False)


def test_records_are_refused_with_their_position(client: Any, server: FakeServer) -> None:
    rows = [ROWS[0], {**ROWS[0], "amount": "free"}, {**ROWS[0], "amonut": 1}]
    with pytest.raises(lojal.InvalidArgument) as error:
        client.transactions.record(rows)
    assert [(each.field, each.row) for each in error.value.field_violations] == [
        ("transactions[1].amount", 1),
        ("transactions[2].amonut", 2),
    ]
    with pytest.raises(lojal.InvalidArgument, match="has no time zone"):
        client.transactions.record([{**ROWS[0], "time": datetime(2026, 3, 1)}])
    with pytest.raises(lojal.InvalidArgument, match="give a list of records"):
        client.transactions.record(ROWS[0])
    assert server.received == []


def test_recorded_rows_are_counted_like_loaded_ones(client: Any, server: FakeServer) -> None:
    client.transactions.record([ROWS[0], ROWS[0], {**ROWS[0], "occurrence": 9}])
    assert [row.occurrence for row in server.received[0].transactions] == [1, 2, 9]


@pytest.mark.parametrize("source", [list, pandas.DataFrame, polars.DataFrame])
def test_discounts_are_loaded_when_asked_for(source: Any, client: Any, server: FakeServer) -> None:
    rows = [{**ROWS[0], "discount": "1.5"}, {**ROWS[1], "discount": ""}, {**ROWS[2], "discount": "0"}]
    client.transactions.load(source(rows), discount="discount", progress=False)
    assert [list(request.columns.discounts) for request in server.received] == [[1_500_000, 0, 0]]
    server.received.clear()
    # a column of that name may hold percentages, so it is not guessed
    client.transactions.load(source(rows), progress=False)
    assert [list(request.columns.discounts) for request in server.received] == [[]]
    server.received.clear()
    for bad in ["10%", "-1"]:
        with pytest.raises(lojal.InvalidArgument) as error:
            client.transactions.load(source([{**ROWS[0], "discount": bad}]), discount="discount", progress=False)
        assert [each.field for each in error.value.field_violations] == ["discount"]
    assert server.received == []


def test_discounts_are_recorded(client: Any, server: FakeServer) -> None:
    discounts = [None, "1.50", Decimal("2"), lojal.Money(Decimal("3"), "EUR"), {"amount": "4"}, 0]
    client.transactions.record([{**ROWS[0], "discount": each} for each in discounts])
    rows = server.received[0].transactions
    assert [(row.discount.amount, row.discount.currency_code) for row in rows] == [
        ("", ""),
        ("1.50", ""),
        ("2", ""),
        ("3", "EUR"),
        ("4", ""),
        ("0", ""),
    ]
    assert not rows[0].HasField("discount")
    for bad in ["10%", "-1"]:
        with pytest.raises(lojal.InvalidArgument) as error:
            client.transactions.record([{**ROWS[0], "discount": bad}])
        assert error.value.field_violations[0].field == "transactions[0].discount"


@pytest.mark.parametrize("bad", ["x" * 129, "a\nb", True, 1.5, b"c1", ["c1"]])
def test_ids_that_are_none(bad: Any, client: Any) -> None:
    with pytest.raises(lojal.InvalidArgument):
        client.transactions.record([{**ROWS[0], "customer_id": bad}])


def test_progress_is_shown_where_somebody_looks(
    client: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client.transactions.load(ROWS)
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(job_module.LoadJob, "progress_options", lambda self: {"disable": False})
    client.transactions.load(ROWS)
    assert "transactions: 100%" in capsys.readouterr().err


def test_generators_that_fail_pass_their_error_on(client: Any) -> None:
    def rows() -> Iterator[dict[str, str]]:
        yield ROWS[0]
        raise OSError("disk on fire")

    with pytest.raises(OSError, match="disk on fire"):
        client.transactions.load(rows(), progress=False)
