"""Recommendation: the Net Promoter Score."""

from __future__ import annotations

from typing import Any, Unpack

from lojal.calls.group import Group
from lojal.instants import Instant
from lojal.loading.columns import Column
from lojal.loading.options import LoadOptions, LoadSettings
from lojal.loading.profiles import ProfileName
from lojal.loading.survey_log import nps_log
from lojal.results.common import LoadResult
from lojal.results.nps import NpsComparisons, NpsSamplePlan, NpsScore
from lojal.results.previews import Preview
from lojal.words import CountedAnswersWord, IntervalWord, SurveyKindWord


class Nps(Group):
    """Measures recommendation."""

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
        **settings: Unpack[LoadSettings],
    ) -> LoadResult:
        """Records a whole file of answers from 0 to 10. Loading it twice doubles nothing.

        `surveys.load` is the same for answers to any question, and for invitations and the like.

        Args:
            source: As in `transactions.load`.
            profile: As in `surveys.load`.
            response_id: As in `surveys.load`.
            customer_id: As in `surveys.load`.
            customer_key: As in `surveys.load`.
            anonymous: Nobody who answered is to be known, whatever columns there are.
            time: As in `surveys.load`.
            score: As in `surveys.load`.
            survey_id: As in `surveys.load`.
            channel: As in `surveys.load`.
            comment: As in `surveys.load`.
            topics: As in `surveys.load`.

        Raises:
            InvalidArgument: If rows are bad, with the `row` of each.
            AlreadyExists: If a response_id was recorded before with other content. Chunks before it stay.

        Example:
            ```python
            client.nps.load("delighted.csv")
            ```
        """
        return self._runner.load(nps_log(LoadOptions(source, **settings), locals()))

    def preview(
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
        **settings: Unpack[LoadSettings],
    ) -> Preview:
        """Tells what `load` would record of a source, and what is wrong with it. Nothing is sent.

        Args:
            source: As in `load`.
            profile: As in `load`.
            response_id: As in `load`.
            customer_id: As in `load`.
            customer_key: As in `load`.
            anonymous: As in `load`.
            time: As in `load`.
            score: As in `load`.
            survey_id: As in `load`.
            channel: As in `load`.
            comment: As in `load`.
            topics: As in `load`.

        Example:
            ```python
            print(client.nps.preview("delighted.csv"))
            ```
        """
        options = LoadOptions(source, **settings).lenient()
        return self._runner.preview(options, nps_log(options, locals()))

    def score(
        self,
        *,
        as_of: Instant | None = None,
        known_at: Instant | None = None,
        window: str = "",
        filter: str = "",
        group_by: str = "",
        interval: IntervalWord | None = None,
        kind: SurveyKindWord | None = None,
        survey_id: str = "",
        confidence: float | None = None,
        channel: str = "",
        topic: str = "",
        population: int | None = None,
        weight_to_base_by: str = "",
        counted: CountedAnswersWord | None = None,
        timeout: float | None = None,
    ) -> NpsScore:
        """Measures the NPS of a window, from -100 to 100: as a whole, by group, and over time.

        Args:
            window: Answers in it. Default "all".
            group_by: Also "survey_id", "channel" or "topic".
            population: How many customers could have answered, where that is few (B2B); intervals shrink accordingly.
                Default: very many.
            weight_to_base_by: The name of a customer attribute: `nps_of_base` then counts each of its groups by how
                many customers it has, and not by how many answered.

        Raises:
            InvalidArgument: If an argument is out of range.
            ResourceExhausted: If the answer would have more than 10,000 rows.

        Example:
            ```python
            client.nps.score(window="90d", group_by="market").to_pandas()
            ```
        """
        return self._ask("GetNps", NpsScore.from_wire, locals())

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
        kind: SurveyKindWord | None = None,
        survey_id: str = "",
        channel: str = "",
        topic: str = "",
        counted: CountedAnswersWord | None = None,
        timeout: float | None = None,
    ) -> NpsComparisons:
        """Tells whether the NPS differs, and how surely: between groups, or between a window and an earlier one.

        Between groups, all pairs are compared, and p-values adjusted (Benjamini and Hochberg). Windows are compared as
        independent samples, or `paired`.

        Args:
            window: Answers in it. Default "all".
            group_by: They are compared with each other. Also "survey_id", "channel" or "topic".
            baseline_window: Compare the window with this one. Either this or group_by.
            paired: Only who answered in both windows, each with the last answer in it. Only with baseline_window.

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
        return self._ask("CompareNps", NpsComparisons.from_wire, locals())

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
        kind: SurveyKindWord | None = None,
        timeout: float | None = None,
    ) -> NpsSamplePlan:
        """Tells how many answers it takes for an interval of so many points up and down, or to see a difference.

        Also what interval so many answers leave. Without arguments it plans for 5 points up and down.

        Args:
            margin: Points up and down that the interval may have, more than 0 and at most 200. Default 5, unless
                answers is given.
            answers: Answers that can be had, at least 1: what margin do they leave?
            difference: A difference in points to be seen between two samples, more than 0 and at most 200.
            power: Probability to see it, between 0.5 and 1. Default 0.8.
            population: Customers there are, if few. Default: very many.
            variance: Variance of one answer of -1, 0 and 1, from 0 to 1. Default: that of the answers of the window, or
                1, the worst case, without any.
            window: The variance of the answers in it is taken. Default "365d".
            kind: Default: both; where both were answered, the variance is that of the kind that varies more.

        Raises:
            InvalidArgument: If an argument is out of range.

        Example:
            ```python
            client.nps.plan_sample(margin=5).answers
            client.nps.plan_sample(answers=400).margin
            ```
        """
        return self._ask("PlanNpsSample", NpsSamplePlan.from_wire, locals())
