"""What customers said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Unpack

from lojal.calls.group import Group
from lojal.instants import Instant
from lojal.listing import Listing
from lojal.loading import answers, rows
from lojal.loading.columns import Column
from lojal.loading.options import LoadOptions, LoadSettings
from lojal.loading.profiles import ProfileName
from lojal.loading.survey_log import survey_log
from lojal.records import SurveyResponse
from lojal.results.common import LoadResult, WriteResult
from lojal.results.surveys import (
    CesScore,
    CommentedResponse,
    CommentSummary,
    CsatScore,
    ResponseRate,
    ScoreComparisons,
    SurveyScores,
)
from lojal.words import CountedAnswersWord, IntervalWord, SurveyDispositionWord, SurveyKindWord, SurveyMetricWord


class Surveys(Group):
    """Records answers to surveys, and tells satisfaction, effort, participation and what is written about.

    Raw scores are kept; categories are derived on read. Scores of several metrics, scales or kinds are never mixed.
    """

    def record(
        self,
        survey_responses: Iterable[SurveyResponse | Mapping[str, Any]],
        *,
        skip_invalid: bool = False,
        timeout: float | None = None,
    ) -> WriteResult:
        """Records up to 10,000 answers, invitations and the like together, or none of them.

        Again by the same response_id and disposition counts as a duplicate: an invitation, its delivery and its answer
        share a response_id.

        Args:
            survey_responses: `SurveyResponse`s, or dicts with the same names.

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
        asked = locals() | {
            "survey_responses": rows.messages(
                survey_responses, answers.SurveyResponses(rows.Reading()), "survey_responses"
            )
        }
        return self._ask("RecordSurveyResponses", WriteResult.from_wire, asked)

    def load(
        self,
        source: Any,
        *,
        profile: ProfileName = None,
        response_id: Column = None,
        customer_id: Column = None,
        customer_key: str = "id",
        anonymous: bool = False,
        time: Column = None,
        score: Column = None,
        survey_id: Column = None,
        channel: Column = None,
        comment: Column = None,
        topics: Column = None,
        weight: Column = None,
        metric: SurveyMetricWord | None = None,
        metric_column: Column = None,
        kind: SurveyKindWord | None = None,
        kind_column: Column = None,
        disposition: SurveyDispositionWord | None = None,
        disposition_column: Column = None,
        scale_min: int | None = None,
        scale_min_column: Column = None,
        scale_max: int | None = None,
        scale_max_column: Column = None,
        lower_is_better: bool | None = None,
        lower_is_better_column: Column = None,
        default_survey_id: str = "",
        **settings: Unpack[LoadSettings],
    ) -> LoadResult:
        """Records a whole file of answers, invitations and the like. Loading it twice doubles nothing.

        `metric`, `kind`, `disposition`, `scale_min`, `scale_max` and `lower_is_better` hold for rows that do not say
        otherwise; the column that says so goes by the same name, or is named with the argument that ends in `_column`.

        Args:
            source: As in `transactions.load`.
            profile: The export it is: "delighted", "typeform", "formbricks" or "surveymonkey". None recognises it by
                its header, unless a column is named. Columns that are named beside a profile take the place of its own.
                False: none, whatever the header is.
            customer_key: "id", or "email" where customers are named by their e-mail addresses although there are ids.
            response_id: Column of the answer's id. None guesses: response_id, answer_id, id. Where there is none,
                answers get one made of customer, time and score.
            customer_id: Column of who answered; an empty cell is an anonymous answer. None guesses: customer_id,
                customer, user_id..., and then the e-mail address: email, person_email... It is never taken for granted
                that nobody is named: without such a column, or with nobody in it at all, load is refused. False: all
                are anonymous.
            anonymous: Nobody who answered is to be known, whatever columns there are; the same as customer_id=False.
            time: Column of the time. None guesses: response_time, submitted_at, time, date...
            score: Column of the score, a whole number within the scale. None guesses: score, nps, nps_score, rating,
                answer, survey_score. Needed unless rows have a disposition.
            survey_id: Column of the survey's name. None guesses: survey_id, survey. False: there is none.
            channel: Column of how it was asked. False: there is none.
            comment: Column of what the customer wrote. None guesses: comment, comments, feedback. False: there is none.
            topics: Column of what it was about: lists, or text with semicolons in between. None guesses: topics, topic.
                False: there is none.
            weight: Column of how many customers the answer stands for, more than 0 and at most 1,000; an empty cell is
                1. False: there is none.
            metric: "nps", "csat", "ces1", "ces2", "trust" or "custom". Default nps.
            metric_column: Column of the metric. None guesses: metric, survey_metric. False: there is none.
            kind: "relationship" or "transactional". Default relationship.
            kind_column: Column of the kind. None guesses: kind, survey_kind. False: there is none.
            disposition: "completed", "partial", "dismissed", "invited", "delivered" or "bounced". Default completed.
            disposition_column: Column of the disposition. False: there is none.
            scale_min: Lowest score that could be given. Default: that of the metric.
            scale_min_column: Column of that. False: there is none.
            scale_max: Highest score that could be given. Default: that of the metric.
            scale_max_column: Column of that. False: there is none.
            lower_is_better: Only for "custom": whether a lower score is better. Default no.
            lower_is_better_column: Column of that: true or false. False: there is none.
            default_survey_id: Name of the survey in rows without one, up to 128 bytes. "custom" needs a name.

        Raises:
            InvalidArgument: If rows are bad, with the `row` of each.
            AlreadyExists: If a response_id was recorded before with other content. Chunks before it stay.
        """
        return self._runner.load(survey_log(LoadOptions(source, **settings), locals()))

    def csat(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: IntervalWord | None = None,
        confidence: float | None = None,
        top_box: int | None = None,
        kind: SurveyKindWord | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
        counted: CountedAnswersWord | None = None,
        timeout: float | None = None,
    ) -> CsatScore:
        """Measures satisfaction (CSAT): the share of answers in the top boxes, their mean and distribution.

        Shares have Wilson's interval, means that of Student's t. Both are by customer where some answered more than
        once.

        Args:
            window: Answers in it. Default "all".
            group_by: Also "survey_id", "channel" or "topic".
            top_box: Scores from this one on are satisfied. Default: 4 of 1 to 5, 6 of 1 to 7, 9 of 1 to 10; otherwise
                the two highest.

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.surveys.csat(window="90d").csat.value
            client.surveys.csat(window="90d", group_by="channel").to_pandas()
            ```
        """
        return self._ask("GetCsat", CsatScore.from_wire, locals())

    def ces(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: IntervalWord | None = None,
        confidence: float | None = None,
        metric: SurveyMetricWord | None = None,
        kind: SurveyKindWord | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
        counted: CountedAnswersWord | None = None,
        timeout: float | None = None,
    ) -> CesScore:
        """Measures effort (CES): the mean score, the share in the top boxes and, of "ces2", net easy.

        `index` tells both versions on one scale from 0 to 100, oriented up; their raw means are never mixed.

        Args:
            window: Answers in it. Default "all".
            group_by: Also "survey_id", "channel" or "topic".
            metric: "ces1" (1 to 5, lower is better) or "ces2" (1 to 7, higher is better). Default: both, which are
                never mixed.

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.surveys.ces(window="2026-Q1").ces.value
            ```
        """
        return self._ask("GetCes", CesScore.from_wire, locals())

    def scores(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: IntervalWord | None = None,
        confidence: float | None = None,
        metric: SurveyMetricWord | None = None,
        top_box: int | None = None,
        kind: SurveyKindWord | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
        counted: CountedAnswersWord | None = None,
        timeout: float | None = None,
    ) -> SurveyScores:
        """Measures any other question: trust, or one of your own, named by its survey_id.

        Args:
            window: Answers in it. Default "all".
            group_by: Also "survey_id", "channel" or "topic".
            metric: "trust", "custom", or any other. Default trust.
            top_box: Scores from this one on (up to this one, if lower is better) are in the top boxes. Default: the two
                best.
            survey_id: Default: all; several questions of your own are never mixed.

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.surveys.scores(metric="custom", survey_id="packaging").mean.value
            ```
        """
        return self._ask("GetScores", SurveyScores.from_wire, locals())

    def response_rate(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: IntervalWord | None = None,
        confidence: float | None = None,
        metric: SurveyMetricWord | None = None,
        kind: SurveyKindWord | None = None,
        survey_id: str = "",
        channel: str = "",
        timeout: float | None = None,
    ) -> ResponseRate:
        """Tells how many of those who were asked answered, from the dispositions recorded.

        Each survey counts once, in the period of its first record, by how far it came (after AAPOR's Standard
        Definitions).

        Args:
            window: Surveys whose first record is in it. Default "all".
            group_by: Also "survey_id" or "channel".
            metric: Only surveys of this metric: "nps", "csat"... Default: all.
            kind: Default: both.

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.surveys.response_rate().response_rate.value
            client.surveys.response_rate(group_by="channel").to_pandas()
            ```
        """
        return self._ask("GetResponseRate", ResponseRate.from_wire, locals())

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
        metric: SurveyMetricWord | None = None,
        top_box: int | None = None,
        kind: SurveyKindWord | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
        counted: CountedAnswersWord | None = None,
        timeout: float | None = None,
    ) -> ScoreComparisons:
        """Tells whether scores differ, and how surely: between groups, or between a window and an earlier one.

        Means by Welch's test, or the paired t test; top box shares by the two-proportion test, with Newcombe's
        interval. Between groups, all pairs are compared, and p-values adjusted (Benjamini and Hochberg). `nps.compare`
        compares NPS.

        Args:
            window: Answers in it. Default "all".
            group_by: They are compared with each other. Also "survey_id", "channel" or "topic".
            baseline_window: Compare the window with this one. Either this or group_by.
            paired: Only who answered in both windows, each with the last answer in it. Only with baseline_window.
            metric: "csat", "ces1", "ces2", "trust" or "custom". Default csat.
            top_box: Scores from this one on (up to this one, if lower is better) are in the top boxes. Default as in
                `csat`.

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
        return self._ask("CompareScores", ScoreComparisons.from_wire, locals())

    def comments(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: IntervalWord | None = None,
        metric: SurveyMetricWord | None = None,
        limit: int | None = None,
        kind: SurveyKindWord | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
        counted: CountedAnswersWord | None = None,
        timeout: float | None = None,
    ) -> CommentSummary:
        """Tells what customers write about: the topics recorded, and the words and pairs of words in most comments.

        Each has the mean score of the answers it stands in. Words that say nothing by themselves are left out for
        Bulgarian, Croatian, English, Polish and Serbian.

        Args:
            window: Answers in it. Default "all".
            group_by: Also "survey_id", "channel" or "topic".
            metric: "nps", "csat", "ces1", "ces2", "trust" or "custom". Default nps.
            limit: At most this many topics and as many terms, in all and of each group and period, 1 to 1,000. Default
                20.

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.surveys.comments(window="90d").terms
            client.surveys.comments(window="90d", metric="csat").to_pandas()
            client.surveys.comments(interval="quarter", limit=5).to_pandas()
            ```
        """
        return self._ask("SummarizeComments", CommentSummary.from_wire, locals())

    def responses(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        metric: SurveyMetricWord | None = None,
        term: str = "",
        min_score: int | None = None,
        max_score: int | None = None,
        kind: SurveyKindWord | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
        counted: CountedAnswersWord | None = None,
        page_size: int = 1000,
        timeout: float | None = None,
    ) -> Listing[CommentedResponse]:
        """Lists what customers wrote, newest first, a page at a time: with their scores, and without one.

        Args:
            window: Responses in it. Default "all".
            metric: "nps", "csat", "ces1", "ces2", "trust" or "custom". Default: anything.
            term: Only comments with this word or pair of neighbouring words, as `comments` has them.
            min_score: Only responses with a score of this or more. Default: any score, and none.
            max_score: Only responses with a score of this or less. Default: any score, and none.

        Raises:
            InvalidArgument: If an argument is out of range.

        Example:
            ```python
            for one in client.surveys.responses(window="90d", metric="nps", max_score=6, term="delivery"):
                print(one.customer_id, one.score, one.comment)
            ```
        """
        return self._list("ListResponses", CommentedResponse, locals(), "responses")
