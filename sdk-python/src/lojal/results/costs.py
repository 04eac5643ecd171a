"""What customers cost."""

from __future__ import annotations

from dataclasses import dataclass

from lojal.enums import CostKind
from lojal.money import Money
from lojal.results.common import Period, Provenance
from lojal.results.reading import FromWire
from lojal.results.result import Result
from lojal.table import Table


@dataclass(frozen=True)
class CostOfKind(FromWire):
    """What was spent for one kind of cost.

    Attributes:
        kind: What for.
        amount: How much.
    """

    kind: CostKind
    amount: Money


@dataclass(frozen=True)
class CostsRow(FromWire):
    """Costs of one group in one period.

    Attributes:
        group: The group, "" without group_by and for costs and customers of which it is not known.
        period: The period. None without an interval.
        total: What was spent, for whatever it was.
        kinds: What was spent for each kind, of those for which anything was.
        new_customers: Customers whose first kept purchase is in it.
        acquisition_cost_per_new_customer: What was spent to win customers over how many were won. None where none was.
    """

    group: str
    period: Period | None
    total: Money
    kinds: Table[CostOfKind]
    new_customers: int
    acquisition_cost_per_new_customer: Money | None


@dataclass(frozen=True)
class CostTotals(Result[CostsRow]):
    """What customers cost.

    Attributes:
        whole: Everything, over the whole window.
        rows: One row a group and period, by group, then by time. Empty without group_by and interval.
        provenance: Where the answer comes from.
    """

    whole: CostsRow
    rows: Table[CostsRow]
    provenance: Provenance
