"""Files on a disk that is full: one error that says so, nothing half there, and what was there before stays."""

from __future__ import annotations

import contextlib
import resource
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars
import pytest
from both import open_client

import lojal

ROWS = 20_000
ROOM = 16 * 1024
"""Bytes that a file may have: less than each of these has, whatever its format."""


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """Lets no file grow beyond a few pages, as if the disk were full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (ROOM, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.fixture(scope="module")
def shop(target: str) -> str:
    workspace = f"disk-{uuid.uuid4()}"
    rows = [{"customer_id": uuid.UUID(int=n * 7919), "time": "2025-03-01", "amount": f"{n}.07"} for n in range(ROWS)]
    with lojal.Client(target, workspace=workspace) as client:
        client.transactions.load(rows, currency_code="EUR", progress=False)
    return workspace


@pytest.mark.parametrize("kind", ["blocking", "awaited"])
@pytest.mark.parametrize("name", ["all.parquet", "all.csv", "all.arrow", "all.backup"])
def test_a_full_disk_is_told_and_leaves_what_was_there(
    kind: str, name: str, target: str, shop: str, tmp_path: Path
) -> None:
    place = tmp_path / name
    place.write_text("what was there")
    for client in open_client(kind, target, workspace=shop, timeout=30.0):
        with full_disk(), pytest.raises(lojal.FileUnusable, match=rf"{name} cannot be written: .*; make room") as told:
            write(client, place)
        assert isinstance(told.value, OSError)
        assert (place.read_text(), [each.name for each in tmp_path.iterdir()]) == ("what was there", [name])
        write(client, place)
        assert (place.stat().st_size > ROOM, [each.name for each in tmp_path.iterdir()]) == (True, [name])


def write(client: Any, place: Path) -> None:
    if place.suffix == ".backup":
        client.admin.backup(place, replace=True)
        return
    saved = client.export.transactions().save(place)
    rows = saved if isinstance(saved, int) else client._loop.run_until_complete(saved)
    assert rows == ROWS


def test_texts_are_no_formulas_in_a_spreadsheet(target: str, tmp_path: Path) -> None:
    ids = ["=1+1", "+385", "-1", "@SUM(1)", "c=1", "7"]
    with lojal.Client(target, workspace=f"formulas-{uuid.uuid4()}") as client:
        rows = [{"customer_id": each, "time": "2025-03-01T00:00:00Z", "amount": "1"} for each in ids]
        client.transactions.load(rows, currency_code="EUR", progress=False)
        client.customers.upsert([{"customer_id": "7", "attributes": {"note": "=cmd|' /C calc'!A0"}}])
        table = client.export.customers(columns=["*"])
        table.save(tmp_path / "all.csv")
        table.save(tmp_path / "all.parquet")
    said = polars.read_csv(tmp_path / "all.csv", infer_schema=False)
    assert said["customer_id"].to_list() == ["'=1+1", "'+385", "'-1", "'@SUM(1)", "c=1", "7"]
    assert said["attributes_note"].to_list()[-1] == "'=cmd|' /C calc'!A0"
    assert polars.read_parquet(tmp_path / "all.parquet")["customer_id"].to_list() == ids
