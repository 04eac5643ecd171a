"""Recommendation: the Net Promoter Score."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from lojal.enums import SurveyKind
from lojal.results.common import Estimate, Period, Provenance
from lojal.results.reading import FromWire
from lojal.results.result import Result
from lojal.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class NpsRow(FromWire):
    """The NPS of one kind of survey in one group and period.

    Attributes:
        group: The group; "" without group_by, and for answers that lack it. An answer with several topics is in the
            group of each.
        period: The period; None without an interval.
        nps: The NPS, -100 to 100.
        promoters: Answers of 9 and 10.
        passives: Answers of 7 and 8.
        detractors: Answers of 0 to 6.
        customers: Customers who answered; an anonymous answer is of a customer of its own.
        effective_n: As many answers by as many customers as tell as much; None when all weigh 1 and nobody answered
            twice.
        kind: What the answers are about; None when nobody answered.
    """

    group: str
    period: Period | None
    nps: Estimate
    promoters: int
    passives: int
    detractors: int
    customers: int = 0
    effective_n: float | None = None
    kind: SurveyKind | None = None


@dataclass(frozen=True)
class NpsScore(Result[NpsRow]):
    """The NPS of a window: as a whole, and in rows by group and over time.

    Attributes:
        nps: The NPS of the whole window, -100 to 100; no value when nobody answered. Where answers are of both kinds of
            survey that of the kind with most answers, as are all other numbers that are not in rows.
        promoters: Answers of 9 and 10.
        passives: Answers of 7 and 8.
        detractors: Answers of 0 to 6.
        score_counts: How often each score from 0 to 10 was given: 11 counts.
        rows: One row a kind of survey, group and period. Empty unless group_by or interval is given.
        provenance: Where the answer comes from.
        nps_of_base: The NPS of the whole base, answers weighted to the sizes of the groups of weight_to_base_by; None
            without that.
        effective_n: As many answers of weight 1 by as many customers as tell as much; None when all weigh 1 and nobody
            answered twice.
        customers: Customers who answered; an anonymous answer is of a customer of its own.
        kind: What the answers are about; None when nobody answered.
        by_kind: One row a kind of survey, the one with most answers first, where answers are of both; empty else.
    """

    nps: Estimate
    promoters: int
    passives: int
    detractors: int
    score_counts: tuple[int, ...]
    rows: Table[NpsRow]
    provenance: Provenance
    nps_of_base: Estimate | None = None
    effective_n: float | None = None
    customers: int = 0
    kind: SurveyKind | None = None
    by_kind: Table[NpsRow] = field(default_factory=lambda: Table(NpsRow, ()))

    def _whole(self) -> NpsRow:
        counts = (self.promoters, self.passives, self.detractors)
        return NpsRow("", None, self.nps, *counts, self.customers, self.effective_n, self.kind)

    def _headline(self) -> str:
        return f"NPS {self.nps}, n = {self.nps.n}"

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draws the NPS with its intervals; see `lojal.plot.nps`."""
        from lojal import plot

        return plot.nps(self, ax=ax)


@dataclass(frozen=True)
class NpsComparison(FromWire):
    """Two scores compared.

    Attributes:
        first: The first group, or "window".
        second: The second group, or "baseline_window".
        first_nps: NPS of the first, -100 to 100.
        second_nps: NPS of the second, -100 to 100.
        difference: First less second in points, -200 to 200: the value is that of the raw scores, the interval that of
            the adjusted ones.
        z: The test statistic, of a t test when paired or where some customers answered more than once; None where
            nothing varies.
        p_value: Probability of such a difference if there were none, two-sided; None where nothing varies.
        adjusted_p_value: The same, adjusted for all comparisons in the answer (Benjamini and Hochberg 1995); None where
            nothing varies.
    """

    first: str
    second: str
    first_nps: Estimate
    second_nps: Estimate
    difference: Estimate
    z: float | None
    p_value: float | None
    adjusted_p_value: float | None


class NpsComparisons(Table[NpsComparison]):
    """The comparisons: one of windows, or one a pair of groups, in the groups' order."""

    shown_columns: ClassVar[tuple[str, ...]] = (
        "first",
        "second",
        "first_nps",
        "first_nps_n",
        "second_nps",
        "second_nps_n",
        "difference",
        "difference_ci_low",
        "difference_ci_high",
        "z",
        "p_value",
        "adjusted_p_value",
    )


@dataclass(frozen=True)
class NpsSamplePlan(FromWire):
    """How many answers it takes, or what so many leave.

    Attributes:
        answers: Answers for the margin; None if only answers was given.
        answers_at_worst: The same if half of the customers were promoters and half detractors.
        margin: Points up and down that the answers given leave; None without them.
        answers_to_see_difference: Answers in each of two samples to see the difference; None without one.
        variance: Variance of one answer of -1, 0 and 1 that was used, from 0 to 1.
        response_rate: Share of invitations that were answered in the window, to tell how many to send: answers /
            response_rate; None without invitations.
        provenance: Where the answer comes from.
    """

    answers: int | None
    answers_at_worst: int | None
    margin: float | None
    answers_to_see_difference: int | None
    variance: float
    response_rate: float | None
    provenance: Provenance
