"""Exports of other systems are recognised by their header, read as they are meant, and never guessed."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fake_server import FakeServer, rows_of

import lojal
from lojal.calls import transactions
from lojal.enums import SurveyMetric
from lojal.loading import profiles

REPOSITORY = Path(__file__).parents[3]
EXPORTS = REPOSITORY / "tests/fixtures/exports"
ORDERS = {
    "order": list,
    "customer": list,
    "time": list,
    "amount": list,
    "currency": list,
    "discount": list,
    "cancelled": list,
    "captured": list,
    "refund_amount": list,
    "refund_time": list,
    "pieces": list,
    "nobody": list,
    "lines": str,
    "negative": str,
    "time_zone": str,
    "time_order": str,
    "currency_code": str,
    "minor_units": bool,
    "float_ids": bool,
    "status": dict,
}
ANSWERS = {
    "response_id": list,
    "customer": list,
    "customer_words": list,
    "time": list,
    "score": list,
    "score_words": list,
    "comment": list,
    "channel": list,
    "survey_id": list,
    "metric": dict,
}
EVERY = {"about": str, "requires": list, "one_of": list}


def sent(server: FakeServer) -> list[Any]:
    return [row for request in server.received for row in rows_of(request)]


def export(name: str) -> list[dict[str, str]]:
    with (EXPORTS / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_is_a_copy_of_the_canonical_one() -> None:
    assert profiles.table() == json.loads((REPOSITORY / "server/data/profiles.json").read_text())
    ours = Path(profiles.__file__).with_name("profiles.json")
    assert ours.read_bytes() == (REPOSITORY / "server/data/profiles.json").read_bytes()


@pytest.mark.parametrize(("kind", "keys"), [("orders", ORDERS), ("answers", ANSWERS)])
def test_the_table_says_what_its_document_explains(kind: Any, keys: dict[str, type]) -> None:
    document = (REPOSITORY / "server/docs/profiles.md").read_text()
    for name in profiles.names(kind):
        assert f"`{name}`" in document
        for shape in profiles.table()[kind][name]["shapes"]:
            for key, value in shape.items():
                assert isinstance(value, (keys | EVERY)[key]), (name, key)
    assert all(f"`{key}`" in document for key in keys | EVERY)
    for shape in (each for profile in profiles.table()["answers"].values() for each in profile["shapes"]):
        assert all(
            SurveyMetric.to_wire(value, "metric") for value in shape.get("metric", {}).get("values", {}).values()
        )


def test_the_id_of_a_shopify_order_is_no_customer(client: Any, server: FakeServer) -> None:
    result = client.transactions.load(EXPORTS / "shopify_refunds.csv", progress=False)
    purchases, refunds = server.received
    assert {row.customer_id for row in rows_of(purchases)} == {"ana@shop.example", "bo@shop.example", "cy@shop.example"}
    assert purchases.columns.discounts[0] == 2_000_000
    assert result.columns["customer_id"] == "Email"
    names = [row.refund_id for row in refunds.refunds.rows]
    assert names[0] == "#2004/refund"
    assert len(set(names)) == 10


def test_no_column_is_recognised_against_what_the_caller_says(client: Any, server: FakeServer) -> None:
    orders = export("shopify_orders.csv")
    named = {"customer_id": "Email", "time": "Created at", "amount": "Total", "transaction_id": "Name"}
    result = client.transactions.load(orders, **named, skip_invalid=True, progress=False)
    assert (result.profile, len(result.row_errors)) == ("", 5)
    result = client.transactions.load(orders, profile="shopify", customer_id="Billing Country", progress=False)
    assert (result.profile, result.columns["customer_id"]) == ("shopify", "Billing Country")
    assert {row.customer_id for row in sent(server)[-9:]} == {"HR"}
    with pytest.raises(lojal.InvalidArgument, match="there is no column 'Kupac'"):
        client.transactions.load(orders, profile="shopify", customer_id="Kupac", progress=False)


def test_a_profile_that_does_not_fit_says_what_is_missing(client: Any) -> None:
    orders = [{"Name": "#1", "Email": "c1@shop.example", "Created at": "2026-03-01", "Total": "1"}]
    with pytest.raises(lojal.InvalidArgument, match="lacks 'Financial Status', 'Lineitem quantity'"):
        client.transactions.load(orders, profile="shopify", progress=False)
    with pytest.raises(lojal.InvalidArgument, match="the profiles are shopify, woocommerce, stripe"):
        client.transactions.load(orders, profile="delighted", progress=False)
    with pytest.raises(lojal.InvalidArgument, match=r"lacks .*'Date Created' or 'Start Date'"):
        client.surveys.load([{"Respondent ID": "1"}], profile="surveymonkey", progress=False)


def test_a_header_of_two_profiles_is_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    shape = {"requires": ["a", "b"]}
    known = {"orders": {"one": {"shapes": [shape, {"requires": ["a", "b", "c"]}]}, "other": {"shapes": [shape]}}}
    monkeypatch.setattr(profiles, "table", lambda: known)
    with pytest.raises(lojal.InvalidArgument, match=r"that of 'one' and of 'other': say which with profile='one'"):
        profiles.recognise("orders", ["a", "b"], None, named=False)
    most = profiles.recognise("orders", ["a", "b", "c"], None, named=False)
    assert most is not None
    assert (most.profile, most.required) == ("one", 3)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_bad_orders_are_told_by_their_lines(end: str, client: Any, server: FakeServer, tmp_path: Path) -> None:
    """Also behind notes of several lines."""
    text = (EXPORTS / "shopify_orders.csv").read_text()
    file = tmp_path / "orders.csv"
    file.write_bytes(text.replace(",54.00,", ",plenty,").replace("\n", end).encode())
    with pytest.raises(lojal.InvalidArgument, match="'plenty' is not an amount") as error:
        client.transactions.load(file, progress=False)
    line = next(number for number, each in enumerate(text.split("\n"), start=1) if ",54.00," in each)
    assert [(each.row, each.field) for each in error.value.field_violations] == [(line, "amount (column 'Total')")]
    assert server.received == []
    result = client.transactions.load(file, skip_invalid=True, progress=False)
    assert (result.recorded, [each.row for each in result.row_errors]) == (8, [line])


def test_a_status_that_nobody_knows_is_asked_about(client: Any, server: FakeServer) -> None:
    orders = export("woocommerce_orders.csv")
    orders[0] |= {"Order Status": "In the kiln"}
    with pytest.raises(lojal.InvalidArgument, match=r"counted_statuses=\['In the kiln'\]"):
        client.transactions.load(orders, progress=False)
    assert server.received == []
    result = client.transactions.load(orders, counted_statuses=["In the kiln", "on-hold"], progress=False)
    assert result.summary.records == 20
    assert "on hold" not in result.left_out


def test_cents_are_of_their_currency(client: Any, server: FakeServer) -> None:
    charge = {"amount": 1999, "amount_refunded": 500, "created": 1772359200, "status": "succeeded", "customer": "cus_1"}
    codes = ["eur", "jpy", "kwd"]
    rows = [{**charge, "id": f"ch_{code}", "currency": code} for code in codes]
    result = client.transactions.load(rows, progress=False)
    amounts = {row.amount.currency_code: float(row.amount.amount) for row in sent(server)[:3]}
    assert amounts == {"EUR": 19.99, "JPY": 1999, "KWD": 1.999}
    assert {code: float(total) for code, total in result.summary.refunded.items()} == {"EUR": 5, "JPY": 500, "KWD": 0.5}
    assert sent(server)[0].time.ToDatetime() == datetime(2026, 3, 1, 10)
    held = client.transactions.load([{**row, "captured": row["id"] == "ch_eur"} for row in rows], progress=False)
    assert (held.summary.records, held.left_out) == (1, {"not captured": 2})
    with pytest.raises(lojal.InvalidArgument, match="no whole number of the currency's smallest unit"):
        client.transactions.load([{**rows[0], "amount": "19.99"}], progress=False)


def test_guests_are_named_by_their_addresses(client: Any, server: FakeServer) -> None:
    file = EXPORTS / "woocommerce_customer_order_export.csv"
    client.transactions.load(file, progress=False)
    assert {row.customer_id for row in rows_of(server.received[0])} == {"5", "6", "w1@shop.example"}
    server.received.clear()
    client.transactions.load(file, customer_key="email", progress=False)
    assert {row.customer_id for row in rows_of(server.received[0])} == {f"w{i}@shop.example" for i in range(3)}
    without = [{name: cell for name, cell in row.items() if name != "Email"} for row in export("shopify_orders.csv")]
    with pytest.raises(lojal.InvalidArgument, match="lacks 'Email'"):
        client.transactions.load(without, profile="shopify", progress=False)


def test_addresses_may_come_before_ids(client: Any, server: FakeServer) -> None:
    row = {"customer_id": "c1", "E-Mail": "C1@shop.example", "date": "2026-03-01", "value": "1", "score": 9}
    client.transactions.load([row], customer_key="email", progress=False)
    client.surveys.load([row], customer_key="email", progress=False)
    assert {row.customer_id for row in sent(server)} == {"c1@shop.example"}
    with pytest.raises(lojal.InvalidArgument, match='neither "id" nor "email"'):
        client.transactions.load([row], customer_key="phone", progress=False)
    nobody = [{"id": "7", "date": f"2026-03-0{day}", "value": "1"} for day in (1, 2)]
    with pytest.raises(lojal.InvalidArgument, match="name the column to take as customer_id"):
        client.transactions.load(nobody, customer_key="email", progress=False)


def test_a_profile_knows_which_is_the_month(client: Any, server: FakeServer) -> None:
    first = export("uci_online_retail.csv")[:3]
    client.transactions.load(first, progress=False)
    assert sent(server)[0].time.ToDatetime() == datetime(2010, 12, 1, 8, 26)


def test_a_refund_is_no_larger_than_its_order(client: Any, server: FakeServer) -> None:
    orders = export("shopify_refunds.csv")[:1]
    orders[0] |= {"Refunded Amount": "99", "Financial Status": "refunded"}
    result = client.transactions.load(orders, progress=False)
    assert any("1 refunds are larger than their order" in note for note in result.notes)
    assert server.received[1].refunds.rows[0].amount.amount == "20"


def test_the_question_of_a_survey_is_asked_for_where_there_are_several(client: Any, server: FakeServer) -> None:
    rows = export("typeform_responses.csv")
    question = next(name for name in rows[0] if "recommend" in name)
    with pytest.raises(lojal.InvalidArgument, match=r"no column asks .*profile='typeform', score=\.\.\."):
        client.surveys.load([{k: v for k, v in row.items() if "recommend" not in k} for row in rows], progress=False)
    twice = [{**row, "Would you recommend the cup?": row[question]} for row in rows]
    with pytest.raises(lojal.InvalidArgument, match="2 columns ask for a recommendation"):
        client.surveys.load(twice, progress=False)
    asked = "Why would you recommend us?"
    result = client.surveys.load(twice, profile="typeform", score=question, comment=asked, progress=False)
    assert (result.profile, result.columns["score"], result.columns["comment"]) == ("typeform", question, asked)
    assert server.received[0].survey_responses.rows[0].comment == "the tea"


def test_a_file_of_lines_is_added_up_when_asked(client: Any, server: FakeServer) -> None:
    lines = [("o1", "2", "1.50"), ("o1", "1", "4"), ("o2", "3", "2.25")]
    rows = [
        {"customer_id": "c1", "date": "2026-03-01", "order_id": order, "quantity": pieces, "unit_price": price}
        for order, pieces, price in lines
    ]
    result = client.transactions.load(rows, lines=True, progress=False)
    assert (result.rows, result.summary.records) == (3, 2)
    assert [float(row.amount.amount) for row in sent(server)] == [7, 6.75]
    rows[1]["unit_price"] = "free"
    result = client.transactions.load(rows, lines=True, skip_invalid=True, progress=False)
    assert (result.left_out, len(result.row_errors)) == ({"has a line that cannot be read": 1}, 1)
    totals = [{"customer_id": "c1", "date": "2026-03-01", "value": "1"}]
    with pytest.raises(lojal.InvalidArgument, match="name the column of its id with transaction_id"):
        client.transactions.load(totals, lines=True, progress=False)


def test_lines_that_are_not_added_up_are_told(client: Any, server: FakeServer) -> None:
    row = {"customer_id": "c1", "date": "2026-03-01"}
    rows = [{**row, "order_id": f"o{i // 2}", "value": str(1 + i)} for i in range(8)]
    with pytest.raises(lojal.InvalidArgument, match=r"4 of 8 rows have the transaction_id .*lines=True"):
        client.transactions.load(rows, progress=False)
    assert server.received == []
    same = [{**each, "value": "1"} for each in rows]
    assert "lines=True" in client.transactions.load(same, progress=False).notes[0]
    assert client.transactions.load(rows, transaction_id=False, progress=False).notes == ()


def test_plain_files_are_of_no_profile(client: Any) -> None:
    for fields in (
        [each.guesses[0] for each in transactions.FIELDS if each.guesses],
        ["id", "Name", "Status", "Total"],
    ):
        assert profiles.recognise("orders", fields, None, named=False) is None
        assert profiles.recognise("answers", fields, None, named=False) is None
