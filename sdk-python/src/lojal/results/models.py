"""Fitted models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from lojal.codes import WarningCode
from lojal.enums import Habit, ModelKind, TimeUnit
from lojal.results.common import Estimate
from lojal.results.predictions import BasisShares
from lojal.results.reading import FromWire
from lojal.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class HistogramBin(FromWire):
    """One bar of a calibration histogram.

    Attributes:
        frequency: Repeat purchase days. The last bin stands for this many or more.
        actual: Customers observed with that many.
        expected: Customers the model expects with that many.
    """

    frequency: int
    actual: int
    expected: float


@dataclass(frozen=True)
class ParameterCorrelation(FromWire):
    """The correlation between the estimates of two parameters.

    Attributes:
        first: One parameter.
        second: The other.
        correlation: Correlation of their logarithms, in [-1, 1].
    """

    first: str
    second: str
    correlation: float


@dataclass(frozen=True)
class LikelihoodRatioTest(FromWire):
    """Whether a larger model is worth its parameters.

    Attributes:
        statistic: Twice the difference of the log-likelihoods.
        degrees_of_freedom: Parameters more.
        p_value: Probability of such a difference if the additional parameters meant nothing, in [0, 1].
    """

    statistic: float
    degrees_of_freedom: int
    p_value: float


@dataclass(frozen=True)
class MixtureMember(FromWire):
    """A model that predicts together with others.

    Attributes:
        kind: Which purchase model.
        weight: How much it counts; those of all members have the sum 1.
        parameters: Its parameters by symbol.
        log_likelihood: Its log-likelihood, as `Model.log_likelihood`.
        regularity: k of BG/CNBD-k and MBG/CNBD-k; 0 for others.
    """

    kind: ModelKind
    weight: float
    parameters: Mapping[str, Estimate]
    log_likelihood: float
    regularity: int


@dataclass(frozen=True)
class HabitImportance(FromWire):
    """How much a habit matters to a learner.

    Attributes:
        habit: Which.
        mean_log_odds: How far it moves the logarithm of the odds of another purchase, either way, in the mean of the
            customers learned from.
    """

    habit: Habit
    mean_log_odds: float


@dataclass(frozen=True)
class Learner(FromWire):
    """Trees beside the models: how far customers' habits move the odds of another purchase.

    Attributes:
        weight: How much that counts, in (0, 1); models alone count the rest.
        log_score_gain: How much the mean log score of the models falls with it, of customers and landmarks that it had
            not seen.
        habits: What it looks at, what moves most first.
    """

    weight: Estimate
    log_score_gain: Estimate
    habits: Table[HabitImportance] = field(repr=False)


@dataclass(frozen=True)
class PaceImportance(FromWire):
    """How much a habit matters to customers' paces.

    Attributes:
        habit: Which.
        mean_log_pace: How far it moves the logarithm of the pace, either way, in the mean of the customers learned
            from.
    """

    habit: Habit
    mean_log_pace: float


@dataclass(frozen=True)
class OwnPace(FromWire):
    """Trees beside the models: who comes faster or slower than these expect, as customers' habits say.

    Attributes:
        weight: How much that counts, in (0, 1).
        log_score_gain: How much the mean log score of the models falls with it, of customers and landmarks that trees
            had not seen.
        habits: What they look at, what moves most first.
    """

    weight: Estimate
    log_score_gain: Estimate
    habits: Table[PaceImportance] = field(repr=False)


@dataclass(frozen=True)
class Drift(FromWire):
    """How the rates of all customers drift, as forecasts of past days were off.

    Attributes:
        yearly_factor: By which factor rates change in a year; above 1 they grow.
        weight: How much that counts, in (0, 1).
        log_score_gain: How much the mean log score of the models falls with it, of customers and landmarks that it had
            not seen.
    """

    yearly_factor: float
    weight: Estimate
    log_score_gain: Estimate


@dataclass(frozen=True)
class Season(FromWire):
    """What comes every year.

    Attributes:
        monthly_factors: By which factor of the mean of a year customers buy in the middle of each month, from January
            on.
        weight: How much of it counts, in (0, 1).
    """

    monthly_factors: tuple[float, ...]
    weight: Estimate


@dataclass(frozen=True)
class Pace(FromWire):
    """At which pace purchases come that models expect, who know neither growth nor a calendar.

    Attributes:
        drift: How rates drift. None where they do not.
        season: What comes every year; parameters are then of the time of the shop, in which days of the high season are
            long. None where nothing does.
    """

    drift: Drift | None
    season: Season | None


@dataclass(frozen=True)
class RangeCorrection(FromWire):
    """How far out ranges of single customers reach, by what they would have held on past days.

    Attributes:
        beyond_80: What models think possible beyond each end of a range of 80 %: 0.1 where they are right.
        beyond_95: The same of a range of 95 %: 0.025 where they are right.
        uncorrected_share_80: What ranges of 80 % would have held on past days as models say them.
        uncorrected_share_95: The same of ranges of 95 %.
        share_80: What ranges of 80 % would have held as they are told now.
        share_95: The same of ranges of 95 %.
    """

    beyond_80: float
    beyond_95: float
    uncorrected_share_80: Estimate
    uncorrected_share_95: Estimate
    share_80: Estimate
    share_95: Estimate


@dataclass(frozen=True)
class Model(FromWire):
    """A fitted model.

    Attributes:
        model_id: Its id, such as "bg-nbd-1", or "mixture-1" where several predict together.
        kind: Which purchase model, which parameters and fit are of; of a mixture the one that speaks for those that the
            data do not determine, otherwise the one that counts most.
        time_unit: Unit of time of the parameters.
        fit_time: When it was fitted.
        calibration_start: First day of the data, YYYY-MM-DD.
        calibration_end: Last day of the data, YYYY-MM-DD.
        revision: Revision of the data.
        is_default: Whether predictions use it when no model is named.
        is_automatic: Whether the workspace fitted it by itself.
        parameters: Parameters of the purchase model by symbol, such as `parameters["alpha"].value`.
        log_likelihood: Log-likelihood of the purchase model, without combinatorial constants.
        customers: Customers in the data.
        repeat_customers: Customers with a repeat purchase.
        patterns: Distinct (x, t_x, T) among them.
        iterations: Newton steps taken.
        termination: Why the optimiser stopped.
        value_parameters: Parameters of the Gamma-Gamma model: p, q, gamma, and b of how value goes with frequency where
            the workspace chose the model. Empty when it was not fitted.
        value_log_likelihood: Log-likelihood of the Gamma-Gamma model; None when it was not fitted.
        warnings: What to keep in mind when using this model.
        warning_codes: What each of the warnings is about, for programs.
        calibration_histogram: Repeat purchases in the data against what the model expects.
        chi_square: Pearson's chi-square of that histogram.
        chi_square_degrees_of_freedom: Its bins less parameters less one.
        correlations: Correlations between the estimates of the parameters, each pair once.
        is_identified: Whether the data determine the parameters. A model that is not identified does not become the
            default.
        fit_reason: Why it was fitted, such as "requested" or "data grew by 12 %".
        regularity: k of BG/CNBD-k and MBG/CNBD-k: 1 is purchases at random, more is more regular. 0 for others.
        bootstrap_replicates: Bootstrap replicates kept with it; 0 without.
        covariates: Attributes of customers it uses.
        covariates_test: Test of the covariates against the model without them; None without covariates.
        backtest_bias: What it expected of its own backtest, over what came. None when there was too little history to
            backtest.
        frequency_value_correlation: Correlation of the repeat buyers' numbers of purchases and mean values, which the
            value model takes for 0. None without a value model, and where either does not vary.
        members: The models whose weighted mean a mixture predicts, the one that counts most first. Empty for a model
            that predicts alone.
        earlier_backtest_biases: As backtest_bias, of the days before that on which the workspace judged the model, the
            latest first. Empty for a model that was asked for by name.
        recalibration: What it is likely to expect over what comes, by both: `Prediction.recalibrated_clv` is `clv`
            divided by it. None without a backtest.
        learner: What moves the odds that the models give another purchase, by customers' habits. None where it does
            not help, and of a model that was asked for by name.
        own_pace: Who comes faster or slower than the models expect, as customers' habits say. None where that does not
            help, and of a model that was asked for by name.
        pace: At which pace purchases come that the models expect, where rates drift or have a season. None where they
            do neither, and of a model that was asked for by name.
        range_correction: How far out ranges of single customers reach, where past days say that it has to be another
            than the models say. None where it does not, and of a model that was asked for by name.
        group_error: How far off forecasts of groups were on past days beside that of all customers, chance left out, as
            the standard deviation of the logarithm; it widens the ranges of groups. None of a model that was asked for
            by name, and where no past day could be judged; groups are then taken to be off by 0.1.
        prior_share: Share of beliefs about shops in general in what predictions of new customers rest on; the rest is
            what all customers do. 0 where the data determine the model.
        mean_basis_shares: What predictions of the customers in the data rest on, in the mean, at the end of
            calibration_end. None for models of before that was noted.
        half_individual_days: Days from the first purchase until a prediction rests on the customer's own record for
            half. None when over 1,000 years.
    """

    _part = "model"

    model_id: str
    kind: ModelKind
    time_unit: TimeUnit
    fit_time: datetime | None
    calibration_start: str
    calibration_end: str
    revision: int
    is_default: bool
    is_automatic: bool
    parameters: Mapping[str, Estimate]
    log_likelihood: float
    customers: int
    repeat_customers: int
    patterns: int
    iterations: int
    termination: str
    value_parameters: Mapping[str, Estimate]
    value_log_likelihood: float | None
    warnings: tuple[str, ...]
    warning_codes: tuple[WarningCode, ...]
    calibration_histogram: tuple[HistogramBin, ...] = field(repr=False)
    chi_square: float
    chi_square_degrees_of_freedom: int
    correlations: tuple[ParameterCorrelation, ...] = field(repr=False)
    is_identified: bool
    fit_reason: str
    regularity: int
    bootstrap_replicates: int
    covariates: tuple[str, ...]
    covariates_test: LikelihoodRatioTest | None
    backtest_bias: float | None
    frequency_value_correlation: float | None
    members: Table[MixtureMember] = field(repr=False)
    earlier_backtest_biases: tuple[float, ...]
    recalibration: float | None
    learner: Learner | None
    own_pace: OwnPace | None
    pace: Pace | None
    range_correction: RangeCorrection | None
    group_error: float | None
    prior_share: float
    mean_basis_shares: BasisShares | None
    half_individual_days: float | None

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draws how the model fits; see `lojal.plot.repeat_purchases`."""
        from lojal import plot

        return plot.repeat_purchases(self, ax=ax)


@dataclass(frozen=True)
class FitProgress(FromWire):
    """How far a fit is.

    Attributes:
        stage: What is being done, such as "fitting BG/NBD".
        iterations: Newton steps taken in this stage.
        log_likelihood: Log-likelihood reached; None before the first step.
    """

    stage: str
    iterations: int
    log_likelihood: float | None


OnProgress = Callable[[FitProgress], None]
"""What is told how far a fit is."""
