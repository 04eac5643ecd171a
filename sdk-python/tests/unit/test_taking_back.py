"""Voids, what was known when, handing over and forgetting, and workspaces: what is sent, and how it is read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from fake_server import FakeServer

import lojal
from lojal.calls import Call
from lojal.groups import clv_calls, customers, nps, segments, survey_calls, transactions, workspaces
from lojal.results.customers import CustomerExport, TimelineEvent
from lojal.v1 import customer_service_pb2, ingest_service_pb2, workspace_service_pb2

KNOWN = "2026-03-01T12:00:00Z"
SECONDS = 1_772_366_400


def test_voids_are_sent_as_they_are() -> None:
    given: list[Any] = [lojal.Void("t1"), {"transaction_id": "t2", "time": "2026-03-01", "reason": "fraud"}]
    request = transactions._void(given, True).request
    expected = ingest_service_pb2.VoidTransactionsRequest(skip_invalid=True)
    expected.voids.add(transaction_id="t1")
    expected.voids.add(transaction_id="t2", reason="fraud").time.FromJsonString("2026-03-01T00:00:00Z")
    assert request == expected


@pytest.mark.parametrize(
    ("void", "field"),
    [
        ({}, "transaction_id"),
        ({"transaction_id": "t1", "when": KNOWN}, "when"),
        ({"transaction_id": "t1", "time": 7}, "time"),
    ],
)
def test_a_bad_void_is_refused_before_it_is_sent(void: dict[str, Any], field: str) -> None:
    with pytest.raises(lojal.InvalidArgument) as error:
        transactions._void([void], False)
    assert error.value.field_violations[0].field == f"voids[0].{field}"


def test_sources_and_referrers_are_sent_as_they_are() -> None:
    given: list[Any] = [
        lojal.CustomerUpsert("c1", acquisition_source="referral", referred_by="c7"),
        {"customer_id": "c2", "acquisition_source": "ads", "attributes": {"market": "hr"}},
    ]
    request = customers._upsert(given, False).request
    expected = customer_service_pb2.UpsertCustomersRequest()
    expected.customers.add(customer_id="c1", acquisition_source="referral", referred_by="c7")
    expected.customers.add(customer_id="c2", acquisition_source="ads").attributes["market"] = "hr"
    assert request == expected
    with pytest.raises(lojal.InvalidArgument) as error:
        customers._upsert([{"customer_id": "c1", "referred_by": "c\n7"}], False)
    assert error.value.field_violations[0].field == "customers[0].referred_by"


AHEAD = clv_calls.outlook("", None, KNOWN, "", None, None)
WHEN = survey_calls.span(None, KNOWN, "")
ANSWERS = survey_calls.which(None, "", "", "")
QUESTIONS: list[Call[Any]] = [
    customers._get("c1", None, KNOWN),
    customers._list(None, KNOWN, "", 10),
    customers._facts(None, KNOWN),
    customers._timeline("c1", None, KNOWN, "", 10),
    segments._of("c1", None, KNOWN, ""),
    segments._summary(None, KNOWN, "", ""),
    segments._members("at_risk", None, KNOWN, "", "", 10),
    segments._scheme(None, KNOWN, ""),
    clv_calls.predict_customer(AHEAD, customer_id="c1"),
    clv_calls.predict(AHEAD, with_totals=True),
    nps._score(None, KNOWN, "", "", "", None, None, "", None, "", "", None, ""),
    nps._compare(None, KNOWN, "", "", "market", "", False, None, None, "", "", ""),
    survey_calls.csat(WHEN, ANSWERS, "", None, None),
    survey_calls.ces(WHEN, ANSWERS, "", None, None),
    survey_calls.scores(WHEN, ANSWERS, "", None, None, None),
    survey_calls.response_rate(WHEN, "", None, None, None, "", ""),
    survey_calls.compare(WHEN, ANSWERS, "market", "", False, None, None),
    survey_calls.comments(None, KNOWN, "", "", ANSWERS, None, None),
]


@pytest.mark.parametrize("call", QUESTIONS, ids=lambda call: call.rpc)
def test_every_question_can_say_what_was_known(call: Call[Any]) -> None:
    request: Any = call.request
    assert request.known_at.seconds == SECONDS
    assert not request.HasField("as_of")


def test_no_question_with_as_of_lacks_known_at() -> None:
    files = [module.DESCRIPTOR for module in (customer_service_pb2, workspace_service_pb2)]
    files += [module.pb.DESCRIPTOR for module in (clv_calls, nps, segments, survey_calls)]
    for file in files:
        for name, message in file.message_types_by_name.items():
            if name.endswith("Request") and "as_of" in message.fields_by_name:
                assert "known_at" in message.fields_by_name, name


def test_exchange_rates_are_exact() -> None:
    given: list[Any] = [
        lojal.ExchangeRate("USD", date(2026, 3, 2), Decimal("0.9215")),
        {"currency_code": "JPY", "date": "2026-03-02", "rate": "0.0061"},
        {"currency_code": "KWD", "date": "2026-03-02", "rate": Decimal("1E+1")},
    ]
    request: Any = workspaces._set_exchange_rates(given, "shop").request
    assert request.workspace == "shop"
    sent = [(each.currency_code, each.date, each.rate) for each in request.rates]
    assert sent == [("USD", "2026-03-02", "0.9215"), ("JPY", "2026-03-02", "0.0061"), ("KWD", "2026-03-02", "10")]
    for rate in (0.9215, True, None):
        with pytest.raises(lojal.InvalidArgument) as error:
            workspaces._set_exchange_rates([{"currency_code": "USD", "date": "2026-03-02", "rate": rate}], "")
        assert error.value.field_violations[0].field == "rates[0].rate"


def test_an_update_sends_what_is_given() -> None:
    request: Any = workspaces._update("shop", "", None, "Europe/Zagreb", None).request
    assert request.HasField("display_name")
    assert not request.HasField("reporting_currency_code")
    assert request.time_zone == "Europe/Zagreb"


def test_a_void_is_an_event_of_the_timeline() -> None:
    message = customer_service_pb2.TimelineEvent()
    message.time.FromJsonString(KNOWN)
    message.recorded_time.FromJsonString(KNOWN)
    message.void.transaction_id = "t1"
    message.void.never_happened = True
    event = TimelineEvent.from_wire(message)
    assert (event.kind, event.event) == ("void", lojal.VoidEvent("t1", "", True))
    assert lojal.Timeline([event]).to_pandas()["never_happened"].tolist() == [True]


def test_foreign_money_is_shown_as_paid_and_as_converted() -> None:
    message = customer_service_pb2.TimelineEvent()
    message.transaction.amount.amount, message.transaction.amount.currency_code = "10", "USD"
    bought = TimelineEvent.from_wire(message).event
    assert isinstance(bought, lojal.TransactionEvent)
    assert bought.converted_amount is None
    message.transaction.converted_amount.amount = "9.2"
    message.transaction.converted_amount.currency_code = "EUR"
    bought = TimelineEvent.from_wire(message).event
    assert isinstance(bought, lojal.TransactionEvent)
    assert bought.converted_amount == lojal.Money(Decimal("9.2"), "EUR")


def test_an_export_is_put_together(server: FakeServer, client: Any) -> None:
    server.events = [3, 2]
    export = client.customers.export("c1")
    assert isinstance(export, CustomerExport)
    assert (export.customer.customer_id, export.provenance.revision) == ("c1", 7)
    assert len(export.events) == 5
    assert server.received[-1].customer_id == "c1"


def test_an_erasure_leaves_a_receipt(server: FakeServer, client: Any) -> None:
    receipt = client.customers.erase("c1")
    assert receipt.receipt_id == "erasure-shop-8"
    assert (receipt.revision, receipt.transactions, receipt.voids) == (8, 2, 1)
    assert receipt.erased_time == datetime(2026, 3, 1, 12, tzinfo=UTC)
