"""Logs of survey answers, invitations and the like: their columns, and what holds for rows that do not say."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from lojal.enums import SurveyDisposition, SurveyKind, SurveyMetric
from lojal.errors import invalid
from lojal.loading import answers, columns, rows
from lojal.loading.job import LoadJob
from lojal.loading.options import LoadOptions, Prepare

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


def survey_log(options: LoadOptions, arguments: Mapping[str, Any]) -> Prepare:
    """Returns how a log is read and checked.

    Args:
        options: The log, and how to read it.
        arguments: Those of `surveys.load`, by name.

    Raises:
        InvalidArgument: If they contradict each other, or a word is not one.
    """
    customer_id, anonymous = arguments["customer_id"], arguments["anonymous"] or arguments["customer_id"] is False
    if anonymous and customer_id:
        raise invalid("anonymous", f"give a column of customers, {customer_id!r}, or anonymous=True, not both")
    # one clear error instead of one a row
    for name, words in (("metric", SurveyMetric), ("kind", SurveyKind), ("disposition", SurveyDisposition)):
        words.to_wire(arguments[name], name)
    constants = {**columns.constants(arguments), "survey_id": arguments["default_survey_id"]}
    chosen = columns.chosen(FIELDS, {**arguments, "customer_id": False if anonymous else customer_id})
    reading = options.reading()
    dispensable = {"score": bool(arguments["disposition"]), "customer_id": anonymous}
    fields = [dataclasses.replace(each, required=each.required and not dispensable.get(each.name)) for each in FIELDS]

    def prepare() -> LoadJob:
        scores = answers.NpsScores()
        job = options.messages(
            "survey_responses", fields, chosen, lambda: answers.SurveyResponses(reading, constants, scores)
        )
        _require_names(job)
        job.notes = scores.notes()
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
