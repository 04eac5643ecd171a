"""Voids, what was known when, handing over and forgetting, and workspaces: what is sent, and how it is read."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from fake_server import FakeServer
from noting import call_of, clv, customers, nps, segments, surveys, transactions, workspaces

import lojal
from lojal.call import Call
from lojal.requests import SERVICES
from lojal.results.customers import CustomerExport, TimelineEvent
from lojal.v1 import customer_service_pb2, ingest_service_pb2

KNOWN = "2026-03-01T12:00:00Z"
SECONDS = 1_772_366_400


def test_voids_are_sent_as_they_are() -> None:
    given: list[Any] = [lojal.Void("t1"), {"transaction_id": "t2", "time": "2026-03-01", "reason": "fraud"}]
    request = call_of(transactions.void, given, skip_invalid=True).request
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
        call_of(transactions.void, [void])
    assert error.value.field_violations[0].field == f"voids[0].{field}"


def test_sources_and_referrers_are_sent_as_they_are() -> None:
    given: list[Any] = [
        lojal.CustomerUpsert("c1", acquisition_source="referral", referred_by="c7"),
        {"customer_id": "c2", "acquisition_source": "ads", "attributes": {"market": "hr"}},
    ]
    request = call_of(customers.upsert, given).request
    expected = customer_service_pb2.UpsertCustomersRequest()
    expected.customers.add(customer_id="c1", acquisition_source="referral", referred_by="c7")
    expected.customers.add(customer_id="c2", acquisition_source="ads").attributes["market"] = "hr"
    assert request == expected
    with pytest.raises(lojal.InvalidArgument) as error:
        call_of(customers.upsert, [{"customer_id": "c1", "referred_by": "c\n7"}])
    assert error.value.field_violations[0].field == "customers[0].referred_by"


QUESTIONS: list[Call[Any]] = [
    call_of(customers.get, "c1", known_at=KNOWN),
    call_of(customers.list, known_at=KNOWN),
    call_of(customers.facts, known_at=KNOWN),
    call_of(customers.timeline, "c1", known_at=KNOWN),
    call_of(segments.of, "c1", known_at=KNOWN),
    call_of(segments.summary, known_at=KNOWN),
    call_of(segments.members, "at_risk", known_at=KNOWN),
    call_of(segments.scheme, known_at=KNOWN),
    call_of(clv.predict_customer, "c1", known_at=KNOWN),
    call_of(clv.predict, known_at=KNOWN),
    call_of(nps.score, known_at=KNOWN),
    call_of(nps.compare, known_at=KNOWN, group_by="market"),
    call_of(surveys.csat, known_at=KNOWN),
    call_of(surveys.ces, known_at=KNOWN),
    call_of(surveys.scores, known_at=KNOWN),
    call_of(surveys.response_rate, known_at=KNOWN),
    call_of(surveys.compare, known_at=KNOWN, group_by="market"),
    call_of(surveys.comments, known_at=KNOWN),
]


@pytest.mark.parametrize("call", QUESTIONS, ids=lambda call: call.rpc)
def test_every_question_can_say_what_was_known(call: Call[Any]) -> None:
    request: Any = call.request
    assert request.known_at.seconds == SECONDS
    assert not request.HasField("as_of")


def test_no_question_with_as_of_lacks_known_at() -> None:
    for module in SERVICES.values():
        for name, message in module.DESCRIPTOR.message_types_by_name.items():
            if name.endswith("Request") and "as_of" in message.fields_by_name:
                assert "known_at" in message.fields_by_name, name


def test_exchange_rates_are_exact() -> None:
    given: list[Any] = [
        lojal.ExchangeRate("USD", date(2026, 3, 2), Decimal("0.9215")),
        {"currency_code": "JPY", "date": "2026-03-02", "rate": "0.0061"},
        {"currency_code": "KWD", "date": "2026-03-02", "rate": Decimal("1E+1")},
    ]
    request: Any = call_of(workspaces.set_exchange_rates, given, workspace="shop").request
    assert request.workspace == "shop"
    sent = [(each.currency_code, each.date, each.rate) for each in request.rates]
    assert sent == [("USD", "2026-03-02", "0.9215"), ("JPY", "2026-03-02", "0.0061"), ("KWD", "2026-03-02", "10")]
    for rate in (0.9215, True, None):
        with pytest.raises(lojal.InvalidArgument) as error:
            call_of(workspaces.set_exchange_rates, [{"currency_code": "USD", "date": "2026-03-02", "rate": rate}])
        assert error.value.field_violations[0].field == "rates[0].rate"


def test_an_update_sends_what_is_given() -> None:
    request: Any = call_of(workspaces.update, "shop", display_name="", time_zone="Europe/Zagreb").request
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
