"""The arguments that many calls share, documented once."""

from __future__ import annotations

import dataclasses
import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from typing import Any

from lojal.loading.options import LoadOptions, LoadSettings

WIDTH = 112
"""Of the documentation, as `help` indents it."""

QUESTIONS = {
    "as_of": "Only what happened before this instant counts. Default: now.",
    "known_at": "What was known then: only what was recorded by this instant counts. Default: all of it.",
    "window": 'A window of time: "90d", "12w", "12mo", "2026-Q1", "2026-03", "2026-01-01/2026-04-01" or "all".',
    "filter": (
        'Only customers who match this condition in CEL, such as `market == "hr" && orders >= 3`. See '
        "`customers.facts()` for what there is. Default: all."
    ),
    "group_by": "Groups to tell apart: an attribute or a fact of customers. Default: no groups.",
    "interval": 'Periods to tell apart: "day", "week", "month", "quarter" or "year". Default: no series.',
    "confidence": "Coverage of the intervals, more than 0.5 and less than 1. Default 0.95.",
    "kind": 'The kind of survey, "relationship" or "transactional". Default: both, which are never mixed.',
    "survey_id": "Only this survey. Default: all.",
    "channel": "Only what was asked through this channel. Default: all.",
    "topic": "Only answers with this topic. Default: all.",
    "counted": (
        'Which answers of a customer count: "all", or "latest_per_customer", the last in each group and period. '
        "Default: all."
    ),
    "model_id": "Which model. Default: the workspace's default model.",
    "customer_id": "Who.",
    "workspace": 'Its name; "" means the workspace of the client.',
    "page_size": "Rows a page, 1 to 1,000.",
    "skip_invalid": "Record the good rows and list the bad ones, instead of refusing all for one bad row.",
    "timeout": (
        "Seconds after which the call fails, all its retries together; of a listing, each page. Default: the client's, "
        "and none for what has no deadline."
    ),
}
"""Of questions and writes. What a call says of one itself follows; its own default takes the place of the other."""

LOADS = {
    "time_format": (
        '`strptime` format of text and whole numbers, such as "%m/%d/%Y %H:%M". None finds it out: ISO 8601, '
        "dd.mm.yyyy, seconds or milliseconds since 1970, and dates with slashes where one can only be read one way."
    ),
    "time_zone": "IANA zone of times without a zone; a date without a time is its midnight there.",
    "decimal": 'The decimal mark, "." or ",". None finds it out, and asks where amounts such as 1.234 leave it open.',
    "delimiter": "What separates cells in a CSV file. None finds it out: a comma, a semicolon, a tab or a bar.",
    "encoding": 'Of a file, such as "cp1250". None finds it out: UTF-8, UTF-16 with its mark, else Windows-1252.',
    "skip_invalid": "Record the good rows and list the bad ones, instead of refusing the source for one bad row.",
    "progress": "Show a progress bar, in notebooks and terminals.",
    "timeout": "Seconds after which the load fails, all its retries together. Default: no deadline.",
    "chunk_rows": "Rows a chunk: of transactions 1 to 100,000, of anything else 1 to 10,000. None means the most.",
}
"""Of every `load`: its `LoadSettings`."""


def explain(method: Callable[..., Any], shared: Mapping[str, str]) -> None:
    """Completes what `help` and notebooks show of a method: arguments that it shares with others, and settings."""
    signature = inspect.signature(method)
    *given, last = signature.parameters.values()
    common: Mapping[str, str] = {**QUESTIONS, **shared}
    if last.kind is inspect.Parameter.VAR_KEYWORD:
        common = LOADS
        signature = signature.replace(parameters=[*given, *_settings()])
        method.__signature__ = signature  # type: ignore[attr-defined]
    before, own, after = _parts(inspect.cleandoc(method.__doc__ or ""))
    entries = [_entry(name, common.get(name, ""), own.get(name, "")) for name in list(signature.parameters)[1:]]
    middle = ["Args:\n" + "\n".join(entries)] if entries else []
    method.__doc__ = "\n\n".join([before, *middle, *after])


def _settings() -> list[inspect.Parameter]:
    return [
        inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=each.default, annotation=each.type)
        for each in dataclasses.fields(LoadOptions)
        if each.name in LoadSettings.__annotations__
    ]


def _parts(documentation: str) -> tuple[str, dict[str, str], list[str]]:
    """Returns what is said before the arguments, of each argument, and after them."""
    before, *sections = re.split(r"\n\n(?=(?:Args|Returns|Raises|Example):\n)", documentation)
    own: dict[str, str] = {}
    after = [section for section in sections if not section.startswith("Args:")]
    for section in sections:
        if section not in after:
            for entry in re.split(r"\n {4}(?=\S)", section)[1:]:
                name, _, words = entry.partition(":")
                own[name] = " ".join(words.split())
    return before, own, after


def _entry(name: str, common: str, own: str) -> str:
    """Returns the lines about one argument."""
    words, default, otherwise = common.partition(" Default")
    if "Default" in own:
        default = otherwise = ""
    text = f"{name}: {' '.join(part for part in (words, own) if part)}{default}{otherwise}"
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent="    ",
        subsequent_indent="        ",
        break_long_words=False,
        break_on_hyphens=False,
    )
