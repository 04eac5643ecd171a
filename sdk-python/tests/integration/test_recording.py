"""What is recorded is there, once, and what is bad is refused with what to do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas
import polars
import pyarrow
import pytest

import lojal

BUY = {
    "customer_id": "c42",
    "transaction_id": "t1",
    "time": "2026-03-01T12:00:00Z",
    "amount": "12.50",
    "currency_code": "EUR",
}
REFUND = {"refund_id": "r1", "transaction_id": "t1", "time": "2026-03-05", "amount": "2.50", "currency_code": "EUR"}
ANSWER = {"response_id": "a1", "customer_id": "c42", "time": "2026-03-02T10:00:00Z", "score": 9}
AS_OF = "2026-04-01"
EXPORTS = Path(__file__).parents[3] / "tests/fixtures/exports"


def test_purchases_are_recorded_once(client: Any) -> None:
    first = client.transactions.record([BUY])
    again = client.transactions.record([lojal.Transaction(**BUY)])
    assert (first.recorded, first.duplicates, first.row_errors) == (1, 0, ())
    assert (again.recorded, again.duplicates) == (0, 1)
    assert again.revision >= first.revision > 0
    customer = client.customers.get("c42", as_of=AS_OF)
    assert customer.gross_spend == lojal.Money(Decimal("12.50"), "EUR")
    assert customer.transaction_count == 1
    assert customer.first_transaction_time == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert customer.provenance.revision >= first.revision


def test_equal_purchases_without_an_id_are_told_apart(client: Any) -> None:
    row = {"customer_id": "c1", "time": date(2026, 3, 1), "amount": Decimal("5.000001")}
    assert client.transactions.record([row, row]).recorded == 2
    assert client.transactions.record([row, row]).duplicates == 2
    timeline = client.customers.timeline("c1", as_of=AS_OF).to_list()
    assert len({event.event.transaction_id for event in timeline}) == 2
    assert all(event.event.transaction_id.startswith("auto-") for event in timeline)
    assert timeline[0].event.amount.amount == Decimal("5.000001")


def test_another_content_under_the_same_id_is_refused(client: Any) -> None:
    client.transactions.record([BUY])
    with pytest.raises(lojal.AlreadyExists) as error:
        client.transactions.record([{**BUY, "amount": "13"}])
    assert error.value.reason == "RECORD_CONFLICT"
    assert error.value.domain == "lojal.dev"
    assert error.value.metadata["field"] == error.value.field_violations[0].field == "transactions[0]"
    assert client.customers.get("c42", as_of=AS_OF).gross_spend.amount == Decimal("12.50")


def test_one_bad_row_refuses_all_or_is_skipped(client: Any) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=30)
    rows = [BUY, {**BUY, "transaction_id": "t2", "time": tomorrow}]
    with pytest.raises(lojal.InvalidArgument) as error:
        client.transactions.record(rows)
    assert error.value.reason == "INVALID_FIELD"
    assert "[1].time" in error.value.field_violations[0].field
    assert client.admin.info().workspace.transactions == 0
    result = client.transactions.record(rows, skip_invalid=True)
    assert result.recorded == 1
    assert [(each.row, each.reason) for each in result.row_errors] == [(1, "INVALID_FIELD")]
    assert "[1].time" in result.row_errors[0].field


def test_many_bad_rows_are_named_up_to_a_hundred(client: Any) -> None:
    later = datetime.now(UTC) + timedelta(days=30)
    rows = [{"customer_id": f"c{i}", "time": later, "amount": "1"} for i in range(150)]
    for write in (client.transactions.record, lambda rows: client.transactions.load(rows, progress=False)):
        with pytest.raises(lojal.InvalidArgument) as error:
            write(rows)
        assert error.value.reason == "INVALID_FIELD"
        assert 10 <= len(error.value.field_violations) <= 100
    rows_named = [each.row for each in error.value.field_violations]
    assert rows_named == list(range(len(rows_named)))


def test_no_currency_is_the_reporting_currency(client: Any) -> None:
    rows = [{"customer_id": "c1", "time": "2026-03-01", "amount": "12.5"}] * 2
    assert client.transactions.load(rows, progress=False).recorded == 2
    code = client.admin.info().workspace.reporting_currency_code
    assert client.transactions.load(rows, currency_code=code, progress=False).duplicates == 2
    named = [{**row, "amount": "12.50", "currency_code": code} for row in rows]
    assert client.transactions.record(named * 2).recorded == 2


def test_too_many_rows_at_once_are_refused(client: Any) -> None:
    rows = [{**BUY, "transaction_id": f"t{i}"} for i in range(10_001)]
    with pytest.raises(lojal.ResourceExhausted) as error:
        client.transactions.record(rows)
    assert error.value.reason == "LIMIT_EXCEEDED"
    assert error.value.metadata["maximum"] == "10000"
    assert client.transactions.load(rows, progress=False).recorded == 10_001


def test_another_currency_needs_a_rate(client: Any) -> None:
    client.transactions.record([BUY])
    with pytest.raises(lojal.FailedPrecondition) as error:
        client.transactions.record([{**BUY, "transaction_id": "t2", "currency_code": "USD"}])
    assert error.value.reason == "EXCHANGE_RATE_MISSING"
    assert error.value.metadata["field"].startswith("transactions[0]")
    assert "EUR" in error.value.message


def test_refunds(client: Any) -> None:
    client.transactions.record([BUY])
    assert client.refunds.record([REFUND]).recorded == 1
    assert client.refunds.record([lojal.Refund(**REFUND)]).duplicates == 1
    customer = client.customers.get("c42", as_of=AS_OF)
    assert (customer.net_spend.amount, customer.refund_count) == (10, 1)
    before = client.customers.get("c42", as_of="2026-03-04")
    assert (before.net_spend.amount, before.refund_count) == (Decimal("12.50"), 0)
    with pytest.raises(lojal.FailedPrecondition) as error:
        client.refunds.record([{**REFUND, "refund_id": "r2", "amount": "10.01"}])
    assert error.value.reason == "REFUND_EXCEEDS_TRANSACTION"
    assert error.value.metadata["field"].startswith("refunds[0]")
    with pytest.raises(lojal.NotFound) as unknown:
        client.refunds.record([{**REFUND, "refund_id": "r3", "transaction_id": "t9"}])
    assert unknown.value.reason == "TRANSACTION_NOT_FOUND"
    assert unknown.value.metadata["field"].startswith("refunds[0]")


def test_refunds_of_a_file(client: Any, tmp_path: Path) -> None:
    client.transactions.record([BUY])
    file = tmp_path / "refunds.csv"
    file.write_text("refund_id,order_id,date,amount\nr1,t1,2026-03-05,2.50\nr2,t1,2026-03-06,1\n")
    assert client.refunds.load(file, currency_code="EUR", progress=False).recorded == 2
    assert client.refunds.load(file, currency_code="EUR", progress=False).duplicates == 2
    assert client.customers.get("c42", as_of=AS_OF).net_spend.amount == 9


def test_survey_answers(client: Any) -> None:
    assert client.surveys.record([ANSWER]).recorded == 1
    assert client.surveys.record([lojal.SurveyResponse(**ANSWER)]).duplicates == 1
    customer = client.customers.get("c42", as_of=AS_OF)
    assert (customer.last_nps_score, customer.survey_response_count) == (9, 1)
    with pytest.raises(lojal.InvalidArgument) as error:
        client.surveys.record([{**ANSWER, "response_id": "a2", "scale_min": 1, "scale_max": 5}])
    assert "scale_m" in error.value.field_violations[0].field
    with pytest.raises(lojal.AlreadyExists):
        client.surveys.record([{**ANSWER, "score": 3}])


def test_survey_answers_of_a_frame(client: Any) -> None:
    frame = polars.DataFrame(
        {"id": [1, 2], "user": ["c1", None], "date": [datetime(2026, 3, 1), datetime(2026, 3, 2)], "nps": [9, 3]}
    )
    assert client.surveys.load(frame, kind="transactional", progress=False).recorded == 2
    assert client.surveys.load(frame, kind="transactional", progress=False).duplicates == 2
    assert client.nps.score(as_of=AS_OF).nps.value == 0


def test_facts_about_customers(client: Any) -> None:
    facts = {"customer_id": "c42", "attributes": {"market": "hr", "plan": "pro"}}
    assert client.customers.upsert([facts]).recorded == 1
    assert client.customers.upsert([lojal.CustomerUpsert(**facts)]).duplicates == 1
    client.customers.upsert([{"customer_id": "c42", "attributes": {"plan": ""}}])
    assert client.customers.get("c42").attributes == {"market": "hr"}
    with pytest.raises(lojal.InvalidArgument) as error:
        client.customers.upsert([{"customer_id": "c42", "attributes": {"Not A Name": "x"}}])
    assert "attributes" in error.value.field_violations[0].field


def test_facts_of_a_frame(client: Any) -> None:
    frame = pandas.DataFrame({"Customer ID": [1, 2], "Market": ["hr", "si"], "Seats": [3.0, None]})
    assert client.customers.load(frame, progress=False).recorded == 2
    assert client.customers.load(frame, progress=False).duplicates == 2
    assert client.customers.get("1").attributes == {"market": "hr", "seats": "3"}
    assert client.customers.get("2").attributes == {"market": "si"}


def test_every_source_is_the_same_log(client: Any, cdnow_rows: list[dict[str, str]], tmp_path: Path) -> None:
    """One log as a file, as frames and as rows: whatever comes after the first is all duplicates."""
    frame = pandas.DataFrame(cdnow_rows[:1500])
    file = tmp_path / "cdnow.csv"
    frame.to_csv(file, index=False)
    numbers = frame.assign(value=frame["value"].astype(float), date=pandas.to_datetime(frame["date"]))
    assert client.transactions.load(file, chunk_rows=400, progress=False).recorded == 1500
    for source in (frame, numbers, polars.DataFrame(cdnow_rows[:1500]), pyarrow.Table.from_pandas(numbers), str(file)):
        result = client.transactions.load(source, progress=False)
        assert (result.recorded, result.duplicates) == (0, 1500)


def test_loaded_and_recorded_purchases_are_the_same(client: Any) -> None:
    """Columns and messages of the same purchases are duplicates of each other, with an id and without, both ways."""
    rows = [
        {"customer_id": "Žana", "time": "1969-12-31T23:59:59.999999Z", "amount": "0.000001", "currency_code": "EUR"},
        {"customer_id": "c1", "time": "2026-03-01", "amount": "999999999999.999999", "currency_code": "EUR"},
        {"customer_id": "c1", "time": "2026-03-01", "amount": "12.5", "currency_code": "EUR"},
        {"customer_id": "c1", "time": "2026-03-01", "amount": "12.50", "currency_code": "EUR"},
        {**BUY},
    ]
    assert client.transactions.load(rows[:4], progress=False).recorded == 4
    again = client.transactions.record(rows)
    assert (again.recorded, again.duplicates) == (1, 4)
    frame = pandas.DataFrame(rows)
    frame["time"] = pandas.to_datetime(frame["time"], format="ISO8601", utc=True)
    assert client.transactions.load(frame, progress=False).duplicates == 5


def test_a_frame_in_several_currencies(client: Any) -> None:
    client.transactions.record([BUY])
    workspace = client.admin.info().workspace
    assert workspace.reporting_currency_code == "EUR"
    frame = pandas.DataFrame({"user": ["c1"] * 4, "date": "2026-03-01", "value": 1.5, "currency": ["EUR", "USD"] * 2})
    with pytest.raises(lojal.FailedPrecondition) as error:
        client.transactions.load(frame, progress=False)
    assert error.value.reason == "EXCHANGE_RATE_MISSING"
    client.workspaces.set_exchange_rates([{"currency_code": "USD", "date": "2026-01-01", "rate": "0.5"}])
    assert sum(client.transactions.load(frame, progress=False).duplicates for _ in range(2)) >= 4
    assert client.customers.get("c1", as_of=AS_OF).gross_spend.amount == Decimal("4.5")


def test_an_import_that_names_no_source_has_no_position(client: Any) -> None:
    client.transactions.load([BUY], progress=False)
    assert client.transactions.import_position("orders.csv") == 0
    with pytest.raises(lojal.InvalidArgument):
        client.transactions.import_position("")


def test_a_row_the_server_refuses_is_found_in_the_file(client: Any, tmp_path: Path) -> None:
    rows = [f"c{i},2026-03-01,{i}" for i in range(100)]
    rows[70] = f"c70,{date.today() + timedelta(days=30)},1"
    file = tmp_path / "orders.csv"
    file.write_text("\n".join(["customer_id,date,value", *rows]))
    with pytest.raises(lojal.InvalidArgument) as error:
        client.transactions.load(file, chunk_rows=20, progress=False)
    assert error.value.field_violations[0].row == 72
    # The three chunks answered before stay. The one after was on its way, and the contract does not say whether it is
    # recorded, nor when: the server does so in about a third of the loads, at times after it told of the error.
    assert client.admin.info().workspace.transactions in (60, 80)
    result = client.transactions.load(file, chunk_rows=20, skip_invalid=True, progress=False)
    assert (result.rows, result.recorded + result.duplicates) == (100, 99)
    assert result.duplicates in (60, 80)
    assert client.admin.info().workspace.transactions == 99
    assert [each.row for each in result.row_errors] == [72]


def test_timelines_tell_everything_newest_first(client: Any) -> None:
    client.customers.upsert([{"customer_id": "c42", "attributes": {"market": "hr"}, "effective_time": "2026-02-01"}])
    client.transactions.record([BUY])
    client.surveys.record([{**ANSWER, "channel": "email", "comment": "fine"}])
    client.refunds.record([REFUND])
    listing = client.customers.timeline("c42", as_of=AS_OF, page_size=1)
    events = list(listing)
    assert [event.kind for event in events] == ["refund", "survey_response", "transaction", "attributes"]
    assert events == sorted(events, key=lambda event: event.time, reverse=True)
    assert events[0].event == lojal.RefundEvent("r1", "t1", lojal.Money(Decimal("2.50"), "EUR"))
    assert events[1].event == lojal.SurveyResponseEvent(
        response_id="a1",
        score=9,
        survey_id="",
        channel="email",
        comment="fine",
        metric=lojal.SurveyMetric.NPS,
        survey_kind=lojal.SurveyKind.RELATIONSHIP,
        disposition=lojal.SurveyDisposition.COMPLETED,
        scale_min=0,
        scale_max=10,
        lower_is_better=False,
        topics=(),
        weight=1,
    )
    assert events[3].event.attributes == {"market": "hr"}
    assert len(client.customers.timeline("c42", as_of=AS_OF, window="2026-03").to_list()) == 3
    frame = listing.to_pandas()
    assert frame["score"].tolist()[1] == 9


def test_workspaces_do_not_see_each_other(client: Any) -> None:
    client.transactions.record([BUY])
    other = client.with_options(workspace=f"{client.workspace}-2")
    with pytest.raises(lojal.NotFound, match=f'did you mean "{client.workspace}"') as error:
        other.customers.get("c42")
    assert error.value.reason == "WORKSPACE_NOT_FOUND"
    client.workspaces.create(f"{client.workspace}-2")
    with pytest.raises(lojal.NotFound) as error:
        other.customers.get("c42")
    assert error.value.reason == "CUSTOMER_NOT_FOUND"
    assert error.value.metadata == {"customer_id": "c42"}


def test_exports_of_other_systems_are_of_those_they_name(client: Any) -> None:
    orders = EXPORTS / "shopify_orders.csv"
    assert client.transactions.load(orders, progress=False).recorded == 9
    # a frame of the same export is the same purchases, and so is what its columns say by themselves
    assert client.transactions.load(pandas.read_csv(orders), progress=False).duplicates == 9
    by_name = client.transactions.load(orders, profile=False, skip_invalid=True, progress=False)
    assert (by_name.duplicates, len(by_name.row_errors)) == (9, 5)
    assert client.surveys.load(EXPORTS / "delighted_responses.csv", progress=False).recorded == 6
    workspace = client.admin.info().workspace
    assert (workspace.customers, workspace.transactions) == (5, 9)
    # what they bought and what they said come together, however their addresses were written
    events = client.customers.timeline("c1@shop.example")
    assert sorted(event.kind for event in events) == ["survey_response"] * 2 + ["transaction"] * 3
