"""What customers will be worth, and whether they are still there."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from lojal.call import UNREADABLE, describe
from lojal.calls.group import Group
from lojal.errors import Internal
from lojal.instants import Instant
from lojal.listing import Listing
from lojal.loading.summaries import columns as summary_columns
from lojal.results.backtests import Backtest, Comparison, Tracking
from lojal.results.models import FitProgress, Model, OnProgress
from lojal.results.predictions import CustomerPrediction, PredictionListing, Predictions, PredictionSummary
from lojal.results.summary_predictions import SummaryPredictionListing, SummaryPredictions
from lojal.words import IntervalMethodWord, ModelKindWord, PredictionOrderWord, TimeUnitWord

LOOKING_AHEAD = {
    "horizon": (
        'How far to look ahead, from as_of: "90d", "52w", "12mo", up to 50 years, or "forever" (with a discount rate '
        'above 0). Default "12mo".'
    ),
    "yearly_discount_rate": "Discount rate a year, 0 to 10; 0.1 is 10 %. Default 0.1.",
    "interval_method": (
        '"delta" for the delta method, or "bootstrap", which needs a model fitted with bootstrap_replicates. Default '
        '"delta".'
    ),
}
"""What the predictions share."""

EVERYBODY = 2**31 - 1
"""The limit of a list that is to hold everybody."""


def fit_event(message: Any) -> FitProgress | Model:
    """Reads one message of a fit: how far it is, or what came of it."""
    return Model.from_wire(message.model) if message.HasField("model") else FitProgress.from_wire(message.progress)


class Clv(Group):
    """Fits purchase models, predicts with them, and tells how far to trust them."""

    _shared = LOOKING_AHEAD

    def fit(
        self,
        *,
        model: ModelKindWord | None = None,
        calibration_end: date | str = "",
        time_unit: TimeUnitWord | None = None,
        bootstrap_replicates: int = 0,
        covariates: Iterable[str] = (),
        keep_default: bool = False,
        request_id: str = "",
        on_progress: OnProgress | None = None,
        timeout: float | None = None,
    ) -> Model:
        """Fits a purchase model and the Gamma-Gamma model, and makes them the workspace's default.

        A model whose parameters the data do not determine is stored, and does not become the default. There is no
        deadline. When the connection breaks, the fit is asked for again under the same request_id.

        Args:
            model: "bg_nbd", "mbg_nbd", "pareto_nbd", "bg_cnbd_k", "mbg_cnbd_k", "bg_bb" or "nbd". Default: the one that
                backtests best.
            calibration_end: Last day of the data, included: a date or YYYY-MM-DD, in the workspace's time zone.
                Default: the last day before now.
            time_unit: Unit of the parameters, "day", "week", "month" or "year". Default weeks, and years for "bg_bb".
                Predictions do not depend on it, but for "bg_bb": there at most one purchase in each counts.
            bootstrap_replicates: Also make so many bootstrap replicates, 20 to 1,000, for interval_method "bootstrap".
                Up to 200,000 customers. Default 0.
            covariates: Attributes of customers that may shift how often they buy and how readily they leave, up to 8
                with up to 20 values each, for "bg_nbd" and "pareto_nbd". Default none.
            keep_default: Store the model without making it the default.
            request_id: Name this fit, up to 128 bytes, and asking again returns the model it fitted. By default every
                call of this method is a fit of its own.
            on_progress: Called with each `FitProgress`.

        Raises:
            FailedPrecondition: If there is too little history, or request_id was used for another fit.
            InvalidArgument: If the day is not one, or there is no such model.

        Example:
            ```python
            model = client.clv.fit(model="bg_nbd", calibration_end="1997-09-30")
            model.parameters["alpha"].value
            ```
        """
        # named once before the first try, so that another try cannot fit another model
        asked = locals() | {"request_id": request_id or str(uuid.uuid4())}
        del asked["on_progress"]
        call = describe("FitModel", fit_event, asked, restartable=True)
        fitted: Model | None = None
        for event in self._runner.stream(call):
            if isinstance(event, Model):
                fitted = event
            elif on_progress is not None:
                on_progress(event)
        if fitted is None:
            raise Internal(UNREADABLE, code="INTERNAL")
        return fitted

    def model(self, *, model_id: str = "", timeout: float | None = None) -> Model:
        """Returns a fitted model: the workspace's default one, or the one named.

        Raises:
            NotFound: If there is no such model.
        """
        return self._ask("GetModel", Model.from_wire, locals())

    def models(self, *, page_size: int = 100, timeout: float | None = None) -> Listing[Model]:
        """Lists the workspace's models, newest first: those asked for, and those it fitted by itself, with why."""
        return self._list("ListModels", Model, locals(), "models")

    def predict_customer(
        self,
        customer_id: str,
        *,
        horizon: str = "",
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        model_id: str = "",
        yearly_discount_rate: float | None = None,
        interval_method: IntervalMethodWord | None = None,
        with_distribution: bool = False,
        with_alive_history: bool = False,
        wait_for_model: bool = False,
        timeout: float | None = None,
    ) -> CustomerPrediction:
        """Predicts one customer's purchases and value. No `fit` is needed first.

        Args:
            with_distribution: Also answer `purchase_probabilities`, the distribution of purchases within the horizon,
                `purchases_range` and `spend_range`, what may come of it, and `next_purchase`, the wait for the next
                one.
            with_alive_history: Also answer `alive_history`, how probable it was that they were a customer, week by
                week.
            wait_for_model: Wait until the default model is ready, where a workspace of 20,000 customers or more would
                otherwise answer from what is there, and warn that it does.

        Raises:
            NotFound: If there is no such customer or model.
            FailedPrecondition: If they have kept no purchase to predict from, or the model has no bootstrap replicates.
            InvalidArgument: If the horizon or the rate is not one.

        Example:
            ```python
            client.clv.predict_customer("c42", horizon="12mo").clv.value
            client.clv.predict_customer("c42", with_alive_history=True).alive_history.to_pandas()
            ```
        """
        return self._ask("PredictCustomer", CustomerPrediction.from_wire, locals())

    def predict_new(
        self,
        *,
        horizon: str = "",
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        model_id: str = "",
        yearly_discount_rate: float | None = None,
        interval_method: IntervalMethodWord | None = None,
        with_distribution: bool = False,
        wait_for_model: bool = False,
        timeout: float | None = None,
    ) -> CustomerPrediction:
        """Predicts a customer who has just made their first purchase: what a new one is worth.

        Args:
            with_distribution: Also answer `purchase_probabilities`, the distribution of purchases within the horizon,
                `purchases_range` and `spend_range`, what may come of it, and `next_purchase`, the wait for the next
                one.
            wait_for_model: As in `predict_customer`.

        Raises:
            NotFound: If there is no such model.
            InvalidArgument: If the horizon or the rate is not one.

        Example:
            ```python
            client.clv.predict_new(horizon="forever", yearly_discount_rate=0.15).clv.value
            ```
        """
        return self._ask("PredictCustomer", CustomerPrediction.from_wire, locals() | {"new_customer": True})

    def predict_summaries(
        self,
        summaries: Any,
        *,
        days: float = 1,
        model: ModelKindWord | None = None,
        time_unit: TimeUnitWord | None = None,
        model_id: str = "",
        horizon: str = "",
        yearly_discount_rate: float | None = None,
        without_intervals: bool = False,
        timeout: float | None = None,
    ) -> SummaryPredictionListing:
        """Predicts customers who are not recorded, from summaries of them. Nothing is loaded and nothing kept.

        There is no deadline.

        Args:
            summaries: A data frame, or a mapping of columns, with a row for each customer: `frequency`, repeat purchase
                days; `recency` (or `recency_days`, `t_x`), from the first purchase to the last; `T` (or `age_days`),
                from the first purchase to the last day that was looked at; and, for values, `monetary_value` (or
                `mean_value`) of a repeat purchase. `customer_id` may be a column or the index. At most 500,000.
            days: Days of one unit of recency and T: 7 for weeks. Default 1.
            model: Fit "bg_nbd", "mbg_nbd", "pareto_nbd" or "nbd" by maximum likelihood. Default: MBG/NBD with weak
                beliefs about shops in general, which any number of customers determines.
            time_unit: Unit of the parameters, "day", "week", "month" or "year". Default weeks.
            model_id: Fit nothing, and predict with this model of the workspace.
            without_intervals: Leave out the intervals, which cost four times as much as the predictions.

        Raises:
            InvalidArgument: If a column is missing, or a summary cannot be: its row is named.
            NotFound: If there is no such model.

        Example:
            ```python
            predictions = client.clv.predict_summaries(summary, days=7, horizon="39w").to_list()
            predictions.model.parameters["alpha"].value
            predictions.to_pandas()
            ```
        """
        asked = locals() | summary_columns(summaries, days)
        del asked["summaries"], asked["days"]
        call = describe("PredictSummaries", SummaryPredictions.from_wire, asked)
        return SummaryPredictionListing(lambda: self._runner.stream(call))

    def predict(
        self,
        *,
        horizon: str = "",
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        filter: str = "",
        model_id: str = "",
        yearly_discount_rate: float | None = None,
        interval_method: IntervalMethodWord | None = None,
        order_by: PredictionOrderWord | None = None,
        limit: int | None = None,
        without_intervals: bool = False,
        with_ranges: bool = False,
        with_basis_shares: bool = False,
        with_totals: bool = False,
        wait_for_model: bool = True,
        timeout: float | None = None,
    ) -> PredictionListing:
        """Predicts all customers, read as a stream. There is no deadline.

        Args:
            order_by: "clv" for the highest first, "alive_probability" for the lowest first, "value_at_risk" for those
                first on whom most hangs: whom to call. Default: the order in which customers were first recorded.
            limit: At most this many customers; 0 for none, with with_totals. Default: all.
            without_intervals: Leave out the intervals of single customers, which cost four times as much as the
                predictions.
            with_ranges: Also answer `purchases_range` and `spend_range` of each customer, what may come, which takes
                many times as long to compute as the predictions.
            with_basis_shares: Also answer `basis_shares` of each customer: how much of the prediction rests on what.
            with_totals: Also answer the sums over all customers: `to_list().totals`. `totals()` asks for nothing else.
            wait_for_model: Wait until the default model is ready. Without, a workspace of 20,000 customers or more may
                answer from what is there, and warns that it does.

        Raises:
            NotFound: If there is no such model.
            InvalidArgument: If the horizon, the rate or the limit is not one.

        Example:
            ```python
            client.clv.predict(horizon="12mo", order_by="clv", limit=10).to_pandas()
            client.clv.predict(horizon="12mo").totals().clv.value
            ```
        """
        # the server lists the first hundred where nothing is said; whoever loops over a listing wants everybody
        asked = locals() | {"limit": EVERYBODY if limit is None else limit}
        alone = {"order_by": None, "limit": 0, "without_intervals": False, "with_ranges": False}
        alone |= {"with_basis_shares": False, "with_totals": True}
        call = describe("PredictCustomers", Predictions.from_wire, asked)
        totals = describe("PredictCustomers", Predictions.from_wire, asked | alone)
        return PredictionListing(lambda: self._runner.stream(call), lambda: self._runner.stream(totals))

    def summary(
        self,
        *,
        horizon: str = "",
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        filter: str = "",
        group_by: str = "",
        model_id: str = "",
        yearly_discount_rate: float | None = None,
        interval_method: IntervalMethodWord | None = None,
        with_ranges: bool = False,
        timeout: float | None = None,
    ) -> PredictionSummary:
        """Adds predictions up, over all customers and by group: where the value is, and where it is at risk.

        Intervals are of the sums, and cover 95 %.

        Args:
            group_by: Up to 1,000 groups.
            with_ranges: Also what may come of all and of each group: `purchases_range` and `spend_range`. Takes a part
                of a second for a few groups, seconds for a thousand.

        Raises:
            NotFound: If there is no such model.
            InvalidArgument: If the horizon or the rate is not one.
            ResourceExhausted: If there are more than 1,000 groups.

        Example:
            ```python
            client.clv.summary(horizon="12mo", group_by="segment").to_pandas()
            client.clv.summary(horizon="90d", with_ranges=True).whole.spend_range.low_80
            ```
        """
        return self._ask("SummarizePredictions", PredictionSummary.from_wire, locals())

    def backtest(
        self,
        *,
        model: ModelKindWord | None = None,
        calibration_end: date | str = "",
        holdout_end: date | str = "",
        time_unit: TimeUnitWord | None = None,
        timeout: float | None = None,
    ) -> Backtest:
        """Fits a model to the history up to a day and compares its forecast with what came, beside rules of thumb.

        Nothing is stored.

        Args:
            model: Which model, as in `fit`. Default: that of the workspace's default model.
            calibration_end: Last day it may know, included: a date or YYYY-MM-DD. Default: two thirds of the way from
                the first purchase to holdout_end.
            holdout_end: Last day that is forecast, a date or YYYY-MM-DD, after calibration_end. Default: the last whole
                day.
            time_unit: Unit of the parameters, "day", "week", "month" or "year". Default weeks.

        Raises:
            InvalidArgument: If the days are none, or leave nothing to forecast, or there is no such model.
            FailedPrecondition: If there is too little history.

        Example:
            ```python
            test = client.clv.backtest(model="bg_nbd", calibration_end="1997-09-30", holdout_end="1998-06-30")
            test.purchases.root_mean_squared_error
            test.purchases.deciles.to_pandas()
            ```
        """
        return self._ask("Backtest", Backtest.from_wire, locals(), unhurried=True)

    def compare(
        self,
        *,
        models: Iterable[ModelKindWord] = (),
        calibration_end: date | str = "",
        holdout_end: date | str = "",
        time_unit: TimeUnitWord | None = None,
        timeout: float | None = None,
    ) -> Comparison:
        """Backtests several models on the same days, best first by root mean squared error, beside rules of thumb.

        It is how a workspace chooses its default model. Nothing is stored.

        Args:
            models: Which models, as in `fit`. Default: all but "bg_bb".
            calibration_end: Last day they may know, included: a date or YYYY-MM-DD. Default: two thirds of the way from
                the first purchase to holdout_end.
            holdout_end: Last day that is forecast, a date or YYYY-MM-DD, after calibration_end. Default: the last whole
                day.
            time_unit: Unit of the parameters, "day", "week", "month" or "year". Default weeks.

        Raises:
            InvalidArgument: If the days are none, or leave nothing to forecast, or there is no such model.
            FailedPrecondition: If there is too little history.

        Example:
            ```python
            comparison = client.clv.compare(calibration_end="1997-09-30", holdout_end="1998-06-30")
            comparison.best, comparison.reason
            comparison.to_pandas()
            ```
        """
        return self._ask("CompareModels", Comparison.from_wire, locals(), unhurried=True)

    def tracking(
        self,
        *,
        model_id: str = "",
        until: date | str = "",
        period: TimeUnitWord | None = None,
        timeout: float | None = None,
    ) -> Tracking:
        """Returns the repeat purchases of all customers, period by period, as a model expects them and as they came.

        It is the picture in which a model that runs away is seen first. Customers count from their first purchase on;
        those who first came after the model's calibration_end are left out.

        Args:
            until: Last day to look at, a date or YYYY-MM-DD. Default: the last whole day.
            period: Length of the periods, "day" or "week", from the first purchase on. At most 10,000 periods. Default
                weeks.

        Raises:
            NotFound: If there is no such model.
            InvalidArgument: If the day is none or not over, or the period is another one.
            FailedPrecondition: If there is too little history.

        Example:
            ```python
            frame = client.clv.tracking().to_pandas()
            frame.plot(x="date", y=["expected_cumulative", "actual_cumulative"])
            ```
        """
        return self._ask("GetTracking", Tracking.from_wire, locals())
