"""Whole tables, for data frames and files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lojal.call import Call, seconds
from lojal.calls.clv import LOOKING_AHEAD
from lojal.calls.group import Group
from lojal.errors import invalid
from lojal.instants import Instant
from lojal.requests import RPCS, message_of
from lojal.results.exports import Export
from lojal.sensible import listed, shown, unicode
from lojal.v1 import export_service_pb2 as pb
from lojal.words import IntervalMethodWord, IntervalWord, LoyaltyPlaceWord, SegmentWord

SHARED = {
    **LOOKING_AHEAD,
    "columns": 'Which columns, in this order; ["*"] for all there are. Default: those that most people need.',
}
"""What all tables share."""


def _call(table: str, arguments: Mapping[str, Any]) -> Call[pb.ExportResponse]:
    """Returns the call for a table, whose question takes the arguments."""
    asked = {name: value for name, value in arguments.items() if name not in ("self", "columns", "timeout")}
    columns = arguments["columns"] or ()
    columns = list(listed("columns", columns))
    for name in columns:
        if not isinstance(name, str):
            raise invalid("columns", f"{shown(name)} is no name of a column")
        unicode("columns", name)
    field = pb.ExportRequest.DESCRIPTOR.fields_by_name[table]
    kind: Any = field.message_type
    question: Any = message_of(kind, asked)
    request = pb.ExportRequest(columns=columns, **{table: question})
    service, _ = RPCS["Export"]
    return Call(
        service, "Export", request, lambda message: message, resumable=True, timeout=seconds(arguments["timeout"])
    )


class Exports(Group):
    """Hands out whole tables, a column a field, as Arrow: a million rows come in seconds.

    An estimate such as `clv` takes the columns `clv`, `clv_ci_low`, `clv_ci_high` and `clv_standard_error`. Cut short
    by a restart of the server, an export goes on where it stopped.
    """

    _shared = SHARED

    def predictions(
        self,
        *,
        horizon: str = "",
        as_of: Instant | None = None,
        model_id: str = "",
        yearly_discount_rate: float | None = None,
        limit: int | None = None,
        known_at: Instant | None = None,
        interval_method: IntervalMethodWord | None = None,
        without_intervals: bool = False,
        filter: str = "",
        with_ranges: bool = False,
        with_basis_shares: bool = False,
        columns: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> Export:
        """Exports what everybody is predicted to do, a row a customer: what `clv.predict` tells of them.

        Args:
            limit: At most this many customers. Default: all.
            without_intervals: Leave out the intervals, which take four times as long as the predictions. Default False.
            with_ranges: Also what may come of each, in the columns `purchases_range_median` and so on. Default False.
            with_basis_shares: Also how much of each rests on what. Default False.

        Raises:
            InvalidArgument: If a column, the horizon or the filter is not one.

        Example:
            ```python
            client.export.predictions(horizon="12mo", columns=["customer_id", "clv"]).to_pandas()
            ```
        """
        return self._table("predictions", locals())

    def segments(
        self,
        *,
        segment: SegmentWord | None = None,
        as_of: Instant | None = None,
        window: str = "",
        known_at: Instant | None = None,
        filter: str = "",
        columns: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> Export:
        """Exports who belongs where, a row a customer with an order: what `segments.members` tells of them.

        Args:
            segment: Only customers of this one. Default: everybody.
            window: Of frequency and monetary, ending at as_of. Default "365d".

        Raises:
            InvalidArgument: If a column, the segment, the window or the filter is not one.
        """
        return self._table("segments", locals())

    def loyalty(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        filter: str = "",
        confidence: float | None = None,
        place: LoyaltyPlaceWord | None = None,
        limit: int = 0,
        version: int = 0,
        columns: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> Export:
        """Exports how loyal everybody is, a row a customer: what `loyalty.list` tells with scores only.

        Args:
            place: Only customers of this place. Default: everybody.
            limit: At most this many customers; 0 is all. Default 0.
            version: Version of the workspace's model, from 1; 0 is the last. Default 0.

        Raises:
            InvalidArgument: If a column, the place, the version or the filter is not one.
        """
        return self._table("loyalty", locals())

    def customers(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        filter: str = "",
        columns: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> Export:
        """Exports what is known of everybody, a row a customer, with a column `attributes_NAME` for each attribute.

        Raises:
            InvalidArgument: If a column or the filter is not one.
        """
        return self._table("customers", locals())

    def transactions(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        filter: str = "",
        columns: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> Export:
        """Exports all purchases, a row each, with what was given back of it.

        Raises:
            InvalidArgument: If a column or the filter is not one.
        """
        return self._table("transactions", locals())

    def responses(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        filter: str = "",
        columns: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> Export:
        """Exports all survey responses of customers, a row each. Anonymous ones belong to nobody and are not there.

        Raises:
            InvalidArgument: If a column or the filter is not one.
        """
        return self._table("responses", locals())

    def metrics(
        self,
        *,
        window: str = "",
        group_by: str = "",
        interval: IntervalWord | None = None,
        metrics: Iterable[str] | None = None,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        filter: str = "",
        confidence: float | None = None,
        columns: Iterable[str] | None = None,
        timeout: float | None = None,
    ) -> Export:
        """Exports metrics in long form, a row a metric, question, group and period, each with its interval.

        They are what `nps.score`, `surveys.csat`, `surveys.ces`, `surveys.scores`, `surveys.response_rate`,
        `retention.rates`, `retention.lifecycle`, `retention.revenue` and `retention.purchases` answer. What nobody
        ever recorded anything about has no row, unless it is named.

        Args:
            window: What happened in it. Default "12mo".
            interval: Measure each period apart. Default: the whole window.
            metrics: Which, such as ["nps", "churn_rate"]. Default: all.

        Raises:
            InvalidArgument: If a column, a metric, the window or the filter is not one.

        Example:
            ```python
            client.export.metrics(interval="month", group_by="market").save("metrics.parquet")
            ```
        """
        return self._table("metrics", locals())

    def _table(self, table: str, arguments: Mapping[str, Any]) -> Export:
        """Returns a table that is asked for when it is read."""
        call = _call(table, arguments)
        return Export(lambda: self._runner.stream(call))
