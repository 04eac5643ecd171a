"""What customers said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Unpack

from lojal.calls import Call, documented_as
from lojal.enums import SurveyKind
from lojal.groups import AsyncGroup, Group
from lojal.groups.loads import awaited, blocking
from lojal.loading import columns, rows
from lojal.loading.columns import Column
from lojal.loading.options import LoadOptions, LoadSettings, Prepare
from lojal.records import SurveyResponse
from lojal.results.common import WriteResult
from lojal.v1 import ingest_service_pb2 as pb

FIELDS = (
    columns.Field("response_id", ("response_id", "answer_id", "id")),
    columns.optional("customer_id", "customer", "user_id", "user", "client_id", "account_id"),
    columns.Field("time", ("response_time", "response_date", "answered_at", "submitted_at", *columns.TIME.guesses)),
    columns.Field("score", ("score", "nps", "nps_score", "rating", "answer")),
    columns.optional("survey_id", "survey"),
    columns.optional("channel"),
    columns.optional("comment", "comments", "feedback"),
)


def _record(survey_responses: Iterable[SurveyResponse | Mapping[str, Any]], skip_invalid: bool) -> Call[WriteResult]:
    built = rows.messages(survey_responses, rows.SurveyResponses(rows.Reading()), "survey_responses")
    request = pb.RecordSurveyResponsesRequest(skip_invalid=skip_invalid)
    request.survey_responses.extend(built)  # type: ignore[arg-type]
    return Call("ingest", "RecordSurveyResponses", request, WriteResult.from_wire)


def _load(
    source: Any,
    *,
    response_id: Column = None,
    customer_id: Column = None,
    time: Column = None,
    score: Column = None,
    survey_id: Column = None,
    channel: Column = None,
    comment: Column = None,
    kind: SurveyKind | str | None = None,
    scale_min: int | None = None,
    scale_max: int | None = None,
    **settings: Unpack[LoadSettings],
) -> Prepare:
    """Records a whole file of answers. Loading it twice doubles nothing.

    Args:
        source: As in `Transactions.load`.
        response_id: Column of the answer's id. None guesses: response_id, answer_id, id.
        customer_id: Column of who answered; an empty cell is an anonymous answer. False: all are anonymous.
        time: Column of the time. None guesses: response_time, submitted_at, time, date...
        score: Column of the score, 0 to 10. None guesses: score, nps, nps_score, rating, answer.
        survey_id: Column of the survey's name. False: there is none.
        channel: Column of how it was asked. False: there is none.
        comment: Column of what the customer wrote. False: there is none.
        kind: "relationship" or "transactional", for all answers. Default relationship.
        scale_min: Lowest score that could be given; a scale other than NPS's is refused.
        scale_max: Highest score that could be given; a scale other than NPS's is refused.
        **settings: See `LoadSettings`.

    Raises:
        InvalidArgument: If rows are bad, with the `row` of each.
        AlreadyExists: If a response_id was recorded before with other content. Chunks before it stay.
    """
    SurveyKind.to_wire(kind, "kind")  # one clear error instead of one a row
    constants = {"kind": kind, "scale_min": scale_min, "scale_max": scale_max}
    chosen = {
        "response_id": response_id,
        "customer_id": customer_id,
        "time": time,
        "score": score,
        "survey_id": survey_id,
        "channel": channel,
        "comment": comment,
    }
    options = LoadOptions(source, **settings)
    reading = options.reading()
    return lambda: options.messages(
        "survey_responses", FIELDS, chosen, lambda: rows.SurveyResponses(reading, constants)
    )


class Surveys(Group):
    """Records answers to surveys. Raw scores are kept; categories are derived on read."""

    def record(
        self, survey_responses: Iterable[SurveyResponse | Mapping[str, Any]], *, skip_invalid: bool = False
    ) -> WriteResult:
        """Records up to 10,000 answers together, or none of them. Again by the same response_id counts as a duplicate.

        Args:
            survey_responses: `SurveyResponse`s, or dicts with the same names.
            skip_invalid: Record the good rows and list the bad ones, instead of refusing all for one bad row.

        Raises:
            InvalidArgument: If a row is bad; `field_violations` names each.
            AlreadyExists: If a response_id was recorded before with other content.

        Example:
            ```python
            client.surveys.record(
                [{"response_id": "a1", "customer_id": "c42", "time": "2026-03-02T10:00:00Z", "score": 9}]
            )
            ```
        """
        return self._runner.unary(_record(survey_responses, skip_invalid))

    load = blocking(_load)


class AsyncSurveys(AsyncGroup):
    """Records answers to surveys. Raw scores are kept; categories are derived on read."""

    @documented_as(Surveys.record)
    async def record(
        self, survey_responses: Iterable[SurveyResponse | Mapping[str, Any]], *, skip_invalid: bool = False
    ) -> WriteResult:
        return await self._runner.unary(_record(survey_responses, skip_invalid))

    load = awaited(_load)
