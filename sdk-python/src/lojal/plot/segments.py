"""Who belongs where, and who moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lojal.enums import Segment
from lojal.plot.heat import heat
from lojal.plot.style import BLUE, MAP, axes_for, dress, empty, picture, readable, table_of
from lojal.results.segments import RfmScheme, RfmThreshold, SegmentMember, SegmentSummaries, SegmentTransitions

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCORES = range(1, 6)
BEST_FIRST = tuple(each for each in Segment if each is not Segment.UNKNOWN)
NOT_YET, NO_MORE = "not yet", "none"


@picture
def segment_map(scheme: RfmScheme, members: Iterable[SegmentMember] | None = None, *, ax: Axes | None = None) -> Axes:
    """Draws the grid of segments by recency and frequency scores, with how many customers are in each cell.

    Args:
        scheme: What `client.segments.scheme()` returned: which cell is which segment, and from where scores are given.
        members: What `client.segments.members()` returned, of the same instant. Default: no counts.
        ax: Where to draw. Default: new axes.

    Example:
        ```python
        lojal.plot.segment_map(client.segments.scheme(), client.segments.members())
        ```
    """
    ax = axes_for(ax, size=(8.2, 5.6))
    from matplotlib import colormaps
    from matplotlib.patches import Rectangle

    table = None if members is None else table_of(members)
    counts = Counter((each.scores.recency, each.scores.frequency) for each in table or ())
    names = {each.segment: each.name for each in scheme.segments}
    order = [each.segment for each in scheme.segments]
    for cell in scheme.cells:
        # worst first in shade, so that the best are the brightest
        shade = 1 - order.index(cell.segment) / max(len(order) - 1, 1) if cell.segment in order else 0.0
        corner = (cell.recency - 0.5, cell.frequency - 0.5)
        colour = colormaps[MAP](shade)
        ax.add_patch(Rectangle(corner, 1, 1, facecolor=colour, edgecolor="white", linewidth=1.5))
        name = names.get(cell.segment, str(cell.segment)).replace(" ", "\n", 1)
        text = name if table is None else f"{name}\n{counts[cell.recency, cell.frequency]:,}"
        ax.text(cell.recency, cell.frequency, text, ha="center", va="center", fontsize=8, color=readable(shade))
    ax.set_xlim(0.5, 5.5)
    ax.set_ylim(0.5, 5.5)
    at = {each.score: each for each in scheme.thresholds}
    ax.set_xticks(list(SCORES), [_recency(at, score) for score in SCORES])
    ax.set_yticks(list(SCORES), [_frequency(at, score) for score in SCORES])
    x, y = "recency score: days since the last order", f"frequency score: orders in {scheme.window}"
    note = "" if table is None else f"numbers: customers, {len(table):,} in all"
    return dress(ax, "Segments by recency and frequency", scheme, x=x, y=y, note=note, grid="")


@picture
def segment_sizes(answer: SegmentSummaries, *, by: str = "customers", ax: Axes | None = None) -> Axes:
    """Draws how many customers are in each segment, or what they spent, best segment first.

    Args:
        answer: What `client.segments.summary` returned.
        by: "customers" or "monetary".
        ax: Where to draw. Default: new axes.

    Example:
        ```python
        client.segments.summary().plot()
        client.segments.summary().plot(by="monetary")
        ```
    """
    ax = axes_for(ax)
    rows = list(answer)[::-1]
    sizes = [float(each.customers if by == "customers" else each.monetary.amount) for each in rows]
    shares = [each.customer_share if by == "customers" else each.monetary_share for each in rows]
    ax.barh(range(len(rows)), sizes, color=BLUE)
    for at, (size, share) in enumerate(zip(sizes, shares, strict=True)):
        text = f" {size:,.0f}" + (f" ({share:.1%})" if share is not None else "")
        ax.text(size, at, text, va="center", fontsize=8)
    ax.set_yticks(range(len(rows)), [each.name for each in rows])
    ax.margins(x=0.18)
    unit = "customers" if by == "customers" else f"net spend in the window, {answer.monetary.currency_code}"
    return dress(ax, "Segments", answer, x=unit, y="", grid="x")


@picture
def segment_transitions(answer: SegmentTransitions, *, ax: Axes | None = None) -> Axes:
    """Draws of the customers of each segment the share who are now in each, with intervals in small print.

    Args:
        answer: What `client.segments.transitions` returned; with groups, all customers are drawn.
        ax: Where to draw. Default: new axes.

    Example:
        ```python
        client.segments.transitions(from_as_of="1998-01-01", as_of="1998-07-01").plot()
        ```
    """
    rows = answer.transitions
    names: dict[Segment | None, str] = {each: str(each).replace("_", " ").replace("cant", "can't") for each in Segment}
    before: list[Segment | None] = [*BEST_FIRST, None]
    after: list[Segment | None] = [*BEST_FIRST, None]
    cells = {(each.from_segment, each.to_segment): each for each in rows}
    before = [one for one in before if any((one, other) in cells for other in after)]
    after = [other for other in after if any((one, other) in cells for one in before)]
    ax = axes_for(ax, size=(10.0, 7.0))
    grid: list[list[float | None]] = []
    texts: list[list[str]] = []
    for one in before:
        found = [cells.get((one, other)) for other in after]
        grid.append([None if each is None else each.share_of_from.value for each in found])
        texts.append(["" if each is None else _share(each.share_of_from) for each in found])
    if grid:
        heat(ax, grid, label="share of those who were in the segment", texts=texts, low=0.0, high=1.0)
    else:
        empty(ax)
    totals = Counter[Segment | None]()
    for each in rows:
        totals[each.from_segment] += each.customers
    ax.set_yticks(range(len(before)), [f"{names.get(one, NOT_YET)} ({totals[one]:,})" for one in before])
    ax.set_xticks(range(len(after)), [names.get(other, NO_MORE) for other in after], rotation=35, ha="right")
    then = answer.from_population.as_of
    title = "Who moved from segment to segment" + ("" if then is None else f", since {then.date()}")
    covers = {each.share_of_from.confidence for each in rows if each.share_of_from.ci_low is not None}
    note = f"percent, below it the {max(covers):.0%} interval; blank: nobody" if covers else "percent; blank: nobody"
    return dress(ax, title, answer, x="segment now", y="segment then (customers)", note=note, grid="")


def _share(estimate: object) -> str:
    value, low, high = (getattr(estimate, name) for name in ("value", "ci_low", "ci_high"))
    if value is None:
        return ""
    text = f"{100 * value:.0f}"
    return text if low is None or high is None else f"{text}\n{100 * low:.0f}-{100 * high:.0f}"


def _recency(at: dict[int, RfmThreshold], score: int) -> str:
    own = at.get(score)
    if own is not None and own.recency_days_max is not None:
        return f"{score}\n≤ {own.recency_days_max} d"
    above = _next(at, score)
    return f"{score}" if above is None or above.recency_days_max is None else f"{score}\n> {above.recency_days_max} d"


def _frequency(at: dict[int, RfmThreshold], score: int) -> str:
    own = at.get(score)
    if own is not None and own.frequency_min is not None:
        return f"{score}: ≥ {own.frequency_min}"
    above = _next(at, score)
    return f"{score}" if above is None or above.frequency_min is None else f"{score}: < {above.frequency_min}"


def _next(at: dict[int, RfmThreshold], score: int) -> RfmThreshold | None:
    """Returns the threshold of the next score that can be reached."""
    higher: Sequence[int] = sorted(other for other in at if other > score)
    return next((at[other] for other in higher if at[other].frequency_min is not None), None)
