"""Answers the questions of `metrics` with duckdb, in memory and on two threads. See `metrics_peer.py`."""

from __future__ import annotations

import itertools
import os
import sys
from pathlib import Path
from typing import Any

import duckdb

from metrics_peer import (
    ACTIVITY,
    AGES,
    CSAT,
    FIRST_MONTH,
    MONTHS,
    NPS,
    QUARTER,
    TWO_YEARS_AGO,
    UNTIL,
    YEAR_AGO,
    adjusted_wald,
    columns,
    serve,
    survival_at,
    triangle,
)

DATABASE = duckdb.connect(":memory:", config={"threads": len(os.sched_getaffinity(0))})


def load() -> None:
    """Puts the columns into tables."""
    read = columns(Path(sys.argv[1]))
    tables = {
        "customers": {"market": "market"},
        "purchases": {"customer": "purchase_customer", "time": "purchase_seconds", "cents": "purchase_cents"},
        "answers": {
            "customer": "answer_customer",
            "time": "answer_seconds",
            "metric": "answer_metric",
            "score": "answer_score",
        },
    }
    for table, of in tables.items():
        frame = {name: read[column] for name, column in of.items()}
        number = "row_number() OVER ()::UINTEGER - 1 AS customer, " if table == "customers" else ""
        DATABASE.register("frame", frame)
        DATABASE.execute(f"CREATE TABLE {table} AS SELECT {number}* FROM frame")
        DATABASE.unregister("frame")


load()
MONTH = f"(year(time) * 12 + month(time) - {FIRST_MONTH})"
CATEGORIES = (
    "count_if(score >= 9) AS promoters, count_if(score BETWEEN 7 AND 8) AS passives, count_if(score <= 6) AS detractors"
)
FIRSTS = "(SELECT customer, min(time) AS first FROM purchases GROUP BY customer)"


def at(instant: object) -> str:
    """Writes an instant."""
    return f"TIMESTAMP '{instant}'"


def rows(query: str) -> list[Any]:
    """Answers a query."""
    return DATABASE.execute(query).fetchall()


def nps() -> list[float]:
    """Score and interval."""
    return adjusted_wald(*rows(f"SELECT {CATEGORIES} FROM answers WHERE metric = {NPS}")[0])


def nps_by_month() -> list[Any]:
    """Counts by month."""
    of = f"SELECT {MONTH} AS month, {CATEGORIES} FROM answers WHERE metric = {NPS} GROUP BY 1"
    return rows(f"SELECT promoters, passives, detractors FROM ({of}) ORDER BY month")


def csat_by_market() -> list[Any]:
    """Answers, their sum, and those in the top boxes, by market."""
    return rows(f"""
        SELECT n, total, top FROM (
            SELECT market, count(*) AS n, sum(score)::BIGINT AS total, count_if(score >= 4) AS top
            FROM answers JOIN customers USING (customer) WHERE metric = {CSAT} GROUP BY market
        ) ORDER BY market
    """)


def headcount(start: Any, end: Any) -> str:
    """Active at the start; new, lost and come back at the end."""
    return f"""
        SELECT count_if(at_start), count_if(at_end AND first >= {at(start)}), count_if(at_start AND NOT at_end),
            count_if(at_end AND NOT at_start AND first < {at(start)})
        FROM (
            SELECT customer, bool_or(time < {at(start)}) AS at_start, bool_or(time >= {at(end - ACTIVITY)}) AS at_end
            FROM purchases WHERE time >= {at(start - ACTIVITY)} AND time < {at(end)} GROUP BY customer
        ) JOIN firsts USING (customer)
    """


def headcounts(instants: list[Any]) -> list[Any]:
    """Customers at both ends of each period."""
    each = [headcount(start, end) for start, end in itertools.pairwise(instants)]
    return rows(f"WITH firsts AS MATERIALIZED {FIRSTS} " + " UNION ALL ".join(each))


def retention() -> list[int]:
    """Of a quarter."""
    return headcounts(list(QUARTER))[0]


def retention_by_month() -> list[Any]:
    """Of each month."""
    return headcounts(MONTHS)


def cohorts() -> list[list[int]]:
    """Customers by month of the first purchase and age."""
    found = rows(f"""
        WITH bought AS (SELECT DISTINCT customer, {MONTH} AS month FROM purchases),
        began AS (SELECT customer, min(month) AS cohort FROM bought GROUP BY customer)
        SELECT cohort, month - cohort AS age, count(*) FROM bought JOIN began USING (customer)
        WHERE cohort BETWEEN 0 AND {AGES - 1} GROUP BY ALL
    """)
    return triangle(found)


def lifecycle() -> list[Any]:
    """New, returning, resurrected, dormant by month."""
    return rows(f"""
        WITH bought AS (SELECT DISTINCT customer, {MONTH} AS month FROM purchases),
        moves AS (
            SELECT month, lag(month) OVER each AS before, lead(month) OVER each AS after
            FROM bought WINDOW each AS (PARTITION BY customer ORDER BY month)
        ),
        came AS (
            SELECT month, count_if(before IS NULL) AS new, count_if(before = month - 1) AS returning_,
                count_if(before < month - 1) AS resurrected
            FROM moves GROUP BY month
        ),
        gone AS (
            SELECT month + 1 AS month, count(*) AS dormant FROM moves
            WHERE after IS DISTINCT FROM month + 1 GROUP BY month
        )
        SELECT new, returning_, resurrected, coalesce(dormant, 0) FROM came LEFT JOIN gone USING (month)
        WHERE month BETWEEN 0 AND {AGES - 1} ORDER BY month
    """)


def revenue_retention() -> list[int]:
    """Parts of the change from the year before to this."""
    found = rows(f"""
        WITH sums AS (
            SELECT customer, min(time) AS first,
                coalesce(sum(cents) FILTER (time >= {at(TWO_YEARS_AGO)} AND time < {at(YEAR_AGO)}), 0) AS prior,
                coalesce(sum(cents) FILTER (time >= {at(YEAR_AGO)}), 0) AS now
            FROM purchases GROUP BY customer
        )
        SELECT sum(prior), sum(least(prior, now)) FILTER (prior > 0),
            sum(now - prior) FILTER (prior > 0 AND now > prior),
            sum(prior - now) FILTER (prior > 0 AND now < prior AND now > 0),
            sum(prior) FILTER (prior > 0 AND now = 0),
            sum(now) FILTER (prior = 0 AND first >= {at(YEAR_AGO)}),
            sum(now) FILTER (prior = 0 AND first < {at(YEAR_AGO)}),
            count_if(prior > 0), count_if(prior > 0 AND now = 0)
        FROM sums
    """)
    return [int(value or 0) for value in found[0]]


def purchase_stats() -> list[float]:
    """How often, for how much, after how long."""
    again, ever_bought, again_within, purchasers = rows(f"""
        SELECT count_if(ever > 1), count(*), count_if(within > 1), count_if(within > 0) FROM (
            SELECT count(*) AS ever, count_if(time >= {at(YEAR_AGO)}) AS within FROM purchases GROUP BY customer
        )
    """)[0]
    number, total, median = rows(
        f"SELECT count(*), sum(cents), median(cents) FROM purchases WHERE time >= {at(YEAR_AGO)}"
    )[0]
    mean, middle = rows(f"""
        SELECT avg(gap), quantile_disc(gap, 0.5) FROM (
            SELECT time, time::DATE - lag(time) OVER (PARTITION BY customer ORDER BY time)::DATE AS gap FROM purchases
        ) WHERE gap > 0 AND time >= {at(YEAR_AGO)}
    """)[0]
    frequency, value = number / purchasers, int(total) / 100 / number
    return [again, ever_bought, again_within, purchasers, frequency, value, median / 100, mean, middle]


def survival() -> list[float]:
    """The Kaplan-Meier curve of the time from the first purchase to the last."""
    found = rows(f"""
        WITH followed AS (
            SELECT min(time) AS first, max(time) AS last FROM purchases GROUP BY customer HAVING first < {at(UNTIL)}
        ),
        counted AS (
            SELECT CASE WHEN last < {at(UNTIL)} THEN last::DATE ELSE {at(UNTIL)}::DATE END - first::DATE AS time,
                count_if(last < {at(UNTIL)}) AS events, count(*) AS n
            FROM followed GROUP BY 1
        ),
        at_risk AS (
            SELECT time, events, n, sum(n) OVER (ORDER BY time DESC) AS at_risk FROM counted
        )
        SELECT time, events, n, product(1 - events / at_risk) OVER (ORDER BY time) FROM at_risk ORDER BY time
    """)
    times, events, counts, survival = zip(*found, strict=True)
    return [sum(counts), sum(events), *survival_at(list(times), list(survival))]


serve(
    {
        "NPS": nps,
        "NPS by month": nps_by_month,
        "CSAT by market": csat_by_market,
        "retention of a quarter": retention,
        "retention by month": retention_by_month,
        "cohorts 24 x 24": cohorts,
        "lifecycle by month": lifecycle,
        "revenue retention": revenue_retention,
        "purchase stats": purchase_stats,
        "survival": survival,
    }
)
