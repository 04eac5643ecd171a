"""Who stays, against numpy, pandas and scipy on made-up shops, and on published numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, special, stats

import lojal

START = datetime(2024, 1, 1, tzinfo=UTC)
AS_OF = START + timedelta(days=900)
WINDOW_DAYS = 90


def made_up(seed: int, customers: int = 400) -> pd.DataFrame:
    """Returns purchases of customers who come and go at different rates, one row a purchase."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(customers):
        group = "ab"[number % 2]
        birth = int(random.integers(0, 600))
        stay = random.exponential(250 if group == "a" else 120)
        gaps = random.exponential(20, size=200)
        days = birth + np.concatenate([[0.0], np.cumsum(gaps)])
        for day in days[days < min(birth + stay, 900)]:
            spend = round(float(random.lognormal(3, 1)), 2)
            rows.append({"customer_id": f"{group}{number}", "group": group, "day": int(day), "value": spend})
    frame = pd.DataFrame(rows)
    # noon, so that no purchase lies on the edge of a day
    frame["time"] = [START + timedelta(days=day, hours=12) for day in frame["day"]]
    return frame


@pytest.fixture
def shop(client: Any) -> tuple[Any, pd.DataFrame]:
    frame = made_up(seed=7)
    columns = frame[["customer_id", "time", "value"]]
    client.transactions.load(columns, currency_code="EUR", progress=False)
    groups = frame.drop_duplicates("customer_id")
    client.customers.upsert([lojal.CustomerUpsert(row.customer_id, {"plan": row.group}) for row in groups.itertuples()])
    return client, frame


def lives(frame: pd.DataFrame) -> pd.DataFrame:
    """Returns days followed and whether the customer left, by the definition of survival@2."""
    until = (AS_OF - START).days - WINDOW_DAYS
    each = frame.groupby("customer_id").agg(first=("day", "min"), last=("day", "max"), group=("group", "first"))
    each = each[each["first"] < until]
    each["left"] = each["last"] < until
    each["days"] = np.where(each["left"], each["last"], until) - each["first"]
    return each


def test_survival_is_that_of_scipy(shop: tuple[Any, pd.DataFrame]) -> None:
    client, frame = shop
    found = client.retention.survival(as_of=AS_OF, step_days=1)
    expected = lives(frame)
    data = stats.CensoredData.right_censored(expected["days"], ~expected["left"])
    curve = stats.ecdf(data).sf
    interval = curve.confidence_interval(0.95, method="log-log")
    table = found.to_pandas().set_index("days")
    assert (found.whole.customers, found.whole.events) == (len(expected), expected["left"].sum())
    assert list(table.index) == [int(day) for day in curve.quantiles]
    np.testing.assert_allclose(table["survival_probability"], curve.probabilities, atol=1e-12)
    inside = (curve.probabilities > 0) & (curve.probabilities < 1)
    for end, ends in (("low", interval.low), ("high", interval.high)):
        values = table[f"survival_probability_ci_{end}"].to_numpy(dtype=float)
        np.testing.assert_allclose(values[inside], ends.probabilities[inside], atol=1e-9)
    # an exact half, where rounding must not decide
    median = curve.quantiles[np.argmax(curve.probabilities <= 0.5 + 1e-12)]
    assert found.whole.median_days.value == median
    assert found.horizon_days == curve.quantiles[-1]
    steps = np.diff(np.concatenate([[0.0], curve.quantiles]))
    area = float(np.sum(steps * np.concatenate([[1.0], curve.probabilities[:-1]])))
    assert found.whole.restricted_mean_days.value == pytest.approx(area, rel=1e-12)
    # Klein and Moeschberger 4.5.3, read out literally
    left = expected[expected["left"]].groupby("days").size()
    variance = 0.0
    for day, d in left.items():
        n = int((expected["days"] >= day).sum())
        right = [
            np.clip(end, day, None) - np.clip(begin, day, None) for begin, end in pairwise([0.0, *curve.quantiles])
        ]
        beyond = float(np.dot(right, [1.0, *curve.probabilities[:-1]]))
        variance += beyond**2 * d / (n * (n - d)) if d < n else 0.0
    assert found.whole.restricted_mean_days.standard_error == pytest.approx(np.sqrt(variance), rel=1e-9)


def test_the_log_rank_test_is_that_of_scipy(shop: tuple[Any, pd.DataFrame]) -> None:
    client, frame = shop
    found = client.retention.survival(as_of=AS_OF, group_by="plan")
    expected = lives(frame)
    a, b = (
        stats.CensoredData.right_censored(of_group["days"], ~of_group["left"])
        for _, of_group in expected.groupby("group")
    )
    test = stats.logrank(a, b)
    assert found.log_rank.chi_square == pytest.approx(test.statistic**2, rel=1e-9)
    assert found.log_rank.p_value == pytest.approx(test.pvalue, rel=1e-9)
    assert [group.group for group in found.groups] == ["a", "b"]


def test_cohorts_are_those_of_pandas(shop: tuple[Any, pd.DataFrame]) -> None:
    client, frame = shop
    month = frame["time"].dt.tz_localize(None).dt.to_period("M")
    start = month.groupby(frame["customer_id"]).transform("min")
    age = (month - start).map(lambda offset: offset.n)
    table = pd.DataFrame(
        {"customer": frame["customer_id"], "cohort": start.astype(str), "age": age, "value": frame["value"]}
    )
    active = table.groupby(["cohort", "age"])["customer"].nunique()
    last = pd.Period(AS_OF.replace(tzinfo=None), "M")
    found = client.retention.cohorts(as_of=AS_OF, window="all", last_age=24)
    assert len(found.rows) > 200
    for row in found.rows:
        assert row.active_customers == active.get((row.cohort, row.age), 0)
        # the month of as_of has just begun
        over = pd.Period(row.cohort, "M") + row.age < last
        assert row.mature_customers == (row.customers if over else 0)
        assert row.complete is over
        if over:
            paid = table[(table["cohort"] == row.cohort) & (table["age"] <= row.age)]["value"].sum()
            assert row.cumulative_revenue_per_customer == pytest.approx(paid / row.customers)
            low, high = wilson(row.retained_customers, row.mature_customers)
            assert (row.retention_rate.ci_low, row.retention_rate.ci_high) == pytest.approx((low, high))
    total = sum(row.retained_customers for row in found.rows if row.age == 3)
    mean = next(mean for mean in found.means if mean.age == 3)
    assert mean.weighted_mean_rate.value == pytest.approx(total / mean.mature_customers)


def wilson(hits: int, n: int) -> tuple[float, float]:
    interval = stats.binomtest(hits, n).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


def test_rates_are_those_of_sets(shop: tuple[Any, pd.DataFrame]) -> None:
    client, frame = shop
    begin = AS_OF - timedelta(days=365)
    found = client.retention.rates(as_of=AS_OF, window="365d", group_by="plan")

    def active(at: datetime) -> set[str]:
        within = (frame["time"] >= at - timedelta(days=WINDOW_DAYS)) & (frame["time"] < at)
        return set(frame[within]["customer_id"])

    first = frame.groupby("customer_id")["time"].min()
    before, after = active(begin), active(AS_OF)
    new = {who for who in after if first[who] >= begin}
    whole = found.whole
    assert (whole.customers_at_start, whole.customers_at_end) == (len(before), len(after))
    assert (whole.lost_customers, whole.new_customers) == (len(before - after), len(new))
    assert whole.reactivated_customers == len(after - before - new)
    assert whole.set_retention_rate.value + whole.churn_rate.value == pytest.approx(1)
    assert whole.headcount_retention_rate.value == pytest.approx(
        whole.set_retention_rate.value + whole.reactivation_rate.value
    )
    frame_of_groups = found.to_pandas()
    assert list(frame_of_groups["group"]) == ["a", "b"]
    assert frame_of_groups["customers_at_start"].sum() == len(before)


def test_purchases_are_those_of_pandas(shop: tuple[Any, pd.DataFrame]) -> None:
    client, frame = shop
    found = client.retention.purchases(as_of=AS_OF, window="365d").whole
    within = frame[frame["time"] >= AS_OF - timedelta(days=365)]
    assert (found.orders, found.purchasers) == (len(within), within["customer_id"].nunique())
    assert found.average_order_value.value == pytest.approx(within["value"].mean())
    assert found.median_order_value.value == pytest.approx(within["value"].median())
    assert found.trimmed_mean_order_value.value == pytest.approx(stats.trim_mean(within["value"], 0.05))
    assert float(found.revenue.amount) == pytest.approx(
        found.purchasers * found.purchase_frequency.value * found.average_order_value.value
    )
    # the variance of a ratio, customers being clusters
    each = within.groupby("customer_id")["value"].agg(["sum", "count"])
    residual = each["sum"] - found.average_order_value.value * each["count"]
    m = len(each)
    error = np.sqrt(m / (m - 1) * (residual**2).sum()) / len(within)
    assert found.average_order_value.standard_error == pytest.approx(error)


def test_revenue_retention_is_that_of_numpy(shop: tuple[Any, pd.DataFrame]) -> None:
    client, frame = shop
    found = client.retention.revenue(as_of=AS_OF, window="180d", bootstrap_seed=3)
    now = (frame["time"] >= AS_OF - timedelta(days=180)) & (frame["time"] < AS_OF)
    prior = (frame["time"] >= AS_OF - timedelta(days=360)) & (frame["time"] < AS_OF - timedelta(days=180))
    r0 = frame[prior].groupby("customer_id")["value"].sum()
    r1 = frame[now].groupby("customer_id")["value"].sum().reindex(r0.index, fill_value=0.0)
    whole = found.whole
    assert whole.base_customers == len(r0)
    assert whole.gross_revenue_retention.value == pytest.approx(np.minimum(r0, r1).sum() / r0.sum())
    assert whole.net_revenue_retention.value == pytest.approx(r1.sum() / r0.sum())
    result = stats.bootstrap(
        (r0.to_numpy(), r1.to_numpy()),
        lambda a, b, axis: b.sum(axis=axis) / a.sum(axis=axis),
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=4000,
        rng=np.random.default_rng(1),
    )
    # a thousand replicates know a standard error to about 2 %
    assert whole.net_revenue_retention.standard_error == pytest.approx(result.standard_error, rel=0.1)
    width = result.confidence_interval.high - result.confidence_interval.low
    assert whole.net_revenue_retention.ci_low == pytest.approx(result.confidence_interval.low, abs=0.1 * width)
    assert whole.net_revenue_retention.ci_high == pytest.approx(result.confidence_interval.high, abs=0.1 * width)
    again = client.retention.revenue(as_of=AS_OF, window="180d", bootstrap_seed=3)
    assert again.whole == whole


def test_lifecycle_is_that_of_sets(shop: tuple[Any, pd.DataFrame]) -> None:
    client, frame = shop
    found = client.retention.lifecycle(as_of=AS_OF, window="all")
    month = frame["time"].dt.strftime("%Y-%m")
    bought = {label: set(frame[month == label]["customer_id"]) for label in month.unique()}
    before: set[str] = set()
    ever: set[str] = set()
    for row in found.rows:
        now = bought.get(row.period.label, set())
        counts = (row.new_customers, row.returning_customers, row.resurrected_customers, row.dormant_customers)
        assert counts == (len(now - ever), len(now & before), len(now & ever - before), len(before - now))
        before, ever = now, ever | now


def test_concentration_is_that_of_mean_differences(shop: tuple[Any, pd.DataFrame]) -> None:
    client, frame = shop
    found = client.retention.concentration(as_of=AS_OF, window="all", interval="quarter", bootstrap_replicates=200)

    def expected(spent: np.ndarray[Any, Any]) -> tuple[float, float]:
        n, ordered = len(spent), np.sort(spent)
        gini = np.abs(spent[:, None] - spent[None, :]).sum() / (2 * n * (n - 1) * spent.mean())
        lorenz = np.concatenate([[0], ordered.cumsum() / ordered.sum()])
        return gini, 1 - np.interp(0.9, np.arange(n + 1) / n, lorenz)

    known = frame[frame["time"] < AS_OF]
    quarters = known["time"].dt.year.astype(str) + "-Q" + known["time"].dt.quarter.astype(str)
    parts = [(found.whole, known)] + [(row, known[quarters == row.period.label]) for row in found.rows]
    assert len(parts) > 3
    for row, part in parts:
        spent = part.groupby("customer_id")["value"].sum().to_numpy()
        gini, top = expected(spent[spent > 0])
        assert row.customers == (spent > 0).sum()
        assert row.gini.value == pytest.approx(gini, abs=1e-9)
        assert row.top_share.value == pytest.approx(top, abs=1e-9)
        assert row.gini.ci_low < gini < row.gini.ci_high


def test_silences_are_those_of_scipy(shop: tuple[Any, pd.DataFrame]) -> None:
    client, frame = shop
    found = client.retention.activity_window(as_of=AS_OF, steps=10_000)
    silences, ended = [], []
    today = (AS_OF - START).days - 1
    for _, of_customer in frame.groupby("customer_id"):
        days = np.unique(of_customer["day"])
        silences += [*np.diff(days), today - days[-1]]
        ended += [True] * (len(days) - 1) + [False]
    curve = stats.ecdf(stats.CensoredData.right_censored(silences, ~np.array(ended))).sf
    table = found.to_pandas().set_index("silence_days")
    np.testing.assert_allclose(table["still_silent_probability"], curve.probabilities, atol=1e-12)
    back = (curve.probabilities - curve.probabilities[-1]) / curve.probabilities
    assert found.whole.days == curve.quantiles[np.argmax(back < 0.1)]
    assert found.whole.activity_window == f"{found.whole.days}d"


def test_a_projection_is_the_maximum_of_the_likelihood(client: Any) -> None:
    survivors = np.array([1000, 869, 743, 653, 593, 551, 517, 491])
    found = client.retention.project(survivors=survivors.tolist(), periods_ahead=3)
    model = found.models[0]

    def survival(alpha: float, beta: float, t: np.ndarray) -> np.ndarray:
        return np.exp(special.betaln(alpha, beta + t) - special.betaln(alpha, beta))

    def loss(logs: np.ndarray) -> float:
        alpha, beta = np.exp(logs)
        left = survival(alpha, beta, np.arange(8.0))
        return float(-(-np.diff(survivors) @ np.log(-np.diff(left)) + survivors[-1] * np.log(left[-1])))

    best = optimize.minimize(loss, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-9})
    alpha, beta = np.exp(best.x)
    assert (model.alpha.value, model.beta.value) == pytest.approx((alpha, beta), rel=1e-5)
    assert (model.alpha.value, model.beta.value) == pytest.approx((0.668, 3.806), abs=6e-4)
    expected = 1000 * survival(alpha, beta, np.arange(1.0, 11.0))
    np.testing.assert_allclose([row.expected_customers.value for row in found.rows], expected, rtol=1e-5)
    assert found.provenance.warnings


def test_mistakes_name_the_argument(client: Any) -> None:
    with pytest.raises(lojal.InvalidArgument, match="window"):
        client.retention.rates(window="2026-Q5")
    with pytest.raises(lojal.InvalidArgument, match="mode"):
        client.retention.cohorts(mode="sometimes")
    with pytest.raises(lojal.InvalidArgument, match="brackets"):
        client.retention.cohorts(mode="bracket")
    with pytest.raises(lojal.FailedPrecondition):
        client.retention.project()


def test_answers_print_and_turn_into_frames_even_when_empty(client: Any) -> None:
    calls = client.retention
    for answer in (calls.rates(), calls.cohorts(), calls.survival(), calls.lifecycle(), calls.revenue(),
                   calls.concentration(), calls.purchases(), calls.activity_window()):  # fmt: skip
        assert answer.to_pandas() is not None
        assert answer.to_polars() is not None
        assert answer._repr_html_()
