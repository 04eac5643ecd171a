"""Recommendation: the Net Promoter Score."""

from __future__ import annotations

from lojal.calls import Call, documented_as
from lojal.enums import Interval, SurveyKind
from lojal.groups import AsyncGroup, Group
from lojal.instants import Instant, to_timestamp
from lojal.results.nps import NpsScore
from lojal.v1 import nps_service_pb2 as pb


def _score(
    as_of: Instant | None,
    known_at: Instant | None,
    window: str,
    group_by: str,
    interval: Interval | str | None,
    kind: SurveyKind | str | None,
    survey_id: str,
    confidence: float | None,
) -> Call[NpsScore]:
    request = pb.GetNpsRequest(
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
        group_by=group_by,
        interval=Interval.to_wire(interval, "interval"),
        kind=SurveyKind.to_wire(kind, "kind"),
        survey_id=survey_id,
        confidence=confidence,
    )
    return Call("nps", "GetNps", request, NpsScore.from_wire)


class Nps(Group):
    """Measures recommendation."""

    def score(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        group_by: str = "",
        interval: Interval | str | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        confidence: float | None = None,
    ) -> NpsScore:
        """Measures the NPS of a window, from -100 to 100: as a whole, by group, and over time.

        Args:
            as_of: Count answers before this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            window: Count answers in this window: "90d", "12w", "12mo", "2026-Q1", "2026-03", "2026-01-01/2026-04-01"
                or "all". Default "all".
            group_by: Measure each group apart: the name of a customer attribute, or "survey_id" or "channel".
            interval: Measure each period apart: "day", "week", "month", "quarter" or "year".
            kind: "relationship" or "transactional". Default: the one that was recorded.
            survey_id: Only answers to this survey. Default: all.
            confidence: Coverage of the intervals, more than 0.5 and less than 1. Default 0.95.

        Raises:
            InvalidArgument: If an argument is out of range, or both kinds were recorded and none was chosen.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.nps.score(window="90d", group_by="market").to_pandas()
            ```
        """
        return self._runner.unary(_score(as_of, known_at, window, group_by, interval, kind, survey_id, confidence))


class AsyncNps(AsyncGroup):
    """Measures recommendation."""

    @documented_as(Nps.score)
    async def score(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        group_by: str = "",
        interval: Interval | str | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        confidence: float | None = None,
    ) -> NpsScore:
        return await self._runner.unary(
            _score(as_of, known_at, window, group_by, interval, kind, survey_id, confidence)
        )
