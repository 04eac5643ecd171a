"""Costs: what is sent, and how it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas
import pytest
from fake_server import FakeServer, rows_of
from noting import call_of, costs

import lojal
from lojal.v1 import ingest_service_pb2

TIME = "2026-03-02T10:00:00Z"
VOUCHER = {"cost_id": "voucher-7", "customer_id": "c42", "time": TIME, "amount": "5"}


def sent(server: FakeServer) -> list[Any]:
    return [row for request in server.received for row in rows_of(request)]


def test_costs_are_sent_as_they_are() -> None:
    given: list[Any] = [
        lojal.Cost("k1", TIME, lojal.Money(5, "EUR"), customer_id="c1"),
        {
            "cost_id": "ads-2026-03",
            "source": "ads",
            "market": "hr",
            "kind": "acquisition",
            "time": "2026-03-01",
            "end_time": "2026-04-01",
            "amount": "1200.50",
            "currency_code": "EUR",
        },
    ]
    request: Any = call_of(costs.record, given, skip_invalid=True).request
    expected = ingest_service_pb2.RecordCostsRequest(skip_invalid=True)
    euros = {"amount": "5", "currency_code": "EUR"}
    expected.costs.add(cost_id="k1", customer_id="c1", amount=euros).time.FromJsonString(TIME)
    ads = expected.costs.add(cost_id="ads-2026-03", source="ads", market="hr", kind=1)
    ads.amount.amount, ads.amount.currency_code = "1200.50", "EUR"
    ads.time.FromJsonString("2026-03-01T00:00:00Z")
    ads.end_time.FromJsonString("2026-04-01T00:00:00Z")
    assert request == expected


@pytest.mark.parametrize(
    "change",
    [
        {"cost_id": ""},
        {"kind": "chat"},
        {"when": TIME},
        {"time": 7},
        {"end_time": "soon"},
        {"amount": 0},
        {"amount": "-1"},
        {"amount": None},
    ],
    ids=str,
)
def test_a_bad_cost_is_refused_by_its_field(change: dict[str, Any]) -> None:
    with pytest.raises(lojal.InvalidArgument) as error:
        call_of(costs.record, [{**VOUCHER, **change}])
    assert error.value.field_violations[0].field == f"costs[0].{next(iter(change))}"


def test_a_log_of_costs(client: Any, server: FakeServer) -> None:
    frame = pandas.DataFrame(
        {"id": [1, 2], "user": ["c1", None], "date": TIME, "end_time": [None, "2026-04-01"], "Spend": [2.5, 1200],
         "revenue": 9999, "acquisition_source": [None, "ads"], "market": [None, "hr"], "what": [None, "acquisition"]}
    )  # fmt: skip
    result = client.costs.load(frame, kind="incentive", kind_column="what", currency_code="EUR", progress=False)
    assert (result.columns["amount"], result.columns["source"]) == ("Spend", "acquisition_source")
    voucher, ads = sent(server)
    assert (voucher.cost_id, voucher.customer_id, voucher.kind, voucher.source) == ("1", "c1", 4, "")
    assert (voucher.amount.amount, voucher.amount.currency_code, voucher.HasField("end_time")) == ("2.5", "EUR", False)
    assert (ads.cost_id, ads.customer_id, ads.kind, ads.source, ads.market) == ("2", "", 1, "ads", "hr")
    assert ads.end_time.ToJsonString() == "2026-04-01T00:00:00Z"
    with pytest.raises(lojal.InvalidArgument, match="'chat' is not one of: acquisition, service, programme"):
        client.costs.load(frame, kind="chat", progress=False)


def test_columns_of_costs_can_be_named(client: Any, server: FakeServer, tmp_path: Path) -> None:
    file = tmp_path / "costs.csv"
    file.write_text("no;on;from;until;paid;money;via;land\n7;;2026-03-01;2026-04-01;12.50;USD;ads;si\n")
    client.costs.load(
        file,
        delimiter=";",
        cost_id="no",
        customer_id="on",
        time="from",
        end_time="until",
        amount="paid",
        currency="money",
        source_column="via",
        market="land",
        progress=False,
    )
    (cost,) = sent(server)
    assert (cost.cost_id, cost.customer_id, cost.source, cost.market) == ("7", "", "ads", "si")
    assert (cost.amount.amount, cost.amount.currency_code) == ("12.50", "USD")
    assert cost.end_time.ToJsonString() == "2026-04-01T00:00:00Z"


def test_costs_are_not_taken_for_those_of_everybody(client: Any, server: FakeServer) -> None:
    frame = pandas.DataFrame({"id": [1], "buyer": "c1", "date": TIME, "amount": 5})
    with pytest.raises(lojal.InvalidArgument, match=r"customer_id=False if no cost is.*'buyer'"):
        client.costs.load(frame, progress=False)
    assert server.received == []
    client.costs.load(frame, customer_id="buyer", progress=False)
    client.costs.load(frame, customer_id=False, progress=False)
    assert [cost.customer_id for cost in sent(server)] == ["c1", ""]


def test_a_bad_row_of_costs_is_named_before_anything_is_sent(client: Any, server: FakeServer) -> None:
    with pytest.raises(lojal.InvalidArgument, match="more than zero: give what was spent") as error:
        client.costs.load([VOUCHER, {**VOUCHER, "amount": 0}], progress=False)
    assert [(each.row, each.field) for each in error.value.field_violations] == [(1, "amount")]
    assert server.received == []
