"""How far to trust models, and what predictions tell besides a number, on the CDNOW sample."""

from __future__ import annotations

import datetime
import math
import random
from typing import Any

import pandas
import pytest

import lojal
from lojal.v1 import clv_service_pb2

CALIBRATION = {"calibration_end": "1997-09-30", "holdout_end": "1998-06-30"}
AS_OF = "1997-10-01"


@pytest.fixture
def bg_nbd(cdnow: Any) -> str:
    """A BG/NBD model of the first nine months, with bootstrap replicates. Asking again returns the same one."""
    model = cdnow.clv.fit(
        model="bg_nbd", calibration_end="1997-09-30", bootstrap_replicates=20, request_id="bootstrapped"
    )
    assert (model.bootstrap_replicates, model.is_identified, model.fit_reason) == (20, True, "requested")
    return str(model.model_id)


def test_a_model_says_how_good_it_is(cdnow: Any, bg_nbd: str) -> None:
    model = cdnow.clv.model(model_id=bg_nbd)
    assert (model.chi_square, model.chi_square_degrees_of_freedom) == (pytest.approx(4.8211, abs=1e-4), 3)
    pairs = {(each.first, each.second): each.correlation for each in model.correlations}
    assert len(pairs) == 6
    assert pairs["a", "b"] == pytest.approx(0.9404, abs=1e-4)
    assert (model.regularity, model.covariates, model.covariates_test) == (0, (), None)
    assert model.backtest_bias == pytest.approx(1.0135, abs=1e-4)


def test_the_models_that_did_best_are_mixed(cdnow: Any) -> None:
    model = cdnow.clv.fit(calibration_end="1997-09-30")
    assert model.model_id.startswith("mixture-")
    assert "MBG/NBD forecast best on 3 past days" in model.fit_reason
    assert sum(each.weight for each in model.members) == pytest.approx(1.0)
    assert model.kind is model.members[0].kind
    assert model.members[0].parameters == model.parameters
    biases = [model.backtest_bias, *model.earlier_backtest_biases]
    mean = sum(map(math.log, biases)) / 3
    scatter = (2 * 0.15**2 + sum((math.log(bias) - mean) ** 2 for bias in biases)) / 4
    assert model.recalibration == pytest.approx(math.exp(mean * 0.15**2 / (0.15**2 + scatter / 3)))
    weights = model.members.to_pandas()["weight"].tolist()
    assert weights == sorted(weights, reverse=True)


def bursts() -> list[dict[str, Any]]:
    """Purchases of 600 customers who come every few days for some weeks, and then not for months."""
    chance, rows = random.Random(3), []
    for who in range(600):
        day, days = chance.expovariate(1 / 120), set()
        while day < 440:
            end = day + chance.expovariate(1 / 35)
            while day < min(end, 440):
                days.add(int(day))
                day += 1 + chance.expovariate(1 / 6)
            day = end + chance.expovariate(1 / 110)
        first = datetime.date(2020, 4, 1)
        times = [first + datetime.timedelta(days=passed) for passed in sorted(days)]
        rows += [{"customer_id": f"c{who:03}", "time": time, "amount": "10"} for time in times]
    return rows


def test_what_habits_say_beside_models_adds_up(client: Any) -> None:
    client.transactions.load(bursts(), currency_code="EUR", progress=False)
    model = client.clv.fit(keep_default=True)
    learner = model.learner
    assert 0.1 < learner.weight.value < 1
    assert learner.log_score_gain.value > 0
    assert model.members.to_pandas()["weight"].sum() == pytest.approx(1.0)
    odds = learner.habits.to_pandas()["mean_log_odds"].tolist()
    assert odds == sorted(odds, reverse=True)
    one = client.clv.predict_customer("c157", model_id=model.model_id)
    why = one.moved_odds
    assert why.weight == learner.weight.value
    moved = why.log_odds_of_everybody + sum(each.log_odds for each in why.habits)
    assert (moved > 0) == (one.alive_probability.value > why.alive_probability_by_models)
    assert {each.habit for each in why.habits} <= set(lojal.Habit) - {lojal.Habit.UNKNOWN}
    own_pace = model.own_pace
    logs = own_pace.habits.to_pandas()["mean_log_pace"].tolist()
    assert logs == sorted(logs, reverse=True)
    faster = one.moved_pace
    assert faster.weight == own_pace.weight.value
    said = faster.log_pace_of_everybody + sum(each.log_pace for each in faster.habits)
    assert math.log(faster.pace) == pytest.approx(round(32 * faster.weight * said) / 32)
    compared = client.clv.compare()
    assert compared.learner.log_score_gain == learner.log_score_gain
    assert compared.own_pace.log_score_gain == own_pace.log_score_gain


def test_a_backtest_gives_the_published_figures(cdnow: Any) -> None:
    test = cdnow.clv.backtest(model="bg_nbd", **CALIBRATION)
    assert (test.kind, test.calibration_end, test.holdout_end) == ("bg_nbd", "1997-09-30", "1998-06-30")
    assert (test.customers, test.problem) == (2357, "")
    assert test.purchases.mean_absolute_error == pytest.approx(0.7854542366, abs=1e-9)
    assert test.purchases.root_mean_squared_error == pytest.approx(1.6079820107, abs=1e-9)
    assert test.purchases.correlation == pytest.approx(0.6256474513, abs=1e-9)
    assert test.purchases.expected_total == pytest.approx(1653.4086979425, abs=1e-6)
    assert test.purchases.actual_total == 1882
    assert test.parameters["r"].value == pytest.approx(0.2426, abs=1e-4)
    assert test.spend.actual_total > 0
    deciles = test.purchases.deciles
    assert [each.decile for each in deciles] == list(range(1, 11))
    assert sum(each.customers for each in deciles) == 2357
    assert sum(each.customers * each.actual for each in deciles) == pytest.approx(1882)
    rules = ["same rate", "same period", "hiatus", "last window", "last quarter"]
    assert [each.forecaster for each in test.naive] == rules
    assert {each.kind for each in test.naive} == {None}
    frame = test.to_pandas()
    assert frame["forecaster"].tolist() == ["BG/NBD", *rules]
    assert test.provenance.definition == "backtest@9"
    slope = test.purchases.estimates.calibration_slope
    assert (slope.value, slope.standard_error) == (
        pytest.approx(0.9692342799, rel=1e-7),
        pytest.approx(0.080247187, rel=1e-6),
    )
    assert slope.methods == (lojal.EstimateMethod.INFINITESIMAL_JACKKNIFE,)
    assert test.purchases.estimates.top_decile_capture.value == test.purchases.top_decile_capture
    scores = test.scores
    assert scores.brier_score.value == pytest.approx(0.161223824601, rel=1e-7)
    assert scores.brier_score.ci_low < scores.brier_score.value < scores.brier_score.ci_high
    assert scores.area_under_curve.value == pytest.approx(0.756919757553, rel=1e-7)
    assert sum(decile.customers for decile in scores.deciles) == scores.log_score.n == test.customers
    assert [rule.scores.log_score for rule in test.naive] == [None] * 5
    days = cdnow.clv.backtest(model="bg_nbd", time_unit="day", **CALIBRATION)
    assert days.purchases.root_mean_squared_error == pytest.approx(test.purchases.root_mean_squared_error, rel=1e-6)


def test_models_are_compared_best_first(cdnow: Any) -> None:
    table = cdnow.clv.compare(models=["bg_nbd", "mbg_nbd"], **CALIBRATION)
    assert [each.forecaster for each in table][:2] == ["MBG/NBD", "BG/NBD"]
    errors = [each.purchases.root_mean_squared_error for each in table]
    assert errors == sorted(errors)
    assert errors[0] == pytest.approx(1.6071826573, abs=1e-9)
    assert len(table) == 7
    assert table.best is lojal.ModelKind.MBG_NBD
    best = "MBG/NBD forecast best on one past day, log score 0.9821 against 0.9845 of BG/NBD"
    assert table.reason == f"{best}; 2 models are mixed by how they did"
    assert sum(each.weight.value for each in table.standings) == pytest.approx(1.0)
    assert table.mixture is not None
    assert table.mixture.log_score_gain.ci_low < table.mixture.log_score_gain.value
    assert table.learner is None
    assert [each.kind for each in table.standings] == ["mbg_nbd", "bg_nbd"]
    assert [str(each.calibration_end) for each in table.landmarks] == ["1997-09-30"]
    assert (table.customers, table.holdout_end) == (2357, "1998-06-30")
    assert table.to_pandas()["kind"].dropna().tolist() == ["mbg_nbd", "bg_nbd"]
    assert table.to_polars()["forecaster"].to_list() == [each.forecaster for each in table]
    assert "MBG/NBD" in table._repr_html_()
    assert {"mbg_nbd", "bg_nbd"} <= {each.kind for each in cdnow.clv.compare(**CALIBRATION)}


def test_purchases_are_tracked(cdnow: Any, bg_nbd: str) -> None:
    tracking = cdnow.clv.tracking(model_id=bg_nbd, until="1998-06-30")
    assert (len(tracking), tracking.model_id, tracking.calibration_end) == (78, bg_nbd, "1997-09-30")
    last = tracking[-1]
    assert (last.period, last.date) == (78, datetime.date(1998, 6, 30))
    assert last.expected_cumulative == pytest.approx(4160.609211909681, rel=1e-10)
    assert [each.period for each in tracking if each.is_holdout] == list(range(40, 79))
    assert sum(each.actual for each in tracking) == last.actual_cumulative
    assert sum(each.expected for each in tracking) == pytest.approx(last.expected_cumulative)
    assert tracking.holdout_error_ratio == pytest.approx(-0.1144, abs=1e-4)
    assert tracking.holdout_mean_error_ratio == pytest.approx(0.0263, abs=1e-4)
    frame = tracking.to_pandas()
    assert frame["actual_cumulative"].is_monotonic_increasing
    days = cdnow.clv.tracking(model_id=bg_nbd, until="1997-12-31", period="day")
    assert len(days) == 365
    assert days[0].expected_cumulative < 1


def test_one_customer_in_full(cdnow: Any, bg_nbd: str) -> None:
    said = cdnow.clv.predict_customer(
        "0001", as_of=AS_OF, model_id=bg_nbd, horizon="39w", with_distribution=True, with_alive_history=True
    )
    assert said.expected_purchases.value == pytest.approx(1.226, abs=1e-3)
    assert said.basis is lojal.PredictionBasis.INDIVIDUAL
    # alpha is 4.4136 weeks
    assert said.basis_shares.individual == pytest.approx(said.age_days / (7 * 4.4136 + said.age_days), abs=1e-5)
    assert said.alive_probability_at_horizon.value < said.alive_probability.value
    assert said.expected_purchases.ci_low < said.expected_purchases.value < said.expected_purchases.ci_high
    assert said.recalibrated_clv.value == pytest.approx(said.clv.value / cdnow.clv.model(model_id=bg_nbd).recalibration)
    chances = said.purchase_probabilities.to_pandas().set_index("purchases")["probability"]
    assert chances.sum() >= 0.999
    assert chances.sum() + said.more_purchases_probability == pytest.approx(1)
    assert said.purchases_range.low_95 <= said.purchases_range.median < said.purchases_range.high_95
    assert 0 < said.spend_range.high_80 < said.spend_range.high_95
    assert 1 - chances[0] == pytest.approx(said.purchase_probability.value)
    wait = said.next_purchase
    assert 0 < wait.days_p10 < wait.days_p50 < wait.days_p90
    history = said.alive_history
    assert (history[0].date, history[0].purchased) == (datetime.date(1997, 1, 1), True)
    assert [str(each.date) for each in history if each.purchased] == ["1997-01-01", "1997-01-18", "1997-08-02"]
    assert history[-1].date == datetime.date(1997, 9, 30)
    assert history[-1].alive_probability == pytest.approx(said.alive_probability.value)
    assert "1997-01-18" in repr(history)
    plain = cdnow.clv.predict_customer("0001", as_of=AS_OF, model_id=bg_nbd)
    assert (len(plain.purchase_probabilities), plain.next_purchase, len(plain.alive_history)) == (0, None, 0)


def test_a_new_customer(cdnow: Any, bg_nbd: str) -> None:
    said = cdnow.clv.predict_new(model_id=bg_nbd, horizon="52w", with_distribution=True)
    assert (said.customer_id, said.frequency, said.age_days) == ("", 0, 0)
    assert said.basis is lojal.PredictionBasis.POPULATION
    assert said.basis_shares == lojal.BasisShares(individual=0, segment=0, population=1, prior=0)
    # the values lifetimes gives for expected_number_of_purchases_up_to_time and probability_of_n_purchases_up_to_time
    assert said.expected_purchases.value == pytest.approx(1.444012, abs=1e-5)
    chances = [each.probability for each in said.purchase_probabilities]
    assert chances[:4] == pytest.approx([0.538948, 0.204404, 0.090477, 0.049931], abs=1e-5)
    forever = cdnow.clv.predict_new(
        model_id=bg_nbd, horizon="forever", yearly_discount_rate=0.15, with_distribution=True
    )
    assert forever.clv.value > said.clv.value
    assert forever.expected_purchases.value is None
    assert forever.alive_probability_at_horizon.value is None
    assert len(forever.purchase_probabilities) == 0
    assert forever.next_purchase == said.next_purchase


def test_summaries_are_predicted_as_recorded_customers_are(cdnow: Any, bg_nbd: str, client: Any) -> None:
    recorded = cdnow.clv.predict(as_of=AS_OF, model_id=bg_nbd, horizon="39w").to_pandas()
    summary = recorded.rename(columns={"age_days": "T", "recency_days": "recency", "mean_value": "monetary_value"})
    summary = summary.set_index("customer_id")[["frequency", "recency", "T", "monetary_value"]]
    # in another workspace, which is empty
    told = client.clv.predict_summaries(summary, model="bg_nbd", horizon="39w").to_list()
    assert told.model.model_id == "summaries"
    assert told.model.parameters["alpha"].value == pytest.approx(4.413602, rel=1e-6)
    frame = told.to_pandas()
    assert frame["customer_id"].tolist() == recorded["customer_id"].tolist()
    for name in ("alive_probability", "expected_purchases", "clv", "clv_ci_low"):
        pandas.testing.assert_series_equal(frame[name], recorded[name], rtol=1e-4)
    weeks = summary.assign(recency=(summary["recency"] / 7).round(2), T=(summary["T"] / 7).round(2))
    again = client.clv.predict_summaries(weeks, days=7, model="bg_nbd", horizon="39w", without_intervals=True)
    pandas.testing.assert_series_equal(again.to_pandas()["clv"], frame["clv"], rtol=1e-6)
    kept = cdnow.clv.predict_summaries(summary.head(3), model_id=bg_nbd, horizon="39w").to_list()
    assert kept.model.model_id == bg_nbd
    assert [each.clv.value for each in kept] == pytest.approx(recorded["clv"].head(3).tolist())


def test_what_cannot_be_is_refused_by_its_row(client: Any) -> None:
    with pytest.raises(lojal.InvalidArgument) as error:
        client.clv.predict_summaries({"frequency": [5, 1], "recency": [30, 3], "T": [40, 2]}).to_list()
    assert error.value.field_violations[0].field == "recency_days[1]"


def test_intervals_by_bootstrap(cdnow: Any, bg_nbd: str) -> None:
    ask = {"as_of": AS_OF, "model_id": bg_nbd, "horizon": "39w"}
    delta = cdnow.clv.predict_customer("0001", **ask).expected_purchases
    bootstrap = cdnow.clv.predict_customer("0001", interval_method="bootstrap", **ask).expected_purchases
    assert bootstrap.value == delta.value
    assert (bootstrap.ci_low, bootstrap.ci_high) != (delta.ci_low, delta.ci_high)
    assert "bootstrap" in bootstrap.method
    assert "delta" in delta.method
    other = cdnow.clv.fit(model="bg_nbd", calibration_end="1997-09-30", request_id="plain").model_id
    with pytest.raises(lojal.InvalidArgument, match="bootstrap_replicates"):
        cdnow.clv.predict_new(model_id=other, interval_method=lojal.IntervalMethod.BOOTSTRAP)


def test_totals(cdnow: Any, bg_nbd: str) -> None:
    ask = {"as_of": AS_OF, "model_id": bg_nbd, "horizon": "39w"}
    everybody = cdnow.clv.predict(with_totals=True, without_intervals=True, **ask).to_list()
    assert {each.clv.ci_low for each in everybody} == {None}
    totals = everybody.totals
    assert totals.customers == len(everybody) == 2357
    assert totals.expected_purchases.value == pytest.approx(sum(each.expected_purchases.value for each in everybody))
    assert totals.expected_purchases.value == pytest.approx(1653.4087, abs=1e-3)
    assert totals.clv.value == pytest.approx(sum(each.clv.value for each in everybody))
    assert totals.clv.ci_low < totals.clv.value < totals.clv.ci_high
    # what came is beyond the interval of the expectation, 1,514 to 1,806, and within what may come
    assert totals.expected_purchases.ci_high < 1882 < totals.purchases_range.high_95
    assert totals.spend_range.low_80 < totals.spend_range.median < totals.spend_range.high_80
    assert everybody[0].purchases_range is None
    ranges = cdnow.clv.predict(with_ranges=True, without_intervals=True, limit=2, **ask).to_pandas()
    assert (ranges["spend_range_high_95"] > ranges["spend_range_median"]).all()
    assert totals.alive_customers.value == pytest.approx(sum(each.alive_probability.value for each in everybody))
    assert cdnow.clv.predict(limit=10, order_by="clv", **ask).totals().clv.value == pytest.approx(totals.clv.value)
    none = cdnow.clv.predict(limit=0, with_totals=True, **ask).to_list()
    assert (len(none), none.totals.customers) == (0, 2357)
    forever = cdnow.clv.predict(**{**ask, "horizon": "forever"}).totals()
    assert forever.expected_purchases.value is None
    assert forever.clv.value > totals.clv.value
    first = cdnow.clv.predict(limit=3, **ask).to_polars()
    assert first["customer_id"].to_list() == ["0001", "0002", "0003"]
    assert first["basis"].to_list() == ["individual", "individual", "population"]


def test_with_hardly_any_history_predictions_rest_on_shops_in_general(client: Any) -> None:
    client.transactions.record([{"customer_id": "c1", "time": "2026-03-01", "amount": "5", "currency_code": "EUR"}])
    said = client.clv.predict_customer("c1", as_of="2026-03-10")
    assert (said.basis, said.model_id) == (lojal.PredictionBasis.PRIOR, "past-2026-03-09")
    assert said.expected_purchases.ci_low < said.expected_purchases.value < said.expected_purchases.ci_high
    assert said.provenance.warnings
    days = {"calibration_end": "2026-03-02", "holdout_end": "2026-03-09"}
    with pytest.raises(lojal.FailedPrecondition) as error:
        client.clv.backtest(**days)
    assert error.value.reason == lojal.ErrorReason.INSUFFICIENT_HISTORY
    table = client.clv.compare(**days)
    assert (table.customers, table.best, len(table.standings)) == (1, None, 0)
    assert {each.kind for each in table if each.problem} == {each.kind for each in table if each.kind}
    assert table[0].problem == ""


def test_a_workspace_refits_when_it_is_told(client: Any) -> None:
    client.workspaces.create()
    assert client.workspaces.get().refit_policy == lojal.RefitPolicy(0.1, 30, False)
    told = client.workspaces.update(refit_policy={"growth_ratio": 0.25})
    assert told.refit_policy == lojal.RefitPolicy(0.25, 30, False)
    assert client.workspaces.update(display_name="Shop").refit_policy == told.refit_policy
    never = lojal.RefitPolicy(max_age_days=7, never=True)
    assert client.workspaces.update(refit_policy=never).refit_policy == lojal.RefitPolicy(0.1, 7, True)
    for policy in ({"growth_ratio": 0}, {"max_age_days": 4000}):
        with pytest.raises(lojal.InvalidArgument) as error:
            client.workspaces.update(refit_policy=policy)
        assert error.value.field_violations[0].field == f"refit_policy.{next(iter(policy))}"


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        (lambda clv: clv.predict_new(yearly_discount_rate=50), "yearly_discount_rate"),
        (lambda clv: clv.predict_new(horizon="forever", yearly_discount_rate=0), "yearly_discount_rate"),
        (lambda clv: clv.predict(horizon="forever", yearly_discount_rate=0).to_list(), "yearly_discount_rate"),
        (lambda clv: clv.predict_customer("0001", horizon="for ever"), "horizon"),
        (lambda clv: clv.predict(limit=0).to_list(), "limit"),
        (lambda clv: clv.predict(limit=-1, with_totals=True).to_list(), "limit"),
        (lambda clv: clv.fit(bootstrap_replicates=5), "bootstrap_replicates"),
        (lambda clv: clv.fit(model="arima"), "model"),
        (lambda clv: clv.backtest(calibration_end="1998-06-30", holdout_end="1997-09-30"), "calibration_end"),
        (lambda clv: clv.backtest(calibration_end="1996-12-31"), "calibration_end"),
        (lambda clv: clv.backtest(holdout_end="2199-01-01"), "holdout_end"),
        (lambda clv: clv.compare(models=["", "bg_nbd"]), "kinds[0]"),
        (lambda clv: clv.compare(calibration_end="soon"), "calibration_end"),
        (lambda clv: clv.tracking(until="2199-01-01"), "until"),
        (lambda clv: clv.tracking(period="month"), "period"),
    ],
)
def test_bad_questions_name_the_field(cdnow: Any, ask: Any, field: str) -> None:
    with pytest.raises(lojal.InvalidArgument) as error:
        ask(cdnow.clv)
    assert error.value.reason == "INVALID_FIELD"
    assert [violation.field for violation in error.value.field_violations] == [field]
    assert error.value.field_violations[0].description


@pytest.mark.parametrize(
    "ask",
    [
        lambda clv: clv.tracking(model_id="no-such-model"),
        lambda clv: clv.predict_new(model_id="no-such-model"),
        lambda clv: clv.predict(model_id="no-such-model").totals(),
    ],
)
def test_no_such_model(cdnow: Any, ask: Any) -> None:
    with pytest.raises(lojal.NotFound) as error:
        ask(cdnow.clv)
    assert error.value.reason == lojal.ErrorReason.MODEL_NOT_FOUND


def test_nothing_to_test_on(client: Any) -> None:
    for ask in (client.clv.backtest, client.clv.compare, client.clv.tracking):
        with pytest.raises(lojal.FailedPrecondition) as error:
            ask()
        assert error.value.reason == lojal.ErrorReason.INSUFFICIENT_HISTORY


def test_a_prediction_is_of_a_customer_or_of_a_new_one(cdnow: Any, target: str) -> None:
    with lojal.Client(target, workspace=cdnow.workspace) as client:
        both = clv_service_pb2.PredictCustomerRequest(customer_id="0001", new_customer=True)
        with pytest.raises(Exception, match="INVALID_ARGUMENT"):
            client.stubs.clv.PredictCustomer(both, metadata=client.metadata)
