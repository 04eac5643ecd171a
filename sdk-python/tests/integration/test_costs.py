"""Costs, on the real server."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pandas
import pytest

import lojal

AS_OF = "2026-04-15"
VOUCHER = {
    "cost_id": "voucher-7",
    "customer_id": "c42",
    "kind": "incentive",
    "time": "2026-03-02T10:00:00Z",
    "amount": "5",
    "currency_code": "EUR",
}
ADS = {
    "cost_id": "ads-2026-03",
    "source": "ads",
    "market": "hr",
    "kind": "acquisition",
    "time": "2026-03-01",
    "end_time": "2026-04-01",
    "amount": lojal.Money("1200", "EUR"),
}
EUROS = lojal.Money(Decimal(5), "EUR")


def test_costs_of_a_customer_and_of_a_source(client: Any) -> None:
    assert client.costs.record([VOUCHER, ADS]).recorded == 2
    assert client.costs.record([lojal.Cost(**VOUCHER), lojal.Cost(**ADS)]).duplicates == 2
    with pytest.raises(lojal.AlreadyExists) as error:
        client.costs.record([{**ADS, "market": "si"}])
    assert error.value.reason == lojal.ErrorReason.RECORD_CONFLICT
    workspace = client.admin.info().workspace
    assert (workspace.costs, workspace.customers, workspace.reporting_currency_code) == (2, 1, "EUR")
    assert client.customers.get("c42", as_of=AS_OF).cost == EUROS
    assert client.customers.get("c42", as_of=AS_OF).gross_spend.amount == 0
    (event,) = client.customers.timeline("c42", as_of=AS_OF)
    assert (event.kind, event.time) == ("cost", datetime(2026, 3, 2, 10, tzinfo=UTC))
    assert event.event == lojal.CostEvent("voucher-7", lojal.CostKind.INCENTIVE, EUROS)
    assert client.customers.export("c42").events[0].event == event.event
    assert client.customers.erase("c42").costs == 1
    assert client.admin.info().workspace.costs == 1


def test_customers_are_found_by_what_they_cost(client: Any) -> None:
    dear = [{**VOUCHER, "cost_id": f"k{i}", "amount": 2} for i in range(2)]
    client.costs.record([*dear, {**VOUCHER, "cost_id": "k2", "customer_id": "c43", "amount": 3}, ADS])
    found = client.customers.list(as_of=AS_OF, filter="cost > 3.0").to_list()
    assert [(each.customer_id, each.cost.amount) for each in found] == [("c42", 4)]
    assert [each.customer_id for each in client.customers.list(as_of=AS_OF, filter="cost > 3")] == ["c42"]
    assert len(client.customers.list(as_of="2026-03-02", filter="cost > 0").to_list()) == 0
    fact = next(each for each in client.customers.facts(as_of=AS_OF) if each.name == "cost")
    assert (fact.type, fact.is_attribute) == (lojal.FactType.NUMBER, False)


def test_a_cost_in_another_currency_is_converted_and_its_period_kept(client: Any) -> None:
    client.costs.record([VOUCHER])
    dollars = {**VOUCHER, "cost_id": "k2", "currency_code": "USD", "time": "2026-03-03", "end_time": "2027-01-01"}
    with pytest.raises(lojal.FailedPrecondition) as error:
        client.costs.record([dollars])
    assert error.value.reason == lojal.ErrorReason.EXCHANGE_RATE_MISSING
    client.workspaces.set_exchange_rates([lojal.ExchangeRate("USD", "2026-01-01", "0.9")])
    client.costs.record([dollars])
    later = client.customers.timeline("c42", as_of=AS_OF).to_list()[0].event
    assert (later.amount, later.converted_amount) == (lojal.Money(5, "USD"), lojal.Money(Decimal("4.5"), "EUR"))
    assert later.end_time == datetime(2027, 1, 1, tzinfo=UTC)
    assert client.customers.get("c42", as_of=AS_OF).cost.amount == Decimal("9.5")


@pytest.mark.parametrize(
    ("change", "field", "why"),
    [
        ({"source": "ads"}, "costs[0].source", "is given beside customer_id"),
        ({"market": "hr"}, "costs[0].market", "is given beside customer_id"),
        ({"amount": 0}, "costs[0].amount", "is not more than zero"),
        ({"end_time": "2026-03-02"}, "costs[0].end_time", "is not after time"),
    ],
    ids=["source", "market", "amount", "end_time"],
)
def test_costs_that_are_refused(client: Any, change: dict[str, Any], field: str, why: str) -> None:
    with pytest.raises(lojal.InvalidArgument, match=why) as error:
        client.costs.record([{**VOUCHER, **change}])
    assert [each.field for each in error.value.field_violations] == [field]
    assert client.admin.info().workspace.costs == 0


def test_a_log_of_costs(client: Any) -> None:
    frame = pandas.DataFrame(
        {"id": ["k1", "k2", "k3"], "customer": ["c42", "c42", None], "date": "2026-03-01", "cost": [1.25, 2, 700],
         "source": [None, None, "ads"], "kind": ["service", None, "acquisition"]}
    )  # fmt: skip
    options = {"kind": "incentive", "currency_code": "EUR", "progress": False}
    assert client.costs.load(frame, **options).recorded == 3
    assert client.costs.load(frame, **options).duplicates == 3
    assert client.customers.get("c42", as_of=AS_OF).cost.amount == Decimal("3.25")
    events = client.customers.timeline("c42", as_of=AS_OF).to_list().to_pandas()
    assert sorted(zip(events["cost_id"], events["cost_kind"], strict=True)) == [("k1", "service"), ("k2", "incentive")]
    both = frame.assign(source=["ads", "", ""], id=["k4", "k5", "k6"])
    with pytest.raises(lojal.InvalidArgument, match="beside customer_id") as error:
        client.costs.load(both, **options)
    assert [each.row for each in error.value.field_violations] == [0]
    skipped = client.costs.load(both, **options, skip_invalid=True)
    assert (skipped.recorded, [each.row for each in skipped.row_errors]) == (2, [0])


def test_what_a_new_customer_cost(client: Any) -> None:
    client.costs.record([VOUCHER, ADS])
    client.transactions.record(
        {"customer_id": f"c{number}", "transaction_id": f"t{number}", "time": "2026-03-10",
         "amount": lojal.Money("9", "EUR")} for number in (42, 43)
    )  # fmt: skip
    found = client.retention.costs(as_of=AS_OF, window="2026", interval="month")
    whole = found.whole
    assert (whole.total.amount, whole.new_customers) == (Decimal(1205), 2)
    assert {each.kind: each.amount.amount for each in whole.kinds} == {
        lojal.CostKind.ACQUISITION: Decimal(1200),
        lojal.CostKind.INCENTIVE: Decimal(5),
    }
    assert whole.acquisition_cost_per_new_customer == lojal.Money(Decimal(600), "EUR")
    assert [row.period.label for row in found.rows if row.period] == ["2026-03"]
    table = client.retention.costs(as_of=AS_OF, window="2026", group_by="market").to_pandas()
    assert dict(zip(table["group"], table["new_customers"], strict=True)) == {"": 2, "hr": 0}
