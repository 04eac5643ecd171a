"""Grids of cells with a number in each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lojal.plot.style import GREY, MAP, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LARGEST_WITH_TEXT = 220
"""Cells up to which there is room for text in each."""


def heat(
    ax: Axes,
    values: Sequence[Sequence[float | None]],
    *,
    label: str,
    texts: Sequence[Sequence[str]] = (),
    low: float | None = None,
    high: float | None = None,
) -> None:
    """Draws a grid, the first row at the top; None leaves a cell blank, so that it is never taken for 0."""
    from math import nan

    import numpy

    grid = numpy.array([[nan if value is None else value for value in row] for row in values], dtype=float)
    ax.set_facecolor("white")
    image = ax.imshow(numpy.ma.masked_invalid(grid), cmap=MAP, aspect="auto", vmin=low, vmax=high)
    beyond = "max" if high is not None and float(numpy.nanmax(grid)) > high else "neither"
    ax.figure.colorbar(image, ax=ax, label=label, shrink=0.85, extend=beyond)
    rows, columns = grid.shape
    bottom, top = image.get_clim()
    if texts and rows * columns <= LARGEST_WITH_TEXT:
        size = 8 if rows * columns <= 80 else 6
        for row, column in numpy.argwhere(~numpy.isnan(grid)):
            shade = (float(grid[row, column]) - bottom) / (top - bottom or 1.0)
            text = texts[row][column]
            ax.text(column, row, text, ha="center", va="center", fontsize=size, color=readable(shade), linespacing=1.1)
    # hairlines between cells, so that blank ones are seen as cells
    ax.set_xticks([each - 0.5 for each in range(1, columns)], minor=True)
    ax.set_yticks([each - 0.5 for each in range(1, rows)], minor=True)
    ax.grid(which="minor", color="white" if rows * columns > LARGEST_WITH_TEXT else GREY, linewidth=0.2)
    ax.tick_params(which="minor", length=0)
