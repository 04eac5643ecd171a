"""Customers summed up by the caller: which columns are which, and what cannot be."""

from __future__ import annotations

from typing import Any

import pandas
import polars
import pyarrow
import pytest

import lojal
from lojal.loading.summaries import columns

TWO: dict[str, list[Any]] = {"frequency": [2, 0], "recency": [213, 0], "T": [272, 272], "monetary_value": [22.35, 0]}
SAID = {"frequency": [2, 0], "recency_days": [213, 0], "age_days": [272, 272], "mean_value": [22.35, 0.0]}


def test_columns_are_those_of_packages_and_of_the_literature() -> None:
    assert columns(TWO, 1) == SAID
    assert columns({"x": [2, 0], "t_x": [213, 0], "t_cal": [272, 272]}, 1) == {
        name: column for name, column in SAID.items() if name != "mean_value"
    }
    own = {name.replace("mean_", "mean_"): column for name, column in SAID.items()} | {"customer_id": [7, 8]}
    assert columns(own, 1) == SAID | {"customer_ids": ["7", "8"]}


@pytest.mark.parametrize("frame", [pandas.DataFrame(TWO), polars.DataFrame(TWO), pyarrow.table(TWO)])
def test_frames_of_every_kind_are_read(frame: Any) -> None:
    assert columns(frame, 1) == SAID


def test_the_index_of_a_frame_names_customers() -> None:
    frame = pandas.DataFrame(TWO, index=pandas.Index(["a", "b"], name="customer_id"))
    assert columns(frame, 1) == SAID | {"customer_ids": ["a", "b"]}


def test_weeks_are_days() -> None:
    # as CDNOW's summaries are printed: 30.43 weeks are 213 days
    weeks = TWO | {"recency": [30.43, 0], "T": [38.86, 38.86]}
    assert columns(weeks, 7) == SAID
    with pytest.raises(lojal.InvalidArgument, match="days=7") as error:
        columns(weeks, 1)
    assert error.value.field_violations[0].field == "recency_days[0]"


@pytest.mark.parametrize(
    ("summaries", "days", "field"),
    [
        ({"recency": [1], "T": [2]}, 1, "frequency"),
        ({"frequency": [1], "T": [2]}, 1, "recency_days"),
        ({"frequency": [1], "recency": [1]}, 1, "age_days"),
        ({"frequency": [None], "recency": [1], "T": [2]}, 1, "frequency[0]"),
        ({"frequency": [1.5], "recency": [2], "T": [2]}, 1, "frequency[0]"),
        ({"frequency": [1], "recency": [float("nan")], "T": [2]}, 1, "recency_days[0]"),
        (TWO, 0, "days"),
        (TWO, float("nan"), "days"),
    ],
)
def test_what_cannot_be_is_refused_by_name(summaries: Any, days: float, field: str) -> None:
    with pytest.raises(lojal.InvalidArgument) as error:
        columns(summaries, days)
    assert error.value.field_violations[0].field == field


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(lojal.InvalidArgument, match="mapping of columns"):
        columns([1, 2, 3], 1)
