"""Who stays: retention, cohorts, survival, and what staying brings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lojal.calls.group import Group
from lojal.instants import Instant
from lojal.results.costs import CostTotals
from lojal.results.retention import Cohorts, Lifecycle, Retention
from lojal.results.revenue import PurchaseStats, RevenueConcentration, RevenueRetention
from lojal.results.survival import ActivityWindow, RetentionProjection, Survival
from lojal.sensible import listed, sensible
from lojal.v1 import retention_service_pb2 as pb
from lojal.words import (
    CohortAlignmentWord,
    CohortModeWord,
    FactsAsOfWord,
    IntervalWord,
    RevenueComparisonWord,
    SurveyKindWord,
)


def bracket_of(ages: Any) -> pb.CohortBracket:
    """Returns a pair of ages as the contract has it."""
    with sensible("brackets", ages, "a pair of ages: the first and the last"):
        first, last = ages
        return pb.CohortBracket(first_age=first, last_age=last)


class Retentions(Group):
    """Measures who stays, for how long, and what that brings."""

    def rates(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        confidence: float | None = None,
        activity_window: str = "",
        interval: IntervalWord | None = None,
        facts_as_of: FactsAsOfWord | None = None,
        timeout: float | None = None,
    ) -> Retention:
        """Counts customers at the start and at the end of a window, and tells three rates of retention apart.

        Args:
            window: From its start to its end. Default "90d". With "all" the start is the first purchase, when nobody
                was active.
            activity_window: How long after a purchase a customer counts as active: "90d", "12w", "6mo" or "1y".
                Default "90d". It must not be longer than the history there is. SuggestActivityWindow finds one that
                fits.
            facts_as_of: When facts of filter and group_by are read. Default "start": when the window begins, and of
                customers who come later, right after their first purchase.

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.retention.rates(window="2026-Q1", interval="month", group_by="market").to_pandas()
            ```
        """
        return self._ask("GetRetention", Retention.from_wire, locals())

    def activity_window(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        confidence: float | None = None,
        threshold: float | None = None,
        steps: int = 0,
        timeout: float | None = None,
    ) -> ActivityWindow:
        """Finds how long a silence must be to mean that a customer is gone.

        Args:
            window: Silences that began in it. Default "all".
            threshold: Probability to come back below which a customer counts as gone, more than 0 and less than 1.
                Default 0.1.
            steps: List each curve in at most so many steps, 1 to 10,000, each with as many of the days on which a
                silence ended. The suggestion is not touched by it. Default 20.

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.retention.activity_window(threshold=0.05).whole.days
            ```
        """
        return self._ask("SuggestActivityWindow", ActivityWindow.from_wire, locals())

    def cohorts(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        confidence: float | None = None,
        cohort_attribute: str = "",
        interval: IntervalWord | None = None,
        mode: CohortModeWord | None = None,
        brackets: Sequence[tuple[int, int]] = (),
        alignment: CohortAlignmentWord | None = None,
        last_age: int | None = None,
        nps_kind: SurveyKindWord | None = None,
        facts_as_of: FactsAsOfWord | None = None,
        limit: int = 0,
        timeout: float | None = None,
    ) -> Cohorts:
        """Follows customers who began together age by age: who bought, how much, and what they say.

        Args:
            window: Customers who first bought ever in it. Default "all".
            cohort_attribute: What makes a cohort: an attribute or a fact of customers, whose values become cohorts.
                Default: the period of the first purchase.
            interval: The periods of cohorts and of ages. Default "month".
            mode: What it takes to be retained. Default "on".
            brackets: The columns of mode "bracket", at most 50 pairs of a first and a last age.
            alignment: How ages are counted. Default "calendar".
            last_age: The last age, 1 to 500. Default 12. Not in "bracket".
            nps_kind: The kind of survey for the NPS. Default: the kind that was recorded; when both were, there is no
                NPS.
            facts_as_of: When facts of filter and group_by are read. Default "start": when the window begins, and of
                customers who come later, right after their first purchase.
            limit: List at most so many cohorts of each group, 1 to 10,000: the latest, or of cohort_attribute the
                largest. Means are of all. Default: all where window, interval or cohort_attribute is given, else 12.

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.retention.cohorts(window="2025", mode="on_or_after").to_pandas()
            ```
        """
        asked = locals() | {"brackets": [bracket_of(each) for each in listed("brackets", brackets)]}
        return self._ask("GetCohorts", Cohorts.from_wire, asked)

    def survival(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        confidence: float | None = None,
        activity_window: str = "",
        horizon: str = "",
        step_days: int = 0,
        facts_as_of: FactsAsOfWord | None = None,
        steps: int = 0,
        timeout: float | None = None,
    ) -> Survival:
        """Estimates how long customers stay, by Kaplan and Meier.

        Args:
            window: Customers who first bought ever in it. Default "all".
            group_by: They are compared with each other.
            activity_window: How long a silence means that a customer has left: "90d", "12w", "6mo" or "1y". Default
                "90d". It must not be longer than the history there is.
            horizon: Up to when restricted means are taken: "365d", "12mo", "2y". Default: as long as every group was
                followed.
            step_days: List the curve in steps of so many days, 1 to 365; 1 lists every day on which anything happened.
                Estimates are not touched by it. Default: see steps.
            facts_as_of: When facts of filter and group_by are read. Default "start": when the window begins, and of
                customers who come later, right after their first purchase.
            steps: List each curve in at most so many steps, 1 to 10,000, each with as many of the days on which
                anything happened. Not with step_days. Default 20.

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.retention.survival(group_by="channel").groups.to_pandas()
            ```
        """
        return self._ask("GetSurvival", Survival.from_wire, locals())

    def lifecycle(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        confidence: float | None = None,
        interval: IntervalWord | None = None,
        timeout: float | None = None,
    ) -> Lifecycle:
        """Counts new, returning, resurrected and dormant customers, period by period.

        Args:
            window: Periods of the calendar that lie in it, wholly or partly, each counted as a whole. Default "12mo".
            confidence: There are no intervals in this answer.
            interval: Default "month".

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.retention.lifecycle(window="12mo").to_pandas()
            ```
        """
        return self._ask("GetLifecycle", Lifecycle.from_wire, locals())

    def revenue(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        confidence: float | None = None,
        comparison: RevenueComparisonWord | None = None,
        source_attribute: str = "",
        earned_values: Sequence[str] = (),
        bootstrap_replicates: int | None = None,
        bootstrap_seed: int | None = None,
        facts_as_of: FactsAsOfWord | None = None,
        interval: IntervalWord | None = None,
        timeout: float | None = None,
    ) -> RevenueRetention:
        """Compares what the customers of a prior period spent then and spend now, and how much growth was earned.

        Args:
            window: The current period, so not "all", before which there is nothing. Default "12mo".
            comparison: What it is compared with. Default "previous".
            source_attribute: The customer attribute that says where a new customer came from. Default
                "acquisition_source". Without the attribute their source is unknown.
            earned_values: Values of that attribute that mean that a customer was earned, at most 100; any other means
                that they were bought. Default "referral", "word_of_mouth", "recommendation" and "organic".
            bootstrap_replicates: Bootstrap replicates, 20 to 1,000. Default 1,000.
            bootstrap_seed: Seed of the bootstrap: the same gives the same intervals. Default 1.
            facts_as_of: When facts of filter and group_by are read. Default "start": when the window begins, and of
                customers who come later, right after their first purchase.
            interval: Each period is compared with the one before it, or with the same a year earlier.

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.retention.revenue(window="12mo", interval="month").to_pandas()
            client.retention.revenue(window="2026-Q1", comparison="year_earlier").whole
            ```
        """
        return self._ask("GetRevenueRetention", RevenueRetention.from_wire, locals())

    def concentration(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        confidence: float | None = None,
        interval: IntervalWord | None = None,
        top_fraction: float | None = None,
        bootstrap_replicates: int | None = None,
        bootstrap_seed: int | None = None,
        timeout: float | None = None,
    ) -> RevenueConcentration:
        """Says whether revenue hangs on a few customers: the Gini coefficient, and what the top tenth brings.

        Args:
            window: Purchases in it. Default "12mo".
            interval: Measure each period apart. Default: no series.
            top_fraction: The share of customers who are the top, above 0 and at most 0.5. Default 0.1.
            bootstrap_replicates: 20 to 1,000. Default 1,000.
            bootstrap_seed: The same gives the same intervals. Default 1.

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.retention.concentration(group_by="market").to_pandas()
            ```
        """
        return self._ask("GetRevenueConcentration", RevenueConcentration.from_wire, locals())

    def costs(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        group_by: str = "",
        interval: IntervalWord | None = None,
        timeout: float | None = None,
    ) -> CostTotals:
        """Says what customers cost, by what it was for, and what was spent to win a new one.

        A cost with a period counts as if spent evenly over it. There is no filter, since most costs are no single
        customer's.

        Args:
            window: Costs and new customers in it. Default "12mo".
            group_by: "acquisition_source", "market", or another attribute or fact of customers. What is of no group is
                in the row "" and is not spread over the others. Default: no groups.
            interval: Tell each period apart. Default: no series.

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.retention.costs(group_by="acquisition_source").to_pandas()
            ```
        """
        return self._ask("GetCosts", CostTotals.from_wire, locals())

    def purchases(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        confidence: float | None = None,
        within_days: int | None = None,
        referral_attribute: str = "",
        interval: IntervalWord | None = None,
        timeout: float | None = None,
    ) -> PurchaseStats:
        """Says how often customers buy, for how much, and after how long.

        Args:
            window: Orders in it. Default "365d".
            within_days: Within how many days of the first order a second one counts for repeat_rate_within_days and
                second_order_probability, 1 to 3,650. Default 90.
            referral_attribute: The customer attribute that is set when somebody recommended us to them. Default
                "referred_by".
            interval: Each period is measured as if it were the window.

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.retention.purchases(window="12mo", group_by="market", interval="month").to_pandas()
            ```
        """
        return self._ask("GetPurchaseStats", PurchaseStats.from_wire, locals())

    def project(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        confidence: float | None = None,
        survivors: Sequence[int] = (),
        interval: IntervalWord | None = None,
        activity_window: str = "",
        periods_ahead: int | None = None,
        discount_rate: float | None = None,
        facts_as_of: FactsAsOfWord | None = None,
        timeout: float | None = None,
    ) -> RetentionProjection:
        """Extends the retention curve of a list of survivors, or of customers of the workspace, with the sBG model.

        Args:
            window: Customers who first bought ever in it. Default "all".
            survivors: Survivors of one cohort to project instead of customers of the workspace: how many there were
                at the start, and after 1, 2, ... periods; 3 to 1,000 counts that never grow. window, filter, group_by,
                interval and activity_window must then be None.
            interval: Periods begin at each customer's own first purchase: a day is 24 hours, a week 7, a month 30, a
                quarter 91 and a year 365 times that. Default "month".
            activity_window: How long a silence means that a customer has left: "90d", "12w", "6mo" or "1y". Default
                "90d". A customer survives a period when they bought after it, and is followed to as_of less this
                window.
            periods_ahead: How many periods to project beyond those observed, 1 to 1,000. Default 12.
            discount_rate: Discount rate of lifetimes a year, 0 to 10; with survivors, whose periods have no length, a
                period. Default 0.1.
            facts_as_of: When facts of filter and group_by are read. Default "start": when the window begins, and of
                customers who come later, right after their first purchase.

        Raises:
            InvalidArgument: If an argument is out of range.
            FailedPrecondition: If nobody has left, or fewer than two periods have passed.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.retention.project(survivors=[1000, 869, 743, 653], periods_ahead=5).to_pandas()
            ```
        """
        return self._ask("ProjectRetention", RetentionProjection.from_wire, locals())
