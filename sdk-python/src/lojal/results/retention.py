"""Who stays: customers at two instants, from period to period, and by cohort."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lojal.money import Money
from lojal.results.common import Estimate, Period, Provenance
from lojal.results.reading import FromWire
from lojal.results.result import Result
from lojal.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class RetentionRow(FromWire):
    """Customers at the start and at the end of a window or period.

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        period: From start to end.
        customers_at_start: S: active at the start.
        customers_at_end: E: active at the end. E = S - L + N + Q.
        new_customers: N: first bought within, and active at the end.
        lost_customers: L: active at the start and not at the end.
        reactivated_customers: Q: active at the end, neither at the start nor new.
        retained_customers: S - L: active at the start and at the end.
        headcount_retention_rate: (E - N) / S, the textbook's customer retention rate; above 1 when more came back
            than left. It is set_retention_rate + reactivation_rate.
        set_retention_rate: (S - L) / S, in [0, 1], with Wilson's interval.
        reactivation_rate: Q / S; above 1 when more came back than were there.
        churn_rate: L / S, in [0, 1], with Wilson's interval. It is 1 - set_retention_rate.
        insufficient_history: Whether there is less history before the start than the activity window. Then customers
            who were active at the start may be missing, and those who bought before count as new.
    """

    group: str
    period: Period | None
    customers_at_start: int
    customers_at_end: int
    new_customers: int
    lost_customers: int
    reactivated_customers: int
    retained_customers: int
    headcount_retention_rate: Estimate
    set_retention_rate: Estimate
    reactivation_rate: Estimate
    churn_rate: Estimate
    insufficient_history: bool


@dataclass(frozen=True)
class Retention(Result[RetentionRow]):
    """Customers at the start and at the end of a window: as a whole, and in rows by group and over time.

    Attributes:
        whole: From the start of the window to its end.
        rows: One row a group and period. Empty unless group_by or interval is given.
        activity_window: The activity window that was used, such as "90d".
        provenance: Where the answer comes from.
    """

    whole: RetentionRow
    rows: Table[RetentionRow]
    activity_window: str
    provenance: Provenance


@dataclass(frozen=True)
class LifecycleRow(FromWire):
    """Customers of one period by what became of them.

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        period: The period.
        new_customers: First bought ever in this period.
        returning_customers: Bought in this period and in the one before.
        resurrected_customers: Bought in this period, not in the one before, but at some time before that.
        dormant_customers: Bought in the period before and not in this.
        active_customers: Bought in this period: new, returning and resurrected.
        quick_ratio: (new + resurrected) / dormant: above 1 the base grows. None when nobody went dormant.
        complete: Whether the period was over at as_of. Until then, some of the dormant may still come.
    """

    group: str
    period: Period | None
    new_customers: int
    returning_customers: int
    resurrected_customers: int
    dormant_customers: int
    active_customers: int
    quick_ratio: float | None
    complete: bool


@dataclass(frozen=True)
class Lifecycle(Result[LifecycleRow]):
    """New, returning, resurrected and dormant customers, period by period.

    Attributes:
        rows: One row a group and period, by group, then by time.
        provenance: Where the answer comes from.
    """

    rows: Table[LifecycleRow]
    provenance: Provenance


@dataclass(frozen=True)
class CohortRow(FromWire):
    """One cohort at one age.

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        cohort: The cohort: its period, such as "2026-03", or the attribute's value, "" for customers who lack it.
        period: The period in which it began. None for cohorts of an attribute.
        customers: Customers of the cohort.
        age: The age: periods since the start, which is 0. In "bracket" the first of the bracket.
        last_age: The last age of the bracket; else the same as age.
        active_customers: Customers retained so far, those included for whom this age is not over.
        mature_customers: Customers for whom this age is over: the denominator.
        retained_customers: Of these, those retained.
        retention_rate: retained_customers / mature_customers, with Wilson's interval. None while the age is over for
            nobody.
        complete: Whether the age is over for all customers of the cohort, so that this row will not change by itself.
        orders: Orders of the mature customers at this age.
        revenue: What they paid for these, net.
        cumulative_revenue_per_customer: What mature customers have paid from the start to the end of this age, net,
            per head: lifetime value to date, in the currency of the provenance. None while there are none.
        nps: NPS of the cohort's answers at this age, -100 to 100, mature or not.
        ratio_to_previous: retained_customers over those retained in the column before; None in the first, when nobody
            was retained before, and while fewer customers are mature here than there.
    """

    group: str
    cohort: str
    period: Period | None
    customers: int
    age: int
    last_age: int
    active_customers: int
    mature_customers: int
    retained_customers: int
    retention_rate: Estimate
    complete: bool
    orders: int
    revenue: Money
    cumulative_revenue_per_customer: float | None
    nps: Estimate
    ratio_to_previous: float | None


@dataclass(frozen=True)
class CohortMean(FromWire):
    """All cohorts at one age.

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        age: The age. In "bracket" the first of the bracket.
        last_age: The last age of the bracket; else the same as age.
        cohorts: Cohorts with mature customers.
        mature_customers: Mature customers of all cohorts.
        retained_customers: Of these, those retained.
        weighted_mean_rate: Mean weighted by customers: retained_customers / mature_customers, with Wilson's interval.
        simple_mean_rate: Mean of the cohorts' rates, each counting alike, with a normal interval from how they
            differ.
        cumulative_revenue_per_customer: What mature customers have paid to the end of this age, net, per head.
    """

    group: str
    age: int
    last_age: int
    cohorts: int
    mature_customers: int
    retained_customers: int
    weighted_mean_rate: Estimate
    simple_mean_rate: Estimate
    cumulative_revenue_per_customer: float | None


@dataclass(frozen=True)
class Cohorts(Result[CohortRow]):
    """Customers who began together, age by age.

    Attributes:
        rows: One row a group, cohort and age.
        means: One row a group and age: all cohorts together.
        provenance: Where the answer comes from.
    """

    rows: Table[CohortRow]
    means: Table[CohortMean]
    provenance: Provenance

    def plot(self, *, group: str = "", ax: Axes | None = None) -> Axes:
        """Draws retention by cohort and age; see `lojal.plot.cohorts`."""
        from lojal import plot

        return plot.cohorts(self, group=group, ax=ax)
