"""Recommendation: the Net Promoter Score."""

from __future__ import annotations

from lojal.calls import Call, documented_as
from lojal.enums import Interval, SurveyKind
from lojal.groups import AsyncGroup, Group
from lojal.instants import Instant, to_timestamp
from lojal.results.nps import NpsComparisons, NpsSamplePlan, NpsScore
from lojal.v1 import nps_service_pb2 as pb


def _score(
    as_of: Instant | None,
    known_at: Instant | None,
    window: str,
    filter: str,
    group_by: str,
    interval: Interval | str | None,
    kind: SurveyKind | str | None,
    survey_id: str,
    confidence: float | None,
    channel: str,
    topic: str,
    population: int | None,
    weight_to_base_by: str,
) -> Call[NpsScore]:
    request = pb.GetNpsRequest(
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
        filter=filter,
        group_by=group_by,
        interval=Interval.to_wire(interval, "interval"),
        kind=SurveyKind.to_wire(kind, "kind"),
        survey_id=survey_id,
        confidence=confidence,
        channel=channel,
        topic=topic,
        population=population,
        weight_to_base_by=weight_to_base_by,
    )
    return Call("nps", "GetNps", request, NpsScore.from_wire)


def _compare(
    as_of: Instant | None,
    known_at: Instant | None,
    window: str,
    filter: str,
    group_by: str,
    baseline_window: str,
    paired: bool,
    confidence: float | None,
    kind: SurveyKind | str | None,
    survey_id: str,
    channel: str,
    topic: str,
) -> Call[NpsComparisons]:
    request = pb.CompareNpsRequest(
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
        filter=filter,
        group_by=group_by,
        baseline_window=baseline_window,
        paired=paired,
        confidence=confidence,
        kind=SurveyKind.to_wire(kind, "kind"),
        survey_id=survey_id,
        channel=channel,
        topic=topic,
    )
    return Call("nps", "CompareNps", request, NpsComparisons.from_wire)


def _plan_sample(
    margin: float | None,
    answers: int | None,
    difference: float | None,
    power: float | None,
    confidence: float | None,
    population: int | None,
    variance: float | None,
    window: str,
    kind: SurveyKind | str | None,
) -> Call[NpsSamplePlan]:
    request = pb.PlanNpsSampleRequest(
        margin=margin,
        answers=answers,
        difference=difference,
        power=power,
        confidence=confidence,
        population=population,
        variance=variance,
        window=window,
        kind=SurveyKind.to_wire(kind, "kind"),
    )
    return Call("nps", "PlanNpsSample", request, NpsSamplePlan.from_wire)


class Nps(Group):
    """Measures recommendation."""

    def score(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: Interval | str | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        confidence: float | None = None,
        channel: str = "",
        topic: str = "",
        population: int | None = None,
        weight_to_base_by: str = "",
    ) -> NpsScore:
        """Measures the NPS of a window, from -100 to 100: as a whole, by group, and over time.

        Args:
            as_of: Count answers before this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            window: Count answers in this window: "90d", "12w", "12mo", "2026-Q1", "2026-03", "2026-01-01/2026-04-01"
                or "all". Default "all".
            filter: Only customers who match this condition in CEL, such as `market == "hr" && orders >= 3`. See
                `customers.facts()` for what there is. Default: all.
            group_by: Measure each group apart: an attribute or a fact of customers, "survey_id", "channel" or "topic".
            interval: Measure each period apart: "day", "week", "month", "quarter" or "year".
            kind: "relationship" or "transactional". Default: the one that was recorded.
            survey_id: Only answers to this survey. Default: all.
            confidence: Coverage of the intervals, more than 0.5 and less than 1. Default 0.95.
            channel: Only answers given through this channel. Default: all.
            topic: Only answers with this topic. Default: all.
            population: How many customers could have answered, where that is few (B2B); intervals shrink accordingly.
                Default: very many.
            weight_to_base_by: The name of a customer attribute: `nps_of_base` then counts each of its groups by how
                many customers it has, and not by how many answered.

        Raises:
            InvalidArgument: If an argument is out of range, or both kinds were recorded and none was chosen.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.nps.score(window="90d", group_by="market").to_pandas()
            ```
        """
        call = _score(
            as_of,
            known_at,
            window,
            filter,
            group_by,
            interval,
            kind,
            survey_id,
            confidence,
            channel,
            topic,
            population,
            weight_to_base_by,
        )
        return self._runner.unary(call)

    def compare(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        baseline_window: str = "",
        paired: bool = False,
        confidence: float | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
    ) -> NpsComparisons:
        """Tells whether the NPS differs, and how surely: between groups, or between a window and an earlier one.

        Between groups, all pairs are compared, and p-values adjusted (Benjamini and Hochberg). Windows are compared as
        independent samples, or `paired`.

        Args:
            as_of: Count answers before this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            window: Answers in this window: "90d", "12w", "12mo", "2026-Q1", "2026-03", "2026-01-01/2026-04-01" or
                "all". Default "all".
            filter: Only customers who match this condition in CEL, such as `market == "hr" && orders >= 3`. See
                `customers.facts()` for what there is. Default: all.
            group_by: Compare groups with each other: an attribute or a fact of customers, "survey_id", "channel" or
                "topic".
            baseline_window: Compare the window with this one. Either this or group_by.
            paired: Only who answered in both windows, each with the last answer in it. Only with baseline_window.
            confidence: Coverage of the intervals, more than 0.5 and less than 1. Default 0.95.
            kind: "relationship" or "transactional". Default: the one that was recorded.
            survey_id: Only answers to this survey. Default: all.
            channel: Only answers given through this channel. Default: all.
            topic: Only answers with this topic. Default: all.

        Raises:
            InvalidArgument: If an argument is out of range, neither or both of group_by and baseline_window are given,
                or both kinds were recorded and none was chosen.
            ResourceExhausted: If there are more than 100 groups.

        Example:
            ```python
            client.nps.compare(group_by="market").to_pandas()
            client.nps.compare(window="2026-Q2", baseline_window="2026-Q1")[0].p_value
            ```
        """
        return self._runner.unary(
            _compare(
                as_of,
                known_at,
                window,
                filter,
                group_by,
                baseline_window,
                paired,
                confidence,
                kind,
                survey_id,
                channel,
                topic,
            )
        )

    def plan_sample(
        self,
        *,
        margin: float | None = None,
        answers: int | None = None,
        difference: float | None = None,
        power: float | None = None,
        confidence: float | None = None,
        population: int | None = None,
        variance: float | None = None,
        window: str = "",
        kind: SurveyKind | str | None = None,
    ) -> NpsSamplePlan:
        """Tells how many answers it takes for an interval of so many points up and down, or to see a difference.

        Also what interval so many answers leave. Without arguments it plans for 5 points up and down.

        Args:
            margin: Points up and down that the interval may have, more than 0 and at most 200. Default 5, unless
                answers is given.
            answers: Answers that can be had, at least 1: what margin do they leave?
            difference: A difference in points to be seen between two samples, more than 0 and at most 200.
            power: Probability to see it, between 0.5 and 1. Default 0.8.
            confidence: Coverage of the interval, more than 0.5 and less than 1. Default 0.95.
            population: Customers there are, if few. Default: very many.
            variance: Variance of one answer of -1, 0 and 1, from 0 to 1. Default: that of the answers of the window, or
                1, the worst case, without any.
            window: Answers whose variance is taken, as in `score`. Default "365d".
            kind: "relationship" or "transactional". Default: both; where both were answered, the variance is that of
                the kind that varies more.

        Raises:
            InvalidArgument: If an argument is out of range.

        Example:
            ```python
            client.nps.plan_sample(margin=5).answers
            client.nps.plan_sample(answers=400).margin
            ```
        """
        return self._runner.unary(
            _plan_sample(margin, answers, difference, power, confidence, population, variance, window, kind)
        )


class AsyncNps(AsyncGroup):
    """Measures recommendation."""

    @documented_as(Nps.score)
    async def score(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: Interval | str | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        confidence: float | None = None,
        channel: str = "",
        topic: str = "",
        population: int | None = None,
        weight_to_base_by: str = "",
    ) -> NpsScore:
        call = _score(
            as_of,
            known_at,
            window,
            filter,
            group_by,
            interval,
            kind,
            survey_id,
            confidence,
            channel,
            topic,
            population,
            weight_to_base_by,
        )
        return await self._runner.unary(call)

    @documented_as(Nps.compare)
    async def compare(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        baseline_window: str = "",
        paired: bool = False,
        confidence: float | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
    ) -> NpsComparisons:
        return await self._runner.unary(
            _compare(
                as_of,
                known_at,
                window,
                filter,
                group_by,
                baseline_window,
                paired,
                confidence,
                kind,
                survey_id,
                channel,
                topic,
            )
        )

    @documented_as(Nps.plan_sample)
    async def plan_sample(
        self,
        *,
        margin: float | None = None,
        answers: int | None = None,
        difference: float | None = None,
        power: float | None = None,
        confidence: float | None = None,
        population: int | None = None,
        variance: float | None = None,
        window: str = "",
        kind: SurveyKind | str | None = None,
    ) -> NpsSamplePlan:
        return await self._runner.unary(
            _plan_sample(margin, answers, difference, power, confidence, population, variance, window, kind)
        )
