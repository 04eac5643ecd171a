"""Who belongs where by recency, frequency and monetary value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lojal.enums import CutpointBasis, Segment
from lojal.money import Money
from lojal.results.common import Provenance, optional, optional_instant
from lojal.table import Table
from lojal.v1 import segmentation_service_pb2 as pb


@dataclass(frozen=True)
class RfmScores:
    """The three scores of a customer, each from 1 to 5, 5 best."""

    recency: int
    frequency: int
    monetary: int

    def __str__(self) -> str:
        return f"{self.recency}{self.frequency}{self.monetary}"


@dataclass(frozen=True)
class RfmValues:
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
class RfmPopulation:
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

    @classmethod
    def from_wire(cls, message: pb.RfmPopulation) -> RfmPopulation:
        """Reads an answer."""
        return cls(
            as_of=optional_instant(message, "as_of"),
            revision=message.revision,
            buyers=message.buyers,
            customers=message.customers,
            basis=CutpointBasis.from_wire(message.basis),
        )


@dataclass(frozen=True)
class SegmentMember:
    """A customer in a segment, with the scores and the values behind them."""

    customer_id: str
    segment: Segment
    scores: RfmScores
    values: RfmValues

    @classmethod
    def from_wire(cls, message: pb.SegmentMember) -> SegmentMember:
        """Reads an answer."""
        scores, values = message.scores, message.values
        return cls(
            customer_id=message.customer_id,
            segment=Segment.from_wire(message.segment),
            scores=RfmScores(scores.recency, scores.frequency, scores.monetary),
            values=RfmValues(values.recency_days, values.frequency, Money.from_wire(values.monetary)),
        )


@dataclass(frozen=True)
class CustomerSegment(SegmentMember):
    """The segment of one customer, whom it was compared with, and where the answer comes from."""

    population: RfmPopulation
    provenance: Provenance

    @classmethod
    def from_answer(cls, message: pb.GetCustomerSegmentResponse) -> CustomerSegment:
        """Reads an answer."""
        return cls(
            **vars(SegmentMember.from_wire(message.member)),
            population=RfmPopulation.from_wire(message.population),
            provenance=Provenance.from_wire(message.provenance),
        )


@dataclass(frozen=True)
class SegmentSummary:
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

    @classmethod
    def from_wire(cls, message: pb.SegmentSummary) -> SegmentSummary:
        """Reads an answer."""
        return cls(
            segment=Segment.from_wire(message.segment),
            name=message.name,
            customers=message.customers,
            customer_share=optional(message, "customer_share"),
            monetary=Money.from_wire(message.monetary),
            monetary_share=optional(message, "monetary_share"),
            mean_recency_days=optional(message, "mean_recency_days"),
            mean_frequency=optional(message, "mean_frequency"),
            mean_monetary=optional(message, "mean_monetary"),
        )


class SegmentSummaries(Table[SegmentSummary]):
    """All 11 segments, best first, empty ones included.

    Attributes:
        population: Whom the scores compare with.
        monetary: Net spend of everybody in the window.
    """

    population: RfmPopulation
    monetary: Money

    @classmethod
    def from_wire(cls, message: pb.SummarizeSegmentsResponse) -> SegmentSummaries:
        """Reads an answer."""
        rows = [SegmentSummary.from_wire(each) for each in message.segments]
        table = cls(SegmentSummary, rows, Provenance.from_wire(message.provenance))
        table.population = RfmPopulation.from_wire(message.population)
        table.monetary = Money.from_wire(message.monetary)
        return table


def member_page(message: pb.ListSegmentMembersResponse) -> Table[SegmentMember]:
    """Reads a page of members."""
    rows = [SegmentMember.from_wire(each) for each in message.members]
    return Table(SegmentMember, rows, Provenance.from_wire(message.provenance))


@dataclass(frozen=True)
class RfmCell:
    """One cell of the grid: which recency and frequency scores, 1 to 5, make which segment."""

    recency: int
    frequency: int
    segment: Segment


@dataclass(frozen=True)
class RfmThreshold:
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

    @classmethod
    def from_wire(cls, message: pb.RfmThreshold) -> RfmThreshold:
        """Reads an answer."""
        return cls(
            score=message.score,
            recency_days_max=optional(message, "recency_days_max"),
            frequency_min=optional(message, "frequency_min"),
            monetary_min=Money.from_wire(message.monetary_min) if message.HasField("monetary_min") else None,
        )


@dataclass(frozen=True)
class SegmentDescription:
    """What a segment means: its name for people, and a sentence."""

    segment: Segment
    name: str
    description: str


@dataclass(frozen=True)
class RfmScheme:
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

    @classmethod
    def from_wire(cls, message: pb.GetRfmSchemeResponse) -> RfmScheme:
        """Reads an answer."""
        provenance = Provenance.from_wire(message.provenance)
        cells = [RfmCell(each.recency, each.frequency, Segment.from_wire(each.segment)) for each in message.cells]
        thresholds = [RfmThreshold.from_wire(each) for each in message.thresholds]
        segments = [
            SegmentDescription(Segment.from_wire(each.segment), each.name, each.description)
            for each in message.segments
        ]
        return cls(
            definition=message.definition,
            window=message.window,
            cells=Table(RfmCell, cells, provenance),
            thresholds=Table(RfmThreshold, thresholds, provenance),
            segments=Table(SegmentDescription, segments, provenance),
            population=RfmPopulation.from_wire(message.population),
            provenance=provenance,
        )
