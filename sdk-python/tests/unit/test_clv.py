"""Models, predictions, backtests and tracking: what is sent, and how it is read."""

from __future__ import annotations

import datetime
import pickle
from decimal import Decimal
from typing import Any

import polars
import pytest
from fake_server import FakeServer
from noting import call_of, clv, workspaces

import lojal
from lojal.table import column_types
from lojal.v1 import clv_service_pb2 as pb
from lojal.v1 import common_pb2, workspace_service_pb2

AHEAD: dict[str, Any] = {"horizon": "forever", "yearly_discount_rate": 0.15, "interval_method": "bootstrap"}


@pytest.mark.parametrize("kind", ["bg_nbd", "mbg_nbd", "pareto_nbd", "bg_cnbd_k", "mbg_cnbd_k", "bg_bb", "nbd"])
def test_every_model_has_a_short_name(kind: str) -> None:
    request: Any = call_of(clv.backtest, model=kind).request
    assert pb.ModelKind.Name(request.kind) == f"MODEL_KIND_{kind.upper()}"
    assert lojal.ModelKind.from_wire(request.kind) == kind


def test_every_word_of_the_contract_is_known() -> None:
    kinds = (lojal.ModelKind, lojal.TimeUnit, lojal.IntervalMethod, lojal.PredictionBasis, lojal.PredictionOrder)
    for kind in kinds:
        names = {name.removeprefix(kind.prefix()) for name in kind.wire_type().keys()}  # noqa: SIM118
        assert names - {"UNSPECIFIED"} == set(kind.__members__) - {"UNKNOWN"}


def test_a_fit_sends_what_is_given() -> None:
    end, covariates = datetime.date(1997, 9, 30), ["market", "channel"]
    call = call_of(
        clv.fit,
        model="pareto_nbd",
        calibration_end=end,
        time_unit="month",
        bootstrap_replicates=100,
        covariates=covariates,
        keep_default=True,
        request_id="f1",
    )
    assert call.request == pb.FitModelRequest(
        kind=pb.MODEL_KIND_PARETO_NBD,
        calibration_end="1997-09-30",
        time_unit=pb.MODEL_TIME_UNIT_MONTH,
        bootstrap_replicates=100,
        covariates=["market", "channel"],
        keep_default=True,
        request_id="f1",
    )


def test_a_prediction_sends_what_is_given() -> None:
    whom = {"customer_id": "c1", "with_distribution": True, "with_alive_history": True}
    assert call_of(clv.predict_customer, **AHEAD, **whom).request == pb.PredictCustomerRequest(
        horizon="forever", yearly_discount_rate=0.15, interval_method=pb.INTERVAL_METHOD_BOOTSTRAP, **whom
    )
    request: Any = call_of(
        clv.predict,
        **AHEAD,
        order_by="clv",
        limit=0,
        without_intervals=True,
        with_ranges=True,
        with_basis_shares=True,
        with_totals=True,
    ).request
    assert (request.order, request.with_ranges, request.with_basis_shares) == (pb.PREDICTION_ORDER_CLV, True, True)
    assert (request.HasField("limit"), request.limit, request.without_intervals, request.with_totals) == (
        True,
        0,
        True,
        True,
    )
    assert call_of(clv.predict, **AHEAD).request.limit == 2**31 - 1  # type: ignore[attr-defined]


def test_a_comparison_and_a_tracking_send_what_is_given() -> None:
    comparison = call_of(
        clv.compare,
        models=["bg_nbd", lojal.ModelKind.NBD],
        calibration_end="1997-09-30",
        holdout_end=datetime.date(1998, 6, 30),
        time_unit="day",
    )
    assert comparison.request == pb.CompareModelsRequest(
        kinds=[pb.MODEL_KIND_BG_NBD, pb.MODEL_KIND_NBD],
        calibration_end="1997-09-30",
        holdout_end="1998-06-30",
        time_unit=pb.MODEL_TIME_UNIT_DAY,
    )
    tracking = call_of(clv.tracking, model_id="bg-nbd-1", until=datetime.date(1998, 6, 30), period="day")
    assert tracking.request == pb.GetTrackingRequest(
        model_id="bg-nbd-1", until="1998-06-30", period=pb.MODEL_TIME_UNIT_DAY
    )


@pytest.mark.parametrize(
    ("ask", "field", "message"),
    [
        (lambda client: client.clv.fit(model="pareto"), "model", "is not one of: bg_nbd, mbg_nbd, pareto_nbd"),
        (lambda client: client.clv.backtest(model="best"), "model", "is not one of"),
        (lambda client: client.clv.compare(models=["bg_nbd", "arima"]), "models", "is not one of"),
        (lambda client: client.clv.compare(models="bg_nbd"), "models", 'give one, such as ["bg_nbd"]'),
        (lambda client: client.clv.fit(covariates="market"), "covariates", 'give one, such as ["market"]'),
        (lambda client: client.clv.tracking(period="fortnight"), "period", "day, week"),
        (lambda client: client.clv.predict_new(interval_method="mcmc"), "interval_method", "delta, bootstrap"),
        (
            lambda client: client.workspaces.update(refit_policy={"growth": 0.2}),
            "refit_policy.growth",
            "the fields are growth_ratio, max_age_days, never",
        ),
        (lambda client: client.workspaces.update(refit_policy=0.2), "refit_policy", "a RefitPolicy or a dict"),
    ],
)
def test_what_is_wrong_is_refused_before_it_is_sent(
    client: Any, server: FakeServer, ask: Any, field: str, message: str
) -> None:
    with pytest.raises(lojal.InvalidArgument) as error:
        ask(client)
    assert error.value.field_violations[0].field == field
    assert message in str(error.value)
    assert server.received == []


def test_totals_are_asked_for_with_the_predictions_or_alone(client: Any, server: FakeServer) -> None:
    server.customers = 3
    everybody = client.clv.predict(horizon="90d", with_totals=True).to_list()
    assert [each.customer_id for each in everybody] == ["c0", "c1", "c2"]
    assert everybody.totals.customers == 3
    assert client.clv.predict().to_list().totals is None
    assert server.received[-1].limit == 2_147_483_647, "everybody, unless there is a limit"
    assert client.clv.predict(horizon="90d", limit=1, order_by="clv").totals().customers == 3
    sent = server.received[-1]
    assert (sent.horizon, sent.limit, sent.with_totals) == ("90d", 0, True)
    assert len(client.clv.predict(limit=0, with_totals=True).to_list()) == 0


def test_a_server_without_totals_says_so(client: Any, server: FakeServer) -> None:
    with pytest.raises(lojal.Internal):
        client.clv.predict().totals()


def test_a_prediction_has_its_distribution_and_history_as_tables() -> None:
    message = pb.PredictCustomerResponse(model_id="prior")
    message.prediction.basis = pb.PREDICTION_BASIS_PRIOR
    message.prediction.alive_probability.value = 0.5
    message.purchase_probabilities.add(purchases=0, probability=0.75)
    message.purchase_probabilities.add(purchases=1, probability=0.25)
    message.next_purchase.days_p50 = 30.5
    message.alive_history.add(date="1997-01-01", alive_probability=1.0, purchased=True)
    message.moved_odds.weight = 0.5
    message.moved_odds.habits.add(habit=pb.HABIT_GAP_VARIATION, value=1.5, log_odds=0.25)
    message.moved_odds.habits.add(habit=pb.HABIT_MEAN_GAP_DAYS, log_odds=-0.125)
    message.moved_pace.pace = 1.25
    message.moved_pace.habits.add(habit=pb.HABIT_PURCHASES_TREND, value=1.5, log_pace=0.25)
    said = lojal.CustomerPrediction.from_wire(message)
    assert said.moved_pace is not None
    assert said.moved_pace.pace == 1.25
    assert said.moved_pace.habits[0] == lojal.PaceEffect(lojal.Habit.PURCHASES_TREND, 1.5, 0.25)
    assert said.moved_odds is not None
    assert said.moved_odds.habits.to_pandas()["log_odds"].tolist() == [0.25, -0.125]
    assert said.moved_odds.habits[1] == lojal.HabitEffect(lojal.Habit.MEAN_GAP_DAYS, None, -0.125)
    assert (said.basis, said.customer_id, said.model_id) == (lojal.PredictionBasis.PRIOR, "", "prior")
    assert said.alive_probability_at_horizon.value is None
    assert said.purchase_probabilities.to_pandas()["probability"].tolist() == [0.75, 0.25]
    assert said.next_purchase == lojal.WaitingTime(None, 30.5, None)
    assert said.alive_history[0] == lojal.AlivePoint(datetime.date(1997, 1, 1), 1.0, True)
    assert repr(said.alive_history).splitlines()[1].split() == ["1997-01-01", "1", "True"]
    plain = lojal.CustomerPrediction.from_wire(pb.PredictCustomerResponse())
    assert (len(plain.purchase_probabilities), plain.next_purchase, len(plain.alive_history)) == (0, None, 0)
    assert plain.moved_odds is None
    assert plain.moved_pace is None
    assert "alive_history" not in column_types(lojal.CustomerPrediction)


def test_what_may_come_is_told_apart_from_what_is_expected() -> None:
    message = pb.PredictCustomerResponse(more_purchases_probability=0.0005)
    message.prediction.expected_purchases.value = 1.5
    wire = pb.OutcomeRange(
        median=1, low_80=0, high_80=3, low_95=0, high_95=5, probability_80=0.875, probability_95=0.97
    )
    message.prediction.purchases_range.CopyFrom(wire)
    said = lojal.CustomerPrediction.from_wire(message)
    assert said.purchases_range == lojal.OutcomeRange(1, 0, 3, 0, 5, 0.875, 0.97)
    assert (said.spend_range, said.more_purchases_probability) == (None, 0.0005)
    frame = lojal.Table(lojal.Prediction, [lojal.Prediction.from_wire(message.prediction)]).to_pandas()
    assert frame["purchases_range_high_95"].tolist() == [5]
    assert frame["spend_range_median"].isna().tolist() == [True]
    plain = lojal.CustomerPrediction.from_wire(pb.PredictCustomerResponse())
    assert (plain.purchases_range, plain.more_purchases_probability) == (None, None)
    totals = pb.PredictionTotals(spend_range=pb.OutcomeRange(median=9.5, low_95=4, high_95=20))
    assert lojal.PredictionTotals.from_wire(totals).spend_range == lojal.OutcomeRange(9.5, 0, 0, 4, 20, 0, 0)
    assert lojal.PredictionTotals.from_wire(totals).purchases_range is None


def test_what_a_prediction_rests_on_is_told_in_shares() -> None:
    message = pb.PredictCustomerResponse()
    message.prediction.basis_shares.CopyFrom(pb.BasisShares(individual=0.5, population=0.375, prior=0.125))
    said = lojal.CustomerPrediction.from_wire(message)
    assert said.basis_shares == lojal.BasisShares(0.5, 0, 0.375, 0.125)
    rows = [lojal.Prediction.from_wire(one) for one in (message.prediction, pb.Prediction())]
    frame = lojal.Table(lojal.Prediction, rows).to_pandas()
    assert frame["basis_shares_population"][0] == 0.375
    assert frame["basis_shares_individual"].isna().tolist() == [False, True]
    model = pb.Model(prior_share=0.25, half_individual_days=63.5)
    model.mean_basis_shares.individual = 0.75
    read = lojal.Model.from_wire(pb.GetModelResponse(model=model))
    assert (read.prior_share, read.half_individual_days) == (0.25, 63.5)
    assert read.mean_basis_shares == lojal.BasisShares(0.75, 0, 0, 0)
    bare = lojal.Model.from_wire(pb.GetModelResponse(model=pb.Model()))
    assert (bare.mean_basis_shares, bare.half_individual_days) == (None, None)


def comparison() -> lojal.Comparison:
    message = pb.CompareModelsResponse(best_kind=pb.MODEL_KIND_BG_NBD, reason="BG/NBD backtested best", customers=9)
    message.provenance.revision = 7
    good = message.results.add(forecaster="BG/NBD", kind=pb.MODEL_KIND_BG_NBD, log_likelihood=-1.5)
    good.parameters.add(name="r", estimate={"value": 0.24})
    good.purchases.root_mean_squared_error = 1.608
    good.purchases.total_error_ratio = -0.12
    good.purchases.deciles.add(decile=1, customers=5, expected=0.5, actual=0.25)
    good.scores.log_score.CopyFrom(common_pb2.Estimate(value=1.25, ci_low=1.2, ci_high=1.3, confidence=0.95, n=9))
    good.scores.deciles.add(decile=1, customers=5, expected=0.25, actual=0.2)
    good.tracking_error_ratio = -0.13
    message.landmarks.add(calibration_end="2026-03-01", holdout_end="2026-06-01", customers=9, purchases=60)
    standing = message.standings.add(kind=pb.MODEL_KIND_BG_NBD)
    standing.log_score.CopyFrom(common_pb2.Estimate(value=1.5, ci_low=1.25, ci_high=1.75, confidence=0.95, n=9))
    standing.log_score_behind.CopyFrom(common_pb2.Estimate(value=0.0, ci_low=0.0, ci_high=0.0, confidence=0.95, n=9))
    standing.weight.CopyFrom(common_pb2.Estimate(value=0.75, standard_error=0.125, n=9))
    message.mixture.log_score.CopyFrom(common_pb2.Estimate(value=1.25, n=9))
    message.mixture.log_score_gain.CopyFrom(common_pb2.Estimate(value=0.25, ci_low=0.125, ci_high=0.375, n=9))
    message.learner.weight.CopyFrom(common_pb2.Estimate(value=0.5, standard_error=0.0625, n=9))
    message.learner.log_score_gain.CopyFrom(common_pb2.Estimate(value=0.125, ci_low=0.0625, ci_high=0.1875, n=9))
    naive = message.results.add(forecaster="same rate")
    naive.purchases.root_mean_squared_error = 2.5
    message.results.add(forecaster="MBG/NBD", kind=pb.MODEL_KIND_MBG_NBD, problem="did not converge")
    return lojal.Comparison.from_wire(message)


def test_a_comparison_is_a_table() -> None:
    table = comparison()
    assert (table.best, table.reason, table.customers) == ("bg_nbd", "BG/NBD backtested best", 9)
    assert table.landmarks[0] == lojal.ForecastLandmark(datetime.date(2026, 3, 1), datetime.date(2026, 6, 1), 9, 60)
    assert [each.kind for each in table.standings] == ["bg_nbd"]
    assert (table.standings[0].log_score.value, table.standings[0].log_score_behind.ci_high) == (1.5, 0.0)
    assert (table.standings[0].weight.value, table.standings[0].weight.standard_error) == (0.75, 0.125)
    assert table.mixture is not None
    assert (table.mixture.log_score.value, table.mixture.log_score_gain.ci_low) == (1.25, 0.125)
    assert table.learner is not None
    assert (table.learner.weight.value, table.learner.log_score_gain.ci_high) == (0.5, 0.1875)
    good, naive, failed = table
    assert good.purchases is not None
    assert good.purchases.deciles[0] == lojal.ForecastDecile(1, 5, 0.5, 0.25)
    assert good.scores is not None
    assert good.scores.log_score is not None
    assert (good.scores.log_score.value, good.scores.brier_score) == (1.25, None)
    assert good.scores.deciles[0] == lojal.ForecastDecile(1, 5, 0.25, 0.2)
    assert naive.scores is None
    assert (naive.kind, naive.spend, naive.log_likelihood) == (None, None, None)
    assert (failed.purchases, failed.problem) == (None, "did not converge")
    lines = repr(table).splitlines()
    assert lines[0].split() == [
        "forecaster",
        "purchases_root_mean_squared_error",
        "purchases_mean_absolute_error",
        "purchases_total_error_ratio",
        "scores_log_score",
        "tracking_error_ratio",
        "problem",
    ]
    assert lines[1].split()[:2] == ["BG/NBD", "1.608"]
    html = table._repr_html_()
    assert html is not None
    assert "same rate" in html
    assert "mean_squared_log_error" not in html
    frame = table.to_pandas()
    assert frame["kind"].tolist()[0] == "bg_nbd"
    assert frame["kind"].isna().tolist() == [False, True, False]
    assert frame["purchases_mean_squared_log_error"].isna().tolist() == [False, False, True]
    assert frame["parameters_r"].tolist()[0] == 0.24
    assert frame["scores_log_score"].tolist()[0] == 1.25
    assert frame["scores_log_score"].isna().tolist() == [False, True, True]
    assert pickle.loads(pickle.dumps(table)).reason == table[:1].reason  # type: ignore[attr-defined]
    nothing = lojal.Comparison.from_wire(pb.CompareModelsResponse())
    assert (nothing.best, nothing.mixture, nothing.learner, len(nothing)) == (None, None, None, 0)


def test_a_backtest_is_a_model_beside_rules_of_thumb() -> None:
    message = pb.BacktestResponse(calibration_end="1997-09-30", holdout_end="1998-06-30", customers=9)
    message.result.forecaster = "BG/NBD"
    message.result.kind = pb.MODEL_KIND_BG_NBD
    message.result.purchases.mean_absolute_error = 0.78
    message.result.purchases.estimates.calibration_slope.CopyFrom(common_pb2.Estimate(value=0.9, ci_low=0.8, n=9))
    message.naive.add(forecaster="hiatus").purchases.mean_absolute_error = 0.9
    test = lojal.Backtest.from_wire(message)
    assert test.purchases is not None
    assert (test.kind, test.purchases.mean_absolute_error, test.customers) == ("bg_nbd", 0.78, 9)
    assert test.purchases.correlation is None
    slope = test.purchases.estimates.calibration_slope
    assert slope is not None
    assert (slope.value, slope.ci_low, test.purchases.estimates.correlation) == (0.9, 0.8, None)
    assert test.to_pandas()["forecaster"].tolist() == ["BG/NBD", "hiatus"]
    assert test.to_polars()["purchases_mean_absolute_error"].to_list() == [0.78, 0.9]
    assert "hiatus" in (test._repr_html_() or "")


def test_a_tracking_is_a_table() -> None:
    message = pb.GetTrackingResponse(model_id="bg-nbd-1", calibration_end="1997-01-07")
    message.points.add(
        period=1, date="1997-01-07", expected_cumulative=1.5, actual_cumulative=2, expected=1.5, actual=2
    )
    message.points.add(period=2, date="1997-01-14", expected_cumulative=4, actual_cumulative=5, expected=2.5, actual=3,
                       is_holdout=True)  # fmt: skip
    tracking = lojal.Tracking.from_wire(message)
    assert (tracking.model_id, tracking.holdout_error_ratio) == ("bg-nbd-1", None)
    assert tracking.to_pandas()["is_holdout"].tolist() == [False, True]
    assert tracking[1].date == datetime.date(1997, 1, 14)
    assert "1997-01-14" in repr(tracking)


def test_a_model_says_how_good_it_is() -> None:
    message = pb.Model(model_id="bg-nbd-1", chi_square=4.8, chi_square_degrees_of_freedom=3, is_identified=True)
    message.correlations.add(first="r", second="alpha", correlation=0.9)
    message.covariates.append("market")
    message.covariates_test.statistic = 12.5
    message.backtest_bias = 0.88
    model = lojal.Model.from_wire(message)
    assert model.correlations == (lojal.ParameterCorrelation("r", "alpha", 0.9),)
    assert model.covariates_test == lojal.LikelihoodRatioTest(12.5, 0, 0.0)
    assert (model.is_identified, model.covariates, model.backtest_bias) == (True, ("market",), 0.88)
    plain = lojal.Model.from_wire(pb.Model())
    assert (plain.covariates_test, plain.backtest_bias, plain.regularity) == (None, None, 0)
    frame = lojal.Table(lojal.Model, [plain]).to_pandas()
    assert frame["covariates_test_p_value"].isna().tolist() == [True]


def test_polars_frames_have_their_types_whatever_the_rows() -> None:
    for table in (lojal.Table(lojal.Prediction, ()), lojal.Table(lojal.Customer, ()), lojal.Table(lojal.Model, ())):
        frame = table.to_polars()
        assert frame.columns == list(table.to_pandas().columns)
        assert polars.Null not in frame.dtypes
        assert polars.Object not in frame.dtypes
    rates = lojal.Table(lojal.LoadedRate, [lojal.LoadedRate("USD", datetime.date(2026, 3, 2), Decimal("0.92"))])
    assert rates.to_polars().schema == {"currency_code": polars.String, "date": polars.Date, "rate": polars.Float64}
    assert rates.to_polars(exact_money=True)["rate"].to_list() == [Decimal("0.92")]
    assert repr(rates).splitlines()[1].split() == ["USD", "2026-03-02", "0.92"]
    assert lojal.Table(lojal.TrackingPoint, ()).to_polars().schema["expected"] == polars.Float64


def test_a_refit_policy_is_sent_whole() -> None:
    for given in ({"growth_ratio": 0.25}, lojal.RefitPolicy(growth_ratio=0.25)):
        request: Any = call_of(workspaces.update, refit_policy=given).request
        assert request.refit_policy == workspace_service_pb2.RefitPolicy(growth_ratio=0.25)
    assert not call_of(workspaces.update).request.HasField("refit_policy")  # type: ignore[attr-defined]
    shop = lojal.Workspace.from_wire(workspace_service_pb2.Workspace(refit_policy={"max_age_days": 7, "never": True}))
    assert shop.refit_policy == lojal.RefitPolicy(None, 7, True)
