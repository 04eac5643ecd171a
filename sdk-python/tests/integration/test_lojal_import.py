"""What a load of Python recorded is there already for `lojal import`, and the other way: both make the same records."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[3]
EXPORTS = REPOSITORY / "tests/fixtures/exports"
VECTORS = json.loads((REPOSITORY / "tests/vectors/profiles.json").read_text())
ORDERS = [case["file"] for case in VECTORS["orders"]]
ANSWERS = [case["file"] for case in VECTORS["answers"]]


@pytest.fixture
def imported(client: Any, target: str, run_lojal: Callable[..., str]) -> Callable[..., tuple[int, int]]:
    """Loads a file by `lojal import`, and returns how many records are new and how many were there."""

    def load(file: Path, *options: str) -> tuple[int, int]:
        workspace = client.admin.info().workspace.workspace
        told = run_lojal("import", str(file), "--server", target, "--workspace", workspace, *options)
        counts = re.search(r"\(([\d,]+) recorded, ([\d,]+) there already\)", told)
        assert counts is not None, told
        recorded, there = (int(count.replace(",", "")) for count in counts.groups())
        return recorded, there

    return load


@pytest.mark.parametrize("name", ORDERS)
def test_orders_after_python(client: Any, imported: Any, name: str) -> None:
    recorded = client.transactions.load(EXPORTS / name, progress=False).recorded
    assert imported(EXPORTS / name) == (0, recorded)


@pytest.mark.parametrize("name", ["shopify_refunds.csv", "uci_online_retail.csv", "stripe_charges.jsonl"])
def test_orders_before_python(client: Any, imported: Any, name: str) -> None:
    recorded, _ = imported(EXPORTS / name)
    assert client.transactions.load(EXPORTS / name, progress=False).duplicates == recorded


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_after_python(client: Any, imported: Any, name: str) -> None:
    recorded = client.surveys.load(EXPORTS / name, progress=False).recorded
    assert imported(EXPORTS / name) == (0, recorded)


def test_orders_without_ids(client: Any, imported: Any, tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    rows = [
        "C1@Shop.example,2026-03-01 10:00,12.50",
        "c1@shop.example,2026-03-01 10:00,12.5",
        "c2,3/1/2026,7",
        "c2,25/1/2026,7",
    ]
    file.write_text("Person//ID,Timestamp,$value\n" + "\n".join(rows) + "\n")
    assert client.transactions.load(file, time_zone="Europe/Zagreb", progress=False).recorded == 4
    assert imported(file, "--time-zone", "Europe/Zagreb") == (0, 4)


@pytest.mark.parametrize("first", ["python", "lojal import"])
def test_purchases_that_are_not_one_row_each(client: Any, imported: Any, tmp_path: Path, first: str) -> None:
    """Lines of orders, amounts less than zero and customers by their addresses come to the same ids in either order."""
    lines = "invoice_no,customer,date,price,qty\no1,c1,2026-03-01,2.50,2\no2,c1,2026-03-02,7,1\no1,c1,2026-03-01,1,4"
    returns = (
        "customer,date,total\nc2,2026-03-01,10\nc2,2026-03-01,10\nc2,2026-03-02,5\nc2,2026-03-03,-18\nc3,2026-03-03,-1"
    )
    named = "order_id,invoice,customer,date,total\n7,x,c4,2026-03-01,10\n8,x,c4,2026-03-02,-2.5\n9,x,c4,2026-03-03,1"
    emails = "customer_id,Email,date,total\n17, Ana@Shop.example ,2026-03-01,5"
    habits = "customer;date;total\nc5;1.3.2026;1.234,50 €\nc5;13.03.2026 14:30;7,00 €"
    seconds = "customer;date;total\nc6;1772323200;1234,5\nc6;1773412200;7"
    cases: list[tuple[str, dict[str, Any], list[str], int]] = [
        (lines, {"lines": True}, ["--lines"], 2),
        (returns, {"negative": "refund"}, ["--negative", "refund"], 6),
        (named, {"negative": "refund"}, ["--negative", "refund"], 3),
        (emails, {"customer_key": "email"}, ["--customer-key", "email"], 1),
        (habits, {}, [], 2),
        (seconds, {}, [], 2),
    ]
    for text, arguments, options, records in cases:
        file = tmp_path / "orders.csv"
        file.write_text(text + "\n")
        options = [*options, "--currency-code", "EUR"]
        if first == "python":
            loaded = client.transactions.load(file, currency_code="EUR", progress=False, **arguments)
            assert loaded.recorded == records, text
            assert imported(file, *options) == (0, records), text
        else:
            assert imported(file, *options) == (records, 0), text
            loaded = client.transactions.load(file, currency_code="EUR", progress=False, **arguments)
            assert (loaded.recorded, loaded.duplicates) == (0, records), text


def test_other_records(client: Any, imported: Any, tmp_path: Path) -> None:
    """Answers without ids get the same ones; all others have ids of their own, and the same contents."""

    def written(name: str, *lines: str) -> Path:
        (tmp_path / name).write_text("\n".join(lines) + "\n")
        return tmp_path / name

    orders = written("orders.csv", "customer_id,date,value,order_id", "c1,2026-03-01,10,o1")
    assert client.transactions.load(orders, currency_code="EUR", progress=False).recorded == 1
    assert imported(orders, "--currency-code", "EUR") == (0, 1)
    refunds = written(
        "refunds.csv", "refund_id;order_id;date;amount", "r1;o1;2026-03-02;2,50 €", "r2;o1;2026-03-03;1,00 €"
    )
    assert client.refunds.load(refunds, currency_code="EUR", progress=False).recorded == 2
    assert imported(refunds, "--records", "refunds", "--currency-code", "EUR") == (0, 2)
    answers = written(
        "answers.csv", "user,date,nps,comment", f"c1,2026-03-01,9,{'š' * 1500}", "c1,2026-03-01,9,", ",2026-03-02,3,no"
    )
    assert client.surveys.load(answers, progress=False).recorded == 3
    assert imported(answers, "--records", "responses") == (0, 3)
    cases = written(
        "cases.csv",
        "id,customer,date,kind,topics,case_id",
        "i1,c1,1767261600,support_case,a; b,k",
        "i2,c1,1767261601,visit,,",
    )
    assert client.interactions.load(cases, progress=False).recorded == 2
    assert imported(cases, "--records", "interactions") == (0, 2)
    costs = written(
        "costs.csv", "cost_id,date,end_time,cost,source", "m1,2026-03-01,2026-04-01,1200.50,ads", "m2,2026-03-02,,5,"
    )
    loaded = client.costs.load(costs, customer_id=False, kind="acquisition", progress=False)
    assert loaded.recorded == 2
    assert imported(costs, "--records", "costs", "--column", "customer_id=", "--set", "kind=acquisition") == (0, 2)
    table = written("customers.csv", "customer_id,Home Market,since", "c1,hr,2026-01-01", "c2,,2026-01-02")
    assert client.customers.load(table, progress=False).recorded == 2
    assert imported(table, "--records", "customers") == (0, 2)
