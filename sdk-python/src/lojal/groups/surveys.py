"""What customers said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lojal.calls import documented_as
from lojal.enums import Interval, SurveyKind, SurveyMetric
from lojal.groups import AsyncGroup, Group, survey_calls
from lojal.groups.loads import awaited, blocking
from lojal.instants import Instant
from lojal.records import SurveyResponse
from lojal.results.common import WriteResult
from lojal.results.surveys import CesScore, CommentSummary, CsatScore, ResponseRate, ScoreComparisons, SurveyScores


class Surveys(Group):
    """Records answers to surveys, and tells satisfaction, effort, participation and what is written about.

    Raw scores are kept; categories are derived on read. Scores of several metrics, scales or kinds are never mixed.
    """

    def record(
        self, survey_responses: Iterable[SurveyResponse | Mapping[str, Any]], *, skip_invalid: bool = False
    ) -> WriteResult:
        """Records up to 10,000 answers, invitations and the like together, or none of them.

        Again by the same response_id and disposition counts as a duplicate: an invitation, its delivery and its answer
        share a response_id.

        Args:
            survey_responses: `SurveyResponse`s, or dicts with the same names.
            skip_invalid: Record the good rows and list the bad ones, instead of refusing all for one bad row.

        Raises:
            InvalidArgument: If a row is bad; `field_violations` names each.
            AlreadyExists: If a response_id was recorded before, with the same disposition and other content.

        Example:
            ```python
            client.surveys.record(
                [{"response_id": "a1", "customer_id": "c42", "time": "2026-03-02T10:00:00Z", "score": 9}]
            )
            ```
        """
        return self._runner.unary(survey_calls.record(survey_responses, skip_invalid))

    load = blocking(survey_calls.load)

    def csat(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: Interval | str | None = None,
        confidence: float | None = None,
        top_box: int | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
    ) -> CsatScore:
        """Measures satisfaction (CSAT): the share of answers in the top boxes, their mean and distribution.

        Shares have Wilson's interval, means that of Student's t.

        Args:
            as_of: Only what happened before this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            window: Answers in this window: "90d", "12w", "12mo", "2026-Q1", "2026-03", "2026-01-01/2026-04-01" or
                "all". Default "all".
            filter: Only customers who match this condition in CEL, such as `market == "hr" && orders >= 3`. See
                `customers.facts()` for what there is. Default: all.
            group_by: Measure each group apart: an attribute or a fact of customers, "survey_id", "channel" or "topic".
            interval: Measure each period apart: "day", "week", "month", "quarter" or "year".
            confidence: Coverage of the intervals, more than 0.5 and less than 1. Default 0.95.
            top_box: Scores from this one on are satisfied. Default: 4 of 1 to 5, 6 of 1 to 7, 9 of 1 to 10; otherwise
                the two highest.
            kind: "relationship" or "transactional". Default: the one that was recorded.
            survey_id: Only answers to this survey. Default: all.
            channel: Only answers given through this channel. Default: all.
            topic: Only answers with this topic. Default: all.

        Raises:
            InvalidArgument: If an argument is out of range, answers are on several scales, or both kinds were recorded
                and none was chosen.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.surveys.csat(window="90d").csat.value
            client.surveys.csat(window="90d", group_by="channel").to_pandas()
            ```
        """
        when = survey_calls.span(as_of, known_at, window, confidence, filter=filter)
        answers = survey_calls.which(kind, survey_id, channel, topic)
        return self._runner.unary(survey_calls.csat(when, answers, group_by, interval, top_box))

    def ces(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: Interval | str | None = None,
        confidence: float | None = None,
        metric: SurveyMetric | str | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
    ) -> CesScore:
        """Measures effort (CES): the mean score, the share in the top boxes and, of "ces2", net easy.

        `index` tells both versions on one scale from 0 to 100, oriented up; their raw means are never mixed.

        Args:
            as_of: Only what happened before this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            window: Answers in this window: "90d", "12w", "12mo", "2026-Q1", "2026-03", "2026-01-01/2026-04-01" or
                "all". Default "all".
            filter: Only customers who match this condition in CEL, such as `market == "hr" && orders >= 3`. See
                `customers.facts()` for what there is. Default: all.
            group_by: Measure each group apart: an attribute or a fact of customers, "survey_id", "channel" or "topic".
            interval: Measure each period apart: "day", "week", "month", "quarter" or "year".
            confidence: Coverage of the intervals, more than 0.5 and less than 1. Default 0.95.
            metric: "ces1" (1 to 5, lower is better) or "ces2" (1 to 7, higher is better). Default: the one that was
                recorded.
            kind: "relationship" or "transactional". Default: the one that was recorded.
            survey_id: Only answers to this survey. Default: all.
            channel: Only answers given through this channel. Default: all.
            topic: Only answers with this topic. Default: all.

        Raises:
            InvalidArgument: If an argument is out of range, or both versions or kinds were recorded and none was
                chosen.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.surveys.ces(window="2026-Q1").ces.value
            ```
        """
        when = survey_calls.span(as_of, known_at, window, confidence, filter=filter)
        answers = survey_calls.which(kind, survey_id, channel, topic)
        return self._runner.unary(survey_calls.ces(when, answers, group_by, interval, metric))

    def scores(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: Interval | str | None = None,
        confidence: float | None = None,
        metric: SurveyMetric | str | None = None,
        top_box: int | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
    ) -> SurveyScores:
        """Measures any other question: trust, or one of your own, named by its survey_id.

        Args:
            as_of: Only what happened before this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            window: Answers in this window: "90d", "12w", "12mo", "2026-Q1", "2026-03", "2026-01-01/2026-04-01" or
                "all". Default "all".
            filter: Only customers who match this condition in CEL, such as `market == "hr" && orders >= 3`. See
                `customers.facts()` for what there is. Default: all.
            group_by: Measure each group apart: an attribute or a fact of customers, "survey_id", "channel" or "topic".
            interval: Measure each period apart: "day", "week", "month", "quarter" or "year".
            confidence: Coverage of the intervals, more than 0.5 and less than 1. Default 0.95.
            metric: "trust", "custom", or any other. Default trust.
            top_box: Scores from this one on (up to this one, if lower is better) are in the top boxes. Default: the two
                best.
            kind: "relationship" or "transactional". Default: the one that was recorded.
            survey_id: Only answers to this survey. Default: all; needed when there are several questions of your own.
            channel: Only answers given through this channel. Default: all.
            topic: Only answers with this topic. Default: all.

        Raises:
            InvalidArgument: If an argument is out of range, several questions of your own were recorded and none named,
                answers are on several scales, or both kinds were recorded and none was chosen.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.surveys.scores(metric="custom", survey_id="packaging").mean.value
            ```
        """
        when = survey_calls.span(as_of, known_at, window, confidence, filter=filter)
        answers = survey_calls.which(kind, survey_id, channel, topic)
        return self._runner.unary(survey_calls.scores(when, answers, group_by, interval, metric, top_box))

    def response_rate(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: Interval | str | None = None,
        confidence: float | None = None,
        metric: SurveyMetric | str | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        channel: str = "",
    ) -> ResponseRate:
        """Tells how many of those who were asked answered, from the dispositions recorded.

        Each survey counts once, in the period of its first record, by how far it came (after AAPOR's Standard
        Definitions).

        Args:
            as_of: Only what happened before this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            window: Surveys whose first record is in this window: "90d", "12w", "12mo", "2026-Q1", "2026-03",
                "2026-01-01/2026-04-01" or "all". Default "all".
            filter: Only customers who match this condition in CEL, such as `market == "hr" && orders >= 3`. See
                `customers.facts()` for what there is. Default: all.
            group_by: Measure each group apart: an attribute or a fact of customers, "survey_id" or "channel".
            interval: Measure each period apart: "day", "week", "month", "quarter" or "year".
            confidence: Coverage of the intervals, more than 0.5 and less than 1. Default 0.95.
            metric: Only surveys of this metric: "nps", "csat"... Default: all.
            kind: "relationship" or "transactional". Default: both.
            survey_id: Only this survey. Default: all.
            channel: Only this channel. Default: all.

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.surveys.response_rate().response_rate.value
            client.surveys.response_rate(group_by="channel").to_pandas()
            ```
        """
        when = survey_calls.span(as_of, known_at, window, confidence, filter=filter)
        return self._runner.unary(
            survey_calls.response_rate(when, group_by, interval, metric, kind, survey_id, channel)
        )

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
        metric: SurveyMetric | str | None = None,
        top_box: int | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
    ) -> ScoreComparisons:
        """Tells whether scores differ, and how surely: between groups, or between a window and an earlier one.

        Means by Welch's test, or the paired t test; top box shares by the two-proportion test, with Newcombe's
        interval. Between groups, all pairs are compared, and p-values adjusted (Benjamini and Hochberg). `nps.compare`
        compares NPS.

        Args:
            as_of: Only what happened before this instant. Default: now.
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
            metric: "csat", "ces1", "ces2", "trust" or "custom". Default csat.
            top_box: Scores from this one on (up to this one, if lower is better) are in the top boxes. Default as in
                `csat`.
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
            client.surveys.compare(metric="csat", group_by="channel").to_pandas()
            client.surveys.compare(window="2026-Q2", baseline_window="2026-Q1", paired=True)[0].p_value
            ```
        """
        when = survey_calls.span(as_of, known_at, window, confidence, filter=filter)
        answers = survey_calls.which(kind, survey_id, channel, topic)
        return self._runner.unary(
            survey_calls.compare(when, answers, group_by, baseline_window, paired, metric, top_box)
        )

    def comments(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        metric: SurveyMetric | str | None = None,
        limit: int | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
    ) -> CommentSummary:
        """Tells what customers write about: the topics recorded, and the words and pairs of words in most comments.

        Each has the mean score of the answers it stands in. Words that say nothing by themselves are left out for
        Bulgarian, Croatian, English, Polish and Serbian.

        Args:
            as_of: Only what happened before this instant. Default: now.
            known_at: What was known then: only what was recorded by this instant counts. Default: all of it.
            window: Answers in this window: "90d", "12w", "12mo", "2026-Q1", "2026-03", "2026-01-01/2026-04-01" or
                "all". Default "all".
            filter: Only customers who match this condition in CEL, such as `market == "hr" && orders >= 3`. See
                `customers.facts()` for what there is. Default: all.
            metric: "nps", "csat", "ces1", "ces2", "trust" or "custom". Default nps.
            limit: At most this many topics and as many terms, 1 to 1,000. Default 20.
            kind: "relationship" or "transactional". Default: the one that was recorded.
            survey_id: Only answers to this survey. Default: all.
            channel: Only answers given through this channel. Default: all.
            topic: Only answers with this topic. Default: all.

        Raises:
            InvalidArgument: If an argument is out of range, or both kinds were recorded and none was chosen.

        Example:
            ```python
            client.surveys.comments(window="90d").terms
            client.surveys.comments(window="90d", metric="csat").to_pandas()
            ```
        """
        answers = survey_calls.which(kind, survey_id, channel, topic)
        return self._runner.unary(survey_calls.comments(as_of, known_at, window, filter, answers, metric, limit))


class AsyncSurveys(AsyncGroup):
    """Records answers to surveys, and tells satisfaction, effort, participation and what is written about.

    Raw scores are kept; categories are derived on read. Scores of several metrics, scales or kinds are never mixed.
    """

    @documented_as(Surveys.record)
    async def record(
        self, survey_responses: Iterable[SurveyResponse | Mapping[str, Any]], *, skip_invalid: bool = False
    ) -> WriteResult:
        return await self._runner.unary(survey_calls.record(survey_responses, skip_invalid))

    load = awaited(survey_calls.load)

    @documented_as(Surveys.csat)
    async def csat(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: Interval | str | None = None,
        confidence: float | None = None,
        top_box: int | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
    ) -> CsatScore:
        when = survey_calls.span(as_of, known_at, window, confidence, filter=filter)
        answers = survey_calls.which(kind, survey_id, channel, topic)
        return await self._runner.unary(survey_calls.csat(when, answers, group_by, interval, top_box))

    @documented_as(Surveys.ces)
    async def ces(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: Interval | str | None = None,
        confidence: float | None = None,
        metric: SurveyMetric | str | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
    ) -> CesScore:
        when = survey_calls.span(as_of, known_at, window, confidence, filter=filter)
        answers = survey_calls.which(kind, survey_id, channel, topic)
        return await self._runner.unary(survey_calls.ces(when, answers, group_by, interval, metric))

    @documented_as(Surveys.scores)
    async def scores(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: Interval | str | None = None,
        confidence: float | None = None,
        metric: SurveyMetric | str | None = None,
        top_box: int | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
    ) -> SurveyScores:
        when = survey_calls.span(as_of, known_at, window, confidence, filter=filter)
        answers = survey_calls.which(kind, survey_id, channel, topic)
        return await self._runner.unary(survey_calls.scores(when, answers, group_by, interval, metric, top_box))

    @documented_as(Surveys.response_rate)
    async def response_rate(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: Interval | str | None = None,
        confidence: float | None = None,
        metric: SurveyMetric | str | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        channel: str = "",
    ) -> ResponseRate:
        when = survey_calls.span(as_of, known_at, window, confidence, filter=filter)
        return await self._runner.unary(
            survey_calls.response_rate(when, group_by, interval, metric, kind, survey_id, channel)
        )

    @documented_as(Surveys.compare)
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
        metric: SurveyMetric | str | None = None,
        top_box: int | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
    ) -> ScoreComparisons:
        when = survey_calls.span(as_of, known_at, window, confidence, filter=filter)
        answers = survey_calls.which(kind, survey_id, channel, topic)
        return await self._runner.unary(
            survey_calls.compare(when, answers, group_by, baseline_window, paired, metric, top_box)
        )

    @documented_as(Surveys.comments)
    async def comments(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        metric: SurveyMetric | str | None = None,
        limit: int | None = None,
        kind: SurveyKind | str | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
    ) -> CommentSummary:
        answers = survey_calls.which(kind, survey_id, channel, topic)
        return await self._runner.unary(survey_calls.comments(as_of, known_at, window, filter, answers, metric, limit))
