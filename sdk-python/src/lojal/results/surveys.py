"""Satisfaction, effort, trust and questions of one's own; participation; and what is written about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self

from lojal.enums import SurveyDisposition, SurveyKind, SurveyMetric
from lojal.results.common import Estimate, Period, Provenance
from lojal.results.reading import FromWire, read
from lojal.results.result import Result, as_row
from lojal.table import Table


@dataclass(frozen=True)
class ScoreScale(FromWire):
    """What is common to all rows of an answer about scores.

    Attributes:
        metric: What was measured.
        min: Lowest score that could be given.
        max: Highest score that could be given.
        lower_is_better: Whether a lower score is better.
        top_box: Scores from this one on (up to this one, if lower is better) are in the top boxes.
    """

    metric: SurveyMetric
    min: int
    max: int
    lower_is_better: bool
    top_box: int


@dataclass(frozen=True)
class ScoreRow(FromWire):
    """The scores of one question in one group and period.

    Attributes:
        group: The group; "" without group_by, and for answers that lack it. An answer with several topics is in the
            group of each.
        period: The period; None without an interval.
        top_box_share: Share of answers in the top boxes, in [0, 1].
        mean: Mean of the raw scores, on their scale.
        index: Mean on a scale from 0 (worst) to 100 (best), whatever the scale and its direction.
        net_easy: Only of "ces2": share of 6 and 7 less share of 1 to 3, from -1 to 1; no value for other metrics.
        score_counts: How often each score was given, from the lowest to the highest of the scale.
        customers: Customers who answered; an anonymous answer is of a customer of its own.
        kind: What the question is about; None when nobody answered.
        survey_id: The survey that asks it, of a question of your own; "" for others.
        scale: What was measured, on which scale; None when nobody answered.
    """

    group: str
    period: Period | None
    top_box_share: Estimate
    mean: Estimate
    index: Estimate
    net_easy: Estimate
    score_counts: tuple[int, ...]
    customers: int
    kind: SurveyKind | None
    survey_id: str
    scale: ScoreScale | None


class ScoreRows(Table[ScoreRow]):
    """Scores, one row a group and period."""

    shown_columns: ClassVar[tuple[str, ...]] = (
        "group",
        "period_label",
        "top_box_share",
        "top_box_share_ci_low",
        "top_box_share_ci_high",
        "mean",
        "mean_ci_low",
        "mean_ci_high",
        "mean_n",
        "index",
        "net_easy",
    )

    def __init__(self, rows: Iterable[ScoreRow], provenance: Provenance | None = None) -> None:
        super().__init__(ScoreRow, rows, provenance)


@dataclass(frozen=True)
class SurveyScores(Result[ScoreRow], ScoreRow):
    """The scores of a window: as a whole, and in rows by group and over time.

    Where answers are to several questions that must not be mixed, the whole is of the one with most answers.

    Attributes:
        rows: One row a question, group and period. Empty unless group_by or interval is given.
        questions: One row a question, the one with most answers first, where answers are to several; empty else.
        provenance: Where the answer comes from.
    """

    _part = "whole"

    rows: ScoreRows = field(repr=False)
    questions: ScoreRows = field(repr=False)
    provenance: Provenance

    @classmethod
    def from_wire(cls, message: Any) -> Self:
        """Reads an answer."""
        # the scale is that of the whole, which a server that tells no questions apart does not repeat there
        scale = ScoreScale.from_wire(message.scale) if message.HasField("scale") else None
        return cls(**read(cls, message, scale=scale))

    def _whole(self) -> ScoreRow:
        return as_row(ScoreRow, self)

    def _headline(self) -> str:
        return f"Mean {self.mean}, n = {self.mean.n}"


@dataclass(frozen=True)
class CsatScore(SurveyScores):
    """Customer satisfaction: as a whole, and in rows by group and over time.

    Attributes:
        csat: Share of satisfied customers, in [0, 1]: the scores in the top boxes.
    """

    csat: Estimate

    def _headline(self) -> str:
        return f"CSAT {self.csat}, n = {self.csat.n}"


@dataclass(frozen=True)
class CesScore(SurveyScores):
    """Customer effort: as a whole, and in rows by group and over time.

    Attributes:
        ces: Mean of the raw scores: "ces1" from 1 to 5, lower is better; "ces2" from 1 to 7, higher is better.
    """

    ces: Estimate

    def _headline(self) -> str:
        return f"CES {self.ces}, n = {self.ces.n}"


@dataclass(frozen=True)
class ResponseRateRow(FromWire):
    """Participation of one group in one period.

    Attributes:
        group: The group; "" without group_by.
        period: The period; None without an interval.
        invited: Surveys with an invitation (I).
        delivered: Surveys that were delivered (V): recorded as such, or answered or dismissed after an invitation.
        bounced: Surveys that bounced.
        dismissed: Surveys that were dismissed, and not answered.
        partial: Surveys answered in part (P), of those delivered.
        completed: Surveys completed (C), of those delivered.
        unsolicited: Answers without an invitation or delivery on record. They are in no rate.
        response_rate: (C + P) / V, in [0, 1].
        completion_rate: C / (C + P), in [0, 1].
        strict_response_rate: C / I, in [0, 1]: of the surveys with an invitation (like AAPOR's RR1).
    """

    group: str
    period: Period | None
    invited: int
    delivered: int
    bounced: int
    dismissed: int
    partial: int
    completed: int
    unsolicited: int
    response_rate: Estimate
    completion_rate: Estimate
    strict_response_rate: Estimate


class ResponseRateRows(Table[ResponseRateRow]):
    """Participation, one row a group and period."""

    shown_columns: ClassVar[tuple[str, ...]] = (
        "group",
        "period_label",
        "invited",
        "delivered",
        "bounced",
        "dismissed",
        "partial",
        "completed",
        "unsolicited",
        "response_rate",
        "response_rate_ci_low",
        "response_rate_ci_high",
        "completion_rate",
        "strict_response_rate",
    )

    def __init__(self, rows: Iterable[ResponseRateRow], provenance: Provenance | None = None) -> None:
        super().__init__(ResponseRateRow, rows, provenance)


@dataclass(frozen=True)
class ResponseRate(Result[ResponseRateRow], ResponseRateRow):
    """How many of those who were asked answered: as a whole, and in rows by group and over time.

    Attributes:
        rows: One row a group and period. Empty unless group_by or interval is given.
        provenance: Where the answer comes from.
    """

    _part = "whole"

    rows: ResponseRateRows = field(repr=False)
    provenance: Provenance

    def _whole(self) -> ResponseRateRow:
        return as_row(ResponseRateRow, self)

    def _headline(self) -> str:
        return f"Response rate {self.response_rate}, n = {self.response_rate.n}"


@dataclass(frozen=True)
class ScoreComparison(FromWire):
    """Scores of two groups or windows compared.

    Attributes:
        first: The first group, or "window".
        second: The second group, or "baseline_window".
        first_mean: Mean of the first.
        second_mean: Mean of the second.
        mean_difference: First mean less second.
        t: Welch's t, or that of the paired test; None where nothing varies.
        p_value: Probability of such a difference of means if there were none, two-sided; None where nothing varies.
        adjusted_p_value: The same, adjusted for all comparisons in the answer (Benjamini and Hochberg 1995); None where
            nothing varies.
        top_box_difference: First top box share less second, -1 to 1; no value when paired.
        top_box_p_value: Two-sided, of the two-proportion test; None when paired, or where nothing varies.
    """

    first: str
    second: str
    first_mean: Estimate
    second_mean: Estimate
    mean_difference: Estimate
    t: float | None
    p_value: float | None
    adjusted_p_value: float | None
    top_box_difference: Estimate
    top_box_p_value: float | None


class ScoreComparisons(Table[ScoreComparison]):
    """The comparisons: one of windows, or one a pair of groups, in the groups' order.

    Attributes:
        scale: The scale; None without answers.
    """

    scale: ScoreScale | None
    shown_columns: ClassVar[tuple[str, ...]] = (
        "first",
        "second",
        "first_mean",
        "first_mean_n",
        "second_mean",
        "second_mean_n",
        "mean_difference",
        "mean_difference_ci_low",
        "mean_difference_ci_high",
        "t",
        "p_value",
        "adjusted_p_value",
        "top_box_difference",
        "top_box_p_value",
    )


@dataclass(frozen=True)
class CommentTerm(FromWire):
    """Something that stands in answers.

    Attributes:
        kind: "topic" for a topic recorded with answers, "term" for a word or pair of words of comments.
        term: The topic, word or pair of words.
        answers: Answers it stands in.
        share: Share of the answers with a topic or comment, in [0, 1].
        mean_score: Mean score of the answers it stands in.
        group: The group, "" without group_by or for answers that lack it.
        period: The period. None without an interval.
    """

    kind: str
    term: str
    answers: int
    share: Estimate
    mean_score: Estimate
    group: str = ""
    period: Period | None = None


@dataclass(frozen=True)
class CommentRow(FromWire):
    """What was written in one group and period.

    Attributes:
        group: The group, "" without group_by or for answers that lack it. An answer with several topics is in the group
            of each.
        period: The period. None without an interval.
        answers: Answers that count.
        comments: Comments, with a score or without.
        comments_without_score: Those without.
        mean_score: Mean score of the answers to the question with most of them in all.
    """

    group: str
    period: Period | None
    answers: int
    comments: int
    comments_without_score: int
    mean_score: Estimate


@dataclass(frozen=True)
class CommentedResponse(FromWire):
    """A response in which something was written.

    Attributes:
        customer_id: Who wrote it; "" for an anonymous response.
        time: When.
        metric: What was measured.
        kind: What it was about.
        disposition: How far the survey came.
        survey_id: The survey's name; "" if it has none.
        channel: How it was asked; "" if not recorded.
        score: The raw score; None for a comment without one.
        scale_min: Lowest score that could be given.
        scale_max: Highest score that could be given.
        topics: Topics recorded with it.
        comment: What was written.
    """

    customer_id: str
    time: datetime
    metric: SurveyMetric
    kind: SurveyKind
    disposition: SurveyDisposition
    survey_id: str
    channel: str
    score: int | None
    scale_min: int
    scale_max: int
    topics: tuple[str, ...]
    comment: str


@dataclass(frozen=True)
class CommentSummary(Result[CommentTerm]):
    """What customers write about.

    Attributes:
        answers: Answers that count.
        comments: Comments, with a score or without.
        comments_without_score: Those without: of surveys that were dismissed or answered in part.
        mean_score: Mean score of all answers.
        topics: Topics by how many answers have them.
        terms: Words and pairs of words by how many comments they stand in.
        counts: One row a group and period, by group, then by time. Empty without group_by and interval.
        rows: Topics and terms of each group and period, all topics first. Empty without group_by and interval.
        provenance: Where the answer comes from.
    """

    answers: int
    comments: int
    comments_without_score: int
    mean_score: Estimate
    topics: Table[CommentTerm]
    terms: Table[CommentTerm]
    counts: Table[CommentRow]
    rows: Table[CommentTerm]
    provenance: Provenance

    @classmethod
    def from_wire(cls, message: Any) -> Self:
        """Reads an answer."""
        provenance = Provenance.from_wire(message.provenance)

        def of(kind: str, terms: Iterable[Any]) -> list[CommentTerm]:
            return [CommentTerm(**read(CommentTerm, each, kind=kind)) for each in terms]

        tables = {
            "topics": Table(CommentTerm, of("topic", message.topics), provenance),
            "terms": Table(CommentTerm, of("term", message.terms), provenance),
            "counts": Table.of_rows(CommentRow, message.rows, message),
            "rows": Table(CommentTerm, [*of("topic", message.row_topics), *of("term", message.row_terms)], provenance),
        }
        return cls(**read(cls, message, **tables))

    def table(self) -> Table[CommentTerm]:
        """Returns topics and terms in one table, the topics first: of groups and periods where these are told apart."""
        return self.rows if len(self.counts) else self.topics.with_rows([*self.topics, *self.terms])

    def _headline(self) -> str:
        return f"{self.comments} comments in {self.answers} answers"
