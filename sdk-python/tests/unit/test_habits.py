"""How numbers and times are written is found out, or asked; it is never guessed."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas
import polars
import pytest
from fake_server import FakeServer, rows_of

import lojal


def sent(server: FakeServer) -> list[Any]:
    return [row for request in server.received for row in rows_of(request)]


def rows(name: str, values: list[Any]) -> list[dict[str, Any]]:
    row = {"customer_id": "c", "time": "2026-03-01", "amount": "1"}
    return [{**row, "customer_id": f"c{place}", name: value} for place, value in enumerate(values)]


@pytest.mark.parametrize("kind", [list, pandas.DataFrame, polars.DataFrame])
@pytest.mark.parametrize(
    ("written", "amounts"),
    [
        (["12,50", "1.234,5", "7"], ["12.50", "1234.5", "7"]),
        (["12.50", "1,234.5", "1,234,567"], ["12.50", "1234.5", "1234567"]),
        (["1.234,00", "1.234"], ["1234", "1234"]),
        (["0.125", "1.234"], ["0.125", "1.234"]),
        (["1 234,50", "1\u00a0234\u202f567,5", "1'234,5"], ["1234.50", "1234567.5", "1234.5"]),
        (["1.234.567", "1.234"], ["1234567", "1234"]),
        (["12,50 €", "€ 7", "EUR 8,25"], ["12.50", "7", "8.25"]),
    ],
)
def test_a_column_decides_its_decimal_mark(
    written: list[str], amounts: list[str], kind: Any, client: Any, server: FakeServer
) -> None:
    client.transactions.load(kind(rows("amount", written)), currency_code="EUR", progress=False)
    assert [Decimal(row.amount.amount) for row in sent(server)] == list(map(Decimal, amounts))


@pytest.mark.parametrize("written", [["1.234"], ["1,234", "500"], ["12.345", "1", "2"]])
def test_a_thousand_or_three_decimals_is_asked(written: list[str], client: Any, server: FakeServer) -> None:
    with pytest.raises(lojal.InvalidArgument, match=r'decimal="\." or decimal=","') as error:
        client.transactions.load(rows("amount", written), progress=False)
    assert error.value.field_violations[0].row == 0
    assert server.received == []
    client.transactions.load(rows("amount", written), decimal=",", progress=False)
    client.transactions.load(rows("amount", written), decimal=".", progress=False)
    first, other = sent(server)[0], sent(server)[len(written)]
    assert {Decimal(each.amount.amount) >= 1000 for each in (first, other)} == {True, False}


def test_two_decimal_marks_in_a_column_are_refused(client: Any) -> None:
    with pytest.raises(lojal.InvalidArgument, match=r"'12,50' and '12.5' are written with different decimal marks"):
        client.transactions.load(rows("amount", ["12,50", "12.5"]), progress=False)
    with pytest.raises(lojal.InvalidArgument, match="no decimal mark"):
        client.transactions.load(rows("amount", ["12"]), decimal=";", progress=False)
    with pytest.raises(lojal.InvalidArgument, match="does not fit the decimal mark"):
        client.transactions.load(rows("amount", ["12", "1.5"]), decimal=",", progress=False)


def test_signs_of_currencies_may_not_contradict(client: Any, server: FakeServer) -> None:
    cases = [("$1,234.50", "USD"), ("US$7", "USD"), ("7 kr", "SEK"), ("7 zł", "PLN"), ("EUR 7", "EUR"), ("€7", "EUR")]
    for written, code in cases:
        client.transactions.load(rows("amount", [written]), currency_code=code, progress=False)
    assert [row.amount.currency_code for row in sent(server)] == [code for _, code in cases]
    for written in ("7 zł", "€7", "EUR 7"):
        with pytest.raises(lojal.InvalidArgument, match=r"amounts are in .*, and not in USD"):
            client.transactions.load(rows("amount", [written]), currency_code="USD", progress=False)


def test_words_beside_a_number_are_no_currency(client: Any) -> None:
    for written in ("about 12", "no 12", "12 pcs", "12 - 13", "ca. 12"):
        with pytest.raises(lojal.InvalidArgument, match="is not an amount"):
            client.transactions.load(rows("amount", ["1", written]), currency_code="EUR", progress=False)


def test_signs_of_currencies_are_told_and_never_mixed(client: Any, server: FakeServer) -> None:
    result = client.transactions.load(rows("amount", ["12 €"]), progress=False)
    assert any("amounts are in €, which is not read" in note for note in result.notes)
    with pytest.raises(lojal.InvalidArgument, match=r"amounts are in \$, €: give them a column of currency codes"):
        client.transactions.load(rows("amount", ["12 €", "$7"]), progress=False)
    client.transactions.load([{**row, "currency": " eur"} for row in rows("amount", ["7"])], progress=False)
    assert [row.amount.currency_code for row in sent(server)] == ["", "EUR"]


@pytest.mark.parametrize("kind", [list, pandas.DataFrame, polars.DataFrame])
@pytest.mark.parametrize(
    ("written", "times"),
    [
        (["1.3.2026", "13.3.2026. 14:05"], [datetime(2026, 3, 1), datetime(2026, 3, 13, 14, 5)]),
        (["3/1/2026 2:05 PM", "3/13/2026"], [datetime(2026, 3, 1, 14, 5), datetime(2026, 3, 13)]),
        (["1/3/2026", "13/3/2026"], [datetime(2026, 3, 1), datetime(2026, 3, 13)]),
        (["2026/03/01 10:00", "2026-03-02"], [datetime(2026, 3, 1, 10), datetime(2026, 3, 2)]),
        (["1772359200", "1772359201"], [datetime(2026, 3, 1, 10), datetime(2026, 3, 1, 10, 0, 1)]),
        ([1772359200, 1772359201], [datetime(2026, 3, 1, 10), datetime(2026, 3, 1, 10, 0, 1)]),
        ([1772359200123], [datetime(2026, 3, 1, 10, 0, 0, 123_000)]),
        (["1.3.2026 10:00 +0100", "1.3.2026 10:00Z"], [datetime(2026, 3, 1, 9), datetime(2026, 3, 1, 10)]),
        (["2026-03-01 10:00:00 +0100"], [datetime(2026, 3, 1, 9)]),
    ],
)
def test_a_column_decides_how_its_times_are_written(
    written: list[Any], times: list[datetime], kind: Any, client: Any, server: FakeServer
) -> None:
    client.transactions.load(kind(rows("time", written)), progress=False)
    assert [row.time.ToDatetime() for row in sent(server)] == times


def test_a_thirteenth_month_decides_wherever_it_stands(client: Any, server: FakeServer) -> None:
    written = ["3/4/2026"] * 20_000 + ["3/13/2026"]
    client.transactions.load(rows("time", written), progress=False)
    assert {row.time.ToDatetime() for row in sent(server)} == {datetime(2026, 3, 4), datetime(2026, 3, 13)}


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (["3/4/2026"], r"'3/4/2026' may begin with the day or with the month: say which with time_format"),
        (["3/13/2026", "13/3/2026"], "begins with the day and"),
        (["3/4/26", "13/4/26"], "year of two digits"),
        (["31.2.2026"], "no day or time of day that there is"),
        (["yesterday"], "is not ISO 8601"),
    ],
)
def test_times_that_may_be_read_in_two_ways_are_asked(written: list[str], words: str, client: Any) -> None:
    with pytest.raises(lojal.InvalidArgument, match=words):
        client.transactions.load(rows("time", written), progress=False)


def test_what_the_caller_says_of_times_holds(client: Any, server: FakeServer) -> None:
    client.transactions.load(rows("time", ["3/4/2026"]), time_format="%m/%d/%Y", progress=False)
    client.transactions.load(rows("time", ["4.3.2026 10:00"]), time_zone="Europe/Zagreb", progress=False)
    assert [row.time.ToDatetime() for row in sent(server)] == [datetime(2026, 3, 4), datetime(2026, 3, 4, 9)]


def test_refunds_and_costs_are_written_as_people_write_them(client: Any, server: FakeServer) -> None:
    row = {"refund_id": "r1", "transaction_id": "t1", "time": "1.3.2026", "amount": "1.234,50 €"}
    client.refunds.load([row], progress=False)
    refund = server.received[0].refunds.rows[0]
    assert (refund.amount.amount, refund.time.ToDatetime()) == ("1234.50", datetime(2026, 3, 1))


def test_calls_take_what_is_exact(client: Any, server: FakeServer) -> None:
    for change in ({"amount": "12,50"}, {"time": "1.3.2026"}):
        with pytest.raises(lojal.InvalidArgument):
            client.transactions.record([{"customer_id": "c1", "time": "2026-03-01T00:00:00Z", "amount": "1"} | change])
