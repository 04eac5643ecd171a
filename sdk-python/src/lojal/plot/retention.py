"""Who stays: cohorts age by age, and curves of survival."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lojal.errors import invalid
from lojal.plot.heat import heat
from lojal.plot.style import CYCLE, GREY, axes_for, dress, empty, percent, picture
from lojal.results.common import Estimate
from lojal.results.retention import Cohorts
from lojal.results.survival import Survival

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COARSE_STEPS = 20
"""Steps up to which a curve may have been asked for without step_days, so that it is only known at these days."""
DASHES = ("-", "--", "-.", ":")


@picture
def cohorts(answer: Cohorts, *, group: str = "", ax: Axes | None = None) -> Axes:
    """Draws the retention of customers who began together, age by age, with intervals in small print.

    Cells of an age that is not over for all customers of the cohort are blank: they would still change.

    Args:
        answer: What `client.retention.cohorts` returned.
        group: Which group, where the answer has several.
        ax: Where to draw. Default: new axes.

    Raises:
        InvalidArgument: If there is no such group.

    Example:
        ```python
        client.retention.cohorts(window="1997-01-01/1997-07-01").plot()
        ```
    """
    groups = list(dict.fromkeys(each.group for each in answer.rows))
    if groups and group not in groups:
        raise invalid("group", f"{group!r} is none: give one of {', '.join(map(repr, groups))}")
    rows = [each for each in answer.rows if each.group == group]
    names = list(dict.fromkeys(each.cohort for each in rows))
    ages = sorted({each.age for each in rows})
    cells = {(each.cohort, each.age): each for each in rows}
    ax = axes_for(ax, size=(min(3.5 + 0.62 * len(ages), 14.0), min(1.8 + 0.38 * max(len(names), 4), 10.0)))
    grid: list[list[float | None]] = []
    texts: list[list[str]] = []
    for name in names:
        found = [cells.get((name, age)) for age in ages]
        mature = [each.retention_rate if each is not None and each.complete else None for each in found]
        grid.append([None if each is None else each.value for each in mature])
        texts.append([_rate(each) for each in mature])
    if any(value is not None for row in grid for value in row):
        # at age 0 nearly everybody is there: as bright as the brightest of the others, so that these are told apart
        later = [value for row in grid for age, value in zip(ages, row, strict=True) if value is not None and age > 0]
        heat(ax, grid, label="share retained", texts=texts, low=0.0, high=max(later, default=1.0) or 1.0)
    else:
        empty(ax, "no cohort is old enough")
    sizes = {each.cohort: each.customers for each in rows}
    ax.set_yticks(range(len(names)), [f"{name or 'without'} ({sizes[name]:,})" for name in names])
    ax.set_xticks(range(len(ages)), [str(age) for age in ages])
    covers = {each.retention_rate.confidence for each in rows if each.retention_rate.ci_low is not None}
    note = f"percent, below it the {max(covers):.0%} interval; blank: not over yet" if covers else "blank: not over yet"
    title = f"Customers who began together{', ' + group if group else ''}"
    x, y = "age: periods since the first purchase", "cohort (customers)"
    return dress(ax, title, answer, x=x, y=y, note=note, grid="")


@picture
def survival(answer: Survival, *, ax: Axes | None = None) -> Axes:
    """Draws the share of customers who are still there by days since the first purchase, with bands of intervals.

    A curve of up to 20 steps, as the server answers unless asked for more, is drawn as the points that are known, with
    lines between. With `step_days=1` it is drawn as the steps it consists of.

    Args:
        answer: What `client.retention.survival` returned.
        ax: Where to draw. Default: new axes.

    Example:
        ```python
        client.retention.survival(step_days=1).plot()
        ```
    """
    ax = axes_for(ax)
    names = list(dict.fromkeys(each.group for each in answer.curve))
    coarse = bool(names) and max(sum(each.group == name for each in answer.curve) for name in names) <= COARSE_STEPS
    for index, name in enumerate(names):
        own = [each for each in answer.curve if each.group == name and each.survival_probability.value is not None]
        colour = CYCLE[index % len(CYCLE)]
        days = [0, *(each.days for each in own)]
        values = [1.0, *(each.survival_probability.value or 0.0 for each in own)]
        low = [1.0, *(_end(each.survival_probability, "ci_low") for each in own)]
        high = [1.0, *(_end(each.survival_probability, "ci_high") for each in own)]
        style = DASHES[index // len(CYCLE) % len(DASHES)] if len(names) > len(CYCLE) else DASHES[index % len(DASHES)]
        label = name or ("all customers" if len(names) == 1 else "without a group")
        if coarse:
            ax.plot(days, values, color=colour, linestyle=style, linewidth=1.2, marker="o", markersize=3, label=label)
            ax.fill_between(days, low, high, color=colour, alpha=0.18, linewidth=0)
        else:
            ax.step(days, values, where="post", color=colour, linestyle=style, linewidth=1.7, label=label)
            ax.fill_between(days, low, high, step="post", color=colour, alpha=0.18, linewidth=0)
    medians = answer.groups if len(answer.groups) else (answer.whole,)
    if len(names) == 1 and medians[0].median_days.value is not None:
        median = medians[0].median_days.value
        ax.plot([0, median, median], [0.5, 0.5, 0], color=GREY, linewidth=1, linestyle=":")
        ax.annotate(f"half after {median:.0f} days", (median, 0.5), (16, 10), textcoords="offset points", color=GREY)
    if len(names) > 1:
        ax.legend(frameon=False)
    if not names:
        empty(ax)
    ax.set_ylim(0, 1.02)
    ax.set_xlim(left=-0.015 * max((each.days for each in answer.curve), default=0))  # a drop on day 0 is seen
    percent(ax, "y")
    notes = ["points: known, step_days=1 tells all"] if coarse else []
    notes += [f"gone: silent for {answer.activity_window}"] if answer.activity_window else []
    covers = {e.confidence for e in (each.survival_probability for each in answer.curve) if e.ci_low is not None}
    if covers:
        notes.append(f"bands: {max(covers):.0%} intervals")
    if answer.log_rank is not None:
        notes.append(f"log-rank p = {answer.log_rank.p_value:.2g}")
    x, y = "days since the first purchase", "share still customers"
    return dress(ax, "How long customers stay", answer, x=x, y=y, note="; ".join(notes))


def _end(estimate: Estimate, name: str) -> float:
    end: float | None = getattr(estimate, name)
    return (estimate.value or 0.0) if end is None else end


def _rate(estimate: Estimate | None) -> str:
    if estimate is None or estimate.value is None:
        return ""
    text = f"{100 * estimate.value:.0f}"
    if estimate.ci_low is None or estimate.ci_high is None:
        return text
    return f"{text}\n{100 * estimate.ci_low:.0f}-{100 * estimate.ci_high:.0f}"
