"""Who is loyal, on the real server."""

from __future__ import annotations

from typing import Any

import pytest

import lojal

AS_OF = "2026-01-01"
CUSTOMERS = 120


def shop(client: Any) -> None:
    """Records 120 customers who buy once to ten times a year.

    Those who buy most hate it, the others like it, and every fifth is silent.
    """
    people = [f"c{n:03}" for n in range(CUSTOMERS)]
    market = {who: "hr" if n % 2 == 0 else "pl" for n, who in enumerate(people)}
    client.customers.upsert([{"customer_id": who, "attributes": {"market": market[who]}} for who in people])
    client.transactions.record(
        [
            {
                "customer_id": who,
                "transaction_id": f"{who}-{visit}",
                "time": f"2025-{1 + visit:02}-{1 + n % 28:02}",
                "amount": lojal.Money(10 + n % 7, "EUR"),
            }
            for n, who in enumerate(people)
            for visit in range(n % 10 + 1)
        ]
    )
    client.surveys.record(
        [
            {
                "response_id": f"n-{who}",
                "customer_id": who,
                "time": f"2025-11-{1 + n % 28:02}",
                "score": n % 6 if n % 10 >= 6 else 9,
            }
            for n, who in enumerate(people)
            if n % 5 != 0
        ]
    )


def test_a_score_is_its_base_and_what_moves_it(client: Any) -> None:
    shop(client)
    one = client.loyalty.of("c007", as_of=AS_OF)
    assert one.score.value == pytest.approx(one.base + sum(each.points for each in one.contributions), abs=1e-9)
    assert one.score.ci_low < one.score.value < one.score.ci_high
    assert one.place is lojal.LoyaltyPlace.SPURIOUS
    assert "stays, and is not loyal" in one.sentence
    said = {each.component: each for each in one.contributions}[lojal.LoyaltyComponent.RECOMMENDATION]
    assert said.evidence == "answered 1 of 10 about recommendation on 2025-11-08; 1 answer"
    assert said.points < 0
    assert one.standard.customers == CUSTOMERS
    assert one.standard.customers_with_attitude == CUSTOMERS * 4 // 5
    assert one.provenance.as_of.isoformat() == "2026-01-01T00:00:00+00:00"
    narrow = client.loyalty.of("c007", as_of=AS_OF, confidence=0.6)
    assert narrow.score.ci_high - narrow.score.ci_low < one.score.ci_high - one.score.ci_low
    silent = client.loyalty.of("c005", as_of=AS_OF)
    assert (silent.place, silent.attitude.value) == (lojal.LoyaltyPlace.UNKNOWN, None)


def test_lists_come_in_their_order_and_by_place(client: Any) -> None:
    shop(client)
    everybody = client.loyalty.list(as_of=AS_OF, order_by="recorded").to_list()
    assert [each.customer_id for each in everybody] == [f"c{n:03}" for n in range(CUSTOMERS)]
    assert everybody.standard.model.version == 1
    assert everybody.provenance.definition.startswith("loyalty@")
    highest = client.loyalty.list(as_of=AS_OF).to_list()
    assert len(highest) == 100  # unless asked for more
    scores = [each.score.value for each in highest]
    assert scores == sorted(scores, reverse=True)
    lowest = client.loyalty.list(as_of=AS_OF, order_by="lowest", limit=3).to_list()
    assert [each.score.value for each in lowest] == sorted(each.score.value for each in everybody)[:3]
    risks = [each.value_at_risk for each in client.loyalty.list(as_of=AS_OF, order_by="value_at_risk", limit=9)]
    assert risks == sorted(risks, reverse=True)
    assert len(risks) == 9
    for place in ("spurious", "unknown"):
        listed = client.loyalty.list(as_of=AS_OF, place=place, order_by="recorded", filter='market == "hr"').to_list()
        expected = [each for each in everybody if each.place == place and int(each.customer_id[1:]) % 2 == 0]
        assert expected
        assert [each.customer_id for each in listed] == [each.customer_id for each in expected]
        # a filter does not change with whom they are compared
        assert [each.score.value for each in listed] == [each.score.value for each in expected]
    frame = client.loyalty.list(as_of=AS_OF).to_pandas()
    assert frame["score"].tolist() == scores


def test_a_summary_sums_up_the_list(client: Any) -> None:
    shop(client)
    everybody = client.loyalty.list(as_of=AS_OF, order_by="recorded").to_list()
    summary = client.loyalty.summary(as_of=AS_OF)
    assert (summary.whole.place, summary.whole.customers) == (None, CUSTOMERS)
    assert [row.place for row in summary.rows] == ["true", "latent", "spurious", "none", "unknown"]
    for row in summary.rows:
        of_place = [each for each in everybody if each.place == row.place]
        assert row.customers == len(of_place)
        assert row.customer_share.value == pytest.approx(len(of_place) / CUSTOMERS)
        if of_place:
            mean = sum(each.score.value for each in of_place) / len(of_place)
            assert row.mean_score.value == pytest.approx(mean)
            worth = sum(each.clv_12mo for each in of_place)
            assert float(row.clv_12mo.amount) == pytest.approx(worth, abs=0.005)
    spurious = summary.rows[2]
    assert spurious.nps.value == -100  # who buys most does not recommend us
    grouped = client.loyalty.summary(as_of=AS_OF, group_by="market")
    assert [row.group for row in grouped.rows] == ["hr"] * 5 + ["pl"] * 5
    assert grouped.to_pandas()["customers"].sum() == CUSTOMERS


def test_a_model_has_versions_that_stay(client: Any) -> None:
    shop(client)
    first = client.loyalty.model()
    assert (first.version, first.since, first.cut) == (1, None, lojal.LoyaltyCut.MEDIANS)
    assert first.weights["repeat"] == 0.25
    assert list(first.weights) == [each for each in lojal.LoyaltyComponent if each != "unknown"]
    before = client.loyalty.of("c007", as_of=AS_OF)
    nothing_but = dict.fromkeys(first.weights, 0) | {"recommendation": 2.0}
    second = client.loyalty.update_model(weights=nothing_but, half_life_days=90, cut="fifty")
    assert (second.version, second.half_life_days, second.cut) == (2, 90, "fifty")
    assert second.since is not None
    assert second.pseudo_answers == first.pseudo_answers
    assert client.loyalty.update_model(half_life_days=90).version == 2  # as it was
    after = client.loyalty.of("c007", as_of=AS_OF)
    (said,) = [each for each in after.contributions if each.weight > 0]
    assert (said.component, said.weight) == (lojal.LoyaltyComponent.RECOMMENDATION, 1)
    assert after.score.value == pytest.approx(100 * said.value)
    assert client.loyalty.of("c007", as_of=AS_OF, version=1).score == before.score
    assert client.loyalty.model(version=1) == first


def test_what_cannot_be_asked_is_refused(client: Any) -> None:
    shop(client)
    with pytest.raises(lojal.NotFound) as nobody:
        client.loyalty.of("zoe")
    assert nobody.value.reason == lojal.ErrorReason.CUSTOMER_NOT_FOUND
    client.customers.upsert([{"customer_id": "zoe", "attributes": {"market": "hr"}}])
    with pytest.raises(lojal.FailedPrecondition) as never:
        client.loyalty.of("zoe")
    assert never.value.reason == lojal.ErrorReason.INSUFFICIENT_HISTORY
    for ask, field in [
        (lambda: client.loyalty.model(version=7), "version"),
        (lambda: client.loyalty.list(limit=100_001).to_list(), "limit"),
        (lambda: client.loyalty.summary(filter="orders >"), "filter"),
        (lambda: client.loyalty.update_model(weights={"trust": -1}), "model"),
        (lambda: client.loyalty.update_model(weights=dict.fromkeys(client.loyalty.model().weights, 0)), "model"),
        (lambda: client.loyalty.update_model(half_life_days=0), "model"),
    ]:
        with pytest.raises(lojal.InvalidArgument) as error:
            ask()
        assert [each.field for each in error.value.field_violations] == [field]
