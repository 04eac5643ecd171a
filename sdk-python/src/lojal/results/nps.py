"""Recommendation: the Net Promoter Score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lojal.results.common import Estimate, Period, Provenance
from lojal.table import Table
from lojal.v1 import nps_service_pb2 as pb

if TYPE_CHECKING:
    import pandas
    import polars


@dataclass(frozen=True)
class NpsRow:
    """The NPS of one group in one period.

    Attributes:
        group: The group; "" without group_by, and for answers that lack the attribute.
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
    """

    nps: Estimate
    promoters: int
    passives: int
    detractors: int
    score_counts: tuple[int, ...]
    rows: Table[NpsRow]
    provenance: Provenance

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
