"""Questions about some customers only, on the real server."""

from __future__ import annotations

from typing import Any

import pytest

import lojal

AS_OF = "2026-05-01"
CROATIA = 'market == "hr"'


def shop(client: Any) -> None:
    """Records forty customers of two markets; those of hr buy twice as often and are happier."""
    people = [(f"{market}-{i}", market) for market in ("hr", "si") for i in range(20)]
    client.customers.upsert([{"customer_id": who, "attributes": {"market": market}} for who, market in people])
    months = {"hr": ("01", "02", "03", "04"), "si": ("01", "03")}
    client.transactions.record(
        [
            {
                "customer_id": who,
                "transaction_id": f"{who}-{month}",
                "time": f"2026-{month}-{1 + int(who[3:]):02}",
                "amount": lojal.Money(10, "EUR"),
            }
            for who, market in people
            for month in months[market]
        ]
    )
    scores = {"hr": 9, "si": 3}
    client.surveys.record(
        [
            {
                "response_id": f"{metric}-{who}",
                "customer_id": who,
                "time": "2026-04-15",
                "metric": metric,
                "score": score,
            }
            for who, market in people
            for metric, score in (("nps", scores[market]), ("csat", 5 if market == "hr" else 2))
        ]
        + [{"response_id": "nobody", "time": "2026-04-15", "score": 0}]
    )


def test_every_question_can_be_about_some_customers(client: Any) -> None:
    shop(client)
    about: dict[str, Any] = {"as_of": AS_OF, "filter": CROATIA}
    assert client.nps.score(**about).nps.value == 100
    assert client.nps.score(as_of=AS_OF).nps.n == 41
    assert client.nps.compare(**about, window="2026-04", baseline_window="2026-03")[0].first_nps.n == 20
    assert client.surveys.csat(**about).csat.value == 1
    assert client.surveys.scores(**about, metric="csat").mean.value == 5
    assert client.surveys.comments(**about, metric="nps").comments == 0
    assert client.surveys.response_rate(**about).provenance.filter == CROATIA
    assert client.retention.rates(**about, window="2026-04").whole.customers_at_start == 20
    assert client.retention.activity_window(**about).provenance.filter == CROATIA
    assert {row.customers for row in client.retention.cohorts(**about, last_age=2).rows} == {20}
    assert client.retention.survival(**about, activity_window="30d").whole.customers == 20
    assert client.retention.lifecycle(**about, window="2026-01").rows[0].new_customers == 20
    assert client.retention.revenue(**about, window="2026-04").whole.base_customers == 20
    assert client.retention.purchases(**about).whole.orders == 80
    with pytest.raises(lojal.FailedPrecondition, match="all 20 customers stayed"):
        client.retention.project(**about, activity_window="30d")
    summary = client.segments.summary(**about)
    assert sum(row.customers for row in summary) == 20
    assert sum(row.customer_share for row in summary) == pytest.approx(1)
    assert sum(row.customers for row in client.segments.summary(as_of=AS_OF)) == 40
    for row in summary:
        members = client.segments.members(row.segment, **about).to_list()
        assert [each.customer_id[:2] for each in members] == ["hr"] * row.customers
    assert [each.customer_id for each in client.customers.list(**about, page_size=7)] == [f"hr-{i}" for i in range(20)]
    assert len(client.clv.predict(**about).to_list()) == 20
    assert client.clv.predict(**about).totals().customers == 20


def test_facts_are_told_and_make_groups(client: Any) -> None:
    shop(client)
    facts = {fact.name: fact for fact in client.customers.facts(as_of=AS_OF)}
    assert (facts["orders"].type, facts["orders"].is_attribute) == ("integer", False)
    assert facts["market"].values == (("hr", 20), ("si", 20))
    assert facts["market"].customers == 40
    assert not facts["revenue"].makes_groups
    assert "market" in client.customers.facts(as_of=AS_OF).to_pandas()["name"].tolist()
    by_orders = client.retention.purchases(as_of=AS_OF, group_by="orders")
    assert [(row.group, row.orders) for row in by_orders.rows] == [("2", 40), ("4", 80)]
    by_category = client.surveys.csat(as_of=AS_OF, group_by="nps_category")
    assert [(row.group, row.top_box_share.value) for row in by_category.rows] == [("detractor", 0), ("promoter", 1)]


def test_a_filter_that_means_nothing_is_refused_with_its_column(client: Any) -> None:
    shop(client)
    for text, problem in {
        "orders >": "column 9",
        "orders == 'many'": "compares a whole number with a text at column 1",
        "orders > 1 && markt == 'hr'": '"markt" at column 15, which is not a fact, and no customer has such an',
        "orders": "not a condition",
    }.items():
        with pytest.raises(lojal.InvalidArgument) as error:
            client.nps.score(as_of=AS_OF, filter=text)
        (violation,) = error.value.field_violations
        assert violation.field == "filter"
        assert problem in violation.description
    with pytest.raises(lojal.InvalidArgument):
        client.customers.list(filter="markt == 'hr'").to_list()
