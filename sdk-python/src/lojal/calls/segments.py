"""Who belongs where by recency, frequency and monetary value (RFM)."""

from __future__ import annotations

from lojal.calls.group import Group
from lojal.instants import Instant
from lojal.listing import Listing
from lojal.results.segments import CustomerSegment, RfmScheme, SegmentMember, SegmentSummaries, SegmentTransitions
from lojal.words import FactsAsOfWord, IntervalWord, SegmentWord

WINDOWS = {
    "window": 'Window of frequency and monetary, ending at as_of: "365d", "12mo", "52w" or "all". Default "365d".',
}
"""Other than those of other questions, as they have to end at as_of."""


class Segments(Group):
    """Tells who belongs where."""

    _shared = WINDOWS

    def of(
        self,
        customer_id: str,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        timeout: float | None = None,
    ) -> CustomerSegment:
        """Tells the segment of one customer, with the scores and values behind it.

        Raises:
            NotFound: If there is no record of the customer before that instant.

        Example:
            ```python
            client.segments.of("c42").segment is lojal.Segment.AT_RISK
            ```
        """
        return self._ask("GetCustomerSegment", CustomerSegment.from_wire, locals())

    def summary(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: IntervalWord | None = None,
        series_window: str = "",
        timeout: float | None = None,
    ) -> SegmentSummaries:
        """Counts all customers by segment, with what they bring: 11 rows, best first, empty ones included.

        With group_by or interval, `rows` has the same of each group and at the end of each period.

        Args:
            filter: Scores still compare with everybody.
            group_by: Scores still compare with everybody.
            interval: Customers are counted as of the end of each period, up to 60 of them, with scores, facts and
                groups as they were then.
            series_window: The periods lie in it. Only with an interval. Default "12mo".

        Raises:
            InvalidArgument: If a window is not one, or there are more than 60 periods.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.segments.summary(as_of="1998-07-01").to_pandas()
            client.segments.summary(group_by="market", interval="month").rows.to_pandas()
            ```
        """
        return self._ask("SummarizeSegments", SegmentSummaries.from_wire, locals())

    def members(
        self,
        segment: SegmentWord | None = None,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        page_size: int = 1000,
        timeout: float | None = None,
    ) -> Listing[SegmentMember]:
        """Lists the customers of a segment, or all of them, in the order they were first recorded, a page at a time.

        Args:
            segment: Which one, such as `Segment.AT_RISK` or "at_risk". Default: any, so that everybody with an order is
                listed with their segment and scores.
            filter: Scores still compare with everybody.

        Raises:
            InvalidArgument: If there is no such segment.

        Example:
            ```python
            for member in client.segments.members("at_risk"):
                print(member.customer_id, member.scores)
            ```
        """
        return self._list("ListSegmentMembers", SegmentMember, locals(), "segment members")

    def transitions(
        self,
        *,
        from_as_of: Instant | None = None,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        confidence: float | None = None,
        facts_as_of: FactsAsOfWord | None = None,
        timeout: float | None = None,
    ) -> SegmentTransitions:
        """Tells who was in which segment and is in which, why they moved, and whether the mix changed.

        Args:
            from_as_of: The earlier instant. Default: 90 days before as_of.
            as_of: The later instant.
            filter: Scores still compare with everybody.
            group_by: Scores still compare with everybody.
            facts_as_of: When facts of filter and group_by are read. Default "start": at from_as_of, and of customers
                who come later, right after their first purchase.

        Raises:
            InvalidArgument: If from_as_of is not before as_of, or the window is not one.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            moved = client.segments.transitions(from_as_of="1998-01-01", as_of="1998-07-01")
            print(moved, moved.mix_test.p_value)
            ```
        """
        return self._ask("GetSegmentTransitions", SegmentTransitions.from_wire, locals())

    def scheme(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        timeout: float | None = None,
    ) -> RfmScheme:
        """Shows the scheme in force: the grid of segments, and the thresholds it comes to.

        Raises:
            InvalidArgument: If the window is not one.
        """
        return self._ask("GetRfmScheme", RfmScheme.from_wire, locals())
