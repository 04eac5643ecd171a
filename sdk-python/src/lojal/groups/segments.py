"""Who belongs where by recency, frequency and monetary value (RFM)."""

from __future__ import annotations

from functools import partial

from lojal.calls import Call, documented_as
from lojal.enums import Segment
from lojal.groups import AsyncGroup, Group
from lojal.instants import Instant, to_timestamp
from lojal.listing import AsyncListing, Listing
from lojal.results.segments import CustomerSegment, RfmScheme, SegmentMember, SegmentSummaries
from lojal.table import Table
from lojal.v1 import segmentation_service_pb2 as pb


def _of(customer_id: str, as_of: Instant | None, known_at: Instant | None, window: str) -> Call[CustomerSegment]:
    request = pb.GetCustomerSegmentRequest(
        customer_id=customer_id,
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
    )
    return Call("segmentation", "GetCustomerSegment", request, CustomerSegment.from_wire)


def _summary(as_of: Instant | None, known_at: Instant | None, window: str, filter: str) -> Call[SegmentSummaries]:
    request = pb.SummarizeSegmentsRequest(
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
        filter=filter,
    )
    return Call("segmentation", "SummarizeSegments", request, SegmentSummaries.from_wire)


def _members(
    segment: Segment | str, as_of: Instant | None, known_at: Instant | None, window: str, filter: str, page_size: int
) -> Call[Table[SegmentMember]]:
    request = pb.ListSegmentMembersRequest(
        segment=Segment.to_wire(segment, "segment"),
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
        filter=filter,
        page_size=page_size,
    )
    return Call("segmentation", "ListSegmentMembers", request, partial(Table.of_answer, SegmentMember))


def _scheme(as_of: Instant | None, known_at: Instant | None, window: str) -> Call[RfmScheme]:
    request = pb.GetRfmSchemeRequest(
        as_of=to_timestamp(as_of, "as_of"), known_at=to_timestamp(known_at, "known_at"), window=window
    )
    return Call("segmentation", "GetRfmScheme", request, RfmScheme.from_wire)


class Segments(Group):
    """Tells who belongs where."""

    def of(
        self, customer_id: str, *, as_of: Instant | None = None, known_at: Instant | None = None, window: str = ""
    ) -> CustomerSegment:
        """Tells the segment of one customer, with the scores and values behind it.

        Args:
            customer_id: Who.
            as_of: Answer as of this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            window: Window of frequency and monetary, ending at as_of: "365d", "12mo", "52w" or "all". Default "365d".

        Raises:
            NotFound: If there is no record of the customer before that instant.

        Example:
            ```python
            client.segments.of("c42").segment is lojal.Segment.AT_RISK
            ```
        """
        return self._runner.unary(_of(customer_id, as_of, known_at, window))

    def summary(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
    ) -> SegmentSummaries:
        """Counts all customers by segment, with what they bring: 11 rows, best first, empty ones included.

        Args:
            as_of: Answer as of this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            window: Window of frequency and monetary, ending at as_of: "365d", "12mo", "52w" or "all". Default "365d".
            filter: Only customers who match this condition in CEL, such as `market == "hr" && orders >= 3`. See
                `customers.facts()` for what there is. Default: all; scores
                still compare with everybody.

        Raises:
            InvalidArgument: If the window is not one.

        Example:
            ```python
            client.segments.summary(as_of="1998-07-01").to_pandas()
            ```
        """
        return self._runner.unary(_summary(as_of, known_at, window, filter))

    def members(
        self,
        segment: Segment | str,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        page_size: int = 1000,
    ) -> Listing[SegmentMember]:
        """Lists the customers of a segment in the order they were first recorded, a page at a time.

        Args:
            segment: Which one, such as `Segment.AT_RISK` or "at_risk".
            as_of: Answer as of this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            window: Window of frequency and monetary, ending at as_of: "365d", "12mo", "52w" or "all". Default "365d".
            filter: Only customers who match this condition in CEL, such as `market == "hr" && orders >= 3`. See
                `customers.facts()` for what there is. Default: all; scores
                still compare with everybody.
            page_size: Members a page, 1 to 1,000.

        Raises:
            InvalidArgument: If there is no such segment.

        Example:
            ```python
            for member in client.segments.members("at_risk"):
                print(member.customer_id, member.scores)
            ```
        """
        call = _members(segment, as_of, known_at, window, filter, page_size)
        return Listing(lambda: self._runner.pages(call), "segment members", Table(SegmentMember, ()))

    def scheme(self, *, as_of: Instant | None = None, known_at: Instant | None = None, window: str = "") -> RfmScheme:
        """Shows the scheme in force: the grid of segments, and the thresholds it comes to.

        Args:
            as_of: Show the thresholds as of this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            window: Window of frequency and monetary, ending at as_of. Default "365d".

        Raises:
            InvalidArgument: If the window is not one.
        """
        return self._runner.unary(_scheme(as_of, known_at, window))


class AsyncSegments(AsyncGroup):
    """Tells who belongs where."""

    @documented_as(Segments.of)
    async def of(
        self, customer_id: str, *, as_of: Instant | None = None, known_at: Instant | None = None, window: str = ""
    ) -> CustomerSegment:
        return await self._runner.unary(_of(customer_id, as_of, known_at, window))

    @documented_as(Segments.summary)
    async def summary(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
    ) -> SegmentSummaries:
        return await self._runner.unary(_summary(as_of, known_at, window, filter))

    @documented_as(Segments.members)
    def members(
        self,
        segment: Segment | str,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        page_size: int = 1000,
    ) -> AsyncListing[SegmentMember]:
        call = _members(segment, as_of, known_at, window, filter, page_size)
        return AsyncListing(lambda: self._runner.pages(call), "segment members", Table(SegmentMember, ()))

    @documented_as(Segments.scheme)
    async def scheme(
        self, *, as_of: Instant | None = None, known_at: Instant | None = None, window: str = ""
    ) -> RfmScheme:
        return await self._runner.unary(_scheme(as_of, known_at, window))
