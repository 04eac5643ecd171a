"""Recommendation over time and by group."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from lojal.plot.style import BLUE, CYCLE, GREY, MARKERS, axes_for, confidence, dress, empty, ends, picture
from lojal.results.nps import NpsRow, NpsScore

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@picture
def nps(answer: NpsScore, *, ax: Axes | None = None) -> Axes:
    """Draws the NPS with its intervals: over time when asked with interval, else by group, else as a whole.

    Periods and groups in which nobody answered have no point, never one at 0.

    Args:
        answer: What `client.nps.score` returned.
        ax: Where to draw. Default: new axes.

    Example:
        ```python
        client.nps.score(window="all", interval="quarter").plot()
        client.nps.score(window="all", group_by="segment").plot()
        ```
    """
    rows = [each for each in answer.table() if each.nps.value is not None]
    if not rows:
        ax = axes_for(ax)
        empty(ax, "nobody answered")
        return dress(ax, "Net Promoter Score", answer, x="", y="NPS, -100 to 100")
    return _over_time(answer, rows, ax) if any(each.period for each in rows) else _by_group(answer, rows, ax)


def _over_time(answer: NpsScore, rows: list[NpsRow], ax: Axes | None) -> Axes:
    ax = axes_for(ax)
    starts = sorted({each.period.start for each in answer.table() if each.period is not None})
    labels = {each.period.start: each.period for each in answer.table() if each.period is not None}
    place = {start: at for at, start in enumerate(starts)}
    names = list(dict.fromkeys(_name(each, rows) for each in rows))
    for index, name in enumerate(names):
        own = [each for each in rows if _name(each, rows) == name and each.period is not None]
        # side by side, so that intervals of groups do not hide each other
        aside = (index - (len(names) - 1) / 2) * min(0.12, 0.6 / len(names))
        x = [place[each.period.start] + aside for each in own if each.period is not None]
        y = [each.nps.value or 0.0 for each in own]
        # no line across periods in which nobody answered
        for before, after in pairwise(range(len(own))):
            if round(x[after] - x[before]) == 1:
                ax.plot([x[before], x[after]], [y[before], y[after]], color=CYCLE[index % len(CYCLE)], linewidth=1.2)
        ax.errorbar(
            x,
            y,
            yerr=ends([each.nps for each in own]),
            fmt="none",
            color=CYCLE[index % len(CYCLE)],
            elinewidth=1.2,
            capsize=2.5,
        )
        marker, label = MARKERS[index % len(MARKERS)], name or "without a group"
        ax.plot(x, y, linestyle="", marker=marker, markersize=5, color=CYCLE[index % len(CYCLE)], label=label)
    texts = [labels[start].label + ("*" if labels[start].cut_off else "") for start in starts]
    every = max(len(starts) // 12, 1)
    ax.set_xticks(range(0, len(starts), every), texts[::every], rotation=30, ha="right")
    ax.axhline(0, color=GREY, linewidth=1)
    if len(names) > 1:
        ax.legend(frameon=False, ncols=min(len(names), 4), loc="best", fontsize=9)
    notes = [confidence([each.nps for each in rows])]
    if any(labels[start].cut_off for start in starts):
        notes.append("*: period cut off")
    note = "; ".join(text for text in notes if text)
    return dress(ax, "Net Promoter Score over time", answer, x="period", y="NPS, -100 to 100", note=note)


def _by_group(answer: NpsScore, rows: list[NpsRow], ax: Axes | None) -> Axes:
    ax = axes_for(ax, size=(7.0, 1.6 + 0.36 * max(len(rows), 2)))
    places = list(range(len(rows)))[::-1]
    ax.errorbar(
        [each.nps.value or 0.0 for each in rows],
        places,
        xerr=ends([each.nps for each in rows]),
        fmt="o",
        color=BLUE,
        capsize=3,
    )
    whole = answer.nps.value
    if len(answer.rows) and whole is not None:
        ax.axvline(whole, color=GREY, linewidth=1, linestyle="--", label=f"all answers {whole:.1f}")
        ax.legend(frameon=False, loc="best")
    ax.set_yticks(places, [f"{_name(each, rows) or 'all answers'} (n = {each.nps.n:,})" for each in rows])
    ax.set_ylim(-0.6, len(rows) - 0.4)
    note = confidence([each.nps for each in rows])
    return dress(ax, "Net Promoter Score", answer, x="NPS, -100 to 100", y="", note=note, grid="x")


def _name(row: NpsRow, rows: list[NpsRow]) -> str:
    """Returns what a row is about: the group, and the kind of survey where there are both, which are never mixed."""
    kinds = {each.kind for each in rows}
    return ", ".join(part for part in (row.group, str(row.kind) if len(kinds) > 1 and row.kind else "") if part)
