"""How long customers stay, how long they are silent, and how retention goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lojal.codes import WarningCode
from lojal.results.common import Estimate, Provenance
from lojal.results.reading import FromWire
from lojal.results.result import Result
from lojal.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class SurvivalSummary(FromWire):
    """How long customers of a group stay.

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        customers: Customers followed.
        events: Of these, those who left.
        censored: Of these, those who had not left when last looked at.
        median_days: Days after which half have left. No value while more than half are there.
        restricted_mean_days: Mean days there, up to the horizon. No value where the group was not followed for so
            long.
    """

    group: str
    customers: int
    events: int
    censored: int
    median_days: Estimate
    restricted_mean_days: Estimate


@dataclass(frozen=True)
class SurvivalRow(FromWire):
    """The curve after so many days.

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        days: Days since the first purchase.
        at_risk: Customers there just before, or, with step_days, at the beginning of the step.
        events: Customers who left then.
        censored: Customers last looked at then.
        survival_probability: Probability to be there for longer, with the log-log interval on Greenwood's variance.
    """

    group: str
    days: int
    at_risk: int
    events: int
    censored: int
    survival_probability: Estimate


@dataclass(frozen=True)
class LogRankTest(FromWire):
    """The log-rank test of whether all groups stay equally long.

    Attributes:
        chi_square: Chi-square.
        degrees_of_freedom: Groups less one.
        p_value: Probability of such a chi-square or a greater one if all groups were alike.
    """

    chi_square: float
    degrees_of_freedom: int
    p_value: float


@dataclass(frozen=True)
class Survival(Result[SurvivalRow]):
    """How long customers stay.

    Attributes:
        whole: All customers.
        groups: Each group. Empty without group_by.
        curve: The curves: one row a group and day on which anything happened.
        log_rank: Whether the groups differ; None without two groups of whom some left, and for more than 100.
        activity_window: The activity window that was used.
        horizon_days: The horizon of the restricted means, in days; None when there is none.
        provenance: Where the answer comes from.
    """

    whole: SurvivalSummary
    groups: Table[SurvivalSummary]
    curve: Table[SurvivalRow]
    log_rank: LogRankTest | None
    activity_window: str
    horizon_days: float | None
    provenance: Provenance

    def table(self) -> Table[SurvivalRow]:
        """Returns the curves."""
        return self.curve

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draws the curves; see `lojal.plot.survival`."""
        from lojal import plot

        return plot.survival(self, ax=ax)


@dataclass(frozen=True)
class ActivityWindowSuggestion(FromWire):
    """An activity window that fits.

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        days: The shortest silence, in days, after which fewer than the threshold come back. None when there is none:
            everybody came back, or nobody was silent for long enough.
        activity_window: The same as text for other requests, such as "63d". Empty when there is none.
        returns: Silences that ended with a purchase.
        open: Silences still going on.
        at_risk: Silences that were watched for as long as the suggestion; few of them make it unsure.
    """

    group: str
    days: int | None
    activity_window: str
    returns: int
    open: int
    at_risk: int


@dataclass(frozen=True)
class ReturnRow(FromWire):
    """How many come back after so long a silence.

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        silence_days: Days without a purchase.
        at_risk: Silences that were watched for that long.
        returns: Of these, those that ended after just so many days.
        still_silent_probability: Probability that a silence lasts longer than that, by Kaplan and Meier.
        return_probability: Probability that a customer who has been silent for so long ever comes back, in [0, 1].
            None once all came back.
    """

    group: str
    silence_days: int
    at_risk: int
    returns: int
    still_silent_probability: Estimate
    return_probability: float | None


@dataclass(frozen=True)
class ActivityWindow(Result[ReturnRow]):
    """How long a silence means that a customer is gone.

    Attributes:
        whole: For all customers.
        groups: For each group. Empty without group_by.
        curve: How many come back, by days of silence.
        threshold: The threshold that was used.
        provenance: Where the answer comes from.
    """

    whole: ActivityWindowSuggestion
    groups: Table[ActivityWindowSuggestion]
    curve: Table[ReturnRow]
    threshold: float
    provenance: Provenance

    def table(self) -> Table[ReturnRow]:
        """Returns how many come back, by days of silence."""
        return self.curve


@dataclass(frozen=True)
class RetentionModel(FromWire):
    """A fitted model.

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        alpha: First parameter of the beta distribution of the chance to leave. Mean chance: alpha / (alpha + beta).
        beta: Second parameter.
        log_likelihood: Log-likelihood, without constants.
        customers: Customers it was fitted to.
        lost_customers: Of these, those who left while observed.
        observed_periods: Periods observed.
        warnings: What to know before trusting it, one sentence each.
        warning_codes: What each of the warnings is about, for programs.
        discounted_lifetime: Discounted expected lifetime of a customer at acquisition (DEL), in periods of the curve,
            the first, which they have just paid for, included. No value where it is infinite.
    """

    group: str
    alpha: Estimate
    beta: Estimate
    log_likelihood: float
    customers: int
    lost_customers: int
    observed_periods: int
    warnings: tuple[str, ...]
    warning_codes: tuple[WarningCode, ...]
    discounted_lifetime: Estimate


@dataclass(frozen=True)
class ProjectedRetentionRow(FromWire):
    """One period of a projected curve.

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        period: The period, from 1.
        observed_at_risk: Customers observed at its beginning. None for periods that were not observed.
        observed_stayed: Of these, those observed at its end.
        survival_probability: Share of new customers who are still there at the end of the period, by the model.
        retention_rate: Share of those there at its beginning who are still there at its end, by the model. It rises
            with time although nobody changes: those likely to leave have left.
        expected_customers: Customers expected at its end, of all who began, by the model.
        discounted_residual_lifetime: Discounted expected residual lifetime (DERL) of a customer at its end, just before
            they renew or leave, in periods, the one they may renew for included. No value where it is infinite.
    """

    group: str
    period: int
    observed_at_risk: int | None
    observed_stayed: int | None
    survival_probability: Estimate
    retention_rate: Estimate
    expected_customers: Estimate
    discounted_residual_lifetime: Estimate


@dataclass(frozen=True)
class RetentionProjection(Result[ProjectedRetentionRow]):
    """A retention curve projected by the sBG model.

    Attributes:
        models: One model a group.
        rows: One row a group and period: first those observed, then those ahead.
        provenance: Where the answer comes from.
    """

    models: Table[RetentionModel]
    rows: Table[ProjectedRetentionRow]
    provenance: Provenance
