"""What a source would be loaded as."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from lojal.errors import InvalidArgument
from lojal.loading.job import LoadJob
from lojal.loading.options import LoadOptions, Prepare
from lojal.loading.order_job import NO_CURRENCY
from lojal.loading.rows import missing
from lojal.loading.sources import Source
from lojal.results.common import RowError
from lojal.results.previews import Preview, PreviewColumn, Problem

EXAMPLES = 3
ROWS_FOR_EXAMPLES = 100
LONGEST_EXAMPLE = 40
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|\d+(?:\.\d+)?")


def preview_of(options: LoadOptions, prepare: Prepare) -> Preview:
    """Reads a source as a load would, and tells what came of it.

    Raises:
        InvalidArgument: If it is no table.
    """
    source = options.open()
    try:
        job = prepare()
    except InvalidArgument as error:
        # what the caller has to say, such as which column is the customer
        rows = tuple(violation.row for violation in error.field_violations if violation.row is not None)
        problem = Problem(error.message, len(rows), rows[:EXAMPLES])
        return Preview("", _columns(source, {}), None, None, problems=(problem,))
    return Preview(
        profile=job.profile,
        columns=_columns(source, job.columns_taken),
        rows=job.rows,
        summary=job.summary(),
        left_out=job.left_out,
        problems=_problems(job.row_errors),
        notes=(*job.notes, *_assumed(job)),
    )


def _columns(source: Source, taken: Mapping[str, str]) -> tuple[PreviewColumn, ...]:
    meanings: dict[str, list[str]] = {}
    for name, column in taken.items():
        meanings.setdefault(column, []).append(name.split(" ")[0])
    examples: dict[str, list[str]] = {name: [] for name in source.columns}
    for _, row in islice(source.rows(source.columns), ROWS_FOR_EXAMPLES):
        for name, value in zip(source.columns, row, strict=True):
            _add(examples[name], value)
    return tuple(
        PreviewColumn(name, ", ".join(meanings.get(name, ())), tuple(examples[name])) for name in source.columns
    )


def _add(examples: list[str], value: Any) -> None:
    text = "" if missing(value) else " ".join(str(value).split())
    text = text if len(text) <= LONGEST_EXAMPLE else f"{text[: LONGEST_EXAMPLE - 3]}..."
    if text and text not in examples and len(examples) < EXAMPLES:
        examples.append(text)


def _problems(errors: list[RowError]) -> tuple[Problem, ...]:
    """Returns what is wrong with rows, those together that differ in nothing but their values."""
    alike: dict[tuple[str, str], list[RowError]] = {}
    for error in errors:
        alike.setdefault((error.field, QUOTED.sub("", error.message)), []).append(error)
    found = [
        Problem(f"{each[0].field}: {each[0].message}", len(each), tuple(error.row for error in each[:EXAMPLES]))
        for each in alike.values()
    ]
    return tuple(sorted(found, key=lambda problem: -problem.count))


def _assumed(job: LoadJob) -> tuple[str, ...]:
    summary = job.summary()
    told = any("currency_code" in note for note in job.notes)
    return () if told or summary is None or "" not in summary.totals else (NO_CURRENCY,)
