"""How far to trust predictions: backtests, comparisons of models, and expected against actual purchases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Self

from lojal.codes import WarningCode
from lojal.enums import ModelKind
from lojal.results.common import Estimate, Provenance
from lojal.results.reading import FromWire
from lojal.results.result import Result, as_row
from lojal.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class ForecastDecile(FromWire):
    """Customers ranked by forecast, about a tenth of them; customers forecast alike are not torn apart.

    Attributes:
        decile: 1 for the lowest forecasts.
        customers: Customers in it.
        expected: Mean forecast.
        actual: Mean of what happened.
    """

    decile: int
    customers: int
    expected: float
    actual: float


@dataclass(frozen=True)
class ForecastAccuracyEstimates(FromWire):
    """Figures of `ForecastAccuracy` with their intervals of 95 %: how far they would move with other customers.

    A season or a trend moves all customers at once and is not in them. `n` is the number of customers, all of them.

    Attributes:
        mean_absolute_error: Of a rule of thumb, which is sure of its forecast, also its CRPS: what to hold against that
            of a model.
        root_mean_squared_error: Least for the true expectation.
        mean_squared_log_error: Mean squared error of ln(1 + y).
        correlation: Pearson's correlation; None when either does not vary.
        rank_correlation: Spearman's rank correlation; None when either does not vary.
        total_error_ratio: (expected_total - actual_total) / actual_total; None when nothing happened.
        top_decile_capture: Share from the tenth forecast highest; ten times it is their lift. None when nothing
            happened.
        top_fifth_capture: The same for the fifth.
        calibration_slope: Slope of the straight line of what happened on the forecasts: 1 is right, below 1 forecasts
            were too far apart, above 1 too close. None when forecasts do not vary.
    """

    mean_absolute_error: Estimate
    root_mean_squared_error: Estimate
    mean_squared_log_error: Estimate
    correlation: Estimate | None
    rank_correlation: Estimate | None
    total_error_ratio: Estimate | None
    top_decile_capture: Estimate | None
    top_fifth_capture: Estimate | None
    calibration_slope: Estimate | None


@dataclass(frozen=True)
class ForecastAccuracy(FromWire):
    """How far forecasts were from what happened.

    Attributes:
        mean_absolute_error: Least for forecasts of the median: it rewards forecasting 0 when most buy nothing.
        root_mean_squared_error: Least for the true expectation.
        mean_squared_log_error: Mean squared error of ln(1 + y).
        correlation: Pearson's correlation with what happened; None when either does not vary.
        rank_correlation: Spearman's rank correlation; None when either does not vary.
        expected_total: Sum of the forecasts.
        actual_total: Sum of what happened.
        total_error_ratio: (expected_total - actual_total) / actual_total; None when nothing happened.
        top_decile_capture: Share of what happened that came from the tenth of customers forecast highest, in [0, 1];
            None when nothing happened.
        top_fifth_capture: The same for the fifth.
        deciles: Forecasts against what happened, from the lowest forecasts to the highest.
        estimates: The figures above once more, with their intervals, and the slope.
    """

    mean_absolute_error: float
    root_mean_squared_error: float
    mean_squared_log_error: float
    correlation: float | None
    rank_correlation: float | None
    expected_total: float
    actual_total: float
    total_error_ratio: float | None
    top_decile_capture: float | None
    top_fifth_capture: float | None
    deciles: Table[ForecastDecile] = field(repr=False)
    estimates: ForecastAccuracyEstimates = field(repr=False)


@dataclass(frozen=True)
class ForecastScores(FromWire):
    """How likely a forecast made what happened; p is the probability of buying at all that was forecast.

    Of more than 20,000 customers an even part is judged, and `n` says how many were. Intervals are 95 %. A rule of
    thumb says one number for each customer and no probability, so of all this it has `area_under_curve` alone.

    Attributes:
        log_score: Mean of -ln of the probability that was given to the number of purchases that came. Less is better,
            and least for the true distribution. None for rules of thumb, which have no distribution.
        continuous_ranked_probability_score: CRPS, in purchases; for a forecast that is sure it is the absolute error.
            Less is better. None for rules of thumb.
        brier_score: Mean of (p - 1)^2 of those who bought and p^2 of the others. Less is better. None for rules of
            thumb.
        log_loss: Mean of -ln p of those who bought and -ln(1 - p) of the others. Less is better. None for rules of
            thumb.
        area_under_curve: How often of two customers, of whom one bought and one did not, the former had the higher p:
            0.5 is chance, 1 perfect. Rules of thumb are ranked by what they expect. None when all or none bought.
        calibration_slope: Slope of a logistic regression of who bought on ln(p / (1 - p)): 1 is right, below 1 p was
            too extreme, above 1 too timid. None where it cannot be told.
        deciles: p against the share who bought, from the lowest p to the highest. Empty for rules of thumb.
    """

    log_score: Estimate | None
    continuous_ranked_probability_score: Estimate | None
    brier_score: Estimate | None
    log_loss: Estimate | None
    area_under_curve: Estimate | None
    calibration_slope: Estimate | None
    deciles: Table[ForecastDecile] = field(repr=False)


@dataclass(frozen=True)
class BacktestResult(FromWire):
    """How a model, or a rule of thumb, did in a backtest.

    Attributes:
        forecaster: Its name for people: "Pareto/NBD", or the rule. With x repeat purchase days in T days and h days to
            forecast: "same rate" (x h / T), "same period" (x h / length of the data), "hiatus" (same rate, but 0 for
            customers silent for over ten weeks), "last window" (as many as in the h days before), "last quarter" (as
            often as in the 91 days before), "same season last year" (as many as on the same days 365 days earlier).
            Rules are left out where the data do not reach as far back.
        kind: Which model; None for rules of thumb.
        purchases: Purchase days in the holdout; None when there is no forecast.
        spend: Net spend in the holdout, in the reporting currency; None without a value model.
        scores: How likely the purchase days of the holdout were made; None when there is no forecast.
        tracking_error_ratio: (expected - actual) / actual of all repeat purchases in the holdout as `tracking` counts
            them; None for rules of thumb.
        tracking_mean_error_ratio: Mean absolute error of the weekly cumulative curve in the holdout, as a ratio; None
            for rules of thumb.
        log_likelihood: Log-likelihood in the calibration; None for rules of thumb.
        parameters: Parameters fitted to the calibration, by symbol. Empty for rules of thumb.
        problem: Why there is no forecast: the model could not be fitted. "" when there is one.
        warnings: What to keep in mind.
        warning_codes: What each of the warnings is about, for programs.
    """

    forecaster: str
    kind: ModelKind | None
    purchases: ForecastAccuracy | None
    spend: ForecastAccuracy | None
    scores: ForecastScores | None
    tracking_error_ratio: float | None
    tracking_mean_error_ratio: float | None
    log_likelihood: float | None
    parameters: Mapping[str, Estimate]
    problem: str
    warnings: tuple[str, ...]
    warning_codes: tuple[WarningCode, ...]


class BacktestResults(Table[BacktestResult]):
    """Models and rules of thumb, one a row. Printed are the figures to look at first; frames have them all."""

    shown_columns = (
        "forecaster",
        "purchases_root_mean_squared_error",
        "purchases_mean_absolute_error",
        "purchases_correlation",
        "purchases_total_error_ratio",
        "purchases_top_decile_capture",
        "scores_log_score",
        "scores_brier_score",
        "scores_area_under_curve",
        "spend_root_mean_squared_error",
        "spend_total_error_ratio",
        "tracking_error_ratio",
        "problem",
    )


@dataclass(frozen=True)
class Backtest(Result[BacktestResult], BacktestResult):
    """A backtest of one model, beside rules of thumb that need no model.

    Attributes:
        naive: Rules of thumb on the same days.
        calibration_end: Last day the model knew, YYYY-MM-DD.
        holdout_end: Last day that was forecast, YYYY-MM-DD.
        customers: Customers who had bought by calibration_end.
        provenance: Where the answer comes from.
    """

    _part = "result"

    naive: BacktestResults = field(repr=False)
    calibration_end: str
    holdout_end: str
    customers: int
    provenance: Provenance

    def table(self) -> BacktestResults:
        """Returns the model and the rules of thumb, one a row, the model first."""
        return BacktestResults(BacktestResult, [as_row(BacktestResult, self), *self.naive], self.provenance)

    def plot(self, *, measure: str = "root_mean_squared_error", ax: Axes | None = None) -> Axes:
        """Draws how far forecasters were off; see `lojal.plot.backtest`."""
        from lojal import plot

        return plot.backtest(self, measure=measure, ax=ax)


@dataclass(frozen=True)
class ForecastLandmark(FromWire):
    """A past day on which models were judged.

    Attributes:
        calibration_end: Last day the models knew.
        holdout_end: Last day that they forecast.
        customers: Customers who had bought by calibration_end.
        purchases: Repeat purchases of theirs until holdout_end.
    """

    calibration_end: date
    holdout_end: date
    customers: int
    purchases: int


@dataclass(frozen=True)
class ModelStanding(FromWire):
    """How a model did on several past days, among others.

    Attributes:
        kind: Which.
        log_score: Mean of -ln P(y) over customers and landmarks, y being the purchase days that came; less is better.
        log_score_behind: How much more that is than the least, with the interval of the difference.
        weight: How much it counts in the predictions of a workspace that chooses by itself, in [0, 1].
    """

    kind: ModelKind
    log_score: Estimate
    log_score_behind: Estimate
    weight: Estimate


@dataclass(frozen=True)
class MixtureStanding(FromWire):
    """How a mixture of models did on past days, of customers who had no part in its weights.

    Attributes:
        log_score: As of a model; less is better.
        log_score_gain: How much less that is than the log score of the best of its models alone.
    """

    log_score: Estimate
    log_score_gain: Estimate


@dataclass(frozen=True)
class LearnerStanding(FromWire):
    """How a learner did beside a mixture, of customers and past days that it had not seen.

    Attributes:
        weight: How much it counts in the predictions of a workspace that chooses by itself, in [0, 1); 0 where it does
            not help.
        log_score_gain: How much the mixture's mean log score falls with it; negative when it rises.
    """

    weight: Estimate
    log_score_gain: Estimate


class Comparison(BacktestResults):
    """Models and rules of thumb, best first by root mean squared error of purchases; those without a forecast last.

    Attributes:
        best: The model that is best alone: the simplest of those that have the least log score on past days, or as
            good as that; None when there is none that may become a default. A workspace predicts with several at once.
        reason: Why, in a sentence.
        calibration_end: Last day the models knew, YYYY-MM-DD.
        holdout_end: Last day that was forecast, YYYY-MM-DD.
        customers: Customers who had bought by calibration_end.
        landmarks: The past days on which `best` was looked for, earliest first.
        standings: How the models did on them, best first.
        mixture: How a mixture of them did; None without a best.
        learner: How a learner beside that mixture did; None without a mixture, and of a single past day.
        own_pace: How paces of customers beside it did; None where they do not help.
    """

    best: ModelKind | None
    reason: str
    calibration_end: str
    holdout_end: str
    customers: int
    landmarks: Table[ForecastLandmark]
    standings: Table[ModelStanding]
    mixture: MixtureStanding | None
    learner: LearnerStanding | None
    own_pace: LearnerStanding | None

    @classmethod
    def from_wire(cls, message: Any) -> Self:
        """Reads an answer."""
        return cls._read(message, best=ModelKind.from_wire(message.best_kind) if message.best_kind else None)

    def plot(self, *, measure: str = "root_mean_squared_error", ax: Axes | None = None) -> Axes:
        """Draws how far forecasters were off; see `lojal.plot.backtest`."""
        from lojal import plot

        return plot.backtest(self, measure=measure, ax=ax)


@dataclass(frozen=True)
class TrackingPoint(FromWire):
    """One period.

    Attributes:
        period: Its number, from 1.
        date: Its last day.
        expected_cumulative: Repeat purchases expected from the beginning to its end.
        actual_cumulative: Those that came.
        expected: Repeat purchases expected in it.
        actual: Those that came.
        is_holdout: Whether it is after the model's calibration_end: a forecast, not a fit.
    """

    period: int
    date: date
    expected_cumulative: float
    actual_cumulative: int
    expected: float
    actual: int
    is_holdout: bool


class Tracking(Table[TrackingPoint]):
    """The repeat purchases of all customers, period by period, as a model expects them and as they came.

    Attributes:
        model_id: The model.
        calibration_end: Last day the model knew, YYYY-MM-DD.
        holdout_error_ratio: (expected - actual) / actual of what came after it; None when nothing did.
        holdout_mean_error_ratio: Mean of |expected - actual| / actual of the cumulative curve after it; None when
            nothing came.
    """

    model_id: str
    calibration_end: str
    holdout_error_ratio: float | None
    holdout_mean_error_ratio: float | None

    def plot(self, *, cumulative: bool = True, ax: Axes | None = None) -> Axes:
        """Draws expected against actual purchases; see `lojal.plot.tracking`."""
        from lojal import plot

        return plot.tracking(self, cumulative=cumulative, ax=ax)
