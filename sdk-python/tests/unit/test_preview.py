"""What a load would record is told before, and what looks misread."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas
import pytest
from fake_server import FakeServer

import lojal

EXPORTS = Path(__file__).parents[3] / "tests/fixtures/exports"


def plain(count: int = 40, customers: int = 8) -> list[dict[str, str]]:
    return [
        {"user": f"c{i % customers}", "date": f"2017-{i % 12 + 1:02}-05", "value": f"{i}.50", "note": "x" * 90}
        for i in range(count)
    ]


def test_a_preview_says_what_is_there_and_sends_nothing(client: Any, server: FakeServer) -> None:
    preview = client.transactions.preview(iter(plain()))
    assert server.received == []
    assert (preview.profile, preview.rows, preview.problems, preview.left_out) == ("", 40, (), {})
    assert [(each.name, each.taken_for) for each in preview.columns] == [
        ("user", "customer_id"),
        ("date", "time"),
        ("value", "amount"),
        ("note", ""),
    ]
    assert preview.columns[0].examples == ("c0", "c1", "c2")
    assert preview.columns[3].examples == (f"{'x' * 37}...",)
    summary = preview.summary
    assert (summary.records, summary.customers) == (40, 8)
    assert (summary.first_day, summary.last_day) == (date(2017, 1, 5), date(2017, 12, 5))
    assert summary.totals == {"": Decimal("800.00")}
    assert preview.notes == (
        "amounts name no currency: they are taken to be in the workspace's reporting currency; pass currency_code",
    )
    assert client.transactions.preview(plain(), currency_code="EUR").notes == ()
    assert client.transactions.load(plain(), progress=False).summary == summary


def test_a_preview_reads_as_text(client: Any) -> None:
    text = str(client.transactions.preview(EXPORTS / "shopify_refunds.csv"))
    for words in (
        "An export of shopify.",
        "customer_id     ana@shop.example | bo@shop.example",
        "34 rows: 25 records of 3 customers, from 2026-01-05 to 2026-03-18, 800.00 EUR, 10 refunds (203.00 EUR)",
        "Left out: 1 voided",
        "Note: the export does not say when money was given back",
    ):
        assert words in text


def test_problems_of_a_kind_are_told_once(client: Any, tmp_path: Path) -> None:
    lines = ["user,date,value", *(f"c{i},{'never' if i % 2 else '2026-03-01'},1" for i in range(12)), "c1,2026-03-01,"]
    file = tmp_path / "orders.csv"
    file.write_bytes("\r\n".join(lines).encode())
    preview = client.transactions.preview(file)
    assert preview.rows == 13
    assert preview.summary.records == 6
    assert [(each.count, each.rows) for each in preview.problems] == [(6, (3, 5, 7)), (1, (14,))]
    assert str(preview.problems[0]).startswith("6 rows (3, 5, 7, ...): time: 'never' is not ISO 8601")


def test_what_only_the_caller_knows_is_a_problem_of_all(client: Any) -> None:
    preview = client.transactions.preview([{"Kupac": "c1", "date": "2026-03-01", "value": "1"}])
    assert (preview.rows, preview.summary) == (None, None)
    assert "name the column to take as customer_id" in str(preview.problems[0])
    assert preview.columns[0].examples == ("c1",)
    with pytest.raises(lojal.InvalidArgument):
        client.transactions.preview([1])


def notes(client: Any, rows: list[dict[str, str]]) -> str:
    result = client.transactions.load(rows, currency_code="EUR", progress=False)
    assert client.transactions.preview(rows, currency_code="EUR").notes == result.notes
    return " ".join(result.notes)


def test_as_many_customers_as_rows_are_doubted(client: Any) -> None:
    assert "each of 40 rows is of another customer" in notes(client, plain(customers=40))
    assert notes(client, plain(customers=39)) == ""
    assert notes(client, plain(count=29, customers=40)) == ""


def test_amounts_like_cents_are_doubted(client: Any) -> None:
    cents = [{**row, "value": str(1999 + place)} for place, row in enumerate(plain())]
    assert "if they are cents" in notes(client, cents)
    assert notes(client, [*cents, {**cents[0], "value": "1999.5"}]) == ""
    assert notes(client, [{**row, "value": str(10 + place)} for place, row in enumerate(plain())]) == ""
    yen = client.transactions.load(cents, currency_code="JPY", progress=False)
    assert yen.notes == ()


def test_a_day_far_from_all_others_is_doubted(client: Any) -> None:
    stray = {**plain()[0], "date": "2025-06-01"}
    told = notes(client, [*plain(), stray])
    assert "1 rows (40) are of 2025-06-01, 2,735 days from all others" in told
    early = {**plain()[0], "date": "1970-01-01"}
    assert "1 rows (0) are of 1970-01-01" in notes(client, [early, *plain()])
    # two years of a shop that was closed for one are no accident
    again = [{**row, "date": row["date"].replace("2017", "2019")} for row in plain()]
    assert notes(client, [*plain(), *again]) == ""


def test_answers_are_looked_at_too(client: Any, server: FakeServer) -> None:
    preview = client.nps.preview(EXPORTS / "surveymonkey_responses.csv")
    assert (preview.profile, preview.rows, preview.left_out) == ("surveymonkey", 15, {"without a response id": 1})
    assert (preview.summary.records, preview.summary.customers, preview.summary.anonymous) == (14, 7, 0)
    taken = {each.taken_for: each.name for each in preview.columns if each.taken_for}
    assert (taken["customer_id"], taken["time"]) == ("Email Address", "Date Modified")
    wrong = [{"customer_id": "c1", "time": "2026-03-01", "score": score} for score in ("9", "11", "12", "x")]
    problems = client.nps.preview(wrong).problems
    assert [(each.count, each.rows) for each in problems] == [(2, (1, 2)), (1, (3,))]
    assert problems[0].message == "score: 11 is not on the scale: 0 to 10"
    assert server.received == []


@pytest.mark.parametrize("kind", [list, pandas.DataFrame])
def test_rows_of_one_record_are_summed_up_once(kind: Any, client: Any) -> None:
    row = {"customer_id": "a", "date": "2026-01-01", "value": "5", "order_id": "1"}
    others = [{**row, "order_id": "2", "customer_id": "b"}, {**row, "order_id": None}, {**row, "order_id": None}]
    summary = client.transactions.load(kind([row, row, *others, row]), progress=False).summary
    assert (summary.records, summary.customers, summary.totals) == (4, 2, {"": Decimal("20.00")})
    assert client.transactions.preview(kind([row, row, *others, row])).summary == summary


def test_answers_of_one_record_are_summed_up_once(client: Any) -> None:
    row = {"response_id": "r1", "customer_id": "a", "date": "2026-01-01", "score": "9"}
    summary = client.nps.preview([row, row, {**row, "response_id": "r2"}]).summary
    assert (summary.records, summary.customers) == (2, 1)
