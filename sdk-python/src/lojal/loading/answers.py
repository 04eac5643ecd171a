"""Turns the values of a row into an answer to a survey."""

from __future__ import annotations

import math

from lojal.enums import SurveyDisposition, SurveyKind, SurveyMetric
from lojal.errors import invalid
from lojal.instants import wire
from lojal.loading.rows import (
    Reading,
    Values,
    known,
    missing,
    to_customer_id,
    to_flag,
    to_id,
    to_int,
    to_number,
    to_text,
    to_time,
    to_topics,
)
from lojal.v1 import common_pb2, ingest_service_pb2

# What scores are checked against before anything is sent. Those of a question of one's own are left to the server, and
# so is what scales a metric takes.
SCALES = {
    common_pb2.SURVEY_METRIC_UNSPECIFIED: (0, 10),
    common_pb2.SURVEY_METRIC_NPS: (0, 10),
    common_pb2.SURVEY_METRIC_CSAT: (1, 5),
    common_pb2.SURVEY_METRIC_CES1: (1, 5),
    common_pb2.SURVEY_METRIC_CES2: (1, 7),
    common_pb2.SURVEY_METRIC_TRUST: (1, 7),
}
NPS = (common_pb2.SURVEY_METRIC_UNSPECIFIED, common_pb2.SURVEY_METRIC_NPS)
RESCALABLE = (common_pb2.SURVEY_METRIC_CSAT, common_pb2.SURVEY_METRIC_TRUST)
COMPLETED = (common_pb2.SURVEY_DISPOSITION_UNSPECIFIED, common_pb2.SURVEY_DISPOSITION_COMPLETED)


class NpsScores:
    """The scores of answers loaded as NPS, to see whether they can be such."""

    ENOUGH = 30
    """Of fewer it may be chance that nobody gave more than 5."""

    def __init__(self) -> None:
        self.count = 0
        self.highest = 0

    def add(self, score: int) -> None:
        """Counts one."""
        self.count += 1
        self.highest = max(self.highest, score)

    def notes(self) -> tuple[str, ...]:
        """Returns what to keep in mind of them, if anything."""
        if self.count < self.ENOUGH or self.highest > 5:
            return ()
        return (
            f"none of {self.count} NPS scores is above {self.highest}, so all are detractors, as if they were given on "
            'a scale from 1 to 5: pass metric="csat" if they are of another question, or bring them onto 0 to 10',
        )


class SurveyResponses:
    """Builds survey answers, invitations and the like.

    Args:
        reading: How to read values.
        constants: What holds for rows that do not say otherwise.
        scores: Of a load, in whose data frames an empty cell is NaN: what the scores are noted in.
    """

    FIELDS = (
        "response_id",
        "customer_id",
        "time",
        "score",
        "metric",
        "kind",
        "survey_id",
        "channel",
        "comment",
        "scale_min",
        "scale_max",
        "disposition",
        "topics",
        "weight",
        "lower_is_better",
    )

    def __init__(self, reading: Reading, constants: Values | None = None, scores: NpsScores | None = None) -> None:
        self._reading = reading
        self._constants = constants or {}
        self._scores = scores

    def __call__(self, values: Values) -> ingest_service_pb2.SurveyResponse:
        """Builds one."""
        known(values, self.FIELDS)
        weight = values.get("weight")
        if self._scores is None and isinstance(weight, float) and math.isnan(weight):
            raise invalid("weight", "nan is not a number; leave it out, or pass None, for an answer of one customer")
        values = {**self._constants, **{key: value for key, value in values.items() if not missing(value)}}
        metric = SurveyMetric.to_wire(values.get("metric"), "metric")
        disposition = SurveyDisposition.to_wire(values.get("disposition"), "disposition")
        scale_min = to_int(values.get("scale_min"), "scale_min")
        scale_max = to_int(values.get("scale_max"), "scale_max")
        score = to_int(values.get("score"), "score")
        if score is None and disposition in COMPLETED:
            raise invalid("score", "the score is missing: give it, or a disposition that has none, such as dismissed")
        if score is not None and metric in SCALES:
            lowest, highest = SCALES[metric]
            if metric in RESCALABLE:
                lowest = lowest if scale_min is None else scale_min
                highest = highest if scale_max is None else scale_max
            if not lowest <= score <= highest:
                raise invalid("score", f"{score} is not on the scale: {lowest} to {highest}")
            if self._scores is not None and metric in NPS:
                self._scores.add(score)
        return ingest_service_pb2.SurveyResponse(
            response_id=to_id(values.get("response_id"), "response_id"),
            customer_id=to_customer_id(values.get("customer_id"), self._reading, required=False),
            time=wire(to_time(values.get("time"), self._reading)),
            score=score,
            metric=metric,
            kind=SurveyKind.to_wire(values.get("kind"), "kind"),
            survey_id=to_text(values.get("survey_id")),
            channel=to_text(values.get("channel")),
            comment=to_text(values.get("comment")),
            scale_min=scale_min,
            scale_max=scale_max,
            disposition=disposition,
            topics=to_topics(values.get("topics")),
            weight=to_number(values.get("weight"), "weight"),
            lower_is_better=to_flag(values.get("lower_is_better"), "lower_is_better"),
        )
