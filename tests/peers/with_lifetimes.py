"""Times lifetimes: run in the environment of requirements-lifetimes.txt by tests/peers/run."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from lifetimes import BetaGeoFitter, GammaGammaFitter, ModifiedBetaGeoFitter, ParetoNBDFitter
from lifetimes.utils import summary_data_from_transaction_data

from stopwatch import MONTHLY_RATE, MONTHS, WEEKS_AHEAD, Stopwatch

warnings.filterwarnings("ignore")


def params(fitter: Any) -> dict[str, Any]:
    """Says what a fit found."""
    return {"params": {name: float(value) for name, value in fitter.params_.items()}}


def total(values: Any) -> dict[str, Any]:
    """Says the sum of predictions, and how many are none."""
    return {"sum": float(np.nansum(values)), "not_a_number": int(np.isnan(np.asarray(values)).sum())}


def main() -> None:
    """Times what was asked for."""
    watch = Stopwatch("times lifetimes")
    customers = watch.time(
        "summary",
        lambda: summary_data_from_transaction_data(
            watch.rows,
            "customer_id",
            "date",
            monetary_value_col="value",
            observation_period_end=watch.end,
            freq="D",
            freq_multiplier=7,
        ),
        lambda found: {"customers": len(found)},
    )
    x, recency, age, mean = (customers[name] for name in ("frequency", "recency", "T", "monetary_value"))

    def pareto() -> Any:
        # Its starting values are drawn.
        np.random.seed(0)
        return ParetoNBDFitter().fit(x, recency, age)

    if watch.wants("fit Pareto/NBD"):
        watch.time("fit Pareto/NBD", pareto, params)
    if watch.wants("fit MBG/NBD"):
        watch.time("fit MBG/NBD", lambda: ModifiedBetaGeoFitter().fit(x, recency, age), params)
    repeat = (x > 0) & (mean > 0)
    if watch.wants("fit Gamma-Gamma") or watch.wants("12-month CLV"):
        spend = watch.time("fit Gamma-Gamma", lambda: GammaGammaFitter().fit(x[repeat], mean[repeat]), params)
    if not any(map(watch.wants, ("fit BG/NBD", "expected purchases", "P(alive)", "12-month CLV"))):
        return
    model = watch.time("fit BG/NBD", lambda: BetaGeoFitter().fit(x, recency, age), params)
    if watch.wants("expected purchases"):
        watch.time(
            "expected purchases",
            lambda: model.conditional_expected_number_of_purchases_up_to_time(WEEKS_AHEAD, x, recency, age),
            total,
        )
    if watch.wants("P(alive)"):
        watch.time("P(alive)", lambda: model.conditional_probability_alive(x, recency, age), total)
    if watch.wants("12-month CLV"):
        watch.time(
            "12-month CLV",
            lambda: spend.customer_lifetime_value(
                model, x, recency, age, mean, time=MONTHS, discount_rate=MONTHLY_RATE, freq="W"
            ),
            total,
        )


main()
