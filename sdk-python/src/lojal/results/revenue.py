"""What customers spend from one period to the next, and how they buy."""

from __future__ import annotations

from dataclasses import dataclass

from lojal.money import Money
from lojal.results.common import Estimate, Period, Provenance
from lojal.results.reading import FromWire
from lojal.results.result import Result
from lojal.table import Table


@dataclass(frozen=True)
class RevenueRetentionRow(FromWire):
    """Revenue of two periods compared. All amounts are net of refunds.

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        period: The current period of a row of a series. None without an interval.
        prior_period: What it is compared with; where the current period is cut off, the same part of an earlier one.
            None without an interval.
        base_customers: The base: customers with revenue in the prior period.
        lost_customers: Of these, those without revenue now.
        prior_revenue: All revenue of the prior period, R0.
        total_revenue: All revenue now: that of the base, of new and of reactivated customers.
        base_revenue: Revenue of the base now: prior + expansion - contraction - churned.
        expansion: What customers of the base spend more than before.
        contraction: What customers of the base who still buy spend less than before.
        churned_revenue: What lost customers spent before.
        gross_revenue_retention: Gross revenue retention, in [0, 1].
        net_revenue_retention: Net revenue retention, 0 or more.
        revenue_churn_rate: churned_revenue / prior_revenue, in [0, 1].
        logo_churn_rate: lost_customers / base_customers, in [0, 1], with Wilson's interval.
        new_customers: Customers who first bought ever in the current period.
        new_customers_of_unknown_source: Of these, those whose source is not known.
        earned_new_revenue: Revenue of new customers who were earned.
        bought_new_revenue: Revenue of new customers who were bought.
        unknown_new_revenue: Revenue of new customers whose source is not known.
        reactivated_customers: Customers who bought before and now, but spent nothing in the prior period.
        reactivated_revenue: Their revenue now.
        total_growth_rate: total_revenue / prior_revenue - 1, -1 or more. None without prior revenue.
        earned_growth_rate: Net revenue retention + earned_new_revenue / prior_revenue - 1. None while new revenue of
            unknown source leaves it open; the bounds are always there.
        earned_growth_rate_low: The same if nobody of unknown source was earned.
        earned_growth_rate_high: The same if everybody of unknown source was earned.
        earned_growth_ratio: earned_growth_rate / total_growth_rate: the part of the growth that was earned. None
            without growth, or while the rate is open.
    """

    group: str
    period: Period | None
    prior_period: Period | None
    base_customers: int
    lost_customers: int
    prior_revenue: Money
    total_revenue: Money
    base_revenue: Money
    expansion: Money
    contraction: Money
    churned_revenue: Money
    gross_revenue_retention: Estimate
    net_revenue_retention: Estimate
    revenue_churn_rate: Estimate
    logo_churn_rate: Estimate
    new_customers: int
    new_customers_of_unknown_source: int
    earned_new_revenue: Money
    bought_new_revenue: Money
    unknown_new_revenue: Money
    reactivated_customers: int
    reactivated_revenue: Money
    total_growth_rate: float | None
    earned_growth_rate: float | None
    earned_growth_rate_low: float | None
    earned_growth_rate_high: float | None
    earned_growth_ratio: float | None


@dataclass(frozen=True)
class RevenueRetention(Result[RevenueRetentionRow]):
    """Revenue of two periods compared.

    Attributes:
        whole: All customers, over the whole window.
        rows: One row a group and period, by group, then by time. Empty without group_by and interval.
        prior_period: The prior period.
        current_period: The current period.
        bootstrap_replicates: Bootstrap replicates of the intervals.
        bootstrap_seed: Their seed.
        provenance: Where the answer comes from.
    """

    whole: RevenueRetentionRow
    rows: Table[RevenueRetentionRow]
    prior_period: Period
    current_period: Period
    bootstrap_replicates: int
    bootstrap_seed: int
    provenance: Provenance


@dataclass(frozen=True)
class PurchaseStatsRow(FromWire):
    """How a group buys.

    An order is a purchase of which something was paid and not given back; free orders are counted apart.

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        period: The period of a row of a series, which stands for the window. None without an interval.
        purchasers: Customers with an order in the window.
        orders: Orders in the window.
        revenue: What was paid for them, net. revenue = purchasers x purchase_frequency x average_order_value.
        zero_value_orders: Orders in the window that cost nothing. They count nowhere else in this answer.
        purchase_frequency: Orders a purchaser in the window, 1 or more.
        average_order_value: Mean value of an order, in the currency of the provenance. Its standard error takes the
            orders of a customer together.
        median_order_value: Median value of an order, with an interval of order statistics.
        trimmed_mean_order_value: Mean value of an order without the lowest and the highest 5 % of orders.
        repeat_rate_lifetime: Customers with two or more orders ever, of those with any. The window does not matter to
            it.
        repeat_rate_in_window: Customers with two or more orders in the window, of those with any in it.
        repeat_rate_within_days: Customers who ordered again within within_days, of those whose first order ever lies
            in the window and is at least so many days ago.
        second_order_probability: The same from all customers whose first order ever lies in the window, the young
            ones being censored: 1 - Kaplan-Meier. None when nobody was watched for so long.
        gap_days_mean: Mean days between neighbouring order days of a customer, for gaps that end in the window. Short
            gaps are over-represented, since long ones have not ended yet.
        gap_days_median: Median of these gaps.
        gap_days_p90: The gap that 90 % of these are not longer than.
        gap_days_median_adjusted: Median of the gaps that begin in the window, the open ones being censored (Kaplan-
            Meier). None when more than half never end.
        gap_days_p90_adjusted: The gap that 90 % of the gaps that begin in the window are not longer than. None when
            more than a tenth never end.
        repeat_revenue_share: Revenue in the window from orders that are not the customer's first ever, of all, in [0,
            1].
        new_customers: Customers whose first order ever lies in the window.
        referral_rate: Of these, those with the referral attribute. No value when no customer has such an attribute;
            then the fields about referrals below have none either.
        advocates: Purchasers of the window whom the referral attribute of one of its new customers names by id.
        advocate_rate: Advocates, of the purchasers of the window.
        referred_customer_revenue: What new customers spent in the window to whom somebody recommended us: the mean a
            customer, net, in the currency of the provenance.
        other_customer_revenue: The same of the other new customers.
        referred_revenue_ratio: referred_customer_revenue / other_customer_revenue. No value when one kind has no
            customers or the others spent nothing.
        discount_order_share: Orders in the window at a discount, of all in it. No value when no purchase of the
            customers asked about ever carried a discount; then the fields below have none either.
        discount_revenue_share: Revenue in the window from orders at a discount, net, of all in it. Its standard error
            takes the orders of a customer together.
        discount_dependent_customers: Customers more than 70 % of whose orders in the window were at a discount, of
            those with three or more orders in it.
        discounts: What was taken off the list prices of the orders in the window.
    """

    group: str
    period: Period | None
    purchasers: int
    orders: int
    revenue: Money
    zero_value_orders: int
    purchase_frequency: Estimate
    average_order_value: Estimate
    median_order_value: Estimate
    trimmed_mean_order_value: Estimate
    repeat_rate_lifetime: Estimate
    repeat_rate_in_window: Estimate
    repeat_rate_within_days: Estimate
    second_order_probability: Estimate
    gap_days_mean: Estimate
    gap_days_median: float | None
    gap_days_p90: float | None
    gap_days_median_adjusted: Estimate
    gap_days_p90_adjusted: Estimate
    repeat_revenue_share: float | None
    new_customers: int
    referral_rate: Estimate
    advocates: int
    advocate_rate: Estimate
    referred_customer_revenue: Estimate
    other_customer_revenue: Estimate
    referred_revenue_ratio: Estimate
    discount_order_share: Estimate
    discount_revenue_share: Estimate
    discount_dependent_customers: Estimate
    discounts: Money | None


@dataclass(frozen=True)
class PurchaseStats(Result[PurchaseStatsRow]):
    """How often customers buy, for how much, and after how long.

    Attributes:
        whole: All customers, over the whole window.
        rows: One row a group and period, by group, then by time. Empty without group_by and interval.
        provenance: Where the answer comes from.
    """

    whole: PurchaseStatsRow
    rows: Table[PurchaseStatsRow]
    provenance: Provenance


@dataclass(frozen=True)
class ConcentrationRow(FromWire):
    """How unequally customers spend. Amounts are net of refunds.

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        period: The period. None without an interval.
        customers: Customers with revenue.
        revenue: What they spent, net.
        gini: 0 where all spend the same, 1 where one customer spends everything. Without a value for fewer than two.
        top_share: Share of the revenue that the top customers bring, from top_fraction to 1. Where the top ends within
            a customer, they count in part. Without a value for nobody.
    """

    group: str
    period: Period | None
    customers: int
    revenue: Money
    gini: Estimate
    top_share: Estimate


@dataclass(frozen=True)
class RevenueConcentration(Result[ConcentrationRow]):
    """Whether revenue hangs on a few customers.

    Attributes:
        whole: All customers, over the whole window.
        rows: One row a group and period, by group, then by time. Empty without group_by and interval.
        top_fraction: The share of customers who are the top.
        bootstrap_replicates: Bootstrap replicates.
        bootstrap_seed: Seed of the bootstrap.
        provenance: Where the answer comes from.
    """

    whole: ConcentrationRow
    rows: Table[ConcentrationRow]
    top_fraction: float
    bootstrap_replicates: int
    bootstrap_seed: int
    provenance: Provenance
