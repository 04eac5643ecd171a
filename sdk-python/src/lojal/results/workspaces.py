"""Workspaces and exchange rates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from lojal.results.reading import FromWire
from lojal.v1 import workspace_service_pb2 as pb


@dataclass(frozen=True)
class RefitPolicy(FromWire):
    """When a workspace fits its default model again by itself. A model that was asked for with `clv.fit` is left alone.

    Attributes:
        growth_ratio: When there are more transactions than it was fitted to, by this ratio: 0.1 is a tenth. Above 0,
            up to 10. None in a request is the default, 0.1.
        max_age_days: When its data end more than so many days ago, 1 to 3,650. None in a request is the default, 30.
        never: Never by itself, once there is a model.
    """

    growth_ratio: float | None = None
    max_age_days: int | None = None
    never: bool = False

    def to_wire(self) -> pb.RefitPolicy:
        """Returns the policy as the wire has it."""
        return pb.RefitPolicy(growth_ratio=self.growth_ratio, max_age_days=self.max_age_days, never=self.never)


@dataclass(frozen=True)
class Workspace(FromWire):
    """A workspace: a tenant, brand or market whose data is kept apart.

    Attributes:
        workspace: Its name.
        display_name: Its name for people, "" if it was given none.
        reporting_currency_code: Currency of answers; "" until a transaction decides it.
        time_zone: IANA name of the zone in which days, weeks and months are cut.
        create_time: When it got settings of its own; None for one made by recording.
        revision: Revision of the last write.
        customers: Customers with any record.
        transactions: Transactions recorded, voided ones included.
        refit_policy: When it fits its default model again by itself.
    """

    _part = "workspace"

    workspace: str
    display_name: str
    reporting_currency_code: str
    time_zone: str
    create_time: datetime | None
    revision: int
    customers: int
    transactions: int
    refit_policy: RefitPolicy


@dataclass(frozen=True)
class LoadedRate(FromWire):
    """What one unit of a currency is worth from a date on, in the reporting currency."""

    currency_code: str
    date: date
    rate: Decimal


@dataclass(frozen=True)
class RatesResult(FromWire):
    """What became of exchange rates.

    Attributes:
        set: Rates that are new, or other than before.
        unchanged: Rates that were there already.
        reporting_currency_code: Currency in which they are given.
        revision: What was recorded up to this revision was converted without them.
    """

    set: int
    unchanged: int
    reporting_currency_code: str
    revision: int
