"""Times pymc-marketing's MAP fits: run in the environment of requirements-pymc.txt by tests/peers/run.

MAP with the package's own priors, which is the fastest it does; so its parameters are near the maximum of the
likelihood, not at it.
"""

from __future__ import annotations

import logging
import warnings
from typing import Any

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import numpy as np  # noqa: E402
from pymc_marketing import clv  # noqa: E402

from stopwatch import MONTHLY_RATE, MONTHS, WEEKS_AHEAD, Stopwatch  # noqa: E402


def params(model: Any) -> dict[str, Any]:
    """Says what a fit found."""
    posterior = model.idata.posterior
    names = [name for name in posterior.data_vars if posterior[name].ndim == 2]
    return {"params": {name: float(posterior[name].mean()) for name in names}}


def total(values: Any) -> dict[str, Any]:
    """Says the sum of predictions, and how many are none."""
    return {"sum": float(np.nansum(values.values)), "not_a_number": int(np.isnan(values.values).sum())}


def fitted(kind: Any, data: Any) -> Any:
    """Fits a model."""
    model = kind()
    model.fit(data=data, method="map", progressbar=False)
    return model


def main() -> None:
    """Times what was asked for."""
    watch = Stopwatch("times pymc-marketing")
    customers = watch.time(
        "summary",
        lambda: clv.rfm_summary(
            watch.rows,
            "customer_id",
            "date",
            "value",
            observation_period_end=watch.end,
            time_unit="D",
            time_scaler=7,
        ),
        lambda found: {"customers": len(found)},
    )
    customers["frequency"] = customers["frequency"].astype(float)
    if watch.wants("fit Pareto/NBD"):
        watch.time("fit Pareto/NBD", lambda: fitted(clv.ParetoNBDModel, customers), params)
    if watch.wants("fit MBG/NBD"):
        watch.time("fit MBG/NBD", lambda: fitted(clv.ModifiedBetaGeoModel, customers), params)
    if watch.wants("fit Gamma-Gamma") or watch.wants("12-month CLV"):
        repeat = customers[(customers.frequency > 0) & (customers.monetary_value > 0)]
        repeat = repeat[["customer_id", "frequency", "monetary_value"]]
        spend = watch.time("fit Gamma-Gamma", lambda: fitted(clv.GammaGammaModel, repeat), params)
    if not any(map(watch.wants, ("fit BG/NBD", "expected purchases", "P(alive)", "12-month CLV"))):
        return
    model = watch.time("fit BG/NBD", lambda: fitted(clv.BetaGeoModel, customers), params)
    if watch.wants("expected purchases"):
        watch.time("expected purchases", lambda: model.expected_purchases(data=customers, future_t=WEEKS_AHEAD), total)
    if watch.wants("P(alive)"):
        watch.time("P(alive)", lambda: model.expected_probability_alive(data=customers), total)
    if watch.wants("12-month CLV"):
        watch.time(
            "12-month CLV",
            lambda: spend.expected_customer_lifetime_value(
                transaction_model=model,
                data=customers,
                future_t=MONTHS,
                discount_rate=MONTHLY_RATE,
                time_unit="W",
            ),
            total,
        )


main()
