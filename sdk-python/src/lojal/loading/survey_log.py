"""Logs of survey answers, invitations and the like: their columns, and what holds for rows that do not say."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from lojal.enums import SurveyDisposition, SurveyKind, SurveyMetric
from lojal.errors import InvalidArgument, invalid
from lojal.loading import answers, columns, rows
from lojal.loading.answer_source import AnswerSource
from lojal.loading.job import LoadJob
from lojal.loading.options import LoadOptions, Prepare
from lojal.loading.order_plan import email_first
from lojal.loading.profiles import recognise
from lojal.loading.sources import Source
from lojal.loading.summary import AnswerTally

CUSTOMER = dataclasses.replace(
    columns.CUSTOMER_OF_RECORD, otherwise=", or pass anonymous=True if nobody who answered is to be known"
)
SCALE = ("scale_min", "scale_max", "lower_is_better")
FIELDS = (
    columns.Field("response_id", ("response_id", "answer_id", "id"), required=False),
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
    guesses = email_first(columns.CUSTOMERS, arguments["customer_key"])
    reading = options.reading()
    dispensable = {"score": bool(arguments["disposition"]), "customer_id": anonymous}
    fields = [dataclasses.replace(each, required=each.required and not dispensable.get(each.name)) for each in FIELDS]
    fields = [dataclasses.replace(each, guesses=guesses) if each.name == "customer_id" else each for each in fields]

    def prepare() -> LoadJob:
        source = options.open()
        shape = recognise("answers", source.columns, arguments["profile"], named=_named(chosen, anonymous))
        exported = None
        if shape is not None:
            exported = AnswerSource(source, shape, chosen, arguments["customer_key"])
            if not anonymous and "customer_id" not in exported.taken:
                raise _no_customers(source)
        noted, tally = answers.AnswerNotes(), AnswerTally()
        job = options.messages(
            "survey_responses",
            fields,
            chosen if exported is None else {"customer_id": chosen["customer_id"]},
            lambda: answers.SurveyResponses(reading, constants, noted),
            source=source if exported is None else exported,
            tally=tally,
        )
        if exported is not None and shape is not None:
            job.profile, job.left_out, job.taken = shape.profile, dict(exported.left_out), exported.taken
            job.rows_read = job.rows + exported.left_out.total()
        _require_names(job)
        job.notes = (*job.notes, *noted.notes())
        return job

    return prepare


def nps_log(options: LoadOptions, arguments: Mapping[str, Any]) -> Prepare:
    """Returns how a log is read and checked whose answers are of NPS where they do not say otherwise."""
    nothing = {f"{name}_column": None for name in ("metric", "kind", "disposition", *SCALE)}
    others = {"weight": None, "disposition": None, "default_survey_id": "", "kind": None, **dict.fromkeys(SCALE)}
    return survey_log(options, {**others, **nothing, **arguments, "metric": "nps"})


def _no_customers(source: Source) -> InvalidArgument:
    why = (
        f"name the column to take as customer_id{CUSTOMER.otherwise}: the columns are {columns.listed(source.columns)}"
    )
    return invalid("customer_id", why)


def _named(chosen: Mapping[str, columns.Column], anonymous: bool) -> bool:
    """Tells whether the caller names columns. That nobody is to be known names none."""
    return any(column is not None for name, column in chosen.items() if not (anonymous and name == "customer_id"))


def _require_names(job: LoadJob) -> None:
    """Refuses answers that a column of customers is there for, and names nobody at all."""
    column = job.columns.get("customer_id")
    if column is None or not job.row_count:
        return
    if all(rows.missing(customer) for _, (customer,) in job.source.rows([column])):
        raise invalid(
            "customer_id",
            f"no row names anybody in the column {column!r}: name the column to take as customer_id"
            f"{CUSTOMER.otherwise}: the columns are {columns.listed(job.source.columns)}",
        )
