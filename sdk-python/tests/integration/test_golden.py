"""The golden values of the definitions, on the real server: published, or of scipy, lifelines and lifetimes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

import lojal

Z = 1.959963984540054


def printed(value: float, digits: int) -> Any:
    """Returns what equals a value that was printed with so many digits after the point."""
    return pytest.approx(value, abs=0.51 * 10**-digits)


def answers(metric: str, scores: dict[int, int], prefix: str = "") -> list[dict[str, Any]]:
    """Returns answers of customers of their own: so many of each score."""
    each = [score for score, count in scores.items() for _ in range(count)]
    return [
        {
            "response_id": f"{prefix}{metric}{number}",
            "customer_id": f"{prefix}{metric}{number}",
            "time": "2026-03-01",
            "metric": metric,
            "score": score,
        }
        for number, score in enumerate(each)
    ]


@pytest.mark.parametrize(
    ("counts", "nps", "wald", "adjusted", "digits"),
    [
        ((40, 30, 30), 10, (-6.281, 26.281), (-6.272, 25.689), 3),
        ((5, 3, 2), 30, (-18.41, 78.41), (-19.05, 65.20), 2),
        ((10, 0, 0), 100, (100, 100), (47.50, 100), 2),
        ((500, 300, 200), 30, None, (25.08, 34.74), 2),
    ],
)
def test_nps(client: Any, counts: Sequence[int], nps: float, wald: Any, adjusted: Any, digits: int) -> None:
    client.surveys.record(answers("nps", dict(zip((9, 7, 3), counts, strict=True))))
    found = client.nps.score().nps
    assert (found.value, found.n, found.method) == (pytest.approx(nps), sum(counts), "adjusted_wald")
    assert (found.ci_low, found.ci_high) == (printed(adjusted[0], digits), printed(adjusted[1], digits))
    if wald:
        half = Z * found.standard_error
        assert (nps - half, nps + half) == (printed(wald[0], digits), printed(wald[1], digits))
    if counts[0] == 40:
        assert found.standard_error == printed(8.3066, 4)


def test_two_nps(client: Any) -> None:
    for group, counts in {"a": (40, 30, 30), "b": (55, 25, 20)}.items():
        given = answers("nps", dict(zip((9, 7, 3), counts, strict=True)), prefix=group)
        client.customers.upsert([{"customer_id": each["customer_id"], "attributes": {"plan": group}} for each in given])
        client.surveys.record(given)
    (found,) = client.nps.compare(group_by="plan")
    assert (found.z, found.p_value) == (printed(-2.1506, 4), printed(0.0315, 4))
    assert (found.difference.ci_low + found.difference.ci_high) / 2 == printed(-24.272, 3)


@pytest.mark.parametrize(("margin", "expected"), [(10, 385), (5, 1537), (3, 4269)])
def test_answers_for_a_margin(client: Any, margin: float, expected: int) -> None:
    assert client.nps.plan_sample(margin=margin).answers == expected


@pytest.mark.parametrize(("satisfied", "n", "low", "high"), [(84, 100, 0.7558, 0.8990), (0, 20, 0, 0.1611)])
def test_satisfaction(client: Any, satisfied: int, n: int, low: float, high: float) -> None:
    client.surveys.record(answers("csat", {4: satisfied, 2: n - satisfied}))
    found = client.surveys.csat().csat
    assert (found.value, found.ci_low, found.ci_high) == (satisfied / n, printed(low, 4), printed(high, 4))


def bought(client: Any, rows: list[tuple[str, date | datetime]], amount: int = 10) -> None:
    client.transactions.record(
        [
            {
                "customer_id": who,
                "transaction_id": f"{who}-{number}",
                "time": when,
                "amount": lojal.Money(amount, "EUR"),
            }
            for number, (who, when) in enumerate(rows)
        ]
    )


def test_headcount_retention_and_churn(client: Any) -> None:
    old = [(f"old{number}", date(2026, 3, 15)) for number in range(100)]
    stay = [(f"old{number}", date(2026, 6, 15)) for number in range(90)]
    back = [(f"back{number}", day) for number in range(5) for day in (date(2025, 10, 1), date(2026, 6, 1))]
    new = [(f"new{number}", date(2026, 5, 15)) for number in range(20)]
    bought(client, old + stay + back + new)
    whole = client.retention.rates(as_of="2026-07-01", window="2026-Q2").whole
    assert (whole.customers_at_start, whole.lost_customers, whole.reactivated_customers) == (100, 10, 5)
    assert (whole.new_customers, whole.customers_at_end) == (20, 115)
    assert whole.headcount_retention_rate.value == pytest.approx(0.95)
    assert whole.churn_rate.value == pytest.approx(0.10)
    assert whole.set_retention_rate.value == pytest.approx(0.90)
    assert whole.headcount_retention_rate.value + whole.churn_rate.value == pytest.approx(1.05)


START = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = ([5, 8, 8, 12, 15, 20, 20, 25, 30, 30], [1, 1, 0, 1, 1, 0, 1, 1, 0, 0])
SECOND = ([3, 4, 6, 8, 9, 10, 12, 14, 18, 30], [1, 1, 1, 1, 0, 1, 1, 1, 1, 0])


def live(client: Any, plan: str, durations: list[int], events: list[int]) -> None:
    """Records customers who leave after so many days, or are still there when last looked at, on day 100."""
    rows = []
    for number, (days, left) in enumerate(zip(durations, events, strict=True)):
        first, last = (0, days) if left else (100 - days, 101)
        rows += [(f"{plan}{number}", START + timedelta(days=day)) for day in (first, last)]
    bought(client, rows)
    client.customers.upsert([{"customer_id": f"{plan}{number}", "attributes": {"plan": plan}} for number in range(10)])


def test_survival(client: Any) -> None:
    live(client, "first", *FIRST)
    asked: dict[str, Any] = {"as_of": START + timedelta(days=190), "activity_window": "90d"}
    found = client.retention.survival(**asked)
    curve = {row.days: row.survival_probability for row in found.curve if row.events}
    expected = {5: 0.9, 8: 0.8, 12: 0.6857, 15: 0.5714, 20: 0.4571, 25: 0.3048}
    assert {day: estimate.value for day, estimate in curve.items()} == {d: printed(s, 4) for d, s in expected.items()}
    assert (curve[5].ci_low, curve[5].ci_high) == (printed(0.4730, 4), printed(0.9853, 4))
    assert found.whole.median_days.value == 20
    live(client, "second", *SECOND)
    test = client.retention.survival(**asked, group_by="plan").log_rank
    assert (test.chi_square, test.p_value) == (printed(2.5789, 4), printed(0.1083, 4))


@pytest.mark.parametrize(
    ("survivors", "alpha", "beta", "digits", "forecast"),
    [
        ([1000, 869, 743, 653, 593, 551, 517, 491], 0.668, 3.806, 3, []),
        ([1000, 631, 468, 382, 326, 289, 262, 241], 0.704, 1.182, 3, []),
        ([1000, 631, 468, 382, 326], 0.7637, 1.2958, 4, [284.5, 253.7, 229.6, 210.3]),
    ],
)
def test_projections(
    client: Any, survivors: list[int], alpha: float, beta: float, digits: int, forecast: list[float]
) -> None:
    found = client.retention.project(survivors=survivors, periods_ahead=4)
    (model,) = found.models
    assert (model.alpha.value, model.beta.value) == (printed(alpha, digits), printed(beta, digits))
    ahead = [row.expected_customers.value for row in found.rows][len(survivors) - 1 :]
    assert ahead[: len(forecast)] == [printed(customers, 1) for customers in forecast]


def test_earned_growth(client: Any) -> None:
    spent = {
        "base": (100, 85),
        "earned": (0, 25),
        "paid": (0, 20),
    }
    client.customers.upsert(
        [
            {"customer_id": "earned", "acquisition_source": "referral"},
            {"customer_id": "paid", "acquisition_source": "ads"},
        ]
    )
    for who, amounts in spent.items():
        for year, amount in zip((2025, 2026), amounts, strict=True):
            if amount:
                client.transactions.record(
                    [
                        {
                            "customer_id": who,
                            "transaction_id": f"{who}{year}",
                            "time": date(year, 6, 1),
                            "amount": lojal.Money(amount, "EUR"),
                        }
                    ]
                )
    whole = client.retention.revenue(as_of="2027-01-01", window="2026").whole
    assert whole.net_revenue_retention.value == pytest.approx(0.85)
    assert whole.earned_growth_rate == pytest.approx(0.10)
    assert whole.earned_growth_ratio == pytest.approx(1 / 3)


def test_frequency_scores(client: Any) -> None:
    rows = []
    for orders, customers in {1: 60, 2: 25, 3: 10, 7: 5}.items():
        for number in range(customers):
            rows += [(f"{orders}-{number}", date(2026, 1, 1 + day)) for day in range(orders)]
    bought(client, rows)
    scores = [client.segments.of(f"{orders}-0", as_of="2026-03-01").scores.frequency for orders in (1, 2, 3, 7)]
    assert scores == [1, 4, 5, 5]


def test_who_is_alive_and_buys_again(client: Any, cdnow_rows: list[dict[str, str]]) -> None:
    client.transactions.load(cdnow_rows, currency_code="USD", progress=False)
    fitted = {kind: client.clv.fit(model=kind, calibration_end="1997-09-30") for kind in ("bg_nbd", "mbg_nbd")}
    assert fitted["bg_nbd"].customers == 2357
    parameters = {kind: {name: each.value for name, each in fitted[kind].parameters.items()} for kind in fitted}
    assert parameters["bg_nbd"] == {
        "r": printed(0.2426, 4),
        "alpha": printed(4.4135, 3),
        "a": printed(0.7929, 4),
        "b": printed(2.4258, 3),
    }
    assert parameters["mbg_nbd"] == {
        "r": printed(0.5248, 4),
        "alpha": printed(6.183, 3),
        "a": printed(0.8914, 4),
        "b": printed(1.614, 3),
    }
    today = date(1997, 9, 30)
    # repeat purchases, days to the last, days observed
    histories = {"usual": (2, 213, 272), "gone": (5, 70, 273), "active": (5, 245, 273), "once": (0, 0, 273)}
    for who, (repeats, recency, age) in histories.items():
        first = today - timedelta(days=age)
        days = [first, *(first + timedelta(days=recency - repeats + 1 + step) for step in range(repeats))]
        client.transactions.record(
            [
                {
                    "customer_id": who,
                    "transaction_id": f"{who}{day}",
                    "time": day,
                    "amount": lojal.Money(20, "USD"),
                }
                for day in days
            ]
        )

    def asked(who: str, kind: str = "bg_nbd", horizon: str = "39w") -> Any:
        model_id = fitted[kind].model_id
        return client.clv.predict_customer(
            who, as_of="1997-10-01", horizon=horizon, model_id=model_id, with_distribution=True
        )

    usual = asked("usual")
    assert (usual.frequency, usual.recency_days, usual.age_days) == histories["usual"]
    assert usual.alive_probability.value == printed(0.7266, 4)
    assert asked("usual", "mbg_nbd").alive_probability.value == printed(0.7061, 4)
    assert usual.expected_purchases.value == printed(1.2259, 3)
    assert usual.next_purchase.days_p50 / 7 == printed(15.67, 2)
    assert asked("usual", horizon="13w").purchase_probability.value == printed(0.3235, 4)
    gone, active = asked("gone"), asked("active")
    assert (gone.alive_probability.value, gone.expected_purchases.value) == (printed(0.0244, 4), printed(0.0927, 4))
    assert (active.alive_probability.value, active.expected_purchases.value) == (printed(0.83, 4), printed(3.1516, 3))
    assert asked("once").alive_probability.value == 1
    assert asked("once", "mbg_nbd").alive_probability.value == printed(0.3893, 4)
