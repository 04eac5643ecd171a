"""What customers will do: by how often and how lately they bought, how value is spread, and who is still there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from math import ceil, inf
from statistics import fmean
from typing import TYPE_CHECKING, Any

from lojal.errors import invalid
from lojal.plot.heat import heat
from lojal.plot.style import BLACK, BLUE, GREY, ORANGE, axes_for, dress, empty, percent, picture, table_of
from lojal.results.predictions import CustomerPrediction, Prediction

if TYPE_CHECKING:
    from matplotlib.axes import Axes

VALUES = {
    "expected_purchases": "expected purchases within the horizon",
    "alive_probability": "P(still a customer)",
    "clv": "lifetime value",
}
WEEK = 7.0


@picture
def frequency_recency(
    predictions: Iterable[Prediction],
    *,
    value: str = "expected_purchases",
    most_purchases: int = 15,
    ax: Axes | None = None,
) -> Axes:
    """Draws what customers are expected to do by how often and until when they bought: the mean of those in each cell.

    Cells are means over the customers who are there, each with their own age; where nobody is, a cell is blank.

    Args:
        predictions: What `client.clv.predict` returned, read or not.
        value: "expected_purchases", "alive_probability" or "clv".
        most_purchases: The last column is of customers with so many repeat purchases or more.
        ax: Where to draw. Default: new axes.

    Raises:
        InvalidArgument: If there is no such value.

    Example:
        ```python
        predictions = client.clv.predict(horizon="39w").to_list()
        lojal.plot.frequency_recency(predictions, value="alive_probability")
        ```
    """
    if value not in VALUES:
        raise invalid("value", f"{value!r} is none: give one of {', '.join(VALUES)}")
    rows = table_of(predictions)
    ax = axes_for(ax, size=(7.5, 5.2))
    longest = max((each.days_followed for each in rows), default=0) / WEEK
    step = max(ceil(longest / 16), 1)  # weeks, so that there are 16 rows at most
    cells: dict[tuple[int, int], list[float]] = defaultdict(list)
    for each in rows:
        estimate = getattr(each, value)
        if estimate.value is not None:
            at = (min(each.repeat_purchase_days, most_purchases), int(each.days_first_to_last / WEEK // step))
            cells[at].append(estimate.value)
    columns = max((x for x, _ in cells), default=-1) + 1
    bands = max((y for _, y in cells), default=-1) + 1
    grid = [[fmean(found) if (found := cells.get((x, y))) else None for x in range(columns)] for y in range(bands)]
    if cells:
        texts = [["" if cell is None else _short(cell) for cell in row] for row in grid]
        high = 1.0 if value == "alive_probability" else None
        heat(ax, grid, label=VALUES[value], texts=texts, low=0.0, high=high)
        ax.invert_yaxis()  # long ago at the bottom, as in the papers
        ax.set_xticks(range(columns), [f"{x}+" if x == most_purchases else str(x) for x in range(columns)])
        ax.set_yticks(
            range(bands), [f"{y * step}" if step == 1 else f"{y * step}-{(y + 1) * step}" for y in range(bands)]
        )
    else:
        empty(ax)
    note = f"means of {len(rows)} customers by cell; blank: nobody is there"
    title = f"{VALUES[value][0].upper()}{VALUES[value][1:]}, by frequency and recency"
    y = "weeks from the first to the last purchase"
    return dress(ax, title, rows, x="repeat purchase days", y=y, note=note, grid="")


@picture
def clv_distribution(predictions: Iterable[Prediction], *, bins: int = 40, ax: Axes | None = None) -> Axes:
    """Draws how many customers are expected to be worth how much, with the mean and the median.

    It is of expectations: what single customers come to be worth is spread wider.

    Args:
        predictions: What `client.clv.predict` returned, read or not.
        bins: Bars, up to the 99th percentile; the last one holds all above.
        ax: Where to draw. Default: new axes.

    Example:
        ```python
        lojal.plot.clv_distribution(client.clv.predict(horizon="12mo"))
        ```
    """
    rows = table_of(predictions)
    values = sorted(_values(rows))
    ax = axes_for(ax)
    if values:
        top = values[min(int(0.99 * len(values)), len(values) - 1)] or max(values) or 1.0
        ax.hist([min(each, top) for each in values], bins=bins, range=(0, top), color=BLUE)
        mean, median = fmean(values), values[len(values) // 2]
        ax.axvline(mean, color=ORANGE, linewidth=1.8, label=f"mean {_short(mean)}")
        ax.axvline(median, color=BLACK, linewidth=1.4, linestyle="--", label=f"median {_short(median)}")
        ax.legend(frameon=False)
    else:
        empty(ax, "no lifetime value is known")
    x = _with_currency("expected lifetime value within the horizon, discounted", rows)
    note = "the last bar holds all above the 99th percentile" if values else ""
    return dress(ax, "Lifetime value of customers", rows, x=x, y="customers", note=note)


@picture
def lorenz(predictions: Iterable[Prediction], *, ax: Axes | None = None) -> Axes:
    """Draws which share of all value hangs on which share of customers: the Lorenz curve with its Gini coefficient.

    Args:
        predictions: What `client.clv.predict` returned, read or not.
        ax: Where to draw. Default: new axes.

    Example:
        ```python
        lojal.plot.lorenz(client.clv.predict(horizon="12mo"))
        ```
    """
    rows = table_of(predictions)
    values = sorted(_values(rows))
    total = sum(values)
    ax = axes_for(ax, size=(5.2, 5.0))
    if total > 0:
        shares, reached = [0.0], 0.0
        for each in values:
            reached += each
            shares.append(reached / total)
        count = len(values)
        people = [index / count for index in range(count + 1)]
        gini = 1 - sum(shares[i] + shares[i + 1] for i in range(count)) / count
        ax.plot(people, shares, color=BLUE, linewidth=1.8, label=f"customers, Gini {gini:.2f}")
        ax.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle=":", label="all worth the same")
        tenth = 1 - shares[count - max(round(count / 10), 1)]
        ax.annotate(
            f"top tenth: {tenth:.0%}",
            (0.9, 1 - tenth),
            (0.5, max(1 - tenth - 0.02, 0.12)),
            arrowprops={"arrowstyle": "-", "color": GREY},
            color=BLACK,
            va="center",
        )
        ax.legend(frameon=False, loc="upper left")
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 1)
        percent(ax, "x")
        percent(ax, "y")
    else:
        empty(ax, "no lifetime value is known")
    x, y = "share of customers, those worth least first", "share of expected lifetime value"
    return dress(ax, "How much hangs on how few", rows, x=x, y=y, grid="both")


@picture
def alive_history(answer: CustomerPrediction, *, ax: Axes | None = None) -> Axes:
    """Draws how probable it was that one customer still was one, with the days on which they bought.

    Args:
        answer: What `client.clv.predict_customer(..., with_alive_history=True)` returned.
        ax: Where to draw. Default: new axes.

    Example:
        ```python
        client.clv.predict_customer("1516", with_alive_history=True).plot()
        ```
    """
    ax = axes_for(ax)
    points = answer.alive_history
    if points:
        days: Any = [point.date for point in points]
        ax.plot(days, [point.alive_probability for point in points], color=BLUE, linewidth=1.8)
        bought: Any = [point.date for point in points if point.purchased]
        # on the ground, where they do not hide the curve
        ax.plot(bought, [0.02] * len(bought), "|", color=BLACK, markersize=12, label="purchases")
        ax.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 0.06))
        ax.tick_params(axis="x", rotation=30)
    else:
        empty(ax, "ask with with_alive_history=True")
    ax.set_ylim(0, 1.02)
    now = answer.alive_probability
    note = f"at the end: {now.value:.2f}" if now.value is not None else ""
    if now.value is not None and now.ci_low is not None and now.ci_high is not None:
        note += f", {now.confidence:.0%} interval {now.ci_low:.2f} to {now.ci_high:.2f}"
        if points:
            low, high = max(now.value - now.ci_low, 0.0), max(now.ci_high - now.value, 0.0)
            last: Any = [points[-1].date]
            ax.errorbar(last, [now.value], yerr=[[low], [high]], color=ORANGE, capsize=4, fmt="o")
    title = f"Is {answer.customer_id or 'a new customer'} still a customer?"
    return dress(ax, title, answer, x="day", y="P(still a customer)", note=note)


def _values(rows: Iterable[Prediction]) -> list[float]:
    return [each.clv.value for each in rows if each.clv.value is not None]


def _short(number: float) -> str:
    size = abs(number)
    if size in (0, inf):
        return str(number).removesuffix(".0")
    return f"{number:,.0f}" if size >= 100 else f"{number:.1f}" if size >= 10 else f"{number:.2f}"


def _with_currency(text: str, answer: object) -> str:
    provenance = getattr(answer, "provenance", None)
    currency = provenance.currency_code if provenance is not None else ""
    return f"{text}, {currency}" if currency else text
