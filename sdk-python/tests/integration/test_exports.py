"""Whole tables, out of the real server."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path

import pandas
import polars
import pyarrow
import pyarrow.parquet
import pytest

import lojal

AS_OF = "1998-07-01"


@pytest.fixture(scope="module")
def shop(target: str, cdnow_rows: list[dict[str, str]]) -> Iterator[lojal.Client]:
    with lojal.Client(target, workspace=f"export-{uuid.uuid4()}") as client:
        client.transactions.load(cdnow_rows, currency_code="USD", progress=False)
        yield client


def test_predictions_are_those_that_are_listed(shop: lojal.Client) -> None:
    columns = ["customer_id", "frequency", "clv", "clv_ci_low", "alive_probability"]
    exported = shop.export.predictions(as_of=AS_OF, columns=columns).to_pandas()
    listed = shop.clv.predict(as_of=AS_OF).to_pandas()[columns]
    assert len(exported) == 2357
    pandas.testing.assert_frame_equal(exported, listed, check_dtype=False)


def test_every_table_is_a_frame(shop: lojal.Client) -> None:
    tables = {
        "segments": shop.export.segments(as_of=AS_OF),
        "loyalty": shop.export.loyalty(as_of=AS_OF),
        "customers": shop.export.customers(as_of=AS_OF, columns=["*"]),
        "transactions": shop.export.transactions(as_of=AS_OF),
    }
    for name, table in tables.items():
        arrow = table.to_arrow()
        assert arrow.num_rows == (6919 if name == "transactions" else 2357), name
        assert pyarrow.table(table).equals(arrow)
        assert table.to_polars().equals(polars.from_arrow(arrow))
        assert list(table.to_pandas().columns) == arrow.column_names
    assert shop.export.responses(as_of=AS_OF).to_arrow().num_rows == 0
    spend = shop.export.customers(as_of=AS_OF).to_pandas()["net_spend"].sum()
    assert spend == pytest.approx(shop.export.transactions(as_of=AS_OF).to_pandas()["net_value"].sum())


def test_metrics_are_those_of_their_own_calls(shop: lojal.Client) -> None:
    table = shop.export.metrics(as_of=AS_OF, window="365d", interval="quarter").to_pandas()
    told = table[table["metric"] == "churn_rate"].set_index("period")
    rows = shop.retention.rates(as_of=AS_OF, window="365d", interval="quarter").to_pandas()
    assert len(told) == 4
    assert told["value"].tolist() == rows["churn_rate"].tolist()
    assert told["value_ci_high"].tolist() == rows["churn_rate_ci_high"].tolist()
    one = shop.export.metrics(as_of=AS_OF, metrics=["orders", "nps"]).to_pandas()
    assert one["metric"].tolist() == ["nps", "orders"]
    # Nobody was asked.
    assert one["value"].isna().tolist() == [True, False]
    origin = shop.export.metrics(as_of=AS_OF, metrics=["orders"]).to_arrow().schema.metadata
    assert origin[b"lojal.definition"] == b"metrics@1"
    assert origin[b"lojal.as_of"] == b"1998-07-01T00:00:00Z"
    with pytest.raises(lojal.InvalidArgument, match="choose of nps"):
        shop.export.metrics(metrics=["npz"]).to_arrow()


def test_purchases_have_their_ids(shop: lojal.Client) -> None:
    columns = ["customer_id", "transaction_id"]
    table = shop.export.transactions(as_of=AS_OF, columns=columns, filter="orders > 20").to_pandas()
    assert table["transaction_id"].is_unique
    who = table["customer_id"].iloc[0]
    events = shop.customers.timeline(who, as_of=AS_OF)
    known = {one.event.transaction_id for one in events if isinstance(one.event, lojal.TransactionEvent)}
    assert set(table[table["customer_id"] == who]["transaction_id"]) == known


def test_a_table_is_a_file(shop: lojal.Client, tmp_path: Path) -> None:
    table = shop.export.segments(as_of=AS_OF)
    for ending in ("parquet", "csv", "arrow"):
        path = tmp_path / f"segments.{ending}"
        assert table.save(path) == 2357
        assert [each.name for each in tmp_path.iterdir()] == [path.name]
        read = {"parquet": polars.read_parquet, "csv": polars.read_csv, "arrow": polars.read_ipc}[ending]
        assert read(path).height == 2357  # type: ignore[operator]
        path.unlink()
    with pytest.raises(lojal.InvalidArgument, match=r"end it in \.parquet"):
        table.save(tmp_path / "segments.xlsx")


def test_awaited_tables_are_the_same(shop: lojal.Client, target: str, tmp_path: Path) -> None:
    wanted = shop.export.customers(as_of=AS_OF).to_arrow()

    async def run() -> None:
        async with lojal.AsyncClient(target, workspace=shop.workspace) as client:
            table = client.export.customers(as_of=AS_OF)
            assert (await table.to_arrow()).equals(wanted)
            assert pyarrow.Table.from_batches([batch async for batch in table.batches()]).equals(wanted)
            assert await table.save(tmp_path / "customers.parquet") == 2357

    asyncio.run(run())
    assert pyarrow.parquet.read_table(tmp_path / "customers.parquet").equals(wanted)


def test_what_is_no_table_says_so(shop: lojal.Client, tmp_path: Path) -> None:
    with pytest.raises(lojal.InvalidArgument, match="which this table does not have"):
        shop.export.customers(columns=["spend"]).to_arrow()
    with pytest.raises(lojal.InvalidArgument, match="is not a list"):
        shop.export.customers(columns="cost")
    with pytest.raises(lojal.InvalidArgument):
        shop.export.customers(filter="orders >").save(tmp_path / "none.parquet")
    with pytest.raises(lojal.FileMissing, match="there is no directory"):
        shop.export.customers().save(tmp_path / "no" / "place.csv")
    (tmp_path / "place.csv").mkdir()
    with pytest.raises(lojal.FileUnusable, match="is a directory"):
        shop.export.customers().save(tmp_path / "place.csv")
    (tmp_path / "place.csv").rmdir()
    with pytest.raises(lojal.InvalidArgument, match="no name of a column"):
        shop.export.customers(columns=[1])  # type: ignore[list-item]
    with pytest.raises(lojal.InvalidArgument, match="timeout"):
        shop.export.customers(timeout=0)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(lojal.NotFound):
        shop.with_options(workspace="nowhere").export.transactions().to_arrow()
