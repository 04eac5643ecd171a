"""Who is loyal in which way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from lojal.enums import LoyaltyPlace
from lojal.plot.style import BLUE, GREEN, GREY, ORANGE, RED, axes_for, dress, empty, ends, picture, table_of
from lojal.results.loyalty import Loyalties, Loyalty

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LOOKS = {
    LoyaltyPlace.TRUE: (GREEN, "o", "true"),
    LoyaltyPlace.LATENT: (BLUE, "^", "latent"),
    LoyaltyPlace.SPURIOUS: (ORANGE, "s", "spurious"),
    LoyaltyPlace.NONE: (RED, "X", "none"),
}
MOST_WITH_INTERVALS = 150
"""Customers up to which crosses of intervals can be told apart."""


@picture
def loyalty_places(loyalties: Iterable[Loyalty], *, ax: Axes | None = None) -> Axes:
    """Draws attitude by behaviour: what customers say by what they do, with the cuts between places.

    Up to 150 customers have the intervals of both as crosses; of more, intervals would hide everything, and the picture
    says that they are left out. Whoever has said nothing has no attitude and is counted below.

    Args:
        loyalties: What `client.loyalty.list` returned, read or not.
        ax: Where to draw. Default: new axes.

    Example:
        ```python
        client.loyalty.list(limit=100).plot()
        ```
    """
    rows = table_of(loyalties)
    ax = axes_for(ax, size=(6.6, 6.0))
    known = [each for each in rows if each.attitude.value is not None and each.behaviour.value is not None]
    with_intervals = len(known) <= MOST_WITH_INTERVALS
    for place, (colour, marker, name) in LOOKS.items():
        here = [each for each in known if each.place == place]
        if not here:
            continue
        x = [each.behaviour.value or 0.0 for each in here]
        y = [each.attitude.value or 0.0 for each in here]
        label = f"{name} ({len(here):,})"
        if with_intervals:
            across, up = ends([each.behaviour for each in here]), ends([each.attitude for each in here])
            ax.errorbar(x, y, xerr=across, yerr=up, fmt="none", ecolor=colour, elinewidth=0.8, alpha=0.35)
        ax.scatter(
            x, y, s=26 if with_intervals else 12, color=colour, marker=marker, label=label, alpha=0.75, linewidths=0
        )
    standard = rows.standard if isinstance(rows, Loyalties) else None
    if standard is not None and standard.attitude_cut is not None and standard.behaviour_cut is not None:
        ax.axvline(standard.behaviour_cut, color=GREY, linewidth=1, linestyle="--")
        ax.axhline(standard.attitude_cut, color=GREY, linewidth=1, linestyle="--")
    if known:
        ax.legend(frameon=True, framealpha=0.85, edgecolor="none", title="place", loc="lower right")
    else:
        empty(ax, "nobody here has said anything lately")
    ax.set_xlim(0, 100)
    ax.set_ylim(0, 100)
    notes = [f"{len(rows) - len(known):,} without an attitude are not drawn"] if len(known) < len(rows) else []
    covers = {each.attitude.confidence for each in known if each.attitude.ci_low is not None}
    if covers:
        notes.append(f"crosses: {max(covers):.0%} intervals" if with_intervals else "intervals left out, for so many")
    x_label, y_label = "behaviour: what they do, 0 to 100", "attitude: what they say, 0 to 100"
    return dress(ax, "Loyalty in word and deed", rows, x=x_label, y=y_label, note="; ".join(notes), grid="")
