"""Voids, what was known when, other currencies, handing over and forgetting, on the real server."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

import lojal

AS_OF = datetime(2026, 4, 1, tzinfo=UTC)


def bought(transaction_id: str, amount: str, customer_id: str = "ann", **more: Any) -> dict[str, Any]:
    time = "2026-03-02T12:00:00Z"
    return {"transaction_id": transaction_id, "customer_id": customer_id, "time": time, "amount": amount, **more}


def test_a_void_leaves_no_trace_in_answers_but_in_the_timeline(client: Any) -> None:
    client.transactions.record([bought("t1", "10", currency_code="EUR"), bought("t2", "5")])
    before = client.admin.info().now
    void = [lojal.Void("t1", reason="test")]
    assert client.transactions.void(void).recorded == 1
    assert client.transactions.void(void).duplicates == 1
    assert client.customers.get("ann", as_of=AS_OF).net_spend.amount == Decimal(5)
    kinds = [event.kind for event in client.customers.timeline("ann", as_of=AS_OF)]
    assert sorted(kinds) == ["transaction", "transaction", "void"]
    assert client.transactions.record([bought("t1", "10")]).duplicates == 1
    # What was known before the void is still there to ask for.
    then = client.customers.get("ann", as_of=AS_OF, known_at=before)
    assert (then.net_spend.amount, then.provenance.revision) == (Decimal(15), 1)
    assert then.provenance.known_at == before
    refund = {"refund_id": "r1", "transaction_id": "t1", "time": "2026-03-03T12:00:00Z", "amount": "1"}
    with pytest.raises(lojal.FailedPrecondition) as error:
        client.refunds.record([refund])
    assert error.value.reason == lojal.ErrorReason.TRANSACTION_VOIDED


def test_money_is_converted_once(client: Any) -> None:
    made = client.workspaces.update(reporting_currency_code="EUR", time_zone="Europe/Zagreb")
    assert (made.workspace, made.time_zone, made.revision) == (client.workspace, "Europe/Zagreb", 0)
    with pytest.raises(lojal.FailedPrecondition) as error:
        client.transactions.record([bought("t1", "10", currency_code="USD")])
    assert error.value.reason == lojal.ErrorReason.EXCHANGE_RATE_MISSING
    assert error.value.metadata["currency_code"] == "USD"
    assert error.value.metadata["date"] == "2026-03-02"
    rates = [lojal.ExchangeRate("USD", "2026-03-01", Decimal("0.92"))]
    assert client.workspaces.set_exchange_rates(rates).set == 1
    assert client.workspaces.set_exchange_rates(rates).unchanged == 1
    client.transactions.record([bought("t1", "10", currency_code="USD"), bought("t2", "1", currency_code="EUR")])
    assert client.customers.get("ann", as_of=AS_OF).net_spend == lojal.Money(Decimal("10.20"), "EUR")
    client.workspaces.set_exchange_rates([{"currency_code": "USD", "date": "2026-03-01", "rate": "2"}])
    assert client.customers.get("ann", as_of=AS_OF).net_spend == lojal.Money(Decimal("10.20"), "EUR")
    assert [each.rate for each in client.workspaces.exchange_rates()] == [Decimal(2)]
    event = next(iter(event for event in client.customers.timeline("ann") if event.event.transaction_id == "t1"))
    assert event.event.converted_amount == lojal.Money(Decimal("9.20"), "EUR")
    with pytest.raises(lojal.FailedPrecondition) as error:
        client.workspaces.update(reporting_currency_code="USD")
    assert error.value.reason == lojal.ErrorReason.WORKSPACE_NOT_EMPTY


def test_a_customer_is_handed_over_and_forgotten(client: Any) -> None:
    client.transactions.record([bought(f"t{i}", "1", currency_code="EUR") for i in range(1_500)])
    client.customers.upsert([{"customer_id": "ann", "attributes": {"market": "hr"}}])
    export = client.customers.export("ann")
    assert export.customer.attributes == {"market": "hr"}
    assert len(export.events) == 1_501
    receipt = client.customers.erase("ann")
    assert (receipt.transactions, receipt.attribute_records, receipt.revision) == (1_500, 1, 3)
    assert "ann" not in receipt.receipt_id
    for known_at in (None, receipt.erased_time):
        with pytest.raises(lojal.NotFound):
            client.customers.get("ann", known_at=known_at)
    assert client.customers.erase("ann").transactions == 0
    with pytest.raises(lojal.NotFound):
        client.customers.export("ann")


def test_workspaces_are_apart_listed_and_deleted(client: Any) -> None:
    other = client.with_options(workspace=f"other-{uuid.uuid4()}")
    client.transactions.record([bought("t1", "10", currency_code="EUR")])
    other.transactions.record([bought("t1", "7", currency_code="USD")])
    assert client.customers.get("ann", as_of=AS_OF).net_spend == lojal.Money(Decimal(10), "EUR")
    assert other.customers.get("ann", as_of=AS_OF).net_spend == lojal.Money(Decimal(7), "USD")
    names = {each.workspace for each in client.workspaces.list()}
    assert {client.workspace, other.workspace} <= names
    with pytest.raises(lojal.InvalidArgument):
        client.workspaces.delete(other.workspace, confirm="yes")
    client.workspaces.delete(other.workspace, confirm=other.workspace)
    with pytest.raises(lojal.NotFound) as error:
        other.workspaces.get()
    assert error.value.reason == lojal.ErrorReason.WORKSPACE_NOT_FOUND
    assert client.workspaces.get().transactions == 1
