"""Recommendation: the Net Promoter Score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from lojal.results.common import Estimate, Period, Provenance, optional
from lojal.table import Table
from lojal.v1 import nps_service_pb2 as pb

if TYPE_CHECKING:
    import pandas
    import polars


@dataclass(frozen=True)
class NpsRow:
    """The NPS of one group in one period.

    Attributes:
        group: The group; "" without group_by, and for answers that lack it. An answer with several topics is in the
            group of each.
        period: The period; None without an interval.
        nps: The NPS, -100 to 100.
        promoters: Answers of 9 and 10.
        passives: Answers of 7 and 8.
        detractors: Answers of 0 to 6.
    """

    group: str
    period: Period | None
    nps: Estimate
    promoters: int
    passives: int
    detractors: int

    @classmethod
    def from_wire(cls, message: pb.NpsRow) -> NpsRow:
        """Reads an answer."""
        return cls(
            group=message.group,
            period=Period.from_wire(message.period) if message.HasField("period") else None,
            nps=Estimate.from_wire(message.nps),
            promoters=message.promoters,
            passives=message.passives,
            detractors=message.detractors,
        )


@dataclass(frozen=True)
class NpsScore:
    """The NPS of a window: as a whole, and in rows by group and over time.

    Attributes:
        nps: The NPS of the whole window, -100 to 100; no value when nobody answered.
        promoters: Answers of 9 and 10.
        passives: Answers of 7 and 8.
        detractors: Answers of 0 to 6.
        score_counts: How often each score from 0 to 10 was given: 11 counts.
        rows: One row a group and period. Empty unless group_by or interval is given.
        provenance: Where the answer comes from.
        nps_of_base: The NPS of the whole base, answers weighted to the sizes of the groups of weight_to_base_by; None
            without that.
        effective_n: Kish's effective number of answers, where answers have weights; None when all weigh 1.
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

    @classmethod
    def from_wire(cls, message: pb.GetNpsResponse) -> NpsScore:
        """Reads an answer."""
        provenance = Provenance.from_wire(message.provenance)
        return cls(
            nps=Estimate.from_wire(message.nps),
            promoters=message.promoters,
            passives=message.passives,
            detractors=message.detractors,
            score_counts=tuple(message.score_counts),
            rows=Table(NpsRow, [NpsRow.from_wire(each) for each in message.rows], provenance),
            provenance=provenance,
            nps_of_base=Estimate.from_wire(message.nps_of_base) if message.HasField("nps_of_base") else None,
            effective_n=optional(message, "effective_n"),
        )

    def table(self) -> Table[NpsRow]:
        """Returns the rows or, when the window was not split, the whole window as one row."""
        whole = NpsRow("", None, self.nps, self.promoters, self.passives, self.detractors)
        return self.rows if len(self.rows) else self.rows.with_rows([whole])

    def to_pandas(self) -> pandas.DataFrame:
        """Returns `table()` as a data frame; see `Table.to_pandas`."""
        return self.table().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """Returns `table()` as a polars data frame; see `Table.to_polars`."""
        return self.table().to_polars()

    def _repr_html_(self) -> str | None:
        html = self.table()._repr_html_()
        return None if html is None else f"<p>NPS {self.nps}, n = {self.nps.n}</p>{html}"


@dataclass(frozen=True)
class NpsComparison:
    """Two scores compared.

    Attributes:
        first: The first group, or "window".
        second: The second group, or "baseline_window".
        first_nps: NPS of the first, -100 to 100.
        second_nps: NPS of the second, -100 to 100.
        difference: First less second in points, -200 to 200: the value is that of the raw scores, the interval that of
            the adjusted ones.
        z: The test statistic; None where nothing varies.
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

    @classmethod
    def from_wire(cls, message: pb.NpsComparison) -> NpsComparison:
        """Reads an answer."""
        return cls(
            first=message.first,
            second=message.second,
            first_nps=Estimate.from_wire(message.first_nps),
            second_nps=Estimate.from_wire(message.second_nps),
            difference=Estimate.from_wire(message.difference),
            z=optional(message, "z"),
            p_value=optional(message, "p_value"),
            adjusted_p_value=optional(message, "adjusted_p_value"),
        )


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

    @classmethod
    def from_wire(cls, message: pb.CompareNpsResponse) -> NpsComparisons:
        """Reads an answer."""
        rows = [NpsComparison.from_wire(each) for each in message.comparisons]
        return cls(NpsComparison, rows, Provenance.from_wire(message.provenance))


@dataclass(frozen=True)
class NpsSamplePlan:
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

    @classmethod
    def from_wire(cls, message: pb.PlanNpsSampleResponse) -> NpsSamplePlan:
        """Reads an answer."""
        return cls(
            answers=optional(message, "answers"),
            answers_at_worst=optional(message, "answers_at_worst"),
            margin=optional(message, "margin"),
            answers_to_see_difference=optional(message, "answers_to_see_difference"),
            variance=message.variance,
            response_rate=optional(message, "response_rate"),
            provenance=Provenance.from_wire(message.provenance),
        )
