"""How far to trust forecasts: tracking, calibration, backtests."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from lojal.errors import invalid
from lojal.plot.style import BLACK, BLUE, GREY, ORANGE, axes_for, confidence, dress, empty, ends, picture
from lojal.results.backtests import Backtest, BacktestResult, Comparison, ForecastAccuracyEstimates, Tracking
from lojal.results.common import Estimate
from lojal.results.models import Model

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MEASURES = {
    "root_mean_squared_error": "root mean squared error, purchases a customer (less is better)",
    "mean_absolute_error": "mean absolute error, purchases a customer (less is better)",
    "correlation": "correlation of forecast and purchases (more is better)",
    "total_error_ratio": "(expected - actual) / actual of all purchases (0 is right)",
    "top_decile_capture": "share of purchases by the tenth forecast highest (more is better)",
    "calibration_slope": "slope of purchases on forecasts (1 is right)",
}


@picture
def tracking(answer: Tracking, *, cumulative: bool = True, ax: Axes | None = None) -> Axes:
    """Draws expected against actual repeat purchases, with a line where the forecast begins.

    Args:
        answer: What `client.clv.tracking` returned.
        cumulative: From the beginning on, or period by period.
        ax: Where to draw. Default: new axes.

    Example:
        ```python
        client.clv.tracking(until="1998-06-30").plot()
        ```
    """
    ax = axes_for(ax)
    days = [point.date for point in answer]
    expected = [point.expected_cumulative if cumulative else point.expected for point in answer]
    actual = [point.actual_cumulative if cumulative else point.actual for point in answer]
    x: Any = days
    ax.plot(x, actual, color=BLACK, linewidth=1.6, label="actual")
    ax.plot(x, expected, color=ORANGE, linewidth=1.8, linestyle="--", label="expected")
    begins = date.fromisoformat(answer.calibration_end) if answer.calibration_end else None
    if begins is not None and days and days[0] <= begins < days[-1]:
        at: Any = begins
        ax.axvline(at, color=GREY, linewidth=1)
        ax.annotate(" forecast", (at, 1), xycoords=("data", "axes fraction"), va="top", color=GREY)
    if not days:
        empty(ax)
    else:
        ax.legend(frameon=False, loc="upper left" if cumulative else "upper right")
    ax.set_ylim(bottom=0)
    ax.tick_params(axis="x", rotation=30)
    error = answer.holdout_error_ratio
    note = "" if error is None else f"off by {error:+.1%} of what came after {answer.calibration_end}"
    each = "repeat purchases so far" if cumulative else "repeat purchases in the period"
    return dress(ax, "Repeat purchases, expected and actual", answer, x="end of the period", y=each, note=note)


@picture
def repeat_purchases(answer: Model, *, ax: Axes | None = None) -> Axes:
    """Draws how many customers bought how often, beside what the model makes of them: the fit, not a forecast.

    Args:
        answer: A model, as `client.clv.fit` or `client.clv.model` returned it.
        ax: Where to draw. Default: new axes.

    Example:
        ```python
        client.clv.fit(model="bg_nbd", calibration_end="1997-09-30").plot()
        ```
    """
    ax = axes_for(ax)
    bins = answer.calibration_histogram
    places = [float(index) for index in range(len(bins))]
    ax.bar([at - 0.2 for at in places], [each.actual for each in bins], 0.4, color=BLUE, label="actual")
    ax.bar(
        [at + 0.2 for at in places],
        [each.expected for each in bins],
        0.4,
        color="white",
        edgecolor=ORANGE,
        hatch="///",
        label="expected by the model",
    )
    names = [str(each.frequency) for each in bins]
    if names:
        names[-1] += "+"
        ax.legend(frameon=False)
    else:
        empty(ax, "this model has no calibration histogram")
    ax.set_xticks(places, names)
    span = f"{answer.calibration_start} to {answer.calibration_end}"
    note = f"chi-square {answer.chi_square:.1f} with {answer.chi_square_degrees_of_freedom} degrees of freedom"
    title = f"Repeat purchases and {answer.model_id}\n{span}"
    return dress(ax, title, None, x="repeat purchase days", y="customers", note=note if bins else "")


@picture
def calibration(answer: Backtest, *, what: str = "purchases", ax: Axes | None = None) -> Axes:
    """Draws forecasts against what came, of tenths of customers from the lowest forecasts to the highest.

    On the line, forecasts are right; above it, more came than was forecast.

    Args:
        answer: What `client.clv.backtest` returned.
        what: "purchases" or "spend" for their means, "buyers" for the probability of buying at all.
        ax: Where to draw. Default: new axes.

    Raises:
        InvalidArgument: If there is nothing of that name.

    Example:
        ```python
        test = client.clv.backtest(model="bg_nbd", calibration_end="1997-09-30", holdout_end="1998-06-30")
        lojal.plot.calibration(test)
        lojal.plot.calibration(test, what="buyers")
        ```
    """
    parts = {"purchases": answer.purchases, "spend": answer.spend, "buyers": answer.scores}
    if what not in parts:
        raise invalid("what", f"{what!r} is none: give purchases, spend or buyers")
    part = parts[what]
    ax = axes_for(ax, size=(5.2, 5.0))
    deciles = part.deciles if part is not None else ()
    currency = answer.provenance.currency_code
    units = {"purchases": "purchases a customer", "spend": f"spend a customer, {currency}", "buyers": "share who buys"}
    if deciles:
        # the size says how many customers a point is
        most = max(each.customers for each in deciles)
        top = max(max(each.expected, each.actual) for each in deciles) * 1.06 or 1.0
        ax.plot([0, top], [0, top], color=GREY, linewidth=1, linestyle=":", label="forecast is what came")
        ax.scatter(
            [each.expected for each in deciles],
            [each.actual for each in deciles],
            s=[20 + 90 * each.customers / most for each in deciles],
            color=BLUE,
            zorder=3,
            label="tenths of customers; size: how many",
        )
        ax.set_xlim(0, top)
        ax.set_ylim(0, top)
        ax.legend(frameon=False, loc="upper left")
    else:
        empty(ax, answer.problem or "there is no such forecast")
    title = f"{answer.forecaster}: forecasts and what came\n{answer.calibration_end} to {answer.holdout_end}"
    return dress(ax, title, None, x=f"forecast, {units[what]}", y=f"what came, {units[what]}", grid="both")


@picture
def backtest(
    answer: Backtest | Comparison, *, measure: str = "root_mean_squared_error", ax: Axes | None = None
) -> Axes:
    """Draws how far forecasters were off, models beside rules of thumb, with intervals.

    Args:
        answer: What `client.clv.backtest` or `client.clv.compare` returned.
        measure: Which figure of `ForecastAccuracyEstimates`.
        ax: Where to draw. Default: new axes.

    Raises:
        InvalidArgument: If there is no such figure.

    Example:
        ```python
        days = {"calibration_end": "1997-09-30", "holdout_end": "1998-06-30"}
        client.clv.compare(models=["bg_nbd", "mbg_nbd"], **days).plot()
        ```
    """
    if measure not in MEASURES:
        raise invalid("measure", f"{measure!r} is none: give one of {', '.join(MEASURES)}")
    table = answer.table() if isinstance(answer, Backtest) else answer
    found = [(each, estimate) for each in table if (estimate := _figure(each, measure)) is not None]
    ax = axes_for(ax, size=(7.0, 1.6 + 0.34 * max(len(found), 3)))
    for at, (each, estimate) in enumerate(reversed(found)):
        is_model = each.kind is not None
        ax.errorbar(
            [estimate.value or 0.0],
            [at],
            xerr=ends([estimate]),
            fmt="o" if is_model else "s",
            color=BLUE if is_model else GREY,
            markerfacecolor=BLUE if is_model else "white",
            capsize=3,
        )
    ax.set_yticks(range(len(found)), [each.forecaster for each, _ in reversed(found)])
    if not found:
        empty(ax, "no forecaster has this figure")
    note = confidence([estimate for _, estimate in found])
    title = f"Backtest of {answer.customers} customers\n{answer.calibration_end} to {answer.holdout_end}"
    kinds = "filled: models, open: rules of thumb"
    return dress(ax, title, None, x=MEASURES[measure], y="", note=f"{kinds}; {note}" if note else kinds, grid="x")


def _figure(result: BacktestResult, measure: str) -> Estimate | None:
    if result.purchases is None:
        return None
    estimates: ForecastAccuracyEstimates = result.purchases.estimates
    found: Estimate | None = getattr(estimates, measure)
    return found if found is not None and found.value is not None else None
