"""Who is loyal: scores with their explanation, places, and how both are made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, cast

from lojal.enums import LoyaltyComponent, LoyaltyCut, LoyaltyPlace, LoyaltyPredictor
from lojal.listing import AsyncListing, Listing
from lojal.money import Money
from lojal.results.common import Estimate, Period, Provenance
from lojal.results.reading import FromWire
from lojal.results.result import Result
from lojal.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class LoyaltyModel(FromWire):
    """How scores of a workspace are made.

    Attributes:
        version: From 1, which holds as long as nobody chose.
        since: Since when; None for version 1.
        weights: How much each component counts beside the others: only ratios matter.
        half_life_days: Days after which an answer counts half.
        pseudo_answers: Answers of their segment's mean that everybody is given beside their own.
        cut: Where places are cut.
    """

    _part = "model"

    version: int
    since: datetime | None
    weights: Mapping[LoyaltyComponent, float]
    half_life_days: float
    pseudo_answers: float
    cut: LoyaltyCut


@dataclass(frozen=True)
class LoyaltyStandard(FromWire):
    """With whom customers are compared: everybody at the same instant.

    Of more than 20,000 customers, questions about now are compared with what was measured within the last minute.

    Attributes:
        as_of: When it was measured.
        revision: What was known then.
        customers: Customers with a purchase.
        customers_with_attitude: Those of them who have said something lately.
        attitude_cut: Whoever is above it has a high attitude; None where nobody has said anything.
        behaviour_cut: Whoever is above it has a high behaviour; None without customers.
        model: How scores are made.
    """

    as_of: datetime | None
    revision: int
    customers: int
    customers_with_attitude: int
    attitude_cut: float | None
    behaviour_cut: float | None
    model: LoyaltyModel


@dataclass(frozen=True)
class LoyaltyContribution(FromWire):
    """What a component says of a customer.

    Attributes:
        component: Which.
        value: Their value, in [0, 1].
        mean: That of all customers of whom it is known, in [0, 1].
        weight: How much it counts of all that is known, in [0, 1].
        points: By how many points it moves the score from the base: 100 weight (value - mean).
        evidence: What it rests on, in words.
        records: How many records it is made of: answers, orders, referred customers, or weeks.
        latest: The last record it is made of; None without any, and for referrals.
    """

    component: LoyaltyComponent
    value: float
    mean: float
    weight: float
    points: float
    evidence: str
    records: int
    latest: datetime | None


@dataclass(frozen=True)
class Loyalty(FromWire):
    """How loyal a customer is.

    Attributes:
        customer_id: Who.
        score: 0 to 100, with its interval: `base` and the sum of all points. No value where too little is known, with a
            coverage below 0.3.
        base: What the average customer would score on the same components.
        coverage: Weight of the components that are known, of 1.
        contributions: The components that are known.
        attitude: The score over what they say alone, 0 to 100. No value where they have not said anything lately.
        behaviour: The score over what they do alone, 0 to 100.
        place: What that makes of them.
        is_on_the_border: Whether the interval of attitude or behaviour reaches over its cut, so that they may as well
            have another place.
        sentence: All of it in one sentence.
        clv_12mo: What their purchases of the next twelve months are expected to be worth, in the reporting currency,
            discounted by 10 % a year; None where no value is known.
        value_at_risk: What of that hangs on whether they come back: churn probability times clv_12mo; None where no
            value is known.
    """

    customer_id: str
    score: Estimate
    base: float
    coverage: float
    contributions: Table[LoyaltyContribution] = field(repr=False)
    attitude: Estimate
    behaviour: Estimate
    place: LoyaltyPlace
    is_on_the_border: bool
    sentence: str
    clv_12mo: float | None
    value_at_risk: float | None


@dataclass(frozen=True)
class CustomerLoyalty(Loyalty):
    """How loyal one customer is, with whom they are compared, and where the answer comes from."""

    _part = "loyalty"

    standard: LoyaltyStandard
    provenance: Provenance


class Loyalties(Table[Loyalty]):
    """Scores, one a customer. Printed are the figures to look at first; frames have all but the contributions.

    Attributes:
        standard: With whom customers are compared; None in all pages but the first.
    """

    shown_columns = (
        "customer_id",
        "score",
        "score_ci_low",
        "score_ci_high",
        "attitude",
        "behaviour",
        "place",
        "is_on_the_border",
        "coverage",
        "clv_12mo",
        "value_at_risk",
    )
    standard: LoyaltyStandard | None = None

    @classmethod
    def empty(cls) -> Loyalties:
        """Returns no scores: what a stream without messages comes to."""
        return cls(Loyalty, [])

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draws attitude by behaviour; see `lojal.plot.loyalty_places`."""
        from lojal import plot

        return plot.loyalty_places(self, ax=ax)


class LoyaltyListing(Listing[Loyalty]):
    """Scores of many customers, read while they are looped over; see `Listing`."""

    def __init__(self, pages: Callable[[], Iterator[Loyalties]]) -> None:
        super().__init__(pages, "loyalties", Loyalties.empty())

    def to_list(self) -> Loyalties:
        """Reads everything and returns it as one table, with its `standard`."""
        return cast(Loyalties, super().to_list())

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draws attitude by behaviour; see `lojal.plot.loyalty_places`."""
        from lojal import plot

        return plot.loyalty_places(self, ax=ax)


class AsyncLoyaltyListing(AsyncListing[Loyalty]):
    """Scores of many customers, read while they are looped over; see `AsyncListing`."""

    def __init__(self, pages: Callable[[], AsyncIterator[Loyalties]]) -> None:
        super().__init__(pages, "loyalties", Loyalties.empty())

    async def to_list(self) -> Loyalties:
        """Reads everything and returns it as one table, with its `standard`."""
        return cast(Loyalties, await super().to_list())


@dataclass(frozen=True)
class LoyaltySummary(FromWire):
    """Customers of a group who have a place.

    Attributes:
        group: The group; "" without group_by, and for customers who lack the attribute.
        period: The period as of whose end it is; None without an interval.
        place: The place; None for all customers.
        customers: How many.
        customer_share: Of all customers of the group, in [0, 1].
        mean_score: Their scores in the mean, 0 to 100. The interval is of a mean over customers like these.
        mean_attitude: What they say in the mean, of those who have said something.
        mean_behaviour: What they do in the mean.
        nps: The NPS of those who have answered, each by their last answer, whenever it was.
        spend: What they spent in 365 days.
        clv_12mo: What their purchases of the next twelve months are expected to be worth; None where no value is known.
        value_at_risk: What of that hangs on whether they come back; None where no value is known.
    """

    group: str
    period: Period | None
    place: LoyaltyPlace | None
    customers: int
    customer_share: Estimate
    mean_score: Estimate
    mean_attitude: Estimate
    mean_behaviour: Estimate
    nps: Estimate
    spend: Money
    clv_12mo: Money | None
    value_at_risk: Money | None


class LoyaltySummaryRows(Table[LoyaltySummary]):
    """Places, of each group. Printed are the figures to look at first; frames have them all."""

    shown_columns = (
        "group",
        "period_label",
        "place",
        "customers",
        "customer_share",
        "mean_score",
        "mean_attitude",
        "mean_behaviour",
        "nps",
        "nps_n",
        "spend",
        "clv_12mo",
        "value_at_risk",
    )


@dataclass(frozen=True)
class LoyaltySummaries(Result[LoyaltySummary]):
    """How many customers have which place, what they are worth, and what they say.

    Attributes:
        whole: All customers together.
        rows: The five places, true loyalty first; of each group, where there are groups. With an interval of each
            period, all its customers together before them.
        standard: With whom customers are compared.
        provenance: Where the answer comes from.
    """

    whole: LoyaltySummary
    rows: LoyaltySummaryRows
    standard: LoyaltyStandard
    provenance: Provenance

    def _headline(self) -> str:
        said = self.standard.customers_with_attitude
        return f"{self.standard.customers} customers with a purchase, of whom {said} said something lately"


@dataclass(frozen=True)
class LoyaltyValidation(FromWire):
    """How well something predicts.

    Attributes:
        predictor: What.
        component: Which component; None for all other predictors.
        customers: Customers of whom it is known.
        with_outcome: Those of them who have the outcome.
        auc: Probability that of two customers, of whom one has the outcome, that one has more of it.
        score_gain: The AUC of the score of the same customers, less this one: above 0 where the score is better. No
            value for the score itself.
        lift_top_tenth: Share of those with the outcome among the tenth with most of it, over the share among all; None
            where it cannot be told.
        brier_score: Mean squared error of a probability made of it on the other half of the customers; None where it
            cannot be told.
        brier_score_of_constant: The same of a constant, the share of the other half.
    """

    predictor: LoyaltyPredictor
    component: LoyaltyComponent | None
    customers: int
    with_outcome: int
    auc: Estimate
    score_gain: Estimate
    lift_top_tenth: float | None
    brier_score: float | None
    brier_score_of_constant: float | None


class ScoreValidation(Table[LoyaltyValidation]):
    """What predicts the outcome: the score, attitude and behaviour, the simple ones, then each component.

    Attributes:
        attitude_adds: Whether attitude adds to what behaviour says, beyond chance.
        verdict: The answer in a sentence, with what to do.
        odds_ratio_of_attitude: Odds of the outcome of a customer whose attitude is 10 points higher, over those of
            another of whom the same was expected. No value where it cannot be told.
        p_value: One-sided p-value of the test that they are above 1 (below, for churn); None where it cannot be told.
        scored_at: The instant of the scores.
        until: Until then the outcome could come.
        customers: Customers with a purchase before `scored_at`.
        with_outcome: Those of them who have the outcome.
        model: How scores are made.
    """

    shown_columns = (
        "predictor",
        "component",
        "customers",
        "with_outcome",
        "auc",
        "auc_ci_low",
        "auc_ci_high",
        "score_gain",
        "score_gain_ci_low",
        "score_gain_ci_high",
        "lift_top_tenth",
        "brier_score",
    )
    attitude_adds: bool
    verdict: str
    odds_ratio_of_attitude: Estimate
    p_value: float | None
    scored_at: datetime | None
    until: datetime | None
    customers: int
    with_outcome: int
    model: LoyaltyModel
