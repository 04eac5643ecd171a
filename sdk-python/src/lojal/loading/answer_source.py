"""The export of a survey tool as a source of answers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from lojal.errors import invalid
from lojal.loading.columns import ROWS_AHEAD, Column, listed, usual
from lojal.loading.profiles import Shape
from lojal.loading.rows import missing
from lojal.loading.sources import Source

SCORE = re.compile(r"\s*(\d{1,2})(?:\.0)?\b(?:.*[^\d\s].*)?", re.DOTALL)
"""A score, alone or with what it stands for: "10 - extremely likely"."""
NO_ID = "without a response id"
NO_SCORE = "without a score"


class AnswerSource:
    """Answers of an export under the names of their fields. Rows that are no answers are passed over, and counted.

    Attributes:
        columns: The fields there are.
        taken: Which column each is.
        left_out: How many rows are passed over, by reason.
        notes: What to tell of the file.
    """

    def __init__(self, source: Source, shape: Shape, chosen: Mapping[str, Column], customer_key: str) -> None:
        self._source = source
        self._metrics: Mapping[str, str] = shape.says.get("metric", {}).get("values", {})
        self.notes = tuple(getattr(source, "notes", ()))
        self._customers = _customers(source, shape, chosen.get("customer_id"), customer_key)
        taken = {
            name: shape.one(name, source.columns) for name in ("response_id", "time", "comment", "channel", "survey_id")
        }
        taken["score"] = chosen.get("score") or shape.one("score", source.columns) or _score(source, shape)
        if self._metrics:
            taken["metric"] = shape.says["metric"]["column"]
        for name, column in chosen.items():
            if name != "customer_id" and column is not None:
                taken[name] = _there(source, name, column) if column else ""
        self.taken = {name: column for name, column in taken.items() if column}
        if self._customers:
            self.taken["customer_id"] = self._customers[0]
        self.columns = list(self.taken)
        self.left_out: Counter[str] = Counter()
        for _, row in self._all():
            reason = self._left_out_as(row)
            if reason:
                self.left_out[reason] += 1

    def rows(self, columns: Sequence[str]) -> Iterator[tuple[int, Sequence[Any]]]:
        """Reads some fields of all answers."""
        for number, row in self._all():
            if not self._left_out_as(row):
                yield number, [self._value(name, row) for name in columns]

    def _all(self) -> Iterator[tuple[int, dict[str, Any]]]:
        read = [*dict.fromkeys((*self.taken.values(), *self._customers))]
        for number, values in self._source.rows(read):
            yield number, dict(zip(read, values, strict=True))

    def _left_out_as(self, row: Mapping[str, Any]) -> str:
        if "response_id" in self.taken and missing(row[self.taken["response_id"]]):
            return NO_ID
        if missing(row[self.taken["score"]]):
            return NO_SCORE
        if self._metrics and usual(str(row[self.taken["metric"]])) not in self._metrics:
            return f"of the kind {row[self.taken['metric']]!r}, which is not read"
        return ""

    def _value(self, name: str, row: Mapping[str, Any]) -> Any:
        if name == "customer_id":
            return next((row[column] for column in self._customers if not missing(row[column])), "")
        value = row[self.taken[name]]
        if name == "score" and isinstance(value, str):
            match = SCORE.fullmatch(value)
            return value if match is None else match[1]
        return self._metrics[usual(str(value))] if name == "metric" else value


def _customers(source: Source, shape: Shape, chosen: Column, customer_key: str) -> list[str]:
    if chosen is not None:
        return [_there(source, "customer_id", chosen)] if chosen else []
    found = shape.columns("customer", source.columns)
    words = shape.says.get("customer_words", ())
    found += [name for name in source.columns if name not in found and any(word in name.lower() for word in words)]
    return [name for name in found if "mail" in usual(name)] if customer_key == "email" else found


def _there(source: Source, name: str, column: str) -> str:
    if column not in source.columns:
        raise invalid(name, f"there is no column {column!r}: the columns are {listed(source.columns)}")
    return column


def _score(source: Source, shape: Shape) -> str:
    """Returns the column of the one question that asks for a recommendation and was answered by scores."""
    words = shape.says.get("score_words", ())
    asking = [name for name in source.columns if any(word in name.lower() for word in words)]
    if len(asking) > 1:
        asking = [name for name in asking if _holds_scores(source, name)]
    if len(asking) == 1:
        return asking[0]
    which = f"{len(asking)} columns ask for a recommendation" if asking else "no column asks for a recommendation"
    raise invalid(
        "score",
        f"in this export of {shape.profile} {which}: name the one with the score beside the profile, as in "
        f"profile={shape.profile!r}, score=...; the columns are {listed(source.columns)}",
    )


def _holds_scores(source: Source, column: str) -> bool:
    """Tells whether most of what is there is scores: the first row may be a second header."""
    values = [str(value) for _, (value,) in islice(source.rows([column]), ROWS_AHEAD) if not missing(value)]
    return 2 * sum(SCORE.fullmatch(value) is not None for value in values) > len(values)
