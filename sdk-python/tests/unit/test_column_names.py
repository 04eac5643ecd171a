"""The rules of tests/vectors/column_names.json, which lojal import and the JavaScript client hold themselves to too."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import pandas
import polars
import pyarrow
import pytest
from fake_server import FakeServer, rows_of
from noting import surveys

import lojal
from lojal.calls import customers, transactions
from lojal.instants import to_instant
from lojal.loading import columns
from lojal.loading.addresses import one_address
from lojal.loading.ahead import comes_back
from lojal.loading.columns import ROWS_AHEAD, choose, unread, usual
from lojal.loading.frames import ArrowSource, PandasSource, PolarsSource
from lojal.loading.sources import RecordSource, Source

REPOSITORY = Path(__file__).parents[3]
VECTORS = json.loads((REPOSITORY / "tests/vectors/column_names.json").read_text())
EXPORTS = REPOSITORY / "tests/fixtures/exports"


def records(case: Mapping[str, Any]) -> list[dict[str, str]]:
    return [dict(zip(case["header"], row, strict=True)) for row in case["rows"]]


def titles(cases: Sequence[Mapping[str, Any]]) -> list[str]:
    return [case["what"] for case in cases]


def test_the_usual_names_are_those_of_the_vectors() -> None:
    guesses = VECTORS["guesses"]
    known = {field.name: list(field.guesses) for field in transactions.FIELDS}
    assert known == {name: guesses[name] for name in known}
    assert list(columns.EMAILS) == list(columns.CUSTOMER_ID.addresses) == guesses["email"]
    assert [columns.CUSTOMER_ID.last_resort] == guesses["last_resort"]
    assert [columns.AMOUNT.price_of_one] == guesses["price_of_one"]
    assert list(columns.PIECES) == guesses["pieces"]
    assert list(columns.LINES_BEGIN) == guesses["lines_begin"]
    assert [columns.TRANSACTION_ID.of_lines] == guesses["order_of_lines"]
    assert list(columns.UNREAD) == guesses["unread"]
    assert VECTORS["rows_ahead"] == ROWS_AHEAD


@pytest.mark.parametrize(("name", "expected"), VECTORS["names"].items())
def test_names_are_compared_as_people_mean_them(name: str, expected: str) -> None:
    assert usual(name) == expected


@pytest.mark.parametrize("case", VECTORS["purchases"], ids=titles(VECTORS["purchases"]))
@pytest.mark.parametrize("kind", ["records", "pandas", "polars", "arrow"])
def test_columns_of_purchases(case: Mapping[str, Any], kind: str) -> None:
    rows = records(case)
    made: dict[str, Any] = {
        "records": RecordSource,
        "pandas": lambda rows: PandasSource(pandas.DataFrame(rows)),
        "polars": lambda rows: PolarsSource(polars.DataFrame(rows)),
        "arrow": lambda rows: ArrowSource(pyarrow.Table.from_pylist(rows)),
    }
    source: Source = made[kind](rows)
    chosen = case.get("named", {})

    def found() -> dict[str, str]:
        again = lambda identity, time: comes_back(source, identity, time)  # noqa: E731
        return choose(transactions.FIELDS, case["header"], chosen, again)

    if "columns" in case:
        assert found() == case["columns"]
        notes = "".join(unread(case["header"]))
        assert all(repr(name) in notes for name in case.get("unread", ()))
        assert bool(notes) == ("unread" in case)
    else:
        refuses(found, case)


@pytest.mark.parametrize("case", VECTORS["answers"], ids=titles(VECTORS["answers"]))
def test_columns_of_answers(case: Mapping[str, Any]) -> None:
    rows = [dict.fromkeys(case["header"], "1")]

    def found() -> dict[str, str]:
        row = {**rows[0], **{name: "2026-03-01" for name in ("date", "Created At") if name in rows[0]}}
        job: Any = surveys.load([row], profile=False, **case.get("named", {}))
        columns: dict[str, str] = job.columns
        return columns

    if "columns" in case:
        assert found() == case["columns"]
    else:
        refuses(found, case)


def refuses(found: Any, case: Mapping[str, Any]) -> None:
    with pytest.raises(lojal.InvalidArgument) as error:
        found()
    violation = error.value.field_violations[0]
    assert violation.field == case["refused"]["field"]
    for words in [*case["refused"]["words"], *map(repr, case["header"])]:
        assert words in violation.description


def test_an_id_that_comes_back_later_than_is_read_ahead_is_not_seen() -> None:
    for before, expected in ((ROWS_AHEAD - 1, True), (ROWS_AHEAD, False)):
        rows = [{"id": row, "date": row} for row in range(before)]
        assert comes_back(RecordSource([*rows, {"id": 0, "date": "last"}]), "id", "date") is expected


@pytest.mark.parametrize("case", VECTORS["times"], ids=lambda case: case["given"])
def test_times_as_exports_write_them(case: Mapping[str, str]) -> None:
    assert to_instant(case["given"], "time", zone=UTC) == to_instant(case["instant"], "time")


@pytest.mark.parametrize("case", VECTORS["customer_ids"], ids=lambda case: case["given"])
def test_addresses_are_one_however_they_are_written(case: Mapping[str, str]) -> None:
    assert one_address(case["given"]) == case["customer_id"]


def test_a_table_of_customers_has_an_id_a_row() -> None:
    assert choose(customers.FIELDS, ["id", "market"], {}) == {"customer_id": "id"}
    assert choose(customers.FIELDS, ["email", "market"], {}) == {"customer_id": "email"}
    assert choose(customers.FIELDS, ["id", "email", "customer_id"], {}) == {"customer_id": "customer_id"}
    with pytest.raises(lojal.InvalidArgument, match="by 'id' or by 'E-Mail': name the column to take as customer_id"):
        choose(customers.FIELDS, ["id", "E-Mail"], {})


def test_a_shopify_export_is_of_those_who_are_named_in_it(client: Any, server: FakeServer) -> None:
    file = EXPORTS / "shopify_orders.csv"
    # the lines of an order after its first have no total
    with pytest.raises(lojal.InvalidArgument, match=r"amount is missing: leave .* out with skip_invalid=True") as error:
        client.transactions.load(file, profile=False, progress=False)
    assert [each.row for each in error.value.field_violations] == [3, 8, 9, 16, 18]
    assert server.received == []
    for source in (
        file,
        pandas.read_csv(file),
        polars.read_csv(file),
        pyarrow.Table.from_pandas(pandas.read_csv(file)),
    ):
        server.received.clear()
        result = client.transactions.load(source, profile="none", skip_invalid=True, progress=False)
        assert (result.recorded, len(result.row_errors), result.profile) == (9, 5, "")
        assert "'Financial Status', 'Cancelled at', 'Refunded Amount' were not read" in result.notes[0]
        sent = [row for request in server.received for row in rows_of(request)]
        names = ["c1", "c2", "c1", "c3", "c2", "c4", "c1", "c5", "c2"]
        assert [row.customer_id for row in sent] == [f"{name}@shop.example" for name in names]
        assert [row.transaction_id for row in sent] == [f"#{1001 + order}" for order in range(9)]


def test_answers_are_of_those_who_gave_them(client: Any, server: FakeServer) -> None:
    file = EXPORTS / "delighted_responses.csv"
    assert client.surveys.load(file, progress=False).recorded == 6
    sent = server.received[0].survey_responses.rows
    names = ["c1", "c2", "c3", "c4", "c5", "c1"]
    assert [(row.customer_id, row.score) for row in sent] == [
        (f"{name}@shop.example", score) for name, score in zip(names, [10, 6, 9, 3, 8, 9], strict=True)
    ]
    server.received.clear()
    without = pandas.read_csv(file).drop(columns="Person Email")
    with pytest.raises(lojal.InvalidArgument, match=r"anonymous=True.*'Person ID', 'Person Name'"):
        client.surveys.load(without, progress=False)
    assert server.received == []
    for nobody in ({"anonymous": True}, {"customer_id": False}):
        client.surveys.load(without, **nobody, progress=False)
    assert not any(row.customer_id for request in server.received for row in request.survey_responses.rows)
    with pytest.raises(
        lojal.InvalidArgument, match=r"no row names anybody in the column 'Customer ID'.*anonymous=True"
    ):
        client.surveys.load(pandas.read_csv(file).assign(**{"Customer ID": None}), profile=False, progress=False)
    with pytest.raises(lojal.InvalidArgument, match="not both"):
        client.surveys.load(without, anonymous=True, customer_id="Person ID", progress=False)


def test_addresses_of_every_load_are_alike(client: Any, server: FakeServer) -> None:
    row = {"Email": " C1@Shop.example ", "id": 1, "date": "2026-03-01", "value": 1, "score": 9}
    client.transactions.load([row], progress=False)
    client.transactions.load(pandas.DataFrame([row]), progress=False)
    client.interactions.load([row], progress=False)
    client.costs.load([row], amount="value", progress=False)
    client.surveys.load([row], progress=False)
    client.customers.load([row], customer_id="Email", progress=False)
    sent = [each for request in server.received for each in rows_of(request)]
    assert [each.customer_id for each in sent] == ["c1@shop.example"] * 6


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_lines_are_counted_as_editors_count_them(end: str, mark: str, client: Any, tmp_path: Path) -> None:
    lines = ["customer_id,date,value,note", "c1,2026-03-01,1,", "c2,never,1,", "", 'c3,2026-03-01,1,"two', "", 'l"']
    file = tmp_path / "orders.csv"
    file.write_bytes((mark + end.join([*lines, "c4,never,1,", "c5,2026-03-01,1,", "c6,never,1,"])).encode())
    with pytest.raises(lojal.InvalidArgument) as error:
        client.transactions.load(file, progress=False)
    assert [each.row for each in error.value.field_violations] == [3, 8, 10]
