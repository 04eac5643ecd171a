"""What the peers of `metrics` have in common: the columns, the instants of the questions, and how they are asked.

A peer is a process that answers each line with the name of a question by a line of JSON: the seconds it took, and what
came out. It names only questions it can answer.
"""

from __future__ import annotations

import json
import math
import statistics
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

COLUMNS = {
    "market": "u1",
    "purchase_customer": "<u4",
    "purchase_seconds": "<i8",
    "purchase_cents": "<i8",
    "answer_customer": "<u4",
    "answer_seconds": "<i8",
    "answer_metric": "u1",
    "answer_score": "u1",
}
NPS, CSAT = 0, 1
CONFIDENCE = 0.95
DAY = timedelta(days=1)

NOW = datetime(2025, 7, 1)
YEAR_AGO = datetime(2024, 7, 1)
TWO_YEARS_AGO = datetime(2023, 7, 1)
QUARTER = (datetime(2025, 1, 1), datetime(2025, 4, 1))
ACTIVITY = 90 * DAY
UNTIL = NOW - ACTIVITY
# The first instant of each of the last 24 months, and of the next one.
MONTHS = [datetime(2023 + (6 + month) // 12, (6 + month) % 12 + 1, 1) for month in range(25)]
FIRST_MONTH = 2023 * 12 + 7
AGES = len(MONTHS) - 1
SURVIVAL_DAYS = (30, 90, 180, 365, 730)


def columns(place: Path) -> dict[str, np.ndarray]:
    """Reads the columns, with purchases ordered by customer and time: as grateful an order as there is."""
    read = {name: np.fromfile(place / name, dtype=kind) for name, kind in COLUMNS.items()}
    order = np.argsort(read["purchase_customer"], kind="stable")
    for name in COLUMNS:
        if name.startswith("purchase"):
            read[name] = read[name][order]
        if name.endswith("seconds"):
            read[name] = (read[name] * 1_000_000).view("datetime64[us]")
    return read


def adjusted_wald(promoters: int, passives: int, detractors: int) -> list[float]:
    """Returns what was counted, the score and its interval."""
    n = promoters + passives + detractors
    p, d, n_star = promoters + 0.75, detractors + 0.75, n + 3
    s = (p - d) / n_star
    half = statistics.NormalDist().inv_cdf(0.5 + CONFIDENCE / 2) * math.sqrt(((p + d) / n_star - s * s) / n_star)
    ends = [max(100 * (s - half), -100.0), min(100 * (s + half), 100.0)]
    return [promoters, passives, detractors, 100 * (promoters - detractors) / n, *ends]


def survival_at(times: list[int], survival: list[float]) -> list[float]:
    """Reads a curve, times ascending."""
    found = []
    for day in SURVIVAL_DAYS:
        before = [value for at, value in zip(times, survival, strict=True) if at <= day]
        found.append(before[-1] if before else 1.0)
    return found


def triangle(rows: list[tuple[int, int, int]]) -> list[list[int]]:
    """Writes (cohort, age, customers) as a table."""
    table = [[0] * (AGES - cohort) for cohort in range(AGES)]
    for cohort, age, count in rows:
        table[cohort][age] = count
    return table


def serve(questions: dict[str, Callable[[], Any]]) -> None:
    """Answers until there are no more questions."""

    def tell(what: dict[str, Any]) -> None:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()

    tell({"ready": True, "questions": list(questions)})
    for line in sys.stdin:
        begun = time.perf_counter()
        found = questions[line.strip()]()
        tell({"seconds": time.perf_counter() - begun, "found": found})
