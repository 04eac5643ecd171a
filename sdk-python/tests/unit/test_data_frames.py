"""Answers as pandas, polars, DuckDB and Altair take them."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import altair
import duckdb
import pandas
import polars
import pyarrow
import pytest
from both import open_client
from fake_server import FakeServer

import lojal
from lojal.table import columns
from lojal.v1 import customer_service_pb2, nps_service_pb2, segmentation_service_pb2

MADE = [
    pytest.param(kind, id=kind.__name__)
    for kind in (lojal.Prediction, lojal.SegmentSummary, lojal.CohortRow, lojal.AlivePoint, lojal.Customer, lojal.Model)
]


def summary() -> lojal.SegmentSummaries:
    message = segmentation_service_pb2.SummarizeSegmentsResponse()
    message.segments.add(segment=8, name="At Risk", customers=12, customer_share=0.5)
    message.segments[0].monetary.amount = "1234.50"
    message.segments.add(segment=11, name="Lost")
    message.provenance.as_of.FromDatetime(datetime(1998, 7, 1))
    return lojal.SegmentSummaries.from_wire(message)


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("exact_money", [False, True])
def test_arrow_has_the_columns_and_types_of_the_others_without_rows_too(kind: type[Any], exact_money: bool) -> None:
    table = lojal.Table(kind, ())
    arrow = table.to_arrow(exact_money=exact_money)
    assert arrow.column_names == list(table.to_pandas().columns) == columns(kind)
    # polars writes text with 64-bit offsets and calls a missing zone differently; read back they are the same
    assert polars.from_arrow(arrow).schema == table.to_polars(exact_money=exact_money).schema  # type: ignore[union-attr]


def test_rows_have_the_types_of_no_rows() -> None:
    filled, empty = summary().to_arrow(), lojal.Table(lojal.SegmentSummary, ()).to_arrow()
    assert filled.schema == empty.schema
    assert filled.column("monetary").to_pylist() == [1234.5, 0.0]
    exact = summary().to_arrow(exact_money=True).column("monetary")
    assert (exact.type, exact[0].as_py()) == (pyarrow.decimal128(38, 6), Decimal("1234.50"))
    assert filled.column("customer_share").to_pylist() == [0.5, None]


def test_pandas_has_types_without_values_too() -> None:
    empty = lojal.Table(lojal.SegmentSummary, ()).to_pandas()
    filled = summary().to_pandas()
    assert [str(empty[name].dtype) for name in ("customers", "monetary", "mean_frequency", "period_start")] == [
        "int64", "float64", "float64", "datetime64[us, UTC]"
    ]  # fmt: skip
    assert filled["name"].dtype == empty["name"].dtype
    assert filled["mean_frequency"].dtype == "float64"  # nobody has one
    assert empty["customers"].sum() == 0
    assert str(lojal.Table(lojal.SegmentSummary, ()).to_pandas(exact_money=True)["monetary"].dtype) == "object"


def test_attributes_are_columns_of_what_was_seen() -> None:
    message = customer_service_pb2.GetTimelineResponse()
    message.events.add(attributes={"attributes": {"market": "hr"}})
    message.events.add(refund={"refund_id": "r1", "transaction_id": "t1", "amount": {"amount": "1"}})
    arrow = lojal.Timeline.from_wire(message).to_arrow()
    assert arrow.column("attributes_market").to_pylist() == ["hr", None]
    assert arrow.column("amount").to_pylist() == [None, 1.0]


def test_other_libraries_take_tables_by_themselves() -> None:
    segments = summary()
    assert pandas.DataFrame.from_arrow(segments)["customers"].tolist() == [12, 0]  # type: ignore[attr-defined]
    assert pyarrow.table(segments) == segments.to_arrow()
    assert duckdb.sql("select sum(customers) from segments").fetchall() == [(12,)]
    assert duckdb.sql("select name from segments where customer_share > 0.4").fetchall() == [("At Risk",)]
    chart = altair.Chart(segments.to_arrow()).mark_bar().encode(x="name:N", y="customers:Q").to_dict()
    assert next(iter(chart["datasets"].values()))[0]["name"] == "At Risk"


def test_answers_with_rows_are_taken_as_their_table() -> None:
    score = lojal.NpsScore.from_wire(
        nps_service_pb2.GetNpsResponse(nps={"value": 10.0, "n": 100}, promoters=40, passives=30, detractors=30)
    )
    assert polars.DataFrame(score).equals(score.to_polars())
    assert pyarrow.table(score).column("promoters").to_pylist() == [40]
    assert duckdb.sql("select nps from score").fetchall() == [(10.0,)]


@pytest.mark.parametrize("into", ["to_pandas", "to_polars", "to_arrow"])
def test_only_the_columns_asked_for_in_their_order(into: str) -> None:
    frame = getattr(summary(), into)(columns=["monetary", "name"])
    names = frame.column_names if into == "to_arrow" else list(frame.columns)
    assert names == ["monetary", "name"]
    with pytest.raises(lojal.InvalidArgument, match="there is no column 'custmers': did you mean customers"):
        getattr(summary(), into)(columns=["custmers"])
    with pytest.raises(ValueError, match="there are segment, name, customers"):
        getattr(summary(), into)(columns=["zzz"])
    with pytest.raises(lojal.InvalidArgument, match=r"'name' is not a list: give one, such as \[\"name\"\]"):
        getattr(summary(), into)(columns="name")


@pytest.mark.parametrize("kind", ["blocking", "awaited"])
def test_listings_are_taken_too(server: FakeServer, kind: str) -> None:
    server.customers = 25
    for client in open_client(kind, server.target):
        listing = client.customers.list(page_size=10)
        assert listing.to_arrow(columns=["customer_id"]).num_rows == 25
        assert list(listing.to_pandas(columns=["customer_id"]).columns) == ["customer_id"]
        if kind == "blocking":
            assert duckdb.sql("select count(*) from listing").fetchall() == [(25,)]


def test_without_pyarrow_it_says_how_to_get_it() -> None:
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "import lojal\n"
        "table = lojal.Table(lojal.Limit, [lojal.Limit(1, 'rows')])\n"
        "try: table.__arrow_c_stream__()\n"
        "except lojal.MissingPackage as error: print(error)\n"
        "assert len(table.to_pandas()) == 1"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == 'Arrow tables need pyarrow: pip install "lojal[arrow]"\n'


def test_instants_and_days_are_instants_and_days() -> None:
    arrow = lojal.Table(lojal.LoyaltyContribution, ()).to_arrow()
    assert arrow.schema.field("latest").type == pyarrow.timestamp("us", "UTC")
    point = lojal.Table(lojal.AlivePoint, [lojal.AlivePoint(datetime(1997, 1, 1, tzinfo=UTC).date(), 1.0, True)])
    assert str(point.to_arrow().schema.field("date").type) == "date32[day]"
