"""Who belongs where by recency, frequency and monetary value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from lojal.enums import CutpointBasis, Segment
from lojal.money import Money
from lojal.results.common import Estimate, Period, Provenance
from lojal.results.reading import FromWire
from lojal.results.result import Result
from lojal.table import Table

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class RfmScores(FromWire):
    """The three scores of a customer, each from 1 to 5, 5 best."""

    recency: int
    frequency: int
    monetary: int

    def __str__(self) -> str:
        return f"{self.recency}{self.frequency}{self.monetary}"


@dataclass(frozen=True)
class RfmValues(FromWire):
    """The values the scores are made from.

    Attributes:
        recency_days: Whole days from the last order to the last day before as_of.
        frequency: Orders in the window; orders refunded whole do not count.
        monetary: Net spend in the window, in the reporting currency.
    """

    recency_days: int
    frequency: int
    monetary: Money


@dataclass(frozen=True)
class RfmPopulation(FromWire):
    """Whom a score compares with.

    Attributes:
        as_of: The instant at which the population was measured.
        revision: The revision at which it was measured.
        buyers: Customers who bought in the window.
        customers: Customers with an order before as_of, in the window or not.
        basis: How thresholds came about: quintiles, or fixed ones below 25 buyers.
    """

    as_of: datetime | None
    revision: int
    buyers: int
    customers: int
    basis: CutpointBasis


@dataclass(frozen=True)
class SegmentMember(FromWire):
    """A customer in a segment, with the scores and the values behind them."""

    customer_id: str
    segment: Segment
    scores: RfmScores
    values: RfmValues


@dataclass(frozen=True)
class CustomerSegment(SegmentMember):
    """The segment of one customer, whom it was compared with, and where the answer comes from."""

    _part = "member"

    population: RfmPopulation
    provenance: Provenance


@dataclass(frozen=True)
class SegmentSummary(FromWire):
    """One segment of a summary.

    Attributes:
        segment: The segment.
        name: Its name for people, such as "At Risk".
        customers: Customers in it.
        customer_share: Its share of all customers, in [0, 1]; None when there are no customers.
        monetary: Net spend of its customers in the window.
        monetary_share: Its share of all net spend in the window; None when nothing was spent.
        mean_recency_days: Mean days since the last order; None when the segment is empty.
        mean_frequency: Mean orders in the window; None when the segment is empty.
        mean_monetary: Mean net spend in the window, in the reporting currency; None when the segment is empty.
        group: The group, "" without group_by or for customers who lack the attribute. Shares are of the group.
        period: The period at the end of which these were counted. None without an interval.
    """

    segment: Segment
    name: str
    customers: int
    customer_share: float | None
    monetary: Money
    monetary_share: float | None
    mean_recency_days: float | None
    mean_frequency: float | None
    mean_monetary: float | None
    group: str = ""
    period: Period | None = None


class SegmentSummaries(Table[SegmentSummary]):
    """All 11 segments, best first, empty ones included.

    Attributes:
        population: Whom the scores compare with.
        monetary: Net spend of everybody in the window.
        rows: All 11 segments of each group and period, by group, then by time, then best first. Empty without group_by
            and interval.
    """

    population: RfmPopulation
    monetary: Money
    rows: Table[SegmentSummary]

    def plot(self, *, by: str = "customers", ax: Axes | None = None) -> Axes:
        """Draws how large segments are; see `lojal.plot.segment_sizes`."""
        from lojal import plot

        return plot.segment_sizes(self, by=by, ax=ax)


@dataclass(frozen=True)
class SegmentTransition(FromWire):
    """Customers who were in one segment and are in the same or another one.

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        from_segment: The segment at from_as_of; None for customers who had not bought yet.
        to_segment: The segment at as_of; None for customers who have not bought or got everything back.
        customers: How many.
        share: Their share of all customers of the group, in [0, 1].
        share_of_from: Their share of those who were in from_segment, in [0, 1]: the probability of the transition.
        moved_by_behaviour: Those who moved by what they did or did not do.
        moved_by_thresholds: Those whom the thresholds moved: by those of from_as_of they would be where they were.
        moved_by_both: Those whom both moved.
    """

    group: str
    from_segment: Segment | None
    to_segment: Segment | None
    customers: int
    share: Estimate
    share_of_from: Estimate
    moved_by_behaviour: int
    moved_by_thresholds: int
    moved_by_both: int


@dataclass(frozen=True)
class SegmentMixTest(FromWire):
    """Whether the mix of segments changed among customers in a segment at both instants (Stuart and Maxwell).

    Attributes:
        group: The group, "" without group_by or for customers who lack the attribute.
        customers: Customers in a segment at both instants.
        moved: Those of them who are in another one.
        chi_square: The statistic; None where nobody moved.
        degrees_of_freedom: Its degrees of freedom: segments that customers moved between, less one.
        p_value: The probability of one as large if the mix had not changed; None where nobody moved.
    """

    group: str
    customers: int
    moved: int
    chi_square: float | None
    degrees_of_freedom: int | None
    p_value: float | None


@dataclass(frozen=True)
class SegmentTransitions(Result[SegmentTransition]):
    """Who was in which segment and is in which.

    Attributes:
        transitions: All customers: one row a pair of segments that anybody is in.
        rows: The same of each group. Empty without group_by.
        mix_test: Whether the mix of all customers changed.
        group_mix_tests: Whether that of each group did. Empty without group_by.
        from_population: Whom scores were compared with at from_as_of.
        to_population: Whom they are compared with at as_of.
        provenance: Where the answer comes from.
    """

    transitions: Table[SegmentTransition]
    rows: Table[SegmentTransition]
    mix_test: SegmentMixTest
    group_mix_tests: Table[SegmentMixTest]
    from_population: RfmPopulation
    to_population: RfmPopulation
    provenance: Provenance

    def table(self) -> Table[SegmentTransition]:
        """Returns the rows or, when there are no groups, the transitions of all customers."""
        return self.rows if len(self.rows) else self.transitions

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """Draws who moved; see `lojal.plot.segment_transitions`."""
        from lojal import plot

        return plot.segment_transitions(self, ax=ax)


@dataclass(frozen=True)
class RfmCell(FromWire):
    """One cell of the grid: which recency and frequency scores, 1 to 5, make which segment."""

    recency: int
    frequency: int
    segment: Segment


@dataclass(frozen=True)
class RfmThreshold(FromWire):
    """From which value on a score is given.

    Attributes:
        score: The score, 2 to 5. Below the threshold of 2 the score is 1.
        recency_days_max: At most this many days since the last order. None when nobody can reach the score.
        frequency_min: At least this many orders in the window. None when nobody can reach the score.
        monetary_min: At least this net spend in the window. None when nobody can reach the score.
    """

    score: int
    recency_days_max: int | None
    frequency_min: int | None
    monetary_min: Money | None


@dataclass(frozen=True)
class SegmentDescription(FromWire):
    """What a segment means: its name for people, and a sentence."""

    segment: Segment
    name: str
    description: str


@dataclass(frozen=True)
class RfmScheme(FromWire):
    """The scheme in force.

    Attributes:
        definition: Its definition and version, such as "rfm@1".
        window: The window, as text.
        cells: The 25 cells of the grid, every one exactly once.
        thresholds: The thresholds of scores 2 to 5 on the base as of the instant asked about.
        segments: What the segments mean, best first.
        population: Whom the scores compare with.
        provenance: Where the answer comes from.
    """

    definition: str
    window: str
    cells: Table[RfmCell]
    thresholds: Table[RfmThreshold]
    segments: Table[SegmentDescription]
    population: RfmPopulation
    provenance: Provenance

    def __repr__(self) -> str:
        return f"RfmScheme({self.definition!r}, window={self.window!r}), with these thresholds:\n{self.thresholds!r}"

    def plot(self, *, members: Iterable[SegmentMember] | None = None, ax: Axes | None = None) -> Axes:
        """Draws the grid; see `lojal.plot.segment_map`."""
        from lojal import plot

        return plot.segment_map(self, members, ax=ax)
