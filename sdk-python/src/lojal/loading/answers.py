"""Turns the values of a row into an answer to a survey."""

from __future__ import annotations

import math
from collections import Counter
from datetime import datetime

from lojal.enums import SurveyDisposition, SurveyKind, SurveyMetric
from lojal.errors import invalid
from lojal.instants import to_micros, wire
from lojal.loading.made import made_id
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


MAX_COMMENT_BYTES = 2000


class AnswerNotes:
    """What to keep in mind of answers that are loaded: whether scores can be NPS, and what was made up or cut."""

    ENOUGH = 30
    """Of fewer it may be chance that nobody gave more than 5."""

    def __init__(self) -> None:
        self.count = 0
        self.highest = 0
        self.cut = 0
        self.same: Counter[tuple[str, int, int]] = Counter()

    def response_id(self, customer: str, time: datetime, score: int) -> str:
        """Returns an id for an answer without one: the same whenever the same source is loaded."""
        same = (customer, to_micros(time), score)
        self.same[same] += 1
        return made_id(*same, self.same[same])

    def comment(self, text: str) -> str:
        """Returns a comment as long as it may be."""
        if len(text.encode()) <= MAX_COMMENT_BYTES:
            return text
        self.cut += 1
        return text.encode()[:MAX_COMMENT_BYTES].decode(errors="ignore")

    def add(self, score: int) -> None:
        """Counts one."""
        self.count += 1
        self.highest = max(self.highest, score)

    def notes(self) -> tuple[str, ...]:
        """Returns what to keep in mind of them, if anything."""
        notes = []
        if self.same:
            notes.append("answers without a response_id got one made of their customer, time and score")
        if self.cut:
            notes.append(f"{self.cut:,} comments were cut to the {MAX_COMMENT_BYTES:,} bytes that one may have")
        if self.count >= self.ENOUGH and self.highest <= 5:
            notes.append(self._no_promoters())
        return tuple(notes)

    def _no_promoters(self) -> str:
        return (
            f"none of {self.count} NPS scores is above {self.highest}, so all are detractors, as if they were given on "
            'a scale from 1 to 5: pass metric="csat" if they are of another question, or bring them onto 0 to 10'
        )


class SurveyResponses:
    """Builds survey answers, invitations and the like.

    Args:
        reading: How to read values.
        constants: What holds for rows that do not say otherwise.
        notes: Of a load, in whose data frames an empty cell is NaN: what is noted of answers.
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

    def __init__(self, reading: Reading, constants: Values | None = None, notes: AnswerNotes | None = None) -> None:
        self._reading = reading
        self._constants = constants or {}
        self._notes = notes
        if notes is not None:  # a source is read twice, and equal answers are counted anew each time
            notes.same.clear()

    def __call__(self, values: Values) -> ingest_service_pb2.SurveyResponse:
        """Builds one."""
        known(values, self.FIELDS)
        nameless = "response_id" not in values  # a column of ids with an empty cell is a mistake
        weight = values.get("weight")
        if self._notes is None and isinstance(weight, float) and math.isnan(weight):
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
            if self._notes is not None and metric in NPS:
                self._notes.add(score)
        customer = to_customer_id(values.get("customer_id"), self._reading, required=False)
        time = to_time(values.get("time"), self._reading)
        comment = to_text(values.get("comment"))
        return ingest_service_pb2.SurveyResponse(
            response_id=self._notes.response_id(customer, time, score)
            if self._notes is not None and nameless and score is not None
            else to_id(values.get("response_id"), "response_id"),
            customer_id=customer,
            time=wire(time),
            score=score,
            metric=metric,
            kind=SurveyKind.to_wire(values.get("kind"), "kind"),
            survey_id=to_text(values.get("survey_id")),
            channel=to_text(values.get("channel")),
            comment=comment if self._notes is None else self._notes.comment(comment),
            scale_min=scale_min,
            scale_max=scale_max,
            disposition=disposition,
            topics=to_topics(values.get("topics")),
            weight=to_number(values.get("weight"), "weight"),
            lower_is_better=to_flag(values.get("lower_is_better"), "lower_is_better"),
        )
