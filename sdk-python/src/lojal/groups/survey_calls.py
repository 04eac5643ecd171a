"""The calls of `surveys`, described."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, Unpack

from lojal.calls import Call
from lojal.enums import Interval, SurveyDisposition, SurveyKind, SurveyMetric
from lojal.errors import invalid
from lojal.instants import Instant, to_timestamp
from lojal.loading import answers, columns, rows
from lojal.loading.columns import Column
from lojal.loading.job import LoadJob
from lojal.loading.options import LoadOptions, LoadSettings, Prepare
from lojal.records import SurveyResponse
from lojal.results.common import WriteResult
from lojal.results.surveys import CesScore, CommentSummary, CsatScore, ResponseRate, ScoreComparisons, SurveyScores
from lojal.v1 import ingest_service_pb2
from lojal.v1 import survey_service_pb2 as pb

CUSTOMER = dataclasses.replace(
    columns.CUSTOMER_OF_RECORD, otherwise=", or pass anonymous=True if nobody who answered is to be known"
)
FIELDS = (
    columns.Field("response_id", ("response_id", "answer_id", "id")),
    CUSTOMER,
    columns.Field("time", ("response_time", "response_date", "answered_at", "submitted_at", *columns.TIME.guesses)),
    columns.optional("disposition"),
    columns.Field("score", ("score", "nps", "nps_score", "rating", "answer", "survey_score"), unless="disposition"),
    columns.optional("metric", "survey_metric"),
    columns.optional("kind", "survey_kind"),
    columns.optional("survey_id", "survey"),
    columns.optional("channel"),
    columns.optional("comment", "comments", "feedback"),
    columns.optional("topics", "topic"),
    columns.optional("weight"),
    columns.optional("scale_min"),
    columns.optional("scale_max"),
    columns.optional("lower_is_better"),
)


def record(survey_responses: Iterable[SurveyResponse | Mapping[str, Any]], skip_invalid: bool) -> Call[WriteResult]:
    """Describes the recording of answers."""
    built = rows.messages(survey_responses, answers.SurveyResponses(rows.Reading()), "survey_responses")
    request = ingest_service_pb2.RecordSurveyResponsesRequest(skip_invalid=skip_invalid)
    request.survey_responses.extend(built)  # type: ignore[arg-type]
    return Call("ingest", "RecordSurveyResponses", request, WriteResult.from_wire)


def load(
    source: Any,
    *,
    response_id: Column = None,
    customer_id: Column = None,
    anonymous: bool = False,
    time: Column = None,
    score: Column = None,
    survey_id: Column = None,
    channel: Column = None,
    comment: Column = None,
    topics: Column = None,
    weight: Column = None,
    metric: SurveyMetric | str | None = None,
    metric_column: Column = None,
    kind: SurveyKind | str | None = None,
    kind_column: Column = None,
    disposition: SurveyDisposition | str | None = None,
    disposition_column: Column = None,
    scale_min: int | None = None,
    scale_min_column: Column = None,
    scale_max: int | None = None,
    scale_max_column: Column = None,
    lower_is_better: bool | None = None,
    lower_is_better_column: Column = None,
    default_survey_id: str = "",
    **settings: Unpack[LoadSettings],
) -> Prepare:
    """Records a whole file of answers, invitations and the like. Loading it twice doubles nothing.

    `metric`, `kind`, `disposition`, `scale_min`, `scale_max` and `lower_is_better` hold for rows that do not say
    otherwise; the column that says so goes by the same name, or is named with the argument that ends in `_column`.

    Args:
        source: As in `Transactions.load`.
        response_id: Column of the answer's id. None guesses: response_id, answer_id, id.
        customer_id: Column of who answered; an empty cell is an anonymous answer. None guesses: customer_id, customer,
            user_id..., and then the e-mail address: email, person_email... It is never taken for granted that nobody
            is named: without such a column, or with nobody in it at all, load is refused. False: all are anonymous.
        anonymous: Nobody who answered is to be known, whatever columns there are; the same as customer_id=False.
        time: Column of the time. None guesses: response_time, submitted_at, time, date...
        score: Column of the score, a whole number within the scale. None guesses: score, nps, nps_score, rating,
            answer, survey_score. Needed unless rows have a disposition.
        survey_id: Column of the survey's name. None guesses: survey_id, survey. False: there is none.
        channel: Column of how it was asked. False: there is none.
        comment: Column of what the customer wrote. None guesses: comment, comments, feedback. False: there is none.
        topics: Column of what it was about: lists, or text with semicolons in between. None guesses: topics, topic.
            False: there is none.
        weight: Column of how many customers the answer stands for, more than 0 and at most 1,000; an empty cell is 1.
            False: there is none.
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
        **settings: See `LoadSettings`.

    Raises:
        InvalidArgument: If rows are bad, with the `row` of each.
        AlreadyExists: If a response_id was recorded before with other content. Chunks before it stay.
    """
    if anonymous and customer_id:
        raise invalid("anonymous", f"give a column of customers, {customer_id!r}, or anonymous=True, not both")
    anonymous = anonymous or customer_id is False
    # one clear error instead of one a row
    SurveyMetric.to_wire(metric, "metric")
    SurveyKind.to_wire(kind, "kind")
    SurveyDisposition.to_wire(disposition, "disposition")
    constants = {
        "metric": metric,
        "kind": kind,
        "disposition": disposition,
        "scale_min": scale_min,
        "scale_max": scale_max,
        "lower_is_better": lower_is_better,
        "survey_id": default_survey_id,
    }
    chosen = {
        "response_id": response_id,
        "customer_id": False if anonymous else customer_id,
        "time": time,
        "score": score,
        "survey_id": survey_id,
        "channel": channel,
        "comment": comment,
        "topics": topics,
        "weight": weight,
        "metric": metric_column,
        "kind": kind_column,
        "disposition": disposition_column,
        "scale_min": scale_min_column,
        "scale_max": scale_max_column,
        "lower_is_better": lower_is_better_column,
    }
    options = LoadOptions(source, **settings)
    reading = options.reading()
    dispensable = {"score": bool(disposition), "customer_id": anonymous}
    fields = [dataclasses.replace(each, required=each.required and not dispensable.get(each.name)) for each in FIELDS]

    def prepare() -> LoadJob:
        job = options.messages("survey_responses", fields, chosen, lambda: answers.SurveyResponses(reading, constants))
        _require_names(job)
        return job

    return prepare


def _require_names(job: LoadJob) -> None:
    """Refuses answers that a column of customers is there for, and names nobody at all."""
    column = job.columns.get("customer_id")
    if column is None or not job.row_count:
        return
    if all(rows.missing(customer) for _, (customer,) in job.source.rows([column])):
        raise invalid(
            "customer_id",
            f"no row names anybody in the column {column!r}: name the column to take as customer_id"
            f"{CUSTOMER.otherwise}: the columns are {', '.join(map(repr, job.source.columns))}",
        )


def span(
    as_of: Instant | None, known_at: Instant | None, window: str, confidence: float | None = None, *, filter: str = ""
) -> dict[str, Any]:
    """Returns the fields by which all questions say what they are about, and how sure intervals are to be."""
    return {
        "as_of": to_timestamp(as_of, "as_of"),
        "known_at": to_timestamp(known_at, "known_at"),
        "window": window,
        "filter": filter,
        "confidence": confidence,
    }


def which(kind: SurveyKind | str | None, survey_id: str, channel: str, topic: str) -> pb.ScoreFilter:
    """Returns which answers count."""
    return pb.ScoreFilter(kind=SurveyKind.to_wire(kind, "kind"), survey_id=survey_id, channel=channel, topic=topic)


def csat(
    when: dict[str, Any],
    answers: pb.ScoreFilter,
    group_by: str,
    interval: Interval | str | None,
    top_box: int | None,
) -> Call[CsatScore]:
    """Describes the question for satisfaction."""
    request = pb.GetCsatRequest(
        **when,
        answers=answers,
        group_by=group_by,
        interval=Interval.to_wire(interval, "interval"),
        top_box=top_box,
    )
    return Call("surveys", "GetCsat", request, CsatScore.from_wire)


def ces(
    when: dict[str, Any],
    answers: pb.ScoreFilter,
    group_by: str,
    interval: Interval | str | None,
    metric: SurveyMetric | str | None,
) -> Call[CesScore]:
    """Describes the question for effort."""
    request = pb.GetCesRequest(
        **when,
        answers=answers,
        group_by=group_by,
        interval=Interval.to_wire(interval, "interval"),
        metric=SurveyMetric.to_wire(metric, "metric"),
    )
    return Call("surveys", "GetCes", request, CesScore.from_wire)


def scores(
    when: dict[str, Any],
    answers: pb.ScoreFilter,
    group_by: str,
    interval: Interval | str | None,
    metric: SurveyMetric | str | None,
    top_box: int | None,
) -> Call[SurveyScores]:
    """Describes the question for any other scores."""
    request = pb.GetScoresRequest(
        **when,
        answers=answers,
        group_by=group_by,
        interval=Interval.to_wire(interval, "interval"),
        metric=SurveyMetric.to_wire(metric, "metric"),
        top_box=top_box,
    )
    return Call("surveys", "GetScores", request, SurveyScores.from_wire)


def response_rate(
    when: dict[str, Any],
    group_by: str,
    interval: Interval | str | None,
    metric: SurveyMetric | str | None,
    kind: SurveyKind | str | None,
    survey_id: str,
    channel: str,
) -> Call[ResponseRate]:
    """Describes the question for participation."""
    request = pb.GetResponseRateRequest(
        **when,
        group_by=group_by,
        interval=Interval.to_wire(interval, "interval"),
        metric=SurveyMetric.to_wire(metric, "metric"),
        kind=SurveyKind.to_wire(kind, "kind"),
        survey_id=survey_id,
        channel=channel,
    )
    return Call("surveys", "GetResponseRate", request, ResponseRate.from_wire)


def compare(
    when: dict[str, Any],
    answers: pb.ScoreFilter,
    group_by: str,
    baseline_window: str,
    paired: bool,
    metric: SurveyMetric | str | None,
    top_box: int | None,
) -> Call[ScoreComparisons]:
    """Describes a comparison."""
    request = pb.CompareScoresRequest(
        **when,
        answers=answers,
        group_by=group_by,
        baseline_window=baseline_window,
        paired=paired,
        metric=SurveyMetric.to_wire(metric, "metric"),
        top_box=top_box,
    )
    return Call("surveys", "CompareScores", request, ScoreComparisons.from_wire)


def comments(
    as_of: Instant | None,
    known_at: Instant | None,
    window: str,
    filter: str,
    answers: pb.ScoreFilter,
    metric: SurveyMetric | str | None,
    limit: int | None,
) -> Call[CommentSummary]:
    """Describes the question for what customers write about."""
    request = pb.SummarizeCommentsRequest(
        as_of=to_timestamp(as_of, "as_of"),
        known_at=to_timestamp(known_at, "known_at"),
        window=window,
        filter=filter,
        answers=answers,
        metric=SurveyMetric.to_wire(metric, "metric"),
        limit=limit,
    )
    return Call("surveys", "SummarizeComments", request, CommentSummary.from_wire)
