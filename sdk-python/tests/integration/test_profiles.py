"""Exports of shop systems and survey tools come to what they say, loaded once, again, and later."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas
import pytest

import lojal

REPOSITORY = Path(__file__).parents[3]
EXPORTS = REPOSITORY / "tests/fixtures/exports"
VECTORS = json.loads((REPOSITORY / "tests/vectors/profiles.json").read_text())
AS_OF = "2026-06-01"


def by_file(cases: list[Any]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[case["file"] for case in cases])


def money(amounts: Mapping[str, str]) -> dict[str, Decimal]:
    return {code: Decimal(amount) for code, amount in amounts.items()}


@by_file(VECTORS["orders"])
def test_orders_of_an_export(client: Any, case: Mapping[str, Any]) -> None:
    file = EXPORTS / case["file"]
    before = client.transactions.preview(file)
    assert client.admin.info().workspace.transactions == 0  # a look records nothing
    result = client.transactions.load(file, progress=False)
    assert (result.profile, result.rows, result.left_out) == (case["profile"], case["rows"], case["left_out"])
    assert (result.recorded, result.duplicates) == (case["records"] + case["refunds"], 0)
    assert result.refunds_recorded == case["refunds"]
    assert (before.profile, before.rows, before.left_out) == (result.profile, result.rows, result.left_out)
    assert before.problems == ()
    for summary in (before.summary, result.summary):
        assert (summary.records, summary.customers, summary.refunds) == (
            case["records"],
            case["customers"],
            case["refunds"],
        )
        assert (summary.totals, summary.refunded) == (money(case["totals"]), money(case["refunded"]))
    workspace = client.admin.info().workspace
    assert (workspace.customers, workspace.transactions, workspace.refunds) == (
        case["customers"],
        case["records"],
        case["refunds"],
    )
    customers = list(client.customers.list(as_of=AS_OF))
    paid, back = (sum(money(case[name]).values()) for name in ("totals", "refunded"))
    assert sum(customer.gross_spend.amount for customer in customers) == paid
    assert sum(customer.net_spend.amount for customer in customers) == paid - back
    again = client.transactions.load(file, progress=False)
    assert (again.recorded, again.duplicates) == (0, result.recorded)


@by_file([case for case in VECTORS["orders"] if case["file"].endswith(".csv")])
def test_a_frame_of_an_export_is_the_same(client: Any, case: Mapping[str, Any]) -> None:
    file = EXPORTS / case["file"]
    recorded = client.transactions.load(file, progress=False).recorded
    frame = client.transactions.load(pandas.read_csv(file), progress=False)
    assert (frame.recorded, frame.duplicates, frame.left_out) == (0, recorded, case["left_out"])


@by_file(VECTORS["answers"])
def test_answers_of_an_export(client: Any, case: Mapping[str, Any]) -> None:
    file = EXPORTS / case["file"]
    result = client.nps.load(file, progress=False)
    assert (result.profile, result.rows, result.left_out) == (case["profile"], case["rows"], case["left_out"])
    assert (result.recorded, result.summary.customers) == (case["records"], case["customers"])
    assert result.summary.anonymous == 0
    workspace = client.admin.info().workspace
    assert (workspace.survey_responses, workspace.customers) == (case["records"], case["customers"])
    assert round(client.nps.score(as_of=AS_OF).nps.value, 1) == case["nps"]
    assert client.surveys.load(file, progress=False).duplicates == case["records"]


def test_a_later_export_adds_the_refunds_only(client: Any, tmp_path: Path) -> None:
    """Of orders that were paid when they were exported first, and given back since."""
    later = EXPORTS / "shopify_refunds.csv"
    with later.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["Financial Status"] in ("refunded", "partially_refunded"):
            row |= {"Financial Status": "paid", "Refunded Amount": "0.00", "Cancelled at": ""}
    first = tmp_path / "first.csv"
    pandas.DataFrame(rows).to_csv(first, index=False)
    assert client.transactions.load(first, progress=False).recorded == 25
    result = client.transactions.load(later, progress=False)
    assert (result.recorded, result.refunds_recorded, result.duplicates) == (10, 10, 25)
    assert client.admin.info().workspace.refunds == 10


def later_export(tmp_path: Path, name: str, refunded: Mapping[str, str]) -> Path:
    """Writes Shopify's export with other amounts given back of some orders."""
    with (EXPORTS / "shopify_refunds.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        if row["Total"]:
            row["Refunded Amount"] = refunded.get(row["Name"], row["Refunded Amount"])
    path = tmp_path / name
    pandas.DataFrame(rows).to_csv(path, index=False)
    return path


def given_back(client: Any, customer: str) -> list[tuple[str, Decimal]]:
    events = client.customers.timeline(customer, as_of=AS_OF, kinds=["refund"])
    return sorted((each.event.refund_id, each.event.amount.amount) for each in events)


@pytest.mark.parametrize("skip_invalid", [False, True])
def test_what_was_given_back_since_is_added(client: Any, tmp_path: Path, skip_invalid: bool) -> None:
    first = EXPORTS / "shopify_refunds.csv"
    settings = {"progress": False, "skip_invalid": skip_invalid}
    assert client.transactions.load(first, **settings).refunds_recorded == 10
    later = later_export(tmp_path, "later.csv", {"#2005": "12.50", "#2009": "28.00"})
    result = client.transactions.load(later, **settings)
    assert (result.recorded, result.refunds_recorded, result.duplicates, result.row_errors) == (2, 2, 33, ())
    bo = [("#2005/refund", 5), ("#2005/refund/12.5", Decimal("7.5")), ("#2017/refund", 5)]
    assert given_back(client, "bo@shop.example") == bo
    assert client.customers.get("cy@shop.example", as_of="2026-02-01").net_spend.amount == 22 + 25
    again = client.transactions.load(later, **settings)
    assert (again.recorded, again.duplicates, again.row_errors) == (0, 35, ())
    latest = later_export(tmp_path, "latest.csv", {"#2005": "24.00", "#2009": "28.00"})
    assert client.transactions.load(latest, **settings).recorded == 1
    assert sum(amount for _, amount in given_back(client, "bo@shop.example")) == 24 + 5
    for older, notes in ((first, 0), (later, 1)):
        result = client.transactions.load(older, **settings)
        assert (result.recorded, result.duplicates, result.row_errors) == (0, 35, ())
        assert (
            sum(note.startswith("1 orders have more given back than this export says") for note in result.notes)
            == notes
        )


def test_what_is_wrong_beside_a_grown_refund_is_told(client: Any, tmp_path: Path) -> None:
    client.transactions.load(EXPORTS / "shopify_refunds.csv", progress=False)
    more = later_export(tmp_path, "more.csv", {"#2005": "12.50", "#2002": "20.00"})
    by_hand = {"refund_id": "by hand", "transaction_id": "#2002", "time": "2026-02-01T00:00:00Z", "amount": "9"}
    client.refunds.record([by_hand | {"currency_code": "EUR"}])
    with pytest.raises(lojal.FailedPrecondition, match=r"row 4 of the source: .*'Refunded Amount'.* 12") as told:
        client.transactions.load(more, progress=False)
    assert (told.value.reason, told.value.field_violations[0].row) == ("REFUND_EXCEEDS_TRANSACTION", 4)
    result = client.transactions.load(more, progress=False, skip_invalid=True)
    assert [(each.row, each.field) for each in result.row_errors] == [(4, "refund_amount")]
    assert (result.recorded, result.refunds_recorded) == (1, 1)


def test_a_conflict_names_the_row_and_the_column(client: Any) -> None:
    frame = pandas.DataFrame({"kupac": ["a", "b", "c"], "broj": ["1", "2", "3"], "date": "2026-03-01", "value": 1.5})
    load = {"customer_id": "kupac", "transaction_id": "broj", "currency_code": "EUR", "progress": False}
    client.transactions.load(frame, **load)
    frame.loc[1, "value"] = 2.5
    with pytest.raises(lojal.AlreadyExists) as told:
        client.transactions.load(frame, **load)
    assert str(told.value) == (
        "ALREADY_EXISTS/RECORD_CONFLICT: row 1 of the source: transaction_id (column 'broj') was recorded before with "
        "other content, which stays; correct it or give it an id of its own"
    )
    (violation,) = told.value.field_violations
    assert (violation.row, violation.field) == (1, "transaction_id (column 'broj')")
    (error,) = client.transactions.load(frame, skip_invalid=True, **load).row_errors
    assert (error.row, error.field, error.fields) == (1, "transaction_id", ("transaction_id",))
    assert error.message.startswith("transaction_id (column 'broj') was recorded before")


def test_what_is_less_than_zero_is_taken_from_the_latest_purchases(client: Any) -> None:
    rows = [
        {"customer_id": "c1", "time": "2026-01-01", "amount": "10"},
        {"customer_id": "c1", "time": "2026-02-01", "amount": "4"},
        {"customer_id": "c1", "time": "2026-03-01", "amount": "-6"},
        {"customer_id": "c2", "time": "2026-03-01", "amount": "3"},
        {"customer_id": "c2", "time": "2026-02-01", "amount": "-3"},
    ]
    with pytest.raises(lojal.InvalidArgument, match="less than zero"):
        client.transactions.load(rows, progress=False)
    typed = pandas.DataFrame(rows)
    typed["time"] = pandas.to_datetime(typed["time"], utc=True)
    typed["amount"] = typed["amount"].astype(float)
    result = client.transactions.load(typed, negative="refund", progress=False)
    assert (result.recorded, result.refunds_recorded) == (5, 2)
    assert result.left_out == {"gives back more than the customer bought before": 1}
    assert client.transactions.load(rows, negative="refund", progress=False).duplicates == 5
    assert client.customers.get("c1", as_of=AS_OF).net_spend.amount == 8
    assert client.customers.get("c1", as_of="2026-02-15").net_spend.amount == 14
    refunds = [each.event for each in client.customers.timeline("c1", as_of=AS_OF) if each.kind == "refund"]
    assert sorted(refund.amount.amount for refund in refunds) == [2, 4]


def test_answers_without_an_id_are_recorded_once(client: Any) -> None:
    row = {"customer_id": "c1", "time": "2026-03-01", "score": 9, "comment": "š" * 1500}
    rows = [row, row, {**row, "score": 3}]
    result = client.surveys.load(rows, progress=False)
    assert (result.recorded, result.duplicates) == (3, 0)
    assert any("got one made of their customer, time and score" in note for note in result.notes)
    assert any("3 comments were cut to the 2,000 bytes" in note for note in result.notes)
    assert client.surveys.load(rows, progress=False).duplicates == 3
    # the same log later, in which one more has come to be like others
    longer = client.surveys.load([row, *rows], progress=False)
    assert (longer.recorded, longer.duplicates) == (1, 3)
    assert {len(each.comment) for each in client.surveys.responses(as_of=AS_OF)} == {1000}
