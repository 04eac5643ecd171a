"""What customers will be worth, and whether they are still there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, cast

from lojal.call import UNREADABLE
from lojal.enums import ChurnRisk, Habit, PredictionBasis
from lojal.errors import Internal
from lojal.listing import AsyncListing, Listing
from lojal.results.common import Estimate, Provenance
from lojal.results.reading import FromWire
from lojal.results.result import Result
from lojal.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class OutcomeRange(FromWire):
    """What may come: a median with central ranges, in which 80 % and 95 % of what the model holds possible lies.

    It is not the interval of an `Estimate`, which says how well the expectation is known. Of counts every figure is a
    whole number, and a range holds at least what its name says.

    Attributes:
        median: Half of what may come is at most this.
        low_80: 10 % is below.
        high_80: 10 % is above.
        low_95: 2.5 % is below.
        high_95: 2.5 % is above.
        probability_80: Probability of what is from low_80 to high_80, both included: at least 0.8.
        probability_95: Probability of what is from low_95 to high_95, both included: at least 0.95.
    """

    median: float
    low_80: float
    high_80: float
    low_95: float
    high_95: float
    probability_80: float
    probability_95: float


@dataclass(frozen=True)
class BasisShares(FromWire):
    """How much of a prediction rests on what: shares in [0, 1] with the sum 1.

    They are about how often the customer is expected to buy as long as they are a customer: a mean of how often they
    did and of how often all customers do, in which their own record counts the more, the longer they are known. Whether
    they still are a customer and what a purchase is worth is not in them.

    Attributes:
        individual: The customer's own record; 0 for whoever has just made their first purchase.
        segment: Customers with the same attributes; 0 for a model without covariates.
        population: All customers.
        prior: Beliefs about shops in general; 0 where the data determine the model.
    """

    individual: float
    segment: float
    population: float
    prior: float


@dataclass(frozen=True)
class Prediction(FromWire):
    """What a customer is predicted to do.

    Attributes:
        customer_id: The customer; "" for a new one.
        alive_probability: Probability that they are still a customer, in [0, 1].
        expected_purchases: Expected purchase days within the horizon.
        expected_value: Expected value of one of them, in the reporting currency; no value without a value model.
        clv: Discounted value of the purchases within the horizon, in the reporting currency; no value without a value
            model.
        frequency: x, the same as repeat_purchase_days; in RFM it is orders in the window.
        recency_days: t_x, the same as days_first_to_last; in RFM it is days since the last order.
        age_days: T, the same as days_followed.
        repeat_purchase_days: Repeat purchase days so far.
        days_first_to_last: Days from the first purchase day to the last.
        days_followed: Days from the first purchase day to the last day before as_of.
        mean_value: Mean net value of the repeat purchase days; None without any.
        basis: What the prediction rests on.
        alive_probability_at_horizon: Probability that they are still a customer at the end of the horizon, in [0, 1];
            no value for "forever", and in `predict`.
        purchase_probability: Probability of at least one purchase within the horizon, in [0, 1]; no value for
            "forever".
        churn_probability: Probability of no purchase within the horizon, in [0, 1]; no value for "forever".
        churn_risk: In which third `churn_probability` is.
        recalibrated_purchases: `expected_purchases` divided by `Model.recalibration`; no value when the model was not
            backtested.
        recalibrated_clv: `clv` divided by `Model.recalibration`; no value when the model was not backtested.
        purchases_range: How many purchase days may come within the horizon. None without `with_distribution` in
            `predict_customer` or `with_ranges` in `predict`, and for "forever".
        spend_range: What may be spent within the horizon, undiscounted, in the reporting currency; as
            `purchases_range`, and None without a value model.
        basis_shares: How much of the prediction rests on what. None in `predict` without `with_basis_shares`.
        clv_if_alive: What they would be worth if they certainly were a customer still: `clv / alive_probability`.
        value_at_risk: The worth that hangs on whether they come back, `churn_probability * clv`: small for those who
            surely do, and for those whom nobody can save.
    """

    customer_id: str
    alive_probability: Estimate
    expected_purchases: Estimate
    expected_value: Estimate
    clv: Estimate
    frequency: int
    recency_days: int
    age_days: int
    repeat_purchase_days: int
    days_first_to_last: int
    days_followed: int
    mean_value: float | None
    basis: PredictionBasis
    alive_probability_at_horizon: Estimate
    purchase_probability: Estimate
    churn_probability: Estimate
    churn_risk: ChurnRisk
    recalibrated_purchases: Estimate
    recalibrated_clv: Estimate
    purchases_range: OutcomeRange | None
    spend_range: OutcomeRange | None
    basis_shares: BasisShares | None
    clv_if_alive: Estimate
    value_at_risk: Estimate


@dataclass(frozen=True)
class PurchaseProbability(FromWire):
    """The probability of a number of purchases.

    Attributes:
        purchases: Purchase days within the horizon.
        probability: Probability of exactly so many, in [0, 1].
    """

    purchases: int
    probability: float


@dataclass(frozen=True)
class WaitingTime(FromWire):
    """When the next purchase comes, if one comes at all.

    Attributes:
        days_p10: Days within which it comes with probability 0.1; None when longer than any calendar.
        days_p50: The median.
        days_p90: Days within which it comes with probability 0.9.
    """

    days_p10: float | None
    days_p50: float | None
    days_p90: float | None


@dataclass(frozen=True)
class AlivePoint(FromWire):
    """The probability of being a customer at the end of a day.

    Attributes:
        date: The day.
        alive_probability: Probability that they were still a customer then, as far as was known then, in [0, 1].
        purchased: Whether they bought on that day.
    """

    date: date
    alive_probability: float
    purchased: bool


@dataclass(frozen=True)
class HabitEffect(FromWire):
    """What one habit of a customer does.

    Attributes:
        habit: Which.
        value: What it is of this customer; None where they have none, such as a mean gap after a single purchase.
        log_odds: What it adds to the logarithm of the odds of another purchase.
    """

    habit: Habit
    value: float | None
    log_odds: float


@dataclass(frozen=True)
class MovedOdds(FromWire):
    """Why a customer is more or less likely to come back than the models say.

    Attributes:
        weight: How much that counts, as `Learner.weight`.
        alive_probability_by_models: `alive_probability` by the models alone.
        log_odds_of_everybody: What the trees say of everybody, before they look at this customer.
        habits: What each habit adds, the most first, either way. With `log_odds_of_everybody` they have the sum of all
            that is moved.
    """

    weight: float
    alive_probability_by_models: float
    log_odds_of_everybody: float
    habits: Table[HabitEffect]


@dataclass(frozen=True)
class PaceEffect(FromWire):
    """What one habit of a customer does to their pace.

    Attributes:
        habit: Which.
        value: What it is of this customer; None where they have none, such as a mean gap after a single purchase.
        log_pace: What it adds to the logarithm of the pace.
    """

    habit: Habit
    value: float | None
    log_pace: float


@dataclass(frozen=True)
class MovedPace(FromWire):
    """Why a customer comes faster or slower than the models expect.

    Attributes:
        pace: Their pace, within 0.25 to 4: what is predicted of 100 days is what models expect of 100 times as many.
        weight: How much trees count in that, as `OwnPace.weight`.
        log_pace_of_everybody: What the trees say of everybody, before they look at this customer.
        habits: What each habit adds, the most first, either way. With `log_pace_of_everybody` they have the sum of all
            that trees say; times `weight`, to the next 1/32, it is the logarithm of `pace`.
    """

    pace: float
    weight: float
    log_pace_of_everybody: float
    habits: Table[PaceEffect]


@dataclass(frozen=True)
class CustomerPrediction(Prediction):
    """The prediction for one customer, with the model it was made with and where it comes from.

    Attributes:
        model_id: The model; "prior" where nothing was bought yet.
        provenance: Where the answer comes from.
        purchase_probabilities: Probabilities of 0, 1, 2, ... purchases within the horizon, until 99.9 % are covered, at
            most 200 rows. Empty without `with_distribution`, and for "forever".
        more_purchases_probability: Probability of more purchases than the last of them, in [0, 1]. None without
            `with_distribution`, and for "forever".
        next_purchase: When the next purchase comes, counted from as_of; None without `with_distribution`, and when it
            is less than 10 % probable that one comes within the horizon.
        alive_history: How probable it was that they were a customer, week by week since their first purchase and on
            each day on which they bought, oldest first, the newest 1,000 points. Empty without `with_alive_history`.
        moved_odds: Why they are more or less likely to come back than the models say; None where the model has no
            learner.
        moved_pace: Why they come faster or slower than the models expect; None where the model has no paces of
            customers.
    """

    _part = "prediction"

    model_id: str
    provenance: Provenance
    purchase_probabilities: Table[PurchaseProbability] = field(repr=False)
    more_purchases_probability: float | None
    next_purchase: WaitingTime | None
    alive_history: Table[AlivePoint] = field(repr=False)
    moved_odds: MovedOdds | None = field(repr=False)
    moved_pace: MovedPace | None = field(repr=False)

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draws how probable it was that they were a customer; see `lojal.plot.alive_history`."""
        from lojal import plot

        return plot.alive_history(self, ax=ax)


@dataclass(frozen=True)
class PredictionTotals(FromWire):
    """Sums over all customers with a purchase, whatever `limit` says.

    Attributes:
        customers: Customers.
        alive_customers: Expected number of them who are still customers.
        expected_purchases: Expected purchase days within the horizon; no value for "forever".
        clv: Discounted value within the horizon, in the reporting currency; no value without a value model.
        recalibrated_purchases: `expected_purchases` divided by `Model.recalibration`; no value when the model was not
            backtested.
        recalibrated_clv: `clv` divided by `Model.recalibration`; no value when the model was not backtested.
        purchases_range: How many purchase days of all of them may come: by chance, by how well the expectation is
            known, and by how far off this model was before. None for "forever".
        spend_range: What all of them may spend within the horizon, undiscounted, in the reporting currency; as
            `purchases_range`, and None without a value model.
        value_at_risk: Value that hangs on whether they come back, in the reporting currency; no value for "forever" or
            without a value model.
    """

    customers: int
    alive_customers: Estimate
    expected_purchases: Estimate
    clv: Estimate
    recalibrated_purchases: Estimate
    recalibrated_clv: Estimate
    purchases_range: OutcomeRange | None
    spend_range: OutcomeRange | None
    value_at_risk: Estimate


@dataclass(frozen=True)
class PredictionSummaryRow(FromWire):
    """Sums over the customers of a group with a purchase.

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        customers: Customers.
        alive_customers: Expected number of them who are still customers.
        expected_purchases: Expected purchase days within the horizon; no value for "forever".
        clv: Discounted value within the horizon, in the reporting currency; no value without a value model.
        value_at_risk: Value that hangs on whether they come back, in the reporting currency; no value for "forever" or
            without a value model.
        recalibrated_purchases: `expected_purchases` divided by `Model.recalibration`; no value when the model was not
            backtested.
        recalibrated_clv: `clv` divided by `Model.recalibration`; no value when the model was not backtested.
        purchases_range: How many purchase days may come of all of them together: by chance, by how well the expectation
            is known, and as far off as the model was on past days. None without `with_ranges` and for "forever".
        spend_range: What all of them may spend within the horizon, undiscounted, in the reporting currency; as
            `purchases_range`, and None without a value model.
    """

    group: str
    customers: int
    alive_customers: Estimate
    expected_purchases: Estimate
    clv: Estimate
    value_at_risk: Estimate
    recalibrated_purchases: Estimate
    recalibrated_clv: Estimate
    purchases_range: OutcomeRange | None
    spend_range: OutcomeRange | None


@dataclass(frozen=True)
class PredictionSummary(Result[PredictionSummaryRow]):
    """Predictions added up: over all customers, and over those of each group.

    Attributes:
        whole: All customers.
        rows: Each group. Empty without group_by.
        model_id: The model they were made with; "prior" where nothing was bought yet.
        provenance: Where the answer comes from.
    """

    whole: PredictionSummaryRow
    rows: Table[PredictionSummaryRow]
    model_id: str
    provenance: Provenance


class Predictions(Table[Prediction]):
    """Predictions, one a customer. Printed are the figures to look at first; frames have them all.

    Attributes:
        model_id: The model they were made with; "prior" where nothing was bought yet.
        totals: Sums over all customers; None without `with_totals`.
    """

    shown_columns = (
        "customer_id",
        "alive_probability",
        "expected_purchases",
        "expected_value",
        "clv",
        "clv_ci_low",
        "clv_ci_high",
        "repeat_purchase_days",
        "days_first_to_last",
        "days_followed",
        "basis",
    )
    model_id: str = ""
    totals: PredictionTotals | None = None

    @classmethod
    def empty(cls) -> Predictions:
        """Returns no predictions: what a stream without messages comes to."""
        return cls(Prediction, [])

    def plot(self, *, value: str = "expected_purchases", ax: Axes | None = None) -> Axes:
        """Draws them by frequency and recency; see `lojal.plot.frequency_recency`."""
        from lojal import plot

        return plot.frequency_recency(self, value=value, ax=ax)


class PredictionListing(Listing[Prediction]):
    """Predictions of all customers, read while they are looped over; see `Listing`."""

    def __init__(
        self, pages: Callable[[], Iterator[Predictions]], only_totals: Callable[[], Iterator[Predictions]]
    ) -> None:
        super().__init__(pages, "predictions", Predictions.empty())
        self._only_totals = only_totals

    def to_list(self) -> Predictions:
        """Reads everything and returns it as one table, with its `totals` if asked for."""
        return cast(Predictions, super().to_list())

    def totals(self) -> PredictionTotals:
        """Asks for the sums over all customers, whatever the limit, and for no single one.

        Example:
            ```python
            client.clv.predict(horizon="12mo").totals().clv.value
            ```
        """
        return _totals(list(self._only_totals()))

    def plot(self, *, value: str = "expected_purchases", ax: Axes | None = None) -> Axes:
        """Draws them by frequency and recency; see `lojal.plot.frequency_recency`."""
        from lojal import plot

        return plot.frequency_recency(self, value=value, ax=ax)


class AsyncPredictionListing(AsyncListing[Prediction]):
    """Predictions of all customers, read while they are looped over; see `AsyncListing`."""

    def __init__(
        self, pages: Callable[[], AsyncIterator[Predictions]], only_totals: Callable[[], AsyncIterator[Predictions]]
    ) -> None:
        super().__init__(pages, "predictions", Predictions.empty())
        self._only_totals = only_totals

    async def to_list(self) -> Predictions:
        """Reads everything and returns it as one table, with its `totals` if asked for."""
        return cast(Predictions, await super().to_list())

    async def totals(self) -> PredictionTotals:
        """Asks for the sums over all customers, whatever the limit, and for no single one.

        Example:
            ```python
            (await client.clv.predict(horizon="12mo").totals()).clv.value
            ```
        """
        return _totals([page async for page in self._only_totals()])


def _totals(pages: Sequence[Predictions]) -> PredictionTotals:
    totals = pages[0].totals if pages else None
    if totals is None:
        raise Internal(UNREADABLE, code="INTERNAL")
    return totals
