"""Answers the questions of `metrics` with polars, lazily and with all its threads. See `metrics_peer.py`."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import Any

import polars as pl

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

READ = columns(Path(sys.argv[1]))
CUSTOMERS = pl.DataFrame(
    {"customer": pl.arange(len(READ["market"]), eager=True, dtype=pl.UInt32), "market": READ["market"]}
)
PURCHASES = pl.DataFrame(
    {
        "customer": pl.Series(READ["purchase_customer"]).set_sorted(),
        "time": READ["purchase_seconds"],
        "cents": READ["purchase_cents"],
    }
)
ANSWERS = pl.DataFrame(
    {
        "customer": READ["answer_customer"],
        "time": READ["answer_seconds"],
        "metric": READ["answer_metric"],
        "score": READ["answer_score"],
    }
)
READ.clear()

customer, time, cents, score = pl.col("customer"), pl.col("time"), pl.col("cents"), pl.col("score")
month = time.dt.year() * 12 + time.dt.month() - FIRST_MONTH
day = time.dt.date().cast(pl.Int32)
# Purchases are ordered by customer and time, so that neighbours tell first ones, last ones, and gaps.
is_first = (customer != customer.shift(1)).fill_null(value=True)
is_last = (customer != customer.shift(-1)).fill_null(value=True)


def count(condition: pl.Expr, name: str) -> pl.Expr:
    """Counts where something holds."""
    return condition.sum().cast(pl.Int64).alias(name)


CATEGORIES = [
    count(score >= 9, "promoters"),
    count(score.is_between(7, 8), "passives"),
    count(score <= 6, "detractors"),
]


def nps() -> list[float]:
    """Score and interval."""
    return adjusted_wald(*ANSWERS.lazy().filter(pl.col("metric") == NPS).select(CATEGORIES).collect().row(0))


def nps_by_month() -> list[Any]:
    """Counts by month."""
    answers = ANSWERS.lazy().filter(pl.col("metric") == NPS)
    return answers.group_by(month.alias("month")).agg(CATEGORIES).sort("month").drop("month").collect().rows()


def csat_by_market() -> list[Any]:
    """Answers, their sum, and those in the top boxes, by market."""
    answers = ANSWERS.lazy().filter(pl.col("metric") == CSAT).join(CUSTOMERS.lazy(), on="customer")
    sums = [pl.len(), score.cast(pl.Int64).sum().alias("sum"), count(score >= 4, "top")]
    return answers.group_by("market").agg(sums).sort("market").drop("market").collect().rows()


def headcount(start: Any, end: Any, firsts: pl.LazyFrame) -> pl.LazyFrame:
    """Active at the start; new, lost and come back at the end."""
    seen = PURCHASES.lazy().filter(time >= start - ACTIVITY, time < end)
    of = seen.group_by("customer").agg(
        (time < start).any().alias("at_start"), (time >= end - ACTIVITY).any().alias("at_end")
    )
    at_start, at_end, first = pl.col("at_start"), pl.col("at_end"), pl.col("first")
    return of.join(firsts, on="customer").select(
        count(at_start, "start"),
        count(at_end & (first >= start), "new"),
        count(at_start & ~at_end, "lost"),
        count(at_end & ~at_start & (first < start), "back"),
    )


def firsts() -> pl.LazyFrame:
    """First purchases."""
    return PURCHASES.lazy().filter(is_first).select("customer", time.alias("first"))


def retention() -> list[int]:
    """Of a quarter."""
    return list(headcount(*QUARTER, firsts()).collect().row(0))


def retention_by_month() -> list[Any]:
    """Of each month."""
    first = firsts().collect().lazy()
    each = [headcount(start, end, first) for start, end in itertools.pairwise(MONTHS)]
    return [frame.row(0) for frame in pl.collect_all(each)]


def months_bought() -> pl.LazyFrame:
    """Customers and the months in which they bought, each once, in order."""
    months = PURCHASES.lazy().select("customer", month.alias("month"))
    return months.filter(is_first | (pl.col("month") != pl.col("month").shift(1)))


def cohorts() -> list[list[int]]:
    """Customers by month of the first purchase and age."""
    cohort = pl.when(is_first).then(pl.col("month")).forward_fill().alias("cohort")
    cells = months_bought().with_columns(cohort).filter(pl.col("cohort").is_between(0, AGES - 1))
    counted = cells.group_by("cohort", (pl.col("month") - pl.col("cohort")).alias("age")).agg(pl.len())
    return triangle(counted.collect().rows())


def lifecycle() -> list[Any]:
    """New, returning, resurrected, dormant by month."""
    at = pl.col("month")
    before = pl.when(~is_first).then(at.shift(1))
    after = pl.when(~is_last).then(at.shift(-1))
    rows = months_bought().select(
        "month",
        is_first.alias("new"),
        (before == at - 1).fill_null(value=False).alias("returning"),
        (before < at - 1).fill_null(value=False).alias("resurrected"),
        ((after != at + 1).fill_null(value=True)).alias("leaves"),
    )
    came = rows.group_by("month").agg(count(pl.col(name), name) for name in ("new", "returning", "resurrected"))
    left = rows.group_by((at + 1).alias("month")).agg(count(pl.col("leaves"), "dormant"))
    both = came.join(left, on="month", how="left").filter(at.is_between(0, AGES - 1)).sort("month")
    return both.select("new", "returning", "resurrected", pl.col("dormant").fill_null(0)).collect().rows()


def revenue_retention() -> list[int]:
    """Parts of the change from the year before to this."""
    is_now = time >= YEAR_AGO
    of = (
        PURCHASES.lazy()
        .filter(time >= TWO_YEARS_AGO)
        .group_by("customer")
        .agg(cents.filter(~is_now).sum().alias("prior"), cents.filter(is_now).sum().alias("now"))
        .join(firsts(), on="customer")
    )
    prior, now = pl.col("prior"), pl.col("now")
    base = prior > 0
    is_new = pl.col("first") >= YEAR_AGO
    parts = [
        prior.sum(),
        pl.min_horizontal(prior, now).filter(base).sum().alias("kept"),
        (now - prior).filter(base & (now > prior)).sum().alias("expansion"),
        (prior - now).filter(base & (now < prior) & (now > 0)).sum().alias("contraction"),
        prior.filter(base & (now == 0)).sum().alias("churned"),
        now.filter(~base & is_new).sum().alias("new"),
        now.filter(~base & ~is_new).sum().alias("reactivated"),
        count(base, "customers"),
        count(base & (now == 0), "lost"),
    ]
    return list(of.select(parts).collect().row(0))


def purchase_stats() -> list[float]:
    """How often, for how much, after how long."""
    each = PURCHASES.lazy().group_by("customer").agg(pl.len().alias("ever"), count(time >= YEAR_AGO, "within"))
    ever, within = pl.col("ever"), pl.col("within")
    by_customer = each.select(
        count(ever > 1, "again"), pl.len(), count(within > 1, "again_within"), count(within > 0, "purchasers")
    )
    orders = PURCHASES.lazy().filter(time >= YEAR_AGO)
    values = orders.select(pl.len(), cents.sum().alias("sum"), cents.median().alias("median"))
    gap = day - day.shift(1)
    counts = ~is_first & (time >= YEAR_AGO) & (gap > 0)
    gaps = PURCHASES.lazy().select(gap.alias("gap"), counts.alias("counts")).filter("counts")
    of_gaps = gaps.select(pl.col("gap").mean().alias("mean"), pl.col("gap").quantile(0.5, "lower").alias("median"))
    one, two, three = (frame.row(0) for frame in pl.collect_all([by_customer, values, of_gaps]))
    again, ever_bought, again_within, purchasers = one
    number, total, median = two
    frequency, value = number / purchasers, total / 100 / number
    return [again, ever_bought, again_within, purchasers, frequency, value, median / 100, three[0], int(three[1])]


def survival() -> list[float]:
    """The Kaplan-Meier curve of the time from the first purchase to the last."""
    first = PURCHASES.lazy().filter(is_first).select(time.alias("first"))
    last = PURCHASES.lazy().filter(is_last).select(time.alias("last"))
    days = [pl.col(name).dt.date().cast(pl.Int32) for name in ("first", "last")]
    until = pl.lit(UNTIL).dt.date().cast(pl.Int32)
    left = pl.col("last") < UNTIL
    followed = pl.concat([first, last], how="horizontal").filter(pl.col("first") < UNTIL)
    times = followed.select(pl.when(left).then(days[1]).otherwise(until).sub(days[0]).alias("time"), left.alias("left"))
    table = times.group_by("time").agg(count(pl.col("left"), "events"), pl.len().cast(pl.Int64)).sort("time")
    at_risk = pl.col("len").sum() - pl.col("len").cum_sum() + pl.col("len")
    curve = table.select("time", "events", "len", (1 - pl.col("events") / at_risk).cum_prod().alias("s")).collect()
    return [curve["len"].sum(), curve["events"].sum(), *survival_at(curve["time"].to_list(), curve["s"].to_list())]


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
